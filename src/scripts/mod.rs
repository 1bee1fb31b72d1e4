//! The script host: what a script may see, call and cost.
//!
//! A domain's `scripts/*.rhai` may hold the hooks `derive(encounter)`, `classify(encounter, candidates)` and
//! `validate(encounter)`. They are compiled once ([`Scripts::compile`](crate::scripts::Scripts::compile)) and run by a [`Runner`](crate::scripts::Runner) for each worker thread.
//! A script sees the encounter, the registry and the two days an encounter is judged by; there is no file, network,
//! environment, clock or chance. Imports model, registry.

mod amounts;
mod api;
mod call;
mod dates;
mod hooks;
mod host;
mod memory;
mod problem;
mod scan;
pub mod standard;
#[cfg(test)]
mod tests;
pub mod tokens;
mod view;

pub use api::Described;
pub use api::described;
pub use hooks::Runner;
pub use hooks::Scripts;
pub use hooks::Seen;
pub use host::STACK_BYTES;
pub use host::has_stack;
pub use problem::ScriptProblem;
pub use view::Derived;
