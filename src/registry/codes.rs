//! One code set of an opened registry.

use super::finder;
use super::layout::CodeRow;
use super::layout::Kind;
use super::layout::LabelRow;
use super::layout::Packed;
use super::layout::RelationRow;
use super::layout::SpanRow;
use super::layout::Sparse;
use super::layout::read_numbers;
use super::meta::Details;
use super::open::Registry;
use super::open::Set;
use crate::model::content::Relation;
use crate::model::content::Release;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::ids::CodeId;
use crate::model::ids::LabelId;
use crate::model::ids::PropertyId;
use crate::model::ids::RelationId;
use crate::model::ids::SetId;
use crate::model::record::Kind as FieldKind;
use crate::model::value::Literal;
use std::collections::BTreeSet;
use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

/// One code set of a registry.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    pub(super) registry: &'a Registry,
    pub(super) set: &'a Set,
}

impl Registry {
    /// A code set. An id of another registry may give an empty set.
    pub fn codes(&self, set: SetId) -> Codes<'_> {
        Codes { registry: self, set: self.set_at(set) }
    }

    /// The first of some sets that has a code, and the code there.
    pub fn first_code(&self, sets: &[SetId], code: &str) -> Option<(SetId, CodeId)> {
        sets.iter().find_map(|set| Some((*set, self.codes(*set).find(code)?)))
    }
}

