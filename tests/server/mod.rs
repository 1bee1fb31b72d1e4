//! The service as programs and browsers meet it: a real process on a port of its own, with the small domain `own`.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

mod client;
mod curls;
mod elsewhere;
mod explaining;
mod hooks;
mod jobs;
mod keeping;
mod privileges;
mod recoding;
mod same_bytes;
mod shift;
mod signing_in;
mod streaming;
mod tls;
mod trouble;
