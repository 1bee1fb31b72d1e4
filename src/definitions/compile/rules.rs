//! Rules and derivations as written → rules with slots.

use super::context::Compiler;
use super::expression::Lowering;
use super::expression::join;
use super::messages;
use super::messages::Part;
use super::scope::Type;
use super::table_rows;
use super::table_rows::RowsOf;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::RowDef;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::parse::tree::RulesDef;
use crate::definitions::parse::words;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::logic::index::variables_of;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::ids::RecordId;
use crate::model::ids::VariableId;
use crate::model::record::Record;
use crate::model::rules::Check;
use crate::model::rules::Demand;
use crate::model::rules::Derivation;
use crate::model::rules::Fix;
use crate::model::rules::Rule;
use crate::model::rules::Step;

/// The record a statement is about: the one it names, or the only one of the domain, or the one that its manifest names.
pub(super) fn record<'a>(
    named: Option<&Name>,
    what: &str,
    at: Span,
    compiler: Compiler<'a>,
) -> Option<(RecordId, &'a Record)> {
    let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
    let id = match (named, records) {
        (Some(name), _) => {
            let found = RecordId::find(records, |record| record.name == name.item);
            if found.is_none() {
                let help = did_you_mean(&name.item, records.iter().map(|record| record.name.as_str()));
                let problem = Problem::UnknownName { what: "record".into(), name: name.item.clone() };
                compiler.say(name.span, problem, help);
            }
            found?
        }
        (None, []) => {
            compiler.say(
                at,
                Problem::MissingRecord { what: what.into() },
                Some("define a record: `record NAME { … }`".into()),
            );
            return None;
        }
        // The one that the manifest names stands first.
        (None, [_, _, ..]) if compiler.source.manifest.record.is_none() => {
            let names: Vec<&str> = records.iter().map(|record| record.name.as_str()).collect();
            let help = Some(format!("put it into a block: `rules for {}`", names.join("` or `rules for ")));
            compiler.say(at, Problem::MissingRecord { what: what.into() }, help);
            return None;
        }
        (None, _) => RecordId::FIRST,
    };
    Some((id, id.get(records)?))
}

/// What the items outside of `check` say, and what a check adds.
#[derive(Default, Clone)]
struct Draft {
    check: Check,
    scope: Vec<Expression>,
}

/// One rule.
pub(super) fn rule(def: &RuleDef, block: Option<&RulesDef>, compiler: Compiler<'_>) -> Option<Rule> {
    let named = def.record.as_ref().or(block.map(|block| &block.record));
    let what = format!("the rule `{}`", def.id.item);
    let (id, record) = record(named, &what, def.id.span, compiler)?;
    let mut lowering = Lowering::new(compiler, Some(record));
    let around = block.and_then(|block| block.together.as_ref());
    if around.is_some() {
        lowering.scope.look_around();
    }
    let see = block.map(|block| source(block, def, &mut lowering)).unwrap_or_default();
    let mut rule = empty(def, id, see);
    match table_rows::named(def, &lowering) {
        Some(name) => {
            let table = table_rows::rows_of(name, &lowering)?;
            rows(def, &mut rule, &table, &mut lowering);
        }
        None => {
            let asked = asked(def, &mut rule, None, &mut lowering);
            (rule.scope, rule.message, rule.checks) = (asked.scope, messages::own(&asked.message), asked.checks);
        }
    }
    rule.together = around.map(|around| super::together::together(around, &mut lowering));
    rule.variable_count = rule.variable_count.max(lowering.scope.used());
    Some(rule)
}

/// What a rule asks, or what it asks of one row of a table.
struct Asked {
    /// What uses no variable of a loop.
    scope: Vec<Expression>,
    message: Vec<Part>,
    checks: Vec<Check>,
    /// What can never hold for this row, and why.
    never: Vec<(Span, String)>,
}

