//! Code sets as written and imported → codes in order, with places instead of names.

pub(super) mod circles;
mod head;
mod lists;
pub(super) mod named;
mod order;

use super::context::Attempt;
use super::extends;
use super::report::Report;
use super::world::code_of;
use super::world::is_between;
use super::world::key;
use super::world::unknown_code;
use super::world::written;
use crate::definitions::import::Leftovers;
use crate::definitions::import::Merged;
use crate::definitions::import::OpenReference;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::ImportDef;
use crate::definitions::parse::tree::Lesson;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::NoteKind;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::PointsOf;
use crate::definitions::parse::tree::ReplacedBy;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Relation;
use crate::model::content::Replacement;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::DomainId;
use crate::model::ids::RelationId;
use crate::model::ids::SetId;
use crate::model::lessons::Target;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::rc::Rc;

/// A statement of a code and where it was said.
pub(super) struct Said<'t> {
    /// Domain, by place.
    pub domain: DomainId,
    /// Codes it is about; all statements of one block share them.
    pub codes: Rc<[CodeId]>,
    /// The statement.
    pub item: &'t Spanned<CodeItem>,
}

/// What each kind of match is worth where nothing else is said.
pub(super) struct Points {
    /// The title stands in a text.
    pub title: f64,
    /// A synonym stands in a text.
    pub also: f64,
    /// A condition holds.
    pub propose: f64,
}

impl Points {
    /// What matches are worth where a code set does not say it. One that learns has its titles and synonyms in its model,
    /// so that they do not count again.
    pub fn usual(learns: bool) -> Points {
        let of_words = |points| if learns { 0.0 } else { points };
        Points { title: of_words(4.0), also: of_words(3.0), propose: 4.0 }
    }
}

impl Draft<'_> {
    /// Its name, without the domain whose form of it this is.
    pub fn plain_name<'n>(&'n self, sources: &[DomainSource]) -> &'n str {
        extends::plain(&self.set.name, self.domain.get(sources).map_or("", |source| source.name.as_str()))
    }

    /// What matches of its codes are worth.
    pub fn points(&self) -> Points {
        let mut points = Points::usual(!self.lessons.is_empty());
        for (of, said) in &self.said_points {
            match of {
                PointsOf::Title => points.title = *said,
                PointsOf::Also => points.also = *said,
                PointsOf::Propose => points.propose = *said,
            }
        }
        points
    }
}

