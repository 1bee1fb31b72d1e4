//! One pass over the bytes of a file before the grammar sees it.
//!
//! It joins lines that go on, turns tabs and carriage returns into blanks, and finds what would throw the grammar off
//! for the rest of the file: a quotation mark, bracket or brace without its partner, nesting beyond use, signs that
//! mislead (`signs`). Each of these is reported here, where it is known precisely, and taken out of the grammar's sight by
//! writing [`POISON`] or a blank over it. The text keeps its length, so every place stays true.

use crate::definitions::parse::problems::MOST;
use crate::definitions::parse::signs::Misleading;
use crate::definitions::parse::signs::Piece;
use crate::definitions::parse::signs::Signs;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use std::borrow::Cow;

/// Brackets, and blocks, that may stand inside one another.
pub const DEEPEST: usize = 64;
/// What is written over a sign that has been reported; fits no rule of the grammar.
const POISON: u8 = 1;

/// Statements of the top level whose block or bracket must follow on the same line.
const TOP: [(&str, u8); 15] = [
    ("codeset", b'{'),
    ("overlay", b'{'),
    ("rules", b'{'),
    ("rule", b'{'),
    ("function", b'='),
    ("record", b'{'),
    ("table", b'{'),
    ("derive", b'{'),
    ("crosswalk", b'{'),
    ("policy", b'{'),
    ("label", b'{'),
    ("purpose", b'{'),
    ("calendar", b'{'),
    ("reader", b'{'),
    ("list", b'('),
];

/// Words that begin a statement and would never begin a line inside brackets.
const BEGINS: [&str; 22] = [
    "also",
    "propose",
    "never",
    "when",
    "unless",
    "labelled",
    "needs",
    "raise",
    "require",
    "forbid",
    "let",
    "for",
    "check",
    "see",
    "element",
    "rules",
    "rule",
    "codeset",
    "overlay",
    "policy",
    "crosswalk",
    "derive",
];

/// A file made ready for the grammar.
pub struct Layout<'s> {
    /// The text, as long as the source, signs that mislead taken out.
    pub text: Cow<'s, str>,
    /// Pieces that are parsed one by one: more than one only if a block was left open.
    pub segments: Vec<Segment>,
    /// What was found.
    pub problems: Vec<Diagnostic>,
    /// How many more were found than are listed.
    pub skipped: usize,
    /// Places of problems that the grammar will stumble over, ascending.
    pub poisoned: Vec<usize>,
}

/// A piece of the file in which every block closes, once `closers` braces are added.
pub struct Segment {
    pub span: Span,
    pub closers: usize,
}

/// Reads through a file once.
pub fn lay_out(source: &str) -> Layout<'_> {
    let mut scan = Scan::new(source);
    scan.run();
    scan.finish()
}

struct Scan<'s> {
    source: &'s str,
    signs: Signs<'s>,
    bytes: &'s [u8],
    at: usize,
    /// The text with what was taken out; the source itself as long as nothing was.
    changed: Option<Vec<u8>>,
    parens: Vec<usize>,
    braces: Vec<Brace>,
    /// Brackets and braces past the limit that are still open.
    excess: (usize, usize),
    /// One past the last sign that means something.
    meant: usize,
    /// A line break stands between that sign and here.
    is_new_line: bool,
    line_start: usize,
    /// Where the line begins that the lines up to here go on from.
    statement_start: usize,
    segment_start: usize,
    /// A block whose lines are outdented before it closes: likely the one that was left open.
    suspect: Option<usize>,
    segments: Vec<Segment>,
    problems: Vec<Diagnostic>,
    skipped: usize,
    poisoned: Vec<usize>,
}

struct Brace {
    at: usize,
    line_start: usize,
    /// It holds the rows of a table, which may begin with a sign.
    is_table: bool,
}

