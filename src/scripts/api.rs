//! Everything scripts may call, in one table: what is registered is what `tencode doc scripts` lists.
//!
//! Each function has bounded input and does bounded work. A code set that does not exist is an error, a code that does
//! not exist gives `()` or `false`.

use super::call;
use super::call::Answer;
use super::call::Change;
use super::call::Said;
use super::call::refuse;
use super::dates;
use super::dates::Date;
use crate::model::content::MatchKind;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::rules::Severity;
use crate::model::value::Literal;
use crate::registry::Codes;
use crate::registry::Registry;
use rhai::Array;
use rhai::Dynamic;
use rhai::Engine;
use rhai::Map;
use std::sync::Arc;

/// Codes a function answers at most.
const MAX_CODES: usize = 500;
/// Hits a search answers at most.
const MAX_HITS: i64 = 20;
/// Bytes of a query or a code.
const MAX_QUERY: usize = 500;

/// One function, as the reference pages show it.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    /// Name, parameters and result.
    pub signature: &'static str,
    /// What it does, in one line.
    pub says: &'static str,
}

struct Entry {
    described: Described,
    register: fn(&mut Engine, &Arc<Registry>),
}

/// A finding before it is said.
#[derive(Debug, Clone)]
pub(super) struct FindingValue(pub(super) Said);

/// Every function, in the order of the reference page.
pub fn described() -> impl Iterator<Item = Described> {
    TABLE.iter().map(|entry| entry.described)
}

/// Registers them all.
pub(super) fn register(engine: &mut Engine, registry: &Arc<Registry>) {
    engine.register_type_with_name::<FindingValue>("Finding");
    for entry in TABLE {
        (entry.register)(engine, registry);
    }
}

const fn entry(signature: &'static str, says: &'static str, register: fn(&mut Engine, &Arc<Registry>)) -> Entry {
    Entry { described: Described { signature, says }, register }
}

