//! Pages for people. Every act works as a form that is posted; scripts only make it faster. What is said stands in
//! `words/`, a file for each language; what a domain's fields and codes are called comes from its definitions.

pub mod account;
pub mod admin;
pub mod audit;
pub mod browse;
pub mod dashboard;
pub mod door;
pub mod embed;
pub mod files;
mod form;
pub mod home;
pub mod jobs;
mod list;
pub mod near;
pub mod page;
mod question;
pub mod queue;
pub mod recode;
pub mod upload;
mod words;
pub mod work;
