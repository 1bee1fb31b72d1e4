//! `tencode audit`

use crate::audit;
use crate::audit::Head;
use crate::audit::Log;
use crate::audit::Public;
use crate::audit::Report;
use crate::audit::Secret;
use crate::audit::VerifiedRow;
use crate::cli::auditing;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::output::Guard;
use crate::cli::output::Output;
use crate::cli::output::Own;
use crate::cli::secrets;
use crate::cli::terminal::Terminal;
use clap::Subcommand;
use serde_json::Value;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;

/// Checks and reads the log of who was shown what.
///
/// A log is written by `run`, `classify` and `redact` with --audit FILE, or by all of them where TENCODE_AUDIT names a file.
/// It says who asked, for which audience and purpose, under which policy and registry, and how many codes and fields of
/// which kind were shown or hidden; never what they said.
///
///     tencode audit verify office.audit
///     tencode audit checkpoint office.audit -o office.head
///     tencode audit verify office.audit --checkpoint office.head
///     tencode audit export office.audit --subject INC-1 --domain law-enforcement --record call
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Verify(Verify),
    Export(Export),
    Checkpoint(Checkpoint),
}

/// Checks that no row was changed, moved, added or taken out; names the first that is wrong
///
/// Rows cut off at the end show only against a checkpoint kept elsewhere. Exit status 1 if something is wrong.
#[derive(clap::Args)]
struct Verify {
    /// The log
    log: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// Writes rows, a line of JSON each, as far as the log is whole
///
/// Exit status 1 if something is wrong with the log; then the rows before it have been written.
#[derive(clap::Args)]
struct Export {
    /// The log
    log: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Only rows about this id; needs --domain and --record
    #[arg(long, value_name = "ID", requires = "domain", requires = "record")]
    subject: Option<String>,
    /// Only rows of this domain
    #[arg(long, value_name = "D")]
    domain: Option<String>,
    /// Only rows of this record
    #[arg(long, value_name = "R")]
    record: Option<String>,
    /// Only rows of this user
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only rows for this audience
    #[arg(long, value_name = "A")]
    audience: Option<String>,
    /// Only rows of this outcome: asked, shown, denied, error, done
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// Only rows from this time on, such as 2026-03-01 or 2026-03-01T12
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only rows before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// Signs the head of the log, to be kept elsewhere: rows that are cut off later show against it
#[derive(clap::Args)]
struct Checkpoint {
    /// The log
    log: PathBuf,
    /// Where the head goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// What the log is held against.
#[derive(clap::Args)]
struct Trust {
    /// Public key the log must be signed with, or a file that holds it [default: that of this user]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Head that `audit checkpoint` wrote; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

impl Audit {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        match self.what {
            What::Verify(it) => {
                let report = it.trust.check(&it.log, &mut |_| Ok(()))?;
                say(&report, &it.log, terminal)
            }
            What::Export(it) => it.run(terminal),
            What::Checkpoint(it) => it.run(terminal),
        }
    }
}

impl Trust {
    fn check(&self, path: &Path, each: &mut dyn FnMut(&VerifiedRow<'_>) -> io::Result<()>) -> Result<Report, Failure> {
        let key = self.key()?;
        let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| Failure::file(path, error));
        let heads: Result<Vec<Head>, Failure> =
            self.checkpoint.iter().map(|path| Head::read(&read(path)?).map_err(|error| said(&error))).collect();
        let mut file = BufReader::new(File::open(path).map_err(|error| Failure::file(path, error))?);
        audit::verify(&mut file, key.as_ref(), &heads?, each).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::file(path, error),
        })
    }

