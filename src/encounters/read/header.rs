//! A header of field names, and the JSON that its columns make. An empty cell is an absent field; a list of words may stand
//! in one cell, with `;` between them, or have a column an item (`codes[0]`).

use super::address;
use super::address::Step;
use super::row::Row;
use super::row::write_text;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::unreadable::Unreadable;

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

/// The columns, as the shape of the JSON they make.
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
            add_indexes(&mut steps, &known.heads);
            let leaf = if is_words { Node::Words(column) } else { Node::Cell(column) };
            insert(&mut header.root, &steps, leaf);
        }
        header
    }

    /// Names of the columns that are called as no field is.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    /// Writes a row as JSON.
    pub(super) fn write(&self, row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        row.check_count(self.count)?;
        write_object(&self.root, row, out)
    }
}

/// `victims.sex` where `victims` is a list of records is the sex of the first one.
fn add_indexes(steps: &mut Vec<Step>, heads: &[String]) {
    let (mut place, mut path) = (0, String::new());
    while let Some(step) = steps.get(place) {
        if let Step::Name(name) = step {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            let is_followed = matches!(steps.get(place + 1), Some(Step::Name(_)));
            if is_followed && heads.contains(&path) {
                steps.insert(place + 1, Step::Index(0));
            }
        }
        place += 1;
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

fn is_empty(node: &Node, row: &Row) -> bool {
    match node {
        Node::Cell(column) | Node::Words(column) => row.cell(*column).is_empty(),
        Node::List(items) => items.iter().all(|item| is_empty(item, row)),
        Node::Object(fields) => fields.iter().all(|(_, node)| is_empty(node, row)),
    }
}

fn write_object(fields: &[(String, Node)], row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    out.push(b'{');
    let mut separator: &[u8] = b"";
    for (name, node) in fields.iter().filter(|(_, node)| !is_empty(node, row)) {
        out.extend_from_slice(separator);
        separator = b",";
        write_text(name, out);
        out.push(b':');
        write_node(node, row, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_node(node: &Node, row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let text = |column: usize| std::str::from_utf8(row.cell(column)).map_err(|_| Unreadable::NotUtf8);
    match node {
        Node::Cell(column) => write_text(text(*column)?, out),
        Node::Words(column) => {
            let words = text(*column)?.split(';').map(str::trim).filter(|word| !word.is_empty());
            write_list(words, out, |word, out| {
                write_text(word, out);
                Ok(())
            })?;
        }
        // Empty items at the end are left out; those between keep their place.
        Node::List(items) => {
            let count = items.iter().rposition(|item| !is_empty(item, row)).map_or(0, |last| last + 1);
            write_list(items.iter().take(count), out, |item, out| write_node(item, row, out))?;
        }
        Node::Object(fields) => write_object(fields, row, out)?,
    }
    Ok(())
}

fn write_list<T>(
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    out.push(b'[');
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(b']');
    Ok(())
}

impl Known {
    pub(super) fn new(schema: &Schema) -> Known {
        let tops = schema.level().names.clone();
        let mut known = Known { tops, ways: Vec::new(), lists: Vec::new(), heads: Vec::new() };
        known.find_ways(schema.level(), "");
        known.find_lists(schema.level(), "");
        known
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

fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(|sign| if matches!(sign, '-' | ' ') { '_' } else { sign })
        .collect()
}
