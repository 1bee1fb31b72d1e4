//! The root of all rows as RFC 6962 has it, so that others can sign it and prove what was in it: a Merkle tree of SHA-256
//! whose leaves are the lines without their line feeds.

use super::chain::Hash;
use sha2::Digest;
use sha2::Sha256;

/// A tree that grows by one leaf after the other; it keeps one hash for each bit of its size.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// Whole trees, larger ones first: the leaves of each and its root.
    parts: Vec<(u64, Hash)>,
}

impl Tree {
    /// Adds a line.
    pub fn push(&mut self, line: &[u8]) {
        let leaf = Sha256::new().chain_update([0]).chain_update(line).finalize().into();
        let mut part = (1, leaf);
        while let Some((size, left)) = self.parts.pop_if(|it| it.0 == part.0) {
            part = (size + part.0, node(&left, &part.1));
        }
        self.parts.push(part);
    }

    /// The root of the lines so far.
    pub fn root(&self) -> Hash {
        let mut parts = self.parts.iter().rev();
        let Some((_, last)) = parts.next() else { return Sha256::digest(b"").into() };
        parts.fold(*last, |right, (_, left)| node(left, &right))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}
