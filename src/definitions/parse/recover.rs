//! Lines that fit no statement: where each goes wrong, and what was expected there.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::elsewhere;
use crate::definitions::parse::grammar;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::words;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::nearest;

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    File,
    Record,
    Field,
    Map,
    Set,
    Code,
    Option,
    Row,
    Pairs,
    Calendar,
    Reader,
    Assignment,
    Rules,
    Rule,
    Crosswalk,
    Label,
    Purpose,
    Policy,
}

impl Place {
    /// The place as an author would say it.
    fn title(self) -> &'static str {
        match self {
            Place::File => "a file",
            Place::Record | Place::Field => "a record",
            Place::Map => "a map",
            Place::Set => "a code set",
            Place::Code => "a code",
            Place::Option => "the options of an import",
            Place::Row => "a table",
            Place::Pairs => "the columns of pairs",
            Place::Calendar => "a calendar",
            Place::Reader => "a reader",
            Place::Assignment => "a derivation",
            Place::Rules => "a block of rules",
            Place::Rule => "a rule",
            Place::Crosswalk => "a crosswalk",
            Place::Label => "a label",
            Place::Purpose => "a purpose",
            Place::Policy => "a policy",
        }
    }

    /// Words that begin its statements.
    fn words(self) -> &'static [&'static str] {
        match self {
            Place::File => words::FILE,
            Place::Set => words::CODE_SET,
            Place::Code => words::CODE,
            Place::Calendar => words::CALENDAR,
            Place::Reader => words::READER,
            Place::Option => words::IMPORT,
            Place::Rules => words::RULES,
            Place::Rule => words::RULE,
            Place::Label => words::LABEL,
            Place::Purpose => words::PURPOSE,
            Place::Policy => words::POLICY,
            Place::Record
            | Place::Field
            | Place::Map
            | Place::Row
            | Place::Pairs
            | Place::Assignment
            | Place::Crosswalk => &[],
        }
    }

    /// The rule of one statement alone.
    fn alone(self) -> Rule {
        match self {
            Place::File => Rule::alone_statement,
            Place::Record => Rule::alone_record,
            Place::Field => Rule::alone_field,
            Place::Map => Rule::alone_map,
            Place::Set => Rule::alone_set,
            Place::Code => Rule::alone_code,
            Place::Option => Rule::alone_option,
            Place::Row => Rule::alone_row,
            Place::Pairs => Rule::alone_pairs,
            Place::Calendar => Rule::alone_calendar,
            Place::Reader => Rule::alone_reader,
            Place::Assignment => Rule::alone_assignment,
            Place::Rules => Rule::alone_rules,
            Place::Rule => Rule::alone_rule,
            Place::Crosswalk => Rule::alone_crosswalk,
            Place::Label => Rule::alone_label,
            Place::Purpose => Rule::alone_purpose,
            Place::Policy => Rule::alone_policy,
        }
    }

    /// The rule of the block behind a statement that begins with `word`.
    fn block(self, word: &str) -> Option<Rule> {
        Some(match (self, word) {
            (_, "code" | "group") => Rule::code_body,
            (Place::File, "record") => Rule::record_body,
            (Place::Record | Place::Field, _) | (Place::File, "extend") => Rule::fields,
            (Place::Code, "maps") => Rule::map_body,
            (Place::File, "codeset" | "overlay") | (Place::Set, "starter") => Rule::set_body,
            (Place::Calendar, _) => return None,
            (Place::Reader, _) => Rule::reader_body,
            (_, "import") => Rule::options,
            (Place::File, "rules") => Rule::rules_body,
            (Place::File | Place::Rules, "rule") | (Place::Rule, "check") => Rule::rule_body,
            (Place::File, "table") => Rule::rows,
            (Place::File, "calendar") => Rule::calendar_body,
            (Place::File, "reader") => Rule::reader_body,
            (Place::File, "derive") => Rule::derive_body,
            (Place::File, "crosswalk") => Rule::crosswalk_body,
            (Place::File, "policy") => Rule::policy_body,
            _ => return None,
        })
    }
}

