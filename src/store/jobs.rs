//! Files that were uploaded to be answered row by row, and their answers: sealed in parts, with one data key for each.
//!
//! A part of the answers is kept in one transaction with how far the job is, so that after a power cut no row is answered
//! twice and none is left out.

use super::clock::Millis;
use super::clock::now;
use super::error::Error;
use super::people::Grant;
use super::people::grants_of;
use super::people::random_id;
use super::people::text_of;
use super::writer::Store;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

/// Jobs of one owner at most.
const MOST_JOBS: i64 = 50;

/// What a part of a job is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// The file that was uploaded.
    Upload,
    /// The answers.
    Answers,
}

impl PartKind {
    fn name(self) -> &'static str {
        match self {
            PartKind::Upload => "upload",
            PartKind::Answers => "answers",
        }
    }
}

/// What is asked for a file.
#[derive(Debug, Clone, Default)]
pub struct NewJob {
    /// Who asks.
    pub owner: String,
    /// What they see: the answers are made for it.
    pub grant: Grant,
    /// Domain.
    pub domain: String,
    /// Record of the domain.
    pub record: String,
    /// Reader of the domain; the one that knows the file if empty.
    pub reader: String,
}

/// How many rows of a job are answered, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub read: i64,
    /// Rows answered.
    pub written: i64,
    /// Rows that cannot be read.
    pub refused: i64,
    /// Rows of which a rule says that they are wrong.
    pub wrong: i64,
    /// Parts of answers.
    pub parts: i64,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Random id.
    pub id: String,
    /// What was asked.
    pub asked: NewJob,
    /// `uploading`, `new` (uploaded), `waiting`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Id of the registry of its answers; empty before it began.
    pub registry: String,
    /// Why it failed; empty if it did not.
    pub why: String,
    /// How far it is.
    pub progress: Progress,
    /// Bytes of the file.
    pub size: i64,
    /// When it was uploaded, in milliseconds since 1970-01-01T00:00Z.
    pub created: Millis,
}

const COLUMNS: &str = "id, owner, grants, domain, record, reader, state, registry, why, read, written, refused, wrong, parts, size, created";

impl Store {
    /// Adds a job whose file is still to come.
    ///
    /// # Errors
    /// If the owner has as many as there may be, or the store cannot be written.
    pub fn add_job(&self, asked: NewJob) -> Result<String, Error> {
        let (id, seal) = (random_id()?, self.seal().clone());
        self.write(move |connection| {
            let sql = "SELECT count(*) FROM job WHERE owner = ?1";
            let kept: i64 = connection.query_row(sql, [&asked.owner], |row| row.get(0))?;
            if kept >= MOST_JOBS {
                return Err(Error::Refused("there are as many jobs as one may have: delete some first"));
            }
            let (_, wrapped) = seal.new_key(&id)?;
            let grant = text_of(std::slice::from_ref(&asked.grant));
            connection.execute(
                "INSERT INTO job (id, owner, grants, domain, record, reader, state, registry, why, created, data_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'uploading', '', '', ?7, ?8)",
                params![id, asked.owner, grant, asked.domain, asked.record, asked.reader, now(), wrapped],
            )?;
            Ok(id)
        })
    }

    /// Adds a part of the file of a job. All files of one owner together have `most` bytes at most.
    ///
    /// # Errors
    /// If they would have more, or the store cannot be written.
    pub fn add_upload(&self, id: &str, number: i64, bytes: Vec<u8>, most: i64) -> Result<(), Error> {
        let (id, seal) = (id.to_owned(), self.seal().clone());
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.write(move |connection| {
            let sql = "SELECT sum(size) FROM job WHERE owner = (SELECT owner FROM job WHERE id = ?1)";
            let kept: Option<i64> = connection.query_row(sql, [&id], |row| row.get(0))?;
            if kept.unwrap_or(0).saturating_add(size) > most {
                return Err(Error::Refused("your files have as many bytes as they may have: delete some first"));
            }
            let body = seal
                .unwrap_key(&id, &data_key(connection, &id)?)?
                .seal(&name(&id, PartKind::Upload, number), &bytes)?;
            add_part(connection, &id, PartKind::Upload, number, &body)?;
            connection.execute("UPDATE job SET size = size + ?2 WHERE id = ?1", params![id, size])?;
            Ok(())
        })
    }

    /// Adds a part of the answers of a job that runs, with how far it is now.
    ///
    /// # Errors
    /// [`Error::Refused`] if the job does not run any more.
    pub fn add_answers(&self, id: &str, bytes: Vec<u8>, progress: Progress) -> Result<(), Error> {
        let (id, seal) = (id.to_owned(), self.seal().clone());
        self.write(move |connection| {
            let number = progress.parts - 1;
            let body = seal
                .unwrap_key(&id, &data_key(connection, &id)?)?
                .seal(&name(&id, PartKind::Answers, number), &bytes)?;
            let Progress { read, written, refused, wrong, parts } = progress;
            let changed = connection.execute(
                "UPDATE job SET read = ?2, written = ?3, refused = ?4, wrong = ?5, parts = ?6
                 WHERE id = ?1 AND state = 'running' AND parts = ?6 - 1",
                params![id, read, written, refused, wrong, parts],
            )?;
            if changed == 0 {
                return Err(Error::Refused("the job does not run any more"));
            }
            add_part(connection, &id, PartKind::Answers, number, &body)
        })
    }

