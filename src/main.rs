//! Calls `cli::main`.

use std::process::ExitCode;
use tencode::scripts::memory::Counting;

/// Counts what scripts allocate, so that their limit holds.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    tencode::cli::main()
}