impl Builder<'_> {
    /// Reports a line that fits no statement, then looks through its block.
    pub(super) fn recover(&mut self, line: Pair<'_>, place: Place) {
        if self.problems.is_full() {
            return self.problems.count();
        }
        let start = line.as_span().start();
        let text = line.as_str();
        let block = line.into_inner().next();
        let head_end = block.as_ref().map_or(text.len(), |block| block.as_span().start() - start);
        let head = text.get(..head_end).unwrap_or_default().trim_end();
        let word = first_word(head);
        let meant = meant(head, place);
        if !self.is_poisoned(start, start + head_end) {
            // The brace belongs to the line: what should stand before it may be what is missing.
            let shown = text.get(..(head_end + 1).min(text.len())).filter(|_| block.is_some()).unwrap_or(head);
            let problem = self.explain(place, shown, start, meant);
            self.problems.push(problem);
        }
        let rule = place.block(meant.and_then(|meant| meant.split(' ').next()).unwrap_or(word));
        if let (Some(block), Some(rule)) = (block, rule)
            && let Ok(mut pairs) = grammar::parse(rule, block.as_str())
        {
            let inner = self.span(&block);
            let outer = std::mem::replace(&mut self.segment, inner);
            if let Some(block) = pairs.next() {
                self.look_through(block);
            }
            self.segment = outer;
        }
    }

    fn is_poisoned(&self, start: usize, end: usize) -> bool {
        let span = self.place(start, end);
        let first = self.poisoned.partition_point(|at| *at < span.start);
        self.poisoned.get(first).is_some_and(|at| *at < span.end)
    }

    fn explain(&self, place: Place, line: &str, start: usize, meant: Option<&str>) -> Diagnostic {
        let word = first_word(line);
        let word_span = self.place(start, start + word.len());
        if let Some(meant) = meant {
            let kind = Kind::MisspeltKeyword { found: word.to_owned(), meant: meant.to_owned() };
            return Diagnostic::new(kind, word_span).with_help(format!("did you mean `{meant}`?"));
        }
        let is_fixed =
            matches!(place, Place::File | Place::Rules | Place::Set | Place::Option | Place::Label | Place::Calendar);
        if !word.is_empty() && is_fixed && !is_word_of(place, word) {
            let kind = Kind::UnknownStatement { found: word.to_owned(), place: place.title().to_owned() };
            let problem = Diagnostic::new(kind, word_span);
            return match home(word) {
                Some(home) => {
                    problem.with_help(format!("`{word}` stands in {}; is a `}}` too many above?", home.title()))
                }
                None => problem.with_help(elsewhere::help(line, 0, word).unwrap_or_else(|| begins_with(place))),
            };
        }
        self.failure(place, line, start)
    }

    /// Where a statement goes wrong, and what could have stood there.
    fn failure(&self, place: Place, line: &str, start: usize) -> Diagnostic {
        // A blank at the end, so that a word that is missing is missed behind it.
        let (farthest, _) = attempt(place, &format!("{line} "));
        let mut at = farthest.min(line.len());
        let rest = line.get(at..).unwrap_or_default();
        // A choice may have looked at the first letter only: behind a whole word the word itself is at fault, as the grammar
        // would have taken the blank too.
        let is_behind =
            rest.starts_with(' ') && line.get(..at).is_some_and(|front| front.ends_with(char::is_alphanumeric));
        if is_behind || rest.starts_with(is_word_letter) {
            at = line.get(..at).unwrap_or_default().trim_end_matches(is_word_letter).len();
        }
        let here = first_word(line.get(at..).unwrap_or_default());
        // A word that begins a line below a code is no part of one.
        let bare_code = elsewhere::bare_code(line, at).filter(|_| !is_word_of(Place::Code, here));
        let elsewhere = bare_code.or_else(|| elsewhere::help(line, at, here));
        if at == 0 && !place.words().is_empty() {
            let kind = Kind::Expected { expected: format!("a statement of {}", place.title()), found: found(line, 0) };
            let help = elsewhere.unwrap_or_else(|| begins_with(place));
            let end = start + line.chars().next().map_or(0, char::len_utf8);
            return Diagnostic::new(kind, self.place(start, end)).with_help(help);
        }
        // Once more with something impossible there: now all that was looked for in that place is known.
        let front = line.get(..at).unwrap_or_default();
        let blank = if at == line.len() { " " } else { "" };
        let front = format!("{front}{blank}");
        let (_, tokens) = attempt(place, &format!("{front}\u{1}"));
        let expected = Expectation::of(place, &front, &tokens);
        let rest = line.get(at..).unwrap_or_default();
        let end = at + if here.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { here.len() };
        let span = self.place(start + at, start + end);
        let help = match expected.what {
            Some("a type") => elsewhere::kind(here).map(|own| format!("write `{own}`")),
            Some("a date") => Some(elsewhere::DAY.to_owned()),
            _ if rest.starts_with("=>") && expected.signs.iter().any(|sign| sign == "->") => Some("write `->`".into()),
            _ => elsewhere,
        };
        if let Some(help) = help {
            let kind = Kind::Expected { expected: expected.words(), found: found(line, at) };
            return Diagnostic::new(kind, span).with_help(help);
        }
        let known = expected.keywords.iter().map(String::as_str);
        if let Some(meant) = nearest(here, known.clone()).or_else(|| begun(here, known)).filter(|_| !here.is_empty()) {
            let meant = if meant == "replaced" { "replaced by" } else { meant };
            let kind = Kind::MisspeltKeyword { found: here.to_owned(), meant: meant.to_owned() };
            return Diagnostic::new(kind, span).with_help(format!("did you mean `{meant}`?"));
        }
        Diagnostic::new(Kind::Expected { expected: expected.words(), found: found(line, at) }, span)
    }
}

