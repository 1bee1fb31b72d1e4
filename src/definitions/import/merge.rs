//! Several imports → one code set: who stands under whom, in which order, in force when.

use super::contents::Import;
use super::contents::Leftovers;
use super::contents::Row;
use super::contents::Scope;
use super::contents::Under;
use super::icd_tabular;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Relation;
use crate::model::content::Replacement;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::ids::CodeId;
use crate::model::ids::RelationId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::HashMap;

/// What came of putting imports together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// The code set. Properties and labels are not in it yet: their names mean nothing here.
    pub set: CodeSet,
    /// Code, property, value as written.
    pub properties: Vec<(CodeId, String, String)>,
    /// Code, name of a label.
    pub labels: Vec<(CodeId, String)>,
    /// References (parents, relations, index entries, replacements) to codes that are not in the set.
    pub unresolved: u32,
    /// What could not be used of each part.
    pub left: Vec<Leftovers>,
    /// Parents and replacements that no part has; the definition may have them.
    pub open: Vec<OpenReference>,
}

/// A code that a list names and does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenReference {
    /// The code that names it.
    pub code: CodeId,
    /// What is named.
    pub name: String,
    /// Whether it is named as what replaces the code; else as its parent.
    pub is_replacement: bool,
    /// Number of the part.
    pub part: usize,
    /// Line in the file of the part.
    pub line: u32,
}

/// Puts imports together, in order: the first to name a code gives its title, later ones add to it.
///
/// Codes come out in pre-order: siblings as the first import to name them has them; those that only a later import with
/// dates knows (ended codes) stand where they would sort.
/// Each part is taken when the one before is done with, so that only one has to be in memory; the first says whether dots
/// tell codes apart.
pub fn merge(name: &str, parts: impl IntoIterator<Item = Import>) -> Merged {
    let mut parts = parts.into_iter().peekable();
    let mut draft = Draft { dotless: parts.peek().is_some_and(|part| part.dotless), ..Draft::default() };
    let mut set = CodeSet { name: name.to_owned(), ..CodeSet::default() };
    let mut index = Vec::new();
    for (number, part) in parts.enumerate() {
        draft.left.push(part.left);
        set.title = Some(set.title).filter(|title| !title.is_empty()).unwrap_or(part.title);
        set.uri = Some(set.uri).filter(|uri| !uri.is_empty()).unwrap_or(part.uri);
        set.releases.extend(part.release);
        let has_codes = draft.nodes.iter().any(|node| !node.row.is_group);
        let adds_only = part.scope == Scope::Adds || (part.scope == Scope::AddsIfAny && has_codes);
        if draft.nodes.is_empty() {
            draft.nodes.reserve_exact(part.rows.len());
        }
        for row in part.rows {
            draft.add(row, number, adds_only, part.dates);
        }
        index.extend(part.index);
    }
    draft.link();
    draft.finish(set, index)
}

/// A code on its way, with the parts that have spoken of it.
#[derive(Debug, Default)]
struct Node {
    row: Row,
    /// Number of the part that made it.
    part: usize,
    /// Number of the part that gave its dates, if that part knows better than others.
    dated_by: Option<usize>,
    /// It is known only from a part with dates: it has no place in the order of a release.
    is_late: bool,
    parent: Option<usize>,
    children: Vec<usize>,
}

#[derive(Debug, Default)]
struct Draft {
    dotless: bool,
    nodes: Vec<Node>,
    singles: HashMap<String, usize>,
    groups: HashMap<String, usize>,
    roots: Vec<usize>,
    /// Of each node, which code of the set it became.
    ids: Vec<Option<CodeId>>,
    /// What could not be used of each part.
    left: Vec<Leftovers>,
}

impl Draft {
    fn key(&self, code: &str) -> String {
        if self.dotless { code.trim().replace('.', "").to_uppercase() } else { code.trim().to_owned() }
    }

    fn add(&mut self, row: Row, part: usize, adds_only: bool, dates: bool) {
        let key = self.key(&row.code);
        if key.is_empty() {
            return;
        }
        let known = if row.is_group { &mut self.groups } else { &mut self.singles };
        if let Some(node) = known.get(&key).and_then(|place| self.nodes.get_mut(*place)) {
            if let (Some(why), Some(left)) = (node.contradicts(&row, part), self.left.get_mut(part)) {
                left.add(row.line, why);
            }
            node.add(row, part, dates);
            return;
        }
        if adds_only && !row.is_group {
            return;
        }
        known.insert(key, self.nodes.len());
        let mut row = row;
        if self.dotless && !row.is_group && dates && self.has_dots() {
            row.code = super::icd_order::dotted(&row.code);
        }
        // A code that only a later release or a table of days knows stands where it would sort.
        let is_late = part > 0 && (dates || row.under == Under::Prefix);
        // A release of 100,000 codes is large: room is made in small steps, not by doubling.
        if self.nodes.len() == self.nodes.capacity() {
            self.nodes.reserve_exact(self.nodes.len() / 8 + 1024);
        }
        self.nodes.push(Node { row, part, dated_by: dates.then_some(part), is_late, ..Node::default() });
    }

