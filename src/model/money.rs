//! Amounts of money: decimal, so that cents are exact, and in which currency.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A currency of ISO 4217, such as `USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency of a code, in capital letters. `None` if ISO 4217 has no such code.
    pub fn named(code: &str) -> Option<Currency> {
        iso_currency::Currency::from_code(code)?;
        code.as_bytes().try_into().ok().map(Currency)
    }

    /// Whether a word or sign beside an amount means this currency: its code in any case, or its sign, such as `$`.
    fn is_called(self, mark: &str) -> bool {
        let code = self.to_string();
        mark.eq_ignore_ascii_case(&code)
            || iso_currency::Currency::from_code(&code).is_some_and(|known| known.symbol().symbol == mark)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// The decimal number that a binary one is written as; `None` beyond 28 digits.
pub fn from_binary(it: f64) -> Option<Decimal> {
    // The shortest writing that means this number; `from_f64` of the library can be off in the last digit.
    it.to_string().parse().ok()
}

/// The binary number nearest to a decimal one.
#[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
pub fn to_binary(it: Decimal) -> f64 {
    const EXACT: i128 = 1 << 53;
    // Both are exact, so that their quotient is the nearest there is.
    match (it.mantissa(), i32::try_from(it.scale())) {
        (mantissa, Ok(scale @ 0..=22)) if (-EXACT..=EXACT).contains(&mantissa) => mantissa as f64 / 10_f64.powi(scale),
        _ => it.to_string().parse().unwrap_or_default(),
    }
}

/// An amount as people write it: `1,234.50`, `-$3`, `EUR 12`, `12 €`. `None` if it is no amount, or one in another currency
/// than `currency`. Where no currency is declared, `$` alone may stand beside an amount.
pub fn parse(text: &str, currency: Option<Currency>) -> Option<Decimal> {
    let (is_negative, text) = match text.trim().strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.trim()),
    };
    let first = text.find(|sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '.'))?;
    let last = text.rfind(|sign: char| sign.is_ascii_digit() || sign == '.')?;
    let (before, rest) = text.split_at_checked(first)?;
    let (digits, after) = rest.split_at_checked((last + 1).checked_sub(first)?)?;
    let marks = [before.trim(), after.trim()];
    let is_right = |mark: &str| mark.is_empty() || currency.map_or(mark == "$", |currency| currency.is_called(mark));
    let is_once = marks.iter().any(|mark| mark.is_empty());
    let (is_negative, digits) = match digits.strip_prefix('-') {
        Some(rest) if !is_negative && !before.is_empty() => (true, rest),
        _ => (is_negative, digits),
    };
    let it = ungrouped(digits).filter(|_| is_once && marks.into_iter().all(is_right))?;
    Some(if is_negative { -it } else { it })
}

/// Digits that may have a comma before each three of them, and a fraction.
fn ungrouped(digits: &str) -> Option<Decimal> {
    let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let is_first_short = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    if whole.contains(',') && !(is_first_short && groups.all(|group| group.len() == 3)) {
        return None;
    }
    let plain: String =
        digits.char_indices().filter(|(at, sign)| *sign != ',' || *at > whole.len()).map(|it| it.1).collect();
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && plain.starts_with(|it: char| it.is_ascii_digit());
    if is_plain { Decimal::from_str_exact(&plain).ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let dollars = Currency::named("USD");
        let cases = [
            ("1234.5", None, Some("1234.5")),
            ("$1,234.50", None, Some("1234.50")),
            ("-$3", None, Some("-3")),
            ("$ -3", None, Some("-3")),
            ("1,23", None, None),
            ("1.2.3", None, None),
            ("$", None, None),
            ("--3", None, None),
            ("", None, None),
            ("€3", None, None),
            ("3 EUR", None, None),
            ("usd 3", dollars, Some("3")),
            ("3 $", dollars, Some("3")),
            ("$3 USD", dollars, None),
            ("€3", dollars, None),
            ("3 EUR", dollars, None),
            ("0.30", dollars, Some("0.30")),
        ];
        for (text, currency, wanted) in cases {
            let read = parse(text, currency).map(|it| it.to_string());
            assert_eq!(read.as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn only_codes_of_the_standard_are_currencies() {
        assert_eq!(Currency::named("EUR").unwrap().to_string(), "EUR");
        assert!(Currency::named("eur").is_none());
        assert!(Currency::named("USX").is_none());
    }

    #[test]
    fn a_binary_number_becomes_what_it_is_written_as() {
        for (it, wanted) in [(0.1, "0.1"), (0.3, "0.3"), (1234.56, "1234.56"), (7.0, "7")] {
            assert_eq!(from_binary(it).unwrap().normalize().to_string(), wanted);
        }
        assert_eq!(from_binary(1e300), None);
    }
}
