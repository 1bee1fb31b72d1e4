//! Which criteria can hold at all.
//!
//! Every `when` line is filed under its most selective *necessary* test: if the line holds, so does one of the tests it
//! is filed under. A line that has only common tests stands in a grid instead, where all of them count together. An
//! encounter is asked only for its own values and phrases, and yields the lines worth evaluating; the cost grows with
//! what matches, not with the number of codes.

mod atoms;
mod grid;
mod intervals;
mod quick;

pub(crate) use atoms::variables_of;

use super::frame::Frame;
use crate::model::day::Day;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::ids::PhraseId;
use crate::model::ids::TooMany;
use crate::model::money;
use crate::model::program::Domain;
use crate::model::rules::Classifier;
use crate::model::value::Value;
use crate::registry::Codes;
use atoms::Atom;
use atoms::Axis;
use foldhash::HashMap;
use foldhash::HashMapExt;
use grid::Grid;
use grid::Picked;
use intervals::Intervals;
use quick::Quick;
use quick::Values;
use quick::small;

/// A line whose cheapest test holds for more than so many of a thousand encounters is filed by all its tests together.
const COST_TELLING: u32 = 20;

/// One `when` line: the criteria it belongs to, its place among their lines; and beside that what it says for which code,
/// so that for a line that holds the criteria need not be touched, which lie far apart in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Criteria, by place in the classifier.
    pub criteria: u32,
    /// Place among the `when` lines.
    pub place: u32,
    /// The code of the criteria.
    pub code: CodeId,
    /// What the line is worth.
    pub points: f32,
}

/// The index of one classifier.
pub struct Index {
    lines: Vec<Line>,
    fields: Vec<FieldIndex>,
    texts: Vec<(Path, HashMap<PhraseId, Vec<u32>>)>,
    grid: Grid,
    quick: Quick,
    always: Vec<u32>,
    spoken: HashMap<PhraseId, Vec<(u32, f32)>>,
    /// For each criteria, whether the code may be recorded on any day, so that the registry need not be asked.
    is_undated: Vec<bool>,
    rules_out: bool,
    needs: bool,
}

/// Lines filed under the values of one path.
struct FieldIndex {
    path: Path,
    keys: HashMap<u64, Vec<u32>>,
    /// Lengths in bytes of the prefixes that some line asks for.
    prefixes: Vec<usize>,
    numbers: Intervals,
    days: Intervals,
    steps: Intervals,
    present: Vec<u32>,
}

/// Lines already collected, by the number of the question they were collected for: nothing has to be cleared.
#[derive(Default)]
pub struct Marks {
    question: u32,
    stamps: Vec<u32>,
    /// The lines collected last, in order.
    lines: Vec<u32>,
    picked: Picked,
    values: Values,
}

impl Index {
    /// Files the lines of a classifier under what they ask.
    ///
    /// # Errors
    /// More lines or tests than the index can tell apart.
    pub(crate) fn new(classifier: &Classifier, domain: &Domain, codes: Codes<'_>) -> Result<Index, TooMany> {
        let mut index = Index {
            lines: Vec::new(),
            fields: Vec::new(),
            texts: Vec::new(),
            grid: Grid::default(),
            quick: Quick::default(),
            always: Vec::new(),
            spoken: HashMap::new(),
            is_undated: Vec::with_capacity(classifier.criteria.len()),
            rules_out: classifier.criteria.iter().any(|criteria| !criteria.unless.is_empty()),
            needs: classifier.criteria.iter().any(|criteria| !criteria.needs.is_empty()),
        };
        let fields = classifier.record.get(&domain.records).map_or(&[][..], |it| it.fields.as_slice());
        for (number, criteria) in (0_u32..).zip(&classifier.criteria) {
            index
                .is_undated
                .push(codes.validity(criteria.code).is_empty() && codes.is_assignable(criteria.code, Day(0)));
            for (phrase, points) in &criteria.phrases {
                index.spoken.entry(*phrase).or_default().push((number, *points));
            }
            for (place, when) in (0_u32..).zip(&criteria.when) {
                let line = small(index.lines.len(), "lines of criteria")?;
                index.lines.push(Line { criteria: number, place, code: criteria.code, points: when.points });
                let atoms = atoms::necessary(&when.condition, fields);
                let is_telling = atoms.as_ref().is_some_and(|(_, cost)| *cost <= COST_TELLING);
                if !is_telling && index.grid.take(&when.condition, fields, line) {
                    index.quick.add(&[])?;
                    continue;
                }
                index.quick.add(&grid::asks(&when.condition, fields).0)?;
                match atoms {
                    Some((atoms, _)) => atoms.into_iter().for_each(|atom| index.file(atom, line)),
                    None => index.always.push(line),
                }
            }
        }
        for field in &mut index.fields {
            field.numbers.build();
            field.days.build();
            field.steps.build();
            field.prefixes.sort_unstable();
            field.prefixes.dedup();
        }
        index.grid.build();
        Ok(index)
    }

    fn file(&mut self, atom: Atom, line: u32) {
        match atom {
            Atom::Phrase(path, phrase) => {
                let place = self.texts.iter().position(|(it, _)| *it == path).unwrap_or_else(|| {
                    self.texts.push((path, HashMap::new()));
                    self.texts.len() - 1
                });
                if let Some((_, phrases)) = self.texts.get_mut(place) {
                    phrases.entry(phrase).or_default().push(line);
                }
            }
            Atom::Key(path, key) => self.field(path, |field| field.keys.entry(key).or_default().push(line)),
            Atom::Prefix(path, prefix) => self.field(path, |field| {
                field.prefixes.push(prefix.len());
                field.keys.entry(atoms::prefix_key(&prefix)).or_default().push(line);
            }),
            Atom::Range(path, axis, from, to) => self.field(path, |field| field.axis(axis).add(from, to, line)),
            Atom::Present(path) => self.field(path, |field| field.present.push(line)),
        }
    }

