//! The text of one statement, and where it may be broken into lines.

use crate::definitions::format::WIDEST;

/// Pieces that follow one another; before each but the first a line may end.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
struct Piece {
    text: String,
    /// How deep in the statement the break before it lies: the outer breaks are taken first.
    depth: u8,
    /// A blank stands before it if the line goes on.
    is_apart: bool,
}

impl Flow {
    /// One piece.
    pub fn of(text: impl Into<String>) -> Flow {
        Flow { pieces: vec![Piece { text: text.into(), depth: 0, is_apart: false }] }
    }

    /// Adds to the last piece.
    pub fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(piece) => piece.text.push_str(text),
            None => *self = Flow::of(text),
        }
    }

    /// Adds a word behind a blank.
    pub fn word(&mut self, text: &str) {
        if !self.is_empty() {
            self.push(" ");
        }
        self.push(text);
    }

    /// Allows a line to end here; else a blank stands here.
    pub fn may_break(&mut self, depth: u8) {
        if !self.is_empty() {
            self.pieces.push(Piece { text: String::new(), depth, is_apart: true });
        }
    }

    /// Adds all of another flow behind a blank.
    pub fn append(&mut self, other: Flow) {
        let mut pieces = other.pieces.into_iter();
        if let Some(first) = pieces.next() {
            self.word(&first.text);
        }
        self.pieces.extend(pieces);
    }

    /// Adds all of another flow without a blank.
    pub fn glue(&mut self, other: Flow) {
        let mut pieces = other.pieces.into_iter();
        if let Some(first) = pieces.next() {
            self.push(&first.text);
        }
        self.pieces.extend(pieces);
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text.is_empty())
    }

    /// All of it in one line.
    pub fn line(&self) -> String {
        let mut line = String::new();
        for piece in &self.pieces {
            if piece.is_apart && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&piece.text);
        }
        line
    }

    /// How wide it is in one line, in characters.
    pub fn width(&self) -> usize {
        let blanks = self.pieces.iter().skip(1).filter(|piece| piece.is_apart).count();
        blanks + self.pieces.iter().map(|piece| piece.text.chars().count()).sum::<usize>()
    }

    /// Lines of at most [`WIDEST`] characters where the breaks allow it: the first begins at column `first`, the others at `further`.
    ///
    /// A line that is too wide ends at the last of its outermost breaks.
    pub fn lines(&self, first: usize, further: usize) -> Vec<String> {
        if first + self.width() <= WIDEST {
            return vec![self.line()];
        }
        let mut lines = Vec::new();
        let (mut start, mut column) = (0, first);
        while start < self.pieces.len() {
            let end = self.line_end(start, column);
            let pieces = self.pieces.get(start..end).unwrap_or_default();
            lines.push(Flow { pieces: pieces.to_vec() }.line());
            (start, column) = (end, further);
        }
        lines
    }

    /// Where the line that begins with the piece `start` ends.
    fn line_end(&self, start: usize, column: usize) -> usize {
        let mut width = column;
        let mut end = self.pieces.len();
        for (at, piece) in self.pieces.iter().enumerate().skip(start) {
            width += usize::from(at > start && piece.is_apart) + piece.text.chars().count();
            if width > WIDEST && at > start {
                end = at;
                break;
            }
        }
        if end == self.pieces.len() {
            return end;
        }
        let breaks = self.pieces.iter().enumerate().take(end + 1).skip(start + 1);
        breaks.min_by_key(|(at, piece)| (piece.depth, usize::MAX - at)).map_or(end, |(at, _)| at)
    }
}