/// A rule that is asked of each row of a table: the checks of all rows. What holds for all of them is asked once.
fn rows<'a>(def: &RuleDef, rule: &mut Rule, table: &RowsOf<'a>, lowering: &mut Lowering<'a>) {
    let (mark, used) = (lowering.scope.mark(), lowering.scope.used());
    let report = lowering.compiler.report;
    let (mut all, mut severities) = (Vec::with_capacity(table.rows.len()), None);
    for (number, row) in table.rows.iter().enumerate() {
        let before = report.count();
        all.push(asked(def, rule, Some((table, &row.item)), lowering));
        lowering.scope.row = None;
        lowering.scope.release(mark);
        rule.variable_count = rule.variable_count.max(lowering.scope.used());
        lowering.scope.back_to(used);
        let is_wrong = report.has_errors_after(before);
        report.drop_repeats(before);
        let note = format!("asked of row {} of the table", number + 1);
        report.change(before, |problem| problem.note.clone_from(&note));
        if is_wrong {
            // The next row would say it again.
            return;
        }
        if *severities.get_or_insert_with(|| rule.severities.clone()) != rule.severities {
            return one_severity(def, lowering);
        }
    }
    let Some(first) = all.first() else { return };
    let is_in = |never: &[(Span, String)], at: Span| never.iter().any(|(span, _)| *span == at);
    if let Some((span, why)) = first.never.iter().find(|it| all.iter().all(|asked| is_in(&asked.never, it.0))) {
        lowering.say(*span, Problem::NeverHolds { why: why.clone() }, None);
    }
    rule.message = messages::template(&first.message);
    let of_all = |condition: &Expression| all.iter().all(|asked| asked.scope.contains(condition));
    rule.scope = first.scope.iter().filter(|condition| of_all(condition)).cloned().collect();
    for Asked { scope, message, checks, .. } in all {
        let own: Vec<Expression> = scope.into_iter().filter(|condition| !rule.scope.contains(condition)).collect();
        let message = Some(messages::own(&message)).filter(|message| *message != rule.message);
        for mut check in checks {
            check.when.splice(0..0, own.iter().cloned());
            check.message.clone_from(&message);
            rule.checks.push(check);
        }
    }
}

/// The checks of a rule, of one row of a table if it is about one.
fn asked<'a>(
    def: &RuleDef,
    rule: &mut Rule,
    row: Option<(&RowsOf<'a>, &RowDef)>,
    lowering: &mut Lowering<'a>,
) -> Asked {
    let (mut outer, parts) = outside(def, rule, row, lowering);
    hoist(&mut outer);
    let is_never = together(&outer.scope, &outer.check, &def.items, false, lowering);
    let is_left_out = is_never && row.is_some();
    let left_out = |span: Span| (span, "its lines exclude every row of the table".to_owned());
    let mut never = Vec::new();
    let is_whole = !outer.check.demands.is_empty();
    let mut checks = Vec::with_capacity(parts.len() + 1);
    if (is_whole || parts.is_empty()) && !is_left_out {
        checks.push(outer.check.clone());
    }
    if !is_whole && parts.is_empty() {
        let help = Some("add a line `require …` or `forbid …`".into());
        lowering.say(def.id.span, Problem::RuleWithoutTest { rule: def.id.item.clone() }, help);
    }
    let mut said = messages::message(&def.message, lowering, parts.is_empty());
    for items in parts {
        let mark = lowering.scope.mark();
        let (check, is_never) = part(def, items, (&outer, is_never), lowering);
        if row.is_some() && is_never {
            never.push(left_out(items.first().map_or(def.id.span, |item| item.span)));
        } else {
            checks.push(check);
        }
        said = said.or_else(|| messages::message(&def.message, lowering, true));
        lowering.scope.release(mark);
    }
    let said = said.or_else(|| messages::message(&def.message, lowering, true)).unwrap_or_default();
    if is_left_out {
        never.push(left_out(def.id.span));
    }
    if let Some(row) = &mut lowering.scope.row {
        let texts = checks.iter_mut().flat_map(|check| &mut check.extra);
        texts.for_each(|(_, text)| *text = messages::with_row(text, row));
        // What is wrong with one line says more than that the lines exclude each other.
        never.splice(0..0, std::mem::take(&mut row.never));
    }
    Asked { scope: outer.scope, message: said, checks, never }
}

