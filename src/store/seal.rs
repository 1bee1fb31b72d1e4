//! Sealing: XChaCha20-Poly1305, one data key for each encounter, wrapped by the key of the office.

use super::error::Error;
use chacha20poly1305::KeyInit;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::aead::Payload;

const NONCE: usize = 24;
/// What the key of the marks is sealed for; no id of a row looks so.
const MARKS: &str = "marks";

/// The key of an office, and what is derived from it.
#[derive(Clone)]
pub struct Seal {
    wrap: [u8; 32],
    /// The key of the marks, which the store keeps wrapped.
    marks: [u8; 32],
    check: [u8; 32],
}

/// The key of one encounter.
#[derive(Clone, Copy)]
pub(super) struct DataKey([u8; 32]);

impl Seal {
    /// Derives what is needed from the key of the office.
    pub fn new(key: &[u8; 32]) -> Seal {
        Seal {
            wrap: blake3::derive_key("tencode store wrap", key),
            marks: [0; 32],
            check: blake3::derive_key("tencode store check", key),
        }
    }

    /// What a store keeps to know the key again.
    pub(super) fn check(&self) -> [u8; 32] {
        self.check
    }

    /// A new key of the marks, wrapped.
    pub(super) fn new_marks(&self) -> Result<Vec<u8>, Error> {
        encrypt(&self.wrap, MARKS, &random::<32>()?)
    }

    /// Takes the key of the marks that a store keeps.
    pub(super) fn use_marks(&mut self, wrapped: &[u8]) -> Result<(), Error> {
        let marks = decrypt(&self.wrap, MARKS, wrapped)?;
        self.marks = <[u8; 32]>::try_from(marks.as_slice()).map_err(|_| Error::Sealed)?;
        Ok(())
    }

    /// The key of the marks of another seal, wrapped by this one.
    pub(super) fn rewrap_marks(&self, of: &Seal) -> Result<Vec<u8>, Error> {
        encrypt(&self.wrap, MARKS, &of.marks)
    }

    /// The mark by which an identifier is found again; nobody without the key can make it.
    pub fn mark(&self, domain: &str, record: &str, text: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.marks);
        for part in [domain, record, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// A new data key, and the same wrapped for the encounter of an id.
    pub(super) fn new_key(&self, id: &str) -> Result<(DataKey, Vec<u8>), Error> {
        let key = DataKey(random()?);
        Ok((key, encrypt(&self.wrap, id, &key.0)?))
    }

    /// Wraps a data key again, under another key of the office.
    pub(super) fn rewrap(&self, id: &str, key: DataKey) -> Result<Vec<u8>, Error> {
        encrypt(&self.wrap, id, &key.0)
    }

    /// Unwraps a data key.
    pub(super) fn unwrap_key(&self, id: &str, wrapped: &[u8]) -> Result<DataKey, Error> {
        let key = decrypt(&self.wrap, id, wrapped)?;
        <[u8; 32]>::try_from(key.as_slice()).map(DataKey).map_err(|_| Error::Sealed)
    }
}

impl DataKey {
    /// Seals a body; it opens only with the same id.
    pub(super) fn seal(&self, id: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        encrypt(&self.0, id, body)
    }

    /// Opens a body.
    pub(super) fn open(&self, id: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        decrypt(&self.0, id, body)
    }
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

fn encrypt(key: &[u8; 32], id: &str, text: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce: [u8; NONCE] = random()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: text, aad: id.as_bytes() });
    let mut out = nonce.to_vec();
    out.extend(sealed.map_err(|_| Error::Sealed)?);
    Ok(out)
}

fn decrypt(key: &[u8; 32], id: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Error::Sealed)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: id.as_bytes() }).map_err(|_| Error::Sealed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_sealed_text_opens_only_under_its_id_and_its_key() {
        let seal = Seal::new(&[7; 32]);
        let (key, wrapped) = seal.new_key("a").unwrap();
        let mut sealed = key.seal("a", b"text").unwrap();
        let again = seal.unwrap_key("a", &wrapped).unwrap();
        assert_eq!(again.open("a", &sealed).unwrap(), b"text");
        assert!(matches!(again.open("b", &sealed), Err(Error::Sealed)));
        assert!(matches!(seal.unwrap_key("b", &wrapped), Err(Error::Sealed)));
        assert!(matches!(Seal::new(&[8; 32]).unwrap_key("a", &wrapped), Err(Error::Sealed)));
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert!(matches!(again.open("a", &sealed), Err(Error::Sealed)));
    }
}
