//! Expressions after names were resolved and types checked: what `logic` evaluates.
//!
//! What is absent makes a comparison false and arithmetic absent.

use super::day::Days;
use super::ids::CalendarId;
use super::ids::CodeId;
use super::ids::FieldId;
use super::ids::LabelId;
use super::ids::OutputId;
use super::ids::PatternId;
use super::ids::PhraseId;
use super::ids::PropertyId;
use super::ids::RelationId;
use super::ids::SetId;
use super::ids::TableId;
use super::ids::VariableId;
use super::value::Literal;
use serde::Deserialize;
use serde::Serialize;

/// An expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expression {
    /// A value that stands in the definition.
    Literal(Literal),
    /// A field, a variable, or a field of a variable. Through a list it yields the list of all values.
    Path(Path),
    /// A property of a code.
    Property {
        /// Yields a code (or a list of codes, then a list of values).
        of: Box<Expression>,
        /// The code set.
        set: SetId,
        /// Property, by place in the code set.
        property: PropertyId,
    },
    /// A text as a code of one of several sets. It is one of the set if no set before it has it.
    AsCode {
        /// Yields a text (or a list of texts, then a list of codes).
        of: Box<Expression>,
        /// The sets, in their order.
        sets: Vec<SetId>,
        /// The one of them that is meant.
        set: SetId,
    },
    /// All hold.
    And(Vec<Expression>),
    /// One at least holds.
    Or(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// Two values compared; false if one is absent.
    Compare {
        /// How.
        how: Comparison,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
    /// The value is one of the members. With `negated`: it is present and none of them.
    In {
        /// The value.
        of: Box<Expression>,
        /// The members.
        members: Vec<Member>,
        /// `not in`.
        negated: bool,
    },
    /// The list has the members.
    Includes {
        /// A list.
        of: Box<Expression>,
        /// How many of them.
        how: Inclusion,
        /// The members.
        members: Vec<Member>,
    },
    /// There is a value.
    Present(Box<Expression>),
    /// A question about a code.
    CodeIs {
        /// The code.
        of: Box<Expression>,
        /// The question.
        what: CodeQuestion,
        /// The day it is asked for; the encounter's own if `None`.
        on: Option<Box<Expression>>,
        /// `is not`: the code is present and it is not so.
        negated: bool,
    },
    /// Two codes stand in a relation that the code set states.
    Relates {
        /// The code set.
        set: SetId,
        /// Which relation, by place in the code set.
        relation: RelationId,
        /// The code that carries it.
        left: Box<Expression>,
        /// The other one.
        right: Box<Expression>,
        /// Either way round.
        either_way: bool,
    },
    /// A test of a text.
    Text {
        /// The text.
        of: Box<Expression>,
        /// The test.
        test: TextTest,
    },
    /// A free text says phrases.
    Mentions {
        /// The text.
        of: Box<Expression>,
        /// Phrases, by place in the domain's phrase list.
        phrases: Vec<PhraseId>,
        /// All of them, not one.
        all: bool,
        /// A negated mention counts too (`says`).
        even_negated: bool,
    },
    /// `A within SPAN before|after|of B`, or `A within N business-days before|after|of B by CALENDAR`.
    Within {
        /// The day in question.
        of: Box<Expression>,
        /// How long; with a calendar, how many of its days of business.
        span: Box<Expression>,
        /// Which side.
        side: Side,
        /// The day it is measured from.
        from: Box<Expression>,
        /// Whose days of business are counted.
        calendar: Option<CalendarId>,
    },
    /// `any|every|no X in LIST where E`.
    Quantified {
        /// Which.
        quantifier: Quantifier,
        /// The variable that names the item.
        variable: VariableId,
        /// The list.
        list: Box<Expression>,
        /// What is asked of it.
        body: Box<Expression>,
    },
    /// `count of X in LIST where E`.
    Count {
        /// The variable that names the item.
        variable: VariableId,
        /// The list.
        list: Box<Expression>,
        /// What is asked of it; all count if `None`.
        body: Option<Box<Expression>>,
    },
    /// Arithmetic.
    Arithmetic {
        /// Which.
        operator: Operator,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
    /// A built-in function.
    Call {
        /// Which.
        function: Function,
        /// Its arguments.
        arguments: Vec<Expression>,
    },
    /// An output of a decision table.
    Table {
        /// Table, by place in the domain.
        table: TableId,
        /// Output, by place in the table.
        output: OutputId,
        /// Its inputs.
        arguments: Vec<Expression>,
    },
    /// Place of a loop's item in its list, from 1.
    Position(VariableId),
    /// A value that is worked out once and then spoken of: an argument of a function that a domain defines.
    With {
        /// The variable that names the value.
        variable: VariableId,
        /// The value.
        value: Box<Expression>,
        /// What is said of it.
        body: Box<Expression>,
    },
}

impl Expression {
    /// Visits the parts of an expression, not the parts of those.
    pub fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Expression)) {
        fn of_member<'e>(member: &'e Member, visit: &mut dyn FnMut(&'e Expression)) {
            match member {
                Member::Computed(expression) => visit(expression),
                Member::Dated(_, inner) => of_member(inner, visit),
                Member::One(_) | Member::Range(..) | Member::Codes { .. } => {}
            }
        }
        match self {
            Expression::Literal(_) | Expression::Path(_) | Expression::Position(_) => {}
            Expression::And(all)
            | Expression::Or(all)
            | Expression::Call { arguments: all, .. }
            | Expression::Table { arguments: all, .. } => all.iter().for_each(visit),
            Expression::Not(of)
            | Expression::Present(of)
            | Expression::Property { of, .. }
            | Expression::AsCode { of, .. }
            | Expression::Text { of, .. }
            | Expression::Mentions { of, .. } => visit(of),
            Expression::Compare { left, right, .. }
            | Expression::Relates { left, right, .. }
            | Expression::Arithmetic { left, right, .. } => [left, right].into_iter().for_each(|one| visit(one)),
            Expression::In { of, members: them, .. } | Expression::Includes { of, members: them, .. } => {
                visit(of);
                them.iter().for_each(|member| of_member(member, visit));
            }
            Expression::CodeIs { of, on, .. } => {
                visit(of);
                on.iter().for_each(|on| visit(on));
            }
            Expression::Within { of, span, from, .. } => [of, span, from].into_iter().for_each(|one| visit(one)),
            Expression::Quantified { list, body, .. } => [list, body].into_iter().for_each(|one| visit(one)),
            Expression::Count { list, body, .. } => {
                visit(list);
                body.iter().for_each(|body| visit(body));
            }
            Expression::With { value, body, .. } => [value, body].into_iter().for_each(|one| visit(one)),
        }
    }

    /// Visits the parts of an expression, not the parts of those.
    pub fn each_part_mut(&mut self, visit: &mut dyn FnMut(&mut Expression)) {
        fn of_member(member: &mut Member, visit: &mut dyn FnMut(&mut Expression)) {
            match member {
                Member::Computed(expression) => visit(expression),
                Member::Dated(_, inner) => of_member(inner, visit),
                Member::One(_) | Member::Range(..) | Member::Codes { .. } => {}
            }
        }
        match self {
            Expression::Literal(_) | Expression::Path(_) | Expression::Position(_) => {}
            Expression::And(all)
            | Expression::Or(all)
            | Expression::Call { arguments: all, .. }
            | Expression::Table { arguments: all, .. } => all.iter_mut().for_each(visit),
            Expression::Not(of)
            | Expression::Present(of)
            | Expression::Property { of, .. }
            | Expression::AsCode { of, .. }
            | Expression::Text { of, .. }
            | Expression::Mentions { of, .. } => visit(of),
            Expression::Compare { left, right, .. }
            | Expression::Relates { left, right, .. }
            | Expression::Arithmetic { left, right, .. } => [left, right].into_iter().for_each(|one| visit(one)),
            Expression::In { of, members: them, .. } | Expression::Includes { of, members: them, .. } => {
                visit(of);
                them.iter_mut().for_each(|member| of_member(member, visit));
            }
            Expression::CodeIs { of, on, .. } => {
                visit(of);
                on.iter_mut().for_each(|on| visit(on));
            }
            Expression::Within { of, span, from, .. } => [of, span, from].into_iter().for_each(|one| visit(one)),
            Expression::Quantified { list, body, .. } => [list, body].into_iter().for_each(|one| visit(one)),
            Expression::Count { list, body, .. } => {
                visit(list);
                body.iter_mut().for_each(|body| visit(body));
            }
            Expression::With { value, body, .. } => [value, body].into_iter().for_each(|one| visit(one)),
        }
    }
}

