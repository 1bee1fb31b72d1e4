//! Which names an expression may use, and what they are.

use super::around::Around;
use super::around::ONE;
use super::around::among;
use super::world::OwnFunction;
use super::world::World;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Operator;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::DomainId;
use crate::model::ids::FieldId;
use crate::model::ids::SetId;
use crate::model::ids::TooMany;
use crate::model::ids::VariableId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::rules::Among;
use crate::model::rules::Asked;
use crate::model::value::Literal;
use std::fmt;

/// The type of an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type<'a> {
    /// Type of one value; never a list.
    pub base: &'a Kind,
    /// There may be several.
    pub is_list: bool,
}

impl<'a> Type<'a> {
    pub const BOOL: Type<'static> = Type { base: &Kind::Bool, is_list: false };
    pub const NUMBER: Type<'static> = Type { base: &Kind::Number, is_list: false };
    pub const TEXT: Type<'static> = Type { base: &Kind::Text, is_list: false };
    pub const DATE: Type<'static> = Type { base: &Kind::Date, is_list: false };
    pub const DATETIME: Type<'static> = Type { base: &Kind::DateTime, is_list: false };
    pub const DURATION: Type<'static> = Type { base: &Kind::Duration, is_list: false };

    /// The type of a field.
    pub fn of(kind: &'a Kind) -> Option<Type<'a>> {
        Some(Type::of_kind(kind))
    }

    fn of_kind(kind: &'a Kind) -> Type<'a> {
        match kind {
            Kind::List(inner) => Type { is_list: true, ..Type::of_kind(inner) },
            base => Type { base, is_list: false },
        }
    }

    /// The type of one item of it.
    pub fn item(self) -> Type<'a> {
        Type { is_list: false, ..self }
    }

    pub fn is_bool(self) -> bool {
        matches!(self.base, Kind::Bool)
    }

    pub fn is_number(self) -> bool {
        self.sort() == "number"
    }

    pub fn is_money(self) -> bool {
        matches!(self.base, Kind::Money(_))
    }

    /// The type of what two numbers come to. Amounts of two currencies have no sum; an amount over or times an amount is a
    /// number.
    pub fn computed(self, operator: Operator, other: Type<'a>) -> Option<Type<'a>> {
        match (self.is_money(), operator, other.is_money()) {
            (true, _, true) if !self.fits(other) => None,
            (true, Operator::Plus | Operator::Minus, true) if matches!(self.base, Kind::Money(None)) => Some(other),
            (true, Operator::Plus | Operator::Minus, true) | (true, _, false) => Some(self),
            (false, Operator::Plus | Operator::Minus | Operator::Times, true) => Some(other),
            _ => Some(Type::NUMBER),
        }
    }

    pub fn is_ordered(self) -> bool {
        matches!(self.sort(), "number" | "date" | "duration" | "ladder")
    }

    /// Types of one sort can be compared with each other.
    pub fn sort(self) -> &'static str {
        match self.base {
            Kind::Text => "text",
            Kind::Number | Kind::Integer | Kind::Money(_) => "number",
            Kind::Bool => "bool",
            Kind::Date | Kind::DateTime => "date",
            Kind::Duration => "duration",
            Kind::Choice(_) => "choice",
            Kind::Ladder(_) => "ladder",
            Kind::Code(_) | Kind::Codes(_) => "code",
            Kind::List(_) => "list",
            Kind::Record(_) => "record",
        }
    }

    /// Whether a value of the other type can be compared with one of this type.
    pub fn fits(self, other: Type<'_>) -> bool {
        match (self.base, other.base) {
            (Kind::Ladder(one), Kind::Ladder(two)) | (Kind::Choice(one), Kind::Choice(two)) => one == two,
            (Kind::Code(_) | Kind::Codes(_) | Kind::Text, Kind::Code(_) | Kind::Codes(_) | Kind::Text) => true,
            (Kind::Money(Some(one)), Kind::Money(Some(two))) => one == two,
            _ => self.sort() == other.sort(),
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_list {
            out.write_str("a list of ")?;
        }
        match self.base {
            Kind::Choice(names) => write!(out, "one of ({})", names.join(", ")),
            Kind::Ladder(names) => write!(out, "a step of ({})", names.join(" < ")),
            Kind::Record(_) => out.write_str("a record"),
            Kind::Money(Some(currency)) => write!(out, "an amount in {currency}"),
            _ => write!(out, "a {}", self.sort()),
        }
    }
}

/// What a word is.
pub(super) enum Found<'a> {
    /// A path that can be read.
    Path {
        expression: Expression,
        kind: Type<'a>,
        /// The field it ends at, if it does.
        field: Option<&'a Field>,
    },
    /// It starts like a path, but the rest is not there: the part, and what there is.
    Broken { part: String, among: Vec<String> },
    /// No name of this place.
    Nothing,
}

/// A variable of a loop, a quantifier or a `let`.
struct Variable<'a> {
    name: String,
    kind: Option<Type<'a>>,
    number: VariableId,
    /// Names are looked up in it first.
    is_open: bool,
}

