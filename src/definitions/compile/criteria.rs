//! What makes a code a candidate: phrases, `when`, `unless`, `needs`, `raise`, `offer`.

use super::content::Draft;
use super::expression::Lowering;
use super::expression::join;
use super::report::Report;
use super::scope::Found;
use super::scope::Scope;
use super::scope::Type;
use super::texts::Texts;
use super::world::World;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::PathDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::ids::DomainId;
use crate::model::ids::FieldId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::rules::Classifier;
use crate::model::rules::Criteria;
use crate::model::rules::Needed;
use crate::model::rules::Raise;
use crate::model::rules::Scored;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path as FilePath;

/// The classifier of one code set for one domain that says something of its codes; `None` if it has no record.
pub(super) fn classifier(
    draft: &Draft<'_>,
    set: SetId,
    domain: DomainId,
    world: &World,
    source: &dyn Fn(&FilePath, crate::diagnostics::span::Span) -> String,
    report: &mut Report,
    texts: &mut Texts,
) -> Option<Classifier> {
    report.enter(&draft.file);
    let records = domain.get(&world.domains).map(|names| names.records.as_slice()).unwrap_or_default();
    let id = match draft.record {
        Some(name) => {
            let found = RecordId::find(records, |record| record.name == name.item);
            if found.is_none() && world.stands_on(domain, draft.domain) {
                let problem = Problem::UnknownName { what: "record".into(), name: name.item.clone() };
                let help = did_you_mean(&name.item, records.iter().map(|record| record.name.as_str()));
                report.say(name.span, problem, help);
            }
            found?
        }
        None if records.is_empty() => return None,
        None => RecordId::FIRST,
    };
    let record = id.get(records)?;
    let scope = Scope::new(world, domain, Some(record));
    let mut lowering = Lowering { world, scope, report, texts };
    let mut classifier = Classifier {
        set,
        record: id,
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        threshold: draft.threshold as f32,
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        words_threshold: draft.words_threshold as f32,
        texts: Vec::new(),
        text_names: Vec::new(),
        criteria: Vec::new(),
        offers: Vec::new(),
        is_learned: false,
        by_words: Vec::new(),
    };
    fields(draft, world.stands_on(domain, draft.domain), record, &mut lowering, &mut classifier);
    let mut criteria = phrases(draft, domain, &mut lowering, &classifier);
    said(draft, domain, &mut lowering, &mut criteria, source);
    unreachable(draft, domain, set, &criteria, &mut lowering);
    classifier.criteria = criteria.into_values().collect();
    let is_useful = !classifier.criteria.is_empty()
        || !classifier.offers.is_empty()
        || !classifier.by_words.is_empty()
        || world.stands_on(domain, draft.domain) && !draft.lessons.is_empty();
    is_useful.then_some(classifier)
}

/// The fields that a code set looks at: what it offers, the texts that it searches.
fn fields(
    draft: &Draft<'_>,
    is_own: bool,
    record: &Record,
    lowering: &mut Lowering<'_, '_>,
    classifier: &mut Classifier,
) {
    if is_own {
        for (path, points) in &draft.offers {
            if let Some(found) = path_of(path, lowering) {
                #[expect(clippy::cast_possible_truncation, reason = "points are small")]
                classifier.offers.push((found, *points as f32, join(path)));
            }
        }
    }
    for path in &draft.texts {
        if let Some(found) = path_of(path, lowering) {
            classifier.texts.push(found);
            classifier.text_names.push(join(path));
        }
    }
    for path in &draft.word_texts {
        let place = draft.texts.iter().position(|it| it.span == path.span && std::ptr::eq(*it, *path));
        classifier.by_words.extend(place.and_then(|place| u16::try_from(place).ok()));
    }
    if draft.texts.is_empty() {
        free_fields(&record.fields, &mut Vec::new(), "", classifier);
    }
}

fn path_of(path: &PathDef, lowering: &mut Lowering<'_, '_>) -> Option<Path> {
    let typed = lowering.lower(&Spanned::new(Expr::Word(join(path)), path.span), None);
    match typed.expression {
        Expression::Path(path) => Some(path),
        _ => None,
    }
}

