//! Lines as programs write them, read in one go.
//!
//! Most lines are JSON of the plainest form: no sign is escaped, blanks stand only after `:` and `,`, numbers are short, every
//! field is one that the record declares. Such a line is read here; any other is left, whole, to `serde_json`, and so
//! is every line that is no JSON: this file gives the same values or none (a test holds it to that).
//!
//! It is here because reading by the library was a quarter of the whole job, most of it between the library and the
//! slots; see docs/performance.md.

use super::json;
use super::json::Slot;
use super::json::State;
use super::json::Step;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::unreadable::Unreadable;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::value::Value;
use memchr::memchr;
use std::borrow::Cow;

/// Digits of a number that a float holds exactly, as it does the power of ten that divides it.
const MOST_DIGITS: usize = 15;
const POWERS: [f64; MOST_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads one encounter. `on` overrides the day that the record's own dates give.
///
/// Nothing is lost: what does not fit its type becomes a misfit, what no record declares is kept with its path. Of a
/// field that stands there twice the last value counts, and a misfit says so.
///
/// # Errors
/// If the text is no JSON object, or nested deeper than `serde_json` follows (128).
pub fn read_json<'a>(
    text: &'a str,
    line: u64,
    schema: &Schema,
    on: Option<Day>,
    today: Day,
) -> Result<Encounter<'a>, Unreadable> {
    let mut state = State::new(schema);
    match read(text, schema.level(), &mut state) {
        Some(slots) => Ok(state.encounter(slots, line, schema, on, today)),
        None => json::by_library(text, line, schema, on, today),
    }
}

/// Reads the fields of a record; `None` leaves the line to the library, and `state` is then of no use.
fn read<'a, 's>(text: &'a str, level: &'s Level, state: &mut State<'s>) -> Option<Vec<Value<'a>>> {
    if has_hard_signs(text.as_bytes()) {
        return None;
    }
    let mut line = Plain { text, at: 0 };
    line.expect(b'{')?;
    let slots = line.object(level, state)?;
    (line.at == text.len()).then_some(slots)
}

/// Whether something is escaped, or a control sign stands there, which JSON has only between values.
fn has_hard_signs(bytes: &[u8]) -> bool {
    let hard = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'\\');
    let (blocks, rest) = bytes.as_chunks::<32>();
    blocks.iter().any(|block| block.iter().fold(0, |found, byte| found | hard(byte)) != 0)
        || rest.iter().any(|byte| hard(byte) != 0)
}

