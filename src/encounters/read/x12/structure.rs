//! The loops that readers declare, and which reader reads a transaction.

use crate::encounters::read::mapping::Trees;
use crate::model::reader::Loop;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use serde_json::Value;

/// The loop that an interchange is.
pub(super) const INTERCHANGE: &str = "interchange";
/// The loop that a group is.
pub(super) const GROUP: &str = "group";
/// The loop that a transaction is.
pub(super) const TRANSACTION: &str = "transaction";

/// The loops of some readers, and what tells which of them reads a transaction.
pub(in crate::encounters::read) struct Structures {
    trees: Trees,
    pub(super) all: Vec<Structure>,
}

/// The loops of one reader.
pub(super) struct Structure {
    pub(super) loops: Vec<Loop>,
    /// The loop of which each is an encounter.
    pub(super) encounter: String,
}

impl Structures {
    pub(in crate::encounters::read) fn new<'r>(readers: impl Iterator<Item = &'r Reader>) -> Structures {
        let of_segments: Vec<(&Reader, &Vec<Loop>)> = readers
            .filter_map(|reader| match &reader.syntax {
                Syntax::X12 { loops } => Some((reader, loops)),
                _ => None,
            })
            .collect();
        let structure = |(reader, loops): &(&Reader, &Vec<Loop>)| Structure {
            loops: (*loops).clone(),
            encounter: reader.spread.as_ref().and_then(|path| path.first_name()).unwrap_or(TRANSACTION).to_owned(),
        };
        let all = of_segments.iter().map(structure).collect();
        Structures { trees: Trees::new(of_segments.iter().map(|(reader, _)| *reader)), all }
    }

    /// The reader of a transaction, told by its first segment and those around it.
    pub(super) fn which(&self, beginning: &Value) -> Option<usize> {
        self.trees.which(beginning)
    }
}
