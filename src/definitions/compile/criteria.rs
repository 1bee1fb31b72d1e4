//! What makes a code a candidate: phrases, `when`, `unless`, `needs`, `raise`, `offer`.

use super::content::Draft;
use super::context::Compiler;
use super::expression::Lowering;
use super::expression::join;
use super::scope::Found;
use super::scope::Type;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::PathDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::ids::FieldId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::rules::Bar;
use crate::model::rules::Classifier;
use crate::model::rules::Criteria;
use crate::model::rules::Needed;
use crate::model::rules::Offer;
use crate::model::rules::Raise;
use crate::model::rules::Scored;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The classifier of one code set for one domain that says something of its codes; `None` if it has no record.
pub(super) fn classifier(draft: &Draft<'_>, set: SetId, compiler: Compiler<'_>) -> Option<Classifier> {
    let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
    let is_own = compiler.stands_on(draft.domain);
    let id = match draft.record {
        Some(name) => {
            let found = RecordId::find(records, |record| record.name == name.item);
            if found.is_none() && is_own {
                let problem = Problem::UnknownName { what: "record".into(), name: name.item.clone() };
                let help = did_you_mean(&name.item, records.iter().map(|record| record.name.as_str()));
                compiler.say(name.span, problem, help);
            }
            found?
        }
        // The one that the manifest names stands first.
        None => RecordId::FIRST,
    };
    let record = id.get(records)?;
    let mut lowering = Lowering::new(compiler, Some(record));
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
        uncertain: Vec::new(),
    };
    fields(draft, is_own, record, &mut lowering, &mut classifier);
    if is_own {
        if let Some(line) = draft.uncertain.first().filter(|_| draft.word_texts.is_empty()) {
            let place = format!("`{}`, which is not searched by words", draft.set.name);
            let problem = Problem::Misplaced { what: "uncertain counts".into(), place };
            lowering.say(line.span, problem, Some("add `search in FIELD by words`, or leave it out".into()));
        }
        classifier.uncertain = draft.uncertain.iter().map(|condition| lowering.condition(condition)).collect();
    }
    let mut criteria = phrases(draft, &mut lowering, &classifier);
    said(draft, &mut lowering, &mut criteria);
    unreachable(draft, set, &criteria, &mut lowering);
    classifier.criteria = criteria.into_values().collect();
    let is_useful = !classifier.criteria.is_empty()
        || !classifier.offers.is_empty()
        || !classifier.by_words.is_empty()
        || is_own && !draft.lessons.is_empty();
    is_useful.then_some(classifier)
}

