#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code)] // every target includes all of them
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::open(bytes));
