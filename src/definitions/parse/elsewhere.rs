//! What other languages write for what this one says: languages of programs, of databases, of spreadsheets.
//!
//! Somebody who writes a definition for the first time takes words along. Where such a word or sign stands and does not fit,
//! it is not enough to say so: the help says what to write.

/// Types.
const TYPES: [(&str, &str); 32] = [
    ("string", "text"),
    ("str", "text"),
    ("char", "text"),
    ("character", "text"),
    ("varchar", "text"),
    ("uuid", "text"),
    ("boolean", "bool"),
    ("logical", "bool"),
    ("decimal", "number"),
    ("float", "number"),
    ("double", "number"),
    ("real", "number"),
    ("numeric", "number"),
    ("int", "integer"),
    ("long", "integer"),
    ("bigint", "integer"),
    ("smallint", "integer"),
    ("whole", "integer"),
    ("currency", "money"),
    ("amount", "money"),
    ("timestamp", "datetime"),
    ("time", "datetime"),
    ("day", "date"),
    ("interval", "duration"),
    ("timespan", "duration"),
    ("enum", "one of (a, b)"),
    ("choice", "one of (a, b)"),
    ("array", "list of TYPE"),
    ("vector", "list of TYPE"),
    ("set", "list of TYPE"),
    ("object", "{ … }"),
    ("struct", "{ … }"),
];

/// Operators.
const SIGNS: [(&str, &str); 14] = [
    ("==", "="),
    ("===", "="),
    ("<>", "!="),
    ("!==", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("&&", "and"),
    ("&", "and"),
    ("||", "or"),
    ("|", "or"),
    ("!", "not"),
    ("//", "#"),
    ("--", "#"),
    ("/*", "#"),
];

/// Words between values.
const WORDS: [(&str, &str); 8] = [
    ("equals", "is"),
    ("equal", "is"),
    ("eq", "="),
    ("ne", "!="),
    ("like", "contains"),
    ("exists", "is present"),
    ("else", "otherwise"),
    ("everything", "every field"),
];

/// Words that begin a statement.
const STATEMENTS: [(&str, &str); 16] = [
    ("hide", "remove"),
    ("delete", "remove"),
    ("drop", "remove"),
    ("deny", "remove"),
    ("deny", "forbid"),
    ("show", "keep"),
    ("allow", "keep"),
    ("redact", "mask"),
    ("if", "when"),
    ("assert", "require"),
    ("ensure", "require"),
    ("must", "require"),
    ("def", "function"),
    ("func", "function"),
    ("class", "record"),
    ("struct", "record"),
];

/// Words for what has no value.
const NOTHING: [&str; 7] = ["null", "nil", "none", "nothing", "empty", "blank", "missing"];

/// How a day is written.
pub const DAY: &str = "a day is written as year-month-day, such as 2026-01-31";

/// The word, among those with which statements begin in some place, for one that begins them elsewhere.
pub fn statement(words: &[&str], word: &str) -> Option<&'static str> {
    let is_it = |(other, own): &&(&str, &str)| other.eq_ignore_ascii_case(word) && words.contains(own);
    STATEMENTS.iter().find(is_it).map(|(_, own)| *own)
}

/// The type for one of another language.
pub fn kind(word: &str) -> Option<&'static str> {
    own(&TYPES, word)
}

/// What to write where `line` goes wrong at the byte `at`.
pub fn help(line: &str, at: usize, word: &str) -> Option<String> {
    if let Some(number) = comma(line, at) {
        return Some(format!("a fraction is written with a point: `{number}`"));
    }
    if word.eq_ignore_ascii_case("between") {
        return Some(format!("write `in {}`", range(line.get(at..).unwrap_or_default())));
    }
    let sign = sign_at(line, at);
    match own(&SIGNS, sign).or_else(|| comment(sign)) {
        Some("#") => Some("a comment begins with `#`".to_owned()),
        Some(own) => Some(format!("write `{own}`")),
        None => own(&WORDS, word).map(|own| format!("write `{own}`")),
    }
}

/// What to say of a word for nothing that stands where a value should.
pub fn nothing(word: &str) -> Option<String> {
    let is_one = NOTHING.iter().any(|known| known.eq_ignore_ascii_case(word));
    is_one.then(|| "write `is absent` for what has no value, `is present` for what has one".to_owned())
}

