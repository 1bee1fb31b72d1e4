//! Calls `cli::main`, under an allocator that counts what a script uses.

use std::process::ExitCode;
use tencode::scripts::memory::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    tencode::cli::main()
}
