//! One line of a file: its words, its comment, and how deep it stands.

use crate::definitions::print::INDENT;

/// A line, with the blanks between its words as they should be.
#[derive(Debug, Default)]
pub struct Line<'s> {
    /// Words and signs.
    pub words: Vec<Word<'s>>,
    /// The comment at its end, or all of it.
    pub comment: Option<&'s str>,
    /// It goes on from the line before.
    pub is_joined: bool,
    /// Blanks before the first word.
    pub indent: usize,
    /// Blanks before the comment.
    pub comment_gap: usize,
    /// The word that begins the block it stands in; empty at the top level.
    pub block: &'s str,
    /// A block opens here and does not close here, or the other way round.
    pub is_open: bool,
}

/// A word, a text or a sign.
#[derive(Debug)]
pub struct Word<'s> {
    pub text: &'s str,
    /// Blanks before it.
    pub gap: usize,
}

impl<'s> Line<'s> {
    /// Takes a line apart.
    pub fn of(text: &'s str, is_joined: bool) -> Line<'s> {
        let mut line = Line { is_joined, ..Line::default() };
        let mut rest = text;
        loop {
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\u{feff}']);
            let had_blank = trimmed.len() < rest.len();
            if trimmed.is_empty() {
                return line;
            }
            if trimmed.starts_with('#') {
                line.comment = Some(trimmed.trim_end());
                return line;
            }
            let (word, after) = trimmed.split_at(word_length(trimmed));
            let gap = line.words.last().map_or(0, |before| gap(before.text, word, had_blank));
            line.words.push(Word { text: word, gap });
            rest = after;
        }
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.comment.is_none()
    }

    /// Whether it ends with an open block.
    pub fn opens(&self) -> bool {
        self.words.last().is_some_and(|word| word.text == "{")
    }

    /// Whether it begins with the end of a block.
    pub fn closes(&self) -> bool {
        self.words.first().is_some_and(|word| word.text == "}")
    }

    /// The first word, or nothing.
    pub fn first(&self) -> &'s str {
        self.words.first().map_or("", |word| word.text)
    }

    /// How wide it is without its comment, from its first word on.
    pub fn width(&self) -> usize {
        width_of(&self.words)
    }

    /// Writes it, with its line break.
    pub fn write(&self, out: &mut String) {
        pad(out, self.indent);
        for word in &self.words {
            pad(out, word.gap);
            out.push_str(word.text);
        }
        if let Some(comment) = self.comment {
            pad(out, self.comment_gap);
            out.push_str(comment);
        }
        out.push('\n');
    }
}

/// How wide words are, with the blanks between them; the blanks before the first do not count.
pub fn width_of(words: &[Word<'_>]) -> usize {
    let lead = words.first().map_or(0, |word| word.gap);
    words.iter().map(|word| word.gap + word.text.chars().count()).sum::<usize>() - lead
}

/// Finds out how deep every line stands, and in what kind of block.
pub fn nest(lines: &mut [Line<'_>]) {
    let mut blocks: Vec<&str> = Vec::new();
    let mut statement = "";
    let mut indent = 0;
    for line in lines {
        let closing = line.words.iter().take_while(|word| word.text == "}").count();
        let depth = blocks.len().saturating_sub(closing);
        if !line.is_joined {
            indent = depth * INDENT;
            if !line.words.is_empty() {
                statement = line.first();
            }
        }
        line.indent = if line.is_joined && line.first() != ")" { indent + INDENT } else { indent };
        line.block = blocks.last().copied().unwrap_or_default();
        let (before, mut lowest) = (blocks.len(), blocks.len());
        let mut begins = true;
        for word in &line.words {
            match word.text {
                "{" => blocks.push(statement),
                "}" => {
                    blocks.pop();
                    lowest = lowest.min(blocks.len());
                }
                text if begins && !line.is_joined => statement = text,
                _ => {}
            }
            begins = matches!(word.text, "{" | "}" | ";");
        }
        line.is_open = blocks.len() != before || lowest != before;
    }
}

fn pad(out: &mut String, blanks: usize) {
    out.extend(std::iter::repeat_n(' ', blanks));
}

/// Bytes of the word or sign that a text begins with.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes {
        [b'"', ..] => text_length(bytes),
        [b'{' | b'}' | b'(' | b')' | b',' | b';', ..] => 1,
        [b'-', b'>', ..] => 2,
        _ => {
            let ends = |(at, byte): (usize, &u8)| match byte {
                b' ' | b'\t' | b'\r' | b'"' | b'{' | b'}' | b'(' | b')' | b',' | b';' | b'#' => true,
                b'-' => at > 0 && bytes.get(at + 1) == Some(&b'>'),
                _ => false,
            };
            bytes.iter().enumerate().position(ends).unwrap_or(bytes.len()).max(1)
        }
    }
}

fn text_length(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// Blanks between two words.
fn gap(before: &str, after: &str, had_blank: bool) -> usize {
    let is_glued = matches!(after, "," | ";" | ")") || before == "(" || (before == "{" && after == "}");
    let is_apart = matches!(before, "," | ";" | "{" | "}" | "->") || matches!(after, "{" | "}" | "->");
    usize::from(!is_glued && (is_apart || had_blank))
}
