//! What was asked for and not found, and what was answered already.

use super::clock::Millis;
use super::clock::now;
use super::error::Error;
use super::once::ANSWERS;
use super::writer::Store;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;

/// Words that no code fitted, as the public may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfit {
    /// Record they were typed for.
    pub record: String,
    /// The words, redacted.
    pub words: String,
    /// How often.
    pub times: i64,
    /// When last, in milliseconds since 1970-01-01T00:00Z.
    pub last: Millis,
}

/// What was answered to a write.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Hash of the request.
    pub request: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Store {
    /// Notes words that no code fits. They must be redacted already.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add_unfit(&self, domain: &str, record: &str, words: &str) -> Result<(), Error> {
        let (domain, record, words) = (domain.to_owned(), record.to_owned(), words.to_owned());
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO unfit (domain, record, words, times, first, last) VALUES (?1, ?2, ?3, 1, ?4, ?4)
                 ON CONFLICT (domain, record, words) DO UPDATE SET times = times + 1, last = ?4",
                params![domain, record, words, now()],
            )?;
            Ok(())
        })
    }

    /// Words of a domain that no code fitted, most frequent first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unfit(&self, domain: &str, limit: usize) -> Result<Vec<Unfit>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare_cached(
                "SELECT record, words, times, last FROM unfit WHERE domain = ?1 ORDER BY times DESC, last DESC LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = rows.query_map(params![domain, limit], |row| {
                Ok(Unfit { record: row.get(0)?, words: row.get(1)?, times: row.get(2)?, last: row.get(3)? })
            })?;
            Ok(found.collect::<Result<Vec<Unfit>, _>>()?)
        })
    }

    /// What was answered to a request of this name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn answered(&self, owner: &str, name: &str) -> Result<Option<Answered>, Error> {
        self.read(|connection| {
            let sql = "SELECT request, status, answer FROM answered WHERE owner = ?1 AND name = ?2 AND at > ?3";
            let row = connection.query_row(sql, params![owner, name, now() - ANSWERS], |row| {
                Ok(Answered { request: row.get(0)?, status: row.get(1)?, body: row.get(2)? })
            });
            Ok(row.optional()?)
        })
    }
}
