//! One row after the other: how a line is sealed, and how it is taken apart again.

use super::row::Millis;
use crate::model::moment::Moment;
use sha2::Digest;
use sha2::Sha256;

/// Hash of a row, over that of the row before and its own text.
pub(super) type Hash = [u8; 32];

/// What stands between the text of a row and the code that only the key can make.
const CODE: &[u8] = br#","mac":""#;
/// Bytes of such a code.
pub(super) const CODE_BYTES: usize = 16;
/// What stands between the text of a row and its hash.
const SEAL: &[u8] = br#","hash":""#;
/// Bytes of a seal: the words, 64 digits, the closing quote and brace.
const SEAL_BYTES: usize = SEAL.len() + 64 + 2;

/// Makes the codes of rows, and checks them. It follows from the secret and goes nowhere else.
#[derive(Clone)]
pub struct RowKey([u8; 32]);

impl RowKey {
    /// The key of the codes that follows from a secret.
    pub(super) fn of(secret: &[u8; 32]) -> RowKey {
        RowKey(blake3::derive_key("tencode audit rows", secret))
    }

    /// The code of a row's text after another row.
    pub(super) fn code(&self, before: &Hash, text: &[u8]) -> [u8; CODE_BYTES] {
        let hash = blake3::Hasher::new_keyed(&self.0).update(before).update(text).finalize();
        let mut code = [0; CODE_BYTES];
        code.iter_mut().zip(hash.as_bytes()).for_each(|(byte, from)| *byte = *from);
        code
    }

    /// Whether this is the code of that text.
    pub(super) fn checks(&self, before: &Hash, text: &[u8], code: &[u8; CODE_BYTES]) -> bool {
        // How long the comparison of two hashes takes says nothing.
        let whole = |code: &[u8; CODE_BYTES]| {
            let mut bytes = [0; 32];
            bytes.iter_mut().zip(code).for_each(|(byte, from)| *byte = *from);
            blake3::Hash::from_bytes(bytes)
        };
        whole(&self.code(before, text)) == whole(code)
    }
}

/// The hash before the first row.
pub(super) fn start() -> Hash {
    Sha256::digest(b"tencode audit 2\n").into()
}

/// Closes the row that begins at `from`, with its line feed: the code of the key, then the hash over all of it. Returns the
/// hash.
pub(super) fn seal(before: &Hash, key: &RowKey, out: &mut Vec<u8>, from: usize) -> Hash {
    let code = key.code(before, out.get(from..).unwrap_or_default());
    out.extend_from_slice(CODE);
    hex(&code, out);
    out.push(b'"');
    let hash = link(before, out.get(from..).unwrap_or_default());
    out.extend_from_slice(SEAL);
    hex(&hash, out);
    out.extend_from_slice(b"\"}\n");
    hash
}

/// Whether the text of a row, as [`split`] gives it, carries the code of the key.
pub(super) fn is_coded(before: &Hash, key: &RowKey, text: &[u8]) -> bool {
    let coded = || {
        let (text, code) = text.split_at_checked(text.len().checked_sub(CODE.len() + CODE_BYTES * 2 + 1)?)?;
        let code: [u8; CODE_BYTES] = unhex(code.strip_prefix(CODE)?.strip_suffix(b"\"")?)?;
        Some(key.checks(before, text, &code))
    };
    coded().unwrap_or(false)
}

/// The hash of a row's text after another row.
pub(super) fn link(before: &Hash, text: &[u8]) -> Hash {
    Sha256::new().chain_update(before).chain_update(text).finalize().into()
}

/// The text of a line (without line feed) and the hash it claims; `None` if it has no seal.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], Hash)> {
    let (text, seal) = line.split_at_checked(line.len().checked_sub(SEAL_BYTES)?)?;
    let digits = seal.strip_prefix(SEAL)?.strip_suffix(b"\"}")?;
    Some((text, unhex(digits)?))
}

/// Appends lower-case digits.
pub(super) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(DIGITS.get(usize::from(half)).copied().unwrap_or(b'0'));
        }
    }
}

/// The same as a text.
pub(super) fn hex_text(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    hex(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Reads lower-case digits; `None` for anything else, so that a hash can be written in one way only.
pub(super) fn unhex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let half = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut out = [0; N];
    if digits.len() != N * 2 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = half(*high)? << 4 | half(*low)?;
    }
    Some(out)
}

/// A time as rows have it: `2026-03-02T21:14:00.123Z`.
pub(super) fn time(at: Millis) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    format!("{}.{:03}Z", Moment::from_clock(seconds), at % 1000)
}

/// Reads the time of a row.
pub(super) fn read_time(text: &str) -> Option<Millis> {
    let (whole, rest) = text.strip_suffix('Z')?.split_once('.')?;
    let millis: u64 = (rest.len() == 3).then(|| rest.parse().ok())??;
    u64::try_from(Moment::parse(whole)?.unix()).ok()?.checked_mul(1000)?.checked_add(millis)
}
