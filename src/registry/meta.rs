//! What is written about a code set as a whole, and about a code besides its columns.

use crate::model::content::Property;
use crate::model::content::Relation;
use crate::model::content::Release;
use crate::model::content::Replacement;
use serde::Deserialize;
use serde::Serialize;

/// What is read of every code set when a registry is opened.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Meta {
    pub name: String,
    pub title: String,
    pub uri: String,
    pub releases: Vec<Release>,
    pub properties: Vec<Property>,
    pub relations: Vec<Relation>,
    pub missing_sources: Vec<String>,
    pub is_starter: bool,
    pub code_count: u32,
}

/// What is asked seldom about a code.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Details {
    pub short: String,
    pub synonyms: Vec<String>,
    pub designations: Vec<(String, String)>,
    pub definition: String,
    pub notes: Vec<(String, String)>,
    pub replaced_by: Option<Replacement>,
}