/// All free texts of a record.
fn free_fields(fields: &[Field], slots: &mut Vec<FieldId>, name: &str, classifier: &mut Classifier) {
    for (slot, field) in FieldId::numbered(fields) {
        let name = if name.is_empty() { field.name.clone() } else { format!("{name}.{}", field.name) };
        slots.push(slot);
        let mut kind = &field.kind;
        while let Kind::List(inner) = kind {
            kind = inner;
        }
        match kind {
            Kind::Text if field.privacy.is_free => {
                classifier.texts.push(Path { root: crate::model::expression::Root::Encounter, slots: slots.clone() });
                classifier.text_names.push(name);
            }
            Kind::Record(inner) => free_fields(inner, slots, &name, classifier),
            _ => {}
        }
        slots.pop();
    }
}

/// Synonyms and titles of the codes that were written.
fn phrases(
    draft: &Draft<'_>,
    domain: DomainId,
    lowering: &mut Lowering<'_, '_>,
    classifier: &Classifier,
) -> BTreeMap<CodeId, Criteria> {
    let mut out = BTreeMap::new();
    if classifier.texts.is_empty() || !lowering.world.stands_on(domain, draft.domain) {
        return out;
    }
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    let (title, also) = (draft.points().title as f32, draft.points().also as f32);
    let content = classifier.set.get(&lowering.world.sets);
    let is_also = |one: &&super::content::Said<'_>| matches!(one.item.item, CodeItem::Also(_));
    let named: BTreeSet<CodeId> = draft.said.iter().filter(is_also).flat_map(|one| one.codes.iter().copied()).collect();
    for (id, code) in content.iter().flat_map(|set| CodeId::numbered(&set.codes)) {
        if !(draft.written.contains_key(&id) || named.contains(&id)) || !code.is_assignable {
            continue;
        }
        let mut phrases = Vec::new();
        if title > 0.0 {
            phrases.push((lowering.texts.phrase(&code.title), title));
        }
        for synonym in code.synonyms.iter().filter(|_| also > 0.0) {
            let phrase = lowering.texts.phrase(synonym);
            if !phrases.iter().any(|(known, _)| *known == phrase) {
                phrases.push((phrase, also));
            }
        }
        out.insert(id, Criteria { phrases, ..empty(id) });
    }
    out
}

fn empty(code: CodeId) -> Criteria {
    Criteria { code, phrases: Vec::new(), when: Vec::new(), unless: Vec::new(), needs: Vec::new(), raise: Vec::new() }
}

fn said(
    draft: &Draft<'_>,
    domain: DomainId,
    lowering: &mut Lowering<'_, '_>,
    out: &mut BTreeMap<CodeId, Criteria>,
    source: &dyn Fn(&FilePath, crate::diagnostics::span::Span) -> String,
) {
    let world = lowering.world;
    for one in draft.said.iter().filter(|one| world.stands_on(domain, one.domain)) {
        lowering.report.enter(one.file);
        match &one.item.item {
            CodeItem::Propose { condition, points } => {
                let lowered = lowering.condition(condition);
                super::checks::never(&lowered, condition.span, lowering);
                #[expect(clippy::cast_possible_truncation, reason = "points are small")]
                let points = points.as_ref().map_or(draft.points().propose, |points| points.item) as f32;
                let path = first_path(&condition.item).filter(|word| is_path(lowering, word)).unwrap_or_default();
                let scored = Scored { condition: lowered, points, source: source(one.file, condition.span), path };
                add(&one.codes, scored, out, |criteria, scored| criteria.when.push(scored));
            }
            CodeItem::Never(condition) => {
                let lowered = lowering.condition(condition);
                add(&one.codes, lowered, out, |criteria, lowered| criteria.unless.push(lowered));
            }
            CodeItem::Needs(paths) => {
                for path in paths {
                    if let Some(found) = path_of(path, lowering) {
                        let needed = Needed { name: join(path), path: found };
                        add(&one.codes, needed, out, |criteria, needed| criteria.needs.push(needed));
                    }
                }
            }
            CodeItem::Raise { property, value, when, days } => {
                let world = lowering.world;
                let Some(set) = world.set(&draft.set.name) else { continue };
                let Some((place, kind)) = world.property(set, &property.item) else {
                    let problem =
                        Problem::UnknownProperty { property: property.item.clone(), set: draft.set.name.clone() };
                    let names = world.property_names(set);
                    let help = did_you_mean(&property.item, names.iter().map(String::as_str));
                    lowering.say_at(property.span, problem, help);
                    continue;
                };
                let when = lowering.condition(when);
                let value = Type::of(kind).and_then(|kind| lowering.literal(value, kind));
                if let Some(value) = value {
                    let raise = Raise { property: place, value, when, days: days.days() };
                    add(&one.codes, raise, out, |criteria, raise| criteria.raise.push(raise));
                }
            }
            _ => {}
        }
    }
}

