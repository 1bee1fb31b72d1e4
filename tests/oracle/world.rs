//! The record of the made-up world, and encounters of it: each drawn twice, as it stands in the input and as what it means.

use super::calendar;
use super::calendar::Span;
use fastrand::Rng;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

pub(super) const TODAY: i64 = 20_000;

/// What a field holds.
#[derive(Debug)]
pub(super) enum Kind {
    Choice(&'static [&'static str]),
    Ladder(&'static [&'static str]),
    Number,
    Integer,
    Money,
    Flag,
    Text,
    Date,
    Moment,
    Span,
    /// A code of the first code set.
    Code,
    /// A free text.
    Note,
    List(&'static Kind),
    Record(&'static [Field]),
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What else is said of it.
    pub(super) more: &'static str,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, more: "" }
}

pub(super) const KINDS: &[&str] = &["near", "far", "same-day", "walk_in", "other"];
pub(super) const LEVELS: &[&str] = &["low", "mid", "high", "top"];
const TAGS: &[&str] = &["a", "b", "c", "d"];
const HUES: &[&str] = &["red", "green", "blue"];

static PART: [Field; 2] = [field("size", Kind::Number), field("level", Kind::Ladder(LEVELS))];
static PARTS: Kind = Kind::Record(&PART);
static ITEM: [Field; 7] = [
    field("size", Kind::Number),
    field("hue", Kind::Choice(HUES)),
    field("code", Kind::Code),
    field("due", Kind::Date),
    field("said", Kind::Note),
    field("sold", Kind::Flag),
    field("parts", Kind::List(&PARTS)),
];
static ITEMS: Kind = Kind::Record(&ITEM);
static NUMBER: Kind = Kind::Number;
static TAG: Kind = Kind::Choice(TAGS);
static CODE: Kind = Kind::Code;
static INNER: [Field; 2] = [field("level", Kind::Ladder(LEVELS)), field("urgent", Kind::Flag)];
static DEEP: [Field; 3] =
    [field("size", Kind::Number), field("word", Kind::Text), field("inner", Kind::Record(&INNER))];

/// The record, by slot. `worth` and `rank` are worked out.
pub(super) static RECORD: [Field; 24] = [
    Field { name: "seen", kind: Kind::Date, more: " dates encounter" },
    field("kind", Kind::Choice(KINDS)),
    field("level", Kind::Ladder(LEVELS)),
    field("size", Kind::Number),
    field("heads", Kind::Integer),
    field("cost", Kind::Money),
    field("urgent", Kind::Flag),
    field("word", Kind::Text),
    Field { name: "other", kind: Kind::Text, more: " required" },
    field("start", Kind::Moment),
    field("stop", Kind::Moment),
    field("due", Kind::Date),
    field("wait", Kind::Span),
    field("code", Kind::Code),
    field("cause", Kind::Code),
    Field { name: "note", kind: Kind::Note, more: " free" },
    Field { name: "memo", kind: Kind::Note, more: " free" },
    field("sizes", Kind::List(&NUMBER)),
    field("tags", Kind::List(&TAG)),
    field("codes", Kind::List(&CODE)),
    field("items", Kind::List(&ITEMS)),
    field("deep", Kind::Record(&DEEP)),
    field("worth", Kind::Number),
    field("rank", Kind::Ladder(LEVELS)),
];
/// Records in lists and in others have so many fields each.
pub(super) fn record_of(fields: usize) -> Option<&'static [Field]> {
    let all: [&'static [Field]; 2] = [&ITEM, &PART];
    all.into_iter().find(|it| it.len() == fields)
}

pub(super) const KIND: usize = 1;
pub(super) const OTHER: usize = 8;
pub(super) const WORTH: usize = 22;
pub(super) const RANK: usize = 23;

/// A value as the language sees it.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Absent,
    /// Something that does not fit the type of its field.
    Misfit,
    Bool(bool),
    Number(f64),
    Text(String),
    Day(i64),
    Moment(i64),
    Span(Span),
    Choice(usize, &'static [&'static str]),
    Step(usize, &'static [&'static str]),
    /// The place in the first code set, if it has the code; the text as it was given.
    Code(Option<usize>, String),
    Note(Note),
    List(Vec<Value>),
    Record(Vec<Value>),
}

