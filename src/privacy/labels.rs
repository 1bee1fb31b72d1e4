//! Labels that an encounter has from anything it says: words and codes in every text, in fields that nobody declared and
//! in values that do not fit. What is written almost like a code counts as that code.

use super::decide::Planned;
use super::decide::Shape;
use super::denials::Denials;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::LabelId;
use crate::model::ids::SetId;
use crate::model::outcome::label_bit;
use crate::model::outcome::label_bits;
use crate::model::program::Shared;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Codes;
use crate::registry::Registry;
use crate::text::field_names::spaced;
use crate::text::fold::fold;
use crate::text::phrases::Memory;
use crate::text::phrases::Phrases;
use crate::text::phrases::Reading;
use crate::text::tokens::PhraseMatch;
use std::sync::Arc;
use std::sync::Mutex;

/// Letters and digits of the shortest code that is looked for inside a text.
const SHORTEST_CODE: usize = 3;
/// The same in free text, where short ones are house numbers and doses.
const SHORTEST_IN_TEXT: usize = 4;
/// Letters and digits beyond which a word is no code.
const LONGEST_CODE: usize = 16;
/// Bytes of a value that are read together with the name of its field.
const BEGINNING: usize = 80;

/// Finds the labels that anything says, among those that make a difference to an audience.
pub(super) struct LabelFinder {
    registry: Arc<Registry>,
    phrases: Phrases,
    /// The label of each phrase; behind them in `phrases` stands what is harmless.
    said: Vec<u128>,
    /// Sets that have codes with one of the labels.
    sets: Vec<SetId>,
    /// Labels that names of fields give: those of the label, and its bit.
    named: Vec<(crate::model::policy::Label, u128)>,
    denials: Denials,
    /// Memories of readers that nobody uses now.
    readers: Mutex<Vec<(Memory, Reading)>>,
}

/// How a text is searched for codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// It should be a code or a short value: each part of it may be one, and so may its beginning.
    Loose,
    /// It is a text: a word is a code if it looks like one.
    Strict,
}

impl LabelFinder {
    /// `asked` are the labels that make a difference; `None` if nothing gives any of them.
    pub fn new(shared: &Shared, registry: &Arc<Registry>, sets: &[SetId], asked: u128) -> Option<LabelFinder> {
        let mut finder = LabelFinder {
            registry: Arc::clone(registry),
            phrases: Phrases::new(&[], &[]),
            said: Vec::new(),
            sets: Vec::new(),
            named: Vec::new(),
            denials: Denials::new(shared),
            readers: Mutex::new(Vec::new()),
        };
        let mut phrases = Vec::new();
        for (id, label) in LabelId::numbered(&shared.labels).filter(|(id, _)| asked & label_bit(*id) != 0) {
            phrases.extend(label.says.iter().cloned());
            finder.said.resize(phrases.len(), label_bit(id));
            // What is shown to nobody is left out where it stands; the rest of the encounter does not go with it.
            if !label.fields.is_empty() && !label.is_never_shown {
                finder.named.push((label.clone(), label_bit(id)));
            }
        }
        for rule in shared.label_rules.iter().filter(|rule| asked & label_bit(rule.label) != 0) {
            if sets.contains(&rule.set) && !finder.sets.contains(&rule.set) {
                finder.sets.push(rule.set);
            }
        }
        if phrases.is_empty() && finder.sets.is_empty() && finder.named.is_empty() {
            return None;
        }
        if !phrases.is_empty() {
            phrases.extend_from_slice(&finder.denials.harmless().phrases);
        }
        finder.phrases = Phrases::new(&phrases, &[]);
        Some(finder)
    }

    /// The labels that the values of an encounter have, as bits.
    pub fn of_encounter(&self, plan: &[Planned], encounter: &Encounter<'_>) -> u128 {
        let mut found = 0;
        self.with_reader(&mut |reader| {
            let mut search = Searcher { finder: self, reader, days: encounter.days, found: 0 };
            search.fields(plan, &encounter.slots);
            for (path, value) in &encounter.undeclared {
                search.undeclared(path, value);
            }
            found = search.found;
        });
        found
    }

    /// The labels that one text has.
    pub fn of_text(&self, text: &str, days: Option<(Day, Day)>) -> u128 {
        let mut found = 0;
        self.with_reader(&mut |reader| {
            let mut search = Searcher { finder: self, reader, days, found: 0 };
            search.text(text, Search::Loose);
            found = search.found;
        });
        found
    }

    /// Whether what looks harmless is so: in one piece and, if it is the age of goods, with nothing behind it that the age
    /// could be of, as in `5 year old Toyota driver`.
    fn is_harmless(&self, it: &PhraseMatch, text: &str, reading: &Reading) -> bool {
        let harmless = self.denials.harmless();
        let is_of_goods = it.phrase.index() >= self.said.len() + harmless.plain;
        let may_follow = |word: &str| harmless.ends.iter().any(|end| end.eq_ignore_ascii_case(word));
        reading.is_joined(it) && (!is_of_goods || reading.after(it, text).is_none_or(may_follow))
    }

    fn with_reader(&self, work: &mut dyn FnMut(&mut (Memory, Reading))) {
        let kept = self.readers.lock().ok().and_then(|mut readers| readers.pop());
        let mut reader = kept.unwrap_or_default();
        work(&mut reader);
        if let Ok(mut readers) = self.readers.lock() {
            readers.push(reader);
        }
    }
}

/// One encounter under search.
struct Searcher<'f, 'r> {
    finder: &'f LabelFinder,
    reader: &'r mut (Memory, Reading),
    days: Option<(Day, Day)>,
    found: u128,
}

