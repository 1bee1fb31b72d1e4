//! What the made-up definitions say: a tree of its own, and how it is written.

use super::calendar;
use super::calendar::Span;
use super::world::Kind;
use super::world::RECORD;
use std::fmt;
use std::fmt::Write;
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
    /// The list is understood from the name.
    pub(super) is_plural: bool,
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
        out.write_str(&self.name)?;
        if self.is_plural { Ok(()) } else { write!(out, " in {}", self.list.written) }
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

/// What a line of the text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Other,
    When(usize, usize, usize),
    Unless(usize, usize, usize),
    Rule(usize),
}

/// The text of definitions, and what each of its lines says.
#[derive(Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) lines: Vec<Line>,
}

impl Written {
    fn say(&mut self, line: Line, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }

    fn plain(&mut self, text: &str) {
        self.say(Line::Other, text);
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Choice(words) => format!("one of ({})", words.join(", ")),
        Kind::Ladder(words) => format!("ladder ({})", words.join(" < ")),
        Kind::Number => "number".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Money => "money".to_owned(),
        Kind::Flag => "bool".to_owned(),
        Kind::Text | Kind::Note => "text".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Moment => "datetime".to_owned(),
        Kind::Span => "duration".to_owned(),
        Kind::Code => "code in s0".to_owned(),
        Kind::List(inner) => format!("list of {}", self::kind(inner)),
        Kind::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}{}", field.name, self::kind(&field.kind), field.more))
                .collect();
            format!("{{ {} }}", fields.join("; "))
        }
    }
}

impl Definitions {
    /// As an author would write them.
    pub(super) fn write(&self) -> Written {
        let mut out = Written::default();
        out.plain("record case {");
        out.plain("  id text identifies case");
        for field in &RECORD {
            let mut line = format!("  {} {}{}", field.name, kind(&field.kind), field.more);
            if field.name == "kind" && !self.defaults.is_empty() {
                let Kind::Choice(words) = field.kind else { unreachable!() };
                let cases = self.defaults.iter().map(|(value, when)| match when {
                    Some(when) => format!("{} when {when}", words[*value]),
                    None if self.defaults.len() == 1 => words[*value].to_owned(),
                    None => format!("{} otherwise", words[*value]),
                });
                write!(line, " default {}", cases.collect::<Vec<_>>().join("; ")).unwrap();
            }
            out.plain(&line);
        }
        out.plain("}");
        out.plain("label l0 \"First\"");
        out.plain("label l1 \"Second\"");
        out.plain("purpose work \"Work\"");
        out.plain("policy desk { audience desk; purpose work; keep undeclared; text keep }");
        out.plain("function npi(digits text) -> bool = length(digits) = 10 and luhn(\"80840\" + digits)");
        if !self.some.is_empty() {
            let members = self.some.iter().map(|(member, days)| format!("{member}{}", days_written(*days)));
            out.plain(&format!("list some ({})", members.collect::<Vec<_>>().join(", ")));
        }
        for function in super::functions::all() {
            out.plain(&function.to_string());
        }
        for (place, table) in self.tables.iter().enumerate() {
            table.write(place, &mut out);
        }
        if self.worth.is_some() || self.rank.is_some() {
            out.plain("derive case {");
            self.worth.iter().for_each(|it| out.plain(&format!("  worth = {it}")));
            self.rank.iter().for_each(|it| out.plain(&format!("  rank = {it}")));
            out.plain("}");
        }
        for (place, set) in self.sets.iter().enumerate() {
            set.write(place, &mut out);
        }
        for (place, rule) in self.rules.iter().enumerate() {
            rule.write(place, &mut out);
        }
        out
    }
}

impl Table {
    fn write(&self, place: usize, out: &mut Written) {
        let Kind::Choice(words) = RECORD[super::world::KIND].kind else { unreachable!() };
        let steps = super::world::LEVELS.join(" < ");
        out.plain(&format!(
            "table t{place} (sort one of ({}), many number) -> out number, grade ladder ({steps}) first partial {{",
            words.join(", ")
        ));
        for ([one, two], number, step, days) in &self.rows {
            out.plain(&format!("  {one}, {two} -> {number}, {}{}", super::world::LEVELS[*step], days_written(*days)));
        }
        out.plain("}");
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Any => out.write_str("any"),
            Cell::Absent => out.write_str("absent"),
            Cell::Members(members) => match members.as_slice() {
                [one] => write!(out, "{one}"),
                many => write!(out, "({})", listed(many)),
            },
            Cell::Compare(how, literal) => write!(out, "{how} {literal}"),
        }
    }
}

