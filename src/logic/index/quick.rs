//! The common tests of a line, side by side in memory: most lines that a telling test brings up fall here, before their
//! conditions are touched.

use super::super::frame::Frame;
use super::grid::Allowed;
use super::grid::Ask;
use crate::model::expression::Path;
use crate::model::ids::TooMany;
use crate::model::money;
use crate::model::value::Value;

/// Tests of all lines that are filed.
#[derive(Default)]
pub(crate) struct Quick {
    paths: Vec<Path>,
    tests: Vec<Test>,
    /// For each line, where its tests end.
    ends: Vec<u32>,
}

struct Test {
    path: u32,
    asks: Asks,
}

enum Asks {
    /// The bits of the members that fit.
    Members(u64),
    /// Both ends included.
    Between(f64, f64),
}

/// What an encounter has at the paths of the tests.
#[derive(Default)]
pub(crate) struct Values(Vec<At>);

#[derive(Clone, Copy)]
enum At {
    Nothing,
    Place(u16),
    Number(f64),
}

impl Quick {
    /// Adds the next line.
    ///
    /// # Errors
    /// More tests than the index can tell apart.
    pub(crate) fn add(&mut self, asks: &[Ask]) -> Result<(), TooMany> {
        for ask in asks {
            let asks = match &ask.allowed {
                Allowed::Members(count, places) if *count <= 64 => {
                    Asks::Members(places.iter().fold(0, |bits, place| bits | 1 << place))
                }
                Allowed::Members(..) => continue,
                Allowed::Between(_, from, to) => Asks::Between(*from, *to),
            };
            let path = self.paths.iter().position(|path| *path == ask.path).unwrap_or_else(|| {
                self.paths.push(ask.path.clone());
                self.paths.len() - 1
            });
            self.tests.push(Test { path: small(path, "fields in criteria")?, asks });
        }
        self.ends.push(small(self.tests.len(), "tests in criteria")?);
        Ok(())
    }

    /// Looks at an encounter once for all lines.
    pub(crate) fn fetch(&self, frame: &Frame<'_>, values: &mut Values) {
        values.0.clear();
        values.0.extend(self.paths.iter().map(|path| match frame.resolve_single(path) {
            Some(Value::Choice(place) | Value::Step(place)) => At::Place(*place),
            Some(Value::Bool(it)) => At::Place(u16::from(*it)),
            Some(Value::Number(it)) => At::Number(*it),
            Some(Value::Money(it)) => At::Number(money::to_binary(*it)),
            Some(Value::Day(day)) => At::Number(f64::from(day.0)),
            Some(Value::Moment(moment)) => At::Number(f64::from(moment.day().0)),
            _ => At::Nothing,
        }));
    }

    /// Whether a line can hold.
    pub(crate) fn can_hold(&self, line: u32, values: &Values) -> bool {
        let line = line as usize;
        let first = line.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        let end = self.ends.get(line).copied().unwrap_or(0) as usize;
        let tests = self.tests.get(first..end).unwrap_or(&[]);
        tests.iter().all(|test| match (&test.asks, values.0.get(test.path as usize)) {
            (Asks::Members(bits), Some(At::Place(place))) => *place < 64 && bits >> place & 1 == 1,
            (Asks::Between(from, to), Some(At::Number(it))) => from <= it && it <= to,
            // What is not there, or of another kind, fits no comparison.
            _ => false,
        })
    }
}

/// A position in a list of the index.
pub(crate) fn small(position: usize, what: &'static str) -> Result<u32, TooMany> {
    u32::try_from(position).map_err(|_| TooMany { what, limit: u32::MAX as usize })
}
