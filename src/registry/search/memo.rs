//! What was worked out of words and titles, kept for each thread: the same few thousand come again and again.
//!
//! Nothing that is kept changes an answer. What grows beyond its bound is forgotten as a whole, and long words, which hardly
//! come twice, are not kept at all.

use super::words::Word;
use crate::model::ids::CodeId;
use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

/// Words and titles of each kind that are kept.
const MOST: usize = 4096;
/// Bytes of the longest word that is kept.
const LONGEST: usize = 24;

/// A code set of an opened registry, of all that were ever opened.
pub(super) type SetKey = (u64, usize);

/// Where the postings of a word are and how well it fits; of each word that it may be.
pub(super) type Forms = Vec<(usize, f32)>;

/// A word of a title, and what it weighs in its code set.
pub(super) struct Weighed {
    pub word: Word,
    pub weight: f32,
}

type Kept<K, V> = RefCell<HashMap<K, V, RandomState>>;

thread_local! {
    static STEMS: Kept<String, String> = RefCell::default();
    static FORMS: RefCell<HashMap<SetKey, HashMap<String, Forms, RandomState>>> = RefCell::default();
    static TITLES: Kept<(SetKey, CodeId), Rc<[Weighed]>> = RefCell::default();
}

/// The stem of a folded word.
pub(super) fn stem(folded: &str, make: impl FnOnce(&str) -> String) -> String {
    if folded.len() > LONGEST {
        return make(folded);
    }
    if let Some(known) = STEMS.with_borrow(|stems| stems.get(folded).cloned()) {
        return known;
    }
    let stem = make(folded);
    STEMS.with_borrow_mut(|stems| keep(stems, folded.to_owned(), stem.clone()));
    stem
}

/// What a folded word may be in the dictionary of a code set.
pub(super) fn forms(set: SetKey, folded: &str, make: impl FnOnce() -> Forms) -> Forms {
    if folded.len() > LONGEST {
        return make();
    }
    if let Some(known) = FORMS.with_borrow(|forms| forms.get(&set)?.get(folded).cloned()) {
        return known;
    }
    let made = make();
    FORMS.with_borrow_mut(|forms| {
        if forms.values().map(HashMap::len).sum::<usize>() >= MOST {
            forms.clear();
        }
        forms.entry(set).or_default().insert(folded.to_owned(), made.clone());
    });
    made
}

/// The words of the title of a code.
pub(super) fn title(set: SetKey, code: CodeId, make: impl FnOnce() -> Vec<Weighed>) -> Rc<[Weighed]> {
    if let Some(known) = TITLES.with_borrow(|titles| titles.get(&(set, code)).cloned()) {
        return known;
    }
    let words: Rc<[Weighed]> = make().into();
    TITLES.with_borrow_mut(|titles| keep(titles, (set, code), Rc::clone(&words)));
    words
}

fn keep<K: Eq + Hash, V>(kept: &mut HashMap<K, V, RandomState>, key: K, value: V) {
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(key, value);
}
