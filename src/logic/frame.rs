//! One encounter under evaluation: its variables, the texts already searched, the steps that are left.

use super::Logic;
use super::STEPS_AN_ENCOUNTER;
use super::Scratch;
use super::around::Around;
use super::seen::ABSENT;
use super::seen::Seen;
use crate::model::encounter::Encounter;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::FieldId;
use crate::model::ids::SetId;
use crate::model::ids::VariableId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::Literal;
use crate::model::value::Value;
use std::cell::Cell;

/// One encounter under evaluation. Make one for each encounter and ask everything of it.
pub struct Frame<'e> {
    pub(crate) logic: &'e Logic,
    pub(crate) encounter: &'e Encounter<'e>,
    pub(crate) scratch: &'e mut Scratch,
    pub(crate) variables: Vec<Bound<'e>>,
    /// What `may` takes to be in doubt.
    pub(crate) doubts: Doubts,
    /// What is known of the other encounters; nothing is if `None`.
    pub(super) around: Option<&'e Around>,
    /// The id of another encounter that the rule looks at.
    pub(super) other: Option<&'e str>,
    /// What the writer of a text did not say counts too.
    pub(super) hears_all: bool,
    /// Some words of a text were left out, because its writer did not say them.
    pub(super) has_left_out: Cell<bool>,
    steps_left: u64,
}

/// What [`Frame::may`] takes to be in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Doubts {
    /// All that nobody can read.
    #[default]
    All,
    /// Only values that do not fit their type, and what was worked out of them.
    Misfits,
}

/// What a variable stands for.
pub(crate) struct Bound<'e> {
    /// Its value.
    pub(crate) value: Seen<'e>,
    /// Place in the list, from 0.
    pub(crate) place: usize,
    /// What it was taken from: the list of an item, the value of a `let`.
    pub(crate) source: Option<&'e Expression>,
    /// It is an item of `source`, not `source` itself.
    pub(crate) is_item: bool,
    /// How many items of all the lists on the way came before it; only differs from `place` where lists are in lists.
    pub(crate) ordinal: usize,
    /// Where its list is, for the path of a finding.
    pub(crate) path: Option<&'e Path>,
}

/// What is known of the kind of an expression.
#[derive(Clone, Copy)]
pub(crate) enum Sort<'e> {
    /// That of a field.
    Kind(&'e Kind),
    /// A code of a set.
    Set(SetId),
    /// Nothing.
    Unknown,
}

