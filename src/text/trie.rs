//! Phrases of several words, looked for from a first word.

use foldhash::HashMap;

/// A trie over numbered words, with what stands at the ends of phrases.
#[derive(Default)]
pub(crate) struct Trie<V> {
    starts: Vec<u32>,
    next: HashMap<(u32, u32), u32>,
    ends: Vec<Vec<V>>,
}

impl<V: Copy> Trie<V> {
    /// Adds a phrase of numbered words; one without words is never found.
    pub(crate) fn insert(&mut self, words: &[u32], value: V) {
        let Some((first, rest)) = words.split_first() else { return };
        if self.ends.is_empty() {
            self.ends.push(Vec::new());
        }
        let first = *first as usize;
        if self.starts.len() <= first {
            self.starts.resize(first + 1, 0);
        }
        let mut node = self.starts.get(first).copied().unwrap_or(0);
        if node == 0 {
            node = self.add_node();
            if let Some(slot) = self.starts.get_mut(first) {
                *slot = node;
            }
        }
        for word in rest {
            node = match self.next.get(&(node, *word)) {
                Some(next) => *next,
                None => {
                    let next = self.add_node();
                    self.next.insert((node, *word), next);
                    next
                }
            };
        }
        if let Some(ends) = self.ends.get_mut(node as usize) {
            ends.push(value);
        }
    }

    fn add_node(&mut self) -> u32 {
        self.ends.push(Vec::new());
        u32::try_from(self.ends.len() - 1).unwrap_or(0)
    }

    /// Visits the values of every entry that begins with the first word: value, number of words.
    pub(crate) fn visit(&self, words: impl Iterator<Item = u32>, mut visit: impl FnMut(V, usize)) {
        let mut node = 0;
        for (place, word) in words.enumerate() {
            node = match (place, word) {
                (_, 0) => 0,
                (0, word) => self.starts.get(word as usize).copied().unwrap_or(0),
                (_, word) => self.next.get(&(node, word)).copied().unwrap_or(0),
            };
            if node == 0 {
                return;
            }
            self.ends.get(node as usize).into_iter().flatten().for_each(|value| visit(*value, place + 1));
        }
    }
}