/// What stands outside of the checks of a rule, and the checks.
fn outside<'t, 'a>(
    def: &'t RuleDef,
    rule: &mut Rule,
    row: Option<(&RowsOf<'a>, &RowDef)>,
    lowering: &mut Lowering<'a>,
) -> (Draft, Vec<&'t [Spanned<RuleItem>]>) {
    let mut outer = Draft::default();
    rule.severities.clear();
    let mut checks: Vec<&'t [Spanned<RuleItem>]> = Vec::new();
    for item in &def.items {
        match &item.item {
            RuleItem::Check(items) => checks.push(items),
            RuleItem::See(text) => rule.see.clone_from(&text.item),
            RuleItem::Help(text) => rule.help.clone_from(&text.item),
            RuleItem::From(day) => rule.from = Some(day.item),
            RuleItem::To(day) => rule.to = Some(day.item),
            RuleItem::Once => rule.once = true,
            RuleItem::Severity { severity, when } => {
                let condition = lowering.condition(when);
                super::checks::never(&condition, when.span, lowering);
                rule.severities.push((condition, severity.item));
            }
            RuleItem::ForRows { variable, table, arguments } => {
                if let Some((rows, row)) = row {
                    outer.check.when.extend(rows.conditions(row, table, arguments, lowering));
                    rows.bind(variable, row, lowering);
                }
            }
            _ => draft(&mut outer, item, lowering),
        }
        if let (Some(from), Some(to), RuleItem::From(day) | RuleItem::To(day)) = (rule.from, rule.to, &item.item)
            && to < from
        {
            lowering.say(day.span, Problem::BadRange { from: from.to_string(), to: to.to_string() }, None);
        }
    }
    (outer, checks)
}

/// A rule that asks nothing yet.
fn empty(def: &RuleDef, record: RecordId, see: String) -> Rule {
    Rule {
        id: def.id.item.clone(),
        severity: def.severity,
        severities: Vec::new(),
        record,
        message: Vec::new(),
        see,
        help: String::new(),
        scope: Vec::new(),
        from: None,
        to: None,
        checks: Vec::new(),
        once: false,
        together: None,
        variable_count: 0,
    }
}

/// A `check` of a rule, with what stands outside of it, and whether it can never hold; `is_never` if what stands outside
/// cannot, which was said already.
fn part(
    def: &RuleDef,
    items: &[Spanned<RuleItem>],
    (outer, is_never): (&Draft, bool),
    lowering: &mut Lowering<'_>,
) -> (Check, bool) {
    let check = Check { demands: Vec::new(), ..outer.check.clone() };
    let mut inner = Draft { check, scope: Vec::new() };
    for item in items {
        draft(&mut inner, item, lowering);
    }
    let is_never = together(&outer.scope, &inner.check, items, is_never, lowering);
    if inner.check.demands.is_empty() {
        let span = items.first().map_or(def.id.span, |item| item.span);
        lowering.say(span, Problem::RuleWithoutTest { rule: def.id.item.clone() }, None);
    }
    (inner.check, is_never)
}

/// The source that a rule has from its block.
fn source(block: &RulesDef, def: &RuleDef, lowering: &mut Lowering<'_>) -> String {
    let has_own = def.items.iter().any(|item| matches!(item.item, RuleItem::See(_)));
    if let (false, Some(see), None) = (has_own, &block.see, block.see_of(def)) {
        let kind = Problem::Expected { expected: "a name that ends with a number".into(), found: "none".into() };
        let help = format!("the source of the block is \"{}\"; or give the rule its own: `see \"…\"`", see.item);
        lowering.say(def.id.span, kind, Some(help));
    }
    block.see_of(def).unwrap_or_default()
}

/// Moves conditions that use no variable of a loop or `let` out of the loops: they are asked once for an encounter, and rules
/// that have the same condition share its result.
fn hoist(draft: &mut Draft) {
    let bound = |step: &Step| match step {
        Step::Each { variable, .. } | Step::Let { variable, .. } => [*variable, *variable],
        Step::Pairs { first, second, .. } => [*first, *second],
    };
    let bound: Vec<VariableId> = draft.check.steps.iter().flat_map(bound).collect();
    let (inside, outside) = std::mem::take(&mut draft.check.when).into_iter().partition(|condition| {
        let mut is_inside = false;
        variables_of(condition, &mut |variable| is_inside |= bound.contains(&variable));
        is_inside
    });
    draft.check.when = inside;
    draft.scope = outside;
}

/// Whether the `when` lines of one check can never hold together. That they exclude each other is reported at the last of
/// them, but for a row of a table: it is left out.
fn together(
    scope: &[Expression],
    check: &Check,
    items: &[Spanned<RuleItem>],
    is_said: bool,
    lowering: &mut Lowering<'_>,
) -> bool {
    let lines = [scope, &check.when].concat();
    // Parts of one line that exclude each other were reported with it.
    let has_never = lines.iter().any(|line| super::checks::is_never(line, &lowering.scope));
    if lowering.scope.row.is_some() {
        return has_never || super::checks::clash(&lines, &lowering.scope);
    }
    let mut written = items.iter().filter(|item| matches!(item.item, RuleItem::When(_)));
    match written.next_back() {
        Some(last) if !is_said && lines.len() > 1 => {
            !has_never && super::checks::never_together(&lines, last.span, lowering)
        }
        _ => false,
    }
}

/// Reports a word of a finding that the record does not declare.
fn word(key: &Name, lowering: &mut Lowering<'_>) {
    let record = lowering.scope.record().map(|record| record.name.as_str()).unwrap_or_default();
    let carried =
        lowering.scope.domain.get(&lowering.compiler.world.domains).and_then(|names| names.carried.get(record));
    let carried = carried.map(Vec::as_slice).unwrap_or_default();
    if carried.contains(&key.item) {
        return;
    }
    let first = |words: &'static str| words.split(' ').next().unwrap_or(words);
    let known = words::RULE.iter().map(|words| first(words)).chain(carried.iter().map(String::as_str));
    let help = did_you_mean(&key.item, known)
        .unwrap_or_else(|| format!("the record says which further words there are: `findings carry {}`", key.item));
    let problem = Problem::UnknownName { what: "word of a rule".into(), name: key.item.clone() };
    lowering.say(key.span, problem, Some(help));
}

fn draft(draft: &mut Draft, item: &Spanned<RuleItem>, lowering: &mut Lowering<'_>) {
    let check = &mut draft.check;
    match &item.item {
        RuleItem::Word { key, text } => {
            word(key, lowering);
            check.extra.push((key.item.clone(), text.item.clone()));
        }
        RuleItem::See(text) => check.extra.push(("see".to_owned(), text.item.clone())),
        RuleItem::Help(text) => check.extra.push(("help".to_owned(), text.item.clone())),
        RuleItem::ForEach { variable, list } => {
            let (expression, kind) = lowering.list(variable, list.as_ref());
            let path = as_path(&expression);
            let number = lowering.bind(variable, kind, false);
            check.steps.push(Step::Each { variable: number, list: expression, path });
        }
        RuleItem::ForPair { first, second, list } => {
            let (expression, kind) = lowering.list(first, Some(list));
            let path = as_path(&expression);
            let first = lowering.bind(first, kind, false);
            let second = lowering.bind(second, kind, false);
            check.steps.push(Step::Pairs { first, second, list: expression, path });
        }
        RuleItem::Let { name, value } => {
            let typed = lowering.lower(value, None);
            let number = lowering.bind(name, typed.kind, false);
            check.steps.push(Step::Let { variable: number, value: typed.expression });
        }
        RuleItem::When(condition) => {
            let lowered = lowering.condition(condition);
            super::checks::never(&lowered, condition.span, lowering);
            check.when.push(lowered);
        }
        RuleItem::Require(condition) => {
            let lowered = lowering.condition(condition);
            super::checks::never(&lowered, condition.span, lowering);
            check.demands.push(Demand { condition: lowered, is_required: true });
        }
        RuleItem::RequireIfPresent(condition) => {
            check.demands.push(Demand { condition: if_present(condition, lowering), is_required: true });
        }
        RuleItem::Forbid(condition) => {
            let lowered = lowering.condition(condition);
            super::checks::never(&lowered, condition.span, lowering);
            check.demands.push(Demand { condition: lowered, is_required: false });
        }
        RuleItem::At(path) => check.at = at(path, lowering),
        RuleItem::FixCode { set, code } => check.fix = fix(set, code, lowering),
        RuleItem::FixExpr(expr) => check.fix = Some(Fix::Computed(lowering.lower(expr, None).expression)),
        RuleItem::ForRows { table, .. } => {
            let help = "say it outside of `check`: then every part of the rule is asked of each row";
            not_in_a_check("for each ROW in TABLE(…)", table.span, help, lowering);
        }
        RuleItem::Severity { severity, .. } => {
            let help = "say it outside of `check`: it is about the rule as a whole";
            not_in_a_check("severity", severity.span, help, lowering);
        }
        RuleItem::From(_) | RuleItem::To(_) | RuleItem::Once | RuleItem::Unsaid | RuleItem::Check(_) => {}
    }
}

/// Reports that the severity of a rule depends on the row. It is one for all checks of a rule.
fn one_severity(def: &RuleDef, lowering: &Lowering<'_>) {
    let is_one = |item: &&Spanned<RuleItem>| matches!(item.item, RuleItem::Severity { .. });
    let span = def.items.iter().find(is_one).map_or(def.id.span, |item| item.span);
    let place = "a rule whose rows differ in it".into();
    let help = "write a table and a rule for the rows of each severity";
    lowering.say(span, Problem::Misplaced { what: "severity".into(), place }, Some(help.into()));
}

fn not_in_a_check(what: &str, span: Span, help: &str, lowering: &Lowering<'_>) {
    let problem = Problem::Misplaced { what: what.to_owned(), place: "a check".into() };
    lowering.say(span, problem, Some(help.to_owned()));
}

/// `require if present E`: E, or the field or property that it reads first is missing.
fn if_present(condition: &Spanned<Expr>, lowering: &mut Lowering<'_>) -> Expression {
    let lowered = lowering.condition(condition);
    super::checks::never(&lowered, condition.span, lowering);
    let Some(first) = lowered.first_value().cloned() else {
        let kind = Problem::Expected { expected: "a condition about a field".into(), found: "none".into() };
        lowering.say(condition.span, kind, Some("leave `if present` out".into()));
        return lowered;
    };
    let is_missing = Expression::Not(Box::new(Expression::Present(Box::new(first))));
    Expression::Or(vec![is_missing, lowered])
}

fn as_path(expression: &Expression) -> Option<Path> {
    match expression {
        Expression::Path(path) => Some(path.clone()),
        _ => None,
    }
}

fn at(path: &PathDef, lowering: &mut Lowering<'_>) -> Option<Path> {
    let typed = lowering.lower(&Spanned::new(Expr::Word(join(path)), path.span), None);
    as_path(&typed.expression)
}

fn fix(set: &Name, code: &Name, lowering: &mut Lowering<'_>) -> Option<Fix> {
    let world = lowering.compiler.world;
    match world.known_set(set, lowering.scope.domain) {
        Ok(place) => match world.code(place, &code.item) {
            Some(code) => Some(Fix::Code(place, code)),
            None if world.is_starter(place) => None,
            None => {
                let (problem, help) = world.unknown_code(place, &code.item);
                lowering.say(code.span, problem, help);
                None
            }
        },
        Err((problem, help)) => {
            lowering.say(set.span, problem, help);
            None
        }
    }
}

/// The lines of a `derive` block.
pub(super) fn derive(def: &DeriveDef, compiler: Compiler<'_>) -> Vec<Derivation> {
    let Some((id, fields)) = record(Some(&def.record), "derive", def.record.span, compiler) else {
        return Vec::new();
    };
    let mut lowering = Lowering::new(compiler, Some(fields));
    let mut out = Vec::with_capacity(def.lines.len());
    for (path, value) in &def.lines {
        let target = lowering.lower(&Spanned::new(Expr::Word(join(path)), path.span), None);
        let Expression::Path(field) = target.expression else { continue };
        let Some(kind) = target.kind else { continue };
        let typed = lowering.lower(value, Some(kind));
        let is_settable = |found: Type<'_>| {
            kind.fits(found) || kind.sort() == "text" || (kind.sort() == "code" && found.sort() == "number")
        };
        if let Some(found) = typed.kind.filter(|found| !is_settable(*found)) {
            let problem = Problem::TypeMismatch { expected: kind.to_string(), found: found.to_string() };
            lowering.say(value.span, problem, None);
        }
        out.push(Derivation { record: id, field, value: typed.expression });
    }
    out
}

