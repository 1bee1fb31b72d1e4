//! Whether a text says that something is so, is not so, may be so, or is so of a relative.
//!
//! After `NegEx` (Chapman and others, 2001) and `ConText` (Harkema and others, 2009): cues open a scope that ends with the clause, at a
//! word such as `but`, or, for weak cues, at a comma that no `or` follows.

use super::tokens::Gap;
use super::tokens::PhraseMatch;
use super::tokens::Token;
use super::trie::Trie;

/// What a cue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Looks like a negation and is none.
    Nothing = 0,
    /// Negates what follows, a few words far.
    Not = 1,
    /// Negates all that follows in its clause, lists included.
    Denies = 2,
    /// Negates what stands before it.
    After = 3,
    /// Negates what stands before it, if the clause ends with it.
    Last = 4,
    /// Negates on both sides.
    Both = 5,
    /// Ends every scope.
    Stop = 6,
    /// Makes what follows uncertain.
    Maybe = 7,
    /// Says that what follows is of a relative.
    Family = 8,
    /// Goes on with a list.
    Or = 9,
    /// Ends every scope where it stands behind a comma.
    Turn = 10,
    /// Makes what follows uncertain, and what stands before it if the clause ends with it.
    MaybeBoth = 11,
}

/// A cue found in a text: what it does, its first word, the word after its last. A sign has no word; it stands before the one
/// at `from`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cue {
    action: Action,
    from: usize,
    to: usize,
    sides: Sides,
    /// A dot behind it belongs to it.
    is_dotted: bool,
}

/// Which words a cue speaks of, where its action does not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// It is made of words: what follows, and what stands before it where a clause ends with it.
    OfWords,
    /// A sign before a word: `(-) fever`, `? fever`.
    Following,
    /// A sign behind a word: `fever (-)`, `fever?`.
    Preceding,
}

/// The cues of a domain.
#[derive(Default)]
pub(crate) struct Cues {
    /// Those made of words, by the numbers of these, with the number of what each does, and [`DOTTED`] where a dot belongs to it.
    pub words: Trie<u32>,
    /// Those without a letter or digit, such as `(-)`, with the number of what each does; the longest first.
    pub signs: Vec<(String, u32)>,
}

impl Cue {
    /// Whether every scope before it ends here: `denies chest pain, has a cough`, and not `denies that he has chest pain`.
    fn stops(&self, tokens: &[Token]) -> bool {
        let is_behind_gap = || tokens.get(self.from).is_some_and(|token| token.gap != Gap::None);
        self.action == Action::Stop || (self.action == Action::Turn && is_behind_gap())
    }

    /// Whether a word is part of a cue that says that something is so or not, or may be so.
    pub fn doubts_with(&self, word: usize) -> bool {
        let is_doubt = !matches!(self.action, Action::Nothing | Action::Stop | Action::Family | Action::Or);
        is_doubt && (self.from..self.to).contains(&word)
    }
}

/// Stands with the number of what a cue does if it is a short form that may have a dot behind it: `vs.` ends no sentence.
pub(crate) const DOTTED: u32 = 1 << 8;
/// Words far that a weak cue reaches when no list goes on.
const REACH: usize = 8;
/// Words between a finding and the cue after it.
const REACH_BACK: usize = 4;

/// Lists of `domains/shared`, and of a domain of its own, and what their cues do. A cue in another language is one more word
/// of a list.
const LISTS: [(&str, Action); 12] = [
    ("negation-none", Action::Nothing),
    ("negation-not", Action::Not),
    ("negation-denies", Action::Denies),
    ("negation-after", Action::After),
    ("negation-last", Action::Last),
    ("negation-both", Action::Both),
    ("negation-ends", Action::Stop),
    ("uncertain", Action::Maybe),
    ("uncertain-both", Action::MaybeBoth),
    ("family-history", Action::Family),
    ("negation-or", Action::Or),
    ("negation-turns", Action::Turn),
];

/// Every cue of the lists, with the number of what it does. The longest cue that fits counts.
pub(crate) fn cues(lists: &[(String, Vec<String>)]) -> impl Iterator<Item = (&str, u32)> {
    let of_lists = lists.iter().filter_map(|(name, cues)| {
        let (_, action) = LISTS.iter().find(|(list, _)| list == name)?;
        Some((cues, *action as u32))
    });
    of_lists.flat_map(|(cues, action)| cues.iter().map(move |cue| (cue.as_str(), action)))
}

