//! Encounters: a sealed body, and codings that are only ever added.

use super::clock::Millis;
use super::clock::now;
use super::error::Error;
use super::once::Once;
use super::people::random_id;
use super::seal::Seal;
use super::writer::Store;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde::Serialize;

/// The version of an encounter: it grows with every change.
pub type Version = i64;

/// So long after it was given its author may take a coding back without a reason, in milliseconds.
const UNDO: Millis = 10 * 60 * 1000;
/// Why a coding cannot be taken back without a reason.
pub(super) const TOO_LATE: &str = "undo is for who gave the code, within ten minutes; later it is a correction";
/// A coding that stands, in SQL: given, and not taken back since.
const STANDS: &str = "coding.deed = 'given' AND NOT EXISTS (SELECT 1 FROM coding later WHERE later.encounter = coding.encounter
     AND later.id > coding.id AND later.code_set = coding.code_set AND later.code = coding.code AND later.deed = 'withdrawn')";
/// The path of codings that came with the record.
pub const RECORD: &str = "record";

/// A code given to an encounter, or taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coding {
    /// Code set.
    pub set: String,
    /// Id of the registry that it was given under.
    pub release: String,
    /// The code.
    pub code: String,
    /// [`RECORD`] if it came with the record, empty if it was given beside it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Who gave it.
    pub actor: String,
    /// When, in milliseconds since 1970-01-01T00:00Z.
    pub at: Millis,
    /// `given`, `proposed` (by the engine alone) or `withdrawn`.
    pub deed: String,
    /// Points that it was proposed with; 0 if it was not.
    pub points: f64,
}

/// An encounter on its way into the store.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Domain.
    pub domain: String,
    /// Record of the domain.
    pub record: String,
    /// The record as JSON; it is sealed.
    pub body: Vec<u8>,
    /// Findings of severity `error` at the time.
    pub errors: i64,
    /// What it is found by: identifiers, which are kept as marks only.
    pub finders: Vec<String>,
    /// Codes given with it.
    pub codings: Vec<Coding>,
}

/// An encounter in the store.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What is in the clear.
    pub summary: Summary,
    /// The record as JSON; `None` once it was erased.
    pub body: Option<Vec<u8>>,
    /// Every code it was ever given, in order.
    pub codings: Vec<Coding>,
}

/// What a list shows of an encounter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Random id of the row.
    pub id: String,
    /// Domain.
    pub domain: String,
    /// Record of the domain.
    pub record: String,
    /// `open` (no code), `coded` or `erased`.
    pub state: String,
    /// Findings of severity `error` when it was kept.
    pub errors: i64,
    /// When it was kept first, in milliseconds since 1970-01-01T00:00Z.
    pub created: Millis,
    /// When it was changed last.
    pub updated: Millis,
    /// Grows with every change.
    pub version: Version,
}

impl Kept {
    /// The codes that stand: given, and not taken back since.
    pub fn standing(&self) -> Vec<&Coding> {
        standing(&self.codings)
    }
}

/// Which encounters a list has.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these domains; of all if empty.
    pub domains: Vec<String>,
    /// In this state.
    pub state: Option<String>,
    /// Only those with errors.
    pub has_errors: bool,
    /// Only those changed before this moment.
    pub before: Option<Millis>,
    /// Only those of which this code of this set stands.
    pub code: Option<(String, String)>,
    /// Only those kept first after this moment.
    pub after: Option<Millis>,
    /// Only those found by this mark ([`Seal::mark`]).
    pub mark: Option<[u8; 32]>,
    /// So many at most.
    pub limit: usize,
}

/// Encounters whose time is over, by domain, moment and perhaps state.
const OLDER: &str = "domain = ?1 AND updated < ?2 AND state <> 'erased' AND (?3 IS NULL OR state = ?3)";
const COLUMNS: &str = "id, domain, record, state, errors, created, updated, version";