impl<'s> Scan<'s> {
    fn new(source: &'s str) -> Scan<'s> {
        Scan {
            source,
            signs: Signs::of(source),
            bytes: source.as_bytes(),
            at: 0,
            changed: None,
            parens: Vec::new(),
            braces: Vec::new(),
            excess: (0, 0),
            meant: 0,
            is_new_line: true,
            line_start: 0,
            statement_start: 0,
            segment_start: 0,
            suspect: None,
            segments: Vec::new(),
            problems: Vec::new(),
            skipped: 0,
            poisoned: Vec::new(),
        }
    }

    fn run(&mut self) {
        if self.source.starts_with('\u{feff}') {
            self.blank(0, 3);
            self.at = 3;
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.is_new_line = true;
                    self.line_start = self.at;
                }
                b'\t' | b'\r' => {
                    self.blank(self.at, self.at + 1);
                    self.at += 1;
                }
                b'#' => self.comment(),
                0x80.. => self.foreign(),
                _ => {
                    if self.is_new_line {
                        self.begin_line();
                    }
                    self.sign(byte);
                    self.meant = self.at;
                }
            }
        }
    }

    /// A sign that means something.
    fn sign(&mut self, byte: u8) {
        let at = self.at;
        self.at += 1;
        match byte {
            b'"' => self.text(at),
            b'(' => self.open_paren(at),
            b')' => self.close_paren(at),
            b'{' => self.open_brace(at),
            b'}' => self.close_brace(at),
            0..0x20 | 0x7f => self.hidden(at),
            _ => {
                let letters = self.bytes.get(self.at..).unwrap_or_default().iter();
                self.at += letters.take_while(|byte| byte.is_ascii_alphanumeric()).count();
            }
        }
    }

    /// The first sign of a line: does the line before go on here?
    fn begin_line(&mut self) {
        self.is_new_line = false;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).take(12).count();
        let word = rest.get(..length).unwrap_or_default();
        let is_inside = word == b"rule" && self.is_in_rules();
        if self.at == self.line_start && !self.braces.is_empty() && !is_inside && begins_top(word, rest) {
            self.close_segment(self.at);
        }
        let begins = begins_statement(word, rest);
        if begins {
            self.leave_parens();
        }
        let goes_on = !self.parens.is_empty()
            || (matches!(word, b"and" | b"or" | b"otherwise") && !is_letter(rest.get(length)))
            || self.begins_with_operator(rest)
            || (self.ends_open() && !begins);
        if goes_on && self.meant > self.segment_start {
            self.blank(self.meant, self.at);
        } else {
            self.statement_start = self.at;
        }
    }

    /// Whether only a block of rules is open, in which a `rule` may begin in the first column too.
    fn is_in_rules(&self) -> bool {
        let [brace] = self.braces.as_slice() else { return false };
        self.bytes.get(brace.line_start..).is_some_and(|line| line.trim_ascii_start().starts_with(b"rules "))
    }

    /// Whether a line begins with an operator, which goes on from the line before.
    fn begins_with_operator(&self, line: &[u8]) -> bool {
        match line {
            [b'+' | b'*' | b'/' | b'=' | b',', ..] | [b'!', b'=', ..] | [b'-', b' ' | b'>', ..] => true,
            [b'<' | b'>', ..] => !self.braces.last().is_some_and(|brace| brace.is_table),
            _ => false,
        }
    }

    /// Whether the line before ends with a sign or word that wants more.
    fn ends_open(&self) -> bool {
        let before = self.bytes.get(self.segment_start..self.meant).unwrap_or_default();
        match before {
            // Every part of something in a path.
            [.., b'.', b'*'] => false,
            [.., b',' | b'+' | b'*' | b'/' | b'<' | b'>' | b'='] | [.., b' ', b'-'] => true,
            _ => [b"and".as_slice(), b"or", b"not"]
                .iter()
                .any(|word| before.strip_suffix(*word).is_some_and(|front| !is_letter(front.last()))),
        }
    }

    /// To the end of the line; hidden characters are looked for here too.
    fn comment(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'\t' | b'\r' | 0x20..0x7f => self.at += 1,
                _ => {
                    let at = self.at;
                    self.at += 1;
                    self.hidden(at);
                }
            }
        }
    }

    fn text(&mut self, open: usize) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let at = self.at;
            self.at += 1;
            match byte {
                b'"' => return,
                b'\n' => break,
                b'\\' if self.bytes.get(self.at).is_some_and(|next| *next != b'\n') => self.at += 1,
                b'\t' | b'\r' | b' '..0x7f => {}
                _ => self.hidden(at),
            }
        }
        let end = self.bytes.get(open..self.at).unwrap_or_default().trim_ascii_end().len() + open;
        // A text that was begun with `"` and ended with a typographic mark goes on to the next `"` of the line.
        self.at = open + 1;
        if let Some(problem) = self.signs.first_quote(Span::new(self.line_start, end)) {
            self.at = problem.span.end.max(open + 1);
            self.report(problem);
        } else {
            let help = "write `\"` at the end of the text, or `\\\"` for a quotation mark inside it";
            self.say(Kind::UnclosedText, Span::new(open, end.max(open + 1)), help);
        }
        self.poison(open);
    }

    /// A sign that may hide inside a text or comment, or a control character, whose first byte stands at `at`.
    fn hidden(&mut self, at: usize) {
        let (end, problem) = self.signs.read_in_text(at);
        self.at = end;
        if let Some(problem) = problem {
            self.report(problem);
            self.poisoned.push(at);
        }
    }

    /// A sign outside ASCII where no text and no comment is.
    fn foreign(&mut self) {
        match self.signs.read(self.at) {
            Piece::Fine(end) => {
                if self.is_new_line {
                    self.begin_line();
                }
                self.at = end;
                self.meant = end;
            }
            Piece::Misleading(piece) => self.misleading(*piece),
        }
    }

    /// Shows the grammar what was meant, so that the sign is all that is reported.
    fn misleading(&mut self, piece: Misleading) {
        let span = piece.span;
        self.report(piece.problem);
        let sign = piece.meant.trim();
        let is_seen = !sign.is_empty();
        if is_seen && self.is_new_line {
            self.begin_line();
        }
        if let Some(bytes) = self.change().get_mut(span.start..span.end) {
            bytes.copy_from_slice(piece.meant.as_bytes());
        }
        self.at = span.end;
        if is_seen {
            self.meant = span.end;
            self.poisoned.push(span.start);
        }
        match sign {
            "(" => self.open_paren(span.end - 1),
            ")" => self.close_paren(span.end - 1),
            "{" => self.open_brace(span.end - 1),
            "}" => self.close_brace(span.end - 1),
            _ => {}
        }
    }

    fn open_paren(&mut self, at: usize) {
        if self.parens.len() < DEEPEST {
            return self.parens.push(at);
        }
        if self.excess.0 == 0 {
            self.say(Kind::TooDeep { limit: DEEPEST }, Span::new(at, at + 1), "give a part of it a name with `let`");
        }
        self.excess.0 += 1;
        self.poison(at);
    }

    fn close_paren(&mut self, at: usize) {
        if self.excess.0 > 0 {
            self.excess.0 -= 1;
            self.poison(at);
        } else if self.parens.pop().is_none() {
            let kind = Kind::UnbalancedBracket { bracket: ")".into() };
            self.say(kind, Span::new(at, at + 1), "delete it, or write the `(` that is missing");
            self.poison(at);
        }
    }

    /// Reports every bracket that is still open: no bracket goes on past a brace or the next statement.
    fn leave_parens(&mut self) {
        for at in std::mem::take(&mut self.parens) {
            let kind = Kind::UnbalancedBracket { bracket: "(".into() };
            self.say(kind, Span::new(at, at + 1), "write the `)` that is missing");
            self.poison(at);
        }
        self.excess.0 = 0;
    }

    fn open_brace(&mut self, at: usize) {
        self.leave_parens();
        if self.braces.len() < DEEPEST {
            let head = self.bytes.get(self.statement_start..at).unwrap_or_default();
            let is_table = head.starts_with(b"table ");
            return self.braces.push(Brace { at, line_start: self.line_start, is_table });
        }
        if self.excess.1 == 0 {
            self.say(Kind::TooDeep { limit: DEEPEST }, Span::new(at, at + 1), "take a block out of the ones around it");
        }
        self.excess.1 += 1;
        self.poison(at);
    }

    fn close_brace(&mut self, at: usize) {
        self.leave_parens();
        if self.excess.1 > 0 {
            self.excess.1 -= 1;
            return self.poison(at);
        }
        let Some(brace) = self.braces.pop() else {
            self.say(Kind::ExtraBrace, Span::new(at, at + 1), "delete it, or look for a `}` too many above");
            return self.blank(at, at + 1);
        };
        let is_first = self.bytes.get(self.line_start..at).unwrap_or_default().iter().all(|byte| *byte == b' ');
        let indent =
            |start: usize| self.bytes.get(start..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count();
        if is_first && self.suspect.is_none() && indent(self.line_start) < indent(brace.line_start) {
            self.suspect = Some(brace.at);
        }
    }

    /// Ends a piece before `end`, blocks left open or not.
    fn close_segment(&mut self, end: usize) {
        self.leave_parens();
        let closers = self.braces.len();
        if let Some(innermost) = self.braces.last() {
            let open = self.suspect.unwrap_or(innermost.at);
            let kind = Kind::MissingBrace { of: self.owner(open) };
            let problem = Diagnostic::new(kind, Span::new(open, open + 1)).with_note("opened here");
            let last = self.meant.min(end).max(open + 1);
            let label =
                if end == self.bytes.len() { "the file ends here" } else { "the next statement begins after this" };
            let problem = problem.with_label(Span::new(last.saturating_sub(1), last), label);
            self.problems.push(problem.with_help("write the `}` that is missing"));
        }
        self.segments.push(Segment { span: Span::new(self.segment_start, end), closers });
        self.braces.clear();
        self.excess = (0, 0);
        self.suspect = None;
        self.segment_start = end;
    }

    /// What a block belongs to, as its author would say it: the first two words before the brace.
    fn owner(&self, brace: usize) -> String {
        let front = self.source.get(..brace).unwrap_or_default();
        let start = front.rfind(['\n', '{', '}', ';']).map_or(0, |at| at + 1);
        let mut words = front.get(start..).unwrap_or_default().split_whitespace();
        match (words.next(), words.next()) {
            (Some(first), Some(second)) => format!("`{first} {second}`"),
            (Some(first), None) => format!("`{first}`"),
            _ => "this brace".into(),
        }
    }

    fn say(&mut self, kind: Kind, span: Span, help: &str) {
        self.report(Diagnostic::new(kind, span).with_help(help));
    }

    fn report(&mut self, problem: Diagnostic) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        } else {
            self.skipped += 1;
        }
    }

    fn poison(&mut self, at: usize) {
        self.poisoned.push(at);
        if let Some(byte) = self.change().get_mut(at) {
            *byte = POISON;
        }
    }

    fn blank(&mut self, from: usize, to: usize) {
        if let Some(bytes) = self.change().get_mut(from..to) {
            bytes.fill(b' ');
        }
    }

    fn change(&mut self) -> &mut Vec<u8> {
        let bytes = self.bytes;
        self.changed.get_or_insert_with(|| bytes.to_vec())
    }

    fn finish(mut self) -> Layout<'s> {
        self.close_segment(self.bytes.len());
        self.poisoned.sort_unstable();
        // Invariant: whole characters are overwritten with ASCII, so the bytes stay UTF-8.
        let text = match self.changed.map(String::from_utf8) {
            Some(Ok(text)) => Cow::Owned(text),
            _ => Cow::Borrowed(self.source),
        };
        Layout {
            text,
            segments: self.segments,
            problems: self.problems,
            skipped: self.skipped,
            poisoned: self.poisoned,
        }
    }
}

fn is_letter(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | 0x80..))
}

/// Whether a line in the first column is a statement of the top level for certain.
fn begins_top(word: &[u8], line: &[u8]) -> bool {
    let Some((_, sign)) = TOP.iter().find(|(keyword, _)| keyword.as_bytes() == word) else { return false };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.get(word.len()) == Some(&b' ') && line.contains(sign)
}

/// Whether a line begins a statement, whatever bracket may be open.
fn begins_statement(word: &[u8], line: &[u8]) -> bool {
    let is_blank = line.get(word.len()) == Some(&b' ');
    let after = line.get(word.len()..).unwrap_or_default().trim_ascii_start();
    let is_operand =
        after.starts_with(b"is ") || !matches!(after.first(), Some(b'"' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'));
    is_blank && !is_operand && BEGINS.iter().any(|keyword| keyword.as_bytes() == word)
}