    /// Whether the codes of this set are written with dots.
    fn has_dots(&self) -> bool {
        self.nodes.iter().take(64).any(|node| node.row.code.contains('.'))
    }

    fn link(&mut self) {
        for place in 0..self.nodes.len() {
            let named = self.parent_of(place);
            let parent = named.filter(|parent| !self.is_above(place, *parent));
            if let (Some(named), None) = (named, parent) {
                self.say_circle(place, named);
            }
            if let Some(node) = self.nodes.get_mut(place) {
                node.parent = parent;
            }
        }
        for place in 0..self.nodes.len() {
            let (parent, is_late) = self.nodes.get(place).map_or((None, false), |node| (node.parent, node.is_late));
            let siblings = match parent {
                Some(parent) => self.nodes.get(parent).map_or(Vec::new(), |node| node.children.clone()),
                None => std::mem::take(&mut self.roots),
            };
            let siblings = self.with(siblings, place, is_late);
            match parent.and_then(|parent| self.nodes.get_mut(parent)) {
                Some(node) => node.children = siblings,
                None => self.roots = siblings,
            }
        }
    }

    /// Tells of a code that is said to stand under one that stands under it.
    fn say_circle(&mut self, place: usize, named: usize) {
        let (Some(node), Some(above)) = (self.nodes.get(place), self.nodes.get(named)) else { return };
        if node.row.line > 0
            && let Some(left) = self.left.get_mut(node.part)
        {
            let (code, above) = (&node.row.code, &above.row.code);
            left.add(node.row.line, format!("`{code}` is said to stand under `{above}`, which stands under `{code}`"));
        }
    }

    /// The siblings with one more: at the end, or where a late one would sort.
    fn with(&self, mut siblings: Vec<usize>, place: usize, is_late: bool) -> Vec<usize> {
        let key = |place: &usize| self.nodes.get(*place).map(|node| self.key(&node.row.code));
        let at = if is_late && self.dotless {
            let own = key(&place);
            siblings.iter().rposition(|other| key(other) < own).map_or(0, |before| before + 1)
        } else {
            siblings.len()
        };
        siblings.insert(at, place);
        siblings
    }

    fn parent_of(&self, place: usize) -> Option<usize> {
        let node = self.nodes.get(place)?;
        let named = match &node.row.under {
            Under::Top => return None,
            Under::Group(name) => self.groups.get(&self.key(name)).copied(),
            Under::Code(name) => self.singles.get(&self.key(name)).copied(),
            Under::Prefix | Under::Unsaid => None,
        };
        let by_prefix = node.row.under == Under::Prefix || (self.dotless && !node.row.is_group);
        let named = named.filter(|parent| *parent != place);
        named.or_else(|| by_prefix.then(|| self.by_prefix(&node.row.code).or_else(|| self.by_range(&node.row.code)))?)
    }

    fn by_prefix(&self, code: &str) -> Option<usize> {
        let key = self.key(code);
        let mut shorter = (1..key.len()).rev().filter_map(|length| key.get(..length));
        shorter.find_map(|beginning| self.singles.get(beginning)).copied()
    }

    /// The group whose name is the narrowest range around a code: an ended category stands in no release any more.
    fn by_range(&self, code: &str) -> Option<usize> {
        let key = self.key(code);
        let mut narrowest: Option<(&str, &str, usize)> = None;
        for (place, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.row.is_group) {
            let Some((first, last)) = node.row.code.split_once('-') else { continue };
            let is_around = first <= key.as_str() && (key.as_str() <= last || key.starts_with(last));
            let is_narrower = narrowest.is_none_or(|(known, known_last, _)| first >= known && last <= known_last);
            if is_around && is_narrower {
                narrowest = Some((first, last, place));
            }
        }
        narrowest.map(|(_, _, place)| place)
    }

    /// Whether going up from `from` comes to `place`.
    fn is_above(&self, place: usize, from: usize) -> bool {
        let up = |place: &usize| self.nodes.get(*place).and_then(|node| node.parent);
        std::iter::successors(Some(from), up).take(self.nodes.len()).any(|above| above == place)
    }