/// A free text whose meaning is known because it was made from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    pub(super) text: String,
    /// The word, if it is one that phrases have; the clause it stands in.
    tokens: Vec<(Option<usize>, usize)>,
    clauses: Vec<Manner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Said,
    Denied,
    OfFamily,
}

/// Where a phrase stands in a text, and how it is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) place: usize,
    pub(super) is_denied: bool,
    pub(super) is_of_family: bool,
}

/// Words, each in some of its forms.
pub(super) const WORDS: [&[&str]; 10] = [
    &["red", "Red", "RED"],
    &["sedan", "sedans", "Sedan's"],
    &["truck", "trucks", "TRUCKS"],
    &["fight", "fighting", "Fights"],
    &["fire", "fires", "Fire"],
    &["lane", "lanes"],
    &["stop", "stopped", "stopping"],
    &["café", "CAFÉ", "cafés"],
    &["broken", "Broken"],
    &["blue"],
];
/// Words that no phrase has.
const FILLERS: [&str; 5] = ["yesterday", "Oak", "9", "the", "kitchen"];

impl Note {
    fn draw(rng: &mut Rng) -> Note {
        let mut note = Note::default();
        for _ in 0..rng.usize(..4) {
            note.sentence(rng);
        }
        note
    }

    fn sentence(&mut self, rng: &mut Rng) {
        match rng.u8(..12) {
            0 => self.cue("No", Manner::Denied, rng),
            1 => self.cue("denies", Manner::Denied, rng),
            2 => self.cue("Without", Manner::Denied, rng),
            3 => self.cue("Mother had", Manner::OfFamily, rng),
            4 => self.cue("Not only", Manner::Said, rng),
            5 => {
                self.cue("Denied", Manner::Denied, rng);
                self.plain("but");
                self.clauses.push(Manner::Said);
                self.words(rng, 3);
            }
            6 => {
                self.cue("Denies", Manner::Denied, rng);
                self.text.push(',');
                self.words(rng, 2);
                self.plain("or");
                self.words(rng, 2);
            }
            7 => {
                self.clauses.push(Manner::Denied);
                self.words(rng, 3);
                self.plain("denied");
            }
            8 => {
                self.clauses.push(Manner::Said);
                self.words(rng, 3);
                self.text.push(',');
                self.words(rng, 3);
            }
            _ => {
                self.clauses.push(Manner::Said);
                self.words(rng, 6);
            }
        }
        self.text.push_str([".", ";", "!", "\n", "?"][rng.usize(..5)]);
    }

    fn cue(&mut self, cue: &str, manner: Manner, rng: &mut Rng) {
        self.clauses.push(manner);
        cue.split(' ').for_each(|word| self.plain(word));
        self.words(rng, 4);
    }

    fn words(&mut self, rng: &mut Rng, most: usize) {
        for _ in 0..rng.usize(1..=most) {
            if rng.u8(..5) == 0 {
                let filler = FILLERS[rng.usize(..FILLERS.len())];
                self.plain(filler);
            } else {
                let word = rng.usize(..WORDS.len());
                self.push(WORDS[word][rng.usize(..WORDS[word].len())], Some(word));
            }
        }
    }

    fn plain(&mut self, word: &str) {
        self.push(word, None);
    }

    fn push(&mut self, written: &str, word: Option<usize>) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.text.push_str(written);
        self.tokens.push((word, self.clauses.len() - 1));
    }

    /// Everywhere a phrase stands.
    pub(super) fn hear(&self, phrase: &[usize]) -> Vec<Heard> {
        let mut heard = Vec::new();
        for (place, tokens) in self.tokens.windows(phrase.len()).enumerate() {
            if tokens.iter().zip(phrase).any(|((word, _), wanted)| *word != Some(*wanted)) {
                continue;
            }
            let is_all = |manner| {
                let clause = tokens[0].1;
                tokens.iter().all(|(_, it)| *it == clause) && self.clauses[clause] == manner
            };
            heard.push(Heard { place, is_denied: is_all(Manner::Denied), is_of_family: is_all(Manner::OfFamily) });
        }
        heard
    }
}

