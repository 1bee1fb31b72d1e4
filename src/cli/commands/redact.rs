//! `tencode redact`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing;
use crate::cli::auditing::Asked;
use crate::cli::auditing::Auditing;
use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::batch::Out;
use crate::encounters::read::Source;
use crate::encounters::texts::Form;
use crate::encounters::texts::TextDesk;
use crate::model::day::Day;
use crate::privacy::text::TextRedactor;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// Masks what identifies in free texts.
///
/// Reads lines of JSON `{"id", "text"}` or plain lines, and writes lines of JSON `{"id", "text"}` or plain lines in the
/// same order. What is masked is the word of the audience's policy.
///
///     tencode redact --audience public notes.txt
///     tencode redact --audience public --spans < notes.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Redact {
    /// Who will read it
    #[arg(long)]
    audience: String,
    /// Domain whose policies apply besides those of `shared`
    #[arg(long)]
    domain: Option<String>,
    /// The day it is, for policies with dated lines [default: the day of this machine]
    #[arg(long, value_name = "DATE", value_parser = engine_args::day)]
    today: Option<Day>,
    #[command(flatten)]
    auditing: Auditing,
    /// Say what was masked and where, in code points; implies JSON
    #[arg(long)]
    spans: bool,
    /// File to read; `-` or nothing for standard input
    file: Option<PathBuf>,
}

impl Redact {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let (redactor, mut asked) = self.redactor(context, terminal)?;
        let path = self.file.clone().unwrap_or_else(|| PathBuf::from("-"));
        self.auditing.guard().and("the input", &path).check_standard()?;
        let mut source = Source::open_texts(&path).map_err(batch::Error::from)?;
        let (position, bar) = (source.position(), source.size().map(Terminal::bytes_bar));
        let mut seen = |_: &Counts| {
            if let Some(bar) = &bar {
                bar.set_position(position.load(Ordering::Relaxed));
            }
        };
        let form = Form { is_json: terminal.json, has_spans: self.spans };
        let access = asked.access().cloned();
        let desk = || TextDesk::new(&redactor, form, access.as_ref());
        let out = Out { to: terminal.out(), trail: asked.trail() };
        let counts = batch::run_noted(&mut source, 0, desk, out, &mut seen)?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        asked.note(&Entry::new(Outcome::Done).count(counts.read))?;
        Ok(if counts.refused > 0 { Verdict::Wrong } else { Verdict::Fine })
    }

    fn redactor(&self, context: &Context, terminal: &mut Terminal) -> Result<(TextRedactor, Asked), Failure> {
        let (registry, domain) = match &self.domain {
            Some(name) => {
                let registry = context.registry_for(name, terminal)?;
                let domain = registry.domain(name)?;
                (registry, domain)
            }
            None => (context.registry(terminal)?, None),
        };
        let requires = domain.as_ref().filter(|it| it.requires_audit).map(|it| format!("domain `{}`", it.name));
        let log = self.auditing.open(requires.as_deref())?;
        let mut access = self.auditing.access("redact", &self.audience);
        registry.id().clone_into(&mut access.registry);
        access.domain = self.domain.clone().unwrap_or_default();
        let today = self.today.unwrap_or_else(engine_args::today);
        let redactor = match TextRedactor::new(registry.shared()?, domain.as_deref(), &self.audience, today) {
            Ok(redactor) => redactor,
            Err(error) => {
                auditing::deny(log, &access)?;
                return Err(Failure::from(error));
            }
        };
        redactor.policy().clone_into(&mut access.policy);
        let asked = Asked::begin(log, access, terminal)?;
        if !redactor.wants_names() {
            return Ok((redactor, asked));
        }
        Ok((redactor.with_names(registry.names()?), asked))
    }
}
