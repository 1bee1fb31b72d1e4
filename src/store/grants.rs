//! What a user may see besides, and who a user is.

use super::error::Error;
use super::people::Grant;
use super::people::User;
use super::people::grants_of;
use super::people::text_of;
use super::people::user_of;
use super::writer::Store;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// Grants of one user at most.
const MOST_GRANTS: usize = 20;

impl Store {
    /// The user of a name.
    ///
    /// # Errors
    /// If there is none, or the store cannot be read.
    pub fn user(&self, name: &str) -> Result<User, Error> {
        self.read(|connection| {
            let sql = "SELECT id, name, role, grants, is_locked FROM user WHERE name = ?1";
            connection.query_row(sql, [name], user_of).optional()?.ok_or(Error::Missing("user"))
        })
    }

    /// Lets a user see something more; a session works under one of their grants, which they choose.
    ///
    /// # Errors
    /// If there is no such user, or they have that grant already.
    pub fn add_grant(&self, name: &str, grant: Grant) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |connection| {
            let sql = "SELECT grants FROM user WHERE name = ?1";
            let kept: Option<String> = connection.query_row(sql, [&name], |row| row.get(0)).optional()?;
            let mut grants = grants_of(&kept.ok_or(Error::Missing("user"))?);
            if grants.contains(&grant) {
                return Err(Error::Refused("the user has this grant already"));
            }
            if grants.len() >= MOST_GRANTS {
                return Err(Error::Refused("the user has as many grants as there may be"));
            }
            grants.push(grant);
            connection.execute("UPDATE user SET grants = ?2 WHERE name = ?1", params![name, text_of(&grants)])?;
            Ok(())
        })
    }
}