    /// The key given, else that of this user, if there is one.
    fn key(&self) -> Result<Option<Public>, Failure> {
        let Some(given) = &self.key else {
            let kept = Secret::kept(&secrets::audit_key_path()?).map_err(|error| said(&error))?;
            return Ok(kept.map(|secret| secret.public()));
        };
        let text = if given.starts_with("ed25519:") {
            given.clone()
        } else {
            std::fs::read_to_string(given).map_err(|error| Failure::file(Path::new(given), error))?
        };
        // A checkpoint names its key: whoever keeps one has both.
        let named = Head::read(&text).map(|head| head.key).unwrap_or(text);
        named.parse().map(Some).map_err(|error| said(&error))
    }
}

fn said(error: &audit::Error) -> Failure {
    Failure::said(error.to_string())
}

fn say(report: &Report, path: &Path, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    let verdict = if report.is_whole() { Verdict::Fine } else { Verdict::Wrong };
    if terminal.json {
        terminal.json(report)?;
        return Ok(verdict);
    }
    let name = path.display();
    match &report.fault {
        Some(fault) => {
            let what = terminal.strong(&format!("row {} is wrong: {}", fault.row, fault.what));
            terminal.line(&format!("{name}: {what} (byte {})", fault.byte))?;
        }
        None => terminal.line(&format!("{name}: {} rows, all as they were written", report.rows))?,
    }
    if !report.from.is_empty() {
        terminal.line(&format!("  from {} to {}", report.from, report.to))?;
        let whose = if report.key_is_given { "" } else { ", as the log itself says: give --key to be sure" };
        terminal.line(&format!("  signed with {}{whose}", report.key))?;
    }
    for (count, words) in [
        (report.heads, "checkpoints kept elsewhere agree"),
        (report.recovered, "writes were never finished and have been mended"),
        (report.clock, "times the clock had gone back"),
    ] {
        if count > 0 {
            terminal.line(&format!("  {count} {words}"))?;
        }
    }
    Ok(verdict)
}

impl Export {
    fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let token = match self.subject.as_deref() {
            Some(id) => {
                let (domain, record) = (self.domain.as_deref(), self.record.as_deref());
                Some(auditing::tokens()?.token(domain.unwrap_or_default(), record.unwrap_or_default(), id))
            }
            None => None,
        };
        let wanted = [
            ("subject", token.as_deref()),
            ("domain", self.domain.as_deref()),
            ("record", self.record.as_deref()),
            ("actor", self.actor.as_deref()),
            ("audience", self.audience.as_deref()),
            ("outcome", self.outcome.as_deref()),
        ];
        let (from, until) = (self.from.as_deref(), self.until.as_deref());
        let report = self.trust.check(&self.log, &mut |row| {
            let is_wanted = wanted.iter().all(|(name, value)| value.is_none_or(|value| row.word(name) == value));
            let time = row.fields.get("time").and_then(Value::as_str).unwrap_or_default();
            if is_wanted && from.is_none_or(|from| time >= from) && until.is_none_or(|until| time < until) {
                terminal.out().write_all(row.line.as_bytes())?;
                terminal.out().write_all(b"\n")?;
            }
            Ok(())
        })?;
        terminal.flush()?;
        let Some(fault) = report.fault else { return Ok(Verdict::Fine) };
        terminal.note(&format!("row {} is wrong: {}; the rows before it are exported", fault.row, fault.what));
        Ok(Verdict::Wrong)
    }
}

impl Checkpoint {
    fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if !self.log.is_file() {
            return Err(Failure::file(&self.log, io::ErrorKind::NotFound.into()));
        }
        let secret = Secret::open(&secrets::audit_key_path()?).map_err(|error| said(&error))?;
        let log = Log::open(&self.log, secret, auditing::now);
        let head = log.and_then(|mut log| log.head()).map_err(|error| said(&error))?;
        let head = head.ok_or_else(|| Failure::said(format!("{}: there is no row yet", self.log.display())))?;
        let Some(path) = self.output else {
            terminal.json(&head)?;
            return Ok(Verdict::Fine);
        };
        let text = serde_json::to_string(&head).map_err(|error| Failure::said(error.to_string()))? + "\n";
        let guard = Guard::replacing(Own::Checkpoint).and("the audit log", &self.log);
        let output = Output::open(&path, &guard, terminal)?;
        output.write(|out| out.write_all(text.as_bytes()).map_err(|error| Failure::file(&path, error)))?;
        terminal.line(&format!("{}: {} rows of {}", path.display(), head.rows, self.log.display()))?;
        Ok(Verdict::Fine)
    }
}
