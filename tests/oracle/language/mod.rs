//! What the made-up definitions say: a tree of its own, and how it is written.

mod written;

pub(super) use written::Line;
pub(super) use written::Written;

use super::calendar;
use super::calendar::Span;
use std::fmt;
use std::rc::Rc;

/// A field, reached from the encounter or from a variable.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// A variable by its number, the encounter if `None`.
    pub(super) root: Option<usize>,
    pub(super) slots: Vec<usize>,
    pub(super) written: String,
}

/// A value that stands in a definition.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Bool(bool),
    Number(f64),
    Text(String),
    Day(i64),
    Moment(i64),
    Span(Span, String),
    Choice(usize, &'static [&'static str]),
    Step(usize, &'static [&'static str]),
    Code(usize, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inclusion {
    Any,
    All,
    Only,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
    Of,
}

#[derive(Debug, Clone)]
pub(super) enum Member {
    One(Literal),
    Range(Literal, Literal),
    Codes(usize, usize, String),
    Field(Path),
    /// The list of the domain.
    Listed,
}

/// What is asked of a code.
#[derive(Debug, Clone)]
pub(super) enum Question {
    Under(Vec<(usize, usize)>, String),
    Leaf,
    Assignable,
    Known,
    Retired,
    Valid(Option<Box<Expr>>),
    Labelled(usize),
}

#[derive(Debug, Clone)]
pub(super) enum TextTest {
    Matches(&'static str),
    Starts(&'static str),
    Ends(&'static str),
    Contains(&'static str),
    Numeric(bool),
}

/// Words that follow one another, and how they are written in the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) words: Vec<usize>,
    pub(super) written: String,
}

#[derive(Debug, Clone)]
pub(super) enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    Compare(How, Expr, Expr),
    Is(Expr, Literal, bool),
    In(Path, Vec<Member>, bool),
    Includes(Path, Inclusion, Vec<Member>),
    Present(Path, bool),
    /// A field alone, and whether it is a flag.
    Bare(Path, bool),
    CodeIs(Expr, Question, bool),
    Text(Path, TextTest),
    Mentions {
        of: Path,
        phrases: Vec<Phrase>,
        all: bool,
        says: bool,
    },
    Within {
        of: Expr,
        span: Expr,
        side: Side,
        from: Expr,
    },
    Relates(&'static str, Expr, Expr),
    Quantified {
        quantifier: &'static str,
        list: Rc<Loop>,
        has: bool,
        body: Box<Cond>,
    },
    /// A function that answers yes or no.
    Check(&'static str, Expr),
}

/// A list that is gone through, and the name of its items.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) variable: usize,
    pub(super) name: String,
    pub(super) list: Path,
}

#[derive(Debug, Clone)]
pub(super) enum Expr {
    Literal(Literal),
    Path(Path),
    /// A property of the first code set, of a code at a path.
    Weight(Path, bool),
    Count(Rc<Loop>, Option<Box<Cond>>),
    Length(Path),
    Arithmetic(char, Box<Expr>, Box<Expr>),
    Call(&'static str, Vec<Expr>),
    If(Box<Cond>, Box<Expr>, Option<Box<Expr>>),
    Position(Rc<Loop>),
    Table(usize, usize, Vec<Expr>),
    /// A function of the domain.
    Own(usize, Vec<Expr>),
}

impl fmt::Display for Literal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(it) => write!(out, "{it}"),
            Literal::Number(it) => write!(out, "{it}"),
            Literal::Text(it) => write!(out, "\"{it}\""),
            Literal::Day(it) => out.write_str(&calendar::written(*it)),
            Literal::Moment(it) => out.write_str(&calendar::moment_written(*it)[..16]),
            Literal::Span(_, it) | Literal::Code(_, it) => out.write_str(it),
            Literal::Choice(it, words) | Literal::Step(it, words) => out.write_str(words[*it]),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            How::Equal => "=",
            How::Unequal => "!=",
            How::Less => "<",
            How::AtMost => "<=",
            How::More => ">",
            How::AtLeast => ">=",
        })
    }
}

impl fmt::Display for Member {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Member::One(it) => write!(out, "{it}"),
            Member::Range(from, to) => write!(out, "{from}..{to}"),
            Member::Codes(_, _, written) => out.write_str(written),
            Member::Field(path) => out.write_str(&path.written),
            Member::Listed => out.write_str("some"),
        }
    }
}

fn listed<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn not(negated: bool) -> &'static str {
    if negated { " not" } else { "" }
}

