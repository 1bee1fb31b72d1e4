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
}

/// A cue found in a text: what it does, its first word, the word after its last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cue {
    action: Action,
    from: usize,
    to: usize,
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

/// Words far that a weak cue reaches when no list goes on.
const REACH: usize = 8;
/// Words between a finding and the cue after it.
const REACH_BACK: usize = 4;

/// Lists of `domains/shared`, and of a domain of its own, and what their cues do. A cue in another language is one more word
/// of a list.
const LISTS: [(&str, Action); 11] = [
    ("negation-none", Action::Nothing),
    ("negation-not", Action::Not),
    ("negation-denies", Action::Denies),
    ("negation-after", Action::After),
    ("negation-last", Action::Last),
    ("negation-both", Action::Both),
    ("negation-ends", Action::Stop),
    ("uncertain", Action::Maybe),
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

const ACTIONS: [Action; 11] = [
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
];

/// Marks what is found with what the text says of it. `cues` is room to work in.
pub(crate) fn mark(trie: &Trie<u32>, tokens: &[Token], cues: &mut Vec<Cue>, found: &mut [PhraseMatch]) {
    cues.clear();
    collect(trie, tokens, cues);
    for (place, cue) in cues.iter().enumerate() {
        let ahead = |reach| cue.to..scope_end(tokens, cues, place, reach);
        let mut flag = |range: std::ops::Range<usize>, set: fn(&mut PhraseMatch)| {
            found.iter_mut().filter(|it| range.start <= it.first && it.last < range.end).for_each(set);
        };
        match cue.action {
            Action::Not | Action::Both => flag(ahead(Some(REACH)), |it| it.is_negated = true),
            Action::Denies => flag(ahead(None), |it| it.is_negated = true),
            Action::Maybe => flag(ahead(Some(REACH)), |it| it.is_uncertain = true),
            Action::Family => flag(ahead(None), |it| it.is_of_family = true),
            _ => {}
        }
        let is_last = tokens.get(cue.to).is_none_or(|token| token.gap != Gap::None);
        let is_back = match cue.action {
            Action::After | Action::Both => true,
            Action::Last => is_last,
            // `chest pain denied.` against `denied chest pain`; `nausea - no` against `no nausea`
            Action::Denies | Action::Not => is_last,
            _ => false,
        };
        if is_back {
            flag(scope_start(tokens, cues, place)..cue.from, |it| it.is_negated = true);
        }
    }
}

fn collect(trie: &Trie<u32>, tokens: &[Token], cues: &mut Vec<Cue>) {
    let mut from = 0;
    while let Some(rest) = tokens.get(from..).filter(|rest| !rest.is_empty()) {
        let mut longest = None;
        let clause =
            rest.iter().enumerate().map_while(|(place, it)| (place == 0 || it.gap == Gap::None).then_some(it.plain));
        trie.visit(clause, |action, words| longest = Some((action, words)));
        let words = match longest {
            Some((action, words)) => {
                let action = ACTIONS.get(action as usize).copied().unwrap_or(Action::Nothing);
                cues.push(Cue { action, from, to: from + words });
                words
            }
            None => 1,
        };
        from += words;
    }
}

/// The word at which the scope of a cue ends. With a reach, commas end it too unless an `or` follows.
fn scope_end(tokens: &[Token], cues: &[Cue], place: usize, reach: Option<usize>) -> usize {
    let Some(cue) = cues.get(place) else { return 0 };
    let after = cues.get(place + 1..).unwrap_or(&[]);
    let clause_end =
        (cue.to..tokens.len()).find(|at| tokens.get(*at).is_some_and(|it| it.gap == Gap::End)).unwrap_or(tokens.len());
    let stop = after.iter().find(|it| it.stops(tokens)).map_or(clause_end, |it| it.from.min(clause_end));
    let Some(reach) = reach else { return stop };
    let list_end = after
        .iter()
        .filter(|it| it.action == Action::Or && it.from < stop && goes_on(tokens, cue.to, it.from))
        .map(|it| it.to)
        .next_back();
    let free_to = list_end.unwrap_or(cue.to);
    let comma = (free_to..stop).find(|at| tokens.get(*at).is_some_and(|it| it.gap == Gap::Comma)).unwrap_or(stop);
    comma.min(free_to + reach).min(stop)
}

/// Whether an `or` ends a list of short things: `no cough, chills, or fever`, not `no injury, left by Main St or Oak`.
fn goes_on(tokens: &[Token], from: usize, or: usize) -> bool {
    let start = (from..=or).rev().find(|at| tokens.get(*at).is_some_and(|it| it.gap != Gap::None)).unwrap_or(from);
    or - start.min(or) <= 2
}

/// The first word that a cue after it negates.
fn scope_start(tokens: &[Token], cues: &[Cue], place: usize) -> usize {
    let Some(cue) = cues.get(place) else { return 0 };
    let before = cues.get(..place).unwrap_or(&[]);
    let stop = before.iter().rev().find(|it| it.stops(tokens)).map_or(0, |it| it.to);
    let nearest = cue.from.saturating_sub(REACH_BACK + 4).max(stop);
    // A cue that is a clause of its own, as in `nausea - no`, answers the one before it.
    let is_alone = tokens.get(cue.from).is_some_and(|token| token.gap != Gap::None);
    let mut from = if cue.action == Action::Not && is_alone { cue.from.saturating_sub(1) } else { cue.from };
    while from > nearest && tokens.get(from).is_some_and(|it| it.gap == Gap::None) {
        from -= 1;
    }
    from
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
