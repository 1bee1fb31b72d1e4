//! Folders of domains on this machine, and the registry made of them: found, compiled, trained, kept in the user's
//! cache; and the keys of this user.

pub mod asking;
pub mod builtin;
pub mod cache;
pub mod learning;
pub mod secrets;
pub mod session;
pub mod unavailable;
