//! Care of the store: backups while it runs, restoring, other keys, its health.

use super::clock::Millis;
use super::clock::now;
use super::encounters::erase_marked;
use super::error::Error;
use super::schema;
use super::seal::Seal;
use super::writer::Store;
use rusqlite::Connection;
use rusqlite::backup::Backup;
use rusqlite::params;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// Pages copied between two looks at the writer.
const PAGES: i32 = 256;

/// How the store is.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    /// Version of SQLite.
    pub sqlite: &'static str,
    /// What SQLite says of the file: `ok`, or what is wrong.
    pub integrity: String,
    /// Encounters kept.
    pub encounters: i64,
    /// When it was last backed up, in milliseconds since 1970-01-01T00:00Z.
    pub backed_up: Option<Millis>,
    /// It takes writes.
    pub is_writable: bool,
}

impl Store {
    /// Copies the store into a new file while it is in use, and checks the copy. The key is not in it.
    ///
    /// # Errors
    /// If the file is there already, cannot be written, or the copy is damaged.
    pub fn back_up(&self, to: &Path) -> Result<(), Error> {
        let failed = |source| Error::File { path: to.display().to_string(), source };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(to).map_err(failed)?;
        let result = self.read(|connection| copy(connection, to));
        if result.is_err() {
            // What is half copied must not be taken for a backup.
            let _ = std::fs::remove_file(to);
        }
        result?;
        self.write(|connection| {
            let at = now().to_string();
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('backup', ?1)", [at.as_bytes()])?;
            Ok(())
        })
    }

    /// Whether it can be read and written.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn health(&self) -> Result<Health, Error> {
        let backed_up = self.backed_up()?;
        self.read(|connection| {
            Ok(Health {
                sqlite: rusqlite::version(),
                integrity: connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?,
                encounters: connection.query_row("SELECT count(*) FROM encounter", [], |row| row.get(0))?,
                backed_up,
                is_writable: self.is_writable(),
            })
        })
    }

    /// When it was backed up last.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn backed_up(&self) -> Result<Option<Millis>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare_cached("SELECT value FROM meta WHERE name = 'backup'")?;
            let values = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(values.first().and_then(|value| std::str::from_utf8(value).ok()?.parse().ok()))
        })
    }

    /// Wraps every data key again, under another key of the office.
    ///
    /// # Errors
    /// If a key cannot be unwrapped; then nothing is changed.
    pub fn rekey(&self, other: Seal) -> Result<usize, Error> {
        let seal = self.seal().clone();
        self.write(move |connection| {
            let mut count = 0;
            for table in ["encounter", "job"] {
                count += rewrap(connection, table, &seal, &other)?;
            }
            let marks = other.rewrap_marks(&seal)?;
            connection.execute("UPDATE meta SET value = ?1 WHERE name = 'marks'", [marks])?;
            connection.execute("UPDATE meta SET value = ?1 WHERE name = 'key'", [other.check().as_slice()])?;
            Ok(count)
        })
    }
}

/// Wraps the data keys of a table again; gives how many there are.
fn rewrap(connection: &Connection, table: &str, seal: &Seal, other: &Seal) -> Result<usize, Error> {
    let mut rows = connection.prepare(&format!("SELECT id, data_key FROM {table} WHERE data_key IS NOT NULL"))?;
    let kept = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let kept = kept.collect::<Result<Vec<_>, _>>()?;
    let mut update = connection.prepare(&format!("UPDATE {table} SET data_key = ?2 WHERE id = ?1"))?;
    for (id, wrapped) in &kept {
        update.execute(params![id, other.rewrap(id, seal.unwrap_key(id, wrapped)?)?])?;
    }
    Ok(kept.len())
}

fn copy(connection: &Connection, to: &Path) -> Result<(), Error> {
    let mut copy = Connection::open(to)?;
    Backup::new(connection, &mut copy)?.run_to_completion(PAGES, Duration::from_millis(1), None)?;
    copy.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;")?;
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(Error::Refused("the copy is damaged")) }
}

/// Puts a backup in the place of a store that is not there, and erases again what was erased since, by the list of
/// another store.
///
/// # Errors
/// If there is a file already, or the backup is damaged, or of a later program.
pub fn restore(backup: &Path, to: &Path, erased_since: Option<&Store>) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::Refused("there is a store at that place already: move it away first"));
    }
    let failed = |source| Error::File { path: to.display().to_string(), source };
    let from = Connection::open_with_flags(backup, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let said: String = from.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(Error::Refused("the backup is damaged"));
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to).map_err(failed)?;
    let restored = fill(&from, to, erased_since);
    if restored.is_err() {
        // What is half restored must not be taken for a store.
        let _ = std::fs::remove_file(to);
    }
    restored
}

fn fill(from: &Connection, to: &Path, erased_since: Option<&Store>) -> Result<(), Error> {
    copy(from, to)?;
    let mut connection = Connection::open(to)?;
    schema::migrate(&mut connection)?;
    let marks = match erased_since {
        Some(store) => store.read(erased)?,
        None => erased(&connection)?,
    };
    let transaction = connection.transaction()?;
    for mark in marks {
        erase_marked(&transaction, &mark)?;
    }
    Ok(transaction.commit()?)
}

fn erased(connection: &Connection) -> Result<Vec<[u8; 32]>, Error> {
    let mut rows = connection.prepare("SELECT mark FROM erased")?;
    let found = rows.query_map([], |row| row.get(0))?;
    Ok(found.collect::<Result<Vec<[u8; 32]>, _>>()?)
}
