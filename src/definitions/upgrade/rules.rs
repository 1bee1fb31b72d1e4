//! Rules.

use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::upgrade::knowledge::Knowledge;
use crate::definitions::upgrade::scope::Scope;
use crate::diagnostics::span::Spanned;

/// Rewrites one rule.
pub(super) fn rewrite(def: &mut RuleDef, record: Option<&Name>, knowledge: &Knowledge) {
    let record = def.record.as_ref().or(record).map(|record| record.item.as_str());
    let mut scope = Scope::of_record(knowledge, record);
    rewrite_items(&mut def.items, &mut scope);
}

/// Loops and names first, wherever they stand: a line may use what a later one binds, as all of them hold together.
fn rewrite_items(items: &mut [Spanned<RuleItem>], scope: &mut Scope<'_>) {
    let mark = scope.mark();
    for item in &mut *items {
        match &mut item.item {
            RuleItem::ForEach { variable, list } => {
                scope.over(variable, list, false);
            }
            RuleItem::ForPair { first, second, list } => {
                let mut list = Some(list.clone());
                scope.over(first, &mut list, false);
                scope.over(second, &mut list, false);
            }
            RuleItem::Let { name, value } => {
                scope.rewrite(&mut value.item);
                let kind = scope.kind_of(&value.item);
                scope.bind(&name.item, kind, false);
            }
            _ => {}
        }
    }
    for item in items {
        match &mut item.item {
            RuleItem::When(condition)
            | RuleItem::Require(condition)
            | RuleItem::RequireIfPresent(condition)
            | RuleItem::Forbid(condition)
            | RuleItem::FixExpr(condition)
            | RuleItem::Severity { when: condition, .. } => scope.rewrite(&mut condition.item),
            RuleItem::Check(items) => rewrite_items(items, scope),
            _ => {}
        }
    }
    scope.release(mark);
}
