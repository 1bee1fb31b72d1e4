//! What one call of a hook may still cost, and what it said so far. One call at a time runs on a thread.

use super::memory;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Limits;
use crate::model::rules::Severity;
use rhai::Array;
use rhai::Blob;
use rhai::Dynamic;
use rhai::EvalAltResult;
use rhai::ImmutableString;
use rhai::Map;
use rhai::Position;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

/// Longest text a script may hold, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// Longest list a script may hold, in items.
pub(super) const MAX_ITEMS: usize = 2_000;
/// Findings and changes of candidates a call may make.
const MAX_SAID: usize = 200;
/// Lines of a trace that a call may print.
const MAX_PRINTED: usize = 100;
/// Letters of a line of the trace.
const LONGEST_PRINTED: usize = 1_000;
/// Searches a call may make: one costs as much as some ten thousand operations.
const MAX_SEARCHES: u32 = 20;
/// Operations between two looks at the clock.
const CLOCK_EVERY: u64 = 256;
/// Shortest time after which the guard ends a run: far more than the operations of a call take on a busy machine.
const GUARD: Duration = Duration::from_secs(10);
/// A hundred times what an operation usually takes at most.
const GUARD_AN_OPERATION: Duration = Duration::from_micros(25);
/// All that a call may allocate, as a multiple of what it may hold.
const ALLOCATED_A_BYTE: u64 = 16;
/// Bytes of a text that cost an operation each time a script takes it in hand: native functions read it whole.
const BYTES_AN_OPERATION: usize = 1_024;
/// Items of lists and maps, with all that is in them, that cost an operation.
const ITEMS_AN_OPERATION: usize = 16;
/// Levels of lists and maps that are counted.
const MAX_LEVELS: usize = 64;

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
    /// A code that would mend it.
    pub(super) fix: Option<(SetId, CodeId)>,
}

/// What a script wants with the candidates.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// Adds points, and the candidate if there is none yet and `is_new`.
    Points { set: SetId, code: CodeId, points: f32, what: String, is_new: bool },
    /// Takes it out.
    Remove { set: SetId, code: CodeId },
}

/// A line of the trace, and the line of the script where that is known.
pub(super) struct Printed {
    line: Option<usize>,
    text: String,
}

impl Printed {
    /// The same, with the script before it.
    pub(super) fn named(&self, file: &str) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{file}{line}: {}", self.text)
    }
}

/// What a call left behind.
#[derive(Default)]
pub(super) struct Left {
    pub(super) said: Vec<Said>,
    pub(super) changes: Vec<Change>,
    /// What it printed.
    pub(super) printed: Vec<Printed>,
    /// Why the host stopped it, whatever the script made of that.
    pub(super) stopped: Option<&'static str>,
    /// It was the guard that stopped it.
    pub(super) ran_out_of_time: bool,
    /// To be dropped after the answer was read.
    pub(super) cells: Cells,
}

/// The values that closures of a call share. They may hold each other, and then nothing but emptying them frees them.
#[derive(Default)]
pub(super) struct Cells {
    held: Vec<Dynamic>,
    addresses: HashSet<usize>,
}

impl Drop for Cells {
    fn drop(&mut self) {
        // Each is still held here while it is emptied, so however long a chain of them is, dropping it does not nest.
        for cell in &mut self.held {
            let content = cell.write_lock::<Dynamic>().map(|mut content| std::mem::take(&mut *content));
            drop(content);
        }
    }
}

struct Call {
    operations: u64,
    most_operations: u64,
    deadline: Instant,
    memory_start: isize,
    memory_bytes: isize,
    allocated_start: u64,
    allocated_bytes: u64,
    on: Day,
    today: Day,
    searches: u32,
    sets: Arc<Sets>,
    left: Left,
}

/// The code sets that a domain means by a name, where that is not the set of the name.
pub(super) type Sets = BTreeMap<String, SetId>;

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// Starts a call on this thread.
pub(super) fn begin(limits: &Limits, sets: &Arc<Sets>, on: Day, today: Day) {
    let most_operations = limits.operations.max(1);
    let guard = GUARD_AN_OPERATION.saturating_mul(u32::try_from(most_operations).unwrap_or(u32::MAX));
    let memory_bytes = limits.memory_mib.saturating_mul(1 << 20);
    let call = Call {
        operations: 0,
        most_operations,
        deadline: Instant::now() + GUARD.max(guard),
        memory_start: memory::held(),
        memory_bytes: isize::try_from(memory_bytes).unwrap_or(isize::MAX),
        allocated_start: memory::allocated(),
        allocated_bytes: memory_bytes.saturating_mul(ALLOCATED_A_BYTE),
        on,
        today,
        searches: 0,
        sets: Arc::clone(sets),
        left: Left::default(),
    };
    CALL.with_borrow_mut(|slot| *slot = Some(call));
}

/// The code set that the domain of the call means by a name, if it has a form of its own.
pub(super) fn set(name: &str) -> Option<SetId> {
    CALL.with_borrow(|slot| slot.as_ref()?.sets.get(name).copied())
}

/// Ends the call of this thread and hands out what it left.
pub(super) fn end() -> Left {
    CALL.with_borrow_mut(Option::take).map(|call| call.left).unwrap_or_default()
}

