//! Words of the first edition of the language: `tencode upgrade` rewrites them, everything else refuses them.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::tree::Edition;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;

impl Builder<'_> {
    /// Reports a statement, or a part of one, that only the first edition has. It is read all the same, so that nothing else is
    /// reported because of it.
    pub(super) fn refuse_old(&mut self, pair: &Pair<'_>) {
        if self.edition == Edition::First {
            return;
        }
        if let Some((word, instead)) = old_form(pair) {
            let start = self.span(pair).start;
            self.refuse_word(word, instead, Span { start, end: start + word.len(), ..self.segment });
        }
    }

    /// Reports a word that only the first edition has.
    pub(super) fn refuse_word(&mut self, word: &str, instead: &str, span: Span) {
        if self.edition == Edition::Second {
            let kind = Kind::FirstEdition { word: word.to_owned(), instead: instead.to_owned() };
            self.problems.push(Diagnostic::new(kind, span).with_help("`tencode upgrade FILE` rewrites it"));
        }
    }
}

/// The first word of what only the first edition has, and what the second says instead.
fn old_form(pair: &Pair<'_>) -> Option<(&'static str, &'static str)> {
    let text = pair.as_str();
    let begins = |word: &str| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '"']));
    let has = |rule: Rule| pair.clone().into_inner().any(|part| part.as_rule() == rule);
    let is_default_of_cases = |default: &str| {
        let is_bare = default.strip_prefix("default").is_some_and(|rest| !rest.trim_start().starts_with('{'));
        is_bare && pair.clone().into_inner().any(|case| case.into_inner().nth(1).is_some())
    };
    Some(match pair.as_rule() {
        Rule::set_title => ("title", "codeset NAME \"title\""),
        Rule::set_record => ("record", "codeset NAME for RECORD"),
        Rule::set_text => ("text", "search in"),
        Rule::abstain => ("abstain below", "decide above"),
        Rule::when => ("when", "propose when"),
        Rule::unless => ("unless", "never when"),
        Rule::raise => ("raise", "PROPERTY VALUE when …"),
        Rule::on => ("on", "rules for RECORD { … }"),
        Rule::scope => ("scope", "when"),
        // What follows has the same name in both editions, and other words.
        Rule::label | Rule::label_column | Rule::mark if begins("label") => ("label", "labelled"),
        Rule::note if begins("includes") => ("includes", "inclusion"),
        Rule::designation if begins("designation") => ("designation", "title"),
        Rule::maps_to if has(Rule::target) && text.contains('/') => {
            ("maps to", "maps to SET { CODE when …; CODE otherwise }")
        }
        Rule::text_policy if begins("text") => ("text", "free text"),
        Rule::counts if begins("counts") && !text.contains(" below ") => ("counts", "counts below N hide"),
        Rule::first if text == "first" => ("first", "first-match"),
        Rule::default if is_default_of_cases(text) => ("default", "default { VALUE when …; VALUE otherwise }"),
        _ => return None,
    })
}