impl fmt::Display for Cond {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cond::All(parts) => parts.iter().enumerate().try_for_each(|(place, part)| {
                let joint = if place == 0 { "" } else { " and " };
                match part {
                    Cond::All(_) | Cond::Any(_) | Cond::Quantified { .. } => write!(out, "{joint}({part})"),
                    _ => write!(out, "{joint}{part}"),
                }
            }),
            Cond::Any(parts) => parts.iter().enumerate().try_for_each(|(place, part)| {
                let joint = if place == 0 { "" } else { " or " };
                match part {
                    Cond::Any(_) | Cond::Quantified { .. } => write!(out, "{joint}({part})"),
                    // `and` binds tighter: no brackets.
                    _ => write!(out, "{joint}{part}"),
                }
            }),
            Cond::Not(inner) => match **inner {
                Cond::Bare(..) | Cond::Compare(..) => write!(out, "not {inner}"),
                _ => write!(out, "not ({inner})"),
            },
            Cond::Compare(how, left, right) => write!(out, "{left} {how} {right}"),
            Cond::Is(of, literal, negated) => write!(out, "{of} is{} {literal}", not(*negated)),
            Cond::In(path, members, negated) => {
                write!(out, "{}{} in ({})", path.written, not(*negated), listed(members))
            }
            Cond::Includes(path, how, members) => match (how, members.as_slice()) {
                (Inclusion::Any, [Member::One(one)]) => write!(out, "{} includes {one}", path.written),
                _ => {
                    let how = format!("{how:?}").to_lowercase();
                    write!(out, "{} includes {how} ({})", path.written, listed(members))
                }
            },
            Cond::Present(path, negated) => {
                write!(out, "{} is {}", path.written, if *negated { "absent" } else { "present" })
            }
            Cond::Bare(path, _) => out.write_str(&path.written),
            Cond::CodeIs(of, question, negated) => {
                write!(out, "{of} is{} ", not(*negated))?;
                match question {
                    Question::Under(_, written) => write!(out, "under {written}"),
                    Question::Leaf => out.write_str("leaf"),
                    Question::Assignable => out.write_str("assignable"),
                    Question::Known => out.write_str("known"),
                    Question::Retired => out.write_str("retired"),
                    Question::Valid(None) => out.write_str("valid"),
                    Question::Valid(Some(on)) => write!(out, "valid on {on}"),
                    Question::Labelled(label) => write!(out, "labelled l{label}"),
                }
            }
            Cond::Text(path, test) => {
                out.write_str(&path.written)?;
                match test {
                    TextTest::Matches(it) => write!(out, " matches \"{}\"", it.replace('\\', "\\\\")),
                    TextTest::Starts(it) => write!(out, " starts with \"{it}\""),
                    TextTest::Ends(it) => write!(out, " ends with \"{it}\""),
                    TextTest::Contains(it) => write!(out, " contains \"{it}\""),
                    TextTest::Numeric(negated) => write!(out, " is{} numeric", not(*negated)),
                }
            }
            Cond::Mentions { of, phrases, all, says } => {
                let verb = if *says { "says" } else { "mentions" };
                let phrases: Vec<String> = phrases.iter().map(|it| format!("\"{}\"", it.written)).collect();
                match (phrases.as_slice(), all) {
                    ([one], false) if !says => write!(out, "{} {verb} {one}", of.written),
                    (many, true) => write!(out, "{} {verb} all ({})", of.written, many.join(", ")),
                    (many, false) => write!(out, "{} {verb} any ({})", of.written, many.join(", ")),
                }
            }
            Cond::Within { of, span, side, from } => {
                let side = format!("{side:?}").to_lowercase();
                write!(out, "{of} within {span} {side} {from}")
            }
            Cond::Relates(kind, left, right) => write!(out, "{left} relates to {right} by {kind}"),
            Cond::Quantified { quantifier, list, has, body } => {
                let verb = if *has { "has" } else { "where" };
                write!(out, "{quantifier} {list} {verb} ({body})")
            }
            Cond::Check(name, of) => write!(out, "{name}({of})"),
        }
    }
}

impl fmt::Display for Loop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {}", self.name, self.list.written)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Literal(it) => write!(out, "{it}"),
            Expr::Path(path) => out.write_str(&path.written),
            Expr::Weight(path, false) => write!(out, "{}.weight", path.written),
            Expr::Weight(path, true) => write!(out, "property({}, weight)", path.written),
            Expr::Count(list, None) => write!(out, "(count of {list})"),
            Expr::Count(list, Some(body)) => write!(out, "(count of {list} where ({body}))"),
            Expr::Length(path) => write!(out, "(count of {})", path.written),
            Expr::Arithmetic(sign, left, right) => {
                let part = |it: &Expr| match it {
                    // `*` binds tighter than `+`.
                    Expr::Arithmetic('*', ..) if *sign == '+' => it.to_string(),
                    Expr::Arithmetic(..) => format!("({it})"),
                    _ => it.to_string(),
                };
                write!(out, "{} {sign} {}", part(left), part(right))
            }
            Expr::Call(name @ ("today" | "on"), _) => out.write_str(name),
            Expr::Call(name, arguments) => write!(out, "{name}({})", listed(arguments)),
            Expr::If(condition, then, None) => write!(out, "if({condition}, {then})"),
            Expr::If(condition, then, Some(other)) => write!(out, "if({condition}, {then}, {other})"),
            Expr::Position(list) => write!(out, "position({})", list.name),
            Expr::Own(function, arguments) => {
                write!(out, "{}({})", super::functions::all()[*function].name, listed(arguments))
            }
            Expr::Table(table, 0, arguments) => write!(out, "t{table}({})", listed(arguments)),
            Expr::Table(table, _, arguments) => write!(out, "t{table}.grade({})", listed(arguments)),
        }
    }
}