    fn finish(mut self, mut set: CodeSet, index: Vec<(String, String)>) -> Merged {
        let order = self.in_order();
        self.ids = vec![None; self.nodes.len()];
        for (id, node) in CodeId::numbered(&order) {
            if let Some(known) = self.ids.get_mut(*node) {
                *known = Some(id);
            }
        }
        let mut merged = Merged::default();
        for (id, node) in CodeId::numbered(&order) {
            let Some(node) = self.nodes.get_mut(*node) else { continue };
            let (mut row, parent, part) = (std::mem::take(&mut node.row), node.parent, node.part);
            set.wordings.extend(std::mem::take(&mut row.wordings).into_iter().map(|words| (words, id)));
            self.open_references(&row, id, parent, part, &mut merged.open);
            merged.properties.extend(row.properties.iter().map(|(name, value)| (id, name.clone(), value.clone())));
            merged.labels.extend(row.labels.iter().map(|label| (id, label.clone())));
            let code = self.code(row, parent, &mut set.relations, &mut merged.unresolved);
            set.codes.push(code);
        }
        for (words, code) in index {
            match self.id(&code) {
                Some(id) => set.index.push((words, id)),
                None => merged.unresolved += 1,
            }
        }
        merged.set = set;
        merged.left = self.left;
        merged
    }

    /// What a row of a list names and no part has.
    fn open_references(
        &self,
        row: &Row,
        code: CodeId,
        parent: Option<usize>,
        part: usize,
        open: &mut Vec<OpenReference>,
    ) {
        if row.line == 0 {
            return;
        }
        let above = match &row.under {
            Under::Code(name) if parent.is_none() && self.id(name).is_none() => Some(name),
            _ => None,
        };
        let more = row.more.iter().filter(|name| self.id(name).is_none());
        let replacing = row.replaced_by.iter().flat_map(|(_, codes)| codes).filter(|name| self.id(name).is_none());
        let names = above.into_iter().chain(more).map(|name| (name, false)).chain(replacing.map(|name| (name, true)));
        for (name, is_replacement) in names {
            open.push(OpenReference { code, name: name.clone(), is_replacement, part, line: row.line });
        }
    }

    fn in_order(&self) -> Vec<usize> {
        let mut open: Vec<usize> = self.roots.iter().rev().copied().collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(place) = open.pop() {
            order.push(place);
            open.extend(self.nodes.get(place).into_iter().flat_map(|node| node.children.iter().rev()));
        }
        order
    }

    fn id(&self, code: &str) -> Option<CodeId> {
        let key = self.key(code);
        let node = self.singles.get(&key).or_else(|| self.groups.get(&key))?;
        *self.ids.get(*node)?
    }

    /// The first and the last code of a range. Where one end of it is no code (`R10.1-R10.4` has no `R10.4`), the range
    /// reaches as far as there are codes in it.
    fn ends(&self, from: &str, to: &str) -> (Option<CodeId>, Option<CodeId>) {
        let ends = (self.id(from), self.id(to));
        if ends.0.is_some() == ends.1.is_some() {
            return ends;
        }
        let (first, last) = (self.key(from), self.key(to));
        let is_inside = |key: &str| *key >= *first && (*key <= *last || key.starts_with(&last));
        let inside = self.singles.iter().filter(|(key, _)| is_inside(key));
        let ids = inside.filter_map(|(_, node)| *self.ids.get(*node)?);
        match ends {
            (Some(_), None) => (ends.0, ids.max()),
            _ => (ids.min(), ends.1),
        }
    }

