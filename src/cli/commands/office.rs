//! `tencode user`, `tencode token`, `tencode store`: who may come in, and care of what is kept.

use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::files;
use crate::store;
use crate::store::Grant;
use crate::store::Role;
use crate::store::Seal;
use crate::store::Store;
use crate::store::Token;
use crate::workspace::secrets;
use crate::workspace::secrets::SecretError;
use serde_json::json;
use std::io::BufRead;
use std::path::PathBuf;

/// Where the store of an office is.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Office {
    /// The store [default: in the user's data folder]
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// The key it is sealed with, a file outside of it and of every backup [default: in the user's data folder]
    #[arg(long, value_name = "FILE")]
    store_key: Option<PathBuf>,
}

impl Office {
    fn path(&self) -> Result<PathBuf, Failure> {
        match &self.store {
            Some(path) => Ok(path.clone()),
            None => Ok(secrets::data_folder()?.join("desk").join("store.db")),
        }
    }

    /// Where the audit log of the service is.
    pub fn audit_path(&self) -> Result<PathBuf, Failure> {
        let named = std::env::var_os("TENCODE_AUDIT").filter(|it| !it.is_empty()).map(PathBuf::from);
        match named {
            Some(path) => Ok(path),
            None => Ok(self.path()?.with_file_name("audit.log")),
        }
    }

    fn seal(&self) -> Result<Seal, Failure> {
        let path = match &self.store_key {
            Some(path) => path.clone(),
            None => secrets::data_folder()?.join("store.key"),
        };
        Ok(Seal::new(&files::key(&path).map_err(SecretError::from)?))
    }

    /// The store, opened.
    pub fn open(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.path()?, self.seal()?)?)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::said(error.to_string())
    }
}

/// What somebody may do and see.
#[derive(clap::Args)]
struct Granted {
    /// What they may do: desk, supervisor, administrator, approver, auditor, operator, client
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
    #[command(flatten)]
    sees: Sees,
}

/// What somebody may see.
#[derive(clap::Args)]
struct Sees {
    /// Only this domain; may be given several times [default: all]
    #[arg(long, value_name = "D")]
    domain: Vec<String>,
    /// Audience they work as [default: that of the domain]
    #[arg(long, value_name = "A")]
    audience: Option<String>,
    /// What for [default: that of the policy]
    #[arg(long, value_name = "P")]
    purpose: Option<String>,
}

impl Sees {
    fn grant(&self) -> Grant {
        Grant { domains: self.domain.clone(), audience: self.audience.clone(), purpose: self.purpose.clone() }
    }
}

fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::name).join(", ");
    Role::of_name(text).ok_or_else(|| format!("there is no role `{text}`; there is {}", known()))
}

/// Adds users of the desk, locks them out, gives them another password.
///
/// The password is read from standard input, a line.
///
///     echo 'a long password' | tencode user add ada --role desk --domain law-enforcement
///     tencode user grant ada --domain law-enforcement --audience public
///     tencode user lock ada
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct User {
    #[command(subcommand)]
    what: UserAct,
    #[command(flatten)]
    office: Office,
}

#[derive(clap::Subcommand)]
enum UserAct {
    /// Adds a user
    Add {
        /// Name to sign in with
        name: String,
        #[command(flatten)]
        granted: Granted,
    },
    /// Lets a user see something more; at sign-in they choose under which of their grants they work
    Grant {
        /// Whom
        name: String,
        #[command(flatten)]
        sees: Sees,
    },
    /// Locks a user out; open sessions end
    Lock {
        /// Whom
        name: String,
    },
    /// Lets a user in again
    Unlock {
        /// Whom
        name: String,
    },
    /// Gives a user another password; open sessions end
    Reset {
        /// Whom
        name: String,
    },
    /// Names all users
    List,
}

impl User {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let store = self.office.open()?;
        match &self.what {
            UserAct::Add { name, granted } => {
                store.add_user(name, Some(&password(terminal)?), granted.role, &[granted.sees.grant()])?;
            }
            UserAct::Grant { name, sees } => store.add_grant(name, sees.grant())?,
            UserAct::Lock { name } => store.lock_user(name, true)?,
            UserAct::Unlock { name } => store.lock_user(name, false)?,
            UserAct::Reset { name } => store.reset_user(name, &password(terminal)?)?,
            UserAct::List => {
                for user in store.users()? {
                    if terminal.json {
                        terminal.json(&user)?;
                    } else {
                        let locked = if user.is_locked { "  locked" } else { "" };
                        terminal.line(&format!("{}  {}{locked}", user.name, user.role.name()))?;
                    }
                }
            }
        }
        Ok(Verdict::Fine)
    }
}

/// A password, a line of standard input.
fn password(terminal: &mut Terminal) -> Result<String, Failure> {
    terminal.note("password (a line of standard input, at least 12 signs):");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::from)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Adds and revokes tokens, by which programs use the HTTP API.
