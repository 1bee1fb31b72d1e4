//! `tencode report`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::near;
use crate::cli::terminal::Terminal;
use crate::definitions::compile::Compiled;
use crate::encounters::training::TextModel;
use crate::model::content::CodeSet;
use crate::model::ids::CodeId;
use crate::model::lessons::Lessons;
use crate::workspace::learning::Learned;
use crate::workspace::session::Reach;
use crate::workspace::session::Session;
use serde::Serialize;
use std::collections::BTreeMap;

/// Says how good the text models of a domain are.
///
/// Every example is asked of a model that was trained without it. The report names the codes that are found least often,
/// the pairs that are mixed up, codes with too few examples to decide on, and texts that are examples of two codes.
///
///     tencode report law-enforcement
///     tencode report customer-service --json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Report {
    /// The domain
    domain: String,
}

/// Codes, pairs and texts of which so many are listed.
const LISTED: usize = 12;
/// Under so many examples a code is suggested and not decided on.
const FEW: u32 = 20;

/// How good one model is.
#[derive(Serialize)]
struct OfSet {
    set: String,
    examples: usize,
    calibrated: bool,
    right: f32,
    among_three: f32,
    decided: f32,
    right_when_decided: f32,
    decided_of_none: f32,
    threshold: f32,
    bytes: usize,
    codes: Vec<OfCode>,
    mixed_up: Vec<Pair>,
    examples_of_two_codes: Vec<Shared>,
}

/// How good it is for one code.
#[derive(Serialize)]
struct OfCode {
    code: String,
    display: String,
    examples: u32,
    first: u32,
    few_examples: bool,
}

/// Two codes that are mixed up.
#[derive(Serialize)]
struct Pair {
    code: String,
    instead: String,
    times: u32,
}

/// A text that is an example of several codes.
#[derive(Serialize)]
struct Shared {
    text: String,
    codes: Vec<String>,
}

impl Report {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let session = context.session(Reach::All)?;
        let outcome = session.compile()?;
        let compiled = &outcome.compiled;
        let Some(domain) = compiled.domains.iter().find(|domain| domain.name == self.domain) else {
            let known = &compiled.shared.domains;
            let said = format!("there is no domain `{}`; there is {}", self.domain, known.join(", "));
            return Err(near::failure(&said, &self.domain, known.iter().map(String::as_str)));
        };
        let learned = session.learn(compiled, &Session::segments())?;
        let reports = reports(compiled, &learned, &domain.name);
        if terminal.json {
            for report in &reports {
                terminal.json(report)?;
            }
        } else if reports.is_empty() {
            terminal.line("no code set of it learns: see `learn from` in `tencode doc language`")?;
        } else {
            for report in &reports {
                show(report, terminal)?;
            }
        }
        Ok(Verdict::Fine)
    }
}

fn reports(compiled: &Compiled, learned: &Learned, domain: &str) -> Vec<OfSet> {
    let of_domain = |lessons: &&Lessons| lessons.domain.get(&compiled.domains).is_some_and(|it| it.name == domain);
    let lessons = compiled.lessons.iter().filter(of_domain);
    let found = lessons.filter_map(|lessons| {
        let model = learned.trained.iter().find(|model| model.set == lessons.set)?;
        Some(report(lessons.set.get(&compiled.sets)?, lessons, model))
    });
    found.collect()
}

fn report(set: &CodeSet, lessons: &Lessons, model: &TextModel) -> OfSet {
    let measured = &model.measured;
    let code = |position: usize| model.codes.get(position).map(|id| name(set, *id)).unwrap_or_default();
    let codes = model.codes.iter().zip(&measured.counts).map(|(id, (examples, first))| OfCode {
        code: name(set, *id),
        display: id.get(&set.codes).map(|code| code.title.clone()).unwrap_or_default(),
        examples: *examples,
        first: *first,
        few_examples: *examples < FEW,
    });
    let pairs = measured.confusions.iter().map(|(wanted, got, times)| Pair {
        code: code(*wanted),
        instead: code(*got),
        times: *times,
    });
    OfSet {
        set: set.name.clone(),
        examples: measured.examples,
        calibrated: measured.is_calibrated,
        right: measured.right,
        among_three: measured.among_three,
        decided: measured.decided,
        right_when_decided: measured.right_when_decided,
        decided_of_none: measured.decided_of_none,
        threshold: measured.threshold,
        bytes: model.bytes.len(),
        codes: codes.collect(),
        mixed_up: pairs.collect(),
        examples_of_two_codes: shared(set, lessons),
    }
}

fn name(set: &CodeSet, code: CodeId) -> String {
    code.get(&set.codes).map(|code| code.code.clone()).unwrap_or_default()
}

/// Texts that stand under several codes, spaces and case aside.
fn shared(set: &CodeSet, lessons: &Lessons) -> Vec<Shared> {
    let mut codes: BTreeMap<String, Vec<CodeId>> = BTreeMap::new();
    for example in &lessons.examples {
        let text = example.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let of_text = codes.entry(text).or_default();
        if let Some(code) = example.code.filter(|code| !of_text.contains(code)) {
            of_text.push(code);
        }
    }
    let several = codes.into_iter().filter(|(_, codes)| codes.len() > 1);
    several.map(|(text, codes)| Shared { text, codes: codes.iter().map(|id| name(set, *id)).collect() }).collect()
}

fn show(report: &OfSet, terminal: &mut Terminal) -> Result<(), Failure> {
    terminal.line(&terminal.strong(&report.set))?;
    if !report.calibrated {
        let examples = report.examples;
        return terminal.line(&format!(
            "  {examples} examples are too few to measure anything: the model suggests, and lines decide"
        ));
    }
    let percent = |share: f32| format!("{:.1} %", share * 100.0);
    let (right, three) = (percent(report.right), percent(report.among_three));
    terminal.line(&format!(
        "  of {} unseen examples the right code comes first for {right}, among three for {three}",
        report.examples
    ))?;
    let (decided, sure, none) =
        (percent(report.decided), percent(report.right_when_decided), percent(report.decided_of_none));
    terminal
        .line(&format!("  decides on {decided}, of which {sure} are right; on {none} of texts that fit no code"))?;
    let mut codes: Vec<&OfCode> = report.codes.iter().filter(|code| code.examples > 0).collect();
    let share = |code: &OfCode| f64::from(code.first) / f64::from(code.examples.max(1));
    codes.sort_by(|one, other| share(one).total_cmp(&share(other)));
    terminal.line("  found least often:")?;
    for code in codes.iter().take(LISTED) {
        terminal.row(&format!("    {:<16} {:>3} of {:<4} {}", code.code, code.first, code.examples, code.display))?;
    }
    terminal.line("  mixed up:")?;
    for pair in report.mixed_up.iter().take(LISTED) {
        terminal.row(&format!("    {:<16} is taken for {:<16} {} times", pair.code, pair.instead, pair.times))?;
    }
    let few: Vec<&str> = report.codes.iter().filter(|it| it.few_examples).map(|it| it.code.as_str()).collect();
    if !few.is_empty() {
        terminal.line(&format!("  fewer than {FEW} examples, so that they are only suggested: {}", few.join(", ")))?;
    }
    for text in report.examples_of_two_codes.iter().take(LISTED) {
        terminal.row(&format!("    an example of {}: {}", text.codes.join(" and of "), text.text))?;
    }
    Ok(())
}
