//! Days and moments as scripts see them: compared with each other and with texts such as `"2026-01-31"`.

use super::call;
use super::call::Answer;
use crate::model::day::Day;
use crate::model::day::Span;
use crate::model::moment::Moment;
use rhai::Dynamic;
use rhai::Engine;
use rhai::ImmutableString;

/// A day in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date(pub(super) Day);

/// A day with a time in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(pub(super) Moment);

macro_rules! compared {
    ($engine:expr, $left:ty, $right:ty, $read:expr) => {
        $engine
            .register_fn("==", |a: $left, b: $right| $read(a, b).is_some_and(std::cmp::Ordering::is_eq))
            .register_fn("!=", |a: $left, b: $right| !$read(a, b).is_some_and(std::cmp::Ordering::is_eq))
            .register_fn("<", |a: $left, b: $right| $read(a, b).is_some_and(std::cmp::Ordering::is_lt))
            .register_fn("<=", |a: $left, b: $right| $read(a, b).is_some_and(std::cmp::Ordering::is_le))
            .register_fn(">", |a: $left, b: $right| $read(a, b).is_some_and(std::cmp::Ordering::is_gt))
            .register_fn(">=", |a: $left, b: $right| $read(a, b).is_some_and(std::cmp::Ordering::is_ge))
    };
}

/// Registers both types and how they compare.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Date>("Date").register_type_with_name::<Time>("Time");
    compared!(engine, Date, Date, |a: Date, b: Date| Some(a.cmp(&b)));
    compared!(engine, Time, Time, |a: Time, b: Time| Some(a.cmp(&b)));
    compared!(engine, Time, Date, |a: Time, b: Date| Some(a.0.day().cmp(&b.0)));
    compared!(engine, Date, Time, |a: Date, b: Time| Some(a.0.cmp(&b.0.day())));
    compared!(engine, Date, ImmutableString, |a: Date, b: ImmutableString| Day::parse(&b).map(|b| a.0.cmp(&b)));
    compared!(engine, Time, ImmutableString, |a: Time, b: ImmutableString| Moment::parse(&b).map(|b| a.0.cmp(&b)));
    engine.register_fn("to_string", |date: Date| date.0.to_string());
    engine.register_fn("to_string", |time: Time| time.0.to_string());
    engine.register_get("year", |date: &mut Date| part(date.0, 'y'));
    engine.register_get("month", |date: &mut Date| part(date.0, 'm'));
    engine.register_get("day", |date: &mut Date| part(date.0, 'd'));
    engine.register_get("year", |time: &mut Time| part(time.0.day(), 'y'));
    engine.register_get("month", |time: &mut Time| part(time.0.day(), 'm'));
    engine.register_get("day", |time: &mut Time| part(time.0.day(), 'd'));
    engine.register_get("hour", |time: &mut Time| time.0.hour());
    engine.register_get("date", |time: &mut Time| Date(time.0.day()));
}

/// The day of a date, a time or a text; `None` for anything else.
pub(super) fn day(value: &Dynamic) -> Option<Day> {
    if let Some(date) = value.read_lock::<Date>() {
        return Some(date.0);
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Some(time.0.day());
    }
    let text = value.read_lock::<ImmutableString>()?;
    Moment::parse(&text).map(Moment::day)
}

/// A date some days later, as `add_days` gives it.
pub(super) fn later(value: &Dynamic, days: i64) -> Answer<Dynamic> {
    let Some(day) = day(value) else { return Ok(Dynamic::UNIT) };
    if days.unsigned_abs() > 4_000_000 {
        return call::refuse("more days than any calendar has");
    }
    Ok(day.plus(Span::days(days)).map_or(Dynamic::UNIT, |day| Dynamic::from(Date(day))))
}

fn part(day: Day, which: char) -> Dynamic {
    let Some(date) = day.to_civil() else { return Dynamic::UNIT };
    Dynamic::from(match which {
        'y' => i64::from(date.year()),
        'm' => i64::from(date.month()),
        _ => i64::from(date.day()),
    })
}