/// A row as a rule speaks of it: its name there, and its outputs.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub name: String,
    /// For messages: the name of an output and its value as written.
    pub written: Vec<(String, String)>,
    pub outputs: Vec<(String, Output<'a>)>,
    /// The conditions that can never hold for it, and why. They may hold for another row.
    pub never: Vec<(Span, String)>,
}

/// What an output of a row stands for.
pub(super) enum Output<'a> {
    Value(Option<Literal>, Type<'a>),
    /// A field, by the name that the rule would use for it.
    Field(String),
}

/// The names of one place.
pub(super) struct Scope<'a> {
    /// Domain, by place in the world.
    pub domain: DomainId,
    /// How many of the world's functions may be called: inside of one, those above it.
    pub callable: usize,
    world: &'a World,
    record: Option<&'a Record>,
    variables: Vec<Variable<'a>>,
    used: usize,
    /// The row of a table that a rule is asked for.
    pub row: Option<Row<'a>>,
    /// What may be said of other encounters.
    pub around: Around,
}

impl<'a> Scope<'a> {
    /// The fields of a record, without variables.
    pub fn new(world: &'a World, domain: DomainId, record: Option<&'a Record>) -> Scope<'a> {
        let (variables, around) = (Vec::new(), Around::default());
        Scope { domain, callable: usize::MAX, world, record, variables, used: 0, row: None, around }
    }

    /// The names of another encounter of the same record, which may stand behind a word for it.
    pub fn of_another(&self, word: &str) -> Scope<'a> {
        let around = Around { word: Some(word.to_owned()), ..Around::default() };
        Scope { around, ..Scope::new(self.world, self.domain, self.record) }
    }

    /// The names inside of a function: its parameters, which become the next variables of this scope; these are returned too.
    ///
    /// # Errors
    /// There are too many of them.
    pub fn inside(&self, function: &'a OwnFunction, place: usize) -> Result<(Scope<'a>, Vec<VariableId>), TooMany> {
        let mut scope = Scope::new(self.world, function.domain, None);
        scope.callable = place;
        scope.used = self.used;
        let parameters = function.parameters.iter().map(|(name, kind)| scope.bind(name, Type::of(kind), false));
        let parameters = parameters.collect::<Result<_, _>>()?;
        Ok((scope, parameters))
    }

    /// The record that is asked, if it is about one.
    pub fn record(&self) -> Option<&'a Record> {
        self.record
    }

    /// How many variables there ever were.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Gives the numbers from `used` on to variables once more, as those that had them are asked for no longer.
    pub fn back_to(&mut self, used: usize) {
        self.used = used;
    }

    /// Leaves the numbers below `used` to variables that are bound elsewhere.
    pub fn skip_to(&mut self, used: usize) {
        self.used = self.used.max(used);
    }

    /// A place to come back to with `release`.
    pub fn mark(&self) -> usize {
        self.variables.len()
    }

    /// Forgets the variables bound since the mark.
    pub fn release(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    /// Binds a name; returns the variable.
    ///
    /// # Errors
    /// There are too many of them.
    pub fn bind(&mut self, name: &str, kind: Option<Type<'a>>, is_open: bool) -> Result<VariableId, TooMany> {
        let number = VariableId::try_from(self.used)?;
        self.used += 1;
        self.variables.push(Variable { name: name.to_owned(), kind, number, is_open });
        Ok(number)
    }

    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<VariableId> {
        self.variables.iter().rev().find(|variable| variable.name == name).map(|variable| variable.number)
    }

    fn is_row(&self, name: &str) -> bool {
        self.row.as_ref().is_some_and(|row| row.name == name)
    }

    /// Whether the first part of a path is a variable.
    pub fn is_variable(&self, word: &str) -> bool {
        let first = word.split('.').next().unwrap_or_default();
        self.variable(first).is_some() || self.is_row(first) || self.is_another(first)
    }

    /// The type of what a path reaches.
    pub fn kind_of(&self, path: &Path) -> Option<Type<'a>> {
        let (mut kind, mut slots) = match path.root {
            Root::Variable(number) => {
                (self.variables.iter().find(|variable| variable.number == number)?.kind?, path.slots.as_slice())
            }
            Root::Encounter => {
                let (first, rest) = path.slots.split_first()?;
                (Type::of_kind(&first.get(&self.record?.fields)?.kind), rest)
            }
        };
        while let Some((slot, rest)) = slots.split_first() {
            let Kind::Record(fields) = kind.base else { return None };
            let inner = Type::of_kind(&slot.get(fields)?.kind);
            kind = Type { base: inner.base, is_list: kind.is_list || inner.is_list };
            slots = rest;
        }
        Some(kind)
    }

    /// What to say of a word that is no path here.
    pub fn unknown(&self, word: &str) -> Problem {
        let record = self.record.map_or("this place", |record| record.name.as_str());
        Problem::UnknownField { field: word.to_owned(), record: format!("`{record}`") }
    }

    /// Names that a path may start with.
    pub fn names(&self) -> Vec<String> {
        let variables = self.variables.iter().map(|variable| variable.name.clone());
        let fields = self.record.iter().flat_map(|record| record.fields.iter().map(|field| field.name.clone()));
        variables.chain(fields).collect()
    }

    /// What a word is: a variable, a field of an open item, a field of the record, and what comes after the dots.
    pub fn find(&self, word: &str) -> Found<'a> {
        let bare = self.without_word(word);
        let found = self.find_bare(bare);
        if bare.len() == word.len() {
            self.note_bare(word, &found);
        }
        found
    }

    fn find_bare(&self, word: &str) -> Found<'a> {
        let mut parts = word.split('.');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        if let Some(variable) = self.variables.iter().rev().find(|variable| variable.name == first) {
            let path = Path { root: Root::Variable(variable.number), slots: Vec::new() };
            return match variable.kind {
                Some(kind) => self.follow(path, kind, None, &rest),
                None => Found::Path { expression: Expression::Path(path), kind: Type::BOOL, field: None },
            };
        }
        if let Some(row) = self.row.as_ref().filter(|row| row.name == first) {
            return row.find(&rest, |name| self.find_bare(name));
        }
        for variable in self.variables.iter().rev().filter(|variable| variable.is_open) {
            if let Some(Type { base: Kind::Record(fields), .. }) = variable.kind
                && let Some((slot, field)) = named(fields, first)
            {
                let path = Path { root: Root::Variable(variable.number), slots: vec![slot] };
                return self.follow(path, Type::of_kind(&field.kind), Some(field), &rest);
            }
        }
        if let Some(record) = self.record
            && let Some((slot, field)) = named(&record.fields, first)
        {
            let path = Path { root: Root::Encounter, slots: vec![slot] };
            return self.follow(path, Type::of_kind(&field.kind), Some(field), &rest);
        }
        Found::Nothing
    }

    fn follow(&self, mut path: Path, kind: Type<'a>, field: Option<&'a Field>, rest: &[&str]) -> Found<'a> {
        let Some((part, rest)) = rest.split_first() else {
            return Found::Path { expression: Expression::Path(path), kind, field };
        };
        match kind.base {
            Kind::Record(fields) => match named(fields, part) {
                Some((slot, field)) => {
                    path.slots.push(slot);
                    let inner = Type::of_kind(&field.kind);
                    let kind = Type { is_list: kind.is_list || inner.is_list, ..inner };
                    self.follow(path, kind, Some(field), rest)
                }
                None => Found::Broken {
                    part: (*part).to_owned(),
                    among: fields.iter().map(|field| field.name.clone()).collect(),
                },
            },
            Kind::Code(set) => match self.world.property(*set, part) {
                Some((property, inner)) if rest.is_empty() => {
                    let inner = Type::of_kind(inner);
                    Found::Path {
                        expression: Expression::Property { of: Box::new(Expression::Path(path)), set: *set, property },
                        kind: Type { is_list: kind.is_list || inner.is_list, ..inner },
                        field: None,
                    }
                }
                _ => Found::Broken { part: (*part).to_owned(), among: self.world.property_names(*set) },
            },
            Kind::Codes(sets) => self.property_of_any(path, kind, sets, part, rest),
            _ => Found::Broken { part: (*part).to_owned(), among: Vec::new() },
        }
    }

    /// A property behind a code of several sets: that of the set that has the code. Sets whose property of this name has another
    /// type are left out.
    fn property_of_any(&self, path: Path, kind: Type<'a>, sets: &[SetId], part: &str, rest: &[&str]) -> Found<'a> {
        let declared = |set: &SetId| Some((*set, self.world.property(*set, part)?));
        let declaring: Vec<_> = sets.iter().filter_map(declared).collect();
        let Some((_, (_, inner))) = declaring.first().filter(|_| rest.is_empty()) else {
            let among = sets.iter().flat_map(|set| self.world.property_names(*set)).collect();
            return Found::Broken { part: part.to_owned(), among };
        };
        let inner = *inner;
        let of = |set| Expression::AsCode { of: Box::new(Expression::Path(path.clone())), sets: sets.to_vec(), set };
        let same = declaring.iter().filter(|(_, (_, other))| *other == inner);
        let each: Vec<Expression> = same
            .map(|(set, (property, _))| Expression::Property { of: Box::new(of(*set)), set: *set, property: *property })
            .collect();
        let inner = Type::of_kind(inner);
        Found::Path {
            expression: Expression::Call { function: Function::FirstPresent, arguments: each },
            kind: Type { is_list: kind.is_list || inner.is_list, ..inner },
            field: None,
        }
    }

    /// The list that `any X` means without `in`: the field X, Xs, Xes or, for a final y, ies; innermost first.
    pub fn plural(&self, name: &str) -> Option<String> {
        let mut forms = vec![name.to_owned(), format!("{name}s"), format!("{name}es")];
        if let Some(stem) = name.strip_suffix('y') {
            forms.push(format!("{stem}ies"));
        }
        if let Some(stem) = name.strip_suffix("is") {
            forms.push(format!("{stem}es"));
        }
        for variable in self.variables.iter().rev() {
            if let Some(Type { base: Kind::Record(fields), .. }) = variable.kind
                && let Some(form) = forms.iter().find(|form| is_list(fields, form))
            {
                return Some(format!("{}.{form}", variable.name));
            }
        }
        let fields = &self.record?.fields;
        forms.into_iter().find(|form| is_list(fields, form))
    }
}

