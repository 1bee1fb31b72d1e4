//! Where in a cell of a table a byte stands, by the quotation marks before it.

/// Where in a cell a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Before it.
    Start,
    /// In one without quotation marks, or behind what they enclose.
    Plain,
    /// Between quotation marks.
    Quoted,
    /// Behind the mark that closes, unless another follows: two quotation marks inside a text are one that it has.
    Behind,
}

impl Quoting {
    /// Where the byte behind this one stands.
    #[must_use]
    pub fn after(self, byte: u8, delimiter: u8) -> Quoting {
        match (self, byte) {
            (Quoting::Start | Quoting::Behind, b'"') => Quoting::Quoted,
            (Quoting::Quoted, b'"') => Quoting::Behind,
            (Quoting::Quoted, _) => Quoting::Quoted,
            _ if byte == delimiter || matches!(byte, b'\n' | b'\r') => Quoting::Start,
            _ => Quoting::Plain,
        }
    }
}

/// The text of a cell that says by a formula that it is one: spreadsheets write `="007"` so that zeros stay.
#[must_use]
pub fn without_formula(cell: &str) -> &str {
    let inner = cell.trim().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_of_one_text_is_that_text() {
        for (cell, text) in [
            ("=\"007\"", "007"),
            ("=\"\"", ""),
            ("=1+1", "=1+1"),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("=\"", "=\""),
            (" 007", " 007"),
        ] {
            assert_eq!(without_formula(cell), text, "{cell}");
        }
    }

    #[test]
    fn quotation_marks_enclose_what_else_would_end_a_cell() {
        let end = |text: &str| text.bytes().fold(Quoting::Start, |state, byte| state.after(byte, b';'));
        for (text, state) in [
            ("", Quoting::Start),
            ("a", Quoting::Plain),
            ("a;", Quoting::Start),
            ("a\r\n", Quoting::Start),
            ("\"a;\n", Quoting::Quoted),
            ("\"a\"", Quoting::Behind),
            ("\"a\"\"", Quoting::Quoted),
            ("\"a\"b", Quoting::Plain),
            ("\"a\"\n", Quoting::Start),
            ("5\" pipe;", Quoting::Start),
        ] {
            assert_eq!(end(text), state, "{text:?}");
        }
    }
}
