//! Words of a text as reasons for a code: they are shown only where the text that is shown has them.

use super::shown::ShownFields;
use super::shown::ShownValue;
use crate::model::outcome::LEARNED;
use crate::model::outcome::Reason;
use crate::text::tokens::cut;

/// Takes the words out of reasons that the fields, as they are shown, do not have. Their points go to what is left of the
/// model's points, so that the reasons still add up and nobody sees what a hidden word was worth.
pub(super) fn hide_words(reasons: &mut Vec<Reason<'_>>, shown: &ShownFields<'_>) {
    let mut hidden = 0.0;
    reasons.retain(|reason| {
        let stays = reason.kind != LEARNED || reason.what.is_empty() || has_word(shown, &reason.path, &reason.what);
        if !stays {
            hidden += reason.points;
        }
        stays
    });
    if let Some(rest) = reasons.iter_mut().find(|reason| reason.kind == LEARNED && reason.what.is_empty()) {
        rest.points += hidden;
    }
}

/// Whether a text at a path of names, through all lists, has a word.
fn has_word(fields: &ShownFields<'_>, path: &str, word: &str) -> bool {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    fields.iter().filter(|(own, _)| *own == name).any(|(_, value)| value_has_word(value, rest, word))
}

fn value_has_word(value: &ShownValue<'_>, path: &str, word: &str) -> bool {
    match value {
        ShownValue::List(items) => items.iter().any(|item| value_has_word(item, path, word)),
        ShownValue::Record(fields) => has_word(fields, path, word),
        ShownValue::Text(text) if path.is_empty() => {
            cut(text).any(|(start, end)| text.get(start..end).is_some_and(|own| own.to_lowercase() == word))
        }
        _ => false,
    }
}
