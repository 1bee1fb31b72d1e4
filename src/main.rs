//! Calls `cli::main`.

fn main() {}