struct Plain<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Plain<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, sign: u8) -> Option<()> {
        (self.peek()? == sign).then(|| self.at += 1)
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes on after a value: `true` if another one comes, `false` if `end` does.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        let sign = self.peek()?;
        self.at += 1;
        if sign == b',' {
            self.skip_blanks();
            return Some(true);
        }
        (sign == end).then_some(false)
    }

    /// What follows the brace of an object.
    fn object<'s>(&mut self, level: &'s Level, state: &mut State<'s>) -> Option<Vec<Value<'a>>> {
        let mut slots = Vec::with_capacity(level.names.len());
        slots.resize_with(level.names.len(), Value::default);
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(slots);
        }
        let mut guess = 0;
        loop {
            let slot = self.name(level, guess)?;
            self.expect(b':')?;
            self.skip_blanks();
            let (name, shape) = (level.names.get(slot)?, level.shapes.get(slot)?);
            state.path.push(Step::Name(name));
            let value = self.value(shape, state)?;
            state.path.pop();
            let place = slots.get_mut(slot)?;
            if !matches!(place, Value::Absent) {
                return None;
            }
            *place = value;
            guess = slot + 1;
            if !self.goes_on(b'}')? {
                return Some(slots);
            }
        }
    }

    /// A name in quotes: mostly the next of the record or the one after it.
    fn name(&mut self, level: &Level, guess: usize) -> Option<usize> {
        self.expect(b'"')?;
        let rest = self.text.as_bytes().get(self.at..)?;
        for slot in [guess, guess + 1] {
            if let Some(name) = level.names.get(slot)
                && rest.get(name.len()) == Some(&b'"')
                && rest.starts_with(name.as_bytes())
            {
                self.at += name.len() + 1;
                return Some(slot);
            }
        }
        let name = self.quoted()?;
        level.slot(name, guess)
    }

    /// What stands before the next quotation mark, which is the end of the text that has begun: none is escaped.
    fn quoted(&mut self) -> Option<&'a str> {
        let length = memchr(b'"', self.text.as_bytes().get(self.at..)?)?;
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length + 1;
        Some(text)
    }

    fn value<'s>(&mut self, shape: &'s Shape, state: &mut State<'s>) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                let text = self.quoted()?;
                Some(Slot { shape, state }.text(Cow::Borrowed(text)))
            }
            b'0'..=b'9' | b'-' => self.number(shape, state),
            b't' => self.word("true", Value::Bool(true), shape),
            b'f' => self.word("false", Value::Bool(false), shape),
            b'n' => {
                let rest = self.text.get(self.at..)?;
                self.at += rest.starts_with("null").then_some(4)?;
                Some(Value::Absent)
            }
            b'{' => {
                let Shape::Record(level) = shape else { return None };
                self.at += 1;
                self.object(level, state).map(Value::Record)
            }
            b'[' => {
                let Shape::List(item) = shape else { return None };
                self.at += 1;
                self.list(item, state).map(Value::List)
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &str, value: Value<'static>, shape: &Shape) -> Option<Value<'a>> {
        let is_fit = matches!(shape, Shape::Bool) && self.text.get(self.at..)?.starts_with(word);
        is_fit.then(|| {
            self.at += word.len();
            value
        })
    }

    /// What follows the bracket of a list.
    fn list<'s>(&mut self, item: &'s Shape, state: &mut State<'s>) -> Option<Vec<Value<'a>>> {
        let mut items = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(items);
        }
        loop {
            state.path.push(Step::Index(items.len()));
            items.push(self.value(item, state)?);
            state.path.pop();
            if !self.goes_on(b']')? {
                return Some(items);
            }
        }
    }

    /// A number without an exponent, short enough to be exact.
    fn number<'s>(&mut self, shape: &'s Shape, state: &mut State<'s>) -> Option<Value<'a>> {
        let bytes = self.text.as_bytes().get(self.at..)?;
        let is_negative = bytes.first() == Some(&b'-');
        let start = usize::from(is_negative);
        let (mut at, mut sum, mut point) = (start, 0_u64, None);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'0'..=b'9' => sum = sum.wrapping_mul(10) + u64::from(byte - b'0'),
                b'.' if point.is_none() => point = Some(at),
                b'e' | b'E' | b'+' | b'-' | b'.' => return None,
                _ => break,
            }
            at += 1;
        }
        let whole = point.unwrap_or(at) - start;
        let behind = point.map_or(0, |point| at - point - 1);
        let has_leading_zero = whole > 1 && bytes.get(start) == Some(&b'0');
        // A negative zero is a float to the library, a zero here.
        let is_plain = whole > 0 && !has_leading_zero && (point.is_none() || behind > 0) && !(is_negative && sum == 0);
        if !is_plain || whole + behind > MOST_DIGITS {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most fifteen digits")]
        let it = sum as f64 / POWERS.get(behind)?;
        let it = if is_negative { -it } else { it };
        let written = self.text.get(self.at..self.at + at)?;
        self.at += at;
        Some(Slot { shape, state }.number(it, Cow::Borrowed(written)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::json::by_library;
    use super::super::tests::schema;
    use super::*;
    use proptest::prelude::*;

    const TODAY: Day = Day(20_000);

    /// Pieces that lines are made of, some of them wrong.
    fn piece() -> impl Strategy<Value = String> {
        let names = schema().level().names.clone();
        let words = [
            "{", "}", "[", "]", ":", ",", ": ", ", ", "\"", "\\", "\\n", "null", "true", "false", " ", "nul", "é",
            "{}", "[]",
        ];
        prop_oneof![
            prop::sample::select(words.map(str::to_owned).to_vec()),
            prop::sample::select(names).prop_map(|name| format!("\"{name}\":")),
            number(),
            "\"[A-Za-z0-9 .é-]{0,12}\"",
        ]
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?[0-9]{1,17}",
            "-?[0-9]{1,9}\\.[0-9]{0,9}",
            "-?[0-9.eE+-]{1,8}",
            any::<i32>().prop_map(|it| it.to_string()),
            (0..100_000_u32).prop_map(|it| (f64::from(it) / 100.0).to_string()),
        ]
    }

    fn scalar() -> impl Strategy<Value = String> {
        let words = [
            "null",
            "true",
            "false",
            "\"yes\"",
            "\"2025-03-01\"",
            "\"E11.9\"",
            "\"\"",
            "\" \"",
            "[1,2]",
            "[\"a\", \"b\"]",
        ];
        prop_oneof![prop::sample::select(words.map(str::to_owned).to_vec()), number(), "\"[A-Za-z0-9 .é-]{0,12}\"",]
    }

    /// Lines that are mostly JSON and mostly fit.
    fn line() -> impl Strategy<Value = String> {
        let names = schema().level().names.clone();
        let field = (prop::sample::select(names), scalar()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        let nested = prop::collection::vec(("(code|poa|text)", scalar()), 0..3).prop_map(|fields| {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            format!("\"diagnoses\": [{{{}}}]", fields.join(", "))
        });
        let fields = prop::collection::vec(prop_oneof![4 => field, 1 => nested], 0..8);
        (fields, "(,|, )").prop_map(|(fields, comma)| format!("{{{}}}", fields.join(&comma)))
    }

    fn is_same(text: &str) -> Result<(), TestCaseError> {
        let schema = schema();
        let mut state = State::new(&schema);
        let Some(plain) = read(text, schema.level(), &mut state) else { return Ok(()) };
        let library = by_library(text, 1, &schema, None, TODAY);
        prop_assert!(library.is_ok(), "the library takes it for no JSON: {text}");
        let library = library.unwrap();
        prop_assert!(plain == library.slots, "{text}");
        prop_assert_eq!(&state.misfits, &library.misfits);
        prop_assert!(library.undeclared.is_empty(), "{}", text);
        let whole = read_json(text, 1, &schema, None, TODAY).unwrap();
        prop_assert_eq!(whole.on, library.on);
        Ok(())
    }

    proptest! {
        #[test]
        fn plain_lines_are_what_the_library_reads(text in line()) {
            is_same(&text)?;
        }

        #[test]
        fn what_is_no_json_is_not_read(pieces in prop::collection::vec(piece(), 0..12)) {
            is_same(&pieces.concat())?;
            is_same(&format!("{{{}}}", pieces.concat()))?;
        }
    }

    #[test]
    fn plain_lines_are_read_here() {
        let schema = schema();
        for text in [r#"{"id":"1","date":"2025-03-01"}"#, "{}", r#"{"id": "1", "diagnoses": [{"code": "I10"}, {}]}"#] {
            let mut state = State::new(&schema);
            assert!(read(text, schema.level(), &mut state).is_some(), "{text}");
        }
    }
}