/// What an encounter is made of.
pub(super) struct Encounter {
    /// By slot of [`RECORD`].
    pub(super) slots: Vec<Value>,
    /// Fields whose value does not fit.
    pub(super) misfits: Vec<String>,
    pub(super) json: String,
}

/// Draws an encounter; `codes` are the codes that its fields may hold.
pub(super) fn encounter(rng: &mut Rng, codes: &[String]) -> Encounter {
    let mut drawing = Drawing { rng, codes, misfits: Vec::new() };
    let mut json = Map::new();
    json.insert("id".to_owned(), json!("E-1"));
    let slots = drawing.fields(&RECORD, "", &mut json);
    let mut entries: Vec<(String, Json)> = json.into_iter().collect();
    if drawing.rng.u8(..4) == 0 {
        drawing.rng.shuffle(&mut entries);
    }
    let json: Map<String, Json> = entries.into_iter().collect();
    Encounter { slots, misfits: drawing.misfits, json: Json::Object(json).to_string() }
}

struct Drawing<'d> {
    rng: &'d mut Rng,
    codes: &'d [String],
    misfits: Vec<String>,
}

impl Drawing<'_> {
    fn fields(&mut self, fields: &'static [Field], above: &str, json: &mut Map<String, Json>) -> Vec<Value> {
        let mut slots = Vec::new();
        for field in fields {
            let dot = if above.is_empty() { "" } else { "." };
            let path = format!("{above}{dot}{}", field.name);
            let is_derived = matches!(field.name, "worth" | "rank");
            if self.rng.u8(..10) < if is_derived { 8 } else { 2 } {
                match self.rng.u8(..4) {
                    0 => drop(json.insert(field.name.to_owned(), Json::Null)),
                    1 if !matches!(field.kind, Kind::List(_) | Kind::Record(_)) => {
                        json.insert(field.name.to_owned(), json!(""));
                    }
                    _ => {}
                }
                slots.push(Value::Absent);
                continue;
            }
            let (value, written) = self.value(&field.kind, &path);
            json.insert(field.name.to_owned(), written);
            slots.push(value);
        }
        slots
    }

    fn misfit(&mut self, path: &str, written: Json) -> (Value, Json) {
        self.misfits.push(path.to_owned());
        (Value::Misfit, written)
    }

    fn value(&mut self, kind: &'static Kind, path: &str) -> (Value, Json) {
        if self.rng.u8(..40) == 0 && !path.ends_with(']') {
            let written = match kind {
                Kind::Text | Kind::Note | Kind::Code => json!(["x"]),
                Kind::List(_) | Kind::Record(_) => json!("x"),
                Kind::Integer => json!(2.5),
                _ => [json!("?"), json!({"a": 1})][self.rng.usize(..2)].clone(),
            };
            return self.misfit(path, written);
        }
        match kind {
            Kind::List(inner) => {
                let (mut items, mut written) = (Vec::new(), Vec::new());
                for place in 0..self.rng.usize(..4) {
                    let (item, json) = self.value(inner, &format!("{path}[{place}]"));
                    items.push(item);
                    written.push(json);
                }
                if !items.is_empty() && self.rng.u8(..8) == 0 {
                    let place = self.rng.usize(..=items.len());
                    let is_last = place == items.len();
                    // A misfit further on would have another path.
                    if is_last || self.misfits.iter().all(|it| !it.starts_with(&format!("{path}["))) {
                        items.insert(place, Value::Absent);
                        written.insert(place, Json::Null);
                    }
                }
                (Value::List(items), Json::Array(written))
            }
            Kind::Record(fields) => {
                let mut json = Map::new();
                let slots = self.fields(fields, path, &mut json);
                (Value::Record(slots), Json::Object(json))
            }
            kind => self.scalar(kind),
        }
    }

    fn scalar(&mut self, kind: &'static Kind) -> (Value, Json) {
        match kind {
            Kind::Choice(words) => {
                let place = self.rng.usize(..words.len());
                let written = match self.rng.u8(..4) {
                    0 => words[place].to_uppercase(),
                    1 => words[place].replace(['-', '_'], " "),
                    _ => words[place].to_owned(),
                };
                (Value::Choice(place, words), json!(written))
            }
            Kind::Ladder(words) => {
                let place = self.rng.usize(..words.len());
                (Value::Step(place, words), json!(words[place]))
            }
            Kind::Number => {
                let it = f64::from(self.rng.i16(-4..20)) / 2.0;
                (Value::Number(it), if self.rng.u8(..4) == 0 { json!(it.to_string()) } else { json!(it) })
            }
            Kind::Integer => {
                let it = self.rng.i32(-1..8);
                (Value::Number(f64::from(it)), if self.rng.bool() { json!(it) } else { json!(f64::from(it)) })
            }
            Kind::Money => {
                let it = self.rng.u32(..6) * 500;
                let written = match self.rng.u8(..3) {
                    0 if it >= 1000 => json!(format!("${},{:03}.00", it / 1000, it % 1000)),
                    1 => json!(format!("${it}")),
                    _ => json!(it),
                };
                (Value::Number(f64::from(it)), written)
            }
            Kind::Flag => {
                let it = self.rng.bool();
                let word = if it { "Yes" } else { "n" };
                (Value::Bool(it), if self.rng.u8(..4) == 0 { json!(word) } else { json!(it) })
            }
            Kind::Text => {
                let words = ["AB", "ab-7", "12345", "007", "Zeta 9", "1234567893", "4539578763621486", " pad ", "élan"];
                let word = words[self.rng.usize(..words.len())];
                (Value::Text(word.to_owned()), json!(word))
            }
            Kind::Date => {
                let day = TODAY + self.rng.i64(-40..40);
                let written = match self.rng.u8(..4) {
                    0 => calendar::written(day).replace('-', ""),
                    1 => format!("{}T08:30:00Z", calendar::written(day)),
                    _ => calendar::written(day),
                };
                (Value::Day(day), json!(written))
            }
            Kind::Moment => {
                let moment = (TODAY + self.rng.i64(-20..20)) * 86_400 + self.rng.i64(0..48) * 1800;
                let written = calendar::moment_written(moment);
                let short = written[..16].to_owned();
                (Value::Moment(moment), json!(if self.rng.bool() { short } else { format!("{written}+01:00") }))
            }
            Kind::Span => {
                let count = self.rng.i64(1..6);
                let (months, seconds, written) = match self.rng.u8(..5) {
                    0 => (count, 0, format!("{count} months")),
                    1 => (0, count * 604_800, format!("P{count}W")),
                    2 => (0, count * 3600, format!("PT{count}H")),
                    3 => (12 * count, 0, format!("{count} years")),
                    _ => (0, count * 86_400, format!("{count} days")),
                };
                (Value::Span(Span { months, seconds }), json!(written))
            }
            Kind::Code => self.code(),
            Kind::Note => {
                let note = Note::draw(self.rng);
                let written = json!(note.text);
                (if note.text.is_empty() { Value::Absent } else { Value::Note(note) }, written)
            }
            Kind::List(_) | Kind::Record(_) => unreachable!("has parts"),
        }
    }

    fn code(&mut self) -> (Value, Json) {
        if self.rng.u8(..8) == 0 {
            let text = ["Q9", "77"][self.rng.usize(..2)].to_owned();
            return (Value::Code(None, text.clone()), json!(text));
        }
        let place = self.rng.usize(..self.codes.len());
        let code = &self.codes[place];
        let text = match self.rng.u8(..6) {
            0 => code.to_lowercase(),
            1 => code.replace('.', ""),
            2 => format!(" {code}"),
            _ => code.clone(),
        };
        (Value::Code(Some(place), text.clone()), json!(text))
    }
}

impl Value {
    /// Whether it can take part in a comparison.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Value::Misfit) && self.is_present()
    }

    /// Whether there is something, be it of the wrong type: blanks and empty lists are nothing, a record of nothing is
    /// nothing.
    pub(super) fn is_present(&self) -> bool {
        match self {
            Value::Absent => false,
            Value::Text(text) | Value::Note(Note { text, .. }) => !text.trim().is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Record(slots) => slots.iter().any(Value::is_present),
            _ => true,
        }
    }
}
