//! What is known by its form: mail and web addresses, numbers that check, telephone numbers. Every form is tried at
//! each word with a digit, and only there.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use super::cards::near;
use super::known::is_bounded;
use super::tagged::is_of_thing;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::class;

/// Marks what is known by its form.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    super::addresses::find(page, found);
    if !page.has_digits() {
        return;
    }
    for (at, word) in page.words.iter().enumerate() {
        match word.shape {
            Shape::Digits => {
                let run = Run::new(page, at);
                numbers(page, &run, found);
                telephones(page, &run, found);
                hexadecimal(page, at, found);
            }
            Shape::Both => {
                letters_and_digits(page, at, found);
                hexadecimal(page, at, found);
            }
            _ => {
                if word.class & class::STATE_CODE != 0 {
                    plate(page, at, found);
                }
                if word.end - word.start <= LONGEST_PART {
                    hexadecimal(page, at, found);
                }
            }
        }
    }
}

/// A number that was told once is hidden wherever the text has it again, with or without a cue.
pub(super) fn again(text: &str, found: &mut Found<'_>) {
    const SHORTEST: usize = 5;
    const MOST: usize = 64;
    let mut values: Vec<(&str, Kind)> = found
        .sure()
        .filter_map(|span| Some((text.get(span.start..span.end)?, span.kind)))
        .filter(|(value, kind)| value.len() >= SHORTEST - usize::from(*kind == Kind::Ssn) && digit_count(value) > 2)
        .collect();
    values.sort_unstable();
    values.dedup_by_key(|(value, _)| *value);
    values.truncate(MOST);
    for (value, kind) in values {
        for (start, _) in text.match_indices(value) {
            if is_bounded(text, start, start + value.len()) {
                found.add(start, start + value.len(), kind, rank::PATTERN);
            }
        }
    }
}

/// `TX LRT-5528`: a plate behind the state that issued it.
fn plate(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    let is_state = page.is(at, class::STATE_CODE) && page.has_shape(at, Shape::Upper) && page.gap(at + 1) == Gap::Space;
    let is_plate = page.has_shape(at + 1, Shape::Upper)
        && (2..=3).contains(&page.length(at + 1))
        && page.gap(at + 2) == Gap::Hyphen
        && page.has_shape(at + 2, Shape::Digits)
        && (3..=4).contains(&page.length(at + 2));
    if is_state && is_plate {
        let (start, end) = page.range(at + 1, at + 3);
        found.add(start, end, Kind::Vehicle, rank::PATTERN);
    }
}

/// Groups of digits at most in one run.
const MOST_GROUPS: usize = 8;

/// A group of digits and the sign before it.
#[derive(Clone, Copy, Default)]
struct Group {
    start: usize,
    end: usize,
    /// The separator before it; 0 if there are several signs.
    sign: u8,
}

/// Groups of digits that stand together: `612-555-0143`, `4111 1111 1111 1111`.
struct Run {
    groups: [Group; MOST_GROUPS],
    count: usize,
    at: usize,
    /// Digits stand right before, joined by a hyphen, a dot or a slash: a form does not begin here.
    is_inner: bool,
}

impl Run {
    fn new(page: &Page<'_>, at: usize) -> Run {
        let mut run = Run { groups: [Group::default(); MOST_GROUPS], count: 0, at, is_inner: is_inner(page, at) };
        for (place, group) in (at..).zip(&mut run.groups) {
            let Some(word) = page.word(place) else { break };
            // `0143x12`: a number and an extension.
            let digits = page.piece(place).bytes().take_while(u8::is_ascii_digit).count();
            let is_extended = word.shape == Shape::Both
                && digits > 2
                && matches!(page.piece(place).as_bytes().get(digits), Some(b'x' | b'X'));
            if word.shape != Shape::Digits && !is_extended {
                break;
            }
            let between = if place > at { page.between(place) } else { "" };
            if between.len() > 3 || !between.bytes().all(|byte| b" -.()/_\t".contains(&byte)) && !is_told_apart(between)
            {
                break;
            }
            let sign = between.bytes().next().filter(|_| between.len() == 1).unwrap_or(0);
            *group = Group { start: word.start, end: word.start + digits.max(1), sign };
            run.count += 1;
            if is_extended {
                break;
            }
        }
        run
    }

    fn groups(&self) -> &[Group] {
        self.groups.get(..self.count).unwrap_or_default()
    }

    fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    /// The end of so many groups.
    fn end(&self, count: usize) -> usize {
        count.checked_sub(1).and_then(|last| self.groups().get(last)).map_or(0, |group| group.end)
    }

    fn digits(&self, count: usize) -> usize {
        self.groups().iter().take(count).map(|group| group.end - group.start).sum()
    }
}

fn is_inner(page: &Page<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    matches!(page.between(at), "-" | "." | "/") && page.has_shape(before, Shape::Digits)
}

fn numbers(page: &Page<'_>, run: &Run, found: &mut Found<'_>) {
    let (text, start) = (page.text, run.start());
    let mut add = |end: usize, kind: Kind, rank: u8| {
        if is_free(text, start, end) {
            found.add(start, end, kind, rank);
        }
    };
    if let Some(end) = ip4(text, run)
        && !run.at.checked_sub(1).is_some_and(|before| page.is(before, class::VERSION))
    {
        add(end, Kind::Ip, rank::CHECKED);
    }
    let first = run.end(1);
    if first - start == 15 && is_device(text.get(start..first).unwrap_or("")) && !near(page, run.at, class::NO_CARD) {
        add(first, Kind::DeviceId, rank::PATTERN);
    }
}

/// A mobile telephone: check digit, and the first two digits of a body that gives out such numbers.
fn is_device(digits: &str) -> bool {
    const BODIES: &[&str] = &["01", "35", "44", "45", "49", "86", "98", "99"];
    BODIES.iter().any(|body| digits.starts_with(body)) && checks::imei(digits)
}

fn ip4(text: &str, run: &Run) -> Option<usize> {
    let groups = run.groups().get(..4).filter(|_| !run.is_inner)?;
    let is_part = |group: &Group| text.get(group.start..group.end).is_some_and(|it| it.parse::<u8>().is_ok());
    let is_whole = groups.iter().all(is_part) && groups.iter().skip(1).all(|group| group.sign == b'.');
    is_whole.then(|| run.end(4))
}

fn telephones(page: &Page<'_>, run: &Run, found: &mut Found<'_>) {
    if run.digits(run.count) < 7 {
        return;
    }
    let text = page.text;
    let before = |count: usize| text.get(..run.start()).and_then(|before| before.as_bytes().iter().nth_back(count));
    let bracket = usize::from(before(0) == Some(&b'('));
    let plus = usize::from(before(bracket) == Some(&b'+'));
    let start = run.start() - bracket - plus;
    let mut add = |end: usize, rank: u8| {
        if is_free(text, start, end) {
            found.add(start, end, Kind::Phone, rank);
        }
    };
    if let Some(end) = north_american(page, run).filter(|_| !run.is_inner) {
        add(end + extension(text, end), rank::PATTERN);
    }
    if plus == 1
        && let Some(end) = international(run)
    {
        add(end, rank::PATTERN);
    }
    let bytes = text.as_bytes();
    let goes_on = |end: usize| matches!(bytes.get(end..), Some([b'-', next, ..]) if next.is_ascii_digit());
    let is_thing = is_of_thing(page, run.at);
    if let Some(end) = trunk(run, bracket == 1).filter(|end| !goes_on(*end) && !is_thing) {
        add(end, rank::PATTERN);
    }
    if let Some(end) = bare(page, run) {
        add(end, rank::WORD);
    }
    if let Some(end) = loose(page, run).filter(|end| !run.is_inner && !goes_on(*end) && !is_thing) {
        add(end, rank::WORD);
    }
}

/// A sign that seldom stands between the groups of a telephone number.
fn is_told_apart(between: &str) -> bool {
    matches!(between, "*" | "," | ":")
}

/// `(612) 555-0143`, `1-612-555-0143`, `612555-0143`.
fn north_american(page: &Page<'_>, run: &Run) -> Option<usize> {
    let lengths: Vec<usize> = run.groups().iter().take(4).map(|group| group.end - group.start).collect();
    let sign = |place: usize| run.groups().get(place).map_or(0, |group| group.sign);
    let is_split = |place: usize| matches!(sign(place), b' ' | b'-' | b'.' | b'/' | b'_' | b'\t');
    // `612*555*0143`: as seldom as such signs are, the number has to be one.
    let is_strange = |place: usize| matches!(sign(place), b'*' | b',' | b':');
    let fits = |count: usize| checks::nanp(page.text.get(run.start()..run.end(count)).unwrap_or(""));
    match lengths.as_slice() {
        [1, 3, 3, 4] if is_split(3) || fits(4) => Some(run.end(4)),
        [3, 3, 4, ..] if is_strange(1) && sign(1) != sign(2) => None,
        [3, 3, 4, ..] if is_split(2) || fits(3) => Some(run.end(3)),
        [6, 4, ..] if is_split(1) => Some(run.end(2)),
        // `(612)5550143`
        [3, 7, ..] if fits(2) && page.text.get(run.end(1)..).is_some_and(|rest| rest.starts_with(')')) => {
            Some(run.end(2))
        }
        _ => None,
    }
}

