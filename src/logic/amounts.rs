//! Sums, differences, products and quotients of numbers and amounts, reckoned in decimal: 0.30 − 0.10 is 0.20.

use crate::model::expression::Operator;
use crate::model::money;
use crate::model::value::Value;
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;

/// What two numbers or amounts come to: an amount if one of them is, but for what stands over an amount, and an amount
/// times an amount. `None` for other kinds, for a division by zero, and beyond what can be held.
pub(crate) fn computed(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> Option<Value<'static>> {
    if let (Value::Number(a), Value::Number(b)) = (left, right) {
        return numbers(operator, *a, *b).map(Value::Number);
    }
    let it = decimals(operator, decimal(left)?, decimal(right)?)?;
    Some(match (operator, left, right) {
        (Operator::Over, _, Value::Money(_)) | (Operator::Times, Value::Money(_), Value::Money(_)) => {
            Value::Number(money::to_binary(it))
        }
        _ => Value::Money(it),
    })
}

/// An amount without its fraction: rounded as people do it, half away from zero, or cut downwards.
pub(crate) fn whole(amount: Decimal, is_rounded: bool) -> Decimal {
    if is_rounded { amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) } else { amount.floor() }
}

fn decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Money(it) => Some(*it),
        Value::Number(it) => money::from_binary(*it),
        _ => None,
    }
}

fn numbers(operator: Operator, a: f64, b: f64) -> Option<f64> {
    let binary = || match operator {
        Operator::Plus => a + b,
        Operator::Minus => a - b,
        Operator::Times => a * b,
        Operator::Over => a / b,
    };
    // Whole numbers are exact, and so is the nearest number to their quotient.
    let exact = if a.fract() == 0.0 && b.fract() == 0.0 {
        None
    } else {
        money::from_binary(a).zip(money::from_binary(b)).and_then(|(a, b)| decimals(operator, a, b))
    };
    Some(exact.map_or_else(binary, money::to_binary)).filter(|it| it.is_finite())
}

fn decimals(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Plus => a.checked_add(b),
        Operator::Minus => a.checked_sub(b),
        Operator::Times => a.checked_mul(b),
        Operator::Over => a.checked_div(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(count: i64) -> Value<'static> {
        Value::Money(Decimal::new(count, 2))
    }

    #[test]
    fn numbers_are_reckoned_as_they_are_written() {
        let reckoned = |operator, a, b| computed(operator, &Value::Number(a), &Value::Number(b));
        assert_eq!(reckoned(Operator::Plus, 0.1, 0.2), Some(Value::Number(0.3)));
        assert_eq!(reckoned(Operator::Minus, 0.3, 0.1), Some(Value::Number(0.2)));
        assert_eq!(reckoned(Operator::Times, 1.1, 1.1), Some(Value::Number(1.21)));
        assert_eq!(reckoned(Operator::Over, 1.0, 0.0), None);
        assert_eq!(reckoned(Operator::Times, 1e200, 1e200), None);
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(whole(Decimal::new(25, 1), true), Decimal::from(3));
        assert_eq!(whole(Decimal::new(-25, 1), true), Decimal::from(-3));
        assert_eq!(whole(Decimal::new(-25, 1), false), Decimal::from(-3));
    }

    proptest! {
        #[test]
        fn cents_are_exact(a in -1_000_000_000_i64..1_000_000_000, b in -1_000_000_000_i64..1_000_000_000) {
            prop_assert_eq!(computed(Operator::Plus, &cents(a), &cents(b)), Some(cents(a + b)));
            prop_assert_eq!(computed(Operator::Minus, &cents(a), &cents(b)), Some(cents(a - b)));
        }

        #[test]
        fn numbers_with_cents_are_exact_too(a in -1_000_000_000_i32..1_000_000_000, b in -1_000_000_000_i32..1_000_000_000) {
            let number = |cents: i32| Value::Number(f64::from(cents) / 100.0);
            let sum = computed(Operator::Plus, &number(a), &number(b));
            prop_assert_eq!(sum, Some(number(a + b)));
        }
    }
}
