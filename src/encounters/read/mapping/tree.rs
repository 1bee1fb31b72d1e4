//! Objects of JSON: paths, questions, and references from one object to another.

use super::convert::Converter;
use super::convert::Made;
use super::holds;
use super::links::Links;
use super::links::last_part;
use super::target::Fields;
use super::target::extend;
use super::target::list_at;
use super::target::list_there;
use super::target::put;
use super::target::target_name;
use super::xml;
use crate::encounters::read::unreadable::Unreadable;
use crate::model::reader;
use crate::model::reader::Asked;
use crate::model::reader::From;
use crate::model::reader::Objects;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Step;
use crate::model::reader::Syntax;
use crate::model::reader::TargetStep;
use crate::model::reader::Test;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Where items of a list stand, from 1, by the number they have in the file.
pub(super) type Places = HashMap<String, HashMap<String, usize>>;

/// References and the objects they stand in, with their position, by the name of what they refer to.
type Referring<'a> = HashMap<String, Vec<(usize, String, &'a Value)>>;

/// Readers of one record for files of trees.
pub(in crate::encounters::read) struct Trees {
    pub(super) readers: Vec<Prepared>,
    pub(super) links: Links,
    /// Kinds of the objects of all files, where those of several files are put together.
    pub(super) kinds: OnceLock<BTreeSet<String>>,
    is_xml: bool,
    /// Texts may be the first of several parts, as elements of X12 are.
    has_parts: bool,
}

/// Whether all of some questions hold of an element of X12.
pub(in crate::encounters::read) fn holds_of(at: &Value, tests: &[Test]) -> bool {
    tests.is_empty() || Context::new(at, None, &[], true).all(at, tests)
}

pub(super) struct Prepared {
    recognise: Vec<Test>,
    pub(super) spread: Option<Path>,
    pub(super) also_known_by: Option<Path>,
    pub(super) objects: Option<Objects>,
    pub(super) body: Body,
}

impl Prepared {
    /// Whether each object is one that another reader reads.
    pub(super) fn is_sorted_out(&self) -> bool {
        self.spread.is_some() && self.body.lines.is_empty()
    }
}

pub(super) struct Body {
    lines: Vec<Line>,
    skip: Vec<Vec<Test>>,
    order_by: Option<Path>,
    first_when: Vec<Test>,
    once_by: Option<String>,
    needs: Vec<String>,
    numbered_by: Option<Path>,
}

struct Line {
    target: Vec<TargetStep>,
    /// The field of each item of the list to which the target leads that has none yet.
    inside: Option<String>,
    from: Source,
}

enum Source {
    Texts { places: Vec<Vec<Path>>, converter: Converter, when: Vec<Test>, is_list: bool },
    List(Path, Body),
    Each { kind: String, by: Path, body: Body },
    Constant { value: String, when: Vec<Test> },
}

impl Prepared {
    fn new(reader: &Reader) -> Prepared {
        Prepared {
            recognise: reader.recognise.clone(),
            // Segments come cut into encounters.
            spread: reader.spread.clone().filter(|_| !is_cut(&reader.syntax)),
            also_known_by: reader.also_known_by.clone(),
            objects: reader.objects.clone(),
            body: Body::new(&reader.body),
        }
    }
}

impl Body {
    fn new(body: &reader::Body) -> Body {
        let line = |mapping: &reader::Mapping| {
            let from = match &mapping.from {
                From::Texts { places, convert, when, is_list } => Source::Texts {
                    places: places.clone(),
                    converter: Converter::new(convert),
                    when: when.clone(),
                    is_list: *is_list,
                },
                From::List(path, body) => Source::List(path.clone(), Body::new(body)),
                From::Each { kind, by, body } => {
                    Source::Each { kind: kind.clone(), by: by.clone(), body: Body::new(body) }
                }
                From::Constant { value, when } => Source::Constant { value: value.clone(), when: when.clone() },
                // The compiler lets these stand in readers of tables only.
                From::Rows(_) | From::Columns { .. } => return None,
            };
            Some(Line { target: mapping.target.clone(), inside: mapping.inside.clone(), from })
        };
        Body {
            lines: body.mappings.iter().filter_map(line).collect(),
            skip: body.skip.clone(),
            order_by: body.order_by.clone(),
            first_when: body.first_when.clone(),
            once_by: body.once_by.clone(),
            needs: body.needs.clone(),
            numbered_by: body.numbered_by.clone(),
        }
    }
}