    fn field(&mut self, path: Path, change: impl FnOnce(&mut FieldIndex)) {
        let place = self.fields.iter().position(|field| field.path == path).unwrap_or_else(|| {
            self.fields.push(FieldIndex {
                path,
                keys: HashMap::new(),
                prefixes: Vec::new(),
                numbers: Intervals::default(),
                days: Intervals::default(),
                steps: Intervals::default(),
                present: Vec::new(),
            });
            self.fields.len() - 1
        });
        if let Some(field) = self.fields.get_mut(place) {
            change(field);
        }
    }

    /// Criteria that a phrase speaks for, with its points.
    pub fn spoken_for(&self, phrase: PhraseId) -> &[(u32, f32)] {
        self.spoken.get(&phrase).map_or(&[], Vec::as_slice)
    }

    /// Whether the code of some criteria may be recorded itself on any day.
    pub fn is_undated(&self, criteria: u32) -> bool {
        self.is_undated.get(criteria as usize) == Some(&true)
    }

    /// Whether some criteria have an `unless`.
    pub fn rules_out(&self) -> bool {
        self.rules_out
    }

    /// Whether some criteria need a field.
    pub fn needs(&self) -> bool {
        self.needs
    }

    /// Whether any phrase speaks for any criteria.
    pub fn has_phrases(&self) -> bool {
        !self.spoken.is_empty()
    }

    /// A line by its number.
    pub fn line(&self, number: u32) -> Option<Line> {
        self.lines.get(number as usize).copied()
    }

    /// Visits the lines that can hold of an encounter, in order, and whether one is known to hold: every line that holds
    /// is among them.
    pub fn visit<'e>(&self, frame: &mut Frame<'e>, mut visit: impl FnMut(&mut Frame<'e>, Line, bool)) {
        let mut marks = std::mem::take(&mut frame.scratch.marks);
        marks.begin(self.lines.len());
        marks.add(&self.always);
        for field in &self.fields {
            match frame.resolve_single(&field.path) {
                Some(value) => field.collect(value, &mut marks),
                None => frame.resolve(&field.path).each_raw(|value| field.collect(value, &mut marks)),
            }
        }
        for (path, phrases) in &self.texts {
            let seen = frame.resolve(path);
            seen.each(|value| {
                let Value::Text(text) = value else { return };
                let place = frame.read(text, true);
                for found in frame.reading(place).found() {
                    if let Some(lines) = phrases.get(&found.phrase) {
                        marks.add(lines);
                    }
                }
            });
        }
        let mut picked = std::mem::take(&mut marks.picked);
        if !marks.lines.is_empty() {
            let mut values = std::mem::take(&mut marks.values);
            self.quick.fetch(frame, &mut values);
            marks.lines.retain(|line| self.quick.can_hold(*line, &values));
            marks.values = values;
        }
        // The low bit says that a line is known to hold; a line of the grid is filed nowhere else.
        marks.lines.iter_mut().for_each(|line| *line <<= 1);
        self.grid.visit(frame, &mut picked, |line, holds| marks.lines.push(line << 1 | u32::from(holds)));
        marks.picked = picked;
        marks.lines.sort_unstable();
        for number in &marks.lines {
            if let Some(line) = self.line(number >> 1) {
                visit(frame, line, number & 1 == 1);
            }
        }
        frame.scratch.marks = marks;
    }
}

impl FieldIndex {
    fn axis(&mut self, axis: Axis) -> &mut Intervals {
        match axis {
            Axis::Number => &mut self.numbers,
            Axis::Day => &mut self.days,
            Axis::Step => &mut self.steps,
        }
    }

    fn collect(&self, value: &Value<'_>, marks: &mut Marks) {
        if matches!(value, Value::Absent) {
            return;
        }
        marks.add(&self.present);
        if !self.keys.is_empty() {
            atoms::keys_of(value, |key| {
                if let Some(lines) = self.keys.get(&key) {
                    marks.add(lines);
                }
            });
            self.collect_prefixes(value, marks);
        }
        let (axis, at) = match value {
            Value::Number(at) => (&self.numbers, *at),
            Value::Money(at) => (&self.numbers, money::to_binary(*at)),
            Value::Day(day) => (&self.days, f64::from(day.0)),
            Value::Moment(moment) => (&self.days, f64::from(moment.day().0)),
            Value::Step(step) => (&self.steps, f64::from(*step)),
            _ => return,
        };
        axis.visit(at, |lines| marks.add(lines));
    }

    fn collect_prefixes(&self, value: &Value<'_>, marks: &mut Marks) {
        let text: &str = match value {
            Value::Text(text) => text,
            Value::Code(code) => &code.text,
            _ => return,
        };
        for length in &self.prefixes {
            let Some(prefix) = text.get(..*length) else { continue };
            if let Some(lines) = self.keys.get(&atoms::prefix_key(prefix)) {
                marks.add(lines);
            }
        }
    }
}

impl Marks {
    fn begin(&mut self, lines: usize) {
        self.lines.clear();
        if self.stamps.len() < lines {
            self.stamps.resize(lines, 0);
        }
        self.question = self.question.wrapping_add(1);
        if self.question == 0 {
            self.stamps.fill(0);
            self.question = 1;
        }
    }

    fn add(&mut self, lines: &[u32]) {
        for line in lines {
            if let Some(stamp) = self.stamps.get_mut(*line as usize)
                && *stamp != self.question
            {
                *stamp = self.question;
                self.lines.push(*line);
            }
        }
    }
}
