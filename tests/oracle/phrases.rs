//! What phrases of codes say in a text.

use super::language::Path;
use super::language::Phrase;
use super::language::Set;
use super::meaning::Frame;
use super::world;
use super::world::RECORD;
use super::world::Value;

/// The phrases of a code, with what each is worth.
pub(super) fn phrases(set: &Set, place: usize) -> Vec<(&Phrase, f32)> {
    let code = &set.codes[place];
    let has_children = set.codes.iter().any(|it| it.parent == Some(place));
    if code.is_group || !code.assignable.unwrap_or(!has_children) {
        return Vec::new();
    }
    let mut phrases: Vec<(&Phrase, f32)> =
        code.title.iter().map(|title| (title, set.points[0].unwrap_or(4.0))).collect();
    for also in &code.also {
        if phrases.iter().all(|(known, _)| known.written != also.written) {
            phrases.push((also, set.points[1].unwrap_or(3.0)));
        }
    }
    phrases
}

/// Fields that are searched for phrases.
pub(super) fn texts(set: &Set) -> Vec<Path> {
    if !set.texts.is_empty() {
        return set.texts.clone();
    }
    let free = RECORD.iter().enumerate().filter(|(_, field)| field.more.contains("free"));
    free.map(|(slot, field)| Path { root: None, slots: vec![slot], written: field.name.to_owned() }).collect()
}

pub(super) fn notes(frame: &mut Frame<'_>, path: &Path) -> Vec<world::Note> {
    let values = frame.eval(&super::language::Expr::Path(path.clone()));
    values.into_iter().filter_map(|it| if let Value::Note(note) = it { Some(note) } else { None }).collect()
}

/// Whether a phrase of a code is said somewhere, and not as a part of a longer one that speaks for other codes only.
pub(super) fn is_spoken(frame: &mut Frame<'_>, path: &Path, phrase: &Phrase, set: &Set, place: usize) -> bool {
    let own_phrases = phrases(set, place);
    let all: Vec<&Phrase> = (0..set.codes.len()).flat_map(|code| phrases(set, code)).map(|(it, _)| it).collect();
    notes(frame, path).into_iter().any(|note| {
        let said = |phrase: &Phrase| {
            let heard = note.hear(&phrase.words).into_iter().filter(|it| !it.is_denied && !it.is_of_family);
            heard.map(|it| (it.place, it.place + phrase.words.len())).collect::<Vec<_>>()
        };
        let others: Vec<(usize, usize)> = all.iter().flat_map(|it| said(it)).collect();
        let its: Vec<(usize, usize)> = own_phrases.iter().flat_map(|(it, _)| said(it)).collect();
        let holds = |other: &(usize, usize), own: &(usize, usize)| other.0 <= own.0 && other.1 >= own.1;
        let is_part =
            |own: &(usize, usize)| others.iter().any(|other| other != own && holds(other, own) && !its.contains(other));
        said(phrase).iter().any(|own| !is_part(own))
    })
}