const TABLE: &[Entry] = &[
    entry(
        "find(set, code) -> text or ()",
        "the code as its publisher writes it; case and dots do not matter",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("find", move |set: &str, code: &str| {
                with(&registry, set, code, |codes, code| text(codes.code(code)))
            });
        },
    ),
    entry("title(set, code) -> text or ()", "its title", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("title", move |set: &str, code: &str| {
            with(&registry, set, code, |codes, code| text(codes.display(code)))
        });
    }),
    entry("is_under(set, a, b) -> bool", "`a` is `b` or below it", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("is_under", move |set: &str, a: &str, b: &str| -> Answer<bool> {
            let codes = codes(&registry, set)?;
            Ok(match (find(codes, a), find(codes, b)) {
                (Some(a), Some(b)) => codes.is_under(a, b),
                _ => false,
            })
        });
    }),
    entry(
        "is_valid(set, code, on) -> bool",
        "it may be recorded itself on that day (a date, a time or a text)",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("is_valid", move |set: &str, code: &str, on: Dynamic| -> Answer<bool> {
                let codes = codes(&registry, set)?;
                let Some(on) = dates::day(&on) else { return Ok(false) };
                Ok(find(codes, code).is_some_and(|code| codes.is_assignable(code, on)))
            });
        },
    ),
    entry("parent(set, code) -> text or ()", "the code above it", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("parent", move |set: &str, code: &str| {
            with(&registry, set, code, |codes, code| {
                codes.parent(code).map_or(Dynamic::UNIT, |parent| text(codes.code(parent)))
            })
        });
    }),
    entry("children(set, code) -> list of text", "the codes directly below it, 500 at most", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("children", move |set: &str, code: &str| {
            with(&registry, set, code, |codes, code| list(codes, codes.children(code)))
        });
    }),
    entry("ancestors(set, code) -> list of text", "the codes above it, nearest first", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("ancestors", move |set: &str, code: &str| {
            with(&registry, set, code, |codes, code| list(codes, codes.ancestors(code)))
        });
    }),
    entry(
        "property(set, code, name) -> value or ()",
        "a property of the code; a list where it has several values",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("property", move |set: &str, code: &str, name: &str| {
                with(&registry, set, code, |codes, code| property(codes, code, name))
            });
        },
    ),
    entry(
        "search(set, words, limit) -> list of #{code, title, score}",
        "codes by words, best first; 20 at most, 20 searches a call",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine
                .register_fn("search", move |set: &str, words: &str, limit: i64| search(&registry, set, words, limit));
        },
    ),
    entry(
        "map(from, code, to) -> list of #{code, kind, condition}",
        "the crosswalk from one set to another, on the day of the encounter",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("map", move |from: &str, code: &str, to: &str| map(&registry, from, code, to));
        },
    ),
    entry("on() -> date", "the day the encounter is judged for", |engine, _| {
        engine.register_fn("on", || Date(call::on()));
    }),
    entry("today() -> date", "today, as the program was told", |engine, _| {
        engine.register_fn("today", || Date(call::today()));
    }),
    entry("date(text) -> date or ()", "reads `2026-01-31` or `20260131`", |engine, _| {
        engine.register_fn("date", |value: Dynamic| day(&value));
    }),
    entry("add_days(date, n) -> date or ()", "the day `n` days later, or earlier", |engine, _| {
        engine.register_fn("add_days", |date: Dynamic, days: i64| dates::later(&date, days));
    }),
    entry("days(a, b) -> integer or ()", "whole days from `a` to `b`", |engine, _| {
        engine.register_fn("days", |a: Dynamic, b: Dynamic| match (dates::day(&a), dates::day(&b)) {
            (Some(a), Some(b)) => Dynamic::from(i64::from(b.0) - i64::from(a.0)),
            _ => Dynamic::UNIT,
        });
    }),
    entry("years(a, b) -> integer or ()", "whole years from `a` to `b`", |engine, _| {
        engine.register_fn("years", |a: Dynamic, b: Dynamic| {
            let years = dates::day(&a).zip(dates::day(&b)).and_then(|(a, b)| a.years_to(b));
            years.map_or(Dynamic::UNIT, |years| Dynamic::from(i64::from(years)))
        });
    }),
    entry(
        "finding(severity, path, message) -> finding",
        "a finding, to be returned by `validate` alone or in a list",
        |engine, _| {
            engine.register_fn("finding", |severity: &str, path: &str, message: &str| {
                said("script", severity, path, message).map(FindingValue)
            });
        },
    ),
    entry("finding(rule, severity, path, message) -> finding", "the same under a rule's own name", |engine, _| {
        engine.register_fn("finding", |rule: &str, severity: &str, path: &str, message: &str| {
            said(rule, severity, path, message).map(FindingValue)
        });
    }),
    entry("fix(finding, set, code) -> finding", "the finding with a code that would mend it", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("fix", move |finding: FindingValue, set: &str, code: &str| -> Answer<FindingValue> {
            let (set, codes) = set_of(&registry, set)?;
            let Some(code) = find(codes, code) else { return refuse("the code set has no such code") };
            Ok(FindingValue(Said { fix: Some((set, code)), ..finding.0 }))
        });
    }),
    entry("report(severity, path, message)", "says a finding without returning it", |engine, _| {
        engine.register_fn("report", |severity: &str, path: &str, message: &str| {
            call::say(said("script", severity, path, message)?)
        });
    }),
    entry("report(rule, severity, path, message)", "the same under a rule's own name", |engine, _| {
        engine.register_fn("report", |rule: &str, severity: &str, path: &str, message: &str| {
            call::say(said(rule, severity, path, message)?)
        });
    }),
    entry(
        "candidate(set, code, points, what)",
        "in `classify`: proposes a code, or adds to one that is proposed",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("candidate", move |set: &str, code: &str, points: Dynamic, what: &str| {
                points_for(&registry, set, code, &points, what, true)
            });
        },
    ),
    entry(
        "adjust(set, code, points, what)",
        "in `classify`: adds points to a code that is proposed, or takes them",
        |engine, registry| {
            let registry = Arc::clone(registry);
            engine.register_fn("adjust", move |set: &str, code: &str, points: Dynamic, what: &str| {
                points_for(&registry, set, code, &points, what, false)
            });
        },
    ),
    entry("remove(set, code)", "in `classify`: takes a code out of the candidates", |engine, registry| {
        let registry = Arc::clone(registry);
        engine.register_fn("remove", move |set: &str, code: &str| -> Answer<()> {
            let (set, codes) = set_of(&registry, set)?;
            find(codes, code).map_or(Ok(()), |code| call::change(Change::Remove { set, code }))
        });
    }),
];

fn set_of<'r>(registry: &'r Registry, set: &str) -> Answer<(SetId, Codes<'r>)> {
    match call::set(set).or_else(|| registry.set(set)) {
        Some(place) => Ok((place, registry.codes(place))),
        None => refuse("there is no such code set"),
    }
}

fn codes<'r>(registry: &'r Registry, set: &str) -> Answer<Codes<'r>> {
    set_of(registry, set).map(|(_, codes)| codes)
}

fn find(codes: Codes<'_>, code: &str) -> Option<CodeId> {
    if code.len() > MAX_QUERY { None } else { codes.find(code) }
}