/// How far a statement is read, and which signs were looked for there.
fn attempt(place: Place, line: &str) -> (usize, Vec<String>) {
    match grammar::parse_in_detail(place.alone(), line) {
        Ok(_) => (line.len(), Vec::new()),
        Err(error) => error.parse_attempts().map_or((0, Vec::new()), |attempts| {
            let tokens = attempts.expected_tokens().iter().map(ToString::to_string).collect();
            (attempts.max_position, tokens)
        }),
    }
}

/// What could have stood somewhere.
struct Expectation {
    what: Option<&'static str>,
    keywords: Vec<String>,
    signs: Vec<String>,
}

/// Operators that stand between values; they are not listed one by one.
const OPERATORS: [&str; 19] = [
    "is", "in", "and", "or", "mentions", "says", "includes", "matches", "starts", "ends", "contains", "within",
    "excludes", "relates", "not", "any", "every", "no", "count",
];

/// Words that begin a type.
const TYPES: [&str; 13] = [
    "text", "number", "integer", "money", "bool", "date", "datetime", "duration", "consent", "one", "ladder", "code",
    "list",
];

impl Expectation {
    fn of(place: Place, front: &str, tokens: &[String]) -> Expectation {
        let is_inside_word = front.ends_with(is_word_letter);
        let is_name = tokens.iter().any(|token| token == "a..z") && !is_inside_word;
        let mut keywords: Vec<String> = tokens
            .iter()
            .filter(|token| token.starts_with(|c: char| c.is_ascii_lowercase()) && !token.contains(".."))
            .cloned()
            .collect();
        let mut signs: Vec<String> = tokens
            .iter()
            .filter(|token| matches!(token.as_str(), "\"" | "{" | "(" | ")" | "," | "->" | "=" | "<" | "}"))
            .cloned()
            .collect();
        keywords.sort();
        keywords.dedup();
        signs.sort();
        signs.dedup();
        if keywords.iter().any(|word| word == "datetime") {
            return Expectation { what: Some("a type"), keywords, signs };
        }
        let what = if is_name { Some(name_for(place, front)) } else { None };
        Expectation { what, keywords, signs }
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self.what.iter().map(|what| (*what).to_owned()).collect();
        let is_operator = |keyword: &String| OPERATORS.contains(&keyword.as_str());
        let has_operators = ["and", "is"].iter().all(|word| self.keywords.iter().any(|keyword| keyword == word));
        if has_operators {
            words.push("an operator such as `is` or `and`".into());
        }
        let hides = self.what.is_some();
        let is_type = |word: &String| self.what == Some("a type") && TYPES.contains(&word.as_str());
        words.extend(
            self.keywords
                .iter()
                .filter(|word| !is_type(word) && !(is_operator(word) && (has_operators || hides)))
                .map(|word| format!("`{word}`")),
        );
        for sign in &self.signs {
            match sign.as_str() {
                "\"" if self.what.is_some_and(|what| what != "a name") => {}
                "\"" => words.push("a text in quotation marks".into()),
                "(" | "<" | "=" if has_operators || self.what.is_some() => {}
                "}" => words.push("the end of the line".into()),
                "{" if self.what == Some("a type") => {}
                sign => words.push(format!("`{sign}`")),
            }
        }
        if words.len() > 7 {
            words.truncate(6);
            words.push("something else".into());
        }
        if words.is_empty() { "the end of the line".into() } else { join(&words, "or") }
    }
}