/// Ten digits without a sign that no word before calls the number of a thing.
fn bare(page: &Page<'_>, run: &Run) -> Option<usize> {
    let digits = page.text.get(run.start()..run.end(1))?;
    let is_other = is_of_thing(page, run.at) || near(page, run.at, class::NO_PHONE);
    (checks::nanp(digits) && !run.is_inner && !is_other).then(|| run.end(1))
}

/// `+44 20 7946 0018`: groups as long as the number is.
fn international(run: &Run) -> Option<usize> {
    let fits = |count: &usize| (8..=15).contains(&run.digits(*count));
    let count = (1..=run.count).rev().find(fits)?;
    run.groups()
        .iter()
        .take(count)
        .skip(1)
        .all(|group| !matches!(group.sign, b'/' | b',' | b'*' | b':'))
        .then(|| run.end(count))
}

/// `030-1234567`, `(012) 3456-7890`.
fn trunk(run: &Run, is_bracketed: bool) -> Option<usize> {
    let [first, second, rest @ ..] = run.groups() else { return None };
    let (one, two) = (first.end - first.start, second.end - second.start);
    if (3..=6).contains(&one) && (6..=8).contains(&two) && matches!(second.sign, b' ' | b'-') && !run.is_inner {
        return Some(second.end);
    }
    let third = rest.first().filter(|third| third.end - third.start == 4 && matches!(third.sign, b' ' | b'-'))?;
    (is_bracketed && (2..=3).contains(&one) && (3..=4).contains(&two)).then_some(third.end)
}

/// Groups of digits as telephones have them in many countries; neither a date nor a list of amounts.
fn loose(page: &Page<'_>, run: &Run) -> Option<usize> {
    let sign = run.groups().get(1)?.sign;
    let longest = if sign == b'.' { 4 } else { 5 };
    let fits = |group: &&Group| (2..=longest).contains(&(group.end - group.start));
    let signed = |group: &&Group| group.sign == sign || group.sign == 0 && sign == 0;
    let first = run.groups().iter().take(1).filter(fits).count();
    let count = first + run.groups().iter().skip(1).take(5).take_while(|group| fits(group) && signed(group)).count();
    let is_split = matches!((sign, count), (b' ' | b'-' | 0, 2..) | (b'.', 3..));
    let digits = run.digits(count);
    let is_year = |group: &Group| {
        let piece = page.text.get(group.start..group.end).unwrap_or("");
        piece.len() == 4 && piece.parse().is_ok_and(|year| (1500..2100).contains(&year))
    };
    let is_date = count <= 3 && run.groups().iter().take(count).any(is_year);
    let has_length = if count == 2 { (7..=12).contains(&digits) } else { (8..=13).contains(&digits) };
    let is_phone = first == 1 && is_split && has_length && !is_date && !near(page, run.at, class::NO_PHONE);
    is_phone.then(|| run.end(count))
}

/// How long ` x123`, ` ext. 123` is that stands after a number.
fn extension(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or("");
    let blank = rest.len() - rest.trim_start_matches(' ').len();
    let after = rest.get(blank..).unwrap_or("");
    let Some(word) = ["ext.", "ext", "Ext.", "Ext", "x", "X", "#"].iter().find(|word| after.starts_with(**word)) else {
        return 0;
    };
    let number = after.get(word.len()..).unwrap_or("");
    let gap = number.len() - number.trim_start_matches(' ').len();
    let digits = number.bytes().skip(gap).take_while(u8::is_ascii_digit).count();
    if blank < 3 && gap < 2 && (1..=6).contains(&digits) { blank + word.len() + gap + digits } else { 0 }
}

