//! `tencode risk`

use super::stats::Input;
use super::stats::paths;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::context::Context;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::encounters::tally::By;
use crate::model::record::Field;
use crate::statistics::Classes;
use crate::statistics::Risk as Measured;
use serde::Serialize;

/// Says how well people are hidden among each other in what an audience would be shown.
///
/// Encounters are alike if all their quasi-identifiers, as the record declares them, look the same to the audience. The
/// answer is yes if every encounter is like at least K; exit status 1 if not. Encounters of which no quasi-identifier
/// is shown are counted apart: they are no class. Sensitive are labels of codes and fields with a label.
///
///     tencode risk --domain law-enforcement --record call --audience analytics examples/calls.ndjson
///     tencode risk --domain healthcare --audience public --k 20 --json examples/encounters.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Risk {
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    /// So many have to be alike
    #[arg(long, value_name = "K", default_value_t = 11)]
    k: u64,
    /// So many different sensitive values have to be in every class that has any
    #[arg(long, value_name = "L")]
    l: Option<u64>,
    #[command(flatten)]
    input: Input,
}

/// What is said.
#[derive(Serialize)]
struct Said<'a> {
    audience: &'a str,
    policy: &'a str,
    quasi_identifiers: Vec<String>,
    #[serde(flatten)]
    measured: &'a Measured,
}

impl Risk {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let chosen = self.input.choose(&registry, &mut self.engine_args, terminal)?;
        let (engine, mut asked) = self.engine_args.audited("risk", registry, None, &self.auditing, terminal)?;
        let all = paths(&engine.record().fields, "");
        let named = |is_wanted: &dyn Fn(&Field) -> bool| -> Vec<String> {
            all.iter().filter(|(_, field)| is_wanted(field)).map(|(path, _)| path.clone()).collect()
        };
        let quasi_identifiers = named(&|field| field.privacy.is_quasi_identifier);
        let mut by: Vec<By> = quasi_identifiers.iter().cloned().map(By::All).collect();
        by.push(By::Sensitive(named(&|field| field.privacy.label.is_some())));
        let mut classes = Classes::default();
        let counts = self.input.tally(&engine, chosen, &by, &mut |seen| {
            let (mut alike, mut sensitive) = (seen.values, None);
            if let Some(last) = alike.pop() {
                sensitive = last;
            }
            // A mark in the place of each value shows nothing.
            if alike.iter().flatten().all(|value| value == "withheld") {
                alike.iter_mut().for_each(|value| *value = None);
            }
            classes.add(&alike, sensitive);
            Ok(())
        })?;
        let measured = classes.risk(self.k);
        asked.note(&Entry::new(Outcome::Shown).count(measured.rows))?;
        let (audience, policy) = (engine.redactor().audience(), engine.redactor().policy());
        if terminal.json {
            terminal.json(&Said { audience, policy, quasi_identifiers, measured: &measured })?;
        } else {
            say(audience, self.k, &quasi_identifiers, &measured, terminal)?;
        }
        terminal.note(&format!("{} read, {} refused", counts.read, counts.refused));
        let is_varied = measured.variety.is_none_or(|variety| self.l.is_none_or(|wanted| variety >= wanted));
        let is_fine = measured.is_safe && is_varied && counts.refused == 0;
        Ok(if is_fine { Verdict::Fine } else { Verdict::Wrong })
    }
}

fn say(audience: &str, k: u64, by: &[String], risk: &Measured, terminal: &mut Terminal) -> Result<(), Failure> {
    let answer = terminal.strong(if risk.is_safe { "yes" } else { "no" });
    terminal.line(&format!("{answer}: for `{audience}` every encounter should look like {k} or more"))?;
    let by = if by.is_empty() { "the record declares no quasi-identifier".to_owned() } else { by.join(", ") };
    terminal.line(&format!("  compared by: {by}"))?;
    terminal
        .line(&format!("  {} encounters in {} classes; the smallest has {}", risk.rows, risk.classes, risk.smallest))?;
    terminal.line(&format!("  {} in classes under {k}, {} of them like no other", risk.under, risk.single))?;
    if risk.suppressed > 0 {
        terminal.line(&format!("  {} of which no quasi-identifier is shown: they are no class", risk.suppressed))?;
    }
    if let Some(variety) = risk.variety {
        terminal.line(&format!(
            "  the fewest different sensitive values in a class: {variety}; {} encounters in classes with one only",
            risk.disclosed
        ))?;
    }
    Ok(())
}
