//! What encounters of a group come to: how many are measured, their mean, and the values below which so many of a hundred lie.

use super::exit::Failure;
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by the group that they are counted in.
#[derive(Default)]
pub(crate) struct Measured {
    groups: BTreeMap<Vec<String>, Vec<Decimal>>,
    percentiles: Vec<u8>,
}

impl Measured {
    /// Nothing yet. `percentiles` are said of each group.
    pub fn new(percentiles: &[u8]) -> Result<Measured, Failure> {
        if percentiles.iter().any(|it| !(1..=100).contains(it)) {
            return Err(Failure::said("a percentile is a whole number from 1 to 100"));
        }
        Ok(Measured { groups: BTreeMap::new(), percentiles: percentiles.to_vec() })
    }

    /// Adds the value of an encounter of a group.
    pub fn add(&mut self, group: &[String], value: Decimal) {
        self.groups.entry(group.to_vec()).or_default().push(value);
    }

    /// Names of what is said of each group.
    pub fn names(&self) -> Vec<String> {
        let percentiles = self.percentiles.iter().map(|it| format!("p{it}"));
        ["measured".to_owned(), "mean".to_owned()].into_iter().chain(percentiles).collect()
    }

    /// What is said of the group of some values, of which one that is not given may be any; in the order of the names.
    pub fn of(&self, values: &[Option<String>]) -> Vec<f64> {
        let mut all = self.values(values);
        all.sort_unstable();
        let Some(mean) = mean(&all) else { return vec![0.0] };
        // The nearest rank: the least value with so many of a hundred at or below it.
        let percentile = |it: &u8| {
            let rank = (all.len() * usize::from(*it)).div_ceil(100).max(1);
            all.get(rank - 1).copied().unwrap_or(mean)
        };
        let figures = [Decimal::from(all.len()), mean].into_iter().chain(self.percentiles.iter().map(percentile));
        figures.map(rounded).collect()
    }

    /// The values of one group, which is looked up, or of all that have some values in common.
    fn values(&self, values: &[Option<String>]) -> Vec<Decimal> {
        if let Some(group) = values.iter().cloned().collect::<Option<Vec<String>>>() {
            return self.groups.get(&group).cloned().unwrap_or_default();
        }
        let is_in = |group: &[String]| {
            group.iter().zip(values).all(|(own, value)| value.as_ref().is_none_or(|value| value == own))
        };
        self.groups.iter().filter(|(group, _)| is_in(group)).flat_map(|(_, all)| all).copied().collect()
    }

    /// The same for programs.
    pub fn json(&self, values: &[Option<String>]) -> Map<String, Value> {
        self.names().into_iter().zip(self.of(values)).map(|(name, value)| (name, value.into())).collect()
    }
}

/// The mean of some values; `None` if there are none. Where their sum has more digits than are kept, each is divided first.
fn mean(all: &[Decimal]) -> Option<Decimal> {
    let count = Some(Decimal::from(all.len())).filter(|count| !count.is_zero())?;
    let sum = all.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value));
    Some(sum.map_or_else(|| all.iter().map(|value| value / count).sum(), |sum| sum / count))
}

/// Two decimals.
fn rounded(value: Decimal) -> f64 {
    let rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.to_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_nearest_rank() {
        let mut measured = Measured::new(&[50, 90, 100]).unwrap_or_default();
        let group = ["a".to_owned()];
        for value in [4, 1, 3, 2, 10] {
            measured.add(&group, Decimal::from(value));
        }
        measured.add(&["b".to_owned()], Decimal::from(100));
        assert_eq!(measured.of(&[Some("a".to_owned())]), [5.0, 4.0, 3.0, 10.0, 10.0]);
        assert_eq!(measured.of(&[None]), [6.0, 20.0, 3.0, 100.0, 100.0]);
        assert_eq!(measured.of(&[Some("c".to_owned())]), [0.0]);
        assert!(Measured::new(&[0]).is_err());
    }

    #[test]
    fn cents_are_added_without_a_slip() {
        let mut measured = Measured::new(&[50]).unwrap_or_default();
        for cents in [101, 102, 100, 103] {
            measured.add(&[], Decimal::new(cents, 2));
        }
        // 1.015 is 1.01 where it is a float.
        assert_eq!(measured.of(&[]), [4.0, 1.02, 1.01]);
        measured.add(&[], Decimal::MAX);
        measured.add(&[], Decimal::MAX);
        assert_eq!(measured.of(&[]).first(), Some(&6.0));
    }
}