impl<'e> Frame<'e> {
    /// Begins an encounter.
    pub fn new(logic: &'e Logic, encounter: &'e Encounter<'_>, scratch: &'e mut Scratch) -> Frame<'e> {
        scratch.readings_used = 1;
        let (variables, doubts) = (Vec::new(), Doubts::All);
        let (around, other, hears_all) = (None, None, false);
        let (has_left_out, steps_left) = (Cell::new(false), STEPS_AN_ENCOUNTER);
        Frame { logic, encounter, scratch, variables, doubts, around, other, hears_all, has_left_out, steps_left }
    }

    /// The encounter.
    pub fn encounter(&self) -> &'e Encounter<'e> {
        self.encounter
    }

    /// The logic it is judged by.
    pub fn logic(&self) -> &'e Logic {
        self.logic
    }

    /// Whether the encounter has cost all it may; answers given since then mean nothing.
    pub fn is_spent(&self) -> bool {
        self.steps_left == 0
    }

    /// Takes steps from those left; false once there are none.
    pub(crate) fn spend(&mut self, steps: u64) -> bool {
        self.steps_left = self.steps_left.saturating_sub(steps);
        self.steps_left != 0
    }

    /// What a path leads to.
    pub fn resolve(&self, path: &Path) -> Seen<'e> {
        match path.root {
            Root::Encounter => match path.slots.split_first() {
                Some((first, rest)) => match first.get(&self.encounter.slots) {
                    Some(value) => follow(value, rest),
                    None => Seen::absent(),
                },
                None => Seen::absent(),
            },
            Root::Variable(number) => match number.get(&self.variables) {
                Some(bound) => match &bound.value {
                    Seen::One(value) => follow(value, &path.slots),
                    Seen::Owned(value) => follow_owned(value, &path.slots),
                    Seen::Many(values) if path.slots.is_empty() => Seen::Many(values.clone()),
                    Seen::Many(values) => {
                        let mut found = Vec::new();
                        values.iter().for_each(|value| gather(value, &path.slots, &mut found));
                        Seen::Many(found)
                    }
                },
                None => Seen::absent(),
            },
        }
    }

    /// The value at a path that goes through no list; `None` if it does, or if what it starts from was worked out.
    pub(crate) fn resolve_single(&self, path: &Path) -> Option<&'e Value<'e>> {
        let (mut value, mut rest) = match path.root {
            Root::Encounter => {
                let (first, rest) = path.slots.split_first()?;
                (first.get(&self.encounter.slots)?, rest)
            }
            Root::Variable(number) => match &number.get(&self.variables)?.value {
                Seen::One(value) => (*value, path.slots.as_slice()),
                _ => return None,
            },
        };
        while let Some((slot, deeper)) = rest.split_first() {
            match value {
                Value::Record(slots) => value = slot.get(slots).unwrap_or(&ABSENT),
                Value::List(_) => return None,
                _ => return Some(&ABSENT),
            }
            rest = deeper;
        }
        (!matches!(value, Value::List(_))).then_some(value)
    }

    /// Gives a variable its value.
    pub(crate) fn bind(&mut self, number: VariableId, bound: Bound<'e>) {
        let number = number.index();
        if self.variables.len() <= number {
            self.variables.resize_with(number + 1, || Bound {
                value: Seen::absent(),
                place: 0,
                source: None,
                is_item: false,
                ordinal: 0,
                path: None,
            });
        }
        if let Some(slot) = self.variables.get_mut(number) {
            *slot = bound;
        }
    }

    /// What kind of value an expression yields, as far as the definitions say.
    pub(crate) fn sort(&self, expression: &'e Expression) -> Sort<'e> {
        match expression {
            Expression::Path(path) => self.sort_of_path(path),
            Expression::Literal(Literal::Code(set, _)) | Expression::AsCode { set, .. } => Sort::Set(*set),
            Expression::Call { function, arguments } => match (function, arguments.as_slice()) {
                (Function::If, [_, then]) => self.sort(then),
                (Function::If, [_, then, other]) => match self.sort(then) {
                    Sort::Unknown => self.sort(other),
                    sort => sort,
                },
                (
                    Function::First
                    | Function::Last
                    | Function::Distinct
                    | Function::Min
                    | Function::Max
                    | Function::Parent
                    | Function::FirstPresent,
                    all,
                ) => all
                    .iter()
                    .map(|argument| self.sort(argument))
                    .find(|sort| !matches!(sort, Sort::Unknown))
                    .map_or(Sort::Unknown, innermost),
                _ => Sort::Unknown,
            },
            Expression::With { body, .. } => self.sort(body),
            Expression::Table { table, output, .. } => {
                let table = table.get(&self.logic.domain().tables);
                let mut outputs =
                    table.into_iter().flat_map(|table| &table.rows).filter_map(|row| output.get(&row.outputs));
                match outputs.find_map(Option::as_ref) {
                    Some(Literal::Code(set, _)) => Sort::Set(*set),
                    _ => Sort::Unknown,
                }
            }
            _ => Sort::Unknown,
        }
    }

    fn sort_of_path(&self, path: &'e Path) -> Sort<'e> {
        let (start, slots) = match path.root {
            Root::Encounter => {
                let Some((first, rest)) = path.slots.split_first() else { return Sort::Unknown };
                match first.get(self.fields()) {
                    Some(field) => (Sort::Kind(&field.kind), rest),
                    None => return Sort::Unknown,
                }
            }
            Root::Variable(number) => match number.get(&self.variables) {
                Some(Bound { source: Some(source), is_item, .. }) => {
                    let sort = self.sort(source);
                    (if *is_item { innermost(sort) } else { sort }, path.slots.as_slice())
                }
                _ => return Sort::Unknown,
            },
        };
        slots.iter().fold(start, |sort, slot| match innermost(sort) {
            Sort::Kind(Kind::Record(fields)) => slot.get(fields).map_or(Sort::Unknown, |it| Sort::Kind(&it.kind)),
            _ => Sort::Unknown,
        })
    }

    /// The code set of what an expression yields.
    pub(crate) fn set_of(&self, expression: &'e Expression) -> Option<SetId> {
        match innermost(self.sort(expression)) {
            Sort::Kind(Kind::Code(set)) => Some(*set),
            Sort::Set(set) => Some(set),
            _ => None,
        }
    }

    /// Fields of the encounter's record.
    pub(crate) fn fields(&self) -> &'e [Field] {
        let record = self.encounter.record.get(&self.logic.domain().records);
        record.map_or(&[], |record| record.fields.as_slice())
    }

    /// A path written out with the places of the items it goes through, such as `victims[0].age`.
    ///
    /// A list that no loop is at is written without a place unless it has one item.
    pub fn locate(&self, path: &Path) -> String {
        let mut text = String::new();
        let mut slots = path.slots.as_slice();
        let (mut fields, mut value) = match path.root {
            Root::Encounter => {
                let Some((first, rest)) = slots.split_first() else { return text };
                slots = rest;
                let Some(field) = first.get(self.fields()) else { return text };
                text.push_str(&field.name);
                (&field.kind, first.get(&self.encounter.slots))
            }
            Root::Variable(number) => {
                let Some(bound) = number.get(&self.variables) else { return text };
                text.push_str(&self.name(number));
                let Some(Sort::Kind(kind)) = bound.source.map(|source| self.sort(source)) else { return text };
                let value = match &bound.value {
                    Seen::One(value) => Some(*value),
                    _ => None,
                };
                (if bound.is_item { inner_kind(kind) } else { kind }, value)
            }
        };
        for slot in slots {
            if let (Kind::List(_), Some(Value::List(items))) = (fields, value) {
                value = None;
                if let [one] = items.as_slice() {
                    text.push_str("[0]");
                    value = Some(one);
                }
            }
            let Kind::Record(inner) = inner_kind(fields) else { return text };
            let Some(field) = slot.get(inner) else { return text };
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&field.name);
            fields = &field.kind;
            value = match value {
                Some(Value::Record(slots)) => slot.get(slots),
                _ => None,
            };
        }
        text
    }

    /// Where a loop's item stands, such as `victims[0]`; empty if nobody said where its list is.
    pub(crate) fn name(&self, number: VariableId) -> String {
        let Some(bound) = number.get(&self.variables) else { return String::new() };
        let Some(path) = bound.path else { return String::new() };
        self.places(path).get(bound.ordinal).cloned().unwrap_or_default()
    }

    /// Where each item of a list stands, in the order in which loops meet them: `victims[1].injuries[0]`.
    pub(crate) fn places(&self, path: &Path) -> Vec<String> {
        let mut found = Vec::new();
        match path.root {
            Root::Encounter => {
                let Some((first, rest)) = path.slots.split_first() else { return found };
                let Some(field) = first.get(self.fields()) else { return found };
                let Some(value) = first.get(&self.encounter.slots) else { return found };
                name_items(value, &field.kind, rest, field.name.clone(), &mut found);
            }
            Root::Variable(number) => {
                let Some(bound) = number.get(&self.variables) else { return found };
                let Some(Sort::Kind(kind)) = bound.source.map(|source| self.sort(source)) else { return found };
                let kind = if bound.is_item { inner_kind(kind) } else { kind };
                if let Seen::One(value) = bound.value {
                    name_items(value, kind, &path.slots, self.name(number), &mut found);
                }
            }
        }
        found
    }
}