const ACTIONS: [Action; 12] = [
    Action::Nothing,
    Action::Not,
    Action::Denies,
    Action::After,
    Action::Last,
    Action::Both,
    Action::Stop,
    Action::Maybe,
    Action::Family,
    Action::Or,
    Action::Turn,
    Action::MaybeBoth,
];

/// Marks what is found in a text with what the text says of it. `cues` is room to work in.
pub(crate) fn mark(known: &Cues, text: &str, tokens: &[Token], cues: &mut Vec<Cue>, found: &mut [PhraseMatch]) {
    cues.clear();
    collect(known, text, tokens, cues);
    for (place, cue) in cues.iter().enumerate() {
        let ahead = |reach| cue.to..scope_end(text, tokens, cues, place, reach);
        let mut flag = |range: std::ops::Range<usize>, set: fn(&mut PhraseMatch)| {
            found.iter_mut().filter(|it| range.start <= it.first && it.last < range.end).for_each(set);
        };
        match cue.action {
            _ if cue.sides == Sides::Preceding => {}
            Action::Not | Action::Both => flag(ahead(Some(REACH)), |it| it.is_negated = true),
            Action::Denies => flag(ahead(None), |it| it.is_negated = true),
            Action::Maybe | Action::MaybeBoth => flag(ahead(Some(REACH)), |it| it.is_uncertain = true),
            Action::Family => flag(ahead(None), |it| it.is_of_family = true),
            _ => {}
        }
        let is_last = match cue.sides {
            Sides::OfWords => tokens.get(cue.to).is_none_or(|token| token.gap != Gap::None),
            sides => sides == Sides::Preceding,
        };
        let is_back = match cue.action {
            Action::After | Action::Both => true,
            Action::Last => is_last,
            // `chest pain denied.` against `denied chest pain`; `nausea - no` against `no nausea`
            Action::Denies | Action::Not | Action::MaybeBoth => is_last,
            Action::Maybe => cue.sides == Sides::Preceding,
            _ => false,
        };
        if is_back {
            let set: fn(&mut PhraseMatch) = match cue.action {
                Action::Maybe | Action::MaybeBoth => |it| it.is_uncertain = true,
                _ => |it| it.is_negated = true,
            };
            flag(scope_start(text, tokens, cues, place)..cue.from, set);
        }
    }
}

fn collect(known: &Cues, text: &str, tokens: &[Token], cues: &mut Vec<Cue>) {
    let mut from = 0;
    while let Some(rest) = tokens.get(from..).filter(|rest| !rest.is_empty()) {
        cues.extend(signs_before(known, text, tokens, from).into_iter().flatten());
        let mut longest = None;
        let clause =
            rest.iter().enumerate().map_while(|(place, it)| (place == 0 || it.gap == Gap::None).then_some(it.plain));
        known.words.visit(clause, |action, words| longest = Some((action, words)));
        let words = match longest {
            Some((action, words)) => {
                let is_dotted = action & DOTTED != 0;
                cues.push(Cue { action: action_of(action), from, to: from + words, sides: Sides::OfWords, is_dotted });
                words
            }
            None => 1,
        };
        from += words;
    }
    cues.extend(signs_before(known, text, tokens, tokens.len()).into_iter().flatten());
}

fn action_of(number: u32) -> Action {
    ACTIONS.get((number & !DOTTED) as usize).copied().unwrap_or(Action::Nothing)
}

/// The signs between a word and the one before it, or behind the last word.
///
/// One speaks of the word that it stands at: `fever (-), cough`, `UTI?` and `pain ?stroke`. With blanks on both sides, it speaks
/// of what follows. Two with a blank between them speak of a word each: `fever? (-) cough`.
fn signs_before(known: &Cues, text: &str, tokens: &[Token], at: usize) -> [Option<Cue>; 2] {
    let end = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.end);
    let start = tokens.get(at).map(|token| token.start);
    let between = text.get(end.unwrap_or(0)..start.unwrap_or(text.len())).unwrap_or_default();
    let bare = between.trim();
    if bare.is_empty() || known.signs.is_empty() {
        return [None, None];
    }
    let behind = known.signs.iter().find(|(sign, _)| end.is_some() && bare.starts_with(sign.as_str()));
    let ahead = known.signs.iter().find(|(sign, _)| start.is_some() && bare.ends_with(sign.as_str()));
    let cue = |(_, action): &(String, u32), sides| {
        Some(Cue { action: action_of(*action), from: at, to: at, sides, is_dotted: false })
    };
    match (behind, ahead) {
        (Some(behind), Some(ahead)) => {
            let rest = bare.strip_prefix(behind.0.as_str()).and_then(|rest| rest.strip_suffix(ahead.0.as_str()));
            if rest.is_some_and(|rest| rest.contains(char::is_whitespace)) {
                return [cue(behind, Sides::Preceding), cue(ahead, Sides::Following)];
            }
            let is_behind = between.starts_with(&behind.0) && !between.ends_with(&ahead.0);
            [if is_behind { cue(behind, Sides::Preceding) } else { cue(ahead, Sides::Following) }, None]
        }
        (Some(behind), None) => [cue(behind, Sides::Preceding), None],
        (None, Some(ahead)) => [cue(ahead, Sides::Following), None],
        (None, None) => [None, None],
    }
}

