//! What was found, and which of it counts where pieces overlap.

use super::Kind;
use super::Span;
use super::kind::Kinds;

/// How sure a find is: the higher counts where two overlap, and what is left of the lower is masked too.
pub(super) mod rank {
    pub const KNOWN: u8 = 100;
    pub const CUE: u8 = 90;
    pub const CHECKED: u8 = 80;
    pub const PATTERN: u8 = 70;
    pub const DATE: u8 = 66;
    pub const ADDRESS: u8 = 60;
    pub const FACILITY: u8 = 55;
    pub const TITLED: u8 = 52;
    pub const PLACE: u8 = 50;
    pub const NAME: u8 = 45;
    pub const WORD: u8 = 40;
}

/// Finds in one text.
pub(super) struct Found<'t> {
    text: &'t str,
    wanted: Kinds,
    marked: Vec<(usize, usize)>,
    finds: Vec<(u8, Span)>,
}

impl<'t> Found<'t> {
    pub fn new(text: &'t str, wanted: Kinds, marked: Vec<(usize, usize)>) -> Found<'t> {
        Found { text, wanted, marked, finds: Vec::new() }
    }

    /// Whether a kind is asked for.
    pub fn wants(&self, kind: Kind) -> bool {
        self.wanted.has(kind)
    }

    /// Adds a find.
    pub fn add(&mut self, start: usize, end: usize, kind: Kind, rank: u8) {
        // What a record hides is masked whatever it is.
        if start < end && (self.wanted.has(kind) || rank == rank::KNOWN) {
            self.finds.push((rank, Span { start, end, kind }));
        }
    }

    /// Whether a find of some rank or more touches the piece.
    pub fn covers(&self, start: usize, end: usize, least: u8) -> bool {
        self.finds.iter().any(|(rank, span)| *rank >= least && span.start < end && start < span.end)
            || self.marked.iter().any(|(from, to)| *from < end && start < *to)
    }

    /// The pieces to mask: in order, none overlapping, none in a mark, each with a letter or digit at both ends.
    pub fn resolve(mut self) -> Vec<Span> {
        if self.finds.is_empty() {
            return Vec::new();
        }
        self.finds.sort_by_key(|(rank, span)| {
            (std::cmp::Reverse(*rank), std::cmp::Reverse(span.end - span.start), span.start)
        });
        let mut taken: Vec<(usize, usize)> = std::mem::take(&mut self.marked);
        taken.sort_unstable();
        let mut spans = Vec::with_capacity(self.finds.len());
        for (_, span) in &self.finds {
            for (start, end) in free(&taken, span.start, span.end) {
                let Some((start, end)) = trimmed(self.text, start, end) else { continue };
                let place = taken.partition_point(|(from, _)| *from < start);
                taken.insert(place, (start, end));
                spans.push(Span { start, end, kind: span.kind });
            }
        }
        spans.sort_unstable_by_key(|span| span.start);
        spans
    }
}

/// The parts of a piece that nothing has taken.
fn free(taken: &[(usize, usize)], begin: usize, end: usize) -> Vec<(usize, usize)> {
    let (mut parts, mut start) = (Vec::new(), begin);
    for (from, to) in taken.iter().filter(|(from, to)| *from < end && begin < *to) {
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
