//! What an expression means, straight from docs/language.md: every value is looked at, nothing is prepared.

mod values;

use super::calendar;
use super::language::Cell;
use super::language::Cond;
use super::language::Days;
use super::language::Definitions;
use super::language::Expr;
use super::language::How;
use super::language::Inclusion;
use super::language::Literal;
use super::language::Loop;
use super::language::Member;
use super::language::Path;
use super::language::Question;
use super::language::RELATIONS;
use super::language::Set;
use super::language::TextTest;
use super::world::Value;
use regex::Regex;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use values::aggregate;
use values::compares;
use values::is_item;
use values::lies_within;
use values::luhn;
use values::open;
use values::plain;
use values::reckon;
use values::text_of;

/// An encounter under judgement.
pub(super) struct Frame<'f> {
    pub(super) said: &'f Definitions,
    pub(super) slots: &'f [Value],
    /// The day it is judged for.
    pub(super) on: i64,
    pub(super) today: i64,
    /// Variables: value, place in the list from 1.
    pub(super) bound: Vec<Option<(Vec<Value>, usize)>>,
}

/// Whether a day is one of these.
pub(super) fn is_on((from, to): Days, on: i64) -> bool {
    from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
}

/// How two values stand to each other; `None` where they do not compare.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Day(b)) | (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Moment(b)) => Some(a.cmp(&calendar::day_of(*b))),
        (Value::Moment(a), Value::Day(b)) => Some(calendar::day_of(*a).cmp(b)),
        (Value::Span(a), Value::Span(b)) => Some(a.length().cmp(&b.length())),
        (Value::Choice(a, _), Value::Choice(b, _)) | (Value::Step(a, _), Value::Step(b, _)) => Some(a.cmp(b)),
        (Value::Code(Some(a), _), Value::Code(Some(b), _)) => Some(a.cmp(b)),
        (Value::Code(None, a), Value::Code(None, b)) => (a == b).then_some(Ordering::Equal),
        (Value::Code(_, a), Value::Text(b)) | (Value::Text(a), Value::Code(_, b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn fits(how: How, order: Option<Ordering>) -> bool {
    match how {
        How::Equal => order == Some(Ordering::Equal),
        How::Unequal => order != Some(Ordering::Equal),
        How::Less => order == Some(Ordering::Less),
        How::AtMost => order.is_some_and(Ordering::is_le),
        How::More => order == Some(Ordering::Greater),
        How::AtLeast => order.is_some_and(Ordering::is_ge),
    }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(it) => Value::Bool(*it),
        Literal::Number(it) => Value::Number(*it),
        Literal::Text(it) => Value::Text(it.clone()),
        Literal::Day(it) => Value::Day(*it),
        Literal::Moment(it) => Value::Moment(*it),
        Literal::Span(it, _) => Value::Span(*it),
        Literal::Choice(it, words) => Value::Choice(*it, words),
        Literal::Step(it, words) => Value::Step(*it, words),
        Literal::Code(it, written) => Value::Code(Some(*it), written.clone()),
    }
}

fn day(value: &Value) -> Option<i64> {
    match value {
        Value::Day(it) => Some(*it),
        Value::Moment(it) => Some(calendar::day_of(*it)),
        _ => None,
    }
}

/// The value if there is one.
fn single(mut values: Vec<Value>) -> Option<Value> {
    if values.len() == 1 { values.pop() } else { None }
}

fn whole(number: i64) -> Value {
    Value::Number(number.to_string().parse().unwrap())
}

fn count(number: usize) -> Value {
    Value::Number(number.to_string().parse().unwrap())
}

impl Frame<'_> {
    fn codes(&self) -> &Set {
        &self.said.sets[0]
    }

    // ---- paths

    /// Every value at a path, lists taken apart, those too that fit no type.
    fn all(&self, path: &Path) -> Vec<Value> {
        let (mut all, slots) = match path.root {
            None => (vec![self.slots[path.slots[0]].clone()], &path.slots[1..]),
            Some(variable) => {
                (self.bound[variable].clone().map_or(Vec::new(), |(values, _)| values), path.slots.as_slice())
            }
        };
        for slot in slots {
            let opened = open(all);
            all = opened
                .into_iter()
                .filter_map(|it| if let Value::Record(slots) = it { Some(slots[*slot].clone()) } else { None })
                .collect();
        }
        open(all)
    }

    fn values(&self, path: &Path) -> Vec<Value> {
        // An item that was sent is there, though nothing stands in it.
        self.all(path).into_iter().filter(|it| it.is_there() || matches!(it, Value::Record(_))).collect()
    }

    pub(super) fn is_missing(&self, path: &Path) -> bool {
        match (path.root, path.slots.as_slice()) {
            (None, [slot]) if matches!(self.slots[*slot], Value::Record(_)) => false,
            _ => self.values(path).is_empty(),
        }
    }

    fn is_present(&self, path: &Path) -> bool {
        let raw = match (path.root, path.slots.as_slice()) {
            (None, [slot]) => return self.slots[*slot].is_present(),
            (Some(variable), [slot]) => match self.bound[variable].as_ref().map(|(values, _)| values.as_slice()) {
                Some([Value::Record(slots)]) => return slots[*slot].is_present(),
                _ => self.all(path),
            },
            _ => self.all(path),
        };
        raw.iter().any(Value::is_present)
    }

    // ---- conditions

    pub(super) fn holds(&mut self, condition: &Cond) -> bool {
        match condition {
            Cond::All(parts) => parts.iter().all(|part| self.holds(part)),
            Cond::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Cond::Not(inner) => !self.holds(inner),
            Cond::Compare(how, left, right) => {
                let (left, right) = (self.eval(left), self.eval(right));
                compares(*how, &left, &right)
            }
            Cond::Is(of, literal, negated) => {
                let how = if *negated { How::Unequal } else { How::Equal };
                compares(how, &self.eval(of), &[value(literal)])
            }
            Cond::In(path, members, negated) => {
                let values = self.values(path);
                !values.is_empty() && values.iter().any(|it| self.is_among(it, members)) != *negated
            }
            Cond::Includes(path, how, members) => {
                let values = self.values(path);
                !values.is_empty()
                    && match how {
                        Inclusion::Any => values.iter().any(|it| self.is_among(it, members)),
                        Inclusion::None => !values.iter().any(|it| self.is_among(it, members)),
                        Inclusion::Only => values.iter().all(|it| self.is_among(it, members)),
                        Inclusion::All => members.iter().all(|member| self.has(&values, member)),
                    }
            }
            Cond::Present(path, negated) => self.is_present(path) != *negated,
            Cond::Bare(path, true) => self.values(path).iter().any(|it| matches!(it, Value::Bool(true))),
            Cond::Bare(path, false) => self.is_present(path),
            Cond::CodeIs(of, question, negated) => self.code_is(of, question, *negated),
            Cond::Text(path, test) => self.of_text(path, test),
            Cond::Mentions { of, phrases, all, says } => {
                let texts = self.values(of);
                let is_said = |phrase: &super::language::Phrase| {
                    texts.iter().any(|it| match it {
                        Value::Note(note) => note.hear(&phrase.words).iter().any(|heard| *says || !heard.is_denied),
                        _ => false,
                    })
                };
                if *all { phrases.iter().all(is_said) } else { phrases.iter().any(is_said) }
            }
            Cond::Within { of, span, side, from } => {
                let Some(Value::Span(span)) = single(self.eval(span)) else { return false };
                let (of, from) = (self.eval(of), self.eval(from));
                of.iter().any(|one| from.iter().any(|other| lies_within(one, span, *side, other)))
            }
            Cond::Relates(kind, left, right) => {
                let is_symmetric = RELATIONS.iter().any(|(name, symmetric, _)| name == kind && *symmetric);
                self.relates(kind, left, right) || (is_symmetric && self.relates(kind, right, left))
            }
            Cond::Quantified { quantifier, list, body, .. } => {
                let answers = self.each(list, |frame| frame.holds(body));
                match *quantifier {
                    "any" => answers.contains(&true),
                    "every" => !answers.contains(&false),
                    _ => !answers.contains(&true),
                }
            }
            Cond::Check(name, of) => {
                let Some(text) = single(self.eval(of)).and_then(|it| text_of(&it)) else { return false };
                match *name {
                    "luhn" => luhn(&text),
                    _ => text.len() == 10 && luhn(&format!("80840{text}")),
                }
            }
        }
    }

    /// What is asked of each item of a list, in turn.
    fn each<T>(&mut self, list: &Loop, mut ask: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut answers = Vec::new();
        for (place, item) in self.items(&list.list).into_iter().enumerate() {
            if matches!(item, Value::Absent) {
                continue;
            }
            self.bind(list.variable, vec![item], place + 1);
            answers.push(ask(self));
        }
        answers
    }

    pub(super) fn bind(&mut self, variable: usize, values: Vec<Value>, place: usize) {
        if self.bound.len() <= variable {
            self.bound.resize_with(variable + 1, || None);
        }
        self.bound[variable] = Some((values, place));
    }

    /// Items of a list in their order. What stands for nothing keeps its place in one list; of several lists only what is
    /// there is counted.
    pub(super) fn items(&self, list: &Path) -> Vec<Value> {
        match (list.root, list.slots.as_slice()) {
            (None, [slot]) => match &self.slots[*slot] {
                Value::List(items) => items.clone(),
                it if it.is_there() => vec![it.clone()],
                _ => Vec::new(),
            },
            (Some(variable), [slot]) => match &self.bound[variable] {
                Some((values, _)) => match values.as_slice() {
                    [Value::Record(slots)] => match &slots[*slot] {
                        Value::List(items) => items.clone(),
                        it if it.is_there() => vec![it.clone()],
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                },
                None => Vec::new(),
            },
            _ => self.all(list).into_iter().filter(|it| !matches!(it, Value::Absent)).collect(),
        }
    }

    fn is_among(&self, it: &Value, members: &[Member]) -> bool {
        members.iter().any(|member| self.is_member(it, member))
    }

    fn is_member(&self, it: &Value, member: &Member) -> bool {
        match member {
            Member::One(literal) => order(it, &value(literal)) == Some(Ordering::Equal),
            Member::Range(from, to) => {
                fits(How::AtLeast, order(it, &value(from))) && fits(How::AtMost, order(it, &value(to)))
            }
            Member::Codes(from, to, _) => match it {
                Value::Code(Some(code), _) => self.is_within(*code, *from, *to),
                _ => false,
            },
            Member::Listed => {
                self.said.some.iter().any(|(member, days)| is_on(*days, self.on) && self.is_member(it, member))
            }
            Member::Field(path) => self.values(path).iter().any(|other| order(it, other) == Some(Ordering::Equal)),
        }
    }

    fn has(&self, values: &[Value], member: &Member) -> bool {
        if let Member::Listed = member {
            let in_force = self.said.some.iter().filter(|(_, days)| is_on(*days, self.on));
            return in_force.into_iter().all(|(member, _)| self.has(values, member));
        }
        let Member::Field(path) = member else { return values.iter().any(|it| self.is_member(it, member)) };
        let wanted = self.values(path);
        let is_there = |one: &Value| values.iter().any(|it| order(it, one) == Some(Ordering::Equal));
        !wanted.is_empty() && wanted.iter().all(is_there)
    }

    fn of_text(&mut self, path: &Path, test: &TextTest) -> bool {
        let is_so = |text: &str| match test {
            TextTest::Matches(it) => Regex::new(&format!("^(?:{it})$")).unwrap().is_match(text),
            TextTest::Starts(it) => text.starts_with(it),
            TextTest::Ends(it) => text.ends_with(it),
            TextTest::Contains(it) => text.contains(it),
            TextTest::Numeric(_) => text.chars().all(|it| it.is_ascii_digit()),
        };
        let holds = self.values(path).iter().any(|it| match it {
            Value::Text(text) => is_so(text),
            _ => false,
        });
        // `is not numeric` is `not (… is numeric)`.
        holds != matches!(test, TextTest::Numeric(true))
    }

    // ---- codes

    fn code_is(&mut self, of: &Expr, question: &Question, negated: bool) -> bool {
        let codes: Vec<Option<usize>> = self
            .eval(of)
            .iter()
            .filter_map(|it| if let Value::Code(code, _) = it { Some(*code) } else { None })
            .collect();
        let on = match question {
            Question::Valid(Some(on)) => match single(self.eval(on)).as_ref().and_then(day) {
                Some(on) => on,
                None => return false,
            },
            _ => self.on,
        };
        let is_so = codes.iter().flatten().any(|code| self.answer(*code, question, on));
        !codes.is_empty() && is_so != negated
    }

    fn answer(&self, code: usize, question: &Question, on: i64) -> bool {
        let set = self.codes();
        match question {
            Question::Under(ranges, _) => ranges.iter().any(|(from, to)| self.is_within(code, *from, *to)),
            Question::Leaf => {
                !(0..set.codes.len()).any(|it| it != code && set.above(it).contains(&code) && set.is_in_force(it, on))
            }
            Question::Assignable | Question::Valid(_) => set.is_assignable(code, on),
            Question::Known => true,
            Question::Retired => {
                let spans = &set.codes[code].spans;
                !spans.is_empty() && spans.iter().all(|(_, to)| to.is_some_and(|to| to < on))
            }
            Question::Labelled(label) => set.above(code).iter().any(|it| set.codes[*it].labels.contains(label)),
        }
    }

    /// From the first to the last code and all under that, or below one of these.
    fn is_within(&self, code: usize, from: usize, to: usize) -> bool {
        let set = self.codes();
        set.above(code).iter().any(|it| from <= *it && *it <= set.end(to))
    }

    fn relates(&mut self, kind: &str, left: &Expr, right: &Expr) -> bool {
        let (left, right) = (self.eval(left), self.eval(right));
        let set = self.codes();
        let is_inherited = RELATIONS.iter().any(|(name, _, inherited)| *name == kind && *inherited);
        let relates = |one: usize, other: usize| {
            if !is_inherited {
                let own = &set.codes[one].relations;
                return own.iter().any(|(said, from, to)| *said == kind && (*from..=*to).contains(&other));
            }
            set.above(one).iter().flat_map(|it| &set.codes[*it].relations).any(|(said, from, to)| {
                // A code that the note itself names is not meant by it.
                *said == kind && self.is_within(other, *from, *to) && !self.is_within(one, *from, *to)
            })
        };
        left.iter().any(|one| {
            right.iter().any(|other| match (one, other) {
                (Value::Code(Some(a), _), Value::Code(Some(b), _)) => relates(*a, *b),
                _ => false,
            })
        })
    }

    // ---- values

    pub(super) fn eval(&mut self, expression: &Expr) -> Vec<Value> {
        match expression {
            Expr::Literal(it) => vec![value(it)],
            Expr::Path(path) => self.values(path),
            Expr::Weight(path, _) => {
                let weight = |it: &Value| {
                    let Value::Code(Some(code), _) = it else { return None };
                    let set = self.codes();
                    let mut at = Some(*code);
                    while let Some(place) = at {
                        let code = &set.codes[place];
                        let dated = code.dated.filter(|(_, days)| is_on(*days, self.on)).map(|(weight, _)| weight);
                        if let Some(weight) = dated.or(code.weight) {
                            return Some(Value::Number(weight));
                        }
                        at = set.codes[place].parent;
                    }
                    None
                };
                self.values(path).iter().filter_map(weight).collect()
            }
            Expr::Count(list, None) => vec![count(self.items(&list.list).iter().filter(|it| is_item(it)).count())],
            Expr::Count(list, Some(body)) => {
                let answers = self.each(list, |frame| frame.holds(body));
                vec![count(answers.into_iter().filter(|it| *it).count())]
            }
            Expr::Length(path) => vec![count(self.values(path).len())],
            Expr::Arithmetic(sign, left, right) => {
                let (left, right) = (single(self.eval(left)), single(self.eval(right)));
                left.zip(right).and_then(|(left, right)| reckon(*sign, left, right)).into_iter().collect()
            }
            Expr::If(condition, then, other) => match (self.holds(condition), other) {
                (true, _) => self.eval(then),
                (false, Some(other)) => self.eval(other),
                (false, None) => Vec::new(),
            },
            Expr::Own(function, arguments) => {
                let function = super::functions::all().swap_remove(*function);
                // What does not fit its type is there for the function too.
                let value = |frame: &mut Self, it: &Expr| match it {
                    Expr::Path(path) => frame.all(path),
                    it => frame.eval(it),
                };
                let given: Vec<Vec<Value>> = arguments.iter().map(|it| value(self, it)).collect();
                // Whoever called is left with what its own names mean.
                let outer = self.bound.clone();
                for ((variable, _), values) in function.parameters.iter().zip(given) {
                    self.bind(*variable, values, 0);
                }
                let result = self.eval(&function.body);
                self.bound = outer;
                result
            }
            Expr::Position(list) => self.bound[list.variable].iter().map(|(_, place)| count(*place)).collect(),
            Expr::Table(table, output, arguments) => {
                let inputs: Vec<Vec<Value>> = arguments.iter().map(|it| self.eval(it)).collect();
                let rows = &self.said.tables[*table].rows;
                let fits = |(cells, _, _, days): &&([Cell; 2], f64, usize, Days)| {
                    is_on(*days, self.on)
                        && cells.iter().zip(&inputs).all(|(cell, input)| match cell {
                            Cell::Any => true,
                            Cell::Absent => input.is_empty(),
                            Cell::Members(members) => input.iter().any(|it| self.is_among(it, members)),
                            Cell::Compare(how, literal) => compares(*how, input, &[value(literal)]),
                        })
                };
                let row = rows.iter().find(fits);
                row.map(|(_, number, step, _)| match output {
                    0 => Value::Number(*number),
                    _ => Value::Step(*step, super::world::LEVELS),
                })
                .into_iter()
                .collect()
            }
            // A text of blanks is nothing.
            Expr::Call(name, arguments) => self.call(name, arguments).into_iter().filter(is_item).collect(),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Vec<Value> {
        let each: Vec<Vec<Value>> = arguments.iter().map(|it| self.eval(it)).collect();
        match name {
            "today" => return vec![Value::Day(self.today)],
            "on" => return vec![Value::Day(self.on)],
            "first-present" => return each.into_iter().find(|it| !it.is_empty()).unwrap_or_default(),
            "first" => return each[0].first().cloned().into_iter().collect(),
            "last" => return each[0].last().cloned().into_iter().collect(),
            "distinct" => {
                let mut known: Vec<Value> = Vec::new();
                for it in each.into_iter().flatten() {
                    if !known.iter().any(|other| order(&it, other) == Some(Ordering::Equal)) {
                        known.push(it);
                    }
                }
                return known;
            }
            "count" => return vec![count(each.concat().len())],
            "sum" | "average" | "min" | "max" => return aggregate(name, each).into_iter().collect(),
            "text" => {
                let words: Vec<String> = each.concat().iter().filter_map(|it| self.written(it)).collect();
                return if words.is_empty() { Vec::new() } else { vec![Value::Text(words.join(", "))] };
            }
            "title" | "parent" => {
                let set = self.codes();
                let Some(Value::Code(Some(code), _)) = single(each.concat()) else { return Vec::new() };
                let found = match name {
                    "title" => Some(Value::Text(set.title(code))),
                    _ => set.codes[code].parent.map(|it| Value::Code(Some(it), set.codes[it].name.clone())),
                };
                return found.into_iter().collect();
            }
            _ => {}
        }
        let singles: Vec<Option<Value>> = each.into_iter().map(single).collect();
        plain(name, &singles).into_iter().collect()
    }

    fn written(&self, it: &Value) -> Option<String> {
        Some(match it {
            Value::Bool(it) => it.to_string(),
            Value::Number(it) => it.to_string(),
            Value::Text(it) => it.clone(),
            Value::Day(it) => calendar::written(*it),
            Value::Moment(it) => calendar::moment_written(*it),
            Value::Span(it) if it.months != 0 => format!("{} months", it.months),
            Value::Span(it) if it.seconds % 86_400 == 0 => format!("{} days", it.seconds / 86_400),
            Value::Span(it) => format!("{} minutes", it.seconds / 60),
            Value::Choice(it, words) | Value::Step(it, words) => words[*it].to_owned(),
            Value::Code(Some(it), _) => self.codes().codes[*it].name.clone(),
            Value::Code(None, text) => text.clone(),
            _ => return None,
        })
    }
}

impl Set {
    /// A code and all that it stands under, by any of its parents.
    pub(super) fn above(&self, code: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::from([code]);
        for parent in self.codes[code].parent.iter().chain(&self.codes[code].under) {
            all.extend(self.above(*parent));
        }
        all
    }

    pub(super) fn is_in_force(&self, code: usize, on: i64) -> bool {
        let spans = &self.codes[code].spans;
        let holds =
            |(from, to): &(Option<i64>, Option<i64>)| from.is_none_or(|it| it <= on) && to.is_none_or(|it| on <= it);
        spans.is_empty() || spans.iter().any(holds)
    }

    pub(super) fn is_assignable(&self, code: usize, on: i64) -> bool {
        let has_children = self.codes.iter().any(|it| it.parent == Some(code));
        let said = self.codes[code].assignable;
        self.is_in_force(code, on) && !self.codes[code].is_group && said.unwrap_or(!has_children)
    }

    pub(super) fn title(&self, code: usize) -> String {
        self.codes[code].title.as_ref().map_or_else(|| format!("Nothing {code}"), |it| it.written.clone())
    }
}
