//! A header of field names, and the fields that its columns fill. An empty cell is an absent field; a list of words may stand
//! in one cell, with `;` between them, or have a column an item (`codes[0]`).
//!
//! What a row fills is given field by field to whoever reads it, as the library that reads JSON does: so there is one way into
//! typed slots, and no text between.

use super::address;
use super::address::Step;
use super::row::Cells;
use super::row::Row;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::schema::fold;
use super::unreadable::Unreadable;
use crate::files::without_formula;
use serde::Serialize;
use serde::Serializer;
use serde::de::Deserializer;
use serde::de::IntoDeserializer;
use serde::de::Visitor;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::value::Error;
use serde::de::value::MapDeserializer;
use serde::de::value::SeqDeserializer;
use serde::forward_to_deserialize_any;

/// What a header has to know of the record.
pub(super) struct Known {
    /// Fields of the first level.
    tops: Vec<String>,
    /// Ways to all fields that are in no list.
    ways: Vec<String>,
    /// Paths of lists of words.
    lists: Vec<String>,
    /// Paths of lists of records.
    heads: Vec<String>,
}

/// The columns, as the fields they fill.
pub(super) struct Header {
    root: Vec<(String, Node)>,
    count: usize,
    /// Columns that are called as no field is.
    others: Vec<String>,
}

enum Node {
    /// The cell of a column.
    Cell(usize),
    /// The words of a cell.
    Words(usize),
    /// Items of a list.
    List(Vec<Node>),
    /// Fields.
    Object(Vec<(String, Node)>),
}

impl Header {
    pub(super) fn new(names: &[String], known: &Known) -> Header {
        let mut header = Header { root: Vec::new(), count: names.len(), others: Vec::new() };
        for (column, name) in names.iter().enumerate() {
            let name = if name.is_empty() { format!("column-{}", column + 1) } else { name.clone() };
            let name = known.meant(&name, names).unwrap_or(name);
            let mut steps = address::steps(&name);
            // Only what is in the record has places in it: `St. Paul` is a name.
            if !matches!(steps.first(), Some(Step::Name(first)) if known.tops.contains(first)) {
                steps = vec![Step::Name(name.clone())];
                header.others.push(name.clone());
            }
            let is_words = known.lists.contains(&name);
            known.number_items(&mut steps);
            let leaf = if is_words { Node::Words(column) } else { Node::Cell(column) };
            insert(&mut header.root, &steps, leaf);
        }
        header
    }

    /// Names of the columns that are called as no field is.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    /// Whether a row is as wide as the header.
    pub(super) fn check(&self, row: &Row) -> Result<(), Unreadable> {
        row.check_count(self.count)
    }

    /// What a row fills.
    pub(super) fn fields<'a>(&'a self, cells: Cells<'a>) -> Fields<'a> {
        Fields { fields: &self.root, cells }
    }
}

/// Puts a column at its place. Where two columns want one place in ways that do not agree, the later stands under its
/// whole name beside the other, so that nothing is lost.
fn insert(fields: &mut Vec<(String, Node)>, steps: &[Step], leaf: Node) {
    let Some((Step::Name(name), rest)) = steps.split_first() else { return };
    let known = fields.iter().position(|(known, _)| known == name);
    match known.and_then(|place| fields.get_mut(place)) {
        Some((_, node)) if !rest.is_empty() && fits(node, rest) => descend(node, rest, leaf),
        _ => {
            let mut node = Node::Object(Vec::new());
            match rest.first() {
                None => node = leaf,
                Some(Step::Index(_)) => {
                    node = Node::List(Vec::new());
                    descend(&mut node, rest, leaf);
                }
                Some(Step::Name(_)) => descend(&mut node, rest, leaf),
            }
            fields.push((name.clone(), node));
        }
    }
}

fn fits(node: &Node, rest: &[Step]) -> bool {
    matches!((node, rest.first()), (Node::List(_), Some(Step::Index(_))) | (Node::Object(_), Some(Step::Name(_))))
}

fn descend(node: &mut Node, steps: &[Step], leaf: Node) {
    match (node, steps.split_first()) {
        (Node::Object(fields), Some((Step::Name(_), _))) => insert(fields, steps, leaf),
        (Node::List(items), Some((Step::Index(index), rest))) => {
            while items.len() <= *index {
                items.push(Node::Object(Vec::new()));
            }
            let Some(item) = items.get_mut(*index) else { return };
            match rest.first() {
                None => *item = leaf,
                Some(Step::Index(_)) if !matches!(item, Node::List(_)) => {
                    *item = Node::List(Vec::new());
                    descend(item, rest, leaf);
                }
                Some(_) => descend(item, rest, leaf),
            }
        }
        _ => {}
    }
}

/// The fields that a row fills, some under others.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    fields: &'a [(String, Node)],
    cells: Cells<'a>,
}

/// What a row has for one field.
#[derive(Clone, Copy)]
struct Filled<'a> {
    node: &'a Node,
    cells: Cells<'a>,
}

impl<'a> Fields<'a> {
    /// Their names and what they are filled with; without those for which the row has nothing.
    fn filled(self) -> impl Iterator<Item = (&'a str, Filled<'a>)> {
        let all = self.fields.iter().map(move |(name, node)| (name.as_str(), Filled { node, cells: self.cells }));
        all.filter(|(_, filled)| !filled.is_empty())
    }
}