/// First and last day, either end open.
pub(super) type Days = (Option<i64>, Option<i64>);

/// Relations that every set declares: name, symmetric, inherited.
pub(super) const RELATIONS: [(&str, bool, bool); 5] = [
    ("excludes", true, true),
    ("excludes2", false, true),
    ("code-first", false, false),
    ("use-additional", false, true),
    ("code-also", true, false),
];

fn word(is_said: bool, word: &str) -> &str {
    if is_said { word } else { "" }
}

fn days_written((from, to): Days) -> String {
    let from = from.map_or_else(String::new, |day| format!(" from {}", calendar::written(day)));
    let to = to.map_or_else(String::new, |day| format!(" to {}", calendar::written(day)));
    format!("{from}{to}")
}

/// A code and all that is said of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    pub(super) name: String,
    pub(super) title: Option<Phrase>,
    pub(super) parent: Option<usize>,
    /// Further parents.
    pub(super) under: Vec<usize>,
    pub(super) is_group: bool,
    pub(super) assignable: Option<bool>,
    /// First and last day; no span: always.
    pub(super) spans: Vec<(Option<i64>, Option<i64>)>,
    /// The last span is closed by `retired`.
    pub(super) is_retired: bool,
    /// What to use instead; the first word says how many of them.
    pub(super) replaced: Option<(&'static str, Vec<usize>)>,
    pub(super) labels: Vec<usize>,
    /// Kind of relation, first and last code.
    pub(super) relations: Vec<(&'static str, usize, usize)>,
    pub(super) weight: Option<f64>,
    /// A weight of some days only.
    pub(super) dated: Option<(f64, Days)>,
    pub(super) also: Vec<Phrase>,
    pub(super) when: Vec<(Cond, Option<f32>)>,
    pub(super) unless: Vec<Cond>,
    pub(super) needs: Vec<Path>,
    pub(super) raise: Vec<(f64, Cond, Days)>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Set {
    pub(super) name: String,
    /// Confidence under which candidates are not shown, in hundredths.
    pub(super) abstain: Option<u8>,
    /// Points of a title, a synonym and a condition, where they are not the usual ones.
    pub(super) points: [Option<f32>; 3],
    /// Fields searched for phrases; all free ones if empty.
    pub(super) texts: Vec<Path>,
    pub(super) offers: Vec<(Path, f32)>,
    /// In the order of the set: what is under a code follows it.
    pub(super) codes: Vec<Code>,
}

#[derive(Debug, Clone)]
pub(super) enum Cell {
    Any,
    Absent,
    Members(Vec<Member>),
    Compare(How, Literal),
}

/// A decision table over a choice and a number: the first row that fits decides.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Cells of the two inputs, a number and a step of a ladder.
    pub(super) rows: Vec<([Cell; 2], f64, usize, Days)>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Each(Rc<Loop>),
    Let(usize, String, Expr),
    /// Two variables and their names.
    Pairs([(usize, String); 2], Path),
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) severity: &'static str,
    pub(super) special: Option<(Cond, &'static str)>,
    pub(super) scope: Option<Cond>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    pub(super) steps: Vec<Step>,
    pub(super) when: Option<Cond>,
    pub(super) tests: Vec<(bool, Cond)>,
    pub(super) at: Option<Path>,
    pub(super) once: bool,
}

/// A whole domain.
#[derive(Debug, Clone, Default)]
pub(super) struct Definitions {
    /// Cases of the default of `kind`: the last one always holds.
    pub(super) defaults: Vec<(usize, Option<Cond>)>,
    pub(super) tables: Vec<Table>,
    /// `worth`, `rank`.
    pub(super) worth: Option<Expr>,
    pub(super) rank: Option<Expr>,
    pub(super) sets: Vec<Set>,
    /// Members of the list `some`, which holds numbers.
    pub(super) some: Vec<(Member, Days)>,
    pub(super) rules: Vec<Rule>,
}
