//! Numbers that prove themselves: check digits, ranges and shapes.

/// The ASCII digits of a text, as numbers, in order.
pub(super) fn digits(text: &str) -> Vec<u32> {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0')).collect()
}

/// The sum of digits where every second from the right counts double ends in 0.
pub fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

/// A payment card: length, prefix of an issuer, Luhn (ISO/IEC 7812).
pub fn pan(text: &str) -> bool {
    let digits = digits(text);
    has_issuer(&digits) && luhn(&digits)
}

/// Whether the digits begin as those of an issuer do, and there are as many as it uses.
pub(super) fn has_issuer(digits: &[u32]) -> bool {
    let prefix = |count: usize| digits.iter().take(count).fold(0, |sum, digit| sum * 10 + digit);
    let (one, two, three, four) = (prefix(1), prefix(2), prefix(3), prefix(4));
    match digits.len() {
        15 if matches!(two, 34 | 37) => true,
        14 if matches!(three, 300..=305 | 309) || matches!(two, 36 | 38 | 39) => true,
        16 if matches!(two, 51..=55) || matches!(four, 2221..=2720) => true,
        13 | 16 | 19 if one == 4 => true,
        16..=19 if four == 6011 || two == 65 || matches!(three, 644..=649) || two == 62 => true,
        15..=19 if matches!(four, 3528..=3589) || matches!(four, 1800 | 2131) => true,
        12..=19 if two == 50 || matches!(two, 56..=58) || one == 6 => true,
        _ => false,
    }
}

/// A National Provider Identifier (45 CFR 162.406): ten digits, first 1 or 2, Luhn over 80840 and the number.
pub fn provider_number(text: &str) -> bool {
    let mut digits = digits(text);
    if digits.len() != 10 || !matches!(digits.first(), Some(1 | 2)) {
        return false;
    }
    digits.splice(0..0, [8, 0, 8, 4, 0]);
    luhn(&digits)
}

/// A device of mobile telephony: fifteen digits, Luhn (3GPP TS 23.003).
pub fn imei(text: &str) -> bool {
    let digits = digits(text);
    digits.len() == 15 && luhn(&digits)
}

/// A social security number: area not 000, 666, 900 and over; group not 00; serial not 0000; not a specimen.
pub fn ssn(text: &str) -> bool {
    let digits = digits(text);
    let number = digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    digits.len() == 9
        && !matches!(area, 0 | 666 | 900..)
        && group != 0
        && serial != 0
        && !matches!(number, 78_051_120 | 219_099_999)
}

/// An individual taxpayer number: 9xx and a group that is used.
pub fn itin(text: &str) -> bool {
    let digits = digits(text);
    let number = digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
    let group = number / 10_000 % 100;
    digits.len() == 9 && number / 100_000_000 == 9 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// An international bank account: length of its country, remainder 1 modulo 97 (ISO 13616).
pub fn iban(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect();
    let is_long_enough = match plain.get(..2).and_then(|country| std::str::from_utf8(country).ok()) {
        Some(country) => match iban_length(country) {
            Some(length) => plain.len() == length,
            None => (15..=34).contains(&plain.len()),
        },
        None => false,
    };
    if !is_long_enough || !plain.iter().take(2).all(u8::is_ascii_uppercase) {
        return false;
    }
    let moved = plain.iter().skip(4).chain(plain.iter().take(4));
    let rest = moved.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        byte => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// How long the account numbers of a country are.
pub(super) fn iban_length(country: &str) -> Option<usize> {
    Some(match country {
        "NO" => 15,
        "BE" => 16,
        "DK" | "FI" | "NL" | "FO" | "GL" => 18,
        "SI" | "MK" => 19,
        "AT" | "EE" | "LT" | "LU" | "BA" | "KZ" | "XK" => 20,
        "CH" | "HR" | "LV" | "LI" => 21,
        "DE" | "GB" | "IE" | "BG" | "BH" | "CR" | "GE" | "ME" | "RS" => 22,
        "AE" | "GI" | "IL" => 23,
        "CZ" | "ES" | "SE" | "SK" | "PK" | "RO" | "SA" | "TN" | "AD" => 24,
        "PT" => 25,
        "IS" | "TR" => 26,
        "FR" | "GR" | "IT" | "MC" | "SM" => 27,
        "PL" | "HU" | "CY" => 28,
        "BR" => 29,
        "MT" => 31,
        _ => return None,
    })
}

/// A vehicle identification number with its North American check digit (49 CFR 565.15).
pub fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |byte: u8| match byte.to_ascii_uppercase() {
        digit @ b'0'..=b'9' => Some(u32::from(digit - b'0')),
        letter @ b'A'..=b'H' => Some(u32::from(letter - b'A') + 1),
        letter @ b'J'..=b'N' => Some(u32::from(letter - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        letter @ b'S'..=b'Z' => Some(u32::from(letter - b'S') + 2),
        _ => None,
    };
    let Some(values) = text.bytes().map(value).collect::<Option<Vec<u32>>>() else { return false };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = text.as_bytes().get(8).copied().unwrap_or(0).to_ascii_uppercase();
    values.len() == 17 && check == if sum % 11 == 10 { b'X' } else { b'0' + u8::try_from(sum % 11).unwrap_or(0) }
}

/// A prescriber's number of the Drug Enforcement Administration: two signs, seven digits, the last a check.
pub fn dea(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(second), Some(rest)) = (bytes.first(), bytes.get(1), text.get(2..)) else { return false };
    let digits = digits(rest);
    let [a, b, c, d, e, f, check] = digits.as_slice() else { return false };
    rest.len() == 7
        && first.is_ascii_alphabetic()
        && (second.is_ascii_alphabetic() || *second == b'9')
        && (a + c + e + 2 * (b + d + f)) % 10 == *check
}

/// A bank's routing number: a prefix that is used, weights 3 7 1.
pub fn aba(text: &str) -> bool {
    let digits = digits(text);
    let prefix = digits.iter().take(2).fold(0, |sum, digit| sum * 10 + digit);
    let sum: u32 = digits.iter().zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    digits.len() == 9 && matches!(prefix, 0..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)
}

/// A Medicare beneficiary identifier (CMS); dashes are display only.
pub fn mbi(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_uppercase()).collect();
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'1' => matches!(byte, b'1'..=b'9'),
        b'N' => byte.is_ascii_digit(),
        b'A' => letter(*byte),
        _ => byte.is_ascii_digit() || letter(*byte),
    };
    plain.len() == 11 && plain.iter().zip(b"1AXNAXNAANN").all(fits)
}

