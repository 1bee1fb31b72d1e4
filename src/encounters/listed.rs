//! What a desk lists while somebody types: codes typed as they are, codes that the words decide, codes that a search finds,
//! and the nearest below the threshold. The same for the page, the command line and the measure of keystrokes.

use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::PropertyId;
use crate::model::ids::SetId;
use crate::privacy::Disclosure;
use crate::privacy::ShownCandidate;
use crate::registry::Codes;
use crate::registry::Registry;
use serde::Serialize;

/// Lines of the list: as many as there are digits.
pub const LINES: usize = 9;
/// A longer text is notes and no query: it is not searched for as a whole.
const LONGEST_QUERY: usize = 60;
/// A candidate that is less sure is not near enough to be listed.
const FAR: f64 = 0.01;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Code set.
    pub set: String,
    /// The code.
    pub code: String,
    /// Its title.
    pub display: String,
    /// Titles of the codes above it, the highest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<String>,
    /// What it brings with it: properties of the code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub brings: String,
    /// How sure it is, from 0 to 1; `None` for a hit of a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// It is below the threshold of its set.
    #[serde(rename = "below", skip_serializing_if = "std::ops::Not::not")]
    pub is_below: bool,
    /// It may not be recorded on the day.
    #[serde(rename = "out", skip_serializing_if = "std::ops::Not::not")]
    pub is_out: bool,
    /// What speaks for it: points, and what.
    #[serde(skip)]
    pub reasons: Vec<(f64, String)>,
}

/// What the list is made for.
pub struct Question<'q> {
    /// Words in the box.
    pub text: &'q str,
    /// Code sets asked for.
    pub sets: &'q [SetId],
    /// The day.
    pub on: Day,
}

/// The lines for what stands in the box. What an audience may not see is not in `disclosure`, so not in a line either.
pub fn lines(registry: &Registry, question: &Question<'_>, disclosure: &Disclosure<'_>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let text = question.text.trim();
    for set in question.sets {
        exact(registry.codes(*set), *set, text, question.on, registry, &mut out);
    }
    let wanted = |it: &&ShownCandidate<'_>| question.sets.iter().any(|set| registry.codes(*set).name() == it.set);
    let candidates: Vec<&ShownCandidate<'_>> = disclosure.candidates().iter().filter(wanted).collect();
    let (sure, unsure): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|it| !it.below);
    for candidate in sure {
        add(&mut out, of_candidate(registry, candidate, question.on));
    }
    if text.chars().count() <= LONGEST_QUERY && !text.is_empty() {
        for set in question.sets {
            let codes = registry.codes(*set);
            for hit in codes.search(text, Some(question.on), LINES) {
                add(&mut out, of_code(registry, *set, hit.code, question.on));
            }
        }
    }
    for candidate in unsure.into_iter().filter(|it| it.confidence >= FAR) {
        add(&mut out, of_candidate(registry, candidate, question.on));
    }
    out.truncate(LINES);
    out
}

fn add(lines: &mut Vec<Line>, line: Option<Line>) {
    lines.extend(line.filter(|line| !lines.iter().any(|it| it.set == line.set && it.code == line.code)));
}

/// A code that was typed as it is; where it has ended, its successors stand before it.
fn exact(codes: Codes<'_>, set: SetId, text: &str, on: Day, registry: &Registry, out: &mut Vec<Line>) {
    if text.is_empty() || text.contains(char::is_whitespace) {
        return;
    }
    let Some(code) = codes.find(text) else { return };
    let current = codes.current(code, on);
    if current != code {
        add(out, of_code(registry, set, current, on));
    } else if codes.has_ended(code, on) {
        for next in codes.replaced_by(code).into_iter().flat_map(|it| it.1) {
            add(out, of_code(registry, set, next, on));
        }
    }
    add(out, of_code(registry, set, code, on));
}

/// A code without reasons.
pub fn of_code(registry: &Registry, set: SetId, code: CodeId, on: Day) -> Option<Line> {
    let codes = registry.codes(set);
    let above = codes.ancestors(code).into_iter().rev().map(|it| codes.display(it).to_owned());
    Some(Line {
        set: codes.name().to_owned(),
        code: codes.code(code).to_owned(),
        display: codes.display(code).to_owned(),
        above: above.collect(),
        brings: properties(codes, code),
        confidence: None,
        is_below: false,
        is_out: !codes.is_assignable(code, on),
        reasons: Vec::new(),
    })
}

fn of_candidate(registry: &Registry, candidate: &ShownCandidate<'_>, on: Day) -> Option<Line> {
    let set = registry.set(candidate.set)?;
    let line = of_code(registry, set, registry.codes(set).find(candidate.code)?, on)?;
    let reasons = candidate.because.iter().map(|reason| {
        let place = if reason.path.is_empty() { String::new() } else { format!(" · {}", reason.path) };
        (reason.points, format!("{} {}{place}", reason.kind, reason.what))
    });
    Some(Line { confidence: Some(candidate.confidence), is_below: candidate.below, reasons: reasons.collect(), ..line })
}

/// Name and values of what a code brings with it.
pub fn properties(codes: Codes<'_>, code: CodeId) -> String {
    let mut out = Vec::new();
    for (place, name) in PropertyId::numbered(codes.property_names()) {
        let values = codes.property(code, place);
        let values: Vec<String> = values.iter().map(|value| codes.property_text(place, value)).collect();
        if !values.is_empty() {
            out.push(format!("{name} {}", values.join(", ")));
        }
    }
    out.join(" · ")
}
