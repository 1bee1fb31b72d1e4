//! Who may come in: users with passwords, their sessions, tokens of programs. Secrets are kept as hashes.

use super::clock::Millis;
use super::clock::now;
use super::error::Error;
use super::seal;
use super::writer::Store;
use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::Version;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;
use serde::Deserialize;
use serde::Serialize;
use std::sync::PoisonError;

/// Wrong passwords in [`LOCK_WINDOW`] after which a user is locked out for that time.
const MOST_FAILURES: i64 = 5;
/// 15 minutes, in milliseconds.
const LOCK_WINDOW: Millis = 15 * 60 * 1000;
/// A password has at least so many signs.
const SHORTEST_PASSWORD: usize = 12;
/// The hash of no password: the time of an answer does not tell whether there is such a user.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Sessions end after 12 hours, in milliseconds, however busy they are.
const LONGEST_SESSION: Millis = 12 * 60 * 60 * 1000;

/// What the names of programs begin with, where they stand beside names of users.
pub const PROGRAM: &str = "token ";
/// What the names of webhooks begin with in the audit log.
pub const HOOK: &str = "hook ";
/// The name in the audit log of what erases encounters whose time is over.
pub const RETENTION: &str = "retention";
/// The name in the audit log of whoever could not sign in.
pub const UNKNOWN: &str = "unknown";

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Codes encounters.
    Desk,
    /// Sees what comes in: queue, dashboard.
    Supervisor,
    /// Users, tokens, domains.
    Administrator,
    /// Approves releases.
    Approver,
    /// Reads the audit log, and no encounter.
    Auditor,
    /// Looks after the running program, and sees no encounter.
    Operator,
    /// A program.
    Client,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 7] = [
        Role::Desk,
        Role::Supervisor,
        Role::Administrator,
        Role::Approver,
        Role::Auditor,
        Role::Operator,
        Role::Client,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Desk => "desk",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
            Role::Approver => "approver",
            Role::Auditor => "auditor",
            Role::Operator => "operator",
            Role::Client => "client",
        }
    }

    /// The role of a name.
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What somebody may see: domains, and as which audience for which purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grant {
    /// Domains; all if empty.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Audience; the default one of the domain if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Purpose; that of the policy if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

impl Grant {
    /// Whether it covers a domain.
    pub fn covers(&self, domain: &str) -> bool {
        self.domains.is_empty() || self.domains.iter().any(|it| it == domain)
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Number within the store.
    #[serde(skip)]
    pub id: i64,
    /// Name by which they sign in.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they may see; a session works under one of these.
    pub grants: Vec<Grant>,
    /// They may not sign in.
    pub is_locked: bool,
}

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: User,
    /// Under which of their grants.
    pub grant: Grant,
    /// What every form of this session carries.
    pub form_secret: String,
}

/// A program that may come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Name, for people.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it may see: exactly one grant.
    pub grant: Grant,
    /// It writes nothing.
    pub is_sandbox: bool,
    /// When it ends.
    pub until: Option<Millis>,
    /// It was revoked.
    pub is_revoked: bool,
}

/// A secret that nobody can guess, as text for cookies and headers.
///
/// # Errors
/// If the system has no random numbers.
pub fn random_secret() -> Result<String, Error> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(seal::random::<32>()?))
}

/// A random id of a row.
///
/// # Errors
/// If the system has no random numbers.
pub fn random_id() -> Result<String, Error> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(seal::random::<16>()?))
}

/// What is kept of a secret. It has 256 random bits, so that a fast hash is enough.
pub fn fingerprint(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let wrong = |_| Error::Refused("the cost of passwords is set wrong");
    // 19 MiB, 2 passes, 1 lane: what OWASP's password storage cheat sheet names for Argon2id.
    let cost = Params::new(19 * 1024, 2, 1, None).map_err(wrong)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, cost))
}

