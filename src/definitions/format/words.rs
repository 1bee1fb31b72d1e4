//! Names, texts and values as they are written.

use crate::definitions::format::flow::Flow;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::day::Span as Duration;

/// Words that mean something where a value may stand, so that a code or choice of that name is written in quotation marks.
const TAKEN: [&str; 18] = [
    "absent",
    "and",
    "any",
    "assignable",
    "false",
    "in",
    "is",
    "known",
    "labelled",
    "leaf",
    "not",
    "numeric",
    "or",
    "present",
    "retired",
    "true",
    "under",
    "valid",
];

/// A text in quotation marks.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A name, in quotation marks only if it cannot do without. `either` and `both` say how codes replace another.
pub fn bare(text: &str) -> String {
    if is_word(text) && !matches!(text, "either" | "both") { text.to_owned() } else { quoted(text) }
}

/// Whether a value is written without quotation marks.
pub fn is_bare_value(text: &str) -> bool {
    is_word(text) && !TAKEN.contains(&text)
}

/// Whether the grammar reads it as one word: letters, digits and `_`, between them single `-`, `.`, `/` or `:`.
pub fn is_word(text: &str) -> bool {
    let mut was_letter = false;
    for character in text.chars() {
        let is_letter = character.is_ascii_alphanumeric() || character == '_' || character >= '\u{80}';
        let is_joint = matches!(character, '-' | '.' | '/' | ':');
        if !(is_letter || is_joint && was_letter) {
            return false;
        }
        was_letter = is_letter;
    }
    was_letter
}

/// Names with commas, each in quotation marks only if it cannot do without; a line may end behind every comma.
pub fn listed(names: &[Name], depth: u8) -> Flow {
    joined(names.iter().map(|name| Flow::of(bare(&name.item))), depth)
}

/// Texts with commas.
pub fn texts(names: &[Name], depth: u8) -> Flow {
    joined(names.iter().map(|name| Flow::of(quoted(&name.item))), depth)
}

/// Parts with commas between them; a line may end behind every comma.
pub fn joined(parts: impl Iterator<Item = Flow>, depth: u8) -> Flow {
    let mut flow = Flow::default();
    for (at, part) in parts.enumerate() {
        if at > 0 {
            flow.push(",");
            flow.may_break(depth);
            flow.glue(part);
        } else {
            flow = part;
        }
    }
    flow
}

/// The same in brackets.
pub fn bracketed(inner: Flow) -> Flow {
    let mut flow = Flow::of("(");
    flow.glue(inner);
    flow.push(")");
    flow
}

/// A length of time in its largest whole unit.
pub fn duration(span: Duration) -> String {
    const UNITS: [(i64, &str); 5] =
        [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (count, unit) = match (span.months, span.seconds) {
        (0, seconds) => {
            let unit = UNITS.iter().find(|(length, _)| seconds != 0 && seconds % length == 0);
            let (length, unit) = unit.copied().unwrap_or((86_400, "day"));
            (seconds / length, unit)
        }
        (months, _) if months % 12 == 0 => (i64::from(months / 12), "year"),
        (months, _) => (i64::from(months), "month"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `from D`, `to D`, `from D to D` behind what stands before.
pub(super) fn days(flow: &mut Flow, from: Option<&Spanned<Day>>, to: Option<&Spanned<Day>>) {
    for (word, day) in [("from", from), ("to", to)] {
        if let Some(day) = day {
            flow.word(&format!("{word} {}", day.item));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_bare_where_the_grammar_reads_one_word() {
        for name in ["A", "13B", "E11.9", "set/13B", "no-report", "2025.0"] {
            assert_eq!(bare(name), name);
        }
        for name in ["", "a b", "A--B", "-3", "A.", "both", "a,b"] {
            assert_eq!(bare(name), format!("\"{name}\""));
        }
    }

    #[test]
    fn a_length_of_time_has_its_largest_unit() {
        let written = |text: &str| Duration::parse(text).map(duration);
        for (text, printed) in [
            ("12 months", "1 year"),
            ("24 hours", "1 day"),
            ("10 days", "10 days"),
            ("90 seconds", "90 seconds"),
            ("0 days", "0 days"),
        ] {
            assert_eq!(written(text).as_deref(), Some(printed));
        }
    }
}