    fn code(&self, row: Row, parent: Option<usize>, known: &mut Vec<Relation>, unresolved: &mut u32) -> Code {
        let mut parents: Vec<CodeId> = parent.and_then(|parent| *self.ids.get(parent)?).into_iter().collect();
        let mut counted = |id: Option<CodeId>| {
            *unresolved += u32::from(id.is_none());
            id
        };
        for more in &row.more {
            parents.extend(counted(self.id(more)).filter(|more| !parents.contains(more)));
        }
        let mut relations = Vec::new();
        for (relation, from, to) in &row.relations {
            let (from, to) = self.ends(from, to);
            if let (Some(from), Some(to)) = (counted(from), counted(to)) {
                let Some(relation) = relation_id(relation, known) else { continue };
                let relation = (relation, from.min(to), from.max(to));
                if !relations.contains(&relation) {
                    relations.push(relation);
                }
            }
        }
        let spans = joined(row.spans);
        let has_ended = spans.last().is_some_and(|span| span.to.is_some());
        let successors = Some(row.successors).filter(|codes| has_ended && !codes.is_empty());
        let successors = successors.map(|codes| (Replacing::of(codes.len()), codes));
        let replaced_by = row.replaced_by.or(successors).map(|(how, codes)| Replacement {
            how,
            codes: codes.iter().filter_map(|code| counted(self.id(code))).collect(),
        });
        let is_assignable = if spans.is_empty() {
            row.assignable.unwrap_or(!row.is_group)
        } else {
            spans.iter().any(|span| span.is_assignable)
        };
        Code {
            title: if row.title.is_empty() { row.code.clone() } else { row.title },
            code: row.code,
            short: row.short,
            parents,
            spans,
            is_assignable,
            synonyms: row.synonyms,
            designations: row.designations,
            definition: row.definition,
            notes: row.notes,
            relations,
            labels: Vec::new(),
            properties: Vec::new(),
            dated_properties: Vec::new(),
            replaced_by,
        }
    }
}

impl Node {
    /// What of a further row of a list is lost, because the first row of the code says otherwise or as much.
    fn contradicts(&self, row: &Row, part: usize) -> Option<String> {
        let own = &self.row;
        if row.line == 0 || own.line == 0 || part != self.part {
            return None;
        }
        let (code, first) = (&row.code, own.line);
        let differs = |own: &str, other: &str| !other.is_empty() && !own.is_empty() && own != other;
        let lost = [("title", &own.title, &row.title), ("definition", &own.definition, &row.definition)];
        if let Some((what, ..)) = lost.iter().find(|(_, own, other)| differs(own, other)) {
            return Some(format!("`{code}` stands in line {first} already, and the {what} of that line counts"));
        }
        let shares_days = |own: &Validity, other: &Validity| {
            let days = |it: &Validity| Days { from: it.from, to: it.to };
            days(own).overlaps(days(other))
        };
        let is_again = own.spans.iter().any(|own| row.spans.iter().any(|other| shares_days(own, other)));
        if is_again {
            return Some(format!("`{code}` stands in line {first} already, and the two share days"));
        }
        let is_same = Row { line: own.line, ..row.clone() } == *own;
        is_same.then(|| format!("`{code}` stands in line {first} already, and this line says the same"))
    }

    fn add(&mut self, row: Row, part: usize, dates: bool) {
        let own = &mut self.row;
        // Of two releases the later one decides.
        let is_newer = part > self.part && own.under == Under::Prefix && row.under == Under::Prefix;
        if is_newer {
            own.short.clone_from(&row.short);
            own.assignable = row.assignable;
        }
        if (own.title.is_empty() || is_newer) && !row.title.is_empty() {
            own.title = row.title;
        }
        if own.short.is_empty() {
            own.short = row.short;
        }
        if own.definition.is_empty() {
            own.definition = row.definition;
        }
        if matches!(own.under, Under::Unsaid | Under::Prefix) && row.under != Under::Unsaid {
            own.under = row.under;
        } else if let (Under::Code(_), Under::Code(more)) = (&own.under, row.under)
            && own.under != Under::Code(more.clone())
            && !own.more.contains(&more)
            && part == self.part
        {
            own.more.push(more);
        }
        own.assignable = own.assignable.or(row.assignable);
        own.notes.extend(row.notes);
        own.relations.extend(row.relations);
        own.designations.extend(row.designations);
        let synonyms = row.synonyms.into_iter().filter(|synonym| *synonym != own.title);
        extend_once(&mut own.synonyms, synonyms);
        own.wordings.extend(row.wordings);
        extend_once(&mut own.labels, row.labels);
        extend_once(&mut own.properties, row.properties);
        extend_once(&mut own.more, row.more);
        own.replaced_by = own.replaced_by.take().or(row.replaced_by);
        extend_once(&mut own.successors, row.successors);
        match (dates, self.dated_by) {
            (true, by) if by != Some(part) => {
                self.dated_by = Some(part);
                own.spans = row.spans;
            }
            (true, _) | (false, None) => own.spans.extend(row.spans),
            (false, Some(_)) => {}
        }
    }
}

/// Adds what is not there yet.
fn extend_once<T: PartialEq>(own: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !own.contains(&one) {
            own.push(one);
        }
    }
}

