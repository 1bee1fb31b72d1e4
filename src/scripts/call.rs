//! What one call of a hook may still cost, and what it said so far. One call at a time runs on a thread.

use super::memory;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Limits;
use crate::model::rules::Severity;
use rhai::Dynamic;
use rhai::EvalAltResult;
use rhai::Position;
use std::cell::RefCell;
use std::time::Duration;
use std::time::Instant;

/// Longest text a script may hold, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// Longest list a script may hold, in items.
pub(super) const MAX_ITEMS: usize = 2_000;
/// Findings and changes of candidates a call may make.
const MAX_SAID: usize = 200;
/// Searches a call may make: one costs as much as some ten thousand operations.
const MAX_SEARCHES: u32 = 20;
/// Operations between two looks at the clock.
const CLOCK_EVERY: u64 = 16;

/// What a function of the host answers a script.
pub(super) type Answer<T> = Result<T, Box<EvalAltResult>>;

/// Why the host refused something: our words, so that they may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) &'static str);

/// What a script found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) rule: String,
    pub(super) severity: Severity,
    pub(super) path: String,
    pub(super) message: String,
}

/// What a script wants with the candidates.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// Adds points, and the candidate if there is none yet and `is_new`.
    Points { set: SetId, code: CodeId, points: f32, what: String, is_new: bool },
    /// Takes it out.
    Remove { set: SetId, code: CodeId },
}

/// What a call left behind.
#[derive(Debug, Default)]
pub(super) struct Left {
    pub(super) said: Vec<Said>,
    pub(super) changes: Vec<Change>,
    pub(super) ran_out_of_time: bool,
}

struct Call {
    deadline: Instant,
    memory_start: isize,
    memory_bytes: isize,
    on: Day,
    today: Day,
    searches: u32,
    left: Left,
}

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// Starts a call on this thread.
pub(super) fn begin(limits: &Limits, on: Day, today: Day) {
    let call = Call {
        deadline: Instant::now() + Duration::from_millis(limits.time_ms),
        memory_start: memory::held(),
        memory_bytes: isize::try_from(limits.memory_mib.saturating_mul(1 << 20)).unwrap_or(isize::MAX),
        on,
        today,
        searches: 0,
        left: Left::default(),
    };
    CALL.with_borrow_mut(|slot| *slot = Some(call));
}

/// Ends the call of this thread and hands out what it left.
pub(super) fn end() -> Left {
    CALL.with_borrow_mut(Option::take).map(|call| call.left).unwrap_or_default()
}

/// Asked by the engine at each operation: a refusal ends the script, whatever it catches.
pub(super) fn progress(operations: u64) -> Option<Dynamic> {
    CALL.with_borrow_mut(|slot| {
        let call = slot.as_mut()?;
        if memory::held().wrapping_sub(call.memory_start) > call.memory_bytes {
            return Some(Dynamic::from(Refusal("too much memory")));
        }
        if operations.is_multiple_of(CLOCK_EVERY) && Instant::now() > call.deadline {
            call.left.ran_out_of_time = true;
            return Some(Dynamic::from(Refusal("too much time")));
        }
        None
    })
}

/// The day the encounter is judged for.
pub(super) fn on() -> Day {
    CALL.with_borrow(|slot| slot.as_ref().map_or(Day(0), |call| call.on))
}

/// Today, as given to the program.
pub(super) fn today() -> Day {
    CALL.with_borrow(|slot| slot.as_ref().map_or(Day(0), |call| call.today))
}

/// Takes note of a finding.
pub(super) fn say(said: Said) -> Answer<()> {
    note(|left| left.said.push(said), |left| left.said.len())
}

/// Takes note of a change of the candidates.
pub(super) fn change(change: Change) -> Answer<()> {
    note(|left| left.changes.push(change), |left| left.changes.len())
}

/// Counts a search.
pub(super) fn search() -> Answer<()> {
    let is_allowed = CALL.with_borrow_mut(|slot| {
        slot.as_mut().is_some_and(|call| {
            call.searches += 1;
            call.searches <= MAX_SEARCHES && Instant::now() <= call.deadline
        })
    });
    if is_allowed { Ok(()) } else { stop("too many searches") }
}

/// An error a script may catch: it was asked for something that is not there.
pub(super) fn refuse<T>(why: &'static str) -> Answer<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(Refusal(why)), Position::NONE)))
}

/// An error no script can catch.
pub(super) fn stop<T>(why: &'static str) -> Answer<T> {
    Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(Refusal(why)), Position::NONE)))
}

fn note(add: impl FnOnce(&mut Left), count: impl FnOnce(&Left) -> usize) -> Answer<()> {
    let is_allowed = CALL.with_borrow_mut(|slot| {
        slot.as_mut().is_some_and(|call| {
            let is_allowed = count(&call.left) < MAX_SAID;
            if is_allowed {
                add(&mut call.left);
            }
            is_allowed
        })
    });
    if is_allowed { Ok(()) } else { stop("it said too much") }
}
