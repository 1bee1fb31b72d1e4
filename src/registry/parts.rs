//! What goes into a registry.

use crate::model::content::CodeSet;
use crate::model::content::Crosswalk;
use crate::model::ids::SetId;
use crate::model::program::Domain;
use crate::model::program::Shared;

/// Everything a registry is made of.
pub struct Parts<'a> {
    /// Code sets, by place.
    pub sets: &'a [CodeSet],
    /// Crosswalks of all domains and of `maps to` lines.
    pub crosswalks: &'a [Crosswalk],
    /// What all domains share.
    pub shared: &'a Shared,
    /// The domains.
    pub domains: &'a [Domain],
    /// Tables of pairs, packed.
    pub pairs: &'a [Vec<u8>],
    /// Hash of all definitions and releases it was made from.
    pub stamp: [u8; 32],
    /// The text models, by code set.
    pub models: &'a [(SetId, Vec<u8>)],
    /// The word vectors that they were trained with, packed; empty if there are none.
    pub vectors: &'a [u8],
    /// The lists of names, packed, or why they cannot be read. Empty if none is installed.
    pub names: Result<&'a [u8], &'a str>,
}

impl<'a> Parts<'a> {
    /// Code sets alone: without domains, crosswalks, models or lists of names.
    pub fn of_sets(sets: &'a [CodeSet], shared: &'a Shared) -> Parts<'a> {
        let names = Ok(&[][..]);
        Parts {
            sets,
            crosswalks: &[],
            shared,
            domains: &[],
            pairs: &[],
            stamp: [0; 32],
            models: &[],
            vectors: &[],
            names,
        }
    }
}