impl Searcher<'_, '_> {
    fn fields(&mut self, plan: &[Planned], slots: &[Value<'_>]) {
        for (planned, value) in plan.iter().zip(slots) {
            self.value(planned, &planned.shape, value);
        }
    }

    fn value(&mut self, planned: &Planned, shape: &Shape, value: &Value<'_>) {
        match (shape, value) {
            // What somebody consents to names labels without having them.
            _ if planned.privacy.is_consent => {}
            (Shape::Record(plan), Value::Record(slots)) => self.fields(plan, slots),
            (Shape::List(item), Value::List(values)) => {
                values.iter().for_each(|value| self.value(planned, item, value));
            }
            (_, Value::Text(text)) if planned.privacy.code_sets.is_empty() => self.text(text, Search::Strict),
            (_, Value::Text(text) | Value::Misfit(text) | Value::Code(CodeValue { code: None, text })) => {
                self.text(text, Search::Loose);
            }
            _ => {}
        }
    }

    /// A field that nobody declared: its name may say as much as its value, and both together more than each.
    fn undeclared(&mut self, path: &str, value: &serde_json::Value) {
        let name = path.rsplit('.').next().unwrap_or(path);
        let named = self.finder.named.iter().filter(|(label, _)| label.names_field(name));
        let bits = named.fold(0, |bits, (_, bit)| bits | bit);
        if self.finder.denials.say_no(value, bits != 0) {
            return self.value_alone(value);
        }
        self.found |= bits;
        self.told(&spaced(path), value);
    }

    /// A value under the words of its name.
    fn told(&mut self, name: &str, value: &serde_json::Value) {
        match value {
            serde_json::Value::String(text) => self.named_text(name, text),
            serde_json::Value::Number(number) => self.named_text(name, &number.to_string()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.told(name, item)),
            serde_json::Value::Object(fields) => {
                self.text(name, Search::Strict);
                fields.iter().for_each(|(inner, value)| self.undeclared(inner, value));
            }
            serde_json::Value::Bool(_) | serde_json::Value::Null => self.text(name, Search::Strict),
        }
    }

    /// A text, and how it goes on from the name of its field: `status: sealed`.
    fn named_text(&mut self, name: &str, text: &str) {
        let length = (0..=text.len().min(BEGINNING)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let beginning = text.get(..length).unwrap_or_default();
        self.text(&format!("{name}{beginning}"), Search::Strict);
        self.text(text, Search::Loose);
    }

    /// A value that says no: its name says nothing then.
    fn value_alone(&mut self, value: &serde_json::Value) {
        if let serde_json::Value::String(text) = value {
            self.text(text, Search::Loose);
        }
    }

    fn text(&mut self, text: &str, how: Search) {
        let folded = fold(text);
        let text = folded.as_ref().map_or(text, |folded| folded.text.as_str());
        self.words(text);
        if !self.finder.sets.is_empty() && text.bytes().any(|byte| byte.is_ascii_digit()) {
            self.codes(text, how);
        }
    }

    fn words(&mut self, text: &str) {
        if self.finder.said.is_empty() {
            return;
        }
        let (memory, reading) = &mut *self.reader;
        self.finder.phrases.read(text, text, memory, reading);
        // What is found stands by phrase, so what is harmless stands last.
        let labels = reading.found().partition_point(|it| it.phrase.index() < self.finder.said.len());
        let (said, harmless) = reading.found().split_at_checked(labels).unwrap_or_default();
        let touches = |it: &PhraseMatch, more: &PhraseMatch| more.first <= it.last && it.first <= more.last;
        let counts = |more: &PhraseMatch| self.finder.is_harmless(more, text, reading);
        let is_harmless = |it: &PhraseMatch| harmless.iter().any(|more| touches(it, more) && counts(more));
        for said in said.iter().filter(|it| !is_harmless(it)) {
            self.found |= said.phrase.get(&self.finder.said).copied().unwrap_or_default();
        }
    }

    /// Codes in a text: as a whole, with other joints, one of its words, or the beginning of one.
    fn codes(&mut self, text: &str, how: Search) {
        let joined = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
        if how == Search::Loose {
            let whole = joined(text);
            if whole.len() <= LONGEST_CODE {
                self.code(&whole, SHORTEST_CODE);
            }
        }
        let is_joint = |sign: char| matches!(sign, '.' | '-');
        for word in text.split(|sign: char| !sign.is_ascii_alphanumeric() && !is_joint(sign)) {
            let word = word.trim_matches(is_joint);
            match how {
                Search::Strict => {
                    if looks_like_code(word) {
                        self.code(&joined(word), SHORTEST_IN_TEXT);
                    }
                }
                Search::Loose => {
                    self.code(&joined(word), SHORTEST_CODE);
                    for part in word.split(is_joint) {
                        self.code(part, SHORTEST_CODE);
                        // The name of a scheme before the number.
                        self.code(part.trim_start_matches(|sign: char| sign.is_ascii_alphabetic()), SHORTEST_CODE);
                    }
                }
            }
        }
    }

    /// The labels of a code of the sets, or of the longest code with which a word begins.
    fn code(&mut self, word: &str, shortest: usize) {
        if word.len() > LONGEST_CODE || !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        for set in &self.finder.sets {
            let codes: Codes<'_> = self.finder.registry.codes(*set);
            let begins = (shortest..=word.len()).rev().find_map(|length| codes.find(word.get(..length)?));
            if let Some(code) = begins {
                self.found |= label_bits(&codes.labels_within(code, self.days));
            }
        }
    }
}

/// A letter, then at least two digits among at least four signs: no house number and no dose.
fn looks_like_code(word: &str) -> bool {
    let signs = word.bytes().filter(u8::is_ascii_alphanumeric).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.starts_with(|sign: char| sign.is_ascii_alphabetic()) && digits >= 2 && signs >= SHORTEST_IN_TEXT
}
