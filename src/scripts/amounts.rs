//! Amounts of money beside the other numbers of a script: what is reckoned with an amount is decimal.

use super::call;
use super::call::Answer;
use crate::model::money;
use rhai::Engine;
use rust_decimal::Decimal;

type Reckon = fn(Decimal, Decimal) -> Option<Decimal>;
type Compare = fn(&Decimal, &Decimal) -> bool;

/// Registers the operators between an amount and a binary number; rhai itself has those with whole numbers.
pub(super) fn register(engine: &mut Engine) {
    let reckoned: [(&str, Reckon); 4] = [
        ("+", Decimal::checked_add),
        ("-", Decimal::checked_sub),
        ("*", Decimal::checked_mul),
        ("/", Decimal::checked_div),
    ];
    for (operator, reckon) in reckoned {
        engine.register_fn(operator, move |a: Decimal, b: f64| both(Some(a), money::from_binary(b), reckon));
        engine.register_fn(operator, move |a: f64, b: Decimal| both(money::from_binary(a), Some(b), reckon));
    }
    let compared: [(&str, Compare); 6] = [
        ("==", Decimal::eq),
        ("!=", Decimal::ne),
        ("<", Decimal::lt),
        ("<=", Decimal::le),
        (">", Decimal::gt),
        (">=", Decimal::ge),
    ];
    for (operator, compare) in compared {
        let holds = move |a: Option<Decimal>, b: Option<Decimal>| a.zip(b).is_some_and(|(a, b)| compare(&a, &b));
        engine.register_fn(operator, move |a: Decimal, b: f64| holds(Some(a), money::from_binary(b)));
        engine.register_fn(operator, move |a: f64, b: Decimal| holds(money::from_binary(a), Some(b)));
    }
}

fn both(a: Option<Decimal>, b: Option<Decimal>, reckon: Reckon) -> Answer<Decimal> {
    match a.zip(b).and_then(|(a, b)| reckon(a, b)) {
        Some(it) => Ok(it),
        None => call::refuse("an amount is too large, or divided by zero"),
    }
}