/// What a name stands for behind `front`: the word before it tells.
fn name_for(place: Place, front: &str) -> &'static str {
    let word = front.trim_end_matches([' ', '(', ',', '"']).rsplit(' ').next().unwrap_or_default();
    match word {
        "from" if place != Place::Crosswalk && place != Place::Option => "a date",
        "to" if place != Place::Policy && place != Place::Crosswalk && place != Place::Option => "a date",
        "retired" => "a date",
        "under" | "by" | "either" | "both" => "a code",
        "code" | "group" => "a code",
        "maps" => "a code such as `set/13B`",
        "label" | "labelled" | "sensitive" => "a label",
        "needs" | "at" | "in" | "each" | "of" => "a field",
        "identifies" => "a kind of identity",
        "when" | "present" | "unless" | "require" | "forbid" | "scope" | "where" | "has" | "and" | "or" | "not" => {
            "a condition"
        }
        "points" | "below" | "version" => "a number",
        "is" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "default" => "a value",
        "to" => "an operator such as `month`",
        "column" => "the name of a column",
        _ if matches!(place, Place::Record | Place::Field) && front.is_empty() => "a field",
        _ => "a name",
    }
}

/// The keyword that the first words of a line look like, if they are not one.
fn meant(head: &str, place: Place) -> Option<&'static str> {
    let word = first_word(head);
    if word.is_empty() || is_word_of(place, word) || home(word).is_some() {
        return None;
    }
    let known = place.words().iter().copied();
    if let Some(own) = elsewhere::statement(place.words(), word) {
        return Some(own);
    }
    nearest(word, known.map(|words| words.split(' ').next().unwrap_or(words)))
        .and_then(|first| place.words().iter().find(|words| words.split(' ').next() == Some(first)).copied())
}

/// The one keyword that begins as the word does: `int` is the beginning of `integer`, and but for its last letter `identify`
/// is that of `identifies`.
fn begun<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let mut letters = word.chars();
    let stem = if word.chars().count() > 5 { letters.next_back().map_or("", |_| letters.as_str()) } else { word };
    let mut fitting = known.filter(|known| stem.len() > 2 && known.starts_with(stem));
    fitting.next().filter(|_| fitting.next().is_none())
}

fn is_word_of(place: Place, word: &str) -> bool {
    place.words().iter().any(|words| words.split(' ').next() == Some(word))
}

/// The place in which a word begins a statement.
fn home(word: &str) -> Option<Place> {
    [Place::Set, Place::Code, Place::Rule, Place::File, Place::Policy]
        .into_iter()
        .find(|place| is_word_of(*place, word))
}

fn first_word(text: &str) -> &str {
    let end = text.find(|character| !is_word_letter(character)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', '/', ':'])
}

fn is_word_letter(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | ':')
}

/// What stands somewhere, as an author would say it.
fn found(line: &str, at: usize) -> String {
    let rest = line.get(at..).unwrap_or_default();
    let word = first_word(rest);
    match rest.chars().next() {
        None => "the end of the line".into(),
        Some('"') => "a text".into(),
        Some(_) if !word.is_empty() => format!("`{}`", word.chars().take(40).collect::<String>()),
        Some(sign) => format!("`{sign}`"),
    }
}

/// The words with which statements of a place begin, as a help.
fn begins_with(place: Place) -> String {
    format!("statements here begin with {}", list(place.words(), "or"))
}

fn list(words: &[&str], last: &str) -> String {
    join(&words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>(), last)
}

/// `a, b or c`
fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., end] => format!("{} {last} {end}", front.join(", ")),
    }
}