/// Names every value that is there, in the order of [`follow`].
fn name_items(value: &Value<'_>, kind: &Kind, slots: &[FieldId], name: String, found: &mut Vec<String>) {
    match (value, kind) {
        (Value::List(items), Kind::List(inner)) => {
            for (place, item) in items.iter().enumerate() {
                name_items(item, inner, slots, format!("{name}[{place}]"), found);
            }
        }
        (value, kind) => match slots.split_first() {
            None if !matches!(value, Value::Absent) => found.push(name),
            None => {}
            Some((slot, rest)) => {
                let (Value::Record(values), Kind::Record(fields)) = (value, kind) else { return };
                if let (Some(value), Some(field)) = (slot.get(values), slot.get(fields)) {
                    let dot = if name.is_empty() { "" } else { "." };
                    name_items(value, &field.kind, rest, format!("{name}{dot}{}", field.name), found);
                }
            }
        },
    }
}

/// The kind inside all lists.
pub(crate) fn innermost(sort: Sort<'_>) -> Sort<'_> {
    match sort {
        Sort::Kind(kind) => Sort::Kind(inner_kind(kind)),
        other => other,
    }
}

fn inner_kind(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(inner) => inner_kind(inner),
        other => other,
    }
}

fn follow<'e>(mut value: &'e Value<'e>, mut slots: &[FieldId]) -> Seen<'e> {
    while let Some((slot, rest)) = slots.split_first() {
        match value {
            Value::Record(values) => value = slot.get(values).unwrap_or(&ABSENT),
            Value::List(_) => {
                let mut found = Vec::new();
                gather(value, slots, &mut found);
                return Seen::Many(found);
            }
            _ => return Seen::absent(),
        }
        slots = rest;
    }
    Seen::One(value)
}

/// All values at the end of a path, the lists between and at the end taken apart.
fn gather<'e>(value: &'e Value<'e>, slots: &[FieldId], found: &mut Vec<&'e Value<'e>>) {
    match (value, slots.split_first()) {
        (Value::List(items), _) => items.iter().for_each(|item| gather(item, slots, found)),
        (Value::Absent, None) => {}
        (value, None) => found.push(value),
        (Value::Record(values), Some((slot, rest))) => {
            if let Some(value) = slot.get(values) {
                gather(value, rest, found);
            }
        }
        _ => {}
    }
}

fn follow_owned<'e>(value: &Value<'e>, slots: &[FieldId]) -> Seen<'e> {
    let Some((slot, rest)) = slots.split_first() else { return Seen::Owned(value.clone()) };
    match value {
        Value::Record(values) => slot.get(values).map_or(Seen::absent(), |value| follow_owned(value, rest)),
        Value::List(items) => {
            let mut found = Vec::new();
            for item in items {
                follow_owned(item, slots).each(|value| found.push(value.clone()));
            }
            Seen::Owned(Value::List(found))
        }
        _ => Seen::absent(),
    }
}