fn hashed(password: &str) -> Result<String, Error> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Error::Refused("the password is too short: at least 12 signs are needed"));
    }
    let signs: std::collections::BTreeSet<char> = password.to_lowercase().chars().collect();
    if signs.len() < 5 {
        return Err(Error::Refused("the password is too simple: at least 5 different signs are needed"));
    }
    let hash = hasher()?.hash_password(password.as_bytes());
    Ok(hash.map_err(|_| Error::Refused("the password cannot be hashed"))?.to_string())
}

fn is_right(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    hasher().is_ok_and(|hasher| hasher.verify_password(password.as_bytes(), &hash).is_ok())
}

impl Store {
    /// Adds a user; without a password they come in by [`Store::entrance`] only.
    ///
    /// # Errors
    /// If the name is taken or the password is too weak.
    pub fn add_user(&self, name: &str, password: Option<&str>, role: Role, grants: &[Grant]) -> Result<(), Error> {
        if [RETENTION, UNKNOWN].contains(&name) || [PROGRAM, HOOK].iter().any(|it| name.starts_with(it)) {
            return Err(Error::Refused("the audit log has this name for a program or for the service itself"));
        }
        let (name, hash, grants) = (name.to_owned(), password.map(hashed).transpose()?, grants.to_vec());
        self.write(move |connection| {
            let added = connection.execute(
                "INSERT OR IGNORE INTO user (name, password, role, grants, created) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![name, hash, role.name(), text_of(&grants), now()],
            )?;
            if added == 0 { Err(Error::Refused("there is a user of this name")) } else { Ok(()) }
        })
    }

