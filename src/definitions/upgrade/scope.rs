//! The names of one place, and the types of what they stand for.

use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::upgrade::knowledge::Knowledge;

/// Fields of a record, and the variables around a place.
pub(super) struct Scope<'k> {
    pub knowledge: &'k Knowledge,
    record: &'k [FieldDef],
    variables: Vec<Variable<'k>>,
}

struct Variable<'k> {
    name: String,
    /// `None` if it cannot be told.
    kind: Option<&'k KindDef>,
    /// Names are looked up in it first.
    is_open: bool,
}

impl<'k> Scope<'k> {
    /// The fields of a record; of the only one of the domain if none is named.
    pub fn of_record(knowledge: &'k Knowledge, record: Option<&str>) -> Scope<'k> {
        Scope { knowledge, record: knowledge.fields(record).unwrap_or_default(), variables: Vec::new() }
    }

    /// A place to come back to with `release`.
    pub fn mark(&self) -> usize {
        self.variables.len()
    }

    /// Forgets the variables bound since the mark.
    pub fn release(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    /// Binds a name to a value of a type; of an item of it if the type is a list.
    pub fn bind(&mut self, name: &str, kind: Option<&'k KindDef>, is_open: bool) {
        self.variables.push(Variable { name: name.to_owned(), kind: kind.map(base), is_open });
    }

    /// The type of what a path reaches; `None` if it reaches nothing that is known.
    pub fn find(&self, word: &str) -> Option<&'k KindDef> {
        let mut parts = word.split('.');
        let first = parts.next()?;
        let mut kind = self.first(first)?;
        for part in parts {
            kind = match base(kind) {
                KindDef::Record(fields) => named(fields, part)?,
                KindDef::Code(set) => self.knowledge.property(&set.item, part)?,
                _ => return None,
            };
        }
        Some(kind)
    }

    fn first(&self, name: &str) -> Option<&'k KindDef> {
        if let Some(variable) = self.variables.iter().rev().find(|variable| variable.name == name) {
            return variable.kind;
        }
        let open = self.variables.iter().rev().filter(|variable| variable.is_open);
        let inside = open.filter_map(|variable| variable.kind).find_map(|kind| match kind {
            KindDef::Record(fields) => named(fields, name),
            _ => None,
        });
        inside.or_else(|| named(self.record, name))
    }

    /// Whether a word names something here, so that it is no value.
    pub fn is_name(&self, word: &str) -> bool {
        let first = word.split('.').next().unwrap_or_default();
        self.find(word).is_some() || self.variables.iter().any(|variable| variable.name == first)
    }

    /// The word with the dashes of properties turned into `_`.
    pub fn renamed(&self, word: &str) -> Option<String> {
        let (front, last) = word.rsplit_once('.')?;
        if !last.contains('-') {
            return None;
        }
        match self.find(front).map(base) {
            Some(KindDef::Code(set)) if self.knowledge.property(&set.item, last).is_some() => {}
            Some(_) => return None,
            // What a name given by `let` stands for cannot always be told: then a property of any set will do.
            None if self.is_name(front) && self.knowledge.is_property(last) => {}
            None => return None,
        }
        Some(format!("{front}.{}", last.replace('-', "_")))
    }

    /// The list that the first edition means by `any X`: the field X, Xs, Xes or, for a final y, ies; innermost first.
    pub fn plural(&self, name: &str) -> Option<String> {
        let mut forms = vec![name.to_owned(), format!("{name}s"), format!("{name}es")];
        forms.extend(name.strip_suffix('y').map(|stem| format!("{stem}ies")));
        forms.extend(name.strip_suffix("is").map(|stem| format!("{stem}es")));
        let of = |fields: &[FieldDef]| forms.iter().find(|form| is_list(fields, form)).cloned();
        for variable in self.variables.iter().rev() {
            if let Some(KindDef::Record(fields)) = variable.kind
                && let Some(form) = of(fields)
            {
                return Some(format!("{}.{form}", variable.name));
            }
        }
        of(self.record)
    }
}

/// The type of one value: of an item if it is a list.
pub(super) fn base(kind: &KindDef) -> &KindDef {
    match kind {
        KindDef::List(inner) => base(&inner.item),
        kind => kind,
    }
}

fn named<'k>(fields: &'k [FieldDef], name: &str) -> Option<&'k KindDef> {
    fields.iter().find(|field| field.name.item == name).map(|field| &field.kind.item)
}

fn is_list(fields: &[FieldDef], name: &str) -> bool {
    fields.iter().any(|field| field.name.item == name && matches!(field.kind.item, KindDef::List(_)))
}
