//! What was worked out of words and titles, kept for each thread: the same few thousand come again and again.
//!
//! Nothing that is kept changes an answer. What grows beyond its bound is forgotten as a whole, and long words, which hardly
//! come twice, are not kept at all.

use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::thread::LocalKey;

/// Words or titles that are kept of one kind.
const MOST: usize = 4096;
/// Bytes of the longest word that is kept.
const LONGEST: usize = 24;

/// A code set of an opened registry, of all that were ever opened.
pub(super) type SetKey = (u64, usize);

/// What is kept.
pub(super) type Kept<K, V> = RefCell<HashMap<K, V, RandomState>>;

/// What was made of a key, or is made now.
pub(super) fn kept<K: Eq + Hash, V: Clone>(of: &'static LocalKey<Kept<K, V>>, key: K, make: impl FnOnce(&K) -> V) -> V {
    if let Some(known) = of.with_borrow(|kept| kept.get(&key).cloned()) {
        return known;
    }
    let made = make(&key);
    of.with_borrow_mut(|kept| {
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, made.clone());
    });
    made
}

/// Whether a word is worth keeping.
pub(super) fn is_usual(word: &str) -> bool {
    word.len() <= LONGEST
}
