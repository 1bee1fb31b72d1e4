//! What goes without saying: lines of rules that say what would hold without them are left out.

use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::File;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::parse::tree::RulesDef;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::span::Spanned;

/// Functions whose field at fault is that of their arguments, in their order. A function of the domain may use them in another.
const IN_ORDER: [&str; 16] = [
    "number", "text", "upper", "length", "part", "date", "year", "month", "day", "hour", "years", "days", "min", "max",
    "distinct", "count",
];

/// Leaves out what goes without saying, and says shortly what can be said so. The meaning of no rule changes:
///
/// * `see` that is the source of the block;
/// * `at P` where P is the first path that each failing line reads;
/// * `when P is present` before a single `require E` that reads P first is `require if present E`.
///
/// A line that is left out becomes [`RuleItem::Unsaid`], so that its comments are not lost.
pub fn shorten(file: &mut File) {
    for statement in &mut file.statements {
        match &mut statement.item {
            Statement::Rules(block) => {
                let mut rules = std::mem::take(&mut block.rules);
                for rule in &mut rules {
                    leave_out_source(&mut rule.item, block);
                    shorten_rule(&mut rule.item);
                }
                block.rules = rules;
            }
            Statement::Rule(rule) => shorten_rule(rule),
            _ => {}
        }
    }
}

fn leave_out_source(rule: &mut RuleDef, block: &RulesDef) {
    let inherited = block.see_of(rule);
    let mut own: Vec<_> = rule.items.iter_mut().filter(|item| matches!(item.item, RuleItem::See(_))).collect();
    if let [only] = own.as_mut_slice()
        && matches!(&only.item, RuleItem::See(text) if Some(&text.item) == inherited.as_ref())
    {
        only.item = RuleItem::Unsaid;
    }
}

fn shorten_rule(rule: &mut RuleDef) {
    let is_check = |item: &Spanned<RuleItem>| matches!(item.item, RuleItem::Check(_));
    if !rule.items.iter().any(is_check) {
        shorten_part(&mut rule.items, &[]);
        return;
    }
    // What stands outside of the checks belongs to each of them.
    let outer: Vec<_> = rule.items.iter().filter(|item| !is_check(item)).cloned().collect();
    for item in &mut rule.items {
        if let RuleItem::Check(items) = &mut item.item
            && !items.iter().any(is_check)
        {
            shorten_part(items, &outer);
        }
    }
}

/// A rule without checks, or a check and what stands around it.
fn shorten_part(items: &mut [Spanned<RuleItem>], outer: &[Spanned<RuleItem>]) {
    leave_out_field(items, outer);
    leave_out_guard(items);
}

/// Leaves out `at` that names the field which is at fault anyway.
fn leave_out_field(items: &mut [Spanned<RuleItem>], outer: &[Spanned<RuleItem>]) {
    let is_at = |item: &&Spanned<RuleItem>| matches!(item.item, RuleItem::At(_));
    if outer.iter().any(|item| is_at(&item)) || items.iter().filter(is_at).count() != 1 {
        return;
    }
    let Some(index) = items.iter().position(|item| is_at(&item)) else { return };
    let Some(Spanned { item: RuleItem::At(path), .. }) = items.get(index) else { return };
    let path = joined(path);
    let failing = || items.iter().filter_map(|item| failing(&item.item));
    let is_default = failing().next().is_some() && failing().all(|it| first_path(it) == Reads::Path(path.clone()));
    // Behind a name given by `let` the field at fault is one that its value reads.
    let is_let = |item: &Spanned<RuleItem>| match &item.item {
        RuleItem::Let { name, .. } => name.item == root(&path),
        _ => false,
    };
    let is_told = is_default && !outer.iter().chain(&*items).any(is_let) && is_bound_before(items, index, &path);
    if let Some(item) = items.get_mut(index).filter(|_| is_told) {
        item.item = RuleItem::Unsaid;
    }
}