impl Set {
    fn write(&self, place: usize, out: &mut Written) {
        out.plain(&format!("codeset {} {{", self.name));
        out.plain(&format!("  title \"Set {place}\""));
        if place == 0 {
            out.plain("  property weight number");
        }
        for (name, symmetric, inherited) in RELATIONS {
            let (symmetric, inherited) = (word(symmetric, " symmetric"), word(inherited, " inherited"));
            out.plain(&format!("  relation {name}{symmetric}{inherited}"));
        }
        if let Some(share) = self.abstain {
            out.plain(&format!("  decide above 0.{share:02}"));
        }
        for (of, points) in ["title", "also", "propose"].iter().zip(self.points) {
            points.iter().for_each(|points| out.plain(&format!("  points {of} {points}")));
        }
        if !self.texts.is_empty() {
            let names: Vec<&str> = self.texts.iter().map(|path| path.written.as_str()).collect();
            out.plain(&format!("  search in {}", names.join(", ")));
        }
        for (path, points) in &self.offers {
            out.plain(&format!("  offer {} points {points}", path.written));
        }
        self.children(place, None, out);
        out.plain("}");
    }

    fn children(&self, set: usize, parent: Option<usize>, out: &mut Written) {
        for (place, code) in self.codes.iter().enumerate().filter(|(_, code)| code.parent == parent) {
            let word = if code.is_group { "group" } else { "code" };
            let title = code.title.as_ref().map_or_else(|| format!("Nothing {place}"), |title| title.written.clone());
            out.plain(&format!("{word} {} \"{title}\" {{", code.name));
            self.said(set, place, code, out);
            self.children(set, Some(place), out);
            out.plain("}");
        }
    }

    fn names(&self, codes: &[usize]) -> String {
        codes.iter().map(|place| self.codes[*place].name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn said(&self, set: usize, place: usize, code: &Code, out: &mut Written) {
        if let Some(assignable) = code.assignable {
            out.plain(if assignable { "assignable" } else { "not assignable" });
        }
        if !code.under.is_empty() {
            out.plain(&format!("under {}", self.names(&code.under)));
        }
        for (number, (from, to)) in code.spans.iter().enumerate() {
            let is_retired = code.is_retired && number + 1 == code.spans.len();
            let from = from.map(|day| format!("from {}", calendar::written(day)));
            let last = to.map(calendar::written);
            let to = last.as_ref().filter(|_| !is_retired).map(|day| format!("to {day}"));
            let line: Vec<String> = from.into_iter().chain(to).collect();
            if !line.is_empty() {
                out.plain(&line.join(" "));
            }
            if let Some(day) = last.filter(|_| is_retired) {
                out.plain(&format!("retired {day}"));
            }
        }
        if let Some((how, codes)) = &code.replaced {
            out.plain(&format!("replaced by {how}{}", self.names(codes)));
        }
        for label in &code.labels {
            out.plain(&format!("label l{label}"));
        }
        for (relation, from, to) in &code.relations {
            let (from, to) = (&self.codes[*from].name, &self.codes[*to].name);
            out.plain(&if from == to { format!("{relation} {from}") } else { format!("{relation} {from}..{to}") });
        }
        if let Some(weight) = code.weight {
            out.plain(&format!("weight {weight}"));
        }
        if let Some((weight, days)) = code.dated {
            out.plain(&format!("weight {weight}{}", days_written(days)));
        }
        if !code.also.is_empty() {
            let also: Vec<String> = code.also.iter().map(|it| format!("\"{}\"", it.written)).collect();
            out.plain(&format!("also {}", also.join(", ")));
        }
        for (number, (when, points)) in code.when.iter().enumerate() {
            let points = points.map(|points| format!(" points {points}")).unwrap_or_default();
            out.say(Line::When(set, place, number), &format!("when {when}{points}"));
        }
        for (number, unless) in code.unless.iter().enumerate() {
            out.say(Line::Unless(set, place, number), &format!("unless {unless}"));
        }
        for path in &code.needs {
            out.plain(&format!("needs {}", path.written));
        }
        for (value, when, days) in &code.raise {
            out.plain(&format!("weight {value} when {when}{}", days_written(*days)));
        }
    }
}

impl Rule {
    fn write(&self, place: usize, out: &mut Written) {
        let line = Line::Rule(place);
        out.say(line, &format!("rule {} {} \"what {} asks for\" {{", self.name, self.severity, self.name));
        if let Some((when, severity)) = &self.special {
            out.say(line, &format!("severity {severity} when {when}"));
        }
        if let Some(scope) = &self.scope {
            out.say(line, &format!("scope {scope}"));
        }
        if let Some(from) = self.from {
            out.say(line, &format!("from {}", calendar::written(from)));
        }
        if let Some(to) = self.to {
            out.say(line, &format!("to {}", calendar::written(to)));
        }
        for step in &self.steps {
            out.say(
                line,
                &match step {
                    Step::Each(list) => format!("for each {list}"),
                    Step::Let(_, name, value) => format!("let {name} = {value}"),
                    Step::Pairs([(_, one), (_, two)], list) => {
                        format!("for each pair {one}, {two} in {}", list.written)
                    }
                },
            );
        }
        if let Some(when) = &self.when {
            out.say(line, &format!("when {when}"));
        }
        for (is_required, test) in &self.tests {
            out.say(line, &format!("{} {test}", if *is_required { "require" } else { "forbid" }));
        }
        if let Some(at) = &self.at {
            out.say(line, &format!("at {}", at.written));
        }
        if self.once {
            out.say(line, "once");
        }
        out.say(line, "}");
    }
}