/// Whether a word stands for all fields in other languages.
pub fn is_all(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "everything" | "all" | "any" | "each")
}

fn own(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(other, _)| other.eq_ignore_ascii_case(word)).map(|(_, own)| *own)
}

/// A longer row of signs with which comments begin elsewhere, such as `///`.
fn comment(sign: &str) -> Option<&'static str> {
    ["//", "--", "/*"].iter().any(|begin| sign.starts_with(begin)).then_some("#")
}

/// The signs that stand together around a byte.
fn sign_at(line: &str, at: usize) -> &str {
    let is_sign = |sign: char| "=<>!&|/*-".contains(sign);
    let (front, rest) = line.split_at_checked(at).unwrap_or((line, ""));
    let start = front.trim_end_matches(is_sign).len();
    let end = at + rest.find(|sign| !is_sign(sign)).unwrap_or(rest.len());
    line.get(start..end).unwrap_or_default()
}

/// The number that is written with a comma, such as `0,3`, if the comma stands at a byte.
fn comma(line: &str, at: usize) -> Option<String> {
    let (front, rest) = line.split_at_checked(at)?;
    let is_digit = |sign: char| sign.is_ascii_digit();
    let whole = front.get(front.trim_end_matches(is_digit).len()..)?;
    let rest = rest.strip_prefix(',')?;
    let fraction = rest.get(..rest.find(|sign| !is_digit(sign)).unwrap_or(rest.len()))?;
    (!whole.is_empty() && !fraction.is_empty()).then(|| format!("{whole}.{fraction}"))
}

/// The range that `between 1 and 5` means.
fn range(rest: &str) -> String {
    let mut words = rest.split([' ', '(', ')', '}', ';']).filter(|word| !word.is_empty()).skip(1);
    match (words.next(), words.next(), words.next()) {
        (Some(from), Some(and), Some(to)) if and.eq_ignore_ascii_case("and") => format!("{from}..{to}"),
        _ => "FROM..TO".to_owned(),
    }
}

/// What to write where a line goes wrong in a code of several words before a title.
pub fn bare_code(line: &str, at: usize) -> Option<String> {
    let rest = line.strip_prefix("code ").or_else(|| line.strip_prefix("group "))?;
    let start = line.len() - rest.len();
    let end = start + rest.find(['"', '{', '\n'])?;
    let code = line.get(start..end)?.trim();
    let is_in_it = (start..end).contains(&at) && line.get(at..).is_some_and(|it| it.starts_with(char::is_alphanumeric));
    let has_title = line.get(end..).is_some_and(|it| it.starts_with('"'));
    let is_it = is_in_it && has_title && code.contains(' ');
    is_it.then(|| format!("a code with blanks is written in quotation marks: `\"{code}\"`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help_at(line: &str, mark: &str) -> Option<String> {
        let at = line.find(mark).unwrap_or_default();
        let word = mark.split(' ').next().unwrap_or_default();
        help(line, at, word)
    }

    #[test]
    fn signs_are_read_whole() {
        for (line, mark, own) in [
            ("require weight =< 3", "<", "write `<=`"),
            ("require weight === 3", "== 3", "write `=`"),
            ("require a is present || b", "|", "write `or`"),
            ("/// about", "/", "a comment begins with `#`"),
            ("code A \"x\" -- the first", "-", "a comment begins with `#`"),
        ] {
            assert_eq!(help_at(line, mark).as_deref(), Some(own), "{line}");
        }
        assert_eq!(help_at("require weight > 3", "> 3"), None);
    }

    #[test]
    fn numbers_ranges_and_codes_are_written_out() {
        let comma = Some("a fraction is written with a point: `12.75`".to_owned());
        assert_eq!(help_at("points title 12,75", ",75"), comma);
        assert_eq!(help_at("list a (1, 2)", ", 2"), None);
        assert_eq!(help_at("when n between 2 and 4", "between"), Some("write `in 2..4`".to_owned()));
        assert_eq!(help_at("when n BETWEEN", "BETWEEN"), Some("write `in FROM..TO`".to_owned()));
        let code = Some("a code with blanks is written in quotation marks: `\"RED 1\"`".to_owned());
        assert_eq!(bare_code("code RED 1 \"Red\" {", 9), code);
        assert_eq!(bare_code("code RED \"Red\" blue", 15), None);
        assert_eq!(bare_code("code RED Red {", 9), None);
    }
}
