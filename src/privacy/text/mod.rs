//! Free text: what identifies in it is found and replaced by a mark.
//!
//! Order: what the record itself hides, then what a cue names (`MRN: …`), then numbers that check, then patterns, then
//! words that names and places are made of. Cues and words are lists of `domains/shared`; large name lists are
//! installed beside the program. Offsets are bytes here; [`Masked::points`] gives code points.

pub mod checks;
mod detect;
mod resolve;
mod span;

pub use crate::text::names_file::NameLists;
pub use detect::Known;
pub use span::Span;

use super::error::Error;
use super::standing::InForce;
use super::standing::Standing;
use crate::model::day::Day;
use crate::model::policy::TextLine;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::text_kind::Kind;
use crate::model::text_kind::Kinds;
use crate::text::fold::fold;
use crate::text::page::Page;
use crate::text::page::Word;
use crate::text::words::Words;
use detect::Cues;
use resolve::Found;
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    /// Memory for the words of a text.
    static MEMORY: Cell<Vec<Word>> = const { Cell::new(Vec::new()) };
}

/// A text with its marks, and what they stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text as it may be shown.
    pub text: String,
    /// What was replaced, as bytes of the text that came in, in order, none overlapping.
    pub spans: Vec<Span>,
}

/// What happens to texts.
#[derive(Clone)]
pub(super) enum TextRule {
    Keep,
    Remove,
    Mask(Box<Masker>),
}

impl TextRule {
    /// The strictest word of all policies; where none speaks of texts, all kinds are masked for an audience that does
    /// not see what nobody declared.
    pub fn new(shared: &Shared, standing: &Standing<'_>) -> Result<TextRule, Error> {
        let mut wanted = Kinds::default();
        let mut marks: Vec<Option<String>> = vec![None; Kind::ALL.len()];
        let mut is_kept = standing.keeps_undeclared();
        for (policy, line) in standing.policies.iter().flat_map(|it| it.texts.iter().map(move |line| (it, line))) {
            match line {
                TextLine::Remove => return Ok(TextRule::Remove),
                TextLine::Keep => is_kept = true,
                TextLine::Mask(words, mark) => {
                    let unknown =
                        |word: &String| Error::UnknownKind { policy: policy.name.clone(), kind: word.clone() };
                    for word in words {
                        wanted = add(wanted, Kinds::named(word).ok_or_else(|| unknown(word))?);
                    }
                    if words.is_empty() || words.iter().any(|word| word == "all") {
                        wanted = Kinds::all();
                    }
                    for (kind, place) in Kind::ALL.iter().zip(&mut marks) {
                        if wanted.has(*kind) && place.is_none() && !mark.is_empty() {
                            *place = Some(mark.replace("{kind}", kind.word()));
                        }
                    }
                }
            }
        }
        if wanted == Kinds::default() {
            if is_kept {
                return Ok(TextRule::Keep);
            }
            wanted = Kinds::all();
        }
        let marks =
            Kind::ALL.iter().zip(marks).map(|(kind, mark)| mark.unwrap_or_else(|| format!("[{}]", kind.word())));
        Ok(TextRule::Mask(Box::new(Masker::new(shared, wanted, marks.collect()))))
    }

    pub fn wants_names(&self) -> bool {
        matches!(self, TextRule::Mask(masker) if masker.wanted.has_any(&[Kind::Name, Kind::Location]))
    }

    pub fn set_names(&mut self, names: Arc<NameLists>) {
        if let TextRule::Mask(masker) = self
            && !names.is_empty()
        {
            masker.words = Arc::new(masker.words.merged(|sum| names.of(sum)));
            masker.names = names;
        }
    }
}

impl TextRule {
    /// What finds people in the name of a street, with the words and lists of the texts if those are searched.
    pub fn persons(&self, shared: &Shared) -> Persons {
        let places = [Kind::Address, Kind::Location, Kind::Zip, Kind::Date, Kind::Org, Kind::Other];
        let wanted = Kind::ALL.iter().filter(|kind| !places.contains(kind));
        let wanted = wanted.fold(Kinds::default(), |kinds, kind| kinds.with(*kind));
        Persons(match self {
            TextRule::Mask(masker) => Masker { wanted, wants_long: false, ..(**masker).clone() },
            _ => Masker::new(shared, wanted, Vec::new()),
        })
    }
}