impl Store {
    /// Keeps a new encounter, and gives its id.
    ///
    /// # Errors
    /// If it cannot be sealed or written.
    pub fn add_encounter(&self, draft: Draft, once: Option<Once<String>>) -> Result<String, Error> {
        let (id, seal) = (random_id()?, self.seal().clone());
        self.write_once(once, move |connection| {
            let (key, wrapped) = seal.new_key(&id)?;
            let body = key.seal(&id, &draft.body)?;
            let state = if draft.codings.is_empty() { "open" } else { "coded" };
            connection.execute(
                &format!(
                    "INSERT INTO encounter ({COLUMNS}, data_key, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, ?7, ?8)"
                ),
                params![id, draft.domain, draft.record, state, draft.errors, now(), wrapped, body],
            )?;
            mark(connection, &seal, &id, &draft)?;
            for coding in &draft.codings {
                add_coding(connection, &id, coding)?;
            }
            Ok(id)
        })
    }

    /// Replaces the record of an encounter, if its version is still the one given; gives the new version. Codes that came with
    /// the record before and are not in it any more are taken back; those given beside it stand.
    ///
    /// # Errors
    /// [`Error::Changed`] if somebody else was faster, [`Error::Missing`] if there is no such encounter of that domain.
    pub fn change_encounter(
        &self,
        id: &str,
        version: Version,
        draft: Draft,
        actor: &str,
        once: Option<Once<Version>>,
    ) -> Result<Version, Error> {
        let (id, seal, actor) = (id.to_owned(), self.seal().clone(), actor.to_owned());
        self.write_once(once, move |connection| {
            let wrapped = versioned(connection, &id, &draft.domain, version)?;
            let key = seal.unwrap_key(&id, &wrapped)?;
            let body = key.seal(&id, &draft.body)?;
            let sql = "UPDATE encounter SET body = ?2, errors = ?3 WHERE id = ?1";
            connection.execute(sql, params![id, body, draft.errors])?;
            connection.execute("DELETE FROM finder WHERE encounter = ?1", [&id])?;
            mark(connection, &seal, &id, &draft)?;
            let all = codings(connection, &id)?;
            let before = standing(&all);
            let is = |one: &Coding, other: &Coding| (&one.set, &one.code) == (&other.set, &other.code);
            let of_record = before.iter().filter(|it| it.path == RECORD);
            for gone in of_record.filter(|it| !draft.codings.iter().any(|new| is(new, it))) {
                let deed = "withdrawn".to_owned();
                add_coding(connection, &id, &Coding { deed, actor: actor.clone(), ..(*gone).clone() })?;
            }
            for new in draft.codings.iter().filter(|new| !before.iter().any(|it| is(new, it))) {
                add_coding(connection, &id, new)?;
            }
            moved(connection, &id, version)
        })
    }

    /// Gives a code to an encounter, beside those of its record.
    ///
    /// # Errors
    /// As [`Store::change_encounter`].
    pub fn give(
        &self,
        id: &str,
        domain: &str,
        version: Version,
        coding: Coding,
        once: Option<Once<Version>>,
    ) -> Result<Version, Error> {
        let (id, domain) = (id.to_owned(), domain.to_owned());
        self.write_once(once, move |connection| {
            versioned(connection, &id, &domain, version)?;
            add_coding(connection, &id, &coding)?;
            moved(connection, &id, version)
        })
    }

    /// Takes a code back: within ten minutes by who gave it, later by anybody who may code, with a reason that is noted
    /// elsewhere.
    ///
    /// # Errors
    /// If the code does not stand, the version has changed, or it is too late for an undo.
    pub fn withdraw(
        &self,
        id: &str,
        domain: &str,
        version: Version,
        coding: Coding,
        is_correction: bool,
        once: Option<Once<Version>>,
    ) -> Result<Version, Error> {
        let (id, domain) = (id.to_owned(), domain.to_owned());
        self.write_once(once, move |connection| {
            take_back(connection, (&id, &domain, version), coding, |given, by| {
                if is_correction || is_fresh(given, by) { Ok(()) } else { Err(Error::Refused(TOO_LATE)) }
            })?;
            moved(connection, &id, version)
        })
    }

