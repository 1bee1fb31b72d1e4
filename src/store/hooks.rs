//! What webhooks have still to tell: for each hook and encounter the version that was told last.

use super::clock::Millis;
use super::clock::now;
use super::encounters::Version;
use super::error::Error;
use super::writer::Store;
use rusqlite::params;

/// A change counts as seen after 10 minutes, in milliseconds: no write takes so long from its moment to the disk.
const SETTLED: Millis = 10 * 60 * 1000;

/// What a hook (`?1`) has to tell of a domain (`?2`) until a moment (`?3`). What is due and what may be forgotten are told apart
/// by this alone, so that nothing is forgotten that is not told.
const DUE: &str = "FROM encounter LEFT JOIN told ON told.hook = ?1 AND told.encounter = encounter.id
     WHERE domain = ?2 AND updated >= (SELECT since FROM hook WHERE name = ?1)
     AND (told.version IS NULL OR told.version < encounter.version OR next <= ?3)";

/// An encounter that a hook has to tell of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The encounter.
    pub encounter: String,
    /// Its version now.
    pub version: Version,
    /// How often this version was tried.
    pub attempts: i64,
}

/// How telling went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was taken.
    Done,
    /// It is tried again at a moment.
    Again(Millis),
    /// It is given up.
    Failed,
}

impl Store {
    /// Lets a hook that is new tell of what changes from now on; one that is known goes on where it was.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add_hook(&self, hook: &str) -> Result<(), Error> {
        let is_known = self.read(|connection| {
            let sql = "SELECT count(*) FROM hook WHERE name = ?1";
            Ok(connection.query_row(sql, [hook], |row| row.get::<_, i64>(0))? > 0)
        })?;
        if is_known {
            return Ok(());
        }
        let hook = hook.to_owned();
        self.write(move |connection| {
            connection.execute("INSERT OR IGNORE INTO hook (name, since) VALUES (?1, ?2)", params![hook, now()])?;
            Ok(())
        })
    }

    /// Encounters of a domain that a hook has to tell of now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn due(&self, hook: &str, domain: &str, limit: usize) -> Result<Vec<Due>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare_cached(&format!(
                "SELECT encounter.id, encounter.version,
                 CASE WHEN told.version = encounter.version THEN attempts ELSE 0 END {DUE} ORDER BY updated LIMIT ?4"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = rows.query_map(params![hook, domain, now(), limit], |row| {
                Ok(Due { encounter: row.get(0)?, version: row.get(1)?, attempts: row.get(2)? })
            })?;
            Ok(found.collect::<Result<Vec<Due>, _>>()?)
        })
    }

    /// Keeps how telling of an encounter went.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn told(&self, hook: &str, due: &Due, told: Told) -> Result<(), Error> {
        let (hook, due) = (hook.to_owned(), due.clone());
        let (next, is_failed) = match told {
            Told::Done => (None, false),
            Told::Again(at) => (Some(at), false),
            Told::Failed => (None, true),
        };
        self.write(move |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO told (hook, encounter, version, attempts, next, is_failed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![hook, due.encounter, due.version, due.attempts + 1, next, is_failed],
            )?;
            Ok(())
        })
    }

    /// Forgets what a hook has told long ago, so that looking for what is due takes no longer from day to day.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn settle(&self, hook: &str, domain: &str) -> Result<(), Error> {
        let (hook, domain) = (hook.to_owned(), domain.to_owned());
        self.write(move |connection| {
            // Also what is tried again later is still to be told.
            let sql = format!("SELECT min(updated) {DUE}");
            let first: Option<Millis> =
                connection.query_row(&sql, params![hook, domain, Millis::MAX], |row| row.get(0))?;
            let settled = now() - SETTLED;
            let since = first.map_or(settled, |first| first.min(settled));
            connection.execute("UPDATE hook SET since = max(since, ?2) WHERE name = ?1", params![hook, since])?;
            connection.execute(
                "DELETE FROM told WHERE hook = ?1 AND next IS NULL AND is_failed = 0 AND encounter IN
                 (SELECT id FROM encounter WHERE updated < (SELECT since FROM hook WHERE name = ?1))",
                [&hook],
            )?;
            Ok(())
        })
    }

    /// How many encounters a hook has given up telling of.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn given_up(&self, hook: &str) -> Result<i64, Error> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM told WHERE hook = ?1 AND is_failed = 1";
            Ok(connection.query_row(sql, [hook], |row| row.get(0))?)
        })
    }
}