    /// A part of a job, if there is one of that number.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn job_part(&self, id: &str, kind: PartKind, number: i64) -> Result<Option<Vec<u8>>, Error> {
        let seal = self.seal().clone();
        self.read(|connection| {
            let sql = "SELECT data_key, body FROM job_part JOIN job ON job.id = job_part.job
                       WHERE job = ?1 AND kind = ?2 AND number = ?3";
            let row = connection.query_row(sql, params![id, kind.name(), number], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
            });
            let Some((key, body)) = row.optional()? else { return Ok(None) };
            Ok(Some(seal.unwrap_key(id, &key)?.open(&name(id, kind, number), &body)?))
        })
    }

    /// Moves a job from one of some states into another.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is in none of them.
    pub fn move_job(&self, id: &str, from: &'static [&'static str], to: &'static str, why: &str) -> Result<(), Error> {
        let (id, why) = (id.to_owned(), why.to_owned());
        self.write(move |connection| {
            let kept =
                connection.query_row("SELECT state FROM job WHERE id = ?1", [&id], |row| row.get::<_, String>(0));
            let kept = kept.optional()?.ok_or(Error::Missing("job"))?;
            if !from.contains(&kept.as_str()) {
                return Err(Error::Refused("the job is in another state"));
            }
            connection.execute("UPDATE job SET state = ?2, why = ?3 WHERE id = ?1", params![id, to, why])?;
            Ok(())
        })
    }

    /// Lets a job begin under a registry. Answers that were made under another one are removed, so that no job has answers of
    /// two.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn begin_job(&self, id: &str, registry: &str) -> Result<Job, Error> {
        let (id, registry) = (id.to_owned(), registry.to_owned());
        self.write(move |connection| {
            let job = job(connection, &id)?;
            if !matches!(job.state.as_str(), "waiting" | "running") {
                return Err(Error::Refused("the job is in another state"));
            }
            if job.registry != registry {
                connection.execute("DELETE FROM job_part WHERE job = ?1 AND kind = 'answers'", [&id])?;
                let sql = "UPDATE job SET read = 0, written = 0, refused = 0, wrong = 0, parts = 0, registry = ?2 WHERE id = ?1";
                connection.execute(sql, params![id, registry])?;
            }
            connection.execute("UPDATE job SET state = 'running' WHERE id = ?1", [&id])?;
            self::job(connection, &id)
        })
    }

    /// The oldest job that runs or waits.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn next_job(&self) -> Result<Option<String>, Error> {
        self.read(|connection| {
            let sql = "SELECT id FROM job WHERE state IN ('running', 'waiting') ORDER BY state, created LIMIT 1";
            Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?)
        })
    }

    /// Jobs of somebody under one of their grants, the newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn jobs(&self, owner: &str, grant: &Grant) -> Result<Vec<Job>, Error> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM job WHERE owner = ?1 AND state <> 'uploading' ORDER BY created DESC, id"
            );
            let mut rows = connection.prepare_cached(&sql)?;
            let jobs = rows.query_map([owner], job_of)?.collect::<Result<Vec<Job>, _>>()?;
            Ok(jobs.into_iter().filter(|job| job.asked.grant == *grant).collect())
        })
    }

    /// A job of somebody under one of their grants.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none, also if it is somebody else's or made for other eyes.
    pub fn job(&self, id: &str, owner: &str, grant: &Grant) -> Result<Job, Error> {
        let job = self.read(|connection| job(connection, id))?;
        let is_own = job.asked.owner == owner && job.asked.grant == *grant;
        if is_own { Ok(job) } else { Err(Error::Missing("job")) }
    }

    /// Deletes a job with its file and its answers.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn delete_job(&self, id: &str) -> Result<(), Error> {
        let id = id.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM job WHERE id = ?1", [&id])?;
            Ok(())
        })
    }

    /// Deletes uploads that began before a moment and are not whole.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn delete_uploads_before(&self, moment: Millis) -> Result<(), Error> {
        self.write(move |connection| {
            connection.execute("DELETE FROM job WHERE state = 'uploading' AND created < ?1", [moment])?;
            Ok(())
        })
    }

    /// Deletes all jobs that were uploaded before a moment; gives how many there were.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn delete_jobs_before(&self, moment: Millis) -> Result<usize, Error> {
        self.write(move |connection| Ok(connection.execute("DELETE FROM job WHERE created < ?1", [moment])?))
    }
}

fn job(connection: &Connection, id: &str) -> Result<Job, Error> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
    connection.query_row(&sql, [id], job_of).optional()?.ok_or(Error::Missing("job"))
}

fn data_key(connection: &Connection, id: &str) -> Result<Vec<u8>, Error> {
    let key = connection.query_row("SELECT data_key FROM job WHERE id = ?1", [id], |row| row.get(0));
    key.optional()?.ok_or(Error::Missing("job"))
}

/// What a part is sealed for: it opens at its own place only.
fn name(id: &str, kind: PartKind, number: i64) -> String {
    format!("{id} {} {number}", kind.name())
}

fn add_part(connection: &Connection, id: &str, kind: PartKind, number: i64, body: &[u8]) -> Result<(), Error> {
    let sql = "INSERT INTO job_part (job, kind, number, body) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![id, kind.name(), number, body])?;
    Ok(())
}

fn job_of(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        asked: NewJob {
            owner: row.get(1)?,
            grant: grants_of(&row.get::<_, String>(2)?).into_iter().next().unwrap_or_default(),
            domain: row.get(3)?,
            record: row.get(4)?,
            reader: row.get(5)?,
        },
        state: row.get(6)?,
        registry: row.get(7)?,
        why: row.get(8)?,
        progress: Progress {
            read: row.get(9)?,
            written: row.get(10)?,
            refused: row.get(11)?,
            wrong: row.get(12)?,
            parts: row.get(13)?,
        },
        size: row.get(14)?,
        created: row.get(15)?,
    })
}
