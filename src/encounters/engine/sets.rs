//! Of which code sets the codes of a record are.

use super::Engine;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Classifier;

impl Engine {
    /// Code sets of which this record is given candidates.
    pub fn classified(&self) -> Vec<SetId> {
        let classifiers = &self.domain().classifiers;
        classifiers.iter().filter(|it| it.record == self.schema.record).map(|classifier| classifier.set).collect()
    }

    /// The code set that texts of this record are coded with first: one that learns, else one that looks words up, and of
    /// several the one whose codes stand first in the record.
    pub fn main_set(&self) -> Option<SetId> {
        let mut fields = Vec::new();
        code_sets(&self.record.fields, &mut fields);
        let rank = |it: &&Classifier| {
            let place = fields.iter().position(|set| *set == it.set).unwrap_or(fields.len());
            (!it.is_learned, it.by_words.is_empty(), place)
        };
        let of_record = self.domain().classifiers.iter().filter(|it| it.record == self.schema.record);
        of_record.min_by_key(rank).map(|classifier| classifier.set)
    }

    /// The code set of which a field of the record is first.
    pub fn first_set(&self) -> Option<SetId> {
        let mut sets = Vec::new();
        code_sets(&self.record.fields, &mut sets);
        sets.first().copied()
    }
}

/// The sets of which fields hold codes, in the order of the fields.
fn code_sets(fields: &[Field], found: &mut Vec<SetId>) {
    for field in fields {
        match field.kind.innermost() {
            Kind::Code(set) => found.push(*set),
            Kind::Record(inner) => code_sets(inner, found),
            _ => found.extend(&field.privacy.code_sets),
        }
    }
}