    /// Takes back every code that somebody has given within the last ten minutes, in one step.
    ///
    /// # Errors
    /// If there is none, or the version has changed.
    pub fn undo(&self, id: &str, domain: &str, version: Version, actor: &str) -> Result<Version, Error> {
        let (id, domain, actor) = (id.to_owned(), domain.to_owned(), actor.to_owned());
        self.write(move |connection| {
            versioned(connection, &id, &domain, version)?;
            let all = codings(connection, &id)?;
            let own: Vec<&Coding> = standing(&all).into_iter().filter(|it| is_fresh(it, &actor)).collect();
            if own.is_empty() {
                return Err(Error::Refused("there is no code of yours of the last ten minutes"));
            }
            for coding in own {
                add_coding(connection, &id, &Coding { deed: "withdrawn".to_owned(), ..coding.clone() })?;
            }
            moved(connection, &id, version)
        })
    }

    /// An encounter of one of some domains (all if empty).
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none, also if it is of another domain.
    pub fn encounter(&self, id: &str, domains: &[String]) -> Result<Kept, Error> {
        let seal = self.seal().clone();
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS}, data_key, body FROM encounter WHERE id = ?1");
            let row = connection.query_row(&sql, [id], |row| {
                Ok((summary_of(row)?, row.get::<_, Option<Vec<u8>>>(8)?, row.get::<_, Option<Vec<u8>>>(9)?))
            });
            let (summary, key, body) = row.optional()?.ok_or(Error::Missing("encounter"))?;
            if !domains.is_empty() && !domains.contains(&summary.domain) {
                return Err(Error::Missing("encounter"));
            }
            let body = match (key, body) {
                (Some(key), Some(body)) => Some(seal.unwrap_key(id, &key)?.open(id, &body)?),
                _ => None,
            };
            let codings = codings(connection, id)?;
            Ok(Kept { summary, body, codings })
        })
    }

    /// Encounters, those changed last first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn encounters(&self, filter: &Filter) -> Result<Vec<Summary>, Error> {
        let mut sql = format!("SELECT {COLUMNS} FROM encounter WHERE 1 = 1");
        let mut values: Vec<Value> = Vec::new();
        if !filter.domains.is_empty() {
            let marks = vec!["?"; filter.domains.len()].join(", ");
            sql.push_str(&format!(" AND domain IN ({marks})"));
            values.extend(filter.domains.iter().cloned().map(Value::Text));
        }
        if let Some(state) = &filter.state {
            sql.push_str(" AND state = ?");
            values.push(Value::Text(state.clone()));
        }
        if filter.has_errors {
            sql.push_str(" AND errors > 0");
        }
        if let Some(before) = filter.before {
            sql.push_str(" AND updated < ?");
            values.push(Value::Integer(before));
        }
        if let Some(after) = filter.after {
            sql.push_str(" AND created > ?");
            values.push(Value::Integer(after));
        }
        if let Some((set, code)) = &filter.code {
            sql.push_str(&format!(
                " AND id IN (SELECT encounter FROM coding WHERE code_set = ? AND code = ? AND {STANDS})"
            ));
            values.extend([set, code].map(|it| Value::Text(it.clone())));
        }
        if let Some(mark) = filter.mark {
            sql.push_str(" AND id IN (SELECT encounter FROM finder WHERE mark = ?)");
            values.push(Value::Blob(mark.to_vec()));
        }
        sql.push_str(" ORDER BY updated DESC, id LIMIT ?");
        values.push(Value::Integer(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        self.read(|connection| {
            let mut rows = connection.prepare_cached(&sql)?;
            let found = rows.query_map(params_from_iter(values), summary_of)?;
            Ok(found.collect::<Result<Vec<Summary>, _>>()?)
        })
    }

    /// Erases what was said in the encounters of a subject: bodies, keys and marks. Codes, dates and counts stay. Gives how
    /// many there were.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn erase(&self, mark: [u8; 32]) -> Result<usize, Error> {
        self.write(move |connection| {
            connection.execute("INSERT OR IGNORE INTO erased (mark, at) VALUES (?1, ?2)", params![mark, now()])?;
            erase_marked(connection, &mark)
        })
    }

    /// Encounters of a domain that were changed last before a moment and are not erased yet.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn count_before(&self, domain: &str, state: Option<&str>, before: Millis) -> Result<i64, Error> {
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM encounter WHERE {OLDER}");
            Ok(connection.query_row(&sql, params![domain, before, state], |row| row.get(0))?)
        })
    }

    /// Erases what was said in them, as [`Store::erase`] does. A restored backup loses them by their age again.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn erase_before(&self, domain: &str, state: Option<&str>, before: Millis) -> Result<usize, Error> {
        let (domain, state) = (domain.to_owned(), state.map(str::to_owned));
        self.write(move |connection| {
            let older = format!("(SELECT id FROM encounter WHERE {OLDER})");
            let sql = format!("DELETE FROM finder WHERE encounter IN {older}");
            connection.execute(&sql, params![domain, before, state])?;
            let sql = format!(
                "UPDATE encounter SET body = NULL, data_key = NULL, state = 'erased', version = version + 1 WHERE {OLDER}"
            );
            Ok(connection.execute(&sql, params![domain, before, state])?)
        })
    }

    /// Codes of a set that were given most, with how often, by the encounters of some domains.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn frequent(&self, domain: &str, set: &str, limit: usize) -> Result<Vec<(String, i64)>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare_cached(
                "SELECT code, count(*) FROM coding JOIN encounter ON encounter.id = coding.encounter
                 WHERE code_set = ?1 AND domain = ?2 AND deed = 'given' GROUP BY code ORDER BY 2 DESC, 1 LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = rows.query_map(params![set, domain, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<Vec<(String, i64)>, _>>()?)
        })
    }

    /// Every standing code of a domain with the moment its encounter was kept: what a dashboard counts.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn given_codes(&self, domain: &str) -> Result<Vec<(String, String, Millis)>, Error> {
        self.read(|connection| {
            let mut rows = connection.prepare_cached(&format!(
                "SELECT code_set, code, created FROM coding JOIN encounter ON encounter.id = coding.encounter
                 WHERE domain = ?1 AND {STANDS}"
            ))?;
            let found = rows.query_map([domain], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(found.collect::<Result<Vec<(String, String, Millis)>, _>>()?)
        })
    }

    /// How many encounters of a domain are in each state.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn states(&self, domain: &str) -> Result<Vec<(String, i64)>, Error> {
        self.read(|connection| {
            let sql = "SELECT state, count(*) FROM encounter WHERE domain = ?1 GROUP BY state ORDER BY state";
            let mut rows = connection.prepare_cached(sql)?;
            let found = rows.query_map([domain], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<Vec<(String, i64)>, _>>()?)
        })
    }
}