/// A field reached from the encounter or from a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// Slots, one record deeper each. Where a value on the way is a list, the rest is asked of every item.
    pub slots: Vec<FieldId>,
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Root {
    /// The encounter.
    Encounter,
    /// A variable of a loop, a quantifier or a `let`, by number.
    Variable(VariableId),
}

impl Expression {
    /// The field that is read first, from left to right; for a question about a list, the list.
    pub fn first_path(&self) -> Option<&Path> {
        match self.first_value()? {
            Expression::Path(path) => Some(path),
            Expression::Property { of, .. } | Expression::AsCode { of, .. } => of.first_path(),
            _ => None,
        }
    }

    /// The path that is read first, or the property of a code that is read first.
    pub fn first_value(&self) -> Option<&Expression> {
        match self {
            Expression::Path(_) => Some(self),
            Expression::Property { of, .. } => of.first_value().map(|_| self),
            Expression::Literal(_) | Expression::Position(_) => None,
            Expression::And(all)
            | Expression::Or(all)
            | Expression::Call { arguments: all, .. }
            | Expression::Table { arguments: all, .. } => all.iter().find_map(Expression::first_value),
            Expression::Not(of)
            | Expression::Present(of)
            | Expression::In { of, .. }
            | Expression::Includes { of, .. }
            | Expression::CodeIs { of, .. }
            | Expression::AsCode { of, .. }
            | Expression::Text { of, .. }
            | Expression::Mentions { of, .. }
            | Expression::Within { of, .. }
            | Expression::Quantified { list: of, .. }
            | Expression::Count { list: of, .. } => of.first_value(),
            Expression::Compare { left, right, .. }
            | Expression::Relates { left, right, .. }
            | Expression::Arithmetic { left, right, .. }
            | Expression::With { value: left, body: right, .. } => left.first_value().or_else(|| right.first_value()),
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `is`, `=`
    Equal,
    /// `is not`, `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A member of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Member {
    /// One value.
    One(Literal),
    /// From one to another, both included (numbers, days, steps; texts by their order).
    Range(Literal, Literal),
    /// A range of codes in the order of the set, both included, all under the last one too.
    Codes {
        /// Code set.
        set: SetId,
        /// First code.
        from: CodeId,
        /// Last code.
        to: CodeId,
    },
    /// What an expression yields (a list yields each of its values).
    Computed(Expression),
    /// Another member, on some days only; the day of the encounter decides.
    Dated(Days, Box<Member>),
}

/// How many of the members a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inclusion {
    /// One at least.
    Any,
    /// Every one.
    All,
    /// No other (and at least one value is there).
    Only,
    /// Not one.
    None,
}

/// A question about a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeQuestion {
    /// It is one of these codes or below one of them: pairs `from`, `to` in the order of the set.
    Under(Vec<(CodeId, CodeId)>),
    /// Nothing is below it on that day.
    Leaf,
    /// It may be recorded itself.
    Assignable,
    /// The set has it.
    Known,
    /// It ended before that day.
    Retired,
    /// It carries the label (or one above it does).
    Labelled(LabelId),
    /// It may be recorded on that day.
    Valid,
}

/// A test of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextTest {
    /// The whole of it fits the pattern, by place in the domain's pattern list.
    Matches(PatternId),
    /// It starts so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
    /// It contains it.
    Contains(String),
    /// Digits and nothing else.
    Numeric,
}

/// Which side of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Not after it.
    Before,
    /// Not before it.
    After,
    /// Either.
    Around,
}

/// `any`, `every`, `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantifier {
    /// One at least.
    Any,
    /// All (true of an empty list).
    Every,
    /// Not one.
    No,
}

/// Arithmetic; a day plus or minus a span is a day, a day minus a day a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`; by zero is absent
    Over,
}

/// Built-in functions; see docs/language.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as in docs/language.md")]
pub enum Function {
    Number,
    Text,
    Upper,
    Length,
    Part,
    Date,
    Year,
    Month,
    Day,
    Hour,
    InZone,
    Years,
    Days,
    Min,
    Max,
    Sum,
    Average,
    First,
    Last,
    Distinct,
    Count,
    Round,
    Floor,
    Step,
    Title,
    Parent,
    Luhn,
    Today,
    On,
    If,
    FirstPresent,
}
