//! What the grammar found → the tree.
//!
//! The grammar vouches for the shape, so every step takes the parts it knows to be there; a part that is not would
//! leave its statement out of the tree (`None`), which cannot happen while grammar and builder agree.

mod codes;
mod expression;
mod first_edition;
mod policies;
mod readers;
mod records;
mod rules;

use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::problems::Problems;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::DaysDef;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use pest::error::Error;
use pest::error::InputLocation;
use pest::iterators::Pairs;
use std::iter::Peekable;

/// A piece of text that fits a rule.
pub type Pair<'i> = pest::iterators::Pair<'i, Rule>;

/// Builds the tree of one piece of a file.
pub struct Builder<'b> {
    /// Where the piece lies in the file.
    pub(super) segment: Span,
    /// Places whose problem has been said.
    pub(super) poisoned: &'b [usize],
    pub(super) problems: &'b mut Problems,
    pub(super) edition: Edition,
    /// Lines that were left out of the tree.
    pub(super) unread: Vec<Span>,
    /// Expressions and types around this one.
    depth: usize,
}

/// The parts of a statement, taken from the front.
pub struct Parts<'i>(Peekable<Pairs<'i, Rule>>);

impl<'i> Parts<'i> {
    /// The parts of `pair`.
    pub fn of(pair: Pair<'i>) -> Parts<'i> {
        Parts(pair.into_inner().peekable())
    }

    /// The next part, whatever it is.
    pub fn next(&mut self) -> Option<Pair<'i>> {
        self.0.next()
    }

    /// Which rule the next part fits.
    pub fn peek(&mut self) -> Option<Rule> {
        self.0.peek().map(Pair::as_rule)
    }

    /// The next part if it fits `rule`.
    pub fn take(&mut self, rule: Rule) -> Option<Pair<'i>> {
        self.0.next_if(|pair| pair.as_rule() == rule)
    }

    /// Whether the next part fits `rule`; takes it then.
    pub fn has(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }
}