    /// Locks a user out or lets them in again; open sessions end.
    ///
    /// # Errors
    /// If there is no such user.
    pub fn lock_user(&self, name: &str, is_locked: bool) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |connection| {
            let sql = "UPDATE user SET is_locked = ?2, failures = 0 WHERE name = ?1";
            changed(connection.execute(sql, params![name, is_locked])?, "user")?;
            end_sessions(connection, &name)
        })
    }

    /// Gives a user another password; open sessions end.
    ///
    /// # Errors
    /// If there is no such user or the password is too weak.
    pub fn reset_user(&self, name: &str, password: &str) -> Result<(), Error> {
        let (name, hash) = (name.to_owned(), hashed(password)?);
        self.write(move |connection| {
            let sql = "UPDATE user SET password = ?2, failures = 0 WHERE name = ?1";
            changed(connection.execute(sql, params![name, hash])?, "user")?;
            end_sessions(connection, &name)
        })
    }

    /// All users, by name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn users(&self) -> Result<Vec<User>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare("SELECT id, name, role, grants, is_locked FROM user ORDER BY name")?;
            let users = rows.query_map([], user_of)?.collect::<Result<Vec<User>, _>>()?;
            Ok(users)
        })
    }

    /// The user of a name and password; wrong ones are counted, and a name without a user takes as long as a wrong password.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub fn check_password(&self, name: &str, password: &str) -> Result<Option<User>, Error> {
        let known = self.read(|connection| {
            let sql =
                "SELECT id, name, role, grants, is_locked, password, failures, failed_at FROM user WHERE name = ?1";
            let row = connection.query_row(sql, [name], |row| {
                Ok((user_of(row)?, row.get::<_, Option<String>>(5)?, row.get::<_, i64>(6)?, row.get::<_, i64>(7)?))
            });
            Ok(row.optional()?)
        })?;
        let at = now();
        let hash = known.as_ref().and_then(|it| it.1.clone());
        let is_right = {
            let _alone = self.inner.hashing.lock().unwrap_or_else(PoisonError::into_inner);
            is_right(password, hash.as_deref().unwrap_or(NOBODY))
        };
        let Some((user, Some(_), failures, failed_at)) = known else { return Ok(None) };
        let is_old = at - failed_at >= LOCK_WINDOW;
        if user.is_locked || failures >= MOST_FAILURES && !is_old {
            return Ok(None);
        }
        let (id, before) = (user.id, at - LOCK_WINDOW);
        if !is_right {
            // Counted where it is written: of guesses that come together none is left out.
            self.write(move |connection| {
                let sql =
                    "UPDATE user SET failures = CASE WHEN failed_at <= ?2 THEN 1 ELSE failures + 1 END, failed_at = ?3
                           WHERE id = ?1";
                connection.execute(sql, (id, before, at))?;
                Ok(())
            })?;
            return Ok(None);
        }
        self.write(move |connection| {
            // A right password does not open what wrong ones that came with it have shut.
            let sql = "UPDATE user SET failures = 0 WHERE id = ?1 AND (failures < ?2 OR failed_at <= ?3)";
            Ok((connection.execute(sql, (id, MOST_FAILURES, before))? > 0).then_some(user))
        })
    }

    /// A secret that opens one session of a user, within some time.
    ///
    /// # Errors
    /// If there is no such user.
    pub fn entrance(&self, name: &str, lasts: Millis) -> Result<String, Error> {
        let (secret, name) = (random_secret()?, name.to_owned());
        let hash = fingerprint(&secret);
        self.write(move |connection| {
            let sql = "INSERT INTO entrance (hash, user, until) SELECT ?1, id, ?2 FROM user WHERE name = ?3";
            connection.execute("DELETE FROM entrance WHERE until < ?1", [now()])?;
            changed(connection.execute(sql, params![hash, now() + lasts, name])?, "user")
        })?;
        Ok(secret)
    }

    /// The user of an entrance, which is used up by that.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn enter(&self, secret: &str) -> Result<Option<User>, Error> {
        let hash = fingerprint(secret);
        self.write(move |connection| {
            let sql = "DELETE FROM entrance WHERE hash = ?1 RETURNING user, until";
            let row = connection.query_row(sql, [hash.as_slice()], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
            let Some((user, until)) = row.optional()? else { return Ok(None) };
            if now() > until {
                return Ok(None);
            }
            let sql = "SELECT id, name, role, grants, is_locked FROM user WHERE id = ?1 AND is_locked = 0";
            Ok(connection.query_row(sql, [user], user_of).optional()?)
        })
    }

    /// Opens a session under one of a user's grants, and gives its secret.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn open_session(&self, user: &User, grant: usize) -> Result<String, Error> {
        let (secret, form, id) = (random_secret()?, random_secret()?, user.id);
        let hash = fingerprint(&secret);
        let place = i64::try_from(grant).unwrap_or(0);
        self.write(move |connection| {
            connection.execute("DELETE FROM session WHERE created < ?1", [now() - LONGEST_SESSION])?;
            connection.execute(
                "INSERT INTO session (hash, user, grant_place, form_secret, created, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![hash, id, place, form, now()],
            )?;
            Ok(())
        })?;
        Ok(secret)
    }

    /// The session of a secret, unless it was idle for longer than `idle`.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub fn session(&self, secret: &str, idle: Millis) -> Result<Option<Session>, Error> {
        let hash = fingerprint(secret);
        let row = self.read(|connection| {
            let sql = "SELECT user.id, name, role, grants, is_locked, grant_place, form_secret, session.created, seen
                       FROM session JOIN user ON user.id = session.user WHERE hash = ?1";
            let row = connection.query_row(sql, [hash.as_slice()], |row| {
                let times: (Millis, Millis) = (row.get(7)?, row.get(8)?);
                Ok((user_of(row)?, row.get::<_, i64>(5)?, row.get::<_, String>(6)?, times))
            });
            Ok(row.optional()?)
        })?;
        let at = now();
        let Some((user, place, form_secret, (created, seen))) = row else { return Ok(None) };
        if user.is_locked || at - seen > idle || at - created > LONGEST_SESSION {
            return Ok(None);
        }
        // Once a minute is enough to know who is idle.
        if at - seen > 60_000 {
            self.write(move |connection| {
                connection.execute("UPDATE session SET seen = ?2 WHERE hash = ?1", params![hash, at])?;
                Ok(())
            })?;
        }
        let grant = usize::try_from(place).ok().and_then(|place| user.grants.get(place)).cloned();
        Ok(grant.map(|grant| Session { user, grant, form_secret }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn close_session(&self, secret: &str) -> Result<(), Error> {
        let hash = fingerprint(secret);
        self.write(move |connection| {
            connection.execute("DELETE FROM session WHERE hash = ?1", [hash.as_slice()])?;
            Ok(())
        })
    }

    /// Adds a token and gives its secret, which is shown this once.
    ///
    /// # Errors
    /// If the name is taken.
    pub fn add_token(&self, token: &Token) -> Result<String, Error> {
        let (secret, token) = (format!("tc_{}", random_secret()?), token.clone());
        let hash = fingerprint(&secret);
        self.write(move |connection| {
            let added = connection.execute(
                "INSERT OR IGNORE INTO token (name, hash, role, grants, is_sandbox, until, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    token.name,
                    hash,
                    token.role.name(),
                    text_of(std::slice::from_ref(&token.grant)),
                    token.is_sandbox,
                    token.until,
                    now()
                ],
            )?;
            if added == 0 { Err(Error::Refused("there is a token of this name")) } else { Ok(()) }
        })?;
        Ok(secret)
    }

    /// The token of a secret, if it may still be used.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn token(&self, secret: &str) -> Result<Option<Token>, Error> {
        let hash = fingerprint(secret);
        let token = self.read(|connection| {
            let sql = "SELECT name, role, grants, is_sandbox, until, is_revoked FROM token WHERE hash = ?1";
            Ok(connection.query_row(sql, [hash.as_slice()], token_of).optional()?)
        })?;
        Ok(token.filter(|it| !it.is_revoked && it.until.is_none_or(|until| until > now())))
    }

    /// All tokens, by name, without their secrets.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn tokens(&self) -> Result<Vec<Token>, Error> {
        self.read(|connection| {
            let sql = "SELECT name, role, grants, is_sandbox, until, is_revoked FROM token ORDER BY name";
            let mut rows = connection.prepare(sql)?;
            let tokens = rows.query_map([], token_of)?.collect::<Result<Vec<Token>, _>>()?;
            Ok(tokens)
        })
    }

    /// Revokes a token for good.
    ///
    /// # Errors
    /// If there is no such token.
    pub fn revoke_token(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |connection| {
            changed(connection.execute("UPDATE token SET is_revoked = 1 WHERE name = ?1", [name])?, "token")
        })
    }
}

