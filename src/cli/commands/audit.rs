//! `tencode audit`

use crate::audit;
use crate::audit::Keys;
use crate::audit::Log;
use crate::audit::Note;
use crate::audit::Public;
use crate::audit::Report;
use crate::audit::Secret;
use crate::audit::VerifiedRow;
use crate::cli::auditing;
use crate::cli::commands::audit_folder;
use crate::cli::commands::audit_folder::Tasks;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::output::Guard;
use crate::cli::output::Output;
use crate::cli::output::Own;
use crate::cli::terminal::Terminal;
use crate::workspace::asking;
use crate::workspace::secrets;
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

/// Checks that no row was changed, moved, added or taken out; names each that is wrong
///
/// Rows that were not written with the key are not vouched for. Rows cut off at the end show only against a checkpoint kept
/// elsewhere. Exit status 1 if something is wrong.
///
/// Of a folder every log (*.audit) is checked. The logs of a cluster are called JOB-PARTITION-ATTEMPT: of several attempts at
/// one task the last that came to its end counts, and the others are named.
#[derive(clap::Args)]
struct Verify {
    /// The log, or a folder of logs
    log: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

/// Writes rows, a line of JSON each; one that is not vouched for says so
///
/// Exit status 1 if something is wrong with the log. Rows that were not written with the key, were changed or do not follow
/// the row before carry `"vouched":false`.
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

/// Signs how far the log goes, to be kept elsewhere: rows that are cut off later show against it
///
/// What is written is a signed note as C2SP has it (tlog-checkpoint), so that others can sign it too. Nothing is signed if
/// something is wrong with the log.
#[derive(clap::Args)]
struct Checkpoint {
    /// The log
    log: PathBuf,
    /// Where the checkpoint goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// What the log is held against.
#[derive(clap::Args)]
struct Trust {
    /// Public key the log must be signed with, or a file that holds it [default: that of this user]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// What `audit checkpoint` wrote; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

/// Wrong rows that are named on a terminal.
const MOST_NAMED: usize = 20;

impl Audit {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        match self.what {
            What::Verify(it) => it.run(terminal),
            What::Export(it) => it.run(terminal),
            What::Checkpoint(it) => it.run(terminal),
        }
    }
}

impl Verify {
    fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if !self.log.is_dir() {
            let report = self.trust.check(&self.log, &mut |_| Ok(()))?;
            return say(&report, &self.log, terminal);
        }
        let (mut verdict, mut ended) = (Verdict::Fine, Vec::new());
        for log in audit_folder::logs(&self.log)? {
            let mut is_done = false;
            let report = self.trust.check(&log, &mut |row| {
                // What comes last in a log is a row that signs those above it.
                let outcome = row.word("outcome");
                if outcome != "signed" {
                    is_done = outcome == "done" && row.is_vouched;
                }
                Ok(())
            })?;
            verdict = verdict.max(say(&report, &log, terminal)?);
            ended.push((log, is_done));
        }
        Ok(verdict.max(Tasks::of(&ended).say(terminal)?))
    }
}

impl Trust {
    fn check(&self, path: &Path, each: &mut dyn FnMut(&VerifiedRow<'_>) -> io::Result<()>) -> Result<Report, Failure> {
        let keys = self.keys()?;
        let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| Failure::file(path, error));
        let notes: Result<Vec<Note>, Failure> =
            self.checkpoint.iter().map(|path| Note::read(&read(path)?).map_err(|error| said(&error))).collect();
        let mut file = BufReader::new(File::open(path).map_err(|error| Failure::file(path, error))?);
        audit::verify(&mut file, &keys, &notes?, each).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::file(path, error),
        })
    }

    /// The key given, else that of this user, if there is one. What makes the codes of rows is known only of the latter.
    fn keys(&self) -> Result<Keys, Failure> {
        let kept = Secret::kept(&secrets::audit_key_path()?).map_err(|error| said(&error));
        let Some(given) = &self.key else {
            return Ok(kept?.map(|secret| secret.keys()).unwrap_or_default());
        };
        let text = if given.starts_with("ed25519:") || given.contains('+') && !Path::new(given).exists() {
            given.clone()
        } else {
            std::fs::read_to_string(given).map_err(|error| Failure::file(Path::new(given), error))?
        };
        let public: Option<Public> = audit::read_key(text.trim());
        let public = public.map_or_else(|| text.parse(), Ok).map_err(|error| said(&error))?;
        let own = kept.ok().flatten().filter(|secret| secret.public() == public);
        Ok(own.map_or_else(|| Keys::from(&public), |secret| secret.keys()))
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
    if report.is_whole() {
        terminal.line(&format!("{name}: {} rows, all as they were written", report.rows))?;
    } else {
        terminal.line(&format!("{name}: {} rows as they were written, {} faults", report.rows, report.wrong))?;
    }
    for fault in report.faults.iter().take(MOST_NAMED) {
        let what = terminal.strong(&format!("row {} is wrong: {}", fault.row, fault.what));
        terminal.line(&format!("  {what} (byte {})", fault.byte))?;
    }
    if report.wrong > MOST_NAMED as u64 {
        terminal.line(&format!("  and {} more; --json names up to 1,000", report.wrong - MOST_NAMED as u64))?;
    }
    for (first, last) in report.not_vouched.iter().take(MOST_NAMED) {
        let rows = if first == last { format!("row {first} is") } else { format!("rows {first} to {last} are") };
        terminal.line(&format!("  {rows} not vouched for"))?;
    }
    if !report.from.is_empty() {
        terminal.line(&format!("  from {} to {}", report.from, report.to))?;
        let whose = if report.key_is_given { "" } else { ", as the log itself says: give --key to be sure" };
        terminal.line(&format!("  signed with {}{whose}", report.key))?;
        if !report.codes_are_checked {
            terminal.line("  the codes of single rows were not checked: that takes the secret key; signatures were")?;
        }
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
                match row.line.strip_suffix('}').filter(|_| !row.is_vouched) {
                    Some(open) => writeln!(terminal.out(), "{open},\"vouched\":false}}")?,
                    None => writeln!(terminal.out(), "{}", row.line)?,
                }
            }
            Ok(())
        })?;
        terminal.flush()?;
        let Some(fault) = report.fault else { return Ok(Verdict::Fine) };
        terminal.note(&format!("row {} is wrong: {}", fault.row, fault.what));
        terminal.note("what is not vouched for is marked so; `tencode audit verify` names each row that is wrong");
        Ok(Verdict::Wrong)
    }
}

