//! Crosswalks and `maps to` lines as written → mappings between places.

use super::content::Draft;
use super::context::Attempt;
use super::context::Compiler;
use super::world::World;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CrosswalkDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Spanned;
use crate::model::content::Crosswalk;
use crate::model::content::Mapping;
use crate::model::ids::CodeId;
use crate::model::ids::DomainId;
use crate::model::ids::SetId;
use std::collections::BTreeMap;

/// A crosswalk, without what it imports.
pub(super) fn crosswalk(def: &CrosswalkDef, compiler: Compiler<'_>) -> Option<Crosswalk> {
    let Compiler { domain, world, report, .. } = compiler;
    let mut sets = [None; 2];
    for (place, name) in sets.iter_mut().zip([&def.from, &def.to]) {
        match world.known_set(name, domain) {
            Ok(set) => *place = Some(set),
            Err((problem, help)) => report.say(name.span, problem, help),
        }
    }
    let [Some(from), Some(to)] = sets else { return None };
    let mut out = Crosswalk { name: def.name.item.clone(), from, to, entries: Vec::new() };
    let mut conditions: BTreeMap<CodeId, (bool, bool, Spanned<()>)> = BTreeMap::new();
    for line in &def.lines {
        let Some(source_code) = code(from, &line.item.from, compiler) else { continue };
        let target = match &line.item.to {
            None => None,
            Some(name) => match target(to, name, compiler) {
                Some(code) => Some(code),
                None => continue,
            },
        };
        let kind = line.item.kind.unwrap_or_default();
        let condition = line.item.when.as_ref().map(|when| compiler.written(when.span).to_owned()).unwrap_or_default();
        let condition = if line.item.otherwise { "otherwise".to_owned() } else { condition };
        let seen = conditions.entry(source_code).or_insert((false, false, Spanned::new((), line.span)));
        seen.0 |= line.item.when.is_some();
        seen.1 |= line.item.otherwise || condition.is_empty();
        if out.entries.iter().any(|it| it.from == source_code && it.to == target && it.condition == condition) {
            let to = line.item.to.as_ref().map_or("none", |name| name.item.as_str()).to_owned();
            report.say(line.span, Problem::RepeatedMap { from: line.item.from.item.clone(), to }, None);
            continue;
        }
        out.entries.push(Mapping {
            from: source_code,
            to: target,
            kind,
            condition,
            group: 0,
            since: None,
            until: None,
        });
    }
    for (code, (has_condition, has_rest, at)) in conditions {
        if has_condition && !has_rest {
            let set = from.get(&world.sets);
            let code = set.and_then(|set| code.get(&set.codes)).map(|code| code.code.clone());
            report.say(at.span, Problem::MapWithoutOtherwise { from: code.unwrap_or_default() }, None);
        }
    }
    Some(out)
}

/// Whether a domain has a form of its own of one of the code sets of a crosswalk that it has from the domain it extends.
pub(super) fn has_own_form(def: &CrosswalkDef, compiler: Compiler<'_>) -> bool {
    let Compiler { domain, world, .. } = compiler;
    let above = compiler.names().and_then(|names| names.parent);
    [&def.from, &def.to]
        .into_iter()
        .any(|name| above.is_some_and(|above| world.set_for(above, &name.item) != world.set_for(domain, &name.item)))
}

fn code(set: SetId, name: &Name, compiler: Compiler<'_>) -> Option<CodeId> {
    let found = compiler.world.code(set, &name.item);
    if found.is_none() && !compiler.world.is_starter(set) {
        let (problem, help) = compiler.world.unknown_code(set, &name.item);
        compiler.say(name.span, problem, help);
    }
    found
}

/// A code to map to: there, recordable, not retired.
fn target(set: SetId, name: &Name, compiler: Compiler<'_>) -> Option<CodeId> {
    let id = code(set, name, compiler)?;
    let content = set.get(&compiler.world.sets)?;
    let code = id.get(&content.codes)?;
    let ended =
        code.spans.iter().all(|span| span.to.is_some()).then(|| code.spans.last().and_then(|span| span.to)).flatten();
    if let Some(day) = ended.filter(|_| code.replaced_by.is_some() || content.releases.iter().all(|it| it.to.is_none()))
    {
        let by = code.replaced_by.as_ref().and_then(|by| by.codes.first());
        let by = by.and_then(|by| by.get(&content.codes));
        let help = by.map(|by| format!("map to `{}`, which replaced it", by.code));
        let problem =
            Problem::MapToRetired { code: code.code.clone(), set: content.name.clone(), day: day.to_string() };
        compiler.say(name.span, problem, help);
    } else if !code.is_assignable {
        compiler.say(name.span, Problem::MapToGroup { code: code.code.clone(), set: content.name.clone() }, None);
    }
    Some(id)
}

/// The `maps to` lines of all code sets, a crosswalk for each pair of sets.
pub(super) fn from_codes(drafts: &[Draft<'_>], attempt: Attempt<'_>, world: &World) -> Vec<(DomainId, Crosswalk)> {
    let mut out: BTreeMap<(DomainId, SetId, SetId), Crosswalk> = BTreeMap::new();
    for (from, draft) in SetId::numbered(drafts) {
        for one in &draft.said {
            let CodeItem::MapsTo(targets) = &one.item.item else { continue };
            let Some(compiler) = attempt.of_domain(one.domain, world) else { continue };
            for to in targets {
                let set = match world.known_set(&to.set, one.domain) {
                    Ok(set) => set,
                    Err((problem, help)) => {
                        compiler.say(to.set.span, problem, help);
                        continue;
                    }
                };
                let Some(code) = target(set, &to.code, compiler) else { continue };
                let kind = to.kind.unwrap_or_default();
                let condition = to.when.as_ref().map(|when: &Spanned<Expr>| {
                    // A long condition is wrapped in its file; people are shown it on one line.
                    compiler.written(when.span).split_whitespace().collect::<Vec<_>>().join(" ")
                });
                let condition = if to.otherwise { "otherwise".to_owned() } else { condition.unwrap_or_default() };
                let walk = out.entry((one.domain, from, set)).or_insert_with(|| Crosswalk {
                    from,
                    to: set,
                    ..Crosswalk::default()
                });
                for source in one.codes.iter() {
                    let condition = condition.clone();
                    walk.entries.push(Mapping {
                        from: *source,
                        to: Some(code),
                        kind,
                        condition,
                        group: 0,
                        since: None,
                        until: None,
                    });
                }
            }
        }
    }
    out.into_iter().map(|((domain, ..), walk)| (domain, walk)).collect()
}