/// Finds what is of people in a short text that is kept: names, and numbers of theirs.
#[derive(Clone)]
pub(super) struct Persons(Masker);

impl Persons {
    /// Whether the text holds any.
    pub fn are_in(&self, text: &str, known: &Known) -> bool {
        let found = self.0.find(text, known, &mut Vec::new());
        found.iter().any(|span| self.0.wanted.has(span.kind))
    }

    pub fn set_names(&mut self, names: &Arc<NameLists>) {
        self.0.words = Arc::new(self.0.words.merged(|sum| names.of(sum)));
        self.0.names = Arc::clone(names);
    }
}

fn add(kinds: Kinds, more: Kinds) -> Kinds {
    Kind::ALL.iter().filter(|kind| more.has(**kind)).fold(kinds, |kinds, kind| kinds.with(*kind))
}

/// Redacts free texts for one audience: the `redact` command.
#[derive(Clone)]
pub struct TextRedactor {
    rule: TextRule,
    policy: String,
}

impl TextRedactor {
    /// Settles what an audience may see of texts, under the policies of `shared` and, if given, of a domain, as they are
    /// `today`.
    ///
    /// # Errors
    /// If no policy speaks of the audience, or a policy masks a kind of text that does not exist.
    pub fn new(shared: &Shared, domain: Option<&Domain>, audience: &str, today: Day) -> Result<TextRedactor, Error> {
        let in_force = InForce::on(today, shared, domain);
        let standing = in_force.of(audience)?;
        Ok(TextRedactor { rule: TextRule::new(shared, &standing)?, policy: standing.name })
    }

    /// The policy, as `name@version`.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Whether names are searched, so that large name lists are worth loading.
    pub fn wants_names(&self) -> bool {
        self.rule.wants_names()
    }

    /// The same with name lists besides those of `domains/shared`.
    #[must_use]
    pub fn with_names(mut self, names: Arc<NameLists>) -> TextRedactor {
        self.rule.set_names(names);
        self
    }

    /// The text as the audience may see it.
    pub fn redact(&self, text: &str) -> Masked {
        self.redact_knowing(text, &Known::default())
    }

    /// The same for the text of a record whose hidden values are known: they are searched first.
    pub fn redact_knowing(&self, text: &str, known: &Known) -> Masked {
        match &self.rule {
            TextRule::Keep => Masked::whole(text),
            TextRule::Remove => Masked::nothing(text),
            TextRule::Mask(masker) => masker.mask(text, known).unwrap_or_else(|| Masked::whole(text)),
        }
    }
}

/// Finds and replaces what identifies.
#[derive(Clone)]
pub(super) struct Masker {
    wanted: Kinds,
    /// Nothing but long numbers is wanted: no other kind is sure to have digits, or words for them.
    wants_long: bool,
    /// Marks, by kind.
    marks: Arc<Vec<String>>,
    /// Marks that do not stand in brackets, each once.
    plain_marks: Arc<Vec<String>>,
    words: Arc<Words>,
    cues: Arc<Cues>,
    names: Arc<NameLists>,
}

/// A text is masked again until nothing is found; more rounds than this and it is withheld.
const MOST_ROUNDS: usize = 12;

impl Masker {
    fn new(shared: &Shared, wanted: Kinds, marks: Vec<String>) -> Masker {
        let mut words = Words::from_lists(&shared.lists);
        let cues = Cues::new(&shared.lists, &mut words);
        let mut plain_marks: Vec<String> =
            marks.iter().filter(|mark| !mark.starts_with('[') && !mark.is_empty()).cloned().collect();
        plain_marks.sort();
        plain_marks.dedup();
        let is_long = |kind: &Kind| matches!(kind, Kind::CreditCard | Kind::Ssn);
        Masker {
            wanted,
            wants_long: Kind::ALL.iter().all(|kind| !wanted.has(*kind) || is_long(kind)),
            marks: Arc::new(marks),
            plain_marks: Arc::new(plain_marks),
            words: Arc::new(words),
            cues: Arc::new(cues),
            names: Arc::default(),
        }
    }

