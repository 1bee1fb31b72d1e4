//! The tables, and how an older file becomes one of today.

use super::error::Error;
use rusqlite::Connection;

/// One step after the other; a file remembers how many it has taken (`user_version`). A step is never changed once it was
/// released.
const STEPS: &[&str] = &[
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    CREATE TABLE user (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT, role TEXT NOT NULL,
        grants TEXT NOT NULL, is_locked INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
        failed_at INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE session (
        hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE, grant_place INTEGER NOT NULL,
        form_secret TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE entrance (hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        until INTEGER NOT NULL) STRICT;
    CREATE TABLE token (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL,
        grants TEXT NOT NULL, is_sandbox INTEGER NOT NULL DEFAULT 0, until INTEGER, is_revoked INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE encounter (
        id TEXT PRIMARY KEY, domain TEXT NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL, errors INTEGER NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, version INTEGER NOT NULL, data_key BLOB, body BLOB
    ) STRICT;
    CREATE INDEX encounter_newest ON encounter (domain, updated DESC);
    CREATE TABLE coding (
        id INTEGER PRIMARY KEY, encounter TEXT NOT NULL REFERENCES encounter (id), code_set TEXT NOT NULL,
        release TEXT NOT NULL, code TEXT NOT NULL, path TEXT NOT NULL, actor TEXT NOT NULL, at INTEGER NOT NULL,
        deed TEXT NOT NULL, points REAL NOT NULL
    ) STRICT;
    CREATE INDEX coding_of ON coding (encounter, id);
    CREATE INDEX coding_used ON coding (code_set, code);
    CREATE TABLE finder (mark BLOB NOT NULL, encounter TEXT NOT NULL REFERENCES encounter (id),
        PRIMARY KEY (mark, encounter)) STRICT, WITHOUT ROWID;
    CREATE TABLE unfit (id INTEGER PRIMARY KEY, domain TEXT NOT NULL, record TEXT NOT NULL, words TEXT NOT NULL,
        times INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE (domain, record, words)) STRICT;
    CREATE TABLE answered (owner TEXT NOT NULL, name TEXT NOT NULL, request BLOB NOT NULL, status INTEGER NOT NULL,
        answer BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (owner, name)) STRICT, WITHOUT ROWID;
    CREATE INDEX answered_at ON answered (at);
    CREATE TABLE erased (mark BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE job (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, grants TEXT NOT NULL, domain TEXT NOT NULL, record TEXT NOT NULL,
        reader TEXT NOT NULL, state TEXT NOT NULL, registry TEXT NOT NULL, why TEXT NOT NULL,
        read INTEGER NOT NULL DEFAULT 0, written INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
        wrong INTEGER NOT NULL DEFAULT 0, parts INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL, data_key BLOB NOT NULL
    ) STRICT;
    CREATE TABLE job_part (
        id INTEGER PRIMARY KEY, job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE, kind TEXT NOT NULL,
        number INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (job, kind, number)
    ) STRICT;
",
    "
    CREATE TABLE recoding (
        id TEXT PRIMARY KEY, actor TEXT NOT NULL, at INTEGER NOT NULL, domain TEXT NOT NULL, code_set TEXT NOT NULL,
        code_from TEXT NOT NULL, code_to TEXT NOT NULL
    ) STRICT;
    CREATE TABLE recoded (recoding TEXT NOT NULL REFERENCES recoding (id) ON DELETE CASCADE,
        encounter TEXT NOT NULL REFERENCES encounter (id), version INTEGER NOT NULL) STRICT;
    CREATE INDEX recoded_of ON recoded (recoding);
    CREATE TABLE filter (owner TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, PRIMARY KEY (owner, name)) STRICT;
",
    "
    CREATE TABLE hook (name TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT;
    CREATE TABLE told (
        hook TEXT NOT NULL, encounter TEXT NOT NULL REFERENCES encounter (id), version INTEGER NOT NULL,
        attempts INTEGER NOT NULL, next INTEGER, is_failed INTEGER NOT NULL, PRIMARY KEY (hook, encounter)
    ) STRICT, WITHOUT ROWID;
",
    // A change of before has no grant, and is shown to nobody.
    "
    ALTER TABLE recoding ADD COLUMN grants TEXT NOT NULL DEFAULT '';
",
];

/// Takes the steps that a file has not taken yet, each in one transaction.
///
/// # Errors
/// If the file is of a later program, or cannot be written.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let kept: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if kept > known {
        return Err(Error::Newer { kept, known });
    }
    for (place, step) in STEPS.iter().enumerate().skip(usize::try_from(kept).unwrap_or(0)) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", place + 1))?;
        transaction.commit()?;
    }
    Ok(())
}

/// How every connection is set.
///
/// # Errors
/// If the database refuses.
pub(super) fn prepare(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA mmap_size = 0; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_file_of_a_later_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        connection.execute_batch("PRAGMA user_version = 9999").unwrap();
        assert!(matches!(migrate(&mut connection), Err(Error::Newer { kept: 9999, .. })));
    }
}