/// A code set while it is put together.
#[derive(Default)]
pub(super) struct Draft<'t> {
    /// Content so far.
    pub set: CodeSet,
    /// Domain that defines it, by place.
    pub domain: DomainId,
    /// Where its name stands.
    pub span: Span,
    /// Record whose criteria its codes state.
    pub record: Option<&'t Name>,
    /// Fields searched for phrases.
    pub texts: Vec<&'t PathDef>,
    /// Those of them whose words are looked up in the index of the set too.
    pub word_texts: Vec<&'t PathDef>,
    /// Confidence under which a code is not shown that nothing but words of a short text speaks for.
    pub words_threshold: f64,
    /// Confidence under which a candidate is not shown; with 1, nothing is shown but what a field offers.
    pub threshold: f64,
    /// When its text model decides, if that is said by a share.
    pub target: Option<Target>,
    /// What its text model is trained on, and where that is written.
    pub lessons: Vec<(Span, &'t Lesson)>,
    /// What its matches are worth, where it says so.
    pub said_points: Vec<(PointsOf, f64)>,
    /// Fields whose codes become candidates.
    pub offers: Vec<(&'t PathDef, f64)>,
    /// Where what a text holds possible only counts as if it were certain.
    pub uncertain: Vec<&'t Spanned<Expr>>,
    /// Releases to import, with the domain that asks for them.
    pub imports: Vec<(DomainId, &'t ImportDef)>,
    /// Properties as written, for their types.
    pub properties: Vec<(&'t Name, &'t Spanned<crate::definitions::parse::tree::KindDef>)>,
    /// What was said of codes, to be looked at when all codes are in order.
    pub said: Vec<Said<'t>>,
    /// Codes that were written (not imported): place → where, so that only these get phrases.
    pub written: HashMap<CodeId, Span>,
    /// Codes said to be a group, or `assignable` or not.
    assignable: HashMap<CodeId, bool>,
    /// Codes as they are looked up → place.
    pub places: HashMap<String, CodeId>,
    /// Labels that an import gave by name: code by place, label.
    pub imported_labels: Vec<(CodeId, String)>,
    /// Values of properties that an import gave as texts: code by place, property, value.
    pub imported_properties: Vec<(CodeId, String, String)>,
    /// Parents and replacements that a list names and does not have: the definition may.
    pub open: Vec<OpenReference>,
    /// Of each file that was imported: where it is named, and what could not be used of it.
    pub lists: Vec<ImportedList>,
}

/// A file that was imported.
pub(super) struct ImportedList {
    /// Its name, where it stands.
    pub name: Name,
    /// What could not be used of it.
    pub left: Leftovers,
}

/// Collects all code sets: names first, then what `import` brings, then codes, then order.
pub(super) fn collect<'t>(attempt: Attempt<'t>, import: fn(&mut Draft<'t>, Attempt<'t>)) -> Vec<Draft<'t>> {
    let Attempt { sources: domains, report, .. } = attempt;
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    let forms: Vec<BTreeSet<String>> = domains.iter().map(extends::own_forms).collect();
    let forms = &forms;
    let definitions = |overlays: bool| {
        DomainId::numbered(domains).flat_map(move |(domain, source)| {
            source.files.iter().flat_map(move |file| {
                file.tree.statements.iter().filter_map(move |statement| match &statement.item {
                    Statement::CodeSet(def) if def.is_overlay == overlays => {
                        let forms = domain.get(forms)?;
                        let name = extends::form(source, file.is_inherited, &def.name.item, forms)?;
                        Some((domain, def, name))
                    }
                    _ => None,
                })
            })
        })
    };
    for (domain, def, name) in definitions(false) {
        if drafts.iter().any(|draft| draft.set.name == name) {
            let problem = Problem::DuplicateName { what: "code set".into(), name: def.name.item.clone() };
            report.say(def.name.span, problem, Some("write `overlay` to add to a code set".into()));
            continue;
        }
        if let Err(error) = SetId::try_from(drafts.len()) {
            report.too_many(def.name.span, error);
            continue;
        }
        let mut draft = Draft { domain, span: def.name.span, ..Draft::default() };
        draft.set.name = name;
        head::head(&mut draft, domain, def, report);
        drafts.push(draft);
    }
    for (domain, def, name) in definitions(true) {
        match drafts.iter_mut().find(|draft| draft.set.name == name) {
            Some(draft) => head::head(draft, domain, def, report),
            None => report.say(def.name.span, Problem::OverlayOfNothing { set: def.name.item.clone() }, None),
        }
    }
    for draft in &mut drafts {
        import(draft, attempt);
        draft.index();
    }
    for (domain, def, name) in definitions(false).chain(definitions(true)) {
        if let Some(draft) = drafts.iter_mut().find(|draft| draft.set.name == name) {
            body(draft, domain, def, report);
        }
    }
    drafts.iter_mut().for_each(|draft| draft.settle(report));
    drafts
}