/// The word at which the scope of a cue ends. With a reach, commas end it too unless an `or` follows.
fn scope_end(text: &str, tokens: &[Token], cues: &[Cue], place: usize, reach: Option<usize>) -> usize {
    let Some(cue) = cues.get(place) else { return 0 };
    let after = cues.get(place + 1..).unwrap_or(&[]);
    // The word behind a sign belongs to it, whatever the sign looks like, and so does the one behind the dot of a short form.
    let is_near = cue.sides == Sides::Following || (cue.is_dotted && between(text, tokens, cue.to) == Some("."));
    let first = if is_near { cue.to + 1 } else { cue.to };
    let clause_end =
        (first..tokens.len()).find(|at| tokens.get(*at).is_some_and(|it| it.gap == Gap::End)).unwrap_or(tokens.len());
    let stop = after.iter().find(|it| it.stops(tokens)).map_or(clause_end, |it| it.from.min(clause_end));
    let Some(reach) = reach else { return stop };
    let list_end = after
        .iter()
        .filter(|it| it.action == Action::Or && it.from < stop && goes_on(tokens, cue.to, it.from))
        .map(|it| it.to)
        .next_back();
    let free_to = list_end.unwrap_or(first);
    let comma = (free_to..stop).find(|at| tokens.get(*at).is_some_and(|it| it.gap == Gap::Comma)).unwrap_or(stop);
    comma.min(free_to + reach).min(stop)
}

/// Whether an `or` ends a list of short things: `no cough, chills, or fever`, not `no injury, left by Main St or Oak`.
fn goes_on(tokens: &[Token], from: usize, or: usize) -> bool {
    let start = (from..=or).rev().find(|at| tokens.get(*at).is_some_and(|it| it.gap != Gap::None)).unwrap_or(from);
    or - start.min(or) <= 2
}

/// The first word that a cue after it negates.
fn scope_start(text: &str, tokens: &[Token], cues: &[Cue], place: usize) -> usize {
    let Some(cue) = cues.get(place) else { return 0 };
    let before = cues.get(..place).unwrap_or(&[]);
    let stop = before.iter().rev().find(|it| it.stops(tokens)).map_or(0, |it| it.to);
    let nearest = cue.from.saturating_sub(REACH_BACK + 4).max(stop);
    // A cue that is a clause of its own, as in `nausea - no`, answers the one before it; so does one behind a comma that says
    // that it may be so. A sign is no word.
    let gap = tokens.get(cue.from).map_or(Gap::None, |token| token.gap);
    let answers = match (cue.sides, cue.action) {
        (Sides::Preceding, _) => true,
        (_, Action::Not) => gap != Gap::None,
        (_, Action::MaybeBoth) => {
            gap == Gap::Comma || gap == Gap::End && matches!(between(text, tokens, cue.from), Some("-" | "–" | "—"))
        }
        _ => false,
    };
    let mut from = if answers { cue.from.saturating_sub(1) } else { cue.from };
    while from > nearest && tokens.get(from).is_some_and(|it| it.gap == Gap::None) {
        from -= 1;
    }
    from
}

/// The signs between a word and the one before it.
fn between<'t>(text: &'t str, tokens: &[Token], at: usize) -> Option<&'t str> {
    let end = tokens.get(at.checked_sub(1)?)?.end;
    text.get(end..tokens.get(at)?.start).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::program::CUE_LISTS;

    #[test]
    fn every_list_of_cues_does_something() {
        let mut names: Vec<&str> = LISTS.iter().map(|(name, _)| *name).collect();
        let mut lists = CUE_LISTS.to_vec();
        names.sort_unstable();
        lists.sort_unstable();
        assert_eq!(names, lists);
    }
}
