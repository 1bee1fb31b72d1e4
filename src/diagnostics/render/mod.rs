//! How a diagnostic looks: drawn for a terminal, or one JSON object a line.

pub mod json;
pub mod terminal;

use crate::diagnostics::span::Lines;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// The texts that diagnostics point into, by the path under which they were read.
#[derive(Debug, Default)]
pub struct Sources(BTreeMap<PathBuf, Source>);

/// One text and where its lines begin.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) lines: Lines,
}

impl Sources {
    /// Adds a text; one of the same path is replaced.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        let text = text.into();
        let lines = Lines::of(&text);
        self.0.insert(path.into(), Source { text, lines });
    }

    pub(crate) fn get(&self, path: &Path) -> Option<&Source> {
        self.0.get(path)
    }
}

/// Makes what a terminal would obey, or what could not be seen, visible: control characters, marks of direction.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push_visible(&mut out, character));
    out
}

/// Appends one character as [`visible`] shows it.
pub(crate) fn push_visible(out: &mut String, character: char) {
    match character {
        '\t' => out.push(' '),
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(character))),
        '\u{7f}' => out.push('\u{2421}'),
        character if is_hidden(character) => out.push('\u{fffd}'),
        character => out.push(character),
    }
}

/// Characters that are not seen but change what is: C1 controls, marks of direction, joiners, byte order marks.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
