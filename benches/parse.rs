//! Reading definition files.
fn main() {}