    /// Whether nothing can be found in a text, at one glance.
    fn passes(&self, text: &str, known: &Known) -> bool {
        if !known.is_empty() || !self.wants_long {
            return false;
        }
        let signs = Signs::of(text);
        let folded = if signs.may_fold { fold(text) } else { None };
        folded.map_or_else(|| self.lets_pass(text, &signs), |it| self.lets_pass(&it.text, &Signs::of(&it.text)))
    }

    fn lets_pass(&self, text: &str, signs: &Signs) -> bool {
        if signs.digits + signs.others < FEWEST_SIGNS {
            // So many words for numbers may be one that is spelled out: `cvc is four one seven`.
            return !self.words.numerals().are_in(text, FEWEST_SIGNS);
        }
        signs.digits < FEWEST_DIGITS && !may_hold_cue(text)
    }

    /// Replaces what identifies by marks; `None` if there is nothing. Masking the result again changes nothing: it is done
    /// until nothing is found.
    pub fn mask(&self, text: &str, known: &Known) -> Option<Masked> {
        if self.passes(text, known) {
            return None;
        }
        // Memory for words is used again, from round to round and from text to text.
        let mut words = MEMORY.take();
        let mut masked: Option<Masked> = None;
        for _ in 0..MOST_ROUNDS {
            let now = masked.as_ref().map_or(text, |masked| masked.text.as_str());
            let found = self.find(now, known, &mut words);
            if found.is_empty() {
                MEMORY.set(words);
                return masked;
            }
            let before = masked.map_or_else(Vec::new, |masked| masked.spans);
            masked = Some(Masked::new(text, before, &found, &self.marks));
        }
        Some(Masked::nothing(text))
    }

    /// What identifies in a text, in order, none overlapping; marks that stand in it are left alone.
    fn find(&self, text: &str, known: &Known, words: &mut Vec<Word>) -> Vec<Span> {
        let Some(folded) = fold(text) else { return self.find_plain(text, known, words) };
        let spans = self.find_plain(&folded.text, known, words);
        let mut taken = 0;
        let at_home = |span: Span| {
            let (start, end) = folded.home(span.start, span.end);
            // Two spans may meet in one sign that stands for several.
            let start = start.max(taken);
            taken = end.max(taken);
            (start < end).then_some(Span { start, end, ..span })
        };
        spans.into_iter().filter_map(at_home).collect()
    }

    /// The same in a text that is folded.
    fn find_plain(&self, text: &str, known: &Known, words: &mut Vec<Word>) -> Vec<Span> {
        let marked = self.marked(text);
        let page = Page::with_marks(text, &self.words, &self.names, std::mem::take(words), !marked.is_empty());
        let mut found = Found::new(&page, self.wanted, marked);
        detect::find(&page, &self.cues, known, &mut found);
        let found = found.resolve();
        *words = page.words;
        found
    }

    /// Where marks stand already: those of this policy, and the plain ones.
    fn marked(&self, text: &str) -> Vec<(usize, usize)> {
        let mut marked: Vec<(usize, usize)> = Vec::new();
        let brackets = if text.as_bytes().contains(&b'[') { text } else { "" };
        for (at, _) in brackets.match_indices('[') {
            let inside = text.get(at + 1..).and_then(|rest| rest.as_bytes().iter().take(24).position(|it| *it == b']'));
            let Some(length) = inside else { continue };
            if text.get(at + 1..at + 1 + length).is_some_and(Kind::is_word) {
                marked.push((at, at + length + 2));
            }
        }
        for mark in self.plain_marks.iter() {
            marked.extend(text.match_indices(mark.as_str()).map(|(at, _)| (at, at + mark.len())));
        }
        marked
    }
}