impl Trees {
    /// Those of some readers that read trees.
    pub fn new<'r>(readers: impl Iterator<Item = &'r Reader>) -> Trees {
        let (mut is_xml, mut has_parts) = (false, false);
        let look = |reader: &&Reader| {
            is_xml |= reader.syntax == Syntax::Xml;
            has_parts |= matches!(reader.syntax, Syntax::X12 { .. });
        };
        let readers: Vec<&Reader> = readers.inspect(look).collect();
        let links = Links::of(readers.iter().copied());
        let prepared = readers.into_iter().map(Prepared::new).collect();
        Trees { readers: prepared, links, kinds: OnceLock::new(), is_xml, has_parts }
    }

    /// The tree of a document of XML of which only the beginning is there.
    pub fn beginning(text: &str) -> Option<Value> {
        xml::beginning(text)
    }

    /// Whether one of them says that it reads such a tree.
    pub fn recognise(&self, tree: &Value) -> bool {
        self.which(tree).is_some()
    }

    /// The place of the one that says that it reads such a tree.
    pub fn which(&self, tree: &Value) -> Option<usize> {
        let found = self.reader_of(tree, &self.context(tree, None, &[]))?;
        self.readers.iter().position(|reader| std::ptr::eq(reader, found))
    }

    pub(super) fn context<'a>(
        &'a self,
        tree: &'a Value,
        objects: Option<&'a Objects>,
        parts: &[&'a Value],
    ) -> Context<'a> {
        Context { all_kinds: self.kinds.get(), ..Context::new(tree, objects, parts, self.has_parts) }
    }

    /// Gives every encounter of a tree to `answer` as JSON text of the record's fields. A tree that holds many objects may
    /// have none.
    pub fn each(&self, text: &str, mut answer: impl FnMut(Result<&str, Unreadable>)) {
        let mut tree = match self.parsed(text) {
            Ok(tree) => tree,
            Err(why) => return answer(Err(why)),
        };
        if self.kinds.get().is_some() {
            return self.put_together(&tree, answer);
        }
        if !tree.is_object() {
            return answer(Err(Unreadable::NotAnObject));
        }
        let Some(outer) = self.reader_of(&tree, &self.context(&tree, None, &[])) else {
            return answer(Err(Unreadable::NoReader));
        };
        outer.name_parts(&mut tree);
        let parts = self.parts(&tree, outer);
        let mut context = None;
        for part in parts.iter().copied() {
            let reader =
                if outer.is_sorted_out() { self.reader_of(part, &self.context(part, None, &[])) } else { Some(outer) };
            let Some(reader) = reader else { continue };
            let context = context
                .get_or_insert_with(|| self.context(&tree, outer.objects.as_ref().or(reader.objects.as_ref()), &parts));
            if let Some(fields) = context.encounter(part, &reader.body) {
                answer(Ok(&Value::Object(fields).to_string()));
            }
        }
    }

    pub(super) fn parsed(&self, text: &str) -> Result<Value, Unreadable> {
        if self.is_xml { xml::tree(text) } else { json(text) }
    }

    /// The objects of a tree that a reader spreads out; else the tree.
    pub(super) fn parts<'a>(&'a self, tree: &'a Value, reader: &'a Prepared) -> Vec<&'a Value> {
        let Some(path) = &reader.spread else { return vec![tree] };
        let mut parts = Vec::new();
        self.context(tree, None, &[]).find(tree, &path.0, &mut parts);
        parts
    }

    /// The reader of which most is recognised.
    pub(super) fn reader_of<'a>(&self, tree: &'a Value, context: &Context<'a>) -> Option<&Prepared> {
        let fits = |reader: &&Prepared| self.is_alone(reader) || context.all(tree, &reader.recognise);
        self.readers.iter().filter(fits).max_by_key(|reader| reader.recognise.len())
    }

    /// Whether it was asked for by its name, so that nothing has to be recognised.
    fn is_alone(&self, reader: &Prepared) -> bool {
        self.readers.len() == 1 && reader.recognise.is_empty()
    }
}

/// A tree and what its objects say of each other.
pub(super) struct Context<'a> {
    objects: Option<&'a Objects>,
    /// Kinds that there are beside those of the tree.
    all_kinds: Option<&'a BTreeSet<String>>,
    /// The object whose encounter is being made.
    outermost: Cell<Option<&'a Value>>,
    /// A text is the first of its parts.
    has_parts: bool,
    /// By kind, in the order of the tree.
    kinds: HashMap<&'a str, Vec<&'a Value>>,
    by_id: HashMap<&'a str, HashMap<&'a str, &'a Value>>,
    /// Objects of a kind by what they refer to, for each path that was asked.
    referring: RefCell<HashMap<(String, *const Path), Referring<'a>>>,
}