/// Numbers with letters in them.
fn letters_and_digits(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    let (start, end) = page.range(at, at + 1);
    let piece = page.piece(at);
    let mut add = |end: usize, kind: Kind| {
        if is_free(page.text, start, end) {
            found.add(start, end, kind, rank::CHECKED);
        }
    };
    match piece.len() {
        4 => {
            let is_joined = page.gap(at + 1) == Gap::Hyphen && page.gap(at + 2) == Gap::Hyphen;
            let (_, last) = page.range(at, at + 3);
            if is_joined && checks::mbi(page.text.get(start..last).unwrap_or("")) {
                add(last, Kind::Mbi);
            }
        }
        9 if is_upper(piece) && checks::dea(piece) => add(end, Kind::Dea),
        11 if is_upper(piece) && checks::mbi(piece) => add(end, Kind::Mbi),
        17 if digit_count(piece) > 3 && checks::vin(piece) => add(end, Kind::Vin),
        26..=64 if is_wallet(piece) => add(end, Kind::Crypto),
        _ => {}
    }
    if let Some(end) = iban(page, at) {
        add(end, Kind::Iban);
    }
}

fn is_upper(piece: &str) -> bool {
    !piece.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// As long as those of its country are, written in groups or not; right, or called so.
fn iban(page: &Page<'_>, at: usize) -> Option<usize> {
    let piece = page.piece(at).as_bytes();
    let [a, b, c, d, ..] = piece else { return None };
    let begins = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    let country = std::str::from_utf8(piece.get(..2)?).ok().filter(|_| begins)?;
    let length = checks::iban_length(country)?;
    let (mut signs, mut to) = (piece.len(), at + 1);
    while signs < length && page.gap(to) == Gap::Space && page.between(to) == " " {
        signs += page.length(to);
        to += 1;
    }
    let (start, end) = page.range(at, to);
    let is_right = || checks::iban(page.text.get(start..end).unwrap_or(""));
    let is_named = || at.checked_sub(1).is_some_and(|before| page.piece(before).eq_ignore_ascii_case("iban"));
    (signs == length && (is_right() || is_named())).then_some(end)
}

fn is_wallet(it: &str) -> bool {
    if let Some(rest) = it.strip_prefix("0x") {
        return rest.len() == 40 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let has = |test: fn(&u8) -> bool| it.bytes().any(|byte| test(&byte));
    let is_plain = it.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_base58 = !it.bytes().any(|byte| b"0OIl".contains(&byte)) && it.len() < 36;
    is_plain
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && (it.starts_with("bc1") && !has(u8::is_ascii_uppercase)
            || it.starts_with(['1', '3']) && is_base58 && has(u8::is_ascii_uppercase))
}

/// Hexadecimal digits between two signs at most.
const LONGEST_PART: usize = 4;

/// Addresses of network devices and of the internet, in hexadecimal digits.
fn hexadecimal(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    let Some(word) = page.word(at) else { return };
    let bytes = page.text.as_bytes();
    let sign = bytes.get(word.end).copied().unwrap_or(0);
    if !matches!(sign, b':' | b'-') || word.end - word.start > LONGEST_PART {
        return;
    }
    let start = word.start;
    let piece = page.text.get(start..start + 17).unwrap_or("");
    if word.end - start == 2 && is_mac(piece, sign) && is_free(page.text, start, start + 17) {
        found.add(start, start + 17, Kind::Mac, rank::CHECKED);
    }
    if sign == b':' {
        let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let length = bytes.get(start..).map_or(0, |rest| rest.iter().take(45).take_while(is_part).count());
        let rest = page.text.get(start..start + length).unwrap_or("").trim_end_matches(['.', ':']);
        if rest.contains(':') && rest.parse::<std::net::Ipv6Addr>().is_ok() {
            found.add(start, start + rest.len(), Kind::Ip, rank::CHECKED);
        }
    }
}

fn is_mac(piece: &str, sign: u8) -> bool {
    piece.len() == 17
        && piece.bytes().enumerate().all(|(place, byte)| match place % 3 {
            2 => byte == sign,
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a number does not stand inside a longer number, word or amount.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let mut before = text.get(..start).unwrap_or("").chars().rev();
    let mut after = text.get(end..).unwrap_or("").chars();
    let (last, next) = (before.next(), after.next());
    let is_amount = matches!(last, Some('$' | '£' | '€'))
        || matches!((last, before.next()), (Some('.' | ','), Some(c)) if c.is_ascii_digit());
    let is_longer = matches!((next, after.next()), (Some('.' | '/'), Some(c)) if c.is_ascii_digit())
        || matches!(last, Some('/' | '_'));
    is_bounded(text, start, end) && !is_amount && !is_longer && !matches!(next, Some('%' | '_'))
}

fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}
