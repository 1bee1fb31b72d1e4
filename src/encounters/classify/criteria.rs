//! The criteria of one code.

use crate::model::ids::CodeId;
use crate::model::rules::Classifier;
use crate::model::rules::Criteria;

/// The criteria of a code, if it has any in this classifier.
pub(crate) fn criteria_of(classifier: &Classifier, code: CodeId) -> Option<&Criteria> {
    // Invariant: criteria stand in the order of the codes.
    let place = classifier.criteria.partition_point(|criteria| criteria.code < code);
    classifier.criteria.get(place).filter(|criteria| criteria.code == code)
}
