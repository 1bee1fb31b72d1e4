//! Statements → lines: blocks, columns where statements stand under each other, comments.

use crate::definitions::format::INDENT;
use crate::definitions::format::WIDEST;
use crate::definitions::format::flow::Flow;

/// Columns wider than this are not waited for by the others.
const WIDEST_KEYWORD: usize = 14;
const WIDEST_CELL: usize = 60;
/// Comments further right than this are not lined up.
const WIDEST_COMMENTED: usize = 100;
/// A block of more statements than this never stands on one line.
const MOST_ON_A_LINE: usize = 4;

/// One statement, ready to be laid out.
#[derive(Debug)]
pub struct Entry {
    /// What stands on lines of its own above it.
    pub above: Vec<Above>,
    pub shape: Shape,
    /// The comment behind it.
    pub comment: Option<String>,
}

/// What stands above a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Above {
    Blank,
    Comment(String),
    /// Lines that could not be read, as they were written.
    Unread(String, Option<String>),
}

/// How a statement is laid out.
#[derive(Debug)]
pub enum Shape {
    /// A keyword and what follows, which begins in one column with that of its neighbours.
    Keyword(String, Flow),
    /// No columns.
    Plain(Flow),
    /// A field: name, type, and the rest.
    Field(String, Flow, Flow),
    /// Cells of a row; the arrow stands before the cell of this index.
    Row(Vec<String>, usize),
    /// Something left of a sign and something right of it.
    Sides(String, &'static str, Flow),
    /// A head, a block and what follows the block.
    Block(Flow, Body, String),
    /// As it was written.
    Verbatim(String),
}

/// What stands in a block.
#[derive(Debug, Default)]
pub struct Body {
    pub entries: Vec<Entry>,
    /// What stands above the closing brace.
    pub last: Vec<Above>,
    /// The comment behind the opening brace.
    pub comment: Option<String>,
    /// It may stand on one line.
    pub may_be_short: bool,
    /// It is made of one statement: its parts are no statements of their own.
    pub is_made: bool,
}

impl Body {
    /// A body of parts that are no statements of their own.
    pub fn made(parts: impl IntoIterator<Item = Shape>) -> Body {
        let entries = parts.into_iter().map(|shape| Entry { above: Vec::new(), shape, comment: None });
        Body { entries: entries.collect(), may_be_short: true, is_made: true, ..Body::default() }
    }

    /// Whether nothing stands in it, not even a comment.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.comment.is_none() && self.last.iter().all(|above| *above == Above::Blank)
    }

    /// The same, on one line if it is short enough.
    pub fn short(mut self) -> Body {
        self.may_be_short = true;
        self
    }
}

/// A line before its comment is put in its column.
struct Line {
    text: String,
    comment: Option<String>,
}

/// Lays out a whole file.
pub fn lay_out(body: &Body) -> String {
    let mut lines = Vec::new();
    block(body, 0, &mut lines);
    write(&lines)
}

fn block(body: &Body, indent: usize, lines: &mut Vec<Line>) {
    let shorts: Vec<Option<String>> = body.entries.iter().map(|entry| short(&entry.shape, indent)).collect();
    let mut start = 0;
    while start < body.entries.len() {
        let end = run_end(body, &shorts, start);
        let run = body.entries.get(start..end).unwrap_or_default();
        let columns = Columns::of(run);
        for (at, entry) in run.iter().enumerate() {
            let mut is_first = start + at == 0;
            for above in &entry.above {
                push_above(above, is_first, indent, lines);
                is_first &= *above == Above::Blank;
            }
            let short = shorts.get(start + at).and_then(Option::as_ref);
            push_entry(entry, short, &columns, indent, lines);
        }
        start = end;
    }
    let last = body.last.iter().rposition(|above| *above != Above::Blank).map_or(0, |at| at + 1);
    let mut is_first = body.entries.is_empty();
    for above in body.last.iter().take(last) {
        push_above(above, is_first, indent, lines);
        is_first &= *above == Above::Blank;
    }
}

/// One past the last statement that stands in columns with the one at `start`: no blank line and no block in between.
fn run_end(body: &Body, shorts: &[Option<String>], start: usize) -> usize {
    let is_block = |at: usize| {
        let entry = body.entries.get(at);
        entry.is_some_and(|entry| matches!(entry.shape, Shape::Block(..))) && shorts.get(at).is_none_or(Option::is_none)
    };
    if is_block(start) {
        return start + 1;
    }
    let mut end = start + 1;
    while let Some(entry) = body.entries.get(end) {
        if is_block(end) || entry.above.contains(&Above::Blank) {
            break;
        }
        end += 1;
    }
    end
}