/// The codes of one definition.
fn body<'t>(draft: &mut Draft<'t>, domain: DomainId, def: &'t CodeSetDef, report: &Report) {
    let has_release = !draft.imports.is_empty() && !draft.set.is_starter;
    for item in &def.items {
        match &item.item {
            SetItem::Code(code) => draft.code(domain, code, None, has_release, report),
            SetItem::Starter(items) if !has_release => {
                for inner in items {
                    if let SetItem::Code(code) = &inner.item {
                        draft.code(domain, code, None, has_release, report);
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'t> Draft<'t> {
    /// Takes over what was imported; what the definition says of the set itself stays.
    pub fn take(&mut self, merged: Merged, report: &Report) {
        let Merged { mut set, labels, properties, open, .. } = merged;
        self.open = open;
        let places: Vec<Option<RelationId>> =
            set.relations.iter().map(|brought| self.declared(brought, report)).collect();
        for code in &mut set.codes {
            code.relations.retain_mut(|(relation, ..)| match relation.get(&places) {
                Some(Some(place)) => {
                    *relation = *place;
                    true
                }
                _ => false,
            });
        }
        if let Err(error) = CodeId::fits(set.codes.len()).and_then(|()| RelationId::fits(set.relations.len())) {
            report.too_many(self.span, error);
        }
        self.set.codes = set.codes;
        (self.set.index, self.set.wordings) = (set.index, set.wordings);
        if self.set.title.is_empty() {
            self.set.title = set.title;
        }
        if self.set.uri.is_empty() {
            self.set.uri = set.uri;
        }
        self.imported_labels = labels;
        self.imported_properties = properties;
    }

    /// The place of a relation that an import brings; says so where the set does not declare it.
    fn declared(&self, brought: &Relation, report: &Report) -> Option<RelationId> {
        let place = self.relation(&brought.name);
        if place.is_none() {
            let flags = [(brought.is_symmetric, " symmetric"), (brought.is_inherited, " inherited")];
            let flags: String = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
            let help = format!("write `relation {}{flags}`", brought.name);
            let problem = Problem::UndeclaredRelation { relation: brought.name.clone(), set: self.set.name.clone() };
            report.say(self.span, problem, Some(help));
        }
        place
    }

    /// The place of a relation that the set declares.
    fn relation(&self, name: &str) -> Option<RelationId> {
        RelationId::find(&self.set.relations, |known| known.name == name)
    }

    /// Codes are looked up in any writing; where two differ in nothing else, each by its own.
    fn index(&mut self) {
        for (id, code) in CodeId::numbered(&self.set.codes) {
            let alike = self.places.insert(key(&code.code), id).filter(|alike| *alike != id);
            let Some((alike, other)) = alike.and_then(|alike| Some((alike, alike.get(&self.set.codes)?))) else {
                continue;
            };
            self.places.insert(other.code.trim().to_owned(), alike);
            self.places.insert(code.code.trim().to_owned(), id);
        }
    }

    /// The code of a name.
    fn place(&self, name: &str) -> Option<CodeId> {
        code_of(&self.places, name)
    }

    /// A code or group, or something said of codes that are there.
    fn code(&mut self, domain: DomainId, def: &'t CodeDef, parent: Option<CodeId>, has_release: bool, report: &Report) {
        if def.is_starter && has_release {
            return;
        }
        let codes: Rc<[CodeId]> = match def.codes.as_slice() {
            [CodeRange { from, to: None }] => self.one(from, def, parent, report).into_iter().collect(),
            ranges => ranges.iter().flat_map(|range| self.range(range, report)).collect(),
        };
        if codes.is_empty() {
            return;
        }
        for item in &def.items {
            if let CodeItem::Code(inner) = &item.item {
                self.code(domain, inner, codes.first().copied(), has_release, report);
            } else {
                self.said.push(Said { domain, codes: Rc::clone(&codes), item });
            }
        }
    }

    /// One code: new, or an overlay on one that is there.
    fn one(&mut self, name: &Name, def: &'t CodeDef, parent: Option<CodeId>, report: &Report) -> Option<CodeId> {
        let known_as = key(&name.item);
        if let Some(id) = self.place(&name.item) {
            match (&def.title, self.written.get(&id)) {
                (Some(_), Some(other)) => {
                    let problem = Problem::DuplicateCode { code: name.item.clone(), set: self.set.name.clone() };
                    if other.file == name.span.file {
                        report.say_beside(name.span, problem, *other, "first defined here");
                    } else {
                        report.say(
                            name.span,
                            problem,
                            Some(format!("the first is in {}", other.file.path().display())),
                        );
                    }
                    return None;
                }
                (Some(title), None) => self.set_title(id, &title.item),
                _ => {}
            }
            return Some(id);
        }
        let Some(title) = &def.title else {
            if self.set.is_starter {
                return None;
            }
            let is_new = def.is_group || def.items.iter().any(|item| matches!(item.item, CodeItem::Propose { .. }));
            let title = format!("give it a title: `code {} \"…\"`", name.item);
            let (problem, help) = match unknown_code(&self.set, &name.item) {
                _ if is_new => (Problem::MissingTitle { code: name.item.clone() }, title),
                (problem, Some(near)) => (problem, format!("{near} Or {title}")),
                (problem, None) => (problem, title),
            };
            report.say(name.span, problem, Some(help));
            return None;
        };
        let id = match CodeId::try_from(self.set.codes.len()) {
            Ok(id) => id,
            Err(error) => {
                report.too_many(name.span, error);
                return None;
            }
        };
        self.set.codes.push(Code {
            code: name.item.clone(),
            title: title.item.clone(),
            parents: parent.into_iter().collect(),
            is_assignable: !def.is_group,
            ..Code::default()
        });
        if def.is_group {
            self.assignable.insert(id, false);
        }
        self.places.insert(known_as, id);
        self.written.insert(id, name.span);
        Some(id)
    }

    /// Reports a code that the set does not have, with the one that is most like it.
    fn unknown_code(&self, name: &Name, report: &Report) {
        let (problem, near) = unknown_code(&self.set, &name.item);
        report.say(name.span, problem, near);
    }

    fn set_title(&mut self, id: CodeId, title: &str) {
        if let Some(code) = self.at(id) {
            title.clone_into(&mut code.title);
        }
    }

    fn at(&mut self, id: CodeId) -> Option<&mut Code> {
        id.get_mut(&mut self.set.codes)
    }

    /// The topmost codes of a range: what is said of them holds for what is under them.
    fn range(&mut self, range: &CodeRange, report: &Report) -> Vec<CodeId> {
        let low = key(&range.from.item);
        let high = range.to.as_ref().map_or_else(|| low.clone(), |to| key(&to.item));
        for name in [Some(&range.from), range.to.as_ref()].into_iter().flatten() {
            if self.place(&name.item).is_none() && !self.set.is_starter {
                self.unknown_code(name, report);
                return Vec::new();
            }
        }
        if range.to.is_none() {
            return self.place(&range.from.item).into_iter().collect();
        }
        let inside = |code: &Code| is_between(&key(&code.code), &low, &high);
        let mut tops = Vec::new();
        for (id, code) in CodeId::numbered(&self.set.codes) {
            let parent = code.parents.first().and_then(|parent| parent.get(&self.set.codes));
            if inside(code) && !parent.is_some_and(inside) {
                tops.push(id);
            }
        }
        tops
    }

    /// Puts the codes in order, a parent before what is under it, and fills in what needs no other name.
    fn settle(&mut self, report: &Report) {
        self.parents(report);
        self.close_references();
        self.say_leftovers(report);
        self.order(report);
        let said = std::mem::take(&mut self.said);
        for one in &said {
            for place in one.codes.iter() {
                self.plain(*place, one.item, report);
            }
        }
        self.said = said;
        self.finish();
        if self.set.codes.is_empty() {
            report.say(self.span, Problem::EmptyCodeSet { set: self.set.name.clone() }, None);
        }
    }

    /// What a statement says without naming anything outside the set.
    fn plain(&mut self, id: CodeId, item: &'t Spanned<CodeItem>, report: &Report) {
        let replacement = |draft: &Draft<'_>, by: &ReplacedBy, report: &Report| {
            let mut codes = Vec::new();
            for name in &by.codes {
                match draft.place(&name.item) {
                    Some(code) => codes.push(code),
                    None if draft.set.is_starter => {}
                    None => {
                        draft.unknown_code(name, report);
                    }
                }
            }
            (!codes.is_empty()).then_some(Replacement { how: by.how, codes })
        };
        match &item.item {
            CodeItem::Retired { replaced_by: Some(by), .. } | CodeItem::ReplacedBy(by) => {
                let found = replacement(self, by, report);
                if let Some(code) = self.at(id) {
                    code.replaced_by = found;
                }
            }
            CodeItem::Assignable(it) => {
                self.assignable.insert(id, *it);
            }
            CodeItem::Relation { relation, codes } => self.relations(id, relation, codes, report),
            CodeItem::Property { name, values, .. } if self.relation(&name.item).is_some() => {
                let from = |value: &Spanned<Expr>| Spanned::new(written(&value.item), value.span);
                let codes: Vec<CodeRange> =
                    values.iter().map(|value| CodeRange { from: from(value), to: None }).collect();
                self.relations(id, name, &codes, report);
            }
            _ => {}
        }
        let Some(code) = self.at(id) else { return };
        match &item.item {
            CodeItem::Also(phrases) => code.synonyms.extend(phrases.iter().map(|phrase| phrase.item.clone())),
            CodeItem::Designation { language, title } => {
                code.designations.push((language.item.clone(), title.item.clone()));
            }
            CodeItem::Definition(text) => code.definition.clone_from(&text.item),
            CodeItem::Note { kind: NoteKind::Note, text } => code.notes.push(("note".to_owned(), text.item.clone())),
            CodeItem::Note { kind: NoteKind::Inclusion, text } => {
                code.notes.push(("includes".to_owned(), text.item.clone()));
                code.synonyms.push(text.item.clone());
            }
            CodeItem::Valid { from, to } => {
                let (from, to) = (from.as_ref().map(|day| day.item), to.as_ref().map(|day| day.item));
                code.spans.push(Validity { from, to, is_assignable: true });
                check_spans(code, item.span, report);
            }
            CodeItem::Retired { on, .. } => retire(code, on.item),
            _ => {}
        }
    }

    fn relations(&mut self, id: CodeId, word: &Name, ranges: &[CodeRange], report: &Report) {
        let Some(relation) = self.relation(&word.item) else {
            let known = self.set.relations.iter().map(|known| known.name.as_str());
            let help = did_you_mean(&word.item, known);
            let help = help.unwrap_or_else(|| format!("declare it in the code set: `relation {}`", word.item));
            let problem = Problem::UnknownName { what: "relation".into(), name: word.item.clone() };
            report.say(word.span, problem, Some(help));
            return;
        };
        for range in ranges {
            let last = range.to.as_ref().unwrap_or(&range.from);
            let found = [&range.from, last].map(|name| self.place(&name.item));
            match found {
                [Some(from), Some(to)] => {
                    if let Some(code) = self.at(id) {
                        code.relations.push((relation, from, to));
                    }
                }
                _ if self.set.is_starter => {}
                [from, _] => {
                    let wrong = if from.is_none() { &range.from } else { last };
                    self.unknown_code(wrong, report);
                }
            }
        }
    }

    /// Which codes may be recorded: what has something below it may not, unless it says so.
    fn finish(&mut self) {
        let mut has_children = vec![false; self.set.codes.len()];
        for code in &self.set.codes {
            if let Some(it) = code.parents.first().and_then(|it| it.get_mut(&mut has_children)) {
                *it = true;
            }
        }
        for (id, code) in CodeId::numbered(&mut self.set.codes) {
            let has_children = id.get(&has_children).copied();
            let said = self.assignable.get(&id).copied();
            if self.written.contains_key(&id) {
                code.is_assignable = said.unwrap_or(!has_children.unwrap_or(false));
            } else if let Some(said) = said {
                code.is_assignable = said;
            } else {
                continue;
            }
            for span in &mut code.spans {
                span.is_assignable = code.is_assignable;
            }
        }
    }
}

fn retire(code: &mut Code, on: Day) {
    match code.spans.last_mut() {
        Some(span) if span.to.is_none() => span.to = Some(on),
        _ => code.spans.push(Validity { from: None, to: Some(on), is_assignable: true }),
    }
}

fn check_spans(code: &Code, at: Span, report: &Report) {
    let [.., before, after] = code.spans.as_slice() else { return };
    let overlaps = match (before.to, after.from) {
        (Some(end), Some(start)) => start <= end,
        _ => true,
    };
    if overlaps {
        report.say(at, Problem::SpanOverlap { code: code.code.clone() }, None);
    }
}