/// Asked by the engine at each operation, those of closures too: a refusal ends the script, whatever it catches.
///
/// The engine counts anew in each closure that a native function calls, so operations are counted here.
pub(super) fn progress(_: u64) -> Option<Dynamic> {
    CALL.with_borrow_mut(|slot| slot.as_mut()?.charge(1)).map(|why| Dynamic::from(Refusal(why)))
}

impl Call {
    /// Counts operations; gives why the script is stopped, if it is. What is stopped once stays so.
    fn charge(&mut self, operations: u64) -> Option<&'static str> {
        if self.left.stopped.is_some() {
            return self.left.stopped;
        }
        let before = self.operations;
        self.operations = before.saturating_add(operations);
        let held = memory::held().wrapping_sub(self.memory_start);
        let allocated = memory::allocated().wrapping_sub(self.allocated_start);
        if self.operations > self.most_operations {
            self.left.stopped = Some("too many operations");
        } else if held > self.memory_bytes || allocated > self.allocated_bytes {
            self.left.stopped = Some("too much memory");
        } else if before / CLOCK_EVERY != self.operations / CLOCK_EVERY && Instant::now() > self.deadline {
            self.left.stopped = Some("too much time");
            self.left.ran_out_of_time = true;
        }
        self.left.stopped
    }
}

/// Asked by the engine at each use of a variable: what native functions do with it costs by its size. What closures share
/// is remembered, to be emptied when the call has ended.
pub(super) fn using(value: &Dynamic) -> Answer<()> {
    if let Some(why) = CALL.with_borrow(|slot| slot.as_ref().and_then(|call| call.left.stopped)) {
        return stop(why);
    }
    let mut budget = MAX_COUNTED;
    let is_free = if value.is_shared() {
        value.read_lock::<Dynamic>().map(|content| {
            let address = std::ptr::from_ref::<Dynamic>(&content) as usize;
            CALL.with_borrow_mut(|slot| {
                if let Some(call) = slot.as_mut()
                    && call.left.cells.addresses.insert(address)
                {
                    call.left.cells.held.push(value.clone());
                }
            });
            size(&content, 0, &mut budget);
        })
    } else {
        size(value, 0, &mut budget);
        Some(())
    };
    if is_free.is_none() {
        return stop("a value was used while it was being changed");
    }
    let counted = (MAX_COUNTED - budget) / ITEMS_AN_OPERATION;
    if counted == 0 {
        return Ok(());
    }
    let stopped = CALL.with_borrow_mut(|slot| slot.as_mut()?.charge(counted as u64));
    stopped.map_or(Ok(()), stop)
}

/// Most items of one value that are counted: as much as a call may cost.
const MAX_COUNTED: usize = 5_000_000;

/// Takes the size of a value from the budget, in items: what is in lists, maps and closures counts with them.
fn size(value: &Dynamic, level: usize, budget: &mut usize) {
    if level > MAX_LEVELS {
        *budget = 0;
    }
    if *budget == 0 {
        return;
    }
    // Most items are numbers: they are told before anything is looked into.
    if value.is_int() || value.is_unit() {
        return;
    }
    if value.is_array() {
        if let Some(items) = value.read_lock::<Array>() {
            *budget = budget.saturating_sub(items.len());
            items.iter().for_each(|item| size(item, level + 1, budget));
        }
    } else if value.is_map() {
        if let Some(items) = value.read_lock::<Map>() {
            *budget = budget.saturating_sub(items.len());
            items.values().for_each(|item| size(item, level + 1, budget));
        }
    } else if value.is_string() {
        let bytes = value.read_lock::<ImmutableString>().map_or(0, |text| text.len());
        *budget = budget.saturating_sub(bytes * ITEMS_AN_OPERATION / BYTES_AN_OPERATION);
    } else if value.is_blob() {
        let bytes = value.read_lock::<Blob>().map_or(0, |bytes| bytes.len());
        *budget = budget.saturating_sub(bytes * ITEMS_AN_OPERATION / BYTES_AN_OPERATION);
    }
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

/// Takes note of what a script prints; of much, the beginning.
pub(super) fn trace(line: Option<usize>, text: &str) {
    CALL.with_borrow_mut(|slot| {
        if let Some(call) = slot.as_mut().filter(|call| call.left.printed.len() < MAX_PRINTED) {
            call.left.printed.push(Printed { line, text: text.chars().take(LONGEST_PRINTED).collect() });
        }
    });
}

/// Counts a search.
pub(super) fn search() -> Answer<()> {
    let is_allowed = CALL.with_borrow_mut(|slot| {
        slot.as_mut().is_some_and(|call| {
            call.searches += 1;
            call.searches <= MAX_SEARCHES
        })
    });
    if is_allowed { Ok(()) } else { stop("too many searches") }
}

/// An error a script may catch: it was asked for something that is not there.
pub(super) fn refuse<T>(why: &'static str) -> Answer<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(Refusal(why)), Position::NONE)))
}

/// An error no script can catch, nor a native function swallow.
pub(super) fn stop<T>(why: &'static str) -> Answer<T> {
    CALL.with_borrow_mut(|slot| {
        if let Some(call) = slot {
            call.left.stopped.get_or_insert(why);
        }
    });
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