fn named<'a>(fields: &'a [Field], name: &str) -> Option<(FieldId, &'a Field)> {
    FieldId::numbered(fields).find(|(_, field)| field.name == name)
}

fn is_list(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name == name && matches!(field.kind, Kind::List(_)))
}

/// What may be said of other encounters.
impl Scope<'_> {
    /// Lets the rule look at other encounters.
    pub fn look_around(&mut self) {
        self.around.asked = Some(Vec::new());
    }

    pub fn looks_around(&self) -> bool {
        self.around.asked.is_some()
    }

    /// Whether the first part of a path means one of the other encounters.
    pub fn is_another(&self, first: &str) -> bool {
        self.looks_around() && ONE.iter().any(|(name, _)| *name == first)
    }

    /// Which encounters a word means in a rule that may ask about them.
    pub fn among(&self, word: &str) -> Option<Among> {
        among(word).filter(|_| self.looks_around())
    }

    pub fn ask(&mut self, asked: Asked) {
        self.around.asked.iter_mut().for_each(|all| all.push(asked.clone()));
    }

    pub fn take_asked(&mut self) -> Vec<Asked> {
        self.around.asked.take().unwrap_or_default()
    }

    /// The first name that was written without the word, where others were written with it.
    pub fn mixed(&self) -> Option<String> {
        let used = self.around.used.borrow();
        used.1.clone().filter(|_| used.0)
    }

    /// A word without the word for the other encounter before it.
    pub fn without_word<'w>(&self, word: &'w str) -> &'w str {
        let own = self.around.word.as_deref().and_then(|own| word.strip_prefix(own)?.strip_prefix('.'));
        if own.is_some() {
            self.around.used.borrow_mut().0 = true;
        }
        own.unwrap_or(word)
    }

    /// Notes that a field of another encounter was named without the word.
    pub fn note_bare(&self, word: &str, found: &Found<'_>) {
        if self.around.word.is_some()
            && matches!(found, Found::Path { expression: Expression::Path(path), .. } if path.root == Root::Encounter)
        {
            self.around.used.borrow_mut().1.get_or_insert_with(|| word.to_owned());
        }
    }
}