///
/// The secret of a token is printed once, when it is added.
///
///     tencode token add cad --role client --domain law-enforcement --audience desk
///     tencode token revoke cad
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct TokenCommand {
    #[command(subcommand)]
    what: TokenAct,
    #[command(flatten)]
    office: Office,
}

#[derive(clap::Subcommand)]
enum TokenAct {
    /// Adds a token and prints its secret
    Add {
        /// Name, for people
        name: String,
        #[command(flatten)]
        granted: Granted,
        /// It may try everything, and nothing is written
        #[arg(long)]
        sandbox: bool,
        /// It ends after so many days
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Names all tokens, without their secrets
    List,
    /// Revokes a token for good
    Revoke {
        /// Which
        name: String,
    },
}

impl TokenCommand {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let store = self.office.open()?;
        match &self.what {
            TokenAct::Add { name, granted, sandbox, days } => {
                let now = jiff::Timestamp::now().as_millisecond();
                let until = days.map(|days| now + i64::from(days) * 24 * 60 * 60 * 1000);
                let token = Token {
                    name: name.clone(),
                    role: granted.role,
                    grant: granted.sees.grant(),
                    is_sandbox: *sandbox,
                    until,
                    is_revoked: false,
                };
                let secret = store.add_token(&token)?;
                if terminal.json {
                    terminal.json(&json!({ "name": name, "token": secret }))?;
                } else {
                    terminal.line(&secret)?;
                }
            }
            TokenAct::Revoke { name } => store.revoke_token(name)?,
            TokenAct::List => {
                for token in store.tokens()? {
                    if terminal.json {
                        terminal.json(&token)?;
                    } else {
                        let state = if token.is_revoked { "  revoked" } else { "" };
                        terminal.line(&format!("{}  {}{state}", token.name, token.role.name()))?;
                    }
                }
            }
        }
        Ok(Verdict::Fine)
    }
}

/// Backs the store up, restores it, erases what is kept of somebody, changes its key, looks whether it is well.
///
///     tencode store backup desk-2026-03-01.db
///     tencode store erase --domain law-enforcement --record call --subject INC-1
///     tencode store doctor
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct StoreCommand {
    #[command(subcommand)]
    what: StoreAct,
    #[command(flatten)]
    office: Office,
}

#[derive(clap::Subcommand)]
enum StoreAct {
    /// Copies the store into a new file while it is in use, and checks the copy; the key is not in it
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Puts a backup in the place of a store that is not there
    Restore {
        /// The backup
        file: PathBuf,
        /// The store that was in use since: what it has erased is erased again
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Erases what was said in the encounters of an id: words, identifiers and keys; codes, dates and counts stay
    Erase {
        /// Domain
        #[arg(long)]
        domain: String,
        /// Record of the domain
        #[arg(long)]
        record: String,
        /// The id that the encounters carry
        #[arg(long, value_name = "ID")]
        subject: String,
    },
    /// Seals the keys of all encounters with another key; the service must be stopped
    Rekey {
        /// The new key, a file; made if it is not there
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Says whether the store is well; exit status 1 if it is not
    Doctor,
}

impl StoreCommand {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        match &self.what {
            StoreAct::Backup { file } => self.office.open()?.back_up(file)?,
            StoreAct::Restore { file, since } => {
                let since = since.as_ref().map(|path| Store::open(path, self.office.seal()?).map_err(Failure::from));
                store::restore(file, &self.office.path()?, since.transpose()?.as_ref())?;
            }
            StoreAct::Erase { domain, record, subject } => {
                let store = self.office.open()?;
                let erased = store.erase(store.seal().mark(domain, record, subject))?;
                terminal.line(&format!("{erased} encounters erased"))?;
                return Ok(if erased == 0 { Verdict::Wrong } else { Verdict::Fine });
            }
            StoreAct::Rekey { to } => {
                let count = self.office.open()?.rekey(Seal::new(&files::key(to).map_err(SecretError::from)?))?;
                terminal.line(&format!("{count} encounters are sealed with the key {}", to.display()))?;
            }
            StoreAct::Doctor => return self.doctor(terminal),
        }
        Ok(Verdict::Fine)
    }

    fn doctor(&self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let health = self.office.open()?.health()?;
        let is_well = health.integrity == "ok" && health.is_writable;
        if terminal.json {
            terminal.json(&health)?;
        } else {
            let at = |at: i64| jiff::Timestamp::from_millisecond(at).map(|it| it.to_string()).unwrap_or_default();
            terminal.line(&format!("sqlite      {}", health.sqlite))?;
            terminal.line(&format!("file        {}", health.integrity))?;
            terminal.line(&format!("encounters  {}", health.encounters))?;
            terminal.line(&format!(
                "backup      {}",
                health.backed_up.map_or("never: tencode store backup FILE".to_owned(), at)
            ))?;
        }
        Ok(if is_well { Verdict::Fine } else { Verdict::Wrong })
    }
}
