//! What the signed rows of a log sign: so many rows, the last of which has this hash.

use super::chain;
use super::chain::Hash;
use super::key::Public;
use super::key::Secret;
use super::row::Millis;

/// A signed head.
pub(super) struct Head {
    /// Name of the log, drawn by lot when it was begun.
    pub log: String,
    /// Rows it covers.
    pub rows: u64,
    /// Hash of the last of them.
    pub hash: String,
    /// When it was signed.
    pub time: String,
    /// The key that signed it.
    pub key: String,
    /// Signature over all of this.
    pub signature: String,
}

impl Head {
    /// Signs the head of a log.
    pub(super) fn sign(secret: &Secret, log: &str, rows: u64, hash: &Hash, at: Millis) -> Head {
        let mut head = Head {
            log: log.to_owned(),
            rows,
            hash: chain::hex_text(hash),
            time: chain::time(at),
            key: secret.public().to_string(),
            signature: String::new(),
        };
        head.signature = chain::hex_text(&secret.sign(head.message().as_bytes()));
        head
    }

    /// Whether it was signed with this key.
    pub fn is_signed_by(&self, key: &Public) -> bool {
        let signature = chain::unhex(self.signature.as_bytes());
        self.key == key.to_string() && signature.is_some_and(|it| key.checks(self.message().as_bytes(), &it))
    }

    /// The hash of the last row.
    pub(super) fn hash(&self) -> Option<Hash> {
        chain::unhex(self.hash.as_bytes())
    }

    fn message(&self) -> String {
        format!("tencode audit head 2\n{}\n{}\n{}\n{}\n{}\n", self.log, self.rows, self.hash, self.time, self.key)
    }
}
