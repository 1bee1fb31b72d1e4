//! One recorded contact, read into typed slots. It has no `Serialize`: only a disclosure leaves the program.

use super::day::Day;
use super::ids::RecordId;
use super::value::Value;

/// What a misfit says was expected where a field stands twice; the last value counts.
pub const TWICE: &str = "single value";
/// What a misfit says was expected where a number has digits that would be lost.
pub const EXACT: &str = "exact number";

/// One recorded contact.
#[derive(Clone)]
pub struct Encounter<'a> {
    /// The record that it is read against.
    pub record: RecordId,
    /// Slots, by field of the record.
    pub slots: Vec<Value<'a>>,
    /// What no record declares: path as it stood in the input, and the value. Treated as identifying.
    pub undeclared: Vec<(String, serde_json::Value)>,
    /// Fields whose value does not fit their type: path, name of the type expected.
    pub misfits: Vec<(String, &'static str)>,
    /// The day it is judged for.
    pub on: Day,
    /// First and last of the days that may be its own: all that its dates name, and the one it is judged for. `None` if it
    /// has no date, or one that nobody understands: what depends on the day is then decided the stricter way.
    pub days: Option<(Day, Day)>,
    /// Today, as given to the program.
    pub today: Day,
    /// Line of the input it was read from, from 1.
    pub line: u64,
}

/// Shows the shape, never the content.
impl std::fmt::Debug for Encounter<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Encounter(line {}, {:?})", self.line, self.slots)
    }
}
