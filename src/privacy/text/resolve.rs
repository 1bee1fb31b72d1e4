//! What was found, and which of it counts where pieces overlap.

use super::span::Span;
use crate::model::text_kind::Kind;
use crate::model::text_kind::Kinds;
use crate::text::page::Page;
use crate::text::page::Word;
use crate::text::words::class;

/// How sure a find is: the higher counts where two overlap, and what is left of the lower is masked too.
pub(super) mod rank {
    pub const KNOWN: u8 = 100;
    pub const CUE: u8 = 90;
    pub const FORM: u8 = 85;
    pub const CHECKED: u8 = 80;
    pub const PATTERN: u8 = 70;
    pub const DATE: u8 = 66;
    pub const ADDRESS: u8 = 60;
    pub const FACILITY: u8 = 55;
    pub const TITLED: u8 = 52;
    pub const PLACE: u8 = 50;
    pub const NAME: u8 = 45;
    pub const WORD: u8 = 40;
    /// Inside the name of a firm or a mark: what only looks like a person or place is none.
    pub const SHIELD: u8 = 255;
}

/// How many finds before a new one are looked at.
const NEAR: usize = 16;

/// Finds in one text.
pub(super) struct Found<'p> {
    text: &'p str,
    words: &'p [Word],
    wanted: Kinds,
    marked: Vec<(usize, usize)>,
    /// Names of firms: what looks like a person or place in them is none.
    shields: Vec<(usize, usize)>,
    finds: Vec<(u8, Span)>,
    /// The highest rank of a find that touches a word, by word; empty until there is one.
    ranks: Vec<u8>,
}

impl<'p> Found<'p> {
    pub fn new(page: &'p Page<'_>, wanted: Kinds, marked: Vec<(usize, usize)>) -> Found<'p> {
        let (finds, shields, ranks) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = Found { text: page.text, words: &page.words, wanted, marked, shields, finds, ranks };
        for place in 0..found.marked.len() {
            if let Some((start, end)) = found.marked.get(place).copied() {
                found.touch(start, end, rank::SHIELD);
            }
        }
        found
    }

    /// Whether a kind is asked for.
    pub fn wants(&self, kind: Kind) -> bool {
        self.wanted.has(kind)
    }

    /// Whether one of the kinds is asked for.
    pub fn wants_any(&self, kinds: &[Kind]) -> bool {
        self.wanted.has_any(kinds)
    }

    /// Adds a find.
    pub fn add(&mut self, start: usize, end: usize, kind: Kind, rank: u8) {
        // What a record hides is masked whatever it is.
        if start < end && (self.wanted.has(kind) || rank == rank::KNOWN) {
            // What holds a surer find of its kind is as sure: the telephone number with its extension.
            let is_held = |(_, span): &&(u8, Span)| span.kind == kind && start <= span.start && span.end <= end;
            let held = self.finds.iter().rev().take(NEAR).filter(is_held).map(|(rank, _)| *rank).max();
            let rank = held.unwrap_or(rank).max(rank);
            self.finds.push((rank, Span { start, end, kind }));
            self.touch(start, end, rank);
        }
    }

    /// The finds that a cue or a form told.
    pub fn sure(&self) -> impl Iterator<Item = &Span> {
        self.finds.iter().filter(|(rank, _)| *rank >= rank::PATTERN).map(|(_, span)| span)
    }

    /// Nothing that only looks like a name or place counts inside.
    pub fn shield(&mut self, start: usize, end: usize) {
        self.shields.push((start, end));
        self.touch(start, end, rank::SHIELD);
    }

    /// Whether a find of some rank or more, a mark or a firm touches the word at a place.
    pub fn covers(&self, place: usize, least: u8) -> bool {
        self.ranks.get(place).is_some_and(|rank| *rank >= least)
    }

    fn is_title(&self, start: usize, end: usize) -> bool {
        let place = self.words.partition_point(|word| word.start < start);
        self.words.get(place).is_some_and(|word| word.end == end && word.class & class::TITLE != 0)
    }

    fn touch(&mut self, start: usize, end: usize, rank: u8) {
        if self.ranks.is_empty() {
            self.ranks.resize(self.words.len(), 0);
        }
        let from = self.words.partition_point(|word| word.end <= start);
        for (word, highest) in self.words.iter().zip(&mut self.ranks).skip(from) {
            if word.start >= end {
                break;
            }
            *highest = rank.max(*highest);
        }
    }

    /// The pieces to mask: in order, none overlapping, none in a mark, each with a letter or digit at both ends.
    pub fn resolve(mut self) -> Vec<Span> {
        if self.finds.is_empty() {
            return Vec::new();
        }
        let shields = std::mem::take(&mut self.shields);
        let is_shielded = |span: &Span| {
            // They were found from left to right and do not overlap.
            let place = shields.partition_point(|(_, to)| *to < span.end);
            shields.get(place).is_some_and(|(from, to)| *from <= span.start && span.end <= *to)
        };
        self.finds.retain(|(rank, span)| *rank >= rank::TITLED || span.kind == Kind::Org || !is_shielded(span));
        self.finds.sort_by_key(|(rank, span)| {
            (std::cmp::Reverse(*rank), std::cmp::Reverse(span.end - span.start), span.start)
        });
        let mut taken = Taken::default();
        self.marked.iter().for_each(|(start, end)| taken.add(*start, *end));
        let mut spans = Vec::with_capacity(self.finds.len());
        for (_, span) in &self.finds {
            for (start, end) in taken.free(span.start, span.end) {
                let Some((start, end)) = trimmed(self.text, start, end) else { continue };
                // What is left of a name may be its title alone.
                let is_left = span.kind == Kind::Name && (start, end) != (span.start, span.end);
                if is_left && self.is_title(start, end) {
                    continue;
                }
                taken.add(start, end);
                spans.push(Span { start, end, kind: span.kind });
            }
        }
        spans.sort_unstable_by_key(|span| span.start);
        spans
    }
}

/// Pieces of the text that are taken, none overlapping.
#[derive(Default)]
struct Taken(std::collections::BTreeMap<usize, usize>);

impl Taken {
    fn add(&mut self, start: usize, end: usize) {
        let longest = self.0.entry(start).or_default();
        *longest = end.max(*longest);
    }

    /// The parts of a piece that nothing has taken.
    fn free(&self, begin: usize, end: usize) -> Vec<(usize, usize)> {
        let (mut parts, mut start) = (Vec::new(), begin);
        if let Some((_, to)) = self.0.range(..begin).next_back() {
            start = start.max(*to);
        }
        for (from, to) in self.0.range(begin..end.max(begin)) {
            if start < *from {
                parts.push((start, *from));
            }
            start = start.max(*to);
        }
        if start < end {
            parts.push((start, end));
        }
        parts
    }
}

/// A piece without what is neither letter nor digit at its ends; `None` if nothing is left.
fn trimmed(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let piece = text.get(start..end)?;
    let first = piece.find(is_kept)?;
    let last = piece.rfind(is_kept)?;
    let length = piece.get(last..)?.chars().next()?.len_utf8();
    Some((start + first, start + last + length))
}

fn is_kept(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '+' | '#' | '(' | '*' | '!' | '$')
}
