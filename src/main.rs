//! Calls `cli::main`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tencode::cli::main()
}