/// No number or address has fewer digits and other signs than so many.
const FEWEST_SIGNS: usize = 3;
/// No long number has fewer digits.
const FEWEST_DIGITS: usize = 9;

/// What stands in a text, counted in one go.
#[derive(Default)]
struct Signs {
    digits: usize,
    /// Other signs of a number or an address.
    others: usize,
    /// Something may have to be folded: it is no printed sign of ASCII, or begins an entity.
    may_fold: bool,
}

impl Signs {
    fn of(text: &str) -> Signs {
        let mut signs = Signs::default();
        // Counts that fit a byte are added many at a time.
        for some in text.as_bytes().chunks(128) {
            let (mut digits, mut others, mut may_fold) = (0_u8, 0_u8, false);
            for byte in some {
                digits += u8::from(byte.is_ascii_digit());
                others += u8::from(*byte == b'@') + u8::from(*byte == b'/');
                may_fold |= !is_printed(*byte) || *byte == b'&';
            }
            signs.digits += usize::from(digits);
            signs.others += usize::from(others);
            signs.may_fold |= may_fold;
        }
        signs
    }
}

/// Whether a byte is a blank or a sign of ASCII that is seen: one comparison, many at a time.
fn is_printed(byte: u8) -> bool {
    byte.wrapping_sub(b' ') < 0x7f - b' '
}

/// Whether there are words that could be the cue of a part of a number: what is not searched has digits and signs only.
fn may_hold_cue(text: &str) -> bool {
    // `cv2 417`: two letters are the shortest.
    !text.is_ascii() || text.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_alphabetic))
}

impl Masked {
    /// The text as it is.
    fn whole(text: &str) -> Masked {
        Masked { text: text.to_owned(), spans: Vec::new() }
    }

    /// Nothing of the text is shown.
    fn nothing(text: &str) -> Masked {
        let spans =
            if text.is_empty() { Vec::new() } else { vec![Span { start: 0, end: text.len(), kind: Kind::Other }] };
        Masked { text: String::new(), spans }
    }

    /// The spans in Unicode code points of the text that came in, end exclusive.
    pub fn points(&self, text: &str) -> Vec<Span> {
        if text.is_ascii() {
            return self.spans.clone();
        }
        let (mut byte, mut point) = (0, 0);
        let mut upto = |to: usize| {
            point += text.get(byte..to).map_or(0, |between| between.chars().count());
            byte = to;
            point
        };
        self.spans.iter().map(|span| Span { start: upto(span.start), end: upto(span.end), kind: span.kind }).collect()
    }

    /// A text with more marks: `found` lies in the text as it is with the marks for `spans`, outside of them.
    fn new(original: &str, mut spans: Vec<Span>, found: &[Span], marks: &[String]) -> Masked {
        let mark = |kind: Kind| marks.get(kind as usize).map_or("", String::as_str);
        if spans.is_empty() {
            spans.extend_from_slice(found);
        } else {
            // Where bytes of the masked text lie in the original: (from, to) after each mark.
            let (mut shifts, mut at) = (vec![(0, 0)], 0_usize);
            let mut before = 0;
            for span in &spans {
                at += span.start - before + mark(span.kind).len();
                before = span.end;
                shifts.push((at, span.end));
            }
            let home = |byte: usize| {
                let place = shifts.partition_point(|(from, _)| *from <= byte).saturating_sub(1);
                shifts.get(place).map_or(byte, |(from, to)| byte - from + to)
            };
            let at_home = |span: &Span| Span { start: home(span.start), end: home(span.end - 1) + 1, ..*span };
            spans.extend(found.iter().map(at_home));
            spans.sort_unstable_by_key(|span| span.start);
        }
        let mut text = String::with_capacity(original.len());
        let mut end = 0;
        for span in &spans {
            text.push_str(original.get(end..span.start).unwrap_or(""));
            text.push_str(mark(span.kind));
            end = span.end;
        }
        text.push_str(original.get(end..).unwrap_or(""));
        Masked { text, spans }
    }
}