/// Erases the encounters of a mark.
pub(super) fn erase_marked(connection: &Connection, mark: &[u8; 32]) -> Result<usize, Error> {
    let of_mark = "(SELECT encounter FROM finder WHERE mark = ?1)";
    let sql = format!(
        "UPDATE encounter SET body = NULL, data_key = NULL, state = 'erased', version = version + 1 WHERE id IN {of_mark}"
    );
    let erased = connection.execute(&sql, [mark.as_slice()])?;
    connection.execute(&format!("DELETE FROM finder WHERE encounter IN {of_mark}"), [mark.as_slice()])?;
    Ok(erased)
}

/// The codings that stand: given, and not taken back since.
pub(super) fn standing(codings: &[Coding]) -> Vec<&Coding> {
    let mut out: Vec<&Coding> = Vec::new();
    for coding in codings {
        out.retain(|it| (&it.set, &it.code) != (&coding.set, &coding.code));
        if coding.deed == "given" {
            out.push(coding);
        }
    }
    out
}

/// Takes back a code of an encounter, if it stands and `may` says nothing against it. `may` is told the coding that stands
/// and who takes it back.
pub(super) fn take_back(
    connection: &Connection,
    (id, domain, version): (&str, &str, Version),
    coding: Coding,
    may: impl FnOnce(&Coding, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    versioned(connection, id, domain, version)?;
    let all = codings(connection, id)?;
    let given = standing(&all).into_iter().find(|it| it.set == coding.set && it.code == coding.code);
    let given = given.ok_or(Error::Missing("code of this encounter"))?;
    may(given, &coding.actor)?;
    let (deed, path) = ("withdrawn".to_owned(), given.path.clone());
    add_coding(connection, id, &Coding { path, deed, ..coding })
}

/// Whether somebody has given a code so lately that they may take it back without a reason.
pub(super) fn is_fresh(coding: &Coding, actor: &str) -> bool {
    coding.actor == actor && now() - coding.at <= UNDO
}

/// The new version of an encounter that was changed, with the state that its codes make.
pub(super) fn moved(connection: &Connection, id: &str, version: Version) -> Result<Version, Error> {
    let state = if standing(&codings(connection, id)?).is_empty() { "open" } else { "coded" };
    let sql = "UPDATE encounter SET state = ?2, updated = ?3, version = ?4 WHERE id = ?1";
    connection.execute(sql, params![id, state, now(), version + 1])?;
    Ok(version + 1)
}

/// The wrapped data key of an encounter of a domain whose version is the one given.
pub(super) fn versioned(connection: &Connection, id: &str, domain: &str, version: Version) -> Result<Vec<u8>, Error> {
    let sql = "SELECT data_key, version FROM encounter WHERE id = ?1 AND domain = ?2";
    let row = connection.query_row(sql, [id, domain], |row| Ok((row.get(0)?, row.get(1)?)));
    let (key, kept): (Option<Vec<u8>>, Version) = row.optional()?.ok_or(Error::Missing("encounter"))?;
    if kept != version {
        return Err(Error::Changed(kept));
    }
    key.ok_or(Error::Refused("it was erased"))
}

fn mark(connection: &Connection, seal: &Seal, id: &str, draft: &Draft) -> Result<(), Error> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO finder (mark, encounter) VALUES (?1, ?2)")?;
    for text in &draft.finders {
        insert.execute(params![seal.mark(&draft.domain, &draft.record, text), id])?;
    }
    Ok(())
}

