//! Makes the engine, and sets every limit itself: the defaults differ between debug and release builds.
//!
//! An engine and all that it makes belong to one thread. Values that closures share are then told to be in use at once;
//! between threads each such question would wait 50 ms for the answer, and no budget counts that.
//!
//! What contains a hostile script: no `eval`, no modules, no clock, no `sleep`; limits on calls and sizes; budgets of
//! operations and memory, asked at each operation and each use of a variable (`call`); native functions that could grow
//! at once (`replace`) check before they work; the source is looked over before it is parsed (`scan`).

use super::amounts;
use super::api;
use super::call;
use super::call::Answer;
use super::call::MAX_ITEMS;
use super::call::MAX_TEXT;
use super::dates;
use super::view;
use crate::registry::Registry;
use rhai::Engine;
use rhai::ImmutableString;
use rhai::OptimizationLevel;
use rhai::packages::BasicArrayPackage;
use rhai::packages::BasicIteratorPackage;
use rhai::packages::BasicMapPackage;
use rhai::packages::BasicMathPackage;
use rhai::packages::BasicStringPackage;
use rhai::packages::CorePackage;
use rhai::packages::LogicPackage;
use rhai::packages::MoreStringPackage;
use rhai::packages::Package;
use std::cell::Cell;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;

/// Stack that a thread which runs hooks should have, in bytes: the parser calls itself for what is nested.
pub const STACK_BYTES: usize = 32 << 20;

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    static HAS_STACK: Cell<bool> = const { Cell::new(false) };
    /// The thread that works for this one.
    static HELPER: RefCell<Option<Sender<Job>>> = const { RefCell::new(None) };
}

/// Says that this thread was made with [`STACK_BYTES`]: hooks run on it, and need no thread of their own.
pub fn has_stack() {
    HAS_STACK.set(true);
}

/// Runs a call on a thread that has the stack for it: this one, or one that works for it from then on; `None` if there is
/// no room for one.
pub(super) fn with_stack<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if HAS_STACK.get() {
        return Some(call());
    }
    let (answer, answered) = channel();
    let job: Job = Box::new(move || drop(answer.send(call())));
    HELPER.with_borrow_mut(|helper| {
        if helper.is_none() {
            *helper = helping();
        }
        let sent = helper.as_ref()?.send(job);
        if sent.is_err() {
            *helper = None;
        }
        sent.ok()
    })?;
    answered.recv().ok()
}

/// A thread that does what it is sent, as long as the sender is there.
fn helping() -> Option<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    let work = move || {
        has_stack();
        jobs.into_iter().for_each(|job| job());
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).ok()?;
    Some(sender)
}

/// An engine with all limits set and everything scripts may call.
pub(super) fn engine(registry: &Arc<Registry>) -> Engine {
    let mut engine = Engine::new_raw();
    CorePackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    limit(&mut engine);
    replace(&mut engine);
    engine.register_fn("sleep", |_: i64| -> Answer<()> { call::stop("it wanted to sleep") });
    engine.register_fn("sleep", |_: f64| -> Answer<()> { call::stop("it wanted to sleep") });
    amounts::register(&mut engine);
    dates::register(&mut engine);
    view::register(&mut engine, registry);
    api::register(&mut engine, registry);
    engine
}

fn limit(engine: &mut Engine) {
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_strict_variables(true);
    engine.set_fast_operators(true);
    engine.disable_symbol("eval");
    // Operations are counted by `call::progress`.
    engine.set_max_operations(0);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_call_levels(16);
    engine.set_max_variables(128);
    engine.set_max_functions(128);
    engine.set_max_string_size(MAX_TEXT);
    engine.set_max_array_size(MAX_ITEMS);
    engine.set_max_map_size(1_000);
    engine.on_print(|text| call::trace(None, text));
    engine.on_debug(|text, _, position| call::trace(position.line(), text));
    engine.on_progress(call::progress);
    watch_variables(engine);
}

#[expect(deprecated, reason = "the method is marked as one that may change, it is not going away")]
fn watch_variables(engine: &mut Engine) {
    engine.on_var(|name, index, context| {
        let scope = context.scope();
        let value = match scope.len().checked_sub(index).filter(|_| index > 0) {
            Some(place) => scope.iter_raw().nth(place).map(|(_, _, value)| value),
            None => scope.get(name),
        };
        value.map_or(Ok(()), call::using).map(|()| None)
    });
}

// The engine checks the size of a text only after `replace` has made it: 60 KB of `a`, each replaced by 60 KB, is 3.6 GB
// in one operation.
fn replace(engine: &mut Engine) {
    engine.register_fn("replace", |text: &mut ImmutableString, from: &str, to: &str| replaced(text, from, to));
    engine.register_fn("replace", |text: &mut ImmutableString, from: &str, to: char| {
        replaced(text, from, to.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", |text: &mut ImmutableString, from: char, to: &str| {
        replaced(text, from.encode_utf8(&mut [0; 4]), to)
    });
    engine.register_fn("replace", |text: &mut ImmutableString, from: char, to: char| {
        replaced(text, from.encode_utf8(&mut [0; 4]), to.encode_utf8(&mut [0; 4]))
    });
}

fn replaced(text: &mut ImmutableString, from: &str, to: &str) -> Answer<()> {
    if from.is_empty() || text.is_empty() {
        return Ok(());
    }
    let found = text.matches(from).count();
    let size = text.len() - found * from.len() + found.saturating_mul(to.len());
    if size > MAX_TEXT {
        return call::stop("a value grew too large");
    }
    *text = text.replace(from, to).into();
    Ok(())
}
