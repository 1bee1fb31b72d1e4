//! Code sets as written and imported → codes in order, with places instead of names.

use super::report::Report;
use super::world::World;
use super::world::is_between;
use super::world::key;
use super::world::unknown_code;
use super::world::written;
use crate::definitions::import::Merged;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::Decision;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::ImportDef;
use crate::definitions::parse::tree::LabelLine;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::NoteKind;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::PointsOf;
use crate::definitions::parse::tree::ReplacedBy;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::words;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::Code;
use crate::model::content::CodeLabel;
use crate::model::content::CodeSet;
use crate::model::content::Relation;
use crate::model::content::Release;
use crate::model::content::Replacement;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::ids::CodeId;
use crate::model::ids::DomainId;
use crate::model::ids::PropertyId;
use crate::model::ids::RelationId;
use crate::model::ids::SetId;
use crate::model::policy::LabelRule;
use crate::model::value::Literal;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

/// A statement of a code and where it was said.
pub(super) struct Said<'t> {
    /// Domain, by place.
    pub domain: DomainId,
    /// File.
    pub file: &'t Path,
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

impl Default for Points {
    fn default() -> Points {
        Points { title: 4.0, also: 3.0, propose: 4.0 }
    }
}

/// The most that one match may be worth.
const MOST_POINTS: f64 = 100.0;