/// A telephone number of North America: neither area nor exchange begins with 0 or 1 or is N11.
pub fn nanp(text: &str) -> bool {
    let mut digits = digits(text);
    if digits.len() == 11 && digits.first() == Some(&1) {
        digits.remove(0);
    }
    let [a, b, c, d, e, f, ..] = digits.as_slice() else { return false };
    digits.len() == 10 && *a > 1 && *d > 1 && !(*b == 1 && *c == 1) && !(*e == 1 && *f == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published test numbers: kind, number, whether it is one.
    const NUMBERS: &[(&str, &str, bool)] = &[
        ("pan", "4111111111111111", true),
        ("pan", "378282246310005", true),
        ("pan", "30569309025904", true),
        ("pan", "6011111111111117", true),
        ("pan", "5555555555554444", true),
        ("pan", "2223003122003222", true),
        ("pan", "4111111111111112", false),
        ("npi", "1234567893", true),
        ("npi", "1234567890", false),
        ("npi", "3234567893", false),
        ("imei", "490154203237518", true),
        ("imei", "490154203237517", false),
        ("iban", "GB82 WEST 1234 5698 7654 32", true),
        ("iban", "DE89370400440532013000", true),
        ("iban", "NO9386011117947", true),
        ("iban", "GB82 WEST 1234 5698 7654 33", false),
        ("vin", "1M8GDM9AXKP042788", true),
        ("vin", "11111111111111111", true),
        ("vin", "1M8GDM9A1KP042788", false),
        ("vin", "1M8GDM9AXKPO42788", false),
        ("dea", "AB1234563", true),
        ("dea", "F91234563", true),
        ("dea", "AB1234564", false),
        ("aba", "021000021", true),
        ("aba", "011000015", true),
        ("aba", "021000022", false),
        ("aba", "501000021", false),
        ("mbi", "1EG4-TE5-MK73", true),
        ("mbi", "1EG4TE5MK73", true),
        ("mbi", "1SG4TE5MK73", false),
        ("mbi", "0EG4TE5MK73", false),
        ("ssn", "536-90-4399", true),
        ("ssn", "000-12-3456", false),
        ("ssn", "666-12-3456", false),
        ("ssn", "900-12-3456", false),
        ("ssn", "123-00-4567", false),
        ("ssn", "123-45-0000", false),
        ("ssn", "078-05-1120", false),
        ("ssn", "219-09-9999", false),
        ("itin", "912-70-1234", true),
        ("itin", "912-93-1234", false),
        ("nanp", "(212) 555-0123", true),
        ("nanp", "+1 415 555 2671", true),
        ("nanp", "(112) 555-0123", false),
        ("nanp", "(212) 155-0123", false),
        ("nanp", "(211) 555-0123", false),
        ("nanp", "(212) 911-0123", false),
    ];

    #[test]
    fn published_numbers_check() {
        for (kind, number, is_one) in NUMBERS {
            let check = match *kind {
                "pan" => pan,
                "npi" => provider_number,
                "imei" => imei,
                "iban" => iban,
                "vin" => vin,
                "dea" => dea,
                "aba" => aba,
                "mbi" => mbi,
                "ssn" => ssn,
                "itin" => itin,
                _ => nanp,
            };
            assert_eq!(check(number), *is_one, "{kind} {number}");
        }
    }
}