impl Checkpoint {
    fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if !self.log.is_file() {
            return Err(Failure::file(&self.log, io::ErrorKind::NotFound.into()));
        }
        let secret = Secret::open(&secrets::audit_key_path()?).map_err(|error| said(&error))?;
        let (keys, public) = (secret.keys(), secret.public());
        let open = |path: &Path| File::open(path).map_err(|error| Failure::file(path, error));
        let log = Log::open(&self.log, secret, asking::now);
        log.and_then(|mut log| log.mend()).map_err(|error| said(&error))?;
        let report = audit::verify(&mut BufReader::new(open(&self.log)?), &keys, &[], &mut |_| Ok(()));
        let report = report.map_err(|error| Failure::file(&self.log, error))?;
        let secret = Secret::open(&secrets::audit_key_path()?).map_err(|error| said(&error))?;
        let note = report.checkpoint(&secret).ok_or_else(|| {
            let why = report.fault.as_ref().filter(|_| report.rows > 0).map_or_else(
                || "there is no row yet".to_owned(),
                |fault| format!("row {} is wrong: {}; nothing is signed", fault.row, fault.what),
            );
            Failure::said(format!("{}: {why}", self.log.display()))
        })?;
        let Some(path) = self.output else {
            write!(terminal.out(), "{note}")?;
            return Ok(Verdict::Fine);
        };
        let guard = Guard::replacing(Own::Checkpoint).and("the audit log", &self.log);
        let output = Output::open(&path, &guard, terminal)?;
        output.write(|out| out.write_all(note.to_string().as_bytes()).map_err(|error| Failure::file(&path, error)))?;
        terminal.line(&format!("{}: {} rows of {}", path.display(), note.rows, self.log.display()))?;
        terminal.line(&format!("  key {}", note.key(&public)))?;
        Ok(Verdict::Fine)
    }
}