/// Adds one thing to the criteria of every code that it was said of; only where these are several it is copied.
fn add<T: Clone>(codes: &[CodeId], what: T, out: &mut BTreeMap<CodeId, Criteria>, put: impl Fn(&mut Criteria, T)) {
    let Some((last, others)) = codes.split_last() else { return };
    for code in others {
        put(out.entry(*code).or_insert_with(|| empty(*code)), what.clone());
    }
    put(out.entry(*last).or_insert_with(|| empty(*last)), what);
}

/// The first word of a condition, which names the field it is about.
fn first_path(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Word(word) => Some(word.clone()),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().find_map(|part| first_path(&part.item)),
        Expr::Not(inner) => first_path(&inner.item),
        Expr::Compare { left, .. }
        | Expr::Is { left, .. }
        | Expr::In { left, .. }
        | Expr::Includes { left, .. }
        | Expr::Under { left, .. }
        | Expr::IsWord { left, .. }
        | Expr::Labelled { left, .. }
        | Expr::Matches { left, .. }
        | Expr::TextTest { left, .. }
        | Expr::Mentions { left, .. }
        | Expr::Within { left, .. }
        | Expr::Relates { left, .. } => first_path(&left.item),
        Expr::Present { of, .. } => first_path(&of.item),
        _ => None,
    }
}

fn is_path(lowering: &Lowering<'_, '_>, word: &str) -> bool {
    matches!(lowering.scope.find(word), Found::Path { .. })
}

/// Lines that a `never` line of the same code rules out, and codes whose every way in is shut.
fn unreachable(
    draft: &Draft<'_>,
    domain: DomainId,
    set: SetId,
    criteria: &BTreeMap<CodeId, Criteria>,
    lowering: &mut Lowering<'_, '_>,
) {
    let Some(content) = set.get(&lowering.world.sets) else { return };
    let first_day = content.releases.iter().filter_map(|release| release.from).min();
    for criterion in criteria.values().filter(|criterion| !criterion.when.is_empty()) {
        let Some((file, span)) = draft.written.get(&criterion.code) else { continue };
        let Some(code) = criterion.code.get(&content.codes) else { continue };
        let is_shut =
            |scored: &Scored| criterion.unless.iter().any(|unless| super::checks::implies(&scored.condition, unless));
        for (number, _) in criterion.when.iter().enumerate().filter(|(_, scored)| is_shut(scored)) {
            say_shut(draft, domain, criterion.code, number, lowering);
        }
        let has_ended =
            |day| !code.spans.is_empty() && code.spans.iter().all(|span| span.to.is_some_and(|to| to < day));
        let help = if !code.is_assignable {
            Some("a group cannot be recorded: say `assignable`, or move its lines to a code under it")
        } else if first_day.is_some_and(has_ended) {
            Some("it ended before the first release began")
        } else if criterion.phrases.is_empty() && criterion.when.iter().all(is_shut) {
            Some("a `never` line rules out all that its `propose` lines find")
        } else {
            None
        };
        if let Some(help) = help {
            lowering.report.enter(file);
            lowering.say_at(*span, Problem::UnreachableCode { code: code.code.clone() }, Some(help.to_owned()));
        }
    }
}

/// Reports the `propose` line of a code that stands at `number` among its lines.
fn say_shut(draft: &Draft<'_>, domain: DomainId, code: CodeId, number: usize, lowering: &mut Lowering<'_, '_>) {
    let world = lowering.world;
    let own = draft.said.iter().filter(|one| world.stands_on(domain, one.domain) && one.codes.contains(&code));
    let mut lines = own.filter_map(|one| match &one.item.item {
        CodeItem::Propose { condition, .. } => Some((one.file, condition.span)),
        _ => None,
    });
    if let Some((file, span)) = lines.nth(number) {
        lowering.report.enter(file);
        let why = "a `never` line of the code rules out all that it finds".into();
        lowering.say_at(span, Problem::NeverHolds { why }, None);
    }
}
