//! One code replaced by another on many encounters, and filters of a list that somebody has kept.
//!
//! Every encounter is changed by itself and by the rules of a single change: the code before is taken back and never written
//! over, and a code that a person has given is for that person.

use super::clock::Millis;
use super::clock::now;
use super::encounters::Coding;
use super::encounters::Version;
use super::encounters::add_coding;
use super::encounters::codings;
use super::encounters::is_fresh;
use super::encounters::moved;
use super::encounters::standing;
use super::encounters::versioned;
use super::error::Error;
use super::people::PROGRAM;
use super::people::random_id;
use super::writer::Store;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// Filters of one owner at most.
const MOST_FILTERS: i64 = 20;

/// Many encounters that were changed together.
#[derive(Debug, Clone)]
pub struct Recoding {
    /// Random id.
    pub id: String,
    /// Who did it.
    pub actor: String,
    /// When, in milliseconds since 1970-01-01T00:00Z.
    pub at: Millis,
    /// Domain of the encounters.
    pub domain: String,
    /// Code set of both codes.
    pub set: String,
    /// The code before.
    pub from: String,
    /// The code that was given for it.
    pub to: String,
    /// The encounters that were changed, with their versions after that.
    pub changed: Vec<(String, Version)>,
}

/// Whether a code may be replaced by somebody together with others: their own, and those that programs have given. A code of
/// another person is changed only by itself, with a reason.
pub fn may_replace(given: &Coding, actor: &str) -> bool {
    given.actor == actor || given.actor.starts_with(PROGRAM)
}

impl Store {
    /// Replaces a code of one encounter by another.
    ///
    /// # Errors
    /// If the code does not stand or is another person's, or the version has changed.
    pub fn replace(
        &self,
        id: &str,
        domain: &str,
        version: Version,
        from: Coding,
        to: Coding,
    ) -> Result<Version, Error> {
        let (id, domain) = (id.to_owned(), domain.to_owned());
        self.write(move |connection| {
            versioned(connection, &id, &domain, version)?;
            let all = codings(connection, &id)?;
            let given = standing(&all).into_iter().find(|it| it.set == from.set && it.code == from.code);
            let given = given.ok_or(Error::Missing("code of this encounter"))?;
            if !may_replace(given, &to.actor) {
                return Err(Error::Refused("another person gave this code: it is changed by itself, with a reason"));
            }
            let (deed, path) = ("withdrawn".to_owned(), given.path.clone());
            add_coding(connection, &id, &Coding { path, deed, ..from })?;
            add_coding(connection, &id, &to)?;
            moved(connection, &id, version)
        })
    }

    /// Keeps which encounters were changed together, and gives its id.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add_recoding(&self, recoding: Recoding) -> Result<String, Error> {
        let id = random_id()?;
        self.write(move |connection| {
            let Recoding { actor, domain, set, from, to, changed, .. } = recoding;
            connection.execute(
                "INSERT INTO recoding (id, actor, at, domain, code_set, code_from, code_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![id, actor, now(), domain, set, from, to],
            )?;
            let mut add = connection.prepare("INSERT INTO recoded (recoding, encounter, version) VALUES (?1, ?2, ?3)")?;
            for (encounter, version) in &changed {
                add.execute(params![id, encounter, version])?;
            }
            Ok(id)
        })
    }

    /// What somebody has changed together.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none, also if it is somebody else's.
    pub fn recoding(&self, id: &str, actor: &str) -> Result<Recoding, Error> {
        self.read(|connection| {
            let sql =
                "SELECT id, actor, at, domain, code_set, code_from, code_to FROM recoding WHERE id = ?1 AND actor = ?2";
            let row = connection.query_row(sql, [id, actor], |row| {
                Ok(Recoding {
                    id: row.get(0)?,
                    actor: row.get(1)?,
                    at: row.get(2)?,
                    domain: row.get(3)?,
                    set: row.get(4)?,
                    from: row.get(5)?,
                    to: row.get(6)?,
                    changed: Vec::new(),
                })
            });
            let recoding = row.optional()?.ok_or(Error::Missing("change"))?;
            let mut rows =
                connection.prepare("SELECT encounter, version FROM recoded WHERE recoding = ?1 ORDER BY rowid")?;
            let changed = rows.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            Ok(Recoding { changed, ..recoding })
        })
    }

    /// Takes one encounter of a change back: the code before stands again. As with a single change, this is for who did it and
    /// within ten minutes.
    ///
    /// # Errors
    /// If it is too late, or the encounter was changed meanwhile.
    pub fn put_back(
        &self,
        id: &str,
        domain: &str,
        version: Version,
        from: Coding,
        to: Coding,
    ) -> Result<Version, Error> {
        let (id, domain) = (id.to_owned(), domain.to_owned());
        self.write(move |connection| {
            versioned(connection, &id, &domain, version)?;
            let all = codings(connection, &id)?;
            let given = standing(&all).into_iter().find(|it| it.set == to.set && it.code == to.code);
            let given = given.ok_or(Error::Missing("code of this encounter"))?;
            if !is_fresh(given, &to.actor) {
                return Err(Error::Refused(
                    "undo is for who gave the code, within ten minutes; later it is a correction",
                ));
            }
            add_coding(connection, &id, &Coding { deed: "withdrawn".to_owned(), ..to })?;
            add_coding(connection, &id, &from)?;
            moved(connection, &id, version)
        })
    }

    /// Keeps a filter of somebody's list under a name.
    ///
    /// # Errors
    /// If there are as many as there may be.
    pub fn keep_filter(&self, owner: &str, name: &str, query: &str) -> Result<(), Error> {
        let (owner, name, query) = (owner.to_owned(), name.to_owned(), query.to_owned());
        self.write(move |connection| {
            let sql = "SELECT count(*) FROM filter WHERE owner = ?1 AND name <> ?2";
            let kept: i64 = connection.query_row(sql, [&owner, &name], |row| row.get(0))?;
            if kept >= MOST_FILTERS {
                return Err(Error::Refused("there are as many filters as one may have: delete some first"));
            }
            let sql = "INSERT OR REPLACE INTO filter (owner, name, query) VALUES (?1, ?2, ?3)";
            connection.execute(sql, [owner, name, query])?;
            Ok(())
        })
    }

    /// Deletes a filter.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn drop_filter(&self, owner: &str, name: &str) -> Result<(), Error> {
        let (owner, name) = (owner.to_owned(), name.to_owned());
        self.write(move |connection| {
            connection.execute("DELETE FROM filter WHERE owner = ?1 AND name = ?2", [owner, name])?;
            Ok(())
        })
    }

    /// Filters that somebody has kept: name and what stands behind the question mark.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn filters(&self, owner: &str) -> Result<Vec<(String, String)>, Error> {
        self.read(|connection| {
            let mut rows =
                connection.prepare_cached("SELECT name, query FROM filter WHERE owner = ?1 ORDER BY name")?;
            let found = rows.query_map([owner], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<Vec<(String, String)>, _>>()?)
        })
    }
}