fn push_above(above: &Above, is_first: bool, indent: usize, lines: &mut Vec<Line>) {
    match above {
        Above::Blank if is_first || lines.last().is_none_or(|line| line.text.is_empty() && line.comment.is_none()) => {}
        Above::Blank => lines.push(Line { text: String::new(), comment: None }),
        Above::Comment(comment) => lines.push(Line { text: pad(indent, comment), comment: None }),
        Above::Unread(text, comment) => lines.push(Line { text: pad(indent, text), comment: comment.clone() }),
    }
}

fn push_entry(entry: &Entry, short: Option<&String>, columns: &Columns, indent: usize, lines: &mut Vec<Line>) {
    let texts = match (&entry.shape, short) {
        (Shape::Block(..), Some(short)) => vec![short.clone()],
        (Shape::Block(head, body, tail), None) => return push_block(entry, head, body, tail, indent, lines),
        (shape, _) => columns.lines(shape, indent),
    };
    let last = texts.len().saturating_sub(1);
    for (at, text) in texts.into_iter().enumerate() {
        let by = if at == 0 { indent } else { 0 };
        lines.push(Line { text: pad(by, &text), comment: entry.comment.clone().filter(|_| at == last) });
    }
}

fn push_block(entry: &Entry, head: &Flow, body: &Body, tail: &str, indent: usize, lines: &mut Vec<Line>) {
    let mut head = head.clone();
    head.word("{");
    let heads = head.lines(indent, indent + INDENT);
    let last = heads.len().saturating_sub(1);
    for (at, text) in heads.into_iter().enumerate() {
        let by = if at == 0 { indent } else { indent + INDENT };
        lines.push(Line { text: pad(by, &text), comment: body.comment.clone().filter(|_| at == last) });
    }
    block(body, indent + INDENT, lines);
    let blank = if tail.is_empty() { "" } else { " " };
    lines.push(Line { text: pad(indent, &format!("}}{blank}{tail}")), comment: entry.comment.clone() });
}

/// A block on one line, if it is one that may, nobody remarked on its parts, and it fits.
fn short(shape: &Shape, indent: usize) -> Option<String> {
    let Shape::Block(head, body, tail) = shape else { return None };
    let is_bare = body.comment.is_none() && body.last.iter().all(|above| *above == Above::Blank);
    if !body.may_be_short || !is_bare || body.entries.len() > MOST_ON_A_LINE {
        return None;
    }
    let parts: Option<Vec<String>> = body.entries.iter().map(on_a_line).collect();
    let inner = parts?.join("; ");
    let inner = if inner.is_empty() { String::new() } else { format!(" {inner} ") };
    let blank = if tail.is_empty() { "" } else { " " };
    let line = format!("{} {{{inner}}}{blank}{tail}", head.line());
    (indent + line.chars().count() <= WIDEST).then_some(line)
}

/// A statement of a block that stands on one line.
fn on_a_line(entry: &Entry) -> Option<String> {
    if entry.comment.is_some() || entry.above.iter().any(|above| *above != Above::Blank) {
        return None;
    }
    part(&entry.shape)
}

/// A statement without lines of its own.
pub fn part(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Keyword(keyword, flow) if flow.is_empty() => Some(keyword.clone()),
        Shape::Keyword(keyword, flow) => Some(format!("{keyword} {}", flow.line())),
        Shape::Plain(flow) => Some(flow.line()),
        Shape::Sides(left, sign, right) => Some(format!("{left} {sign} {}", right.line())),
        Shape::Field(..) | Shape::Row(..) | Shape::Block(..) | Shape::Verbatim(_) => None,
    }
}

/// Where the columns of statements that stand together begin.
#[derive(Default)]
struct Columns {
    keyword: usize,
    left: usize,
    name: usize,
    kind: usize,
    cells: Vec<usize>,
}

