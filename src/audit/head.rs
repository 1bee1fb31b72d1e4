//! The signed head of a log: so many rows, the last of which has this hash. Kept elsewhere, it shows what was cut off since.

use super::chain;
use super::chain::Hash;
use super::error::Error;
use super::key::Public;
use super::key::Secret;
use super::row::Millis;
use serde::Deserialize;
use serde::Serialize;

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Name of the log, drawn by lot when it was begun.
    pub log: String,
    /// Rows it covers.
    pub rows: u64,
    /// Hash of the last of them.
    pub head: String,
    /// When it was signed.
    pub time: String,
    /// The key that signed it.
    pub key: String,
    /// Signature over all of this.
    pub signature: String,
}

/// Whether a file that begins so is a checkpoint.
pub fn is_checkpoint(first: &[u8]) -> bool {
    first.starts_with(br#"{"log":""#)
}

impl Head {
    /// Signs the head of a log.
    pub(super) fn sign(secret: &Secret, log: &str, rows: u64, hash: &Hash, at: Millis) -> Head {
        let mut head = Head {
            log: log.to_owned(),
            rows,
            head: chain::hex_text(hash),
            time: chain::time(at),
            key: secret.public().to_string(),
            signature: String::new(),
        };
        head.signature = chain::hex_text(&secret.sign(head.message().as_bytes()));
        head
    }

    /// Reads a head as [`Head`] is written in JSON.
    ///
    /// # Errors
    /// If the text is none.
    pub fn read(text: &str) -> Result<Head, Error> {
        serde_json::from_str(text).map_err(|_| Error::Unreadable("checkpoint of `tencode audit checkpoint`"))
    }

    /// Whether it was signed with this key.
    pub fn is_signed_by(&self, key: &Public) -> bool {
        let signature = chain::unhex(self.signature.as_bytes());
        self.key == key.to_string() && signature.is_some_and(|it| key.checks(self.message().as_bytes(), &it))
    }

    /// The hash of the last row.
    pub(super) fn hash(&self) -> Option<Hash> {
        chain::unhex(self.head.as_bytes())
    }

    fn message(&self) -> String {
        format!("tencode audit head 1\n{}\n{}\n{}\n{}\n{}\n", self.log, self.rows, self.head, self.time, self.key)
    }
}
