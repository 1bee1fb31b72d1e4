//! The words of a field's name, however they are joined.

/// The words of a name, in small letters, with a blank on both sides of each: ` victim age ` of `victimAge`,
/// `victim_age` and `VICTIM AGE`.
pub(crate) fn spaced(name: &str) -> String {
    let (mut words, mut was_small) = (String::with_capacity(name.len() + 3), false);
    words.push(' ');
    for sign in name.chars() {
        let begins = sign.is_uppercase() && was_small || !sign.is_alphanumeric();
        if begins && !words.ends_with(' ') {
            words.push(' ');
        }
        if sign.is_alphanumeric() {
            words.extend(sign.to_lowercase());
        }
        was_small = sign.is_lowercase() || sign.is_ascii_digit();
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// The letters and digits of a name in small letters.
pub(crate) fn letters(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_and_capitals_do_not_matter() {
        for name in ["victimAge", "victim_age", "VICTIM AGE", "-victim--age-", "Victim.Age"] {
            assert_eq!(spaced(name), " victim age ", "{name}");
            assert_eq!(letters(name), "victimage", "{name}");
        }
        assert_eq!(spaced(""), " ");
    }
}