fn with(
    registry: &Registry,
    set: &str,
    code: &str,
    answer: impl FnOnce(Codes<'_>, CodeId) -> Dynamic,
) -> Answer<Dynamic> {
    let codes = codes(registry, set)?;
    Ok(find(codes, code).map_or(Dynamic::UNIT, |code| answer(codes, code)))
}

fn text(text: &str) -> Dynamic {
    Dynamic::from(text.to_owned())
}

fn day(value: &Dynamic) -> Dynamic {
    dates::day(value).map_or(Dynamic::UNIT, |day| Dynamic::from(Date(day)))
}

fn list(codes: Codes<'_>, found: Vec<CodeId>) -> Dynamic {
    let list: Array = found.into_iter().take(MAX_CODES).map(|code| text(codes.code(code))).collect();
    Dynamic::from(list)
}

fn property(codes: Codes<'_>, code: CodeId, name: &str) -> Dynamic {
    let Some(place) = codes.property_place(name) else { return Dynamic::UNIT };
    let mut values: Array = codes
        .property(code, place)
        .iter()
        .take(MAX_CODES)
        .map(|value| match value {
            Literal::Bool(it) => Dynamic::from(*it),
            Literal::Number(it) => Dynamic::from(*it),
            Literal::Money(it) => Dynamic::from_decimal(*it),
            Literal::Day(it) => Dynamic::from(Date(*it)),
            other => Dynamic::from(codes.property_text(place, other)),
        })
        .collect();
    match values.len() {
        0 => Dynamic::UNIT,
        1 => values.remove(0),
        _ => Dynamic::from(values),
    }
}

fn search(registry: &Registry, set: &str, words: &str, limit: i64) -> Answer<Array> {
    call::search()?;
    let codes = codes(registry, set)?;
    if words.len() > MAX_QUERY {
        return refuse("a search takes 500 bytes at most");
    }
    let limit = usize::try_from(limit.clamp(0, MAX_HITS)).unwrap_or(0);
    let hits = codes.search(words, Some(call::on()), limit);
    Ok(hits
        .iter()
        .take(limit)
        .map(|hit| {
            let mut row = Map::new();
            row.insert("code".into(), text(codes.code(hit.code)));
            row.insert("title".into(), text(codes.display(hit.code)));
            row.insert("score".into(), Dynamic::from(f64::from(hit.score)));
            Dynamic::from(row)
        })
        .collect())
}

fn map(registry: &Registry, from: &str, code: &str, to: &str) -> Answer<Array> {
    let (from, source) = set_of(registry, from)?;
    let (to, target) = set_of(registry, to)?;
    let Some(code) = find(source, code) else { return Ok(Array::new()) };
    let targets = registry.map(from, code, to, call::on());
    Ok(targets
        .iter()
        .take(MAX_CODES)
        .map(|entry| {
            let mut row = Map::new();
            row.insert("code".into(), entry.code.map_or(Dynamic::UNIT, |code| text(target.code(code))));
            row.insert("kind".into(), text(kind(entry.kind)));
            row.insert("condition".into(), text(&entry.condition));
            Dynamic::from(row)
        })
        .collect())
}

fn kind(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Equivalent => "equivalent",
        MatchKind::Broader => "broader",
        MatchKind::Narrower => "narrower",
        MatchKind::Related => "related",
    }
}

fn said(rule: &str, severity: &str, path: &str, message: &str) -> Answer<Said> {
    let Some(severity) = Severity::named(severity) else {
        return refuse("a severity is `error`, `warning`, `advice` or `undecided`");
    };
    if rule.len() + path.len() + message.len() > 2_000 {
        return refuse("a finding is longer than 2,000 bytes");
    }
    Ok(Said { rule: rule.to_owned(), severity, path: path.to_owned(), message: message.to_owned(), fix: None })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "points are small")]
fn points_for(registry: &Registry, set: &str, code: &str, points: &Dynamic, what: &str, is_new: bool) -> Answer<()> {
    let points = points.as_float().ok().or_else(|| points.as_int().ok().map(|points| points as f64));
    let Some(points) = points.filter(|points| points.abs() <= 1_000.0) else {
        return refuse("points are a number from -1000 to 1000");
    };
    let (set, codes) = set_of(registry, set)?;
    let Some(code) = find(codes, code) else { return refuse("the code set has no such code") };
    if what.len() > MAX_QUERY {
        return refuse("a reason is longer than 500 bytes");
    }
    call::change(Change::Points { set, code, points: points as f32, what: what.to_owned(), is_new })
}
