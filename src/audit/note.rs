//! A checkpoint of a log as C2SP has it (tlog-checkpoint, a signed note): so many rows, and the root of their tree. Kept
//! elsewhere, it shows what was cut off since. Others can sign it too: each signature is a line below.

use super::chain::Hash;
use super::chain::hex_text;
use super::error::Error;
use super::key::Public;
use super::key::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::Digest;
use sha2::Sha256;

/// What the first line begins with; the name of the log follows.
const ORIGIN: &str = "tencode-audit/";
/// What a line with a signature begins with.
const SIGNED: &str = "\u{2014} ";
/// The number of Ed25519 among the kinds of signatures.
const ED25519: u8 = 1;

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Name of the log.
    pub log: String,
    /// Rows it covers.
    pub rows: u64,
    root: Hash,
    /// Lines that say more, which the signatures cover too.
    more: String,
    /// Who signed, and each signature with the number of its key.
    signatures: Vec<(String, Vec<u8>)>,
}

/// Whether a file that begins so is a checkpoint.
pub fn is_checkpoint(first: &[u8]) -> bool {
    first.starts_with(ORIGIN.as_bytes())
}

impl Note {
    /// Signs so many rows with this root.
    pub(super) fn sign(secret: &Secret, log: &str, rows: u64, root: Hash) -> Note {
        let mut note = Note { log: log.to_owned(), rows, root, more: String::new(), signatures: Vec::new() };
        let mut signature = id(&note.origin(), &secret.public()).to_vec();
        signature.extend(secret.sign(note.text().as_bytes()));
        note.signatures.push((note.origin(), signature));
        note
    }

    /// Reads a checkpoint with its signatures, whoever they are from.
    ///
    /// # Errors
    /// If the text is none.
    pub fn read(text: &str) -> Result<Note, Error> {
        Note::parse(text).ok_or(Error::Unreadable("checkpoint of `tencode audit checkpoint`"))
    }

    fn parse(text: &str) -> Option<Note> {
        let (body, signatures) = text.split_once("\n\n")?;
        let mut lines = body.splitn(4, '\n');
        let log = lines.next()?.strip_prefix(ORIGIN)?.to_owned();
        let size = lines.next()?;
        let rows: u64 = size.parse().ok().filter(|rows: &u64| rows.to_string() == size)?;
        let root = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
        let more = lines.next().map(|more| format!("{more}\n")).unwrap_or_default();
        let mut note = Note { log, rows, root, more, signatures: Vec::new() };
        for line in signatures.strip_suffix('\n')?.split('\n') {
            let (name, signature) = line.strip_prefix(SIGNED)?.split_once(' ')?;
            note.signatures.push((name.to_owned(), BASE64.decode(signature).ok()?));
        }
        Some(note)
    }

    /// Whether one of its signatures is of this key.
    pub fn is_signed_by(&self, key: &Public) -> bool {
        let (origin, text) = (self.origin(), self.text());
        self.signatures.iter().any(|(name, signature)| {
            let signature = signature.strip_prefix(&id(&origin, key)).and_then(|it| it.try_into().ok());
            *name == origin && signature.is_some_and(|it| key.checks(text.as_bytes(), it))
        })
    }

    /// How many signed it.
    pub fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// The root of the rows it covers.
    pub(super) fn root(&self) -> Hash {
        self.root
    }

    /// The key as programs for signed notes take it: name, number and key, `+` between.
    pub fn key(&self, key: &Public) -> String {
        let number = hex_text(&id(&self.origin(), key));
        let bytes: Vec<u8> = std::iter::once(ED25519).chain(*key.bytes()).collect();
        format!("{}+{number}+{}", self.origin(), BASE64.encode(bytes))
    }

    fn origin(&self) -> String {
        format!("{ORIGIN}{}", self.log)
    }

    /// What is signed.
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n{}", self.origin(), self.rows, BASE64.encode(self.root), self.more)
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "{}", self.text())?;
        for (name, signature) in &self.signatures {
            writeln!(out, "{SIGNED}{name} {}", BASE64.encode(signature))?;
        }
        Ok(())
    }
}

/// Reads a key as [`Note::key`] writes it; `None` if its number is not its own.
pub fn read_key(text: &str) -> Option<Public> {
    let (name, rest) = text.split_once('+')?;
    let (number, key) = rest.split_once('+')?;
    let bytes = BASE64.decode(key).ok()?;
    let key = Public::of(bytes.strip_prefix(&[ED25519])?.try_into().ok()?)?;
    (hex_text(&id(name, &key)) == number).then_some(key)
}

/// The number of a key under a name: the first four bytes of a hash over both.
fn id(name: &str, key: &Public) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.bytes()).finalize();
    let mut id = [0; 4];
    id.iter_mut().zip(hash).for_each(|(byte, from)| *byte = from);
    id
}