fn end_sessions(connection: &Connection, name: &str) -> Result<(), Error> {
    let of_user = "(SELECT id FROM user WHERE name = ?1)";
    connection.execute(&format!("DELETE FROM session WHERE user IN {of_user}"), [name])?;
    connection.execute(&format!("DELETE FROM entrance WHERE user IN {of_user}"), [name])?;
    Ok(())
}

fn changed(rows: usize, what: &'static str) -> Result<(), Error> {
    if rows == 0 { Err(Error::Missing(what)) } else { Ok(()) }
}

pub(super) fn text_of(grants: &[Grant]) -> String {
    serde_json::to_string(grants).unwrap_or_else(|_| "[]".to_owned())
}

pub(super) fn grants_of(text: &str) -> Vec<Grant> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A role that this program does not know may do nothing that others may: it is treated like an operator.
fn role_of(name: &str) -> Role {
    Role::of_name(name).unwrap_or(Role::Operator)
}

pub(super) fn user_of(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        role: role_of(&row.get::<_, String>(2)?),
        grants: grants_of(&row.get::<_, String>(3)?),
        is_locked: row.get(4)?,
    })
}

fn token_of(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        name: row.get(0)?,
        role: role_of(&row.get::<_, String>(1)?),
        grant: grants_of(&row.get::<_, String>(2)?).into_iter().next().unwrap_or_default(),
        is_sandbox: row.get(3)?,
        until: row.get(4)?,
        is_revoked: row.get(5)?,
    })
}