impl<'b> Builder<'b> {
    /// A builder for the piece of a file at `segment`.
    pub fn new(edition: Edition, segment: Span, poisoned: &'b [usize], problems: &'b mut Problems) -> Builder<'b> {
        Builder { segment, poisoned, problems, edition, unread: Vec::new(), depth: 0 }
    }

    /// The statements of a file.
    pub fn file(&mut self, mut pairs: Pairs<'_, Rule>) -> Vec<Spanned<Statement>> {
        let Some(file) = pairs.next() else { return Vec::new() };
        self.items(file, Place::File, Builder::statement)
    }

    /// The grammar gave up: only its limits can make it do so.
    pub fn gave_up(&mut self, error: &Error<Rule>) {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => self.place(at, at),
        };
        let kind = Kind::TooDeep { limit: super::layout::DEEPEST };
        self.problems.push(Diagnostic::new(kind, at).with_help("write it as several statements"));
    }

    /// What a block holds; lines that fit no statement are reported.
    fn items<T>(
        &mut self,
        block: Pair<'_>,
        place: Place,
        mut build: impl FnMut(&mut Self, Pair<'_>) -> Option<T>,
    ) -> Vec<Spanned<T>> {
        let mut items = Vec::new();
        for pair in block.into_inner() {
            let span = self.span(&pair);
            let rule = pair.as_rule();
            if rule == Rule::bad_line {
                self.unread.push(span);
                self.recover(pair, place);
                continue;
            }
            self.refuse_old(&pair);
            if let Some(item) = build(self, pair) {
                items.push(Spanned::new(item, span));
            } else if !is_moved(rule) {
                self.unread.push(span);
            }
        }
        items
    }

    /// Looks through a block whose head is wrong, for the sake of its diagnostics.
    pub(super) fn look_through(&mut self, block: Pair<'_>) {
        match block.as_rule() {
            Rule::record_body => drop(self.record_body(block)),
            Rule::map_body => drop(self.map_body(block, &Spanned::new(String::new(), Span::default()))),
            Rule::fields => drop(self.fields(block)),
            Rule::set_body => drop(self.set_body(block)),
            Rule::code_body => drop(self.code_body(block)),
            Rule::rules_body => drop(self.rules_body(block)),
            Rule::rule_body => drop(self.rule_body(block)),
            Rule::rows => drop(self.rows(block)),
            Rule::calendar_body => drop(self.calendar_body(block)),
            Rule::reader_body => drop(self.reader_body(block)),
            Rule::derive_body => {
                let name = Spanned::new(String::new(), Span::default());
                self.derive_body(block, &mut DeriveDef { record: name, lines: Vec::new(), marks: Vec::new() });
            }
            Rule::crosswalk_body => drop(self.crosswalk_body(block)),
            Rule::policy_body => drop(self.policy_body(block)),
            Rule::options => drop(self.options(block)),
            _ => {}
        }
    }

    fn statement(&mut self, pair: Pair<'_>) -> Option<Statement> {
        Some(match pair.as_rule() {
            Rule::record => Statement::Record(self.record(pair)?),
            Rule::extension => Statement::Extend(self.extension(pair)?),
            Rule::rule_switch => Statement::Switch(self.rule_switch(pair)?),
            Rule::code_set => Statement::CodeSet(self.code_set(pair)?),
            Rule::list => Statement::List(self.list(pair)?),
            Rule::calendar => Statement::Calendar(self.calendar(pair)?),
            Rule::reader => Statement::Reader(self.reader(pair)?),
            Rule::writer => Statement::Writer(self.writer(pair)?),
            Rule::table => Statement::Table(self.table(pair)?),
            Rule::derive => Statement::Derive(self.derive(pair)?),
            Rule::function => Statement::Function(self.function(pair)?),
            Rule::rules_def => Statement::Rules(self.rules_def(pair)?),
            Rule::rule_def => Statement::Rule(self.rule_def(pair)?),
            Rule::crosswalk => Statement::Crosswalk(self.crosswalk(pair)?),
            Rule::label_def => Statement::Label(self.label_def(pair)?),
            Rule::purpose_def => Statement::Purpose(self.purpose_def(pair)?),
            Rule::policy => Statement::Policy(self.policy(pair)?),
            _ => return None,
        })
    }

    // ---- the smallest parts

    /// Where a part stands in the file.
    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        self.place(span.start(), span.end())
    }

    /// A place of the piece as a place of the file; braces that were added stand at its end.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        let at = |byte: usize| (self.segment.start + byte).min(self.segment.end);
        Span { start: at(start), end: at(end), ..self.segment }
    }

    fn say(&mut self, kind: Kind, span: Span) {
        self.problems.push(Diagnostic::new(kind, span));
    }

    fn expected(&mut self, what: &str, pair: &Pair<'_>) {
        let kind = Kind::Expected { expected: what.to_owned(), found: format!("`{}`", pair.as_str()) };
        let span = self.span(pair);
        self.say(kind, span);
    }

    /// A name or text, its escapes undone.
    fn name(&mut self, pair: Pair<'_>) -> Name {
        let span = self.span(&pair);
        let text = pair.as_str();
        match pair.as_rule() {
            Rule::text | Rule::title => Spanned::new(self.unescape(text, span), span),
            _ => Spanned::new(text.to_owned(), span),
        }
    }

    fn next_name(&mut self, parts: &mut Parts<'_>) -> Option<Name> {
        parts.next().map(|pair| self.name(pair))
    }

    /// The name inside a part such as `identifies person`.
    fn inner_name(&mut self, pair: Pair<'_>) -> Option<Name> {
        self.next_name(&mut Parts::of(pair))
    }

    /// All names that stand next.
    fn names(&mut self, parts: &mut Parts<'_>) -> Vec<Name> {
        let mut names = Vec::new();
        while matches!(parts.peek(), Some(Rule::word | Rule::text | Rule::step_name)) {
            names.extend(self.next_name(parts));
        }
        names
    }

    fn title(&mut self, parts: &mut Parts<'_>) -> Option<Name> {
        parts.take(Rule::title).map(|pair| self.name(pair))
    }

    fn unescape(&mut self, quoted: &str, span: Span) -> String {
        let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted);
        if !inner.contains('\\') {
            return inner.to_owned();
        }
        let mut text = String::with_capacity(inner.len());
        let mut characters = inner.char_indices();
        while let Some((at, character)) = characters.next() {
            match (character, if character == '\\' { characters.next() } else { None }) {
                ('\\', Some((_, 'n'))) => text.push('\n'),
                ('\\', Some((_, 't'))) => text.push('\t'),
                ('\\', Some((_, sign @ ('"' | '\\')))) => text.push(sign),
                ('\\', Some((_, other))) => {
                    let start = span.start + 1 + at;
                    let kind = Kind::BadEscape { escape: format!("\\{other}") };
                    let problem = Diagnostic::new(kind, Span { start, end: start + 1 + other.len_utf8(), ..span });
                    self.problems.push(problem.with_help(format!("write `\\\\{other}` for a backslash")));
                }
                _ => text.push(character),
            }
        }
        text
    }

    /// A path: names joined by dots.
    fn path(&mut self, pair: Pair<'_>) -> Option<PathDef> {
        let span = self.span(&pair);
        if pair.as_rule() != Rule::word || pair.as_str().contains(['/', ':']) {
            self.expected("a path", &pair);
            return None;
        }
        let mut start = span.start;
        let parts = pair.as_str().split('.').map(|part| {
            let name = Spanned::new(part.to_owned(), Span { start, end: start + part.len(), ..span });
            start += part.len() + 1;
            name
        });
        Some(PathDef { parts: parts.collect(), span })
    }

    fn next_path(&mut self, parts: &mut Parts<'_>) -> Option<PathDef> {
        parts.next().and_then(|pair| self.path(pair))
    }

    fn inner_path(&mut self, pair: Pair<'_>) -> Option<PathDef> {
        self.next_path(&mut Parts::of(pair))
    }

    /// All paths that stand next.
    fn paths(&mut self, parts: &mut Parts<'_>) -> Vec<PathDef> {
        let mut paths = Vec::new();
        while let Some(pair) = parts.take(Rule::word) {
            paths.extend(self.path(pair));
        }
        paths
    }

    fn day(&mut self, pair: Pair<'_>) -> Option<Spanned<Day>> {
        let span = self.span(&pair);
        let text = pair.as_str();
        match Day::parse(text) {
            Some(day) if text.len() == 10 => Some(Spanned::new(day, span)),
            _ if looks_like_day(text) => {
                self.say(Kind::BadDate { text: text.to_owned() }, span);
                None
            }
            _ => {
                self.expected("a date such as `2026-01-31`", &pair);
                None
            }
        }
    }

    /// The day of `from D` or `to D`, if such a part is next.
    fn take_day(&mut self, parts: &mut Parts<'_>, rule: Rule) -> Option<Spanned<Day>> {
        let pair = parts.take(rule)?;
        pair.into_inner().next().and_then(|pair| self.day(pair))
    }

    /// `from D`, `to D`, both or neither. What ends before it begins would never hold.
    fn days(&mut self, parts: &mut Parts<'_>) -> DaysDef {
        let days = DaysDef { from: self.take_day(parts, Rule::from_day), to: self.take_day(parts, Rule::to_day) };
        if let (Some(from), Some(to)) = (days.from, days.to)
            && to.item < from.item
        {
            self.say(Kind::BadRange { from: from.item.to_string(), to: to.item.to_string() }, from.span.join(to.span));
        }
        days
    }

    fn number(&mut self, pair: Pair<'_>) -> Option<Spanned<f64>> {
        let span = self.span(&pair);
        match pair.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(Spanned::new(number, span)),
            _ => {
                self.say(Kind::BadNumber { text: pair.as_str().to_owned() }, span);
                None
            }
        }
    }

    fn inner_number(&mut self, pair: Pair<'_>) -> Option<Spanned<f64>> {
        pair.into_inner().next().and_then(|pair| self.number(pair))
    }

    /// Runs `build` one level deeper, unless it is too deep.
    fn deeper<T>(&mut self, span: Span, build: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= super::layout::DEEPEST {
            let kind = Kind::TooDeep { limit: super::layout::DEEPEST };
            self.problems.push(Diagnostic::new(kind, span).with_help("give a part of it a name with `let`"));
            return None;
        }
        self.depth += 1;
        let built = build(self);
        self.depth -= 1;
        built
    }
}

/// Whether a statement is kept in another place of the tree than among those around it.
fn is_moved(rule: Rule) -> bool {
    matches!(rule, Rule::carried | Rule::zone | Rule::import)
}

/// Whether it is written like a day: `2026-02-30` is.
fn looks_like_day(text: &str) -> bool {
    let is_digit = |at: usize, byte: u8| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| is_digit(at, byte))
}
