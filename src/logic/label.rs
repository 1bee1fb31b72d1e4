//! Labels that an encounter gets from what it says.

use super::Frame;
use crate::model::encounter::TWICE;
use crate::model::outcome::label_bit;

impl Frame<'_> {
    /// Those of the labels asked for that the encounter has, as bits; see [`label_bit`].
    ///
    /// A label is given too if its condition may hold: what nobody can read could be anything, and so could a field that
    /// stands there twice. If the encounter costs more than it may before all is known, it has all of them: nobody can say it has not.
    pub fn labels(&mut self, asked: u128) -> u128 {
        let logic = self.logic;
        let record = self.encounter().record;
        let is_twofold = self.encounter().misfits.iter().any(|(_, expected)| *expected == TWICE);
        let mut found = 0;
        // A label is about all that is shown, whoever said it.
        let heard = std::mem::replace(&mut self.hears_all, true);
        for mark in logic.domain().marks.iter().filter(|mark| mark.record == record) {
            let bit = label_bit(mark.label);
            if asked & bit != 0 && found & bit == 0 && (is_twofold || self.may(&mark.when, true)) {
                found |= bit;
            }
        }
        self.hears_all = heard;
        if self.is_spent() { asked } else { found }
    }
}