/// A code set while it is put together.
#[derive(Default)]
pub(super) struct Draft<'t> {
    /// Content so far.
    pub set: CodeSet,
    /// Domain that defines it, by place.
    pub domain: DomainId,
    /// File that defines it.
    pub file: PathBuf,
    /// Where its name stands.
    pub span: Span,
    /// Record whose criteria its codes state.
    pub record: Option<&'t Name>,
    /// Fields searched for phrases.
    pub texts: Vec<&'t PathDef>,
    /// Those of them whose words are looked up in the index of the set too.
    pub word_texts: Vec<&'t PathDef>,
    /// Confidence under which a candidate is not shown; with 1, nothing is shown but what a field offers.
    pub threshold: f64,
    /// What its matches are worth.
    pub points: Points,
    /// Fields whose codes become candidates.
    pub offers: Vec<(&'t PathDef, f64)>,
    /// Releases to import, with the domain and file that ask for them.
    pub imports: Vec<(DomainId, PathBuf, &'t ImportDef)>,
    /// Properties as written, for their types.
    pub properties: Vec<(PathBuf, &'t Name, &'t Spanned<crate::definitions::parse::tree::KindDef>)>,
    /// What was said of codes, to be looked at when all codes are in order.
    pub said: Vec<Said<'t>>,
    /// Codes that were written (not imported): place → where, so that only these get phrases.
    pub written: HashMap<CodeId, (&'t Path, Span)>,
    /// Codes said to be a group, or `assignable` or not.
    assignable: HashMap<CodeId, bool>,
    /// Codes as they are looked up → place.
    pub places: HashMap<String, CodeId>,
    /// Labels that an import gave by name: code by place, label.
    pub imported_labels: Vec<(CodeId, String)>,
    /// Values of properties that an import gave as texts: code by place, property, value.
    pub imported_properties: Vec<(CodeId, String, String)>,
}

/// Collects all code sets: names first, then imports, then codes, then order.
pub(super) fn collect<'t>(
    domains: &'t [DomainSource],
    report: &mut Report,
    import: &mut dyn FnMut(&mut Draft<'t>, &mut Report),
) -> Vec<Draft<'t>> {
    let mut drafts: Vec<Draft<'t>> = Vec::new();
    let definitions = |overlays: bool| {
        DomainId::numbered(domains).flat_map(move |(domain, source)| {
            source.files.iter().flat_map(move |file| {
                file.tree.statements.iter().filter_map(move |statement| match &statement.item {
                    Statement::CodeSet(def) if def.is_overlay == overlays => Some((domain, &file.path, def)),
                    _ => None,
                })
            })
        })
    };
    for (domain, file, def) in definitions(false) {
        report.enter(file);
        if drafts.iter().any(|draft| draft.set.name == def.name.item) {
            let problem = Problem::DuplicateName { what: "code set".into(), name: def.name.item.clone() };
            report.say(def.name.span, problem, Some("write `overlay` to add to a code set".into()));
            continue;
        }
        if let Err(error) = SetId::try_from(drafts.len()) {
            report.too_many(def.name.span, error);
            continue;
        }
        let mut draft = Draft { domain, file: file.clone(), span: def.name.span, ..Draft::default() };
        draft.set.name.clone_from(&def.name.item);
        head(&mut draft, domain, file, def, report);
        drafts.push(draft);
    }
    for (domain, file, def) in definitions(true) {
        report.enter(file);
        match drafts.iter_mut().find(|draft| draft.set.name == def.name.item) {
            Some(draft) => head(draft, domain, file, def, report),
            None => report.say(def.name.span, Problem::OverlayOfNothing { set: def.name.item.clone() }, None),
        }
    }
    for draft in &mut drafts {
        import(draft, report);
        draft.index();
    }
    for (domain, file, def) in definitions(false).chain(definitions(true)) {
        report.enter(file);
        if let Some(draft) = drafts.iter_mut().find(|draft| draft.set.name == def.name.item) {
            body(draft, domain, file, def, report);
        }
    }
    for draft in &mut drafts {
        report.enter(&draft.file.clone());
        draft.settle(report);
    }
    drafts
}

/// What stands in a code set besides codes.
fn head<'t>(draft: &mut Draft<'t>, domain: DomainId, file: &Path, def: &'t CodeSetDef, report: &mut Report) {
    if let Some(title) = &def.title {
        draft.set.title.clone_from(&title.item);
    }
    draft.record = def.record.as_ref().or(draft.record);
    for item in &def.items {
        match &item.item {
            SetItem::Uri(uri) => draft.set.uri.clone_from(&uri.item),
            SetItem::Release { name, from, to, known } => {
                let release = Release {
                    name: name.item.clone(),
                    from: from.as_ref().map(|day| day.item),
                    to: to.as_ref().map(|day| day.item),
                    known: known.as_ref().map(|day| day.item),
                };
                check_release(draft.set.releases.last(), &release, item.span, report);
                draft.set.releases.push(release);
            }
            SetItem::Property { name, kind } => {
                if draft.properties.iter().any(|(_, known, _)| known.item == name.item) {
                    let problem = Problem::DuplicateName { what: "property".into(), name: name.item.clone() };
                    report.say(name.span, problem, None);
                } else if let Err(error) = PropertyId::try_from(draft.properties.len()) {
                    report.too_many(name.span, error);
                } else {
                    draft.properties.push((file.to_path_buf(), name, kind));
                }
            }
            SetItem::Decide(Decision::Above(confidence)) => draft.threshold = confidence.item,
            SetItem::Decide(Decision::Never) => draft.threshold = 1.0,
            SetItem::Search { fields, by_words } => {
                draft.texts.extend(fields);
                if *by_words {
                    draft.word_texts.extend(fields);
                }
            }
            SetItem::Relation { name, title, is_symmetric, is_inherited } => {
                if draft.set.relations.iter().any(|known| known.name == name.item) {
                    let problem = Problem::DuplicateName { what: "relation".into(), name: name.item.clone() };
                    report.say(name.span, problem, None);
                } else if let Err(error) = RelationId::try_from(draft.set.relations.len()) {
                    report.too_many(name.span, error);
                } else {
                    draft.set.relations.push(Relation {
                        name: name.item.clone(),
                        title: title.as_ref().map(|title| title.item.clone()).unwrap_or_default(),
                        is_symmetric: *is_symmetric,
                        is_inherited: *is_inherited,
                    });
                }
            }
            SetItem::Points { of, points } => {
                if points.item <= 0.0 || points.item > MOST_POINTS {
                    report.say(points.span, Problem::BadPoints { points: points.item.to_string() }, None);
                } else {
                    match of {
                        PointsOf::Title => draft.points.title = points.item,
                        PointsOf::Also => draft.points.also = points.item,
                        PointsOf::Propose => draft.points.propose = points.item,
                    }
                }
            }
            SetItem::Import(import) => draft.imports.push((domain, file.to_path_buf(), import)),
            SetItem::Offer { path, points } => {
                draft.offers.push((path, points.as_ref().map_or(4.0, |points| points.item)));
            }
            SetItem::InHead | SetItem::Code(_) | SetItem::Starter(_) => {}
        }
    }
}