/// Makes `when P is present` and the only `require E` one line, if E reads P first.
fn leave_out_guard(items: &mut [Spanned<RuleItem>]) {
    let mut lines = items.iter_mut().filter(|item| failing(&item.item).is_some());
    let (Some(line), None) = (lines.next(), lines.next()) else { return };
    let RuleItem::Require(condition) = &line.item else { return };
    let (condition, span) = (condition.clone(), line.span);
    let Reads::Path(path) = first_path(&condition.item) else { return };
    let is_guard = |item: &Spanned<RuleItem>| match &item.item {
        RuleItem::When(when) => match &when.item {
            Expr::Present { of, negated: false } => matches!(&of.item, Expr::Word(word) if *word == path),
            _ => false,
        },
        _ => false,
    };
    let Some(index) = items.iter().position(is_guard) else { return };
    if !is_bound_before(items, index, &path) {
        return;
    }
    for item in items {
        if item.span == span {
            item.item = RuleItem::RequireIfPresent(condition.clone());
        } else if is_guard(item) {
            item.item = RuleItem::Unsaid;
        }
    }
}

/// Whether the first name of a path means the same from the line `index` and from the first failing line on: no loop and no `let`
/// below them binds it.
fn is_bound_before(items: &[Spanned<RuleItem>], index: usize, path: &str) -> bool {
    let first = items.iter().position(|item| failing(&item.item).is_some()).unwrap_or(items.len());
    let binds = |item: &Spanned<RuleItem>| match &item.item {
        RuleItem::ForEach { variable: name, .. } | RuleItem::Let { name, .. } => name.item == root(path),
        RuleItem::ForPair { first, second, .. } => first.item == root(path) || second.item == root(path),
        _ => false,
    };
    !items.iter().skip(first.min(index)).any(binds)
}

/// The condition of a line that can fail.
fn failing(item: &RuleItem) -> Option<&Expr> {
    match item {
        RuleItem::Require(condition) | RuleItem::RequireIfPresent(condition) | RuleItem::Forbid(condition) => {
            Some(&condition.item)
        }
        _ => None,
    }
}

/// What a condition reads first.
#[derive(PartialEq)]
enum Reads {
    /// No field.
    Nothing,
    Path(String),
    /// It cannot be told from the tree alone.
    Unclear,
}

/// The path that an expression reads first, as evaluation has it (`model::expression::Expression::first_path`).
fn first_path(expr: &Expr) -> Reads {
    match expr {
        Expr::Word(word) => Reads::Path(word.clone()),
        Expr::Text(_) | Expr::Number(_) | Expr::Bool(_) | Expr::Day(_) | Expr::Moment(_) | Expr::Duration(_) => {
            Reads::Nothing
        }
        Expr::And(parts) | Expr::Or(parts) => first_of(parts.iter().map(|part| &part.item)),
        Expr::Call { name, arguments } if IN_ORDER.contains(&name.item.as_str()) => {
            first_of(arguments.iter().map(|argument| &argument.item))
        }
        Expr::Call { .. } => Reads::Unclear,
        Expr::Not(of) | Expr::Present { of, .. } => first_path(&of.item),
        Expr::Compare { left, right, .. }
        | Expr::Arithmetic { left, right, .. }
        | Expr::Relates { left, right, .. } => first_of([&left.item, &right.item].into_iter()),
        Expr::Is { left, .. }
        | Expr::In { left, .. }
        | Expr::Includes { left, .. }
        | Expr::Under { left, .. }
        | Expr::IsWord { left, .. }
        | Expr::Labelled { left, .. }
        | Expr::Matches { left, .. }
        | Expr::TextTest { left, .. }
        | Expr::Mentions { left, .. }
        | Expr::Within { left, .. } => first_path(&left.item),
        Expr::Quantified { list: Some(list), .. } | Expr::Count { list: Some(list), .. } => Reads::Path(joined(list)),
        Expr::Count { variable, list: None, body: None } => Reads::Path(variable.item.clone()),
        Expr::Quantified { list: None, .. } | Expr::Count { list: None, .. } => Reads::Unclear,
    }
}

fn first_of<'t>(mut all: impl Iterator<Item = &'t Expr>) -> Reads {
    all.find_map(|one| Some(first_path(one)).filter(|reads| *reads != Reads::Nothing)).unwrap_or(Reads::Nothing)
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn joined(path: &PathDef) -> String {
    let parts: Vec<&str> = path.parts.iter().map(|part| part.item.as_str()).collect();
    parts.join(".")
}
