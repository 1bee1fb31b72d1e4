//! Looks a script over before the parser sees it: the parser has no limits of its own on depth and time.

use super::problem::ScriptProblem;
use std::collections::HashSet;

/// Bytes a script may have.
const MAX_BYTES: usize = 64 * 1024;
/// Brackets and `${` that may stand in each other.
const MAX_DEPTH: usize = 64;
/// Words, numbers and signs in a file.
const MAX_TOKENS: usize = 20_000;
/// Signs between two of `; { } ,`.
const MAX_SIGNS: usize = 256;
/// Times one of the keywords whose cost in the parser grows with their number may stand in a file.
const MAX_KEYWORDS: usize = 600;
/// Bytes of a name.
const MAX_NAME: usize = 128;

/// What a scan found out about a script.
#[derive(Debug, Default, Clone)]
pub(super) struct Words {
    /// Names and the texts without anything put in, as they stand in the file.
    known: HashSet<String>,
    /// Functions: name and line.
    functions: Vec<(String, usize)>,
}

impl Words {
    /// Whether the text stands in the script as a name or as a literal text.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.known.contains(text)
    }

    /// Takes over what stands in another script, as functions of both are called by each other.
    pub(super) fn know(&mut self, other: &Words) {
        self.known.extend(other.known.iter().cloned());
    }

    /// Whether the file has a function of this name.
    pub(super) fn defines(&self, function: &str) -> bool {
        self.functions.iter().any(|(name, _)| name == function)
    }

    /// The line of a function.
    pub(super) fn line_of(&self, function: &str) -> usize {
        self.functions.iter().find(|(name, _)| name == function).map_or(1, |(_, line)| *line)
    }
}

/// Reads a script for what its parser could choke on.
pub(super) fn scan(file: &str, text: &str) -> Result<Words, ScriptProblem> {
    if text.len() > MAX_BYTES {
        return Err(ScriptProblem::new(file, 1, 1, "the script is larger than 64 KB"));
    }
    let mut scan = Scan { chars: text.chars().peekable(), line: 1, column: 0, ..Scan::default() };
    match scan.run() {
        Ok(()) => Ok(scan.words),
        Err(message) => Err(ScriptProblem::new(file, scan.line, scan.column.max(1), message)),
    }
}

/// What is open.
#[derive(Debug, PartialEq, Clone, Copy)]
enum Open {
    Bracket(char),
    Interpolation,
}

struct Scan<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    column: usize,
    open: Vec<Open>,
    tokens: usize,
    signs: usize,
    keywords: usize,
    /// Between `fn` and the `}` of its body.
    in_function: bool,
    after_fn: bool,
    words: Words,
}

impl Default for Scan<'_> {
    fn default() -> Self {
        Scan {
            chars: "".chars().peekable(),
            line: 1,
            column: 0,
            open: Vec::new(),
            tokens: 0,
            signs: 0,
            keywords: 0,
            in_function: false,
            after_fn: false,
            words: Words::default(),
        }
    }
}

type Step = Result<(), &'static str>;

