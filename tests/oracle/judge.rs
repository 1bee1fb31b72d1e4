//! What an encounter is to be answered with: candidates and their reasons, codes, findings, what is missing.

use super::language::Cond;
use super::language::Definitions;
use super::language::Expr;
use super::language::Path;
use super::language::Phrase;
use super::language::Rule;
use super::language::Set;
use super::language::Step;
use super::meaning::Frame;
use super::phrases::is_spoken;
use super::phrases::notes;
use super::phrases::phrases;
use super::phrases::texts;
use super::world;
use super::world::Encounter;
use super::world::Kind;
use super::world::RECORD;
use super::world::Value;

/// A reason. Where several phrases begin at one word any of them may be named.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reason {
    pub(super) kind: &'static str,
    pub(super) path: String,
    pub(super) what: Vec<String>,
    pub(super) points: f32,
}

#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) set: usize,
    pub(super) code: usize,
    pub(super) score: f32,
    pub(super) because: Vec<Reason>,
}

#[derive(Debug, Default)]
pub(super) struct Answer {
    /// All candidates, set by set, best first.
    pub(super) candidates: Vec<Candidate>,
    /// Rule, severity, path; sorted.
    pub(super) findings: Vec<(String, String, String)>,
    /// What rules say that stop at their first finding, had they gone on.
    pub(super) more: Vec<(String, String, String)>,
    /// Top-level fields in which something does not fit.
    pub(super) misfits: Vec<String>,
    /// Set, code, the weight it is raised to.
    pub(super) codes: Vec<(usize, usize, Option<f64>)>,
    pub(super) missing: Vec<String>,
    /// The day it is judged for.
    pub(super) on: i64,
    /// Fields with what was worked out.
    pub(super) slots: Vec<Value>,
}

/// Judges an encounter.
pub(super) fn judge(said: &Definitions, encounter: &Encounter, on: Option<i64>) -> Answer {
    let day = match encounter.slots[0] {
        Value::Day(day) => Some(day),
        _ => None,
    };
    let on = on.or(day).unwrap_or(world::TODAY);
    let slots = derived(said, encounter, on);
    let mut frame = Frame { said, slots: &slots, on, today: world::TODAY, bound: Vec::new() };
    let mut answer = Answer { on, ..Answer::default() };
    let given = given(&slots);
    let known: Vec<usize> = given.iter().filter_map(|(_, code)| *code).collect();
    let mut sets: Vec<Vec<Candidate>> = Vec::new();
    for (place, set) in said.sets.iter().enumerate() {
        if place == 0 {
            answer.codes = known.iter().map(|code| (0, *code, raised(&mut frame, set, *code))).collect();
        }
        let candidates = candidates(&mut frame, place, set);
        let best = candidates.first().filter(|best| !is_below(set, best.score)).map(|best| best.code);
        let carried = known.iter().copied().filter(|_| place == 0);
        for code in carried.chain(best) {
            for path in &set.codes[code].needs {
                if !answer.missing.contains(&path.written) && frame.is_missing(path) {
                    answer.missing.push(path.written.clone());
                }
            }
        }
        if !candidates.is_empty() {
            sets.push(candidates);
        }
    }
    sets.sort_by(|a, b| b[0].score.total_cmp(&a[0].score));
    answer.candidates = sets.concat();
    answer.findings = findings(&mut frame, encounter, &given, &mut answer.more);
    answer.misfits = encounter.misfits.iter().map(|path| path.split(['.', '[']).next().unwrap().to_owned()).collect();
    answer.slots = slots;
    answer
}

pub(super) fn confidence(score: f32) -> f32 {
    1.0 - (-score / 4.0).exp2()
}

pub(super) fn is_below(set: &Set, score: f32) -> bool {
    confidence(score) < set.abstain.map_or(0.0, |share| f32::from(share) / 100.0)
}

/// Defaults, then what is worked out, each only where the encounter says nothing.
fn derived(said: &Definitions, encounter: &Encounter, on: i64) -> Vec<Value> {
    let mut slots = encounter.slots.clone();
    if matches!(slots[world::KIND], Value::Absent) {
        let mut asked = Frame { said, slots: &encounter.slots, on, today: world::TODAY, bound: Vec::new() };
        let case = said.defaults.iter().find(|(_, when)| when.as_ref().is_none_or(|when| asked.holds(when)));
        if let Some((place, _)) = case {
            slots[world::KIND] = Value::Choice(*place, world::KINDS);
        }
    }
    for (slot, value) in [(world::WORTH, &said.worth), (world::RANK, &said.rank)] {
        let Some(value) = value.as_ref().filter(|_| matches!(slots[slot], Value::Absent)) else { continue };
        let values = Frame { said, slots: &slots, on, today: world::TODAY, bound: Vec::new() }.eval(value);
        if let [one] = values.as_slice() {
            slots[slot] = one.clone();
        }
    }
    slots
}