/// What a rule says, but for its names, its words and the order of its lines: rules of which it is equal are the same. `when a and b`
/// is as two lines, `forbid x is absent` as `require x is present`.
pub(super) fn gist(rule: &Rule) -> Vec<u8> {
    let written = |it: &Expression| postcard::to_stdvec(it).unwrap_or_else(|_| format!("{it:?}").into_bytes());
    let set = |parts: Vec<Expression>| -> Vec<Vec<u8>> {
        let mut parts: Vec<Vec<u8>> = parts.iter().map(written).collect();
        parts.sort();
        parts.dedup();
        parts
    };
    let checks: Vec<_> = rule
        .checks
        .iter()
        .map(|check| {
            let mut asked = Vec::new();
            check.demands.iter().for_each(|demand| {
                if demand.is_required {
                    conjuncts(&demand.condition, &mut asked);
                } else {
                    asked.push(turned(&demand.condition));
                }
            });
            let mut when = Vec::new();
            rule.scope.iter().chain(&check.when).for_each(|it| conjuncts(it, &mut when));
            (&check.steps, set(when), set(asked), &check.at, &check.fix)
        })
        .collect();
    let whole = (rule.record, rule.from, rule.to, &rule.together, checks);
    postcard::to_stdvec(&whole).unwrap_or_else(|_| rule.id.clone().into_bytes())
}

fn conjuncts(condition: &Expression, out: &mut Vec<Expression>) {
    match condition {
        Expression::And(parts) => parts.iter().for_each(|part| conjuncts(part, out)),
        _ => out.push(condition.clone()),
    }
}

fn turned(condition: &Expression) -> Expression {
    match condition {
        Expression::Not(inner) => (**inner).clone(),
        _ => Expression::Not(Box::new(condition.clone())),
    }
}
