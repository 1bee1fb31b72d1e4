//! The messages of rules: words, `{path}` of what identifies nobody, and what a row of a table says in the place of
//! `{ROW.OUTPUT}`.

use super::expression::Lowering;
use super::scope::Found;
use super::scope::Row;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::expression::Expression;
use crate::model::rules::Piece;

/// A part of a message.
pub(super) enum Part {
    /// Words of the rule, or a value of an encounter.
    Piece(Piece),
    /// What a row of a table says. Braces in it mean nothing.
    OfRow(String),
}

/// A message as findings have it.
pub(super) fn own(parts: &[Part]) -> Vec<Piece> {
    let own = |part: &Part| match part {
        Part::Piece(piece) => piece.clone(),
        Part::OfRow(text) => Piece::Text(text.clone()),
    };
    parts.iter().map(own).collect()
}

/// A message for all rows of a table, with `…` for what each says.
pub(super) fn template(parts: &[Part]) -> Vec<Piece> {
    let template = |part: &Part| match part {
        Part::Piece(piece) => piece.clone(),
        Part::OfRow(_) => Piece::Text("…".to_owned()),
    };
    parts.iter().map(template).collect()
}

/// A text of a rule, with what a row says in the place of `{ROW.OUTPUT}`.
pub(super) fn with_row(text: &str, row: &Row<'_>) -> String {
    let put = |cut: Cut<'_>| match cut {
        Cut::Words(words) => words.to_owned(),
        Cut::Braced(inside) => row.written(inside).map_or_else(|| format!("{{{inside}}}"), str::to_owned),
    };
    cut(text).into_iter().map(put).collect()
}

/// The message in parts. `None` if a name in it is not known here, which is reported if this is the last try.
pub(super) fn message(message: &Name, lowering: &mut Lowering<'_>, is_last: bool) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for cut in cut(&message.item) {
        match cut {
            Cut::Words(words) => parts.push(Part::Piece(Piece::Text(words.to_owned()))),
            Cut::Braced(inside) => match placeholder(inside.trim(), message.span, lowering, is_last) {
                Some(part) => parts.push(part),
                None if !is_last => return None,
                None => {}
            },
        }
    }
    Some(parts)
}

/// A piece of a text: words, or what stands between `{` and `}`.
enum Cut<'t> {
    Words(&'t str),
    Braced(&'t str),
}

fn cut(text: &str) -> Vec<Cut<'_>> {
    let (mut cuts, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, after)) = after.split_once('}') else { break };
        cuts.push(Cut::Words(before));
        cuts.push(Cut::Braced(inside));
        rest = after;
    }
    cuts.push(Cut::Words(rest));
    cuts.retain(|cut| !matches!(cut, Cut::Words("")));
    cuts
}

fn placeholder(inside: &str, span: Span, lowering: &mut Lowering<'_>, is_last: bool) -> Option<Part> {
    if let Some(value) = lowering.scope.row.as_ref().and_then(|row| row.written(inside)) {
        return Some(Part::OfRow(value.to_owned()));
    }
    match lowering.scope.find(inside) {
        Found::Path { expression, kind, field } => {
            let is_plain = matches!(kind.sort(), "code" | "choice" | "ladder" | "number" | "bool");
            let identifies = field.is_some_and(|field| {
                field.privacy.identifies.is_some() || field.privacy.is_free || field.privacy.is_quasi_identifier
            });
            let is_property = matches!(expression, Expression::Property { .. });
            if is_property || (is_plain && !identifies) {
                return Some(Part::Piece(Piece::Value(expression)));
            }
            let help = Some("name the field in words; `at PATH` points at it".into());
            lowering.say(span, Problem::LeakyMessage { path: inside.to_owned() }, help);
            None
        }
        Found::Broken { .. } | Found::Nothing => {
            if is_last {
                let names = lowering.scope.names();
                let help = did_you_mean(inside, names.iter().map(String::as_str));
                lowering.say(span, Problem::UnknownPlaceholder { placeholder: inside.to_owned() }, help);
            }
            None
        }
    }
}