/// Codes as they stand in the encounter: path, place in the first set.
fn given(slots: &[Value]) -> Vec<(String, Option<usize>)> {
    fn enter(
        value: &Value,
        path: String,
        fields: Option<&'static [world::Field]>,
        found: &mut Vec<(String, Option<usize>)>,
    ) {
        match value {
            Value::Code(code, _) => found.push((path, *code)),
            Value::List(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(place, item)| enter(item, format!("{path}[{place}]"), fields, found));
            }
            Value::Record(slots) => {
                for (slot, field) in slots.iter().zip(fields.unwrap_or(&[])) {
                    enter(slot, format!("{path}.{}", field.name), fields_in(&field.kind), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (value, field) in slots.iter().zip(&RECORD) {
        enter(value, field.name.to_owned(), fields_in(&field.kind), &mut found);
    }
    found
}

fn fields_in(kind: &'static Kind) -> Option<&'static [world::Field]> {
    match kind {
        Kind::Record(fields) => Some(fields),
        Kind::List(inner) => fields_in(inner),
        _ => None,
    }
}

fn raised(frame: &mut Frame<'_>, set: &Set, code: usize) -> Option<f64> {
    let on = frame.on;
    let mut lines = set.codes[code].raise.iter();
    lines.find(|(_, when, days)| super::meaning::is_on(*days, on) && frame.holds(when)).map(|(value, ..)| *value)
}

// ---- candidates

/// A reason on its way to a code: the code that speaks, and whether only a phrase does.
#[derive(Clone)]
struct Spoken {
    by: usize,
    is_phrase: bool,
    reason: Reason,
}

fn candidates(frame: &mut Frame<'_>, number: usize, set: &Set) -> Vec<Candidate> {
    let mut spoken: Vec<(usize, Spoken)> = Vec::new();
    for by in 0..set.codes.len() {
        let reasons = reasons(frame, set, by);
        if reasons.is_empty() || set.codes[by].unless.iter().any(|unless| frame.holds(unless)) {
            continue;
        }
        let code = current(set, by, frame.on);
        spoken.extend(reasons.into_iter().map(|(is_phrase, reason)| (code, Spoken { by, is_phrase, reason })));
    }
    let mut found: Vec<(Candidate, bool)> = Vec::new();
    for code in 0..set.codes.len() {
        let mut because: Vec<Spoken> = Vec::new();
        for (_, one) in spoken.iter().filter(|(it, _)| *it == code) {
            // The same words speak once, though the code also stands for one that has ended.
            if !because.iter().any(|known| known.by != one.by && known.reason == one.reason) {
                because.push(one.clone());
            }
        }
        let score: f32 = because.iter().map(|it| it.reason.points).sum();
        if score > 0.0 && set.is_assignable(code, frame.on) {
            let is_phrase = because.iter().all(|it| it.is_phrase);
            let because = because.into_iter().map(|it| it.reason).collect();
            found.push((Candidate { set: number, code, score, because }, is_phrase));
        }
    }
    // Where phrases alone speak, the more specific code stays.
    let is_above = |code: usize| {
        found.iter().any(|(it, is_phrase)| {
            let mut at = set.codes[it.code].parent;
            std::iter::from_fn(|| {
                let here = at?;
                at = set.codes[here].parent;
                Some(here)
            })
            .any(|above| *is_phrase && above == code)
        })
    };
    let mut all: Vec<Candidate> =
        found.iter().filter(|(it, is_phrase)| !(*is_phrase && is_above(it.code))).map(|it| it.0.clone()).collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    all
}

/// The code itself, or the one that is to be used instead since it has ended.
fn current(set: &Set, code: usize, on: i64) -> usize {
    let has_ended = set.codes[code].spans.last().is_some_and(|(_, to)| to.is_some_and(|to| to < on));
    match &set.codes[code].replaced {
        Some(("", by)) if has_ended => current(set, by[0], on),
        _ => code,
    }
}

/// What speaks for a code, and whether it is a phrase alone.
fn reasons(frame: &mut Frame<'_>, set: &Set, place: usize) -> Vec<(bool, Reason)> {
    let code = &set.codes[place];
    let mut found = Vec::new();
    for (phrase, points) in phrases(set, place) {
        let path = texts(set).into_iter().find(|path| is_spoken(frame, path, phrase, set, place));
        if let Some(path) = path {
            let what = vec![phrase.written.clone()];
            found.push((true, Reason { kind: "phrase", path: path.written, what, points }));
        }
    }
    for (when, points) in &code.when {
        if frame.holds(when) {
            let points = points.or(set.points[2]).unwrap_or(4.0);
            found.push(match mentioned(frame, set, when) {
                Some((path, what)) => (true, Reason { kind: "phrase", path, what, points }),
                None => {
                    let path = first_path(when).unwrap_or_default();
                    (false, Reason { kind: "criterion", path, what: vec![when.to_string()], points })
                }
            });
        }
    }
    for (path, points) in &set.offers {
        let expression = super::language::Expr::Path(path.clone());
        let offered =
            frame.eval(&expression).iter().filter(|it| matches!(it, Value::Code(Some(it), _) if *it == place)).count();
        let what = path.written.clone();
        let reason = Reason { kind: "offer", path: what.clone(), what: vec![what], points: *points };
        found.extend(std::iter::repeat_n((false, reason), offered));
    }
    found
}

/// The phrase by which a condition holds, if it asks for one: the first in the text of the first part that does.
fn mentioned(frame: &mut Frame<'_>, set: &Set, condition: &Cond) -> Option<(String, Vec<String>)> {
    match condition {
        Cond::All(parts) => parts.iter().find_map(|part| mentioned(frame, set, part)),
        Cond::Any(parts) => {
            parts.iter().find_map(|part| if frame.holds(part) { mentioned(frame, set, part) } else { None })
        }
        Cond::Mentions { of, phrases, says, .. } => {
            // Of several texts, that of any may be named.
            let mut what = Vec::new();
            for note in notes(frame, of) {
                let place = |phrase: &Phrase| {
                    note.hear(&phrase.words).into_iter().find(|it| *says || !it.is_denied).map(|it| it.place)
                };
                let first = phrases.iter().filter_map(place).min();
                what.extend(
                    phrases.iter().filter(|it| first.is_some() && place(it) == first).map(|it| it.written.clone()),
                );
            }
            if what.is_empty() {
                return None;
            }
            let is_searched = texts(set).iter().any(|path| path.written == of.written);
            let path = if is_searched { of.written.clone() } else { located(frame, of) };
            Some((path, what))
        }
        _ => None,
    }
}

/// A path with the place of the item it goes through, if there is but one.
fn located(frame: &Frame<'_>, path: &Path) -> String {
    match (&frame.slots[path.slots[0]], path.written.split_once('.')) {
        (Value::List(items), Some((list, rest))) if items.len() == 1 => format!("{list}[0].{rest}"),
        _ => path.written.clone(),
    }
}

/// The word that stands first in a condition, empty if it is no field.
fn first_path(condition: &Cond) -> Option<String> {
    use super::language::Expr;
    let of = |expression: &Expr| match expression {
        Expr::Path(path) => Some(path.written.clone()),
        Expr::Weight(path, false) => Some(format!("{}.weight", path.written)),
        Expr::Call("today" | "on", _) | Expr::Literal(super::language::Literal::Step(..)) => Some(String::new()),
        _ => None,
    };
    match condition {
        Cond::All(parts) | Cond::Any(parts) => parts.iter().find_map(first_path),
        Cond::Not(inner) => first_path(inner),
        Cond::Compare(_, left, _) | Cond::Is(left, ..) | Cond::CodeIs(left, ..) | Cond::Relates(_, left, _) => of(left),
        Cond::Within { of: left, .. } => of(left),
        Cond::In(path, ..)
        | Cond::Includes(path, ..)
        | Cond::Present(path, _)
        | Cond::Bare(path, _)
        | Cond::Text(path, _) => Some(path.written.clone()),
        Cond::Mentions { of, .. } => Some(of.written.clone()),
        Cond::Quantified { .. } | Cond::Check(..) => None,
    }
}

// ---- findings

fn findings(
    frame: &mut Frame<'_>,
    encounter: &Encounter,
    given: &[(String, Option<usize>)],
    more: &mut Vec<(String, String, String)>,
) -> Vec<(String, String, String)> {
    let error = |rule: &str, path: &str| (rule.to_owned(), "error".to_owned(), path.to_owned());
    let mut found: Vec<_> = encounter.misfits.iter().map(|path| error("input", path)).collect();
    if !frame.slots[world::OTHER].is_present() && !matches!(frame.slots[world::OTHER], Value::Misfit) {
        found.push(error("input", "other"));
    }
    let set = &frame.said.sets[0];
    for (path, code) in given {
        match code {
            None => found.push(error("code-unknown", path)),
            Some(code) if set.is_assignable(*code, frame.on) => {}
            Some(code) if set.is_in_force(*code, frame.on) => found.push(error("code-not-assignable", path)),
            Some(_) => found.push(error("code-not-valid", path)),
        }
    }
    let said = frame.said;
    let mut of_rules = Vec::new();
    for rule in &said.rules {
        let is_dated = rule.from.is_none_or(|it| it <= frame.on) && rule.to.is_none_or(|it| frame.on <= it);
        if is_dated && rule.scope.as_ref().is_none_or(|scope| frame.holds(scope)) {
            let mut all = Vec::new();
            walk(frame, rule, &rule.steps, &mut Vec::new(), &mut all);
            if rule.once && !all.is_empty() {
                more.extend(all.split_off(1));
            }
            of_rules.extend(all);
        }
    }
    found.extend(of_rules);
    found.sort();
    found
}

/// Where a loop is: its variable and the place of its item.
type At = Vec<(usize, String)>;

fn walk(frame: &mut Frame<'_>, rule: &Rule, steps: &[Step], at: &mut At, found: &mut Vec<(String, String, String)>) {
    let Some((step, rest)) = steps.split_first() else {
        if rule.when.as_ref().is_none_or(|when| frame.holds(when)) {
            for (is_required, test) in &rule.tests {
                // `require` lines are asked before `forbid` lines, which tells only in what comes first.
                if frame.holds(test) != *is_required {
                    found.push(finding(frame, rule, test, at));
                }
            }
        }
        return;
    };
    match step {
        Step::Let(variable, _, value) => {
            let values = frame.eval(value);
            frame.bind(*variable, values, 1);
            walk(frame, rule, rest, at, found);
        }
        Step::Each(list) => {
            let items = frame.items(&list.list);
            let names = names(frame, &list.list, at);
            for (place, item) in items.into_iter().enumerate() {
                if matches!(item, Value::Absent) {
                    continue;
                }
                frame.bind(list.variable, vec![item], place + 1);
                at.push((list.variable, names[place].clone()));
                walk(frame, rule, rest, at, found);
                at.pop();
            }
        }
        Step::Pairs([(first, _), (second, _)], list) => {
            let items = frame.items(list);
            let names = names(frame, list, at);
            let is_item = |place: &usize| !matches!(items[*place], Value::Absent);
            let there: Vec<usize> = (0..items.len()).filter(is_item).collect();
            for (one, two) in
                there.iter().enumerate().flat_map(|(at, one)| there[at + 1..].iter().map(|two| (*one, *two)))
            {
                frame.bind(*first, vec![items[one].clone()].into_iter().filter(Value::is_there).collect(), one + 1);
                frame.bind(*second, vec![items[two].clone()].into_iter().filter(Value::is_there).collect(), two + 1);
                at.push((*first, names[one].clone()));
                at.push((*second, names[two].clone()));
                walk(frame, rule, rest, at, found);
                at.truncate(at.len() - 2);
            }
        }
    }
}

/// Names of the items of a list, as `items` gives them.
fn names(frame: &Frame<'_>, list: &Path, at: &At) -> Vec<String> {
    fn enter(
        value: &Value,
        slots: &[usize],
        fields: Option<&'static [world::Field]>,
        name: String,
        is_last: bool,
        found: &mut Vec<String>,
    ) {
        match (value, slots.split_first()) {
            (Value::List(items), _) => {
                let is_one = slots.is_empty();
                items.iter().enumerate().for_each(|(place, item)| {
                    enter(item, slots, fields, format!("{name}[{place}]"), is_last && is_one, found);
                });
            }
            (Value::Absent, None) if !is_last => {}
            (_, None) => found.push(name),
            (Value::Record(values), Some((slot, rest))) => {
                let field = &fields.unwrap()[*slot];
                enter(&values[*slot], rest, fields_in(&field.kind), format!("{name}.{}", field.name), is_last, found);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    // In one list what stands for nothing keeps its place.
    let is_one = list.slots.len() == 1;
    match list.root {
        None => {
            let field = &RECORD[list.slots[0]];
            enter(
                &frame.slots[list.slots[0]],
                &list.slots[1..],
                fields_in(&field.kind),
                field.name.to_owned(),
                is_one,
                &mut found,
            );
        }
        Some(variable) => {
            let name = at.iter().find(|it| it.0 == variable).map(|it| it.1.clone()).unwrap_or_default();
            if let Some((values, _)) = &frame.bound[variable] {
                let fields = super::draw::fields_of_variable(values.first());
                values.iter().for_each(|it| enter(it, &list.slots, fields, name.clone(), is_one, &mut found));
            }
        }
    }
    found
}

/// The field that a condition reads first; behind a name that `let` gave, the one that its value reads first.
fn default_at<'r>(rule: &'r Rule, test: &'r Cond) -> Option<&'r Path> {
    let mut path = first_asked(test)?;
    let value_of = |variable: usize| {
        rule.steps.iter().find_map(|it| match it {
            Step::Let(it, _, value) if *it == variable => Some(value),
            _ => None,
        })
    };
    while let Some(value) = path.root.and_then(value_of) {
        path = first_read(value)?;
    }
    Some(path)
}

fn first_asked(test: &Cond) -> Option<&Path> {
    match test {
        Cond::All(parts) | Cond::Any(parts) => parts.iter().find_map(first_asked),
        Cond::Not(inner) => first_asked(inner),
        Cond::Compare(_, left, right) | Cond::Relates(_, left, right) => first_read(left).or_else(|| first_read(right)),
        Cond::Is(of, ..) | Cond::CodeIs(of, ..) | Cond::Within { of, .. } | Cond::Check(_, of) => first_read(of),
        Cond::In(path, ..)
        | Cond::Includes(path, ..)
        | Cond::Present(path, _)
        | Cond::Bare(path, _)
        | Cond::Text(path, _)
        | Cond::Mentions { of: path, .. } => Some(path),
        Cond::Quantified { list, .. } => Some(&list.list),
    }
}

fn first_read(value: &Expr) -> Option<&Path> {
    match value {
        Expr::Literal(_) | Expr::Position(_) => None,
        Expr::Path(path) | Expr::Weight(path, _) | Expr::Length(path) => Some(path),
        Expr::Count(list, _) => Some(&list.list),
        Expr::Arithmetic(_, left, right) => first_read(left).or_else(|| first_read(right)),
        Expr::Call(_, arguments) | Expr::Table(_, _, arguments) | Expr::Own(_, arguments) => {
            arguments.iter().find_map(first_read)
        }
        Expr::If(condition, then, other) => {
            first_asked(condition).or_else(|| first_read(then)).or_else(|| other.as_deref().and_then(first_read))
        }
    }
}

/// A field as a finding names it: an index is given where a list has one item.
fn pointed(frame: &Frame<'_>, path: &Path, at: &At) -> String {
    let (mut text, mut value, mut fields, slots) = match path.root {
        None => {
            let field = &RECORD[path.slots[0]];
            let value = Some(&frame.slots[path.slots[0]]);
            (field.name.to_owned(), value, fields_in(&field.kind), &path.slots[1..])
        }
        Some(variable) => {
            let name = at.iter().find(|it| it.0 == variable).map(|it| it.1.clone()).unwrap_or_default();
            let value = frame.bound[variable].as_ref().and_then(|it| it.0.first());
            let fields = super::draw::fields_of_variable(value);
            // An item that is no record has no fields; the rest is named as it is written.
            if let (None, Some((_, rest))) = (fields, path.written.split_once('.')) {
                return format!("{name}.{rest}");
            }
            (name, value, fields, path.slots.as_slice())
        }
    };
    for slot in slots {
        if let Some(Value::List(items)) = value {
            value = if let [one] = items.as_slice() { Some(one) } else { None };
            text += if value.is_some() { "[0]" } else { "" };
        }
        let Some(field) = fields.map(|fields| &fields[*slot]) else { return text };
        text = if text.is_empty() { field.name.to_owned() } else { format!("{text}.{}", field.name) };
        fields = fields_in(&field.kind);
        value = if let Some(Value::Record(values)) = value { Some(&values[*slot]) } else { None };
    }
    text
}

fn finding(frame: &mut Frame<'_>, rule: &Rule, test: &Cond, at: &At) -> (String, String, String) {
    let path = match &rule.at {
        None => match default_at(rule, test) {
            Some(path) => pointed(frame, path, at),
            None => at.last().map(|it| it.1.clone()).unwrap_or_default(),
        },
        Some(Path { root: None, written, .. }) => written.clone(),
        Some(Path { root: Some(variable), written, .. }) => {
            let name = at.iter().find(|it| it.0 == *variable).map(|it| it.1.clone()).unwrap_or_default();
            written.split_once('.').map_or(name.clone(), |(_, rest)| format!("{name}.{rest}"))
        }
    };
    let special = rule.special.as_ref().filter(|(when, _)| frame.holds(when)).map(|(_, severity)| *severity);
    (rule.name.clone(), special.unwrap_or(rule.severity).to_owned(), path)
}
