//! What codes name outside of their set: labels, properties.

use super::super::report::Report;
use super::super::world::World;
use super::Draft;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::LabelLine;
use crate::definitions::parse::words;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::content::CodeLabel;
use crate::model::day::Days;
use crate::model::ids::CodeId;
use crate::model::ids::PropertyId;
use crate::model::ids::SetId;
use crate::model::policy::LabelRule;
use crate::model::value::Literal;

/// Fills in what names something outside the set: labels, properties. Runs when the world is known.
pub(in crate::definitions::compile) fn resolve(world: &mut World, set: SetId, draft: &Draft<'_>, report: &Report) {
    let mut labels: Vec<(CodeId, CodeLabel)> = Vec::new();
    let mut rules: Vec<LabelRule> = Vec::new();
    let mut values: Vec<(CodeId, PropertyId, Literal, Days)> = Vec::new();
    for one in &draft.said {
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
) -> Result<Literal, super::super::world::Mistake> {
    world.literal(&value.item, kind)
}