impl<'a> Codes<'a> {
    /// Name of the set, as its domain and those that extend it say it.
    pub fn name(self) -> &'a str {
        let whole = self.full_name();
        whole.split_once(':').map_or(whole, |(_, name)| name)
    }

    /// Name of the set among all: `DOMAIN:NAME` for the form that it has in a domain that extends its own.
    pub fn full_name(self) -> &'a str {
        &self.set.meta.name
    }

    /// Title of the set.
    pub fn title(self) -> &'a str {
        &self.set.meta.title
    }

    /// Canonical address.
    pub fn uri(self) -> &'a str {
        &self.set.meta.uri
    }

    /// Number of codes.
    pub fn len(self) -> usize {
        self.set.meta.code_count as usize
    }

    /// All codes, in order.
    pub fn all(self) -> impl Iterator<Item = CodeId> {
        CodeId::first(self.len())
    }

    /// Whether it has no codes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Releases, oldest first.
    pub fn releases(self) -> Vec<Release> {
        self.set.meta.releases.clone()
    }

    /// The first and the last day of which the releases tell; `None` where they tell of every day before or after, or
    /// nobody says how far. A starter is no release.
    pub fn known_days(self) -> (Option<Day>, Option<Day>) {
        let releases = &self.set.meta.releases;
        if self.is_starter() {
            return (None, None);
        }
        let first: Option<Vec<Day>> = releases.iter().map(|release| release.from).collect();
        let last: Option<Vec<Day>> = releases.iter().map(|release| release.to.or(release.known)).collect();
        (first.and_then(|days| days.into_iter().min()), last.and_then(|days| days.into_iter().max()))
    }

    /// Only the starter is there; names of the missing releases.
    pub fn missing_sources(self) -> Vec<String> {
        self.set.meta.missing_sources.clone()
    }

    /// An official release is named in the definitions but not installed.
    pub fn is_starter(self) -> bool {
        self.set.meta.is_starter
    }

    /// A code by its text: case, blanks around and dots do not matter.
    pub fn find(self, code: &str) -> Option<CodeId> {
        finder::find(self.numbers(Kind::Finder), |code| self.code_bytes(code), code)
    }

    /// The code as its publisher writes it.
    pub fn code(self, code: CodeId) -> &'a str {
        text(self.code_bytes(code))
    }

    /// Its title.
    pub fn display(self, code: CodeId) -> &'a str {
        let row = |position: usize| self.rows().get(position).map(|row| row.title.get() as usize);
        let bounds = row(code.index()).zip(row(code.index() + 1));
        text(bounds.and_then(|(from, to)| self.column(Kind::Titles).get(from..to)).unwrap_or(&[]))
    }

    /// Main parent.
    pub fn parent(self, code: CodeId) -> Option<CodeId> {
        // A parent stands before its children; what says otherwise is damaged and could lead round in a circle.
        self.row(code).and_then(|row| CodeId::from_stored(row.parent.get())).filter(|parent| *parent < code)
    }

    /// All parents, the main one first.
    pub fn parents(self, code: CodeId) -> Vec<CodeId> {
        self.parent(code).into_iter().chain(self.further(Kind::MoreParents, code)).collect()
    }

    /// What is directly under it.
    pub fn children(self, code: CodeId) -> Vec<CodeId> {
        let mut out: Vec<CodeId> = self.main_children(code).collect();
        out.extend(self.further(Kind::MoreChildren, code));
        out
    }

    /// The codes without a parent.
    pub fn roots(self) -> impl Iterator<Item = CodeId> {
        let last = self.len().checked_sub(1).and_then(|last| CodeId::try_from(last).ok());
        last.into_iter().flat_map(move |last| self.siblings(Some(CodeId::FIRST), last))
    }

    /// Main parents, nearest first.
    pub fn ancestors(self, code: CodeId) -> Vec<CodeId> {
        std::iter::successors(self.parent(code), |above| self.parent(*above)).collect()
    }

    /// It is the other or below it, by any of the parents.
    pub fn is_under(self, code: CodeId, other: CodeId) -> bool {
        self.is_within(code, other, other)
    }

    /// It is one of the codes from `from` to `to` in the order of the set, or below one of them.
    pub fn is_within(self, code: CodeId, from: CodeId, to: CodeId) -> bool {
        if code.index() >= self.len() {
            return false;
        }
        let end = self.subtree_end(to);
        (from <= code && code <= end)
            || (self.set.is_multiple && self.above(code).any(|above| from <= above && above <= end))
    }

    /// Last place of the codes below it (main hierarchy): all of `code..=end` are under it.
    pub fn subtree_end(self, code: CodeId) -> CodeId {
        let end = self.row(code).and_then(|row| CodeId::from_stored(row.end.get()));
        end.filter(|end| *end >= code && end.index() < self.len()).unwrap_or(code)
    }

    /// Nothing is below it on that day, by any of the parents.
    pub fn is_leaf(self, code: CodeId, on: Day) -> bool {
        if !self.set.is_multiple {
            return !code.through(self.subtree_end(code)).skip(1).any(|below| self.is_in_force(below, on));
        }
        let (mut open, mut seen) = (self.children(code), BTreeSet::new());
        while let Some(below) = open.pop() {
            if self.is_in_force(below, on) {
                return false;
            }
            if seen.insert(below) {
                open.extend(self.children(below));
            }
        }
        true
    }

    /// It exists on that day, itself recordable or not.
    pub fn is_in_force(self, code: CodeId, on: Day) -> bool {
        let spans = self.spans(code);
        code.index() < self.len()
            && (spans.is_empty() || spans.iter().any(|span| span.first() <= on.0 && on.0 <= span.last()))
    }

    /// It may be recorded itself on that day.
    pub fn is_assignable(self, code: CodeId, on: Day) -> bool {
        let spans = self.spans(code);
        if spans.is_empty() {
            return self.row(code).is_some_and(|row| row.is_assignable.get() == 1);
        }
        spans.iter().any(|span| span.first() <= on.0 && on.0 <= span.last() && span.is_assignable == 1)
    }

    /// It existed, and no longer does on that day.
    pub fn has_ended(self, code: CodeId, on: Day) -> bool {
        let spans = self.spans(code);
        !spans.is_empty() && spans.iter().all(|span| span.last() < on.0)
    }

    /// The code itself, or what is to be used in its place since it has ended, where that is one code.
    pub fn current(self, code: CodeId, on: Day) -> CodeId {
        let mut current = code;
        // A chain is no longer than the set, whatever the file says.
        for _ in 0..self.len() {
            if !self.has_ended(current, on) {
                break;
            }
            match self.replaced_by(current) {
                Some((Replacing::One, by)) => current = by.first().copied().unwrap_or(current),
                _ => break,
            }
        }
        current
    }

    /// It only orders others: not to be recorded, and no release gives it days (a chapter, a block).
    pub(super) fn is_undated_group(self, code: CodeId) -> bool {
        self.row(code).is_some_and(|row| row.is_assignable.get() == 0) && self.spans(code).is_empty()
    }

    /// The spans in which it exists; empty: always.
    pub fn validity(self, code: CodeId) -> Vec<Validity> {
        let open = |span: &SpanRow| Validity {
            from: Some(Day(span.first())).filter(|day| day.0 != i32::MIN),
            to: Some(Day(span.last())).filter(|day| day.0 != i32::MAX),
            is_assignable: span.is_assignable == 1,
        };
        self.spans(code).iter().map(open).collect()
    }

    /// Labels that it has on some day, its own and those of what it is under.
    pub fn labels(self, code: CodeId) -> Vec<LabelId> {
        self.labels_within(code, None)
    }

    /// Labels that it has on one of some days, from the first to the last of them; all if nobody knows the days.
    ///
    /// Where the code itself is not in force on any of these days nobody knows what was meant: it has all its labels.
    pub fn labels_within(self, code: CodeId, days: Option<(Day, Day)>) -> Vec<LabelId> {
        let rows = self.label_rows(code);
        if rows.is_empty() {
            return Vec::new();
        }
        let days = days.filter(|(first, last)| {
            let spans = self.spans(code);
            spans.is_empty() || spans.iter().any(|span| span.first() <= last.0 && first.0 <= span.last())
        });
        let holds = |row: &&LabelRow| days.is_none_or(|(first, last)| row.first() <= last.0 && first.0 <= row.last());
        let mut labels: Vec<LabelId> =
            rows.iter().filter(holds).filter_map(|row| LabelId::from_stored(row.label.get())).collect();
        labels.dedup();
        labels
    }

    /// Whether it has a label on some days only.
    pub fn has_dated_label(self, code: CodeId) -> bool {
        self.label_rows(code).iter().any(|row| row.first() != i32::MIN || row.last() != i32::MAX)
    }

    /// Place of a property.
    pub fn property_place(self, name: &str) -> Option<PropertyId> {
        PropertyId::find(&self.set.meta.properties, |property| property.name == name)
    }

    /// Names of the properties.
    pub fn property_names(self) -> Vec<String> {
        self.set.meta.properties.iter().map(|property| property.name.clone()).collect()
    }

    /// Values of a property; a code without one takes that of the nearest ancestor that has one.
    pub fn property(self, code: CodeId, property: PropertyId) -> Vec<Literal> {
        let sparse = self.sparse(Kind::Properties);
        if sparse.is_empty() {
            return Vec::new();
        }
        let own = |code: CodeId| -> Vec<Literal> {
            let item = sparse.get(code.to_stored());
            let all: Vec<(PropertyId, Literal)> = if item.is_empty() { Vec::new() } else { decoded(item) };
            all.into_iter().filter(|(place, _)| *place == property).map(|(_, value)| value).collect()
        };
        let mut line = std::iter::successors(Some(code), |code| self.parent(*code)).map(own);
        line.find(|values| !values.is_empty()).unwrap_or_default()
    }

    /// Values of a property on a day: those that hold on that day only, else those that hold always. A code without either
    /// takes what the nearest ancestor has.
    pub fn property_on(self, code: CodeId, property: PropertyId, on: Day) -> Vec<Literal> {
        let dated = self.sparse(Kind::DatedProperties);
        if dated.is_empty() {
            return self.property(code, property);
        }
        let own = |code: CodeId| -> Vec<Literal> {
            let item = dated.get(code.to_stored());
            let all: Vec<(PropertyId, Literal, Days)> = if item.is_empty() { Vec::new() } else { decoded(item) };
            let in_force = all.into_iter().filter(|(place, _, days)| *place == property && days.contains(on));
            let values: Vec<Literal> = in_force.map(|(_, value, _)| value).collect();
            if values.is_empty() { self.own_property(code, property) } else { values }
        };
        let mut line = std::iter::successors(Some(code), |code| self.parent(*code)).map(own);
        line.find(|values| !values.is_empty()).unwrap_or_default()
    }

    fn own_property(self, code: CodeId, property: PropertyId) -> Vec<Literal> {
        let item = self.sparse(Kind::Properties).get(code.to_stored());
        let all: Vec<(PropertyId, Literal)> = if item.is_empty() { Vec::new() } else { decoded(item) };
        all.into_iter().filter(|(place, _)| *place == property).map(|(_, value)| value).collect()
    }

    /// A property value, written out.
    pub fn property_text(self, property: PropertyId, value: &Literal) -> String {
        let mut kind = property.get(&self.set.meta.properties).map(|property| &property.kind);
        if let Some(FieldKind::List(of)) = kind {
            kind = Some(of);
        }
        match (value, kind) {
            (Literal::Choice(place), Some(FieldKind::Choice(names)))
            | (Literal::Step(place), Some(FieldKind::Ladder(names))) => {
                names.get(usize::from(*place)).cloned().unwrap_or_default()
            }
            (Literal::Bool(it), _) => it.to_string(),
            (Literal::Number(it), _) => it.to_string(),
            (Literal::Money(it), _) => it.to_string(),
            (Literal::Text(it), _) => it.clone(),
            (Literal::Day(it), _) => it.to_string(),
            (Literal::Moment(it), _) => it.to_string(),
            (Literal::Span(it), _) if it.months == 0 => format!("{} seconds", it.seconds),
            (Literal::Span(it), _) => format!("{} months", it.months),
            (Literal::Code(set, Some(code)), _) => self.registry.codes(*set).code(*code).to_owned(),
            _ => String::new(),
        }
    }

    /// A relation that the set declares, by its place.
    pub fn relation(self, relation: RelationId) -> Option<&'a Relation> {
        relation.get(&self.set.meta.relations)
    }

    /// Whether the set states the relation from one code to the other: by itself, or, for an inherited relation, from what
    /// it is under to what the other is under.
    ///
    /// A code that itself lies in the range that a note above it names is not meant by that note.
    pub fn relates(self, relation: RelationId, code: CodeId, other: CodeId) -> bool {
        let of_relation =
            |code: CodeId| self.relation_rows(code).iter().filter(|row| row.relation.get() == relation.to_stored());
        if !self.relation(relation).is_some_and(|it| it.is_inherited) {
            return of_relation(code).any(|row| (row.from.get()..=row.to.get()).contains(&other.to_stored()));
        }
        let states = |above: CodeId| {
            let mut ranges = of_relation(above);
            ranges.any(|row| {
                let range = CodeId::from_stored(row.from.get()).zip(CodeId::from_stored(row.to.get()));
                let Some((from, to)) = range else { return false };
                self.is_within(other, from, to) && !self.is_within(code, from, to)
            })
        };
        if self.set.is_multiple {
            return states(code) || self.above(code).any(states);
        }
        std::iter::successors(Some(code), |code| self.parent(*code)).any(states)
    }

    /// Ranges named by the code's own relation.
    pub fn relations(self, code: CodeId) -> Vec<(&'a Relation, CodeId, CodeId)> {
        let rows = self.relation_rows(code).iter();
        rows.filter_map(|row| {
            let relation = self.relation(RelationId::from_stored(row.relation.get())?)?;
            Some((relation, CodeId::from_stored(row.from.get())?, CodeId::from_stored(row.to.get())?))
        })
        .collect()
    }

    /// Synonyms and inclusion terms.
    pub fn synonyms(self, code: CodeId) -> Vec<String> {
        self.details(code).synonyms
    }

    /// Short title, where the publisher has one that differs from the title; may be empty.
    pub fn short(self, code: CodeId) -> String {
        self.details(code).short
    }

    /// Notes: kind and text.
    pub fn notes(self, code: CodeId) -> Vec<(String, String)> {
        self.details(code).notes
    }

    /// Titles in other languages: language and title.
    pub fn designations(self, code: CodeId) -> Vec<(String, String)> {
        self.details(code).designations
    }

    /// What it means; may be empty.
    pub fn definition(self, code: CodeId) -> String {
        self.details(code).definition
    }

    /// What to use instead.
    pub fn replaced_by(self, code: CodeId) -> Option<(Replacing, Vec<CodeId>)> {
        self.details(code).replaced_by.map(|replacement| (replacement.how, replacement.codes))
    }

    pub(super) fn column(self, kind: Kind) -> &'a [u8] {
        self.registry.column(self.set, kind)
    }

    pub(super) fn numbers(self, kind: Kind) -> &'a [U32] {
        read_numbers(self.column(kind))
    }

    pub(super) fn packed(self, kind: Kind) -> Packed<'a> {
        Packed::new(self.column(kind))
    }

    fn sparse(self, kind: Kind) -> Sparse<'a> {
        Sparse::new(self.column(kind))
    }

    /// One row for each code and one behind.
    fn rows(self) -> &'a [CodeRow] {
        <[CodeRow]>::ref_from_bytes(self.column(Kind::Rows)).unwrap_or(&[])
    }

    fn row(self, code: CodeId) -> Option<&'a CodeRow> {
        self.rows().get(code.index()).filter(|_| code.index() < self.len())
    }

    fn code_bytes(self, code: CodeId) -> &'a [u8] {
        let Some(row) = self.row(code) else { return &[] };
        row.short().unwrap_or_else(|| self.sparse(Kind::LongCodes).get(code.to_stored()))
    }

    fn main_children(self, code: CodeId) -> impl Iterator<Item = CodeId> {
        self.siblings(code.next(), self.subtree_end(code))
    }

    /// From `first` on each code that is not below the one before it, up to `last`.
    fn siblings(self, first: Option<CodeId>, last: CodeId) -> impl Iterator<Item = CodeId> {
        let inside = move |code: &CodeId| *code <= last;
        std::iter::successors(first.filter(inside), move |code| self.subtree_end(*code).next().filter(inside))
    }

    fn further(self, kind: Kind, code: CodeId) -> impl Iterator<Item = CodeId> {
        read_numbers(self.sparse(kind).get(code.to_stored())).iter().filter_map(|code| CodeId::from_stored(code.get()))
    }

    /// All codes it stands under by any parent, each once.
    fn above(self, code: CodeId) -> impl Iterator<Item = CodeId> {
        let (mut seen, mut next) = (self.parents(code), 0);
        std::iter::from_fn(move || {
            let above = *seen.get(next)?;
            next += 1;
            for parent in self.parents(above) {
                if !seen.contains(&parent) {
                    seen.push(parent);
                }
            }
            Some(above)
        })
    }

    fn spans(self, code: CodeId) -> &'a [SpanRow] {
        let Some(row) = self.row(code) else { return &[] };
        <[SpanRow]>::ref_from_bytes(self.packed(Kind::SpanLists).get(row.spans.get() as usize)).unwrap_or(&[])
    }

    fn label_rows(self, code: CodeId) -> &'a [LabelRow] {
        let Some(row) = self.row(code) else { return &[] };
        <[LabelRow]>::ref_from_bytes(self.packed(Kind::LabelLists).get(row.labels.get() as usize)).unwrap_or(&[])
    }

    fn relation_rows(self, code: CodeId) -> &'a [RelationRow] {
        let code = code.to_stored();
        let rows = <[RelationRow]>::ref_from_bytes(self.column(Kind::Relations)).unwrap_or(&[]);
        let first = rows.partition_point(|row| row.code.get() < code);
        let rest = rows.get(first..).unwrap_or(&[]);
        rest.get(..rest.partition_point(|row| row.code.get() == code)).unwrap_or(&[])
    }

    fn details(self, code: CodeId) -> Details {
        let item = self.sparse(Kind::Details).get(code.to_stored());
        if item.is_empty() { Details::default() } else { decoded(item) }
    }
}

fn decoded<T: serde::de::DeserializeOwned + Default>(item: &[u8]) -> T {
    postcard::from_bytes(item).unwrap_or_default()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}