pub(super) fn add_coding(connection: &Connection, id: &str, coding: &Coding) -> Result<(), Error> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO coding (encounter, code_set, release, code, path, actor, at, deed, points)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let Coding { set, release, code, path, actor, deed, points, .. } = coding;
    insert.execute(params![id, set, release, code, path, actor, now(), deed, points])?;
    Ok(())
}

pub(super) fn codings(connection: &Connection, id: &str) -> Result<Vec<Coding>, Error> {
    let mut rows = connection.prepare_cached(
        "SELECT code_set, release, code, path, actor, at, deed, points FROM coding WHERE encounter = ?1 ORDER BY id",
    )?;
    let found = rows.query_map([id], |row| {
        Ok(Coding {
            set: row.get(0)?,
            release: row.get(1)?,
            code: row.get(2)?,
            path: row.get(3)?,
            actor: row.get(4)?,
            at: row.get(5)?,
            deed: row.get(6)?,
            points: row.get(7)?,
        })
    })?;
    Ok(found.collect::<Result<Vec<Coding>, _>>()?)
}

fn summary_of(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: row.get(0)?,
        domain: row.get(1)?,
        record: row.get(2)?,
        state: row.get(3)?,
        errors: row.get(4)?,
        created: row.get(5)?,
        updated: row.get(6)?,
        version: row.get(7)?,
    })
}