impl<'a> Filled<'a> {
    fn is_empty(self) -> bool {
        match self.node {
            Node::Cell(column) | Node::Words(column) => self.cells.cell(*column).is_empty(),
            Node::List(items) => items.iter().all(|node| Filled { node, ..self }.is_empty()),
            Node::Object(fields) => fields.iter().all(|(_, node)| Filled { node, ..self }.is_empty()),
        }
    }

    fn cell(self, column: usize) -> &'a str {
        without_formula(self.cells.cell(column))
    }

    fn words(self, column: usize) -> impl Iterator<Item = &'a str> {
        self.cell(column).split(';').map(str::trim).filter(|word| !word.is_empty())
    }

    /// Items of a list. Empty ones at the end are left out; those between keep their place.
    fn items(self, items: &'a [Node]) -> impl Iterator<Item = Filled<'a>> {
        let all = items.iter().map(move |node| Filled { node, ..self });
        let count = all.clone().rposition(|item| !item.is_empty()).map_or(0, |last| last + 1);
        all.take(count)
    }

    fn fields(self, fields: &'a [(String, Node)]) -> Fields<'a> {
        Fields { fields, cells: self.cells }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.filled())
    }
}

impl Serialize for Filled<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.node {
            Node::Cell(column) => out.serialize_str(self.cell(*column)),
            Node::Words(column) => out.collect_seq(self.words(*column)),
            Node::List(items) => out.collect_seq(self.items(items)),
            Node::Object(fields) => self.fields(fields).serialize(out),
        }
    }
}

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(self.filled()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Filled<'de> {
    type Deserializer = Filled<'de>;

    fn into_deserializer(self) -> Filled<'de> {
        self
    }
}

impl<'de> Deserializer<'de> for Filled<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Cell(column) => visitor.visit_borrowed_str(self.cell(*column)),
            Node::Words(column) => {
                visitor.visit_seq(SeqDeserializer::new(self.words(*column).map(BorrowedStrDeserializer::new)))
            }
            Node::List(items) => visitor.visit_seq(SeqDeserializer::new(self.items(items))),
            Node::Object(fields) => self.fields(fields).deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl Known {
    pub(super) fn new(schema: &Schema) -> Known {
        let tops = schema.level().names.clone();
        let mut known = Known { tops, ways: Vec::new(), lists: Vec::new(), heads: Vec::new() };
        known.find_ways(schema.level(), "");
        known.find_lists(schema.level(), "");
        known
    }

    /// Whether a column fills a field.
    pub(super) fn has(&self, name: &str) -> bool {
        let name = self.meant(name, &[]).unwrap_or_else(|| name.to_owned());
        matches!(address::steps(&name).first(), Some(Step::Name(first)) if self.tops.contains(first))
    }

    /// The field that a column means which is called like it but for the case of its letters, and `-` or a blank for `_`. Not
    /// if another column has the very name.
    fn meant(&self, name: &str, names: &[String]) -> Option<String> {
        if self.ways.iter().any(|way| way == name) {
            return None;
        }
        let folded = fold(name);
        let mut same = self.ways.iter().filter(|way| fold(way) == folded && !names.contains(way));
        same.next().filter(|_| same.next().is_none()).cloned()
    }

    /// Items of lists: `victims.sex` is the sex of the first, where `victims` is a list of records, and `victims.1.sex` that of
    /// the second, as programs write it that make a table of a tree.
    fn number_items(&self, steps: &mut Vec<Step>) {
        let (mut place, mut path) = (0, String::new());
        while let Some(step) = steps.get(place) {
            if let Step::Name(name) = step {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                let is_head = self.heads.contains(&path);
                let index = match steps.get(place + 1) {
                    Some(Step::Name(next)) if is_head || self.lists.contains(&path) => address::index(next),
                    _ => None,
                };
                let is_followed = matches!(steps.get(place + 1), Some(Step::Name(_)));
                match (index, steps.get_mut(place + 1)) {
                    (Some(index), Some(next)) => *next = Step::Index(index),
                    _ if is_head && is_followed => steps.insert(place + 1, Step::Index(0)),
                    _ => {}
                }
            }
            place += 1;
        }
    }

    fn find_ways(&mut self, level: &Level, under: &str) {
        for (name, shape) in level.names.iter().zip(&level.shapes) {
            let way = if under.is_empty() { name.clone() } else { format!("{under}.{name}") };
            if let Shape::Record(level) = shape {
                self.find_ways(level, &way);
            } else {
                self.ways.push(way);
            }
        }
    }

    fn find_lists(&mut self, level: &Level, under: &str) {
        for (name, shape) in level.names.iter().zip(&level.shapes) {
            let path = if under.is_empty() { name.clone() } else { format!("{under}.{name}") };
            match shape {
                Shape::List(item) => match item.as_ref() {
                    Shape::Record(level) => {
                        self.find_lists(level, &path);
                        self.heads.push(path);
                    }
                    Shape::List(_) => {}
                    _ => self.lists.push(path),
                },
                Shape::Record(level) => self.find_lists(level, &path),
                _ => {}
            }
        }
    }
}