impl Scan<'_> {
    fn next(&mut self) -> Option<char> {
        let char = self.chars.next()?;
        if char == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        Some(char)
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.chars.peek() == Some(&wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn run(&mut self) -> Step {
        while let Some(char) = self.next() {
            match char {
                _ if char.is_whitespace() => {}
                '/' if self.take('/') => while self.next().is_some_and(|char| char != '\n') {},
                '/' if self.take('*') => self.comment()?,
                _ => self.token(char)?,
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("a bracket is not closed") }
    }

    fn comment(&mut self) -> Step {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some('/') if self.take('*') => depth += 1,
                Some('*') if self.take('/') => depth -= 1,
                Some(_) => {}
                None => return Err("a comment is not closed"),
            }
        }
        Ok(())
    }

    fn token(&mut self, char: char) -> Step {
        self.tokens += 1;
        if self.tokens > MAX_TOKENS {
            return Err("the script is too long: more than 20,000 words and signs");
        }
        if char.is_alphabetic() || char == '_' {
            return self.word(char);
        }
        if !self.in_function && self.open.is_empty() && char != ';' {
            return Err("only functions may stand here");
        }
        match char {
            '"' => self.text('"'),
            '`' => self.template(),
            '\'' => self.text('\''),
            '#' if self.chars.peek() == Some(&'"') => self.raw(1),
            '#' if self.chars.peek() == Some(&'#') => Err("write this text with one `#`"),
            '(' | '[' | '{' => {
                self.signs = if char == '{' { 0 } else { self.signs + 1 };
                self.enter(Open::Bracket(char))
            }
            ')' | ']' | '}' => self.leave(char),
            ';' | ',' => {
                self.signs = 0;
                Ok(())
            }
            _ if char.is_ascii_digit() => Ok(()),
            _ => {
                self.signs += 1;
                if self.signs > MAX_SIGNS { Err("this expression is too long") } else { Ok(()) }
            }
        }
    }

    fn word(&mut self, first: char) -> Step {
        let mut word = String::from(first);
        while let Some(char) = self.chars.peek().copied().filter(|char| char.is_alphanumeric() || *char == '_') {
            word.push(char);
            self.next();
            if word.len() > MAX_NAME {
                return Err("a name is longer than 128 bytes");
            }
        }
        if !self.in_function && self.open.is_empty() && !matches!(word.as_str(), "fn" | "private") {
            return Err("only functions may stand here");
        }
        match word.as_str() {
            "fn" => {
                self.in_function = true;
                self.after_fn = true;
                self.keywords += 1;
            }
            "let" | "const" | "else" | "switch" | "case" => self.keywords += 1,
            "import" | "export" => return Err("a script cannot use other files"),
            "eval" => return Err("`eval` is not part of the language here"),
            _ if self.after_fn => {
                self.after_fn = false;
                self.words.functions.push((word.clone(), self.line));
            }
            _ => {}
        }
        if self.keywords > MAX_KEYWORDS {
            return Err("the script is too long: more than 600 of `let`, `else`, `fn` and `switch`");
        }
        self.words.known.insert(word);
        Ok(())
    }

    fn text(&mut self, end: char) -> Step {
        let begin = (self.line, self.column);
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return self.unclosed(begin),
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(char) => text.push(char),
                    None => return self.unclosed(begin),
                },
                Some(char) if char == end => break,
                Some(char) => text.push(char),
            }
        }
        self.words.known.insert(text);
        Ok(())
    }

    /// Says where the text begins that does not end.
    fn unclosed(&mut self, begin: (usize, usize)) -> Step {
        (self.line, self.column) = begin;
        Err("a text is not closed")
    }

    /// `#"…"#`: nothing in it is an escape.
    fn raw(&mut self, _signs: usize) -> Step {
        let begin = (self.line, self.column);
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => return self.unclosed(begin),
                Some('"') if self.take('#') => break,
                Some(char) => text.push(char),
            }
        }
        self.words.known.insert(text);
        Ok(())
    }

    /// A text in backticks, up to its end or the next `${`.
    fn template(&mut self) -> Step {
        let begin = (self.line, self.column);
        loop {
            match self.next() {
                None => return self.unclosed(begin),
                Some('`') if self.take('`') => {}
                Some('`') => return Ok(()),
                Some('$') if self.take('{') => return self.enter(Open::Interpolation),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, open: Open) -> Step {
        self.open.push(open);
        if self.open.len() > MAX_DEPTH { Err("brackets are nested too deep") } else { Ok(()) }
    }

    fn leave(&mut self, close: char) -> Step {
        let open = self.open.pop();
        match (open, close) {
            (Some(Open::Bracket('(')), ')') | (Some(Open::Bracket('[')), ']') => {
                self.signs += 1;
                Ok(())
            }
            (Some(Open::Bracket('{')), '}') => {
                self.signs = 0;
                if self.open.is_empty() {
                    self.in_function = false;
                }
                Ok(())
            }
            (Some(Open::Interpolation), '}') => self.template(),
            _ => Err("this bracket closes none"),
        }
    }
}
