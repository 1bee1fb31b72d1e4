//! What encounters of a group come to: how many are measured, their mean, and the values below which so many of a hundred lie.

use super::exit::Failure;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by the group that they are counted in.
#[derive(Default)]
pub(crate) struct Measured {
    groups: BTreeMap<Vec<String>, Vec<f64>>,
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
    pub fn add(&mut self, group: &[String], value: f64) {
        self.groups.entry(group.to_vec()).or_default().push(value);
    }

    /// Names of what is said of each group.
    pub fn names(&self) -> Vec<String> {
        let percentiles = self.percentiles.iter().map(|it| format!("p{it}"));
        ["measured".to_owned(), "mean".to_owned()].into_iter().chain(percentiles).collect()
    }

    /// What is said of the group of some values, of which one that is not given may be any; in the order of the names.
    pub fn of(&self, values: &[Option<String>]) -> Vec<f64> {
        let is_in = |group: &&Vec<String>| {
            group.iter().zip(values).all(|(own, value)| value.as_ref().is_none_or(|value| value == own))
        };
        let groups = self.groups.keys().filter(is_in).filter_map(|group| self.groups.get(group));
        let mut all: Vec<f64> = groups.flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let count = number(all.len());
        if all.is_empty() {
            return vec![0.0];
        }
        let mean = all.iter().sum::<f64>() / count;
        // The nearest rank: the least value with so many of a hundred at or below it.
        let percentile = |it: &u8| {
            let rank = (all.len() * usize::from(*it)).div_ceil(100).max(1);
            all.get(rank - 1).copied().unwrap_or(mean)
        };
        [count, mean].into_iter().chain(self.percentiles.iter().map(percentile)).map(rounded).collect()
    }

    /// The same for programs.
    pub fn json(&self, values: &[Option<String>]) -> Map<String, Value> {
        self.names().into_iter().zip(self.of(values)).map(|(name, value)| (name, value.into())).collect()
    }
}

/// Two decimals.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer encounters than a number has digits")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_nearest_rank() {
        let mut measured = Measured::new(&[50, 90, 100]).unwrap_or_default();
        let group = ["a".to_owned()];
        for value in [4.0, 1.0, 3.0, 2.0, 10.0] {
            measured.add(&group, value);
        }
        measured.add(&["b".to_owned()], 100.0);
        assert_eq!(measured.of(&[Some("a".to_owned())]), [5.0, 4.0, 3.0, 10.0, 10.0]);
        assert_eq!(measured.of(&[None]), [6.0, 20.0, 3.0, 100.0, 100.0]);
        assert_eq!(measured.of(&[Some("c".to_owned())]), [0.0]);
        assert!(Measured::new(&[0]).is_err());
    }
}