impl<'a> Row<'a> {
    /// What the row says of the output that `ROW.OUTPUT` names, as it is written.
    pub fn written(&self, name: &str) -> Option<&str> {
        let output = name.strip_prefix(self.name.as_str())?.strip_prefix('.')?;
        self.written.iter().find(|(name, _)| name == output).map(|(_, value)| value.as_str())
    }

    /// What `ROW.OUTPUT…` means; a field is looked up by `find`.
    pub fn find(&self, rest: &[&str], find: impl FnOnce(&str) -> Found<'a>) -> Found<'a> {
        let among = || self.outputs.iter().map(|(name, _)| name.clone()).collect();
        let Some((first, rest)) = rest.split_first() else {
            return Found::Broken { part: self.name.clone(), among: among() };
        };
        match self.outputs.iter().find(|(name, _)| name == first) {
            Some((_, Output::Field(name))) => {
                let parts: Vec<&str> = std::iter::once(name.as_str()).chain(rest.iter().copied()).collect();
                find(&parts.join("."))
            }
            Some((_, Output::Value(value, kind))) if rest.is_empty() => {
                let nothing = || Expression::Call { function: Function::FirstPresent, arguments: Vec::new() };
                let expression = value.clone().map_or_else(nothing, Expression::Literal);
                Found::Path { expression, kind: *kind, field: None }
            }
            _ => Found::Broken { part: (*first).to_owned(), among: among() },
        }
    }
}