/// Spans in order, those that follow each other without a gap joined.
fn joined(mut spans: Vec<Validity>) -> Vec<Validity> {
    spans.sort_by_key(|span| span.from.map_or(i32::MIN, |day| day.0));
    let mut out: Vec<Validity> = Vec::new();
    for span in spans {
        let follows = |last: &Validity| match (last.to, span.from) {
            (Some(Day(end)), Some(Day(start))) => start <= end.saturating_add(1),
            _ => true,
        };
        match out.last_mut().filter(|last| last.is_assignable == span.is_assignable && follows(last)) {
            Some(last) => last.to = if last.to.is_none() || span.to.is_none() { None } else { last.to.max(span.to) },
            None => out.push(span),
        }
    }
    out
}

/// The relation of that name among those known so far, to which a new one is added.
///
/// Without an id where there are too many; whoever takes the set over sees that by their number.
fn relation_id(name: &str, known: &mut Vec<Relation>) -> Option<RelationId> {
    let index = known.iter().position(|relation| relation.name == name).unwrap_or_else(|| {
        known.push(icd_tabular::relation(name));
        known.len() - 1
    });
    RelationId::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn row(code: &str, under: Under) -> Row {
        Row { code: code.to_owned(), title: format!("title of {code}"), under, ..Row::default() }
    }

    fn span(from: &str, to: &str, is_assignable: bool) -> Validity {
        Validity { from: Day::parse(from), to: Day::parse(to), is_assignable }
    }

    #[test]
    fn order_tabular_and_validity_make_one_set() {
        let order = ["A00", "A00.0", "A00.9", "C50", "C50.1"].map(|code| row(code, Under::Prefix));
        let order = Import { rows: order.to_vec(), dotless: true, ..Import::default() };
        let group = |code: &str, under| Row { is_group: true, ..row(code, under) };
        let tabular = vec![
            group("1", Under::Top),
            group("A00-B99", Under::Group("1".to_owned())),
            row("A00", Under::Group("A00-B99".to_owned())),
            group("2", Under::Top),
            group("C50", Under::Group("2".to_owned())),
            row("C50", Under::Group("C50".to_owned())),
            row("C50.2XX", Under::Code("C50".to_owned())),
        ];
        let tabular = Import { rows: tabular, dotless: true, scope: Scope::AddsIfAny, ..Import::default() };
        let mut ended = row("A005", Under::Unsaid);
        ended.spans = vec![span("2015-10-01", "2019-09-30", true)];
        let mut headed = row("A009", Under::Unsaid);
        headed.spans = vec![span("2015-10-01", "2020-09-30", true)];
        let mut header = headed.clone();
        header.spans = vec![span("2020-10-01", "", false)];
        let validity = Import { rows: vec![ended, headed, header], dates: true, ..Import::default() };
        let merged = merge("x", vec![order, tabular, validity]);
        let codes: Vec<_> = merged.set.codes.iter().map(|code| code.code.as_str()).collect();
        assert_eq!(codes, ["1", "A00-B99", "A00", "A00.0", "A00.5", "A00.9", "2", "C50", "C50", "C50.1"]);
        assert_eq!(merged.set.codes[5].spans.len(), 2);
        assert_eq!(merged.set.codes[8].parents.iter().map(|it| it.index()).collect::<Vec<_>>(), [7]);
        assert_eq!(merged.set.codes[9].parents.iter().map(|it| it.index()).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn a_range_reaches_as_far_as_there_are_codes_in_it() {
        let mut codes = ["A1", "A1.1", "A1.3", "A1.39", "A1.8", "B2"].map(|code| row(code, Under::Top));
        let named = [("A1.1", "A1.4"), ("A0", "A1.1"), ("A1.4", "A1.5"), ("A1.7", "A1.8")];
        codes[5].relations = named.map(|(from, to)| ("excludes", from.to_owned(), to.to_owned())).to_vec();
        let import = Import { rows: codes.to_vec(), dotless: true, ..Import::default() };
        let merged = merge("x", vec![import]).set.codes;
        let name = |id: CodeId| id.get(&merged).map_or("", |code| code.code.as_str());
        let ranges: Vec<_> = merged[5].relations.iter().map(|(_, from, to)| (name(*from), name(*to))).collect();
        assert_eq!(ranges, [("A1.1", "A1.39"), ("A1", "A1.1"), ("A1.8", "A1.8")]);
    }

    #[test]
    fn a_circle_of_parents_is_cut() {
        let rows = vec![row("a", Under::Code("b".to_owned())), row("b", Under::Code("a".to_owned()))];
        let merged = merge("x", vec![Import { rows, ..Import::default() }]);
        assert_eq!(merged.set.codes.len(), 2);
        assert_eq!(merged.set.codes.iter().filter(|code| code.parents.is_empty()).count(), 1);
    }
}
