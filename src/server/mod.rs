//! HTTP: the desk page for people, `/v1` for programs. One table of routes says what there is and who may have it.
//!
//! Every handler is a plain function of a `Call`: it runs on a thread that may compute and wait, under one
//! registry from its beginning to its end. What somebody may see is decided by their session or token and never by a
//! parameter; what they are shown of an encounter is on the disk of the audit log before it leaves.

mod api;
mod call;
mod caller;
mod desk;
mod headers;
mod hook;
mod hooks;
mod jobs;
mod listen;
mod metrics;
mod openapi;
mod opened;
mod post;
mod problem;
mod retention;
mod routes;
mod service;
mod steady;
mod stream;
mod streams;
mod tls;
mod trail;

pub use hook::Hook;
pub use hook::address as hook_address;
pub use hook::secret as hook_secret;
pub use listen::Running;
pub use listen::router;
pub use listen::serve;
pub use listen::start;
pub use openapi::document as openapi;
pub use routes::ROUTES;
pub use routes::Route;
pub use routes::Who;
pub use service::Config;
pub use service::Loaded;
pub use service::Parts;
pub use service::Retention;
pub use service::Service;
pub use tls::CertificateError;
pub use tls::CertificateFiles;
pub use tls::Tls;
