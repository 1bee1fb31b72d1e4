//! One code replaced by another on many encounters, and filters of a list that somebody has kept.
//!
//! Every encounter is changed by itself and by the rules of a single change: the code before is taken back and never written
//! over, and a code that a person has given is for that person.

use super::clock::Millis;
use super::clock::now;
use super::encounters::Coding;
use super::encounters::TOO_LATE;
use super::encounters::Version;
use super::encounters::add_coding;
use super::encounters::codings;
use super::encounters::is_fresh;
use super::encounters::moved;
use super::encounters::standing;
use super::encounters::take_back;
use super::encounters::versioned;
use super::error::Error;
use super::people::Grant;
use super::people::PROGRAM;
use super::people::grants_of;
use super::people::random_id;
use super::people::text_of;
use super::writer::Store;
use rusqlite::Connection;
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
    /// Replaces a code by another on some encounters of a domain, with their versions, and keeps which were changed: all of it
    /// or nothing. An encounter that was changed meanwhile, or whose code is another person's, is left. Gives the id.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn recode(
        &self,
        rows: Vec<(String, Version)>,
        domain: &str,
        grant: &Grant,
        from: Coding,
        to: Coding,
    ) -> Result<String, Error> {
        let (id, domain, grant) = (random_id()?, domain.to_owned(), text_of(std::slice::from_ref(grant)));
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO recoding (id, actor, at, domain, code_set, code_from, code_to, grants)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![id, to.actor, now(), domain, from.set, from.code, to.code, grant],
            )?;
            let mut add =
                connection.prepare("INSERT INTO recoded (recoding, encounter, version) VALUES (?1, ?2, ?3)")?;
            for (encounter, version) in rows {
                if let Some(version) = left(replace(connection, (&encounter, &domain, version), &from, &to))? {
                    add.execute(params![id, encounter, version])?;
                }
            }
            Ok(id)
        })
    }

    /// What somebody has changed together under one of their grants.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none, also if it is somebody else's or was made with other eyes.
    pub fn recoding(&self, id: &str, actor: &str, grant: &Grant) -> Result<Recoding, Error> {
        self.read(|connection| {
            let sql = "SELECT id, actor, at, domain, code_set, code_from, code_to, grants FROM recoding
                       WHERE id = ?1 AND actor = ?2";
            let row = connection.query_row(sql, [id, actor], |row| {
                let grants = grants_of(&row.get::<_, String>(7)?);
                if !grants.contains(grant) {
                    return Err(rusqlite::Error::QueryReturnedNoRows);
                }
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

    /// Takes a change back, where nobody has changed the encounter since: the code before stands again as it stood, as the code
    /// of who gave it. As with a single change, this is for who did it and within ten minutes. `to` is the code that is taken
    /// back. Gives of how many encounters it was.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn undo_recoding(&self, recoding: Recoding, to: Coding) -> Result<usize, Error> {
        self.write(move |connection| {
            let mut count = 0;
            for (encounter, version) in &recoding.changed {
                let put = put_back(connection, (encounter, &recoding.domain, *version), &recoding.from, &to);
                count += usize::from(left(put)?.is_some());
            }
            Ok(count)
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

/// `None` for an encounter that is left as it is: it was changed meanwhile, or is not to be changed by who asks. Nothing was
/// written of it then, as it is looked at first.
fn left(result: Result<Version, Error>) -> Result<Option<Version>, Error> {
    match result {
        Ok(version) => Ok(Some(version)),
        Err(Error::Changed(_) | Error::Missing(_) | Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a code; where the other one stands already, it stays that of who gave it.
fn replace(
    connection: &Connection,
    (id, domain, version): (&str, &str, Version),
    from: &Coding,
    to: &Coding,
) -> Result<Version, Error> {
    take_back(connection, (id, domain, version), from.clone(), |given, actor| {
        let why = "another person gave this code: it is changed by itself, with a reason";
        if may_replace(given, actor) { Ok(()) } else { Err(Error::Refused(why)) }
    })?;
    if !standing(&codings(connection, id)?).iter().any(|it| it.set == to.set && it.code == to.code) {
        add_coding(connection, id, to)?;
    }
    moved(connection, id, version)
}

/// Undoes [`replace`]. `from` is the code that was replaced, of the set of `to`.
fn put_back(
    connection: &Connection,
    (id, domain, version): (&str, &str, Version),
    from: &str,
    to: &Coding,
) -> Result<Version, Error> {
    versioned(connection, id, domain, version)?;
    let all = codings(connection, id)?;
    let gone = all.iter().rposition(|it| it.set == to.set && it.code == from && it.deed == "withdrawn");
    // Nobody has changed the encounter since: what follows is of the change itself.
    let (before, change) = all.split_at(gone.unwrap_or_default());
    let given = standing(before).into_iter().find(|it| it.set == to.set && it.code == from);
    let given = given.ok_or(Error::Missing("code of this encounter"))?;
    if !change.iter().all(|it| is_fresh(it, &to.actor)) {
        return Err(Error::Refused(TOO_LATE));
    }
    if change.iter().any(|it| it.deed == "given") {
        take_back(connection, (id, domain, version), to.clone(), |_, _| Ok(()))?;
    }
    add_coding(connection, id, given)?;
    moved(connection, id, version)
}