fn check_release(before: Option<&Release>, after: &Release, span: Span, report: &mut Report) {
    for end in [after.to, after.known] {
        if let (Some(from), Some(to)) = (after.from, end)
            && to < from
        {
            report.say(span, Problem::BadRange { from: from.to_string(), to: to.to_string() }, None);
        }
    }
    let Some(before) = before else { return };
    let names = (before.name.clone(), after.name.clone());
    match (before.to, after.from) {
        (Some(end), Some(start)) if start.0 > end.0 + 1 => {
            let help = Some(format!("begin it on {}", Day(end.0 + 1)));
            report.say(span, Problem::ReleaseGap { before: names.0, after: names.1 }, help);
        }
        (Some(end), Some(start)) if start <= end => {
            let help = Some(format!("end {} on {}", before.name, Day(start.0 - 1)));
            report.say(span, Problem::ReleaseOverlap { before: names.0, after: names.1 }, help);
        }
        (None, Some(_)) => {
            let help = Some(format!("say when release {} ends: `to DATE`", before.name));
            report.say(span, Problem::ReleaseOverlap { before: names.0, after: names.1 }, help);
        }
        _ => {}
    }
}

/// The codes of one definition.
fn body<'t>(draft: &mut Draft<'t>, domain: DomainId, file: &'t Path, def: &'t CodeSetDef, report: &mut Report) {
    let has_release = !draft.imports.is_empty() && !draft.set.is_starter;
    for item in &def.items {
        match &item.item {
            SetItem::Code(code) => draft.code(domain, file, code, None, has_release, report),
            SetItem::Starter(items) if !has_release => {
                for inner in items {
                    if let SetItem::Code(code) = &inner.item {
                        draft.code(domain, file, code, None, has_release, report);
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'t> Draft<'t> {
    /// Takes over what was imported; what the definition says of the set itself stays.
    pub fn take(&mut self, merged: Merged, report: &mut Report) {
        let Merged { mut set, labels, properties, .. } = merged;
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
            report.enter(&self.file);
            report.too_many(self.span, error);
        }
        self.set.codes = set.codes;
        self.set.index = set.index;
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
    fn declared(&self, brought: &Relation, report: &mut Report) -> Option<RelationId> {
        let place = self.relation(&brought.name);
        if place.is_none() {
            let flags = [(brought.is_symmetric, " symmetric"), (brought.is_inherited, " inherited")];
            let flags: String = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
            let help = format!("write `relation {}{flags}`", brought.name);
            let problem = Problem::UndeclaredRelation { relation: brought.name.clone(), set: self.set.name.clone() };
            report.enter(&self.file);
            report.say(self.span, problem, Some(help));
        }
        place
    }

    /// The place of a relation that the set declares.
    fn relation(&self, name: &str) -> Option<RelationId> {
        RelationId::find(&self.set.relations, |known| known.name == name)
    }

    fn index(&mut self) {
        for (id, code) in CodeId::numbered(&self.set.codes) {
            self.places.insert(key(&code.code), id);
        }
    }

    /// A code or group, or something said of codes that are there.
    fn code(
        &mut self,
        domain: DomainId,
        file: &'t Path,
        def: &'t CodeDef,
        parent: Option<CodeId>,
        has_release: bool,
        report: &mut Report,
    ) {
        if def.is_starter && has_release {
            return;
        }
        let codes: Rc<[CodeId]> = match def.codes.as_slice() {
            [CodeRange { from, to: None }] => self.one(file, from, def, parent, report).into_iter().collect(),
            ranges => ranges.iter().flat_map(|range| self.range(range, report)).collect(),
        };
        if codes.is_empty() {
            return;
        }
        for item in &def.items {
            if let CodeItem::Code(inner) = &item.item {
                self.code(domain, file, inner, codes.first().copied(), has_release, report);
            } else {
                self.said.push(Said { domain, file, codes: Rc::clone(&codes), item });
            }
        }
    }

    /// One code: new, or an overlay on one that is there.
    fn one(
        &mut self,
        file: &'t Path,
        name: &Name,
        def: &'t CodeDef,
        parent: Option<CodeId>,
        report: &mut Report,
    ) -> Option<CodeId> {
        let known_as = key(&name.item);
        if let Some(id) = self.places.get(&known_as).copied() {
            match (&def.title, self.written.get(&id)) {
                (Some(_), Some((other_file, other))) => {
                    let problem = Problem::DuplicateCode { code: name.item.clone(), set: self.set.name.clone() };
                    if *other_file == file {
                        report.say_beside(name.span, problem, *other, "first defined here");
                    } else {
                        report.say(name.span, problem, Some(format!("the first is in {}", other_file.display())));
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
        self.written.insert(id, (file, name.span));
        Some(id)
    }

    /// Reports a code that the set does not have, with the one that is most like it.
    fn unknown_code(&self, name: &Name, report: &mut Report) {
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
    fn range(&mut self, range: &CodeRange, report: &mut Report) -> Vec<CodeId> {
        let low = key(&range.from.item);
        let high = range.to.as_ref().map_or_else(|| low.clone(), |to| key(&to.item));
        for name in [Some(&range.from), range.to.as_ref()].into_iter().flatten() {
            if !self.places.contains_key(&key(&name.item)) && !self.set.is_starter {
                self.unknown_code(name, report);
                return Vec::new();
            }
        }
        if range.to.is_none() {
            return self.places.get(&low).copied().into_iter().collect();
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
    fn settle(&mut self, report: &mut Report) {
        self.parents(report);
        self.order(report);
        let mut said = std::mem::take(&mut self.said);
        for one in &mut said {
            report.enter(one.file);
            for place in one.codes.iter() {
                self.plain(*place, one.item, report);
            }
        }
        self.said = said;
        self.finish();
        report.enter(&self.file.clone());
        if self.set.codes.is_empty() {
            report.say(self.span, Problem::EmptyCodeSet { set: self.set.name.clone() }, None);
        }
    }

    /// `under P, Q`: the first is the main parent where the code stands in no group.
    fn parents(&mut self, report: &mut Report) {
        let said = std::mem::take(&mut self.said);
        for one in &said {
            let CodeItem::Under(names) = &one.item.item else { continue };
            report.enter(one.file);
            for name in names {
                let Some(parent) = self.places.get(&key(&name.item)).copied() else {
                    let (_, near) = unknown_code(&self.set, &name.item);
                    for place in one.codes.iter() {
                        let code = self.at(*place).map(|code| code.code.clone()).unwrap_or_default();
                        let problem = Problem::UnknownParent { code, parent: name.item.clone() };
                        report.say(name.span, problem, near.clone());
                    }
                    continue;
                };
                for place in one.codes.iter() {
                    if let Some(code) = self.at(*place)
                        && !code.parents.contains(&parent)
                    {
                        code.parents.push(parent);
                    }
                }
            }
        }
        self.said = said;
    }

    fn order(&mut self, report: &mut Report) {
        let count = self.set.codes.len();
        let mut children: Vec<Vec<CodeId>> = vec![Vec::new(); count];
        let mut roots = Vec::new();
        for (id, code) in CodeId::numbered(&self.set.codes) {
            let siblings = code.parents.first().and_then(|parent| parent.get_mut(&mut children));
            siblings.unwrap_or(&mut roots).push(id);
        }
        let mut order = Vec::with_capacity(count);
        let mut open: Vec<CodeId> = roots.into_iter().rev().collect();
        while let Some(id) = open.pop() {
            order.push(id);
            if let Some(below) = id.get(&children) {
                open.extend(below.iter().rev());
            }
        }
        if order.len() < count {
            self.say_cycle(&order, report);
        }
        let is_ordered = CodeId::numbered(&order).all(|(id, old)| id == *old);
        if !is_ordered {
            self.rearrange(&order);
        }
    }

    fn say_cycle(&mut self, reached: &[CodeId], report: &mut Report) {
        let mut is_reached = vec![false; self.set.codes.len()];
        for id in reached {
            if let Some(it) = id.get_mut(&mut is_reached) {
                *it = true;
            }
        }
        let left = self.set.codes.iter().zip(&is_reached).filter(|(_, reached)| !**reached);
        let names: Vec<&str> = left.map(|(code, _)| code.code.as_str()).take(6).collect();
        let first = CodeId::find(&is_reached, |reached| !reached);
        let place = first.and_then(|place| self.written.get(&place)).copied();
        let problem = Problem::ParentCycle { codes: names.join(", ") };
        let (file, span) = place.unwrap_or((&self.file, self.span));
        report.enter(file);
        report.say(span, problem, Some("take one `under` away".into()));
    }

    /// Moves the codes into the order given (old ids) and follows with every id that names a code.
    fn rearrange(&mut self, order: &[CodeId]) {
        // A code in a circle of parents is not in the order: what names it names nothing then.
        let Ok(nothing) = CodeId::try_from(self.set.codes.len()) else { return };
        let mut new = vec![nothing; self.set.codes.len()];
        for (id, old) in CodeId::numbered(order) {
            if let Some(slot) = old.get_mut(&mut new) {
                *slot = id;
            }
        }
        let moved = |old: CodeId| old.get(&new).copied().unwrap_or(old);
        let mut codes: Vec<Option<Code>> = std::mem::take(&mut self.set.codes).into_iter().map(Some).collect();
        for old in order {
            let taken = old.get_mut(&mut codes).and_then(Option::take);
            self.set.codes.extend(taken);
        }
        for code in &mut self.set.codes {
            for parent in &mut code.parents {
                *parent = moved(*parent);
            }
            for (_, from, to) in &mut code.relations {
                (*from, *to) = (moved(*from), moved(*to));
            }
            for by in code.replaced_by.iter_mut().flat_map(|it| it.codes.iter_mut()) {
                *by = moved(*by);
            }
        }
        for (_, code) in &mut self.set.index {
            *code = moved(*code);
        }
        let places = std::mem::take(&mut self.places);
        self.places = places.into_iter().map(|(code, old)| (code, moved(old))).collect();
        for one in &mut self.said {
            one.codes = one.codes.iter().map(|code| moved(*code)).collect();
        }
        for (code, _) in &mut self.imported_labels {
            *code = moved(*code);
        }
        for (code, ..) in &mut self.imported_properties {
            *code = moved(*code);
        }
        self.written = std::mem::take(&mut self.written).into_iter().map(|(place, at)| (moved(place), at)).collect();
        self.assignable =
            std::mem::take(&mut self.assignable).into_iter().map(|(place, it)| (moved(place), it)).collect();
    }

    /// What a statement says without naming anything outside the set.
    fn plain(&mut self, id: CodeId, item: &'t Spanned<CodeItem>, report: &mut Report) {
        let replacement = |draft: &Draft<'_>, by: &ReplacedBy, report: &mut Report| {
            let mut codes = Vec::new();
            for name in &by.codes {
                match draft.places.get(&key(&name.item)) {
                    Some(code) => codes.push(*code),
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

    fn relations(&mut self, id: CodeId, word: &Name, ranges: &[CodeRange], report: &mut Report) {
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
            let found = [&range.from, last].map(|name| self.places.get(&key(&name.item)).copied());
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

fn check_spans(code: &Code, at: Span, report: &mut Report) {
    let [.., before, after] = code.spans.as_slice() else { return };
    let overlaps = match (before.to, after.from) {
        (Some(end), Some(start)) => start <= end,
        _ => true,
    };
    if overlaps {
        report.say(at, Problem::SpanOverlap { code: code.code.clone() }, None);
    }
}

/// Fills in what names something outside the set: labels, properties. Runs when the world is known.
pub(super) fn resolve(world: &mut World, set: SetId, draft: &Draft<'_>, report: &mut Report) {
    let mut labels: Vec<(CodeId, CodeLabel)> = Vec::new();
    let mut rules: Vec<LabelRule> = Vec::new();
    let mut values: Vec<(CodeId, PropertyId, Literal, Days)> = Vec::new();
    for one in &draft.said {
        report.enter(one.file);
        match &one.item.item {
            CodeItem::Label(line) => {
                let LabelLine { labels: names, from, to, see } = line.as_ref();
                for name in names {
                    match world.label(name) {
                        Ok(label) => {
                            let (from, to) = (from.as_ref().map(|day| day.item), to.as_ref().map(|day| day.item));
                            labels.extend(one.codes.iter().map(|code| (*code, CodeLabel { label, from, to })));
                            let see = see.as_ref().map(|see| see.item.clone()).unwrap_or_default();
                            add_rule(&mut rules, LabelRule { set, label, from, to, see, codes: ranges(&one.codes) });
                        }
                        Err((problem, help)) => report.say(name.span, problem, help),
                    }
                }
            }
            CodeItem::Property { name, .. } if world.relation(set, &name.item).is_some() => {}
            CodeItem::Property { name, values: given, days } => {
                let days = days.days();
                let Some((place, kind)) = world.property(set, &name.item) else {
                    let problem = Problem::UnknownProperty { property: name.item.clone(), set: draft.set.name.clone() };
                    report.say(name.span, problem, Some(instead(&name.item, &world.column_names(set))));
                    continue;
                };
                for value in given {
                    match property_value(world, value, kind) {
                        Ok(literal) => {
                            values.extend(one.codes.iter().map(|code| (*code, place, literal.clone(), days)));
                        }
                        Err((problem, help)) => report.say(value.span, problem, help),
                    }
                }
            }
            _ => {}
        }
    }
    world.label_rules.append(&mut rules);
    let Some(content) = set.get_mut(&mut world.sets) else { return };
    for (code, label) in labels {
        if let Some(code) = code.get_mut(&mut content.codes)
            && !code.labels.contains(&label)
        {
            code.labels.push(label);
        }
    }
    for (code, property, literal, days) in values {
        match code.get_mut(&mut content.codes) {
            Some(code) if days.is_always() => code.properties.push((property, literal)),
            Some(code) => code.dated_properties.push((property, literal, days)),
            None => {}
        }
    }
}

/// What to type instead of a word that is neither one of the language nor a property.
fn instead(word: &str, properties: &[String]) -> String {
    let known = properties.iter().map(String::as_str).chain(words::CODE.iter().copied());
    did_you_mean(word, known).unwrap_or_else(|| {
        format!("a property is declared in its code set, such as `property {word} text`; words for finding it: `also`")
    })
}

/// Places that follow one another, as ranges.
fn ranges(codes: &[CodeId]) -> Vec<(CodeId, CodeId)> {
    let mut out: Vec<(CodeId, CodeId)> = Vec::new();
    for code in codes {
        match out.last_mut() {
            Some((_, last)) if last.next() == Some(*code) => *last = *code,
            _ => out.push((*code, *code)),
        }
    }
    out
}

/// Joins what one source says of one label: codes are written one by one, rules are read whole.
fn add_rule(rules: &mut Vec<LabelRule>, rule: LabelRule) {
    let is_same = |it: &&mut LabelRule| {
        (it.set, it.label, it.from, it.to) == (rule.set, rule.label, rule.from, rule.to) && it.see == rule.see
    };
    match rules.iter_mut().find(is_same) {
        Some(same) => same.codes.extend(rule.codes),
        None => rules.push(rule),
    }
}

fn property_value(
    world: &World,
    value: &Spanned<Expr>,
    kind: &crate::model::record::Kind,
) -> Result<Literal, super::world::Mistake> {
    world.literal(&value.item, kind)
}