impl<'a> Context<'a> {
    fn new(tree: &'a Value, objects: Option<&'a Objects>, parts: &[&'a Value], has_parts: bool) -> Context<'a> {
        let (kinds, by_id, referring) = (HashMap::new(), HashMap::new(), RefCell::default());
        let outermost = Cell::new(None);
        let mut context = Context { objects, all_kinds: None, outermost, has_parts, kinds, by_id, referring };
        let Some(objects) = objects else { return context };
        let mut all: Vec<&'a Value> = if parts.is_empty() { vec![tree] } else { parts.to_vec() };
        if let Some(beside) = &objects.beside {
            let mut more = Vec::new();
            let holders = all.iter().copied().chain((!parts.is_empty()).then_some(tree));
            holders.for_each(|part| context.find(part, &beside.0, &mut more));
            all.extend(more);
        }
        for part in all {
            let Some(kind) = context.borrowed(part, &objects.kind) else { continue };
            context.kinds.entry(kind).or_default().push(part);
            for name in context.names_of(part, objects) {
                context.by_id.entry(kind).or_default().entry(name).or_insert(part);
            }
        }
        context
    }

    /// The first text at a path, as it stands in the tree.
    pub(super) fn borrowed(&self, at: &'a Value, path: &Path) -> Option<&'a str> {
        let mut found = Vec::new();
        self.find(at, &path.0, &mut found);
        found.into_iter().find_map(Value::as_str)
    }

    /// What stands at a path. A name looks into every item of a list.
    pub(super) fn find(&self, at: &'a Value, path: &[Step], out: &mut Vec<&'a Value>) {
        let Some((step, rest)) = path.split_first() else { return out.push(at) };
        match (step, at) {
            (Step::Name(_) | Step::Any | Step::Follow(_), Value::Array(items)) => {
                items.iter().for_each(|item| self.find(item, path, out));
            }
            (Step::Outermost, _) => self.find(self.outermost.get().unwrap_or(at), rest, out),
            (Step::Name(name), Value::String(_)) if self.has_parts && name == "1" => self.find(at, rest, out),
            (Step::Any, Value::String(_)) if self.has_parts => self.find(at, rest, out),
            (Step::Any, Value::Object(fields)) => {
                let parts = fields.iter().filter(|(name, _)| !name.starts_with('#'));
                parts.for_each(|(_, part)| self.find(part, rest, out));
            }
            (Step::Name(name), _) => {
                if let Some(inner) = at.get(name) {
                    self.find(inner, rest, out);
                }
            }
            (Step::Each, Value::Array(items)) => items.iter().for_each(|item| self.find(item, rest, out)),
            (Step::Each, Value::Null) => {}
            (Step::Each, _) | (Step::At(0), Value::Object(_)) => self.find(at, rest, out),
            (Step::At(index), _) => {
                if let Some(item) = at.get(index) {
                    self.find(item, rest, out);
                }
            }
            (Step::If(tests), Value::Array(items)) => {
                items.iter().filter(|item| self.all(item, tests)).for_each(|item| self.find(item, rest, out));
            }
            (Step::If(tests), _) => {
                if self.all(at, tests) {
                    self.find(at, rest, out);
                }
            }
            (Step::Follow(kind), Value::String(reference)) => {
                let id = last_part(reference);
                if self.is_of(reference, kind)
                    && let Some(object) = self.by_id.get(kind.as_str()).and_then(|objects| objects.get(id))
                {
                    self.find(object, rest, out);
                }
            }
            (Step::Follow(_) | Step::Any, _) => {}
        }
    }

    /// The texts at a path.
    pub(super) fn texts(&self, at: &'a Value, path: &Path) -> Vec<Cow<'a, str>> {
        self.texts_of(at, path, text)
    }

    /// What `text` makes of the values at a path.
    fn texts_of<'t>(
        &self,
        at: &'a Value,
        path: &Path,
        text: impl Fn(&'a Value) -> Option<Cow<'t, str>>,
    ) -> Vec<Cow<'t, str>> {
        let mut found = Vec::new();
        self.find(at, &path.0, &mut found);
        found.into_iter().flat_map(flat).filter_map(text).collect()
    }

    fn all(&self, at: &'a Value, tests: &[Test]) -> bool {
        tests.iter().all(|test| self.holds(at, test))
    }

    fn holds(&self, at: &'a Value, test: &Test) -> bool {
        if let Asked::NamedBy(kind) = &test.asked {
            return !self.referring_to(at, kind, &test.path).is_empty();
        }
        if matches!(test.asked, Asked::Present | Asked::Absent) {
            let mut found = Vec::new();
            self.find(at, &test.path.0, &mut found);
            let is_there = found.into_iter().any(|it| !is_empty(it));
            return is_there == matches!(test.asked, Asked::Present);
        }
        holds(&test.asked, &self.texts(at, &test.path))
    }

    /// Objects of a kind that refer to this one at a path, in the order of the tree.
    fn referring_to(&self, at: &'a Value, kind: &str, by: &Path) -> Vec<&'a Value> {
        let Some(objects) = self.objects else { return Vec::new() };
        let mut known = self.referring.borrow_mut();
        let referring = known.entry((kind.to_owned(), std::ptr::from_ref(by))).or_insert_with(|| {
            let mut referring: Referring<'a> = HashMap::new();
            for (at, object) in self.kinds.get(kind).into_iter().flatten().copied().enumerate() {
                for reference in self.texts(object, by) {
                    let objects = referring.entry(last_part(&reference).to_owned()).or_default();
                    if objects.last().is_none_or(|(known, ..)| *known != at) {
                        objects.push((at, reference.into_owned(), object));
                    }
                }
            }
            referring
        });
        let own = self.borrowed(at, &objects.kind).unwrap_or_default();
        let named = self.names_of(at, objects).filter_map(|name| referring.get(name)).flatten();
        let mut found: Vec<(usize, &'a Value)> = named
            .filter(|(_, reference, _)| self.is_of(reference, own))
            .map(|(at, _, object)| (*at, *object))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found.dedup_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, object)| object).collect()
    }

    /// Whether a reference may be to an object of a kind: it names no other (`Observation/12`).
    fn is_of(&self, reference: &str, kind: &str) -> bool {
        let named = reference.rsplit('/').nth(1);
        let is_kind =
            |named: &str| self.kinds.contains_key(named) || self.all_kinds.is_some_and(|kinds| kinds.contains(named));
        named.is_none_or(|named| named == kind || !is_kind(named))
    }

    /// The fields of the encounter that an object makes; `None` if it is left out.
    pub(super) fn encounter(&self, at: &'a Value, body: &Body) -> Option<Fields> {
        self.outermost.set(Some(at));
        self.fields(at, body, &mut Places::new())
    }

    /// The fields that an object fills; `None` if it is left out.
    fn fields(&self, at: &'a Value, body: &Body, places: &mut Places) -> Option<Fields> {
        if body.skip.iter().any(|tests| self.all(at, tests)) {
            return None;
        }
        let mut fields = Fields::new();
        let mut decided: Vec<&[TargetStep]> = Vec::new();
        for line in body.lines.iter().filter(|line| line.inside.is_none()) {
            if decided.contains(&line.target.as_slice()) {
                continue;
            }
            match &line.from {
                Source::Constant { value, when } => {
                    if self.all(at, when) {
                        decided.push(&line.target);
                        put(&mut fields, &line.target, Value::from(value.as_str()));
                    }
                }
                Source::Texts { when, .. } if !self.all(at, when) => {}
                Source::Texts { places: from, converter, is_list: true, .. } => {
                    let values = self.values(at, from, converter, places);
                    extend(&mut fields, &line.target, values);
                }
                Source::Texts { places: from, converter, .. } => match self.value(at, from, converter, places) {
                    Made::Missing => {}
                    Made::Nothing => decided.push(&line.target),
                    Made::Text(text) => {
                        decided.push(&line.target);
                        put(&mut fields, &line.target, Value::from(text.as_ref()));
                    }
                },
                Source::List(path, body) => {
                    let mut items = Vec::new();
                    self.find(at, &path.0, &mut items);
                    self.list(&items, body, &line.target, &mut fields, places);
                }
                Source::Each { kind, by, body } => {
                    let items = self.referring_to(at, kind, by);
                    self.list(&items, body, &line.target, &mut fields, places);
                }
            }
        }
        for line in &body.lines {
            if let Some(inside) = &line.inside {
                self.complete(at, line, inside, &mut fields, places);
            }
        }
        body.needs.iter().all(|name| fields.contains_key(name)).then_some(fields)
    }

    /// Gives a field to the items of a list that have none yet.
    fn complete(&self, at: &'a Value, line: &Line, inside: &str, fields: &mut Fields, places: &Places) {
        let value = match &line.from {
            Source::Constant { value, when } if self.all(at, when) => Value::from(value.as_str()),
            Source::Texts { places: from, converter, when, .. } if self.all(at, when) => {
                let Made::Text(text) = self.value(at, from, converter, places) else { return };
                Value::from(text.as_ref())
            }
            _ => return,
        };
        let Some(items) = list_there(fields, &line.target) else { return };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.entry(inside.to_owned()).or_insert_with(|| value.clone());
        }
    }

    /// Adds the items that some objects make to a list.
    fn list(&self, items: &[&'a Value], body: &Body, target: &[TargetStep], to: &mut Fields, places: &mut Places) {
        let number = |item: &'a Value| {
            let texts = body.order_by.as_ref().map(|path| self.texts(item, path)).unwrap_or_default();
            texts.first().and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::INFINITY)
        };
        let is_first = |item: &'a Value| !body.first_when.is_empty() && self.all(item, &body.first_when);
        let mut items: Vec<(bool, f64, &'a Value)> =
            items.iter().map(|item| (!is_first(item), number(item), *item)).collect();
        items.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        let name = target_name(target);
        for (_, _, item) in items {
            let Some(fields) = self.fields(item, body, places) else { continue };
            if fields.is_empty() {
                continue;
            }
            let Some(known) = list_at(to, target) else { return };
            let is_there = body.once_by.as_ref().is_some_and(|by| {
                let new = fields.get(by);
                new.is_some() && known.iter().any(|item| item.get(by) == new)
            });
            if is_there {
                continue;
            }
            known.push(Value::Object(fields));
            let place = known.len();
            if let Some(number) = &body.numbered_by {
                let numbers = places.entry(name.clone()).or_default();
                for text in self.texts(item, number) {
                    numbers.entry(text.into_owned()).or_insert(place);
                }
            }
        }
    }

    /// The value at the first place that has one.
    fn value(&self, at: &'a Value, from: &[Vec<Path>], converter: &Converter, places: &Places) -> Made<'a> {
        for parts in from {
            let made = match parts.as_slice() {
                [path] if converter.keeps_blanks => converter.one(self.texts_of(at, path, whole_text).into_iter()),
                [path] => converter.one(self.texts(at, path).into_iter()),
                parts => {
                    let texts = parts.iter().filter_map(|path| self.texts(at, path).into_iter().next());
                    let texts: Vec<Cow<'a, str>> = texts.filter(|text| !converter.is_null(text)).collect();
                    converter.one((!texts.is_empty()).then(|| Cow::Owned(texts.join(" "))).into_iter())
                }
            };
            match (made, &converter.place_in) {
                (Made::Missing, _) => {}
                (Made::Text(number), Some(list)) => {
                    let place = places.get(list).and_then(|numbers| numbers.get(number.as_ref()));
                    return place.map_or(Made::Missing, |place| Made::Text(Cow::Owned(place.to_string())));
                }
                (made, _) => return made,
            }
        }
        Made::Missing
    }

    /// All values at the first place that has some.
    fn values(&self, at: &'a Value, from: &[Vec<Path>], converter: &Converter, places: &Places) -> Vec<Value> {
        for parts in from {
            let texts = parts.iter().flat_map(|path| self.texts(at, path));
            let mut values = Vec::new();
            for text in texts {
                for part in converter.parts(&text) {
                    let Made::Text(made) = converter.one(std::iter::once(Cow::Borrowed(part))) else { continue };
                    match &converter.place_in {
                        None => values.push(Value::from(made.as_ref())),
                        Some(list) => {
                            let place = places.get(list).and_then(|numbers| numbers.get(made.as_ref()));
                            values.extend(place.map(|place| Value::from(*place as u64)));
                        }
                    }
                }
            }
            if !values.is_empty() {
                return values;
            }
        }
        Vec::new()
    }
}

/// Whether files are cut into encounters before they are trees.
fn is_cut(syntax: &Syntax) -> bool {
    matches!(syntax, Syntax::X12 { .. } | Syntax::Fixed(_))
}

fn json(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|error| {
        let is_deep = error.to_string().starts_with("recursion limit");
        if is_deep { Unreadable::TooDeep } else { Unreadable::NotJson { column: error.column() } }
    })
}

fn flat(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter().flat_map(flat)),
        other => Box::new(std::iter::once(other)),
    }
}

/// The text of a value that is one.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(it) => Some(Cow::Borrowed(if *it { "true" } else { "false" })),
        _ => None,
    }
}

/// The same, with the blanks before it.
fn whole_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.trim_end()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        other => text(other),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
