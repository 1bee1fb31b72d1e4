//! Answers to writes, kept in one transaction with what was written.

use super::clock::Millis;
use super::clock::now;
use super::error::Error;
use rusqlite::Connection;
use rusqlite::params;

/// Answers are kept for a day, in milliseconds, so that a request that is sent again is not carried out again.
pub(super) const ANSWERS: Millis = 24 * 60 * 60 * 1000;

/// Makes the body of an answer of what was written.
pub type Body<T> = Box<dyn FnOnce(&T) -> Vec<u8> + Send>;

/// The answer to a write that is kept with it, for requests of the same name. It must hold nothing of an encounter but its id
/// and version.
pub struct Once<T> {
    /// Who asks.
    pub owner: String,
    /// Name of the request.
    pub name: String,
    /// Hash of the request.
    pub request: [u8; 32],
    /// HTTP status of the answer.
    pub status: u16,
    /// The body, made of what was written.
    pub body: Body<T>,
}

impl<T> Once<T> {
    pub(super) fn keep(self, connection: &Connection, value: &T) -> Result<(), Error> {
        connection.execute("DELETE FROM answered WHERE at < ?1", [now() - ANSWERS])?;
        connection.execute(
            "INSERT OR REPLACE INTO answered (owner, name, request, status, answer, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![self.owner, self.name, self.request, self.status, (self.body)(value), now()],
        )?;
        Ok(())
    }
}