impl Columns {
    fn of(run: &[Entry]) -> Columns {
        let mut columns = Columns::default();
        for entry in run {
            match &entry.shape {
                Shape::Keyword(keyword, flow) if !flow.is_empty() => {
                    widen(&mut columns.keyword, width(keyword), WIDEST_KEYWORD);
                }
                Shape::Sides(left, ..) => widen(&mut columns.left, width(left), WIDEST_CELL),
                Shape::Field(name, kind, rest) => {
                    widen(&mut columns.name, width(name), WIDEST_CELL);
                    if !rest.is_empty() {
                        widen(&mut columns.kind, kind.width(), WIDEST_CELL);
                    }
                }
                Shape::Row(cells, _) => {
                    columns.cells.resize(columns.cells.len().max(cells.len()), 0);
                    for (column, cell) in columns.cells.iter_mut().zip(cells) {
                        widen(column, width(cell), WIDEST_CELL);
                    }
                }
                _ => {}
            }
        }
        columns
    }

    /// The lines of a statement; those after the first with the blanks before them.
    fn lines(&self, shape: &Shape, indent: usize) -> Vec<String> {
        match shape {
            Shape::Keyword(keyword, flow) if flow.is_empty() => vec![keyword.clone()],
            Shape::Keyword(keyword, flow) => {
                let at = if width(keyword) > WIDEST_KEYWORD { width(keyword) } else { self.keyword } + 1;
                hang(&pad_to(keyword, at), flow, indent, indent + at)
            }
            Shape::Plain(flow) => hang("", flow, indent, indent + INDENT),
            Shape::Field(name, kind, rest) => {
                let mut flow = Flow::of(pad_to(name, self.name));
                let missing = if rest.is_empty() { 0 } else { self.kind.saturating_sub(kind.width()) };
                flow.append(kind.clone());
                flow.push(&" ".repeat(missing));
                flow.append(rest.clone());
                hang("", &flow, indent, indent + INDENT)
            }
            Shape::Row(cells, arrow) => vec![self.row(cells, *arrow)],
            Shape::Sides(left, sign, right) => {
                let front = format!("{} {sign} ", pad_to(left, self.left));
                let further = indent + if *sign == "=" { INDENT } else { width(&front) };
                hang(&front, right, indent, further)
            }
            Shape::Verbatim(text) => vec![text.clone()],
            Shape::Block(..) => Vec::new(),
        }
    }

    fn row(&self, cells: &[String], arrow: usize) -> String {
        let mut line = String::new();
        let last = cells.len().saturating_sub(1);
        for (at, cell) in cells.iter().enumerate() {
            if at == arrow {
                line.push_str(if at == 0 { "-> " } else { " -> " });
            } else if at > 0 {
                line.push(' ');
            }
            let comma = if at == last || at + 1 == arrow { "" } else { "," };
            let text = format!("{cell}{comma}");
            let extra = usize::from(!comma.is_empty());
            let to = self.cells.get(at).map_or(0, |column| column + extra);
            line.push_str(&if at == last { text } else { pad_to(&text, to) });
        }
        line
    }
}

fn hang(front: &str, flow: &Flow, indent: usize, further: usize) -> Vec<String> {
    let lines = flow.lines(indent + width(front), further);
    let first = |at: usize| if at == 0 { front.to_owned() } else { " ".repeat(further) };
    lines.into_iter().enumerate().map(|(at, line)| format!("{}{line}", first(at))).collect()
}

fn widen(column: &mut usize, width: usize, widest: usize) {
    if width <= widest {
        *column = width.max(*column);
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn pad(indent: usize, text: &str) -> String {
    format!("{}{text}", " ".repeat(indent))
}

fn pad_to(text: &str, column: usize) -> String {
    format!("{text}{}", " ".repeat(column.saturating_sub(width(text))))
}

/// Writes lines; comments behind lines that follow one another begin in one column.
fn write(lines: &[Line]) -> String {
    let mut out = String::new();
    for run in lines.chunk_by(|one, next| one.comment.is_some() == next.comment.is_some()) {
        let widths = run.iter().map(|line| width(&line.text)).filter(|width| *width <= WIDEST_COMMENTED);
        let widest = widths.max().unwrap_or(0);
        for line in run {
            out.push_str(line.text.trim_end_matches(' '));
            if let Some(comment) = &line.comment {
                out.push_str(&" ".repeat(widest.saturating_sub(width(&line.text)) + 2));
                out.push_str(comment);
            }
            out.push('\n');
        }
    }
    out
}
