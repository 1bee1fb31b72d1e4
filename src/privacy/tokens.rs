//! Keyed stand-ins: pseudonyms, and numbers of the same shape. Who has no key cannot tell what they stand for, nor make
//! the one for a number he guesses.

use aes::Aes256;
use fpe::ff1::FF1;
use fpe::ff1::FlexibleNumeralString;

/// Fewest digits that stay in the cipher: below a million values an encryption that keeps the shape is guessed.
const FEWEST_DIGITS: usize = 6;

const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// The key of one audience, and its name, which stands in every token so that keys can change.
pub(super) struct Key {
    secret: [u8; 32],
    name: String,
}

impl Key {
    pub fn new(secret: [u8; 32]) -> Key {
        let name = letters(blake3::derive_key("tencode name of a key", &secret), 4);
        Key { secret, name }
    }

    /// A token of 80 bits: the same for the same value, kind and audience, however it is written. A token of this key
    /// stays as it is, so that redacting twice is redacting once.
    pub fn pseudonym(&self, kind: &str, value: &str) -> String {
        if self.is_own(value) {
            return value.to_owned();
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(kind.as_bytes());
        hasher.update(&[0]);
        hasher.update(normal(kind, value).as_bytes());
        let mut token = format!("p-{}-{}", self.name, letters(*hasher.finalize().as_bytes(), 16));
        let check = self.check(&token);
        token.push_str(&check);
        token
    }

    /// Whether a text is a token that this key made: its last letters vouch for the others.
    fn is_own(&self, value: &str) -> bool {
        let Some((body, check)) = value.len().checked_sub(4).and_then(|at| value.split_at_checked(at)) else {
            return false;
        };
        let rest = body.strip_prefix("p-").and_then(|rest| rest.strip_prefix(&self.name));
        rest.is_some_and(|rest| rest.len() == 17 && rest.starts_with('-')) && self.check(body) == check
    }

    fn check(&self, body: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(b"check\0");
        hasher.update(body.as_bytes());
        letters(*hasher.finalize().as_bytes(), 4)
    }

    /// Other digits in the same places, never a number that passes the check of payment cards. `None` for fewer than
    /// seven digits.
    ///
    /// The last digit is not enciphered: it is set so that the check fails. Numbers that pass the check and numbers that
    /// do not are enciphered apart, so that no two of either have the same token.
    pub fn token(&self, kind: &str, value: &str) -> Option<String> {
        let digits: Vec<u16> =
            value.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| u16::try_from(d).ok()).collect();
        let (last, head) = digits.split_last()?;
        if head.len() < FEWEST_DIGITS {
            return None;
        }
        let off_by = (last + 10 - check_digit(head)) % 10;
        let cipher_key = blake3::derive_key("tencode digits of the same shape", &self.secret);
        let cipher = FF1::<Aes256>::new(&cipher_key, 10).ok()?;
        let tweak = format!("{kind}\0{}", off_by == 0);
        let plain = FlexibleNumeralString::from(head.to_vec());
        let mut shown: Vec<u16> = cipher.encrypt(tweak.as_bytes(), &plain).ok()?.into();
        shown.push((check_digit(&shown) + off_by.max(1)) % 10);
        let mut shown = shown.into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 10));
        value.chars().map(|c| if c.is_ascii_digit() { shown.next() } else { Some(c) }).collect()
    }

    /// By how many days the dates of a subject move: 1 to 363, or a multiple of some days up to that, forward or back.
    pub fn days(&self, subject: &str, multiple: u32) -> i32 {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(b"days\0");
        hasher.update(normal("", subject).as_bytes());
        let bytes = *hasher.finalize().as_bytes();
        let number = bytes.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let multiple = multiple.clamp(1, 182);
        let steps = u64::from(363 / multiple);
        let days = i32::try_from((1 + number % steps) * u64::from(multiple)).unwrap_or(1);
        if bytes.get(8).is_some_and(|byte| byte & 1 == 1) { -days } else { days }
    }
}

/// The digit that makes a number pass the check of payment cards (Luhn).
fn check_digit(head: &[u16]) -> u16 {
    let sum: u16 = head.iter().rev().enumerate().fold(0, |sum, (place, digit)| {
        let digit = if place % 2 == 0 { digit * 2 } else { *digit };
        (sum + digit / 10 + digit % 10) % 10
    });
    (10 - sum) % 10
}

/// A value in one way of writing: a telephone number as its digits with the country, a mail address in lower case, the
/// words of a name in one order, everything else in lower case without blanks and signs.
fn normal(kind: &str, value: &str) -> String {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    match kind {
        "person" | "provider" => {
            let mut words: Vec<String> = value.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
            words.sort_unstable();
            words.concat()
        }
        "contact" if value.contains('@') => value.trim().to_lowercase(),
        "contact" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            match digits.len() {
                10 => format!("1{digits}"),
                11.. => digits,
                _ => plain(value),
            }
        }
        _ => plain(value),
    }
}

fn letters(bytes: [u8; 32], count: usize) -> String {
    let mut bits = bytes.iter().take(16).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        text.push(char::from(*LETTERS.get((bits & 31) as usize).unwrap_or(&b'0')));
        bits >>= 5;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_need_the_key() {
        let (one, two) = (Key::new([1; 32]), Key::new([2; 32]));
        let token = one.pseudonym("person", "Jane Doe");
        assert_eq!(token, one.pseudonym("person", " DOE,  jane"));
        assert_ne!(token, two.pseudonym("person", "Jane Doe"));
        assert_eq!(one.pseudonym("person", &token), token);
        assert_ne!(two.pseudonym("person", &token), token);
        assert_eq!(token.len(), 27);
    }

    #[test]
    fn a_token_that_was_made_up_is_no_token() {
        let key = Key::new([1; 32]);
        let made_up = format!("p-{}-janedoejanedoejanedo", key.name);
        assert_ne!(key.pseudonym("person", &made_up), made_up);
    }

    #[test]
    fn ways_of_writing_are_one_value() {
        let key = Key::new([1; 32]);
        let same = |one: &str, two: &str| key.pseudonym("contact", one) == key.pseudonym("contact", two);
        assert!(same("(612) 555-0143", "+1 612.555.0143"));
        assert!(same("Jane@Example.org", " jane@example.org "));
        assert!(!same("jane@example.org", "janeexample.org"));
    }

    #[test]
    fn numbers_keep_their_shape_and_are_no_cards() {
        let key = Key::new([1; 32]);
        let token = key.token("account", "4111 1111-1111 1111").unwrap_or_default();
        assert_eq!(token.len(), 19);
        assert_eq!(token.find(' '), Some(4));
        let digits: Vec<u16> =
            token.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| u16::try_from(d).ok()).collect();
        let (last, head) = digits.split_last().map(|(last, head)| (*last, head.to_vec())).unwrap_or_default();
        assert_ne!(check_digit(&head), last);
        assert_eq!(key.token("account", "123456"), None);
        assert_eq!(check_digit(&[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 1);
    }

    #[test]
    fn dates_of_one_subject_move_alike() {
        let key = Key::new([1; 32]);
        assert_eq!(key.days("MRN-1", 1), key.days("mrn 1", 1));
        for subject in 0..2000 {
            let (days, weeks) = (key.days(&subject.to_string(), 1), key.days(&subject.to_string(), 7));
            assert!((1..=363).contains(&days.abs()));
            assert!(weeks != 0 && weeks % 7 == 0 && weeks.abs() <= 363);
        }
    }
}
