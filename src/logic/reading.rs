//! The texts of an encounter: each is read once, however many expressions ask about it.

use super::frame::Frame;
use super::seen::Seen;
use crate::model::expression::Path;
use crate::model::value::Value;
use crate::registry::Mark;
use crate::text::phrases::Reading;
use crate::text::tokens::PhraseMatch;
use std::borrow::Cow;

impl Frame<'_> {
    /// Visits every phrase found in the texts at a path.
    pub fn read_each(&mut self, path: &Path, mut visit: impl FnMut(&PhraseMatch)) {
        self.read_texts(path, |found| found.iter().for_each(&mut visit));
    }

    /// Visits the texts at a path: the phrases found in each.
    pub fn read_texts(&mut self, path: &Path, mut visit: impl FnMut(&[PhraseMatch])) {
        if let Some(value) = self.resolve_single(path) {
            if let Value::Text(text) = value {
                let reading = self.read(text, true);
                visit(self.reading(reading).found());
            }
            return;
        }
        let seen = self.resolve(path);
        let stays = !matches!(seen, Seen::Owned(_));
        seen.each_raw(|value| {
            if let Value::Text(text) = value {
                let reading = self.read(text, stays);
                visit(self.reading(reading).found());
            }
        });
    }

    /// A text as far as its writer says it, each byte in its place: without quoted mails, signatures, mark-up and addresses.
    pub fn said<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let said = if self.hears_all { None } else { self.logic.phrases().said(text) };
        self.has_left_out.set(self.has_left_out.get() || said.is_some());
        said.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// From now on texts count as they stand. What is asked for the sake of privacy looks at everything.
    pub fn hear_all(&mut self) {
        self.hears_all = true;
    }

    /// Whether words of a text were left out so far.
    pub fn has_left_out(&self) -> bool {
        self.has_left_out.get()
    }

    /// Whether a text says of each span of its bytes that it is not so, or so of a relative.
    pub fn negated(&self, text: &str, spans: &[(usize, usize)]) -> Vec<bool> {
        self.logic.phrases().negated(text, spans)
    }

    /// What a text says of each span of its bytes: whether it is not so, whether it may be so.
    pub fn marks(&self, text: &str, spans: &[(usize, usize)]) -> Vec<Mark> {
        let marks = self.logic.phrases().marks(text, spans);
        let mark = |(it, is_cue): &(PhraseMatch, bool)| Mark {
            is_negated: it.is_negated,
            is_uncertain: it.is_uncertain,
            is_cue: *is_cue,
        };
        marks.iter().map(mark).collect()
    }

    /// Reads a text unless it was read before; gives its place for [`Frame::reading`]. A text that `stays` where it is
    /// as long as the frame is read once.
    pub(crate) fn read(&mut self, text: &str, stays: bool) -> usize {
        let used = self.scratch.readings_used;
        let known = self.scratch.readings.get(..used).unwrap_or(&[]);
        let serves = |it: &Reading| it.is_of(text) && !(self.hears_all && it.leaves_out());
        if stays && let Some(place) = known.iter().skip(1).position(serves) {
            return place + 1;
        }
        self.spend(1 + text.len() as u64 / 8);
        let place = if stays { used.max(1) } else { 0 };
        let said = self.said(text);
        let scratch = &mut *self.scratch;
        if scratch.readings.len() <= place {
            scratch.readings.resize_with(place + 1, Reading::default);
        }
        scratch.readings_used = used.max(place + 1);
        if let Some(reading) = scratch.readings.get_mut(place) {
            self.logic.phrases().read(text, &said, &mut scratch.words, reading);
        }
        place
    }

    /// A text that was read.
    pub(crate) fn reading(&self, place: usize) -> &Reading {
        static NOTHING: Reading = Reading::EMPTY;
        self.scratch.readings.get(place).unwrap_or(&NOTHING)
    }
}
