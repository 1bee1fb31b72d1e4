//! What a code set says of itself, before its codes.

use super::super::report::Report;
use super::Draft;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::Decision;
use crate::definitions::parse::tree::PointsOf;
use crate::definitions::parse::tree::SetItem;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::Relation;
use crate::model::content::Release;
use crate::model::day::Day;
use crate::model::ids::DomainId;
use crate::model::ids::PropertyId;
use crate::model::ids::RelationId;
use crate::model::lessons::Target;

/// Confidence from which on lines of the definitions decide by themselves where a model decides by a share: one synonym.
const LINES_DECIDE: f64 = 0.35;
/// The most that one match may be worth.
const MOST_POINTS: f64 = 100.0;

/// What stands in a code set besides codes.
pub(super) fn head<'t>(draft: &mut Draft<'t>, domain: DomainId, def: &'t CodeSetDef, report: &Report) {
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
                if draft.properties.iter().any(|(known, _)| known.item == name.item) {
                    let problem = Problem::DuplicateName { what: "property".into(), name: name.item.clone() };
                    report.say(name.span, problem, None);
                } else if let Err(error) = PropertyId::try_from(draft.properties.len()) {
                    report.too_many(name.span, error);
                } else {
                    draft.properties.push((name, kind));
                }
            }
            SetItem::Decide(Decision::Above(least)) => draft.threshold = confidence(least, report),
            SetItem::Decide(Decision::Never) => draft.threshold = 1.0,
            SetItem::Decide(Decision::Right(hundredths)) => {
                draft.target = share(hundredths, report).map(Target::Right);
                draft.threshold = LINES_DECIDE;
            }
            SetItem::Decide(Decision::Texts(hundredths)) => {
                draft.target = share(hundredths, report).map(Target::Decided);
                draft.threshold = LINES_DECIDE;
            }
            SetItem::Learn(lessons) => draft.lessons.extend(lessons.iter().map(|lesson| (item.span, lesson))),
            SetItem::Search { fields, by_words } => {
                draft.texts.extend(fields);
                if let Some(by_words) = by_words {
                    draft.word_texts.extend(fields);
                    let above = by_words.above.as_ref();
                    draft.words_threshold = above.map_or(draft.words_threshold, |least| confidence(least, report));
                }
            }
            SetItem::Relation { .. } => relation(&mut draft.set.relations, &item.item, report),
            SetItem::Points { of, points } => worth(&mut draft.said_points, *of, points, report),
            SetItem::Import(import) => draft.imports.push((domain, import)),
            SetItem::Offer { path, points } => {
                draft.offers.push((path, points.as_ref().map_or(4.0, |points| points.item)));
            }
            SetItem::Uncertain(condition) => draft.uncertain.push(condition),
            SetItem::InHead | SetItem::Code(_) | SetItem::Starter(_) => {}
        }
    }
}

/// A confidence from which on codes are shown.
fn confidence(least: &Spanned<f64>, report: &Report) -> f64 {
    if !(0.0..=1.0).contains(&least.item) {
        let hundredths = Some(least.item / 100.0).filter(|it| (0.0..=1.0).contains(it));
        let help = hundredths.map(|it| format!("write `{it}` for {} of a hundred", least.item));
        report.say(least.span, Problem::BadConfidence { confidence: least.item.to_string() }, help);
    }
    least.item
}

/// A number of hundredths as a share.
fn share(hundredths: &Spanned<f64>, report: &Report) -> Option<f32> {
    if hundredths.item <= 0.0 || hundredths.item > 100.0 {
        let problem = Problem::BadShare { share: hundredths.item.to_string() };
        report.say(hundredths.span, problem, Some("write `decide never` where a person always chooses".into()));
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
    let share = (hundredths.item / 100.0) as f32;
    Some(share)
}

/// Declares a relation; says so where there is one of that name.
fn relation(relations: &mut Vec<Relation>, item: &SetItem, report: &Report) {
    let SetItem::Relation { name, title, is_symmetric, is_inherited } = item else { return };
    if relations.iter().any(|known| known.name == name.item) {
        let problem = Problem::DuplicateName { what: "relation".into(), name: name.item.clone() };
        report.say(name.span, problem, None);
    } else if let Err(error) = RelationId::try_from(relations.len()) {
        report.too_many(name.span, error);
    } else {
        relations.push(Relation {
            name: name.item.clone(),
            title: title.as_ref().map(|title| title.item.clone()).unwrap_or_default(),
            is_symmetric: *is_symmetric,
            is_inherited: *is_inherited,
        });
    }
}

/// What one kind of match is worth from here on.
fn worth(of_set: &mut Vec<(PointsOf, f64)>, of: PointsOf, points: &Spanned<f64>, report: &Report) {
    if points.item <= 0.0 || points.item > MOST_POINTS {
        report.say(points.span, Problem::BadPoints { points: points.item.to_string() }, None);
    } else {
        of_set.push((of, points.item));
    }
}

fn check_release(before: Option<&Release>, after: &Release, span: Span, report: &Report) {
    if let (Some(from), Some(known)) = (after.from, after.known)
        && known < from
    {
        report.say(span, Problem::BadRange { from: from.to_string(), to: known.to_string() }, None);
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
