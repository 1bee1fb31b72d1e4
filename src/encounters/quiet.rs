//! A panic over an encounter is caught, and nothing is said of it: its words may quote the encounter.

use std::cell::Cell;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Once;

thread_local! {
    static ANSWERS: Cell<bool> = const { Cell::new(false) };
}

/// Runs it; `None` if it panicked.
pub fn quietly<T>(step: impl FnOnce() -> T) -> Option<T> {
    silence_panics();
    let before = ANSWERS.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(step));
    ANSWERS.set(before);
    result.ok()
}

/// While something runs quietly, its thread says nothing.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if !ANSWERS.get() {
                before(what);
            }
        }));
    });
}