/// The fields that a code set looks at: what it offers, the texts that it searches.
fn fields(draft: &Draft<'_>, is_own: bool, record: &Record, lowering: &mut Lowering<'_>, classifier: &mut Classifier) {
    if is_own {
        for (path, points) in &draft.offers {
            if let Some(found) = path_of(path, lowering) {
                let name = join(path);
                let title = title_of(&found, &record.fields).filter(|title| !title.is_empty());
                let title = title.map_or_else(|| name.clone(), str::to_owned);
                #[expect(clippy::cast_possible_truncation, reason = "points are small")]
                classifier.offers.push(Offer { path: found, points: *points as f32, name, title });
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

/// What a record says of the field at a path.
fn title_of<'r>(path: &Path, fields: &'r [Field]) -> Option<&'r str> {
    let (last, above) = path.slots.split_last()?;
    let fields = above.iter().try_fold(fields, |fields, slot| match slot.get(fields)?.kind.innermost() {
        Kind::Record(inner) => Some(inner.as_slice()),
        _ => None,
    });
    Some(last.get(fields?)?.title.as_str())
}

fn path_of(path: &PathDef, lowering: &mut Lowering<'_>) -> Option<Path> {
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
fn phrases(draft: &Draft<'_>, lowering: &mut Lowering<'_>, classifier: &Classifier) -> BTreeMap<CodeId, Criteria> {
    let mut out = BTreeMap::new();
    if classifier.texts.is_empty() || !lowering.compiler.stands_on(draft.domain) {
        return out;
    }
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    let (title, also) = (draft.points().title as f32, draft.points().also as f32);
    let content = classifier.set.get(&lowering.compiler.world.sets);
    let is_also = |one: &&super::content::Said<'_>| matches!(one.item.item, CodeItem::Also(_));
    let named: BTreeSet<CodeId> = draft.said.iter().filter(is_also).flat_map(|one| one.codes.iter().copied()).collect();
    for (id, code) in content.iter().flat_map(|set| CodeId::numbered(&set.codes)) {
        if !(draft.written.contains_key(&id) || named.contains(&id)) || !code.is_assignable {
            continue;
        }
        let mut phrases = Vec::new();
        if title > 0.0 {
            phrases.push((lowering.compiler.texts.phrase(&code.title), title));
        }
        for synonym in code.synonyms.iter().filter(|_| also > 0.0) {
            let phrase = lowering.compiler.texts.phrase(synonym);
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

fn said(draft: &Draft<'_>, lowering: &mut Lowering<'_>, out: &mut BTreeMap<CodeId, Criteria>) {
    let compiler = lowering.compiler;
    for one in draft.said.iter().filter(|one| compiler.stands_on(one.domain)) {
        match &one.item.item {
            CodeItem::Propose { condition, points } => {
                let lowered = lowering.condition(condition);
                super::checks::never(&lowered, condition.span, lowering);
                #[expect(clippy::cast_possible_truncation, reason = "points are small")]
                let points = points.as_ref().map_or(draft.points().propose, |points| points.item) as f32;
                let path = first_path(&condition.item).filter(|word| is_path(lowering, word)).unwrap_or_default();
                let scored =
                    Scored { condition: lowered, points, source: on_one_line(compiler.written(condition.span)), path };
                add(&one.codes, scored, out, |criteria, scored| criteria.when.push(scored));
            }
            CodeItem::Never(condition) => {
                let lowered = lowering.condition(condition);
                let bar = Bar { condition: lowered, source: on_one_line(compiler.written(condition.span)) };
                add(&one.codes, bar, out, |criteria, bar| criteria.unless.push(bar));
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
                let world = compiler.world;
                let Some(set) = world.set(&draft.set.name) else { continue };
                let Some((place, kind)) = world.property(set, &property.item) else {
                    let problem =
                        Problem::UnknownProperty { property: property.item.clone(), set: draft.set.name.clone() };
                    let names = world.property_names(set);
                    let help = did_you_mean(&property.item, names.iter().map(String::as_str));
                    lowering.say(property.span, problem, help);
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

/// A text of the definitions as people are shown it: however it was wrapped, on one line.
pub(super) fn on_one_line(text: &str) -> String {
    if !text.contains(['\n', '\t', '\r']) && !text.contains("  ") {
        return text.to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_path(lowering: &Lowering<'_>, word: &str) -> bool {
    matches!(lowering.scope.find(word), Found::Path { .. })
}

/// Lines that a `never` line of the same code rules out, and codes whose every way in is shut.
fn unreachable(draft: &Draft<'_>, set: SetId, criteria: &BTreeMap<CodeId, Criteria>, lowering: &mut Lowering<'_>) {
    let Some(content) = set.get(&lowering.compiler.world.sets) else { return };
    let first_day = content.releases.iter().filter_map(|release| release.from).min();
    for criterion in criteria.values().filter(|criterion| !criterion.when.is_empty()) {
        let Some(span) = draft.written.get(&criterion.code) else { continue };
        let Some(code) = criterion.code.get(&content.codes) else { continue };
        let is_shut = |scored: &Scored| {
            criterion.unless.iter().any(|bar| super::checks::implies(&scored.condition, &bar.condition))
        };
        for (number, _) in criterion.when.iter().enumerate().filter(|(_, scored)| is_shut(scored)) {
            say_shut(draft, criterion.code, number, lowering);
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
            lowering.say(*span, Problem::UnreachableCode { code: code.code.clone() }, Some(help.to_owned()));
        }
    }
}

/// Reports the `propose` line of a code that stands at `number` among its lines.
fn say_shut(draft: &Draft<'_>, code: CodeId, number: usize, lowering: &mut Lowering<'_>) {
    let own = draft.said.iter().filter(|one| lowering.compiler.stands_on(one.domain) && one.codes.contains(&code));
    let mut lines = own.filter_map(|one| match &one.item.item {
        CodeItem::Propose { condition, .. } => Some(condition.span),
        _ => None,
    });
    if let Some(span) = lines.nth(number) {
        let why = "a `never` line of the code rules out all that it finds".into();
        lowering.say(span, Problem::NeverHolds { why }, None);
    }
}
