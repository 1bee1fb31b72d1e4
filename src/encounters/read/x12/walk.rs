//! Where segments stand: which loops one closes and which it opens, and whether the envelope is as it says.

use super::scan::Segment;
use super::structure::GROUP;
use super::structure::INTERCHANGE;
use super::structure::TRANSACTION;
use crate::encounters::read::mapping::holds_of;
use crate::model::reader::Loop;

/// The segment that makes a level, and names the one above it.
const LEVEL: &str = "HL";

/// A loop that is not closed yet.
pub(super) struct Open {
    pub name: String,
    /// The number of a level.
    level: Option<String>,
    /// Which of the segments that open such a loop it has.
    has: Vec<String>,
}

/// What a segment does.
#[derive(Default)]
pub(super) struct Step {
    /// So many loops stay open.
    pub stay: usize,
    /// The loop that it opens then.
    pub opens: Option<String>,
    /// So many stay open behind it.
    pub after: Option<usize>,
    /// What is wrong with the envelope.
    pub wrong: Vec<&'static str>,
}

/// What is counted and named at the end of a part of the envelope.
#[derive(Default)]
struct Counted {
    control: String,
    count: u64,
}

/// The loops that are open.
#[derive(Default)]
pub(super) struct Walk {
    pub open: Vec<Open>,
    interchange: Counted,
    group: Counted,
    transaction: Counted,
}

impl Walk {
    /// Takes a segment, whose loops are those of the reader of its transaction.
    pub(super) fn take(&mut self, segment: &Segment, loops: &[Loop]) -> Step {
        self.transaction.count += 1;
        let mut step = match segment.id.as_str() {
            "ISA" => self.begin(INTERCHANGE, segment),
            "GS" => self.begin(GROUP, segment),
            "ST" => self.begin(TRANSACTION, segment),
            "SE" => self.end(TRANSACTION, segment),
            "GE" => self.end(GROUP, segment),
            "IEA" => self.end(INTERCHANGE, segment),
            LEVEL => self.level(segment, loops),
            _ => self.inside(segment, loops),
        };
        if !is_name(&segment.id) {
            step.wrong.push("this segment has no name of two or three letters");
        }
        self.open.truncate(step.stay);
        if let Some(name) = &step.opens {
            let level = (segment.id == LEVEL).then(|| text(segment, "1").to_owned());
            self.open.push(Open { name: name.clone(), level, has: Vec::new() });
        }
        if let Some(open) = self.open.last_mut()
            && loops.iter().any(|it| it.name == open.name && it.segments.contains(&segment.id))
        {
            open.has.push(segment.id.clone());
        }
        self.open.truncate(step.after.unwrap_or(usize::MAX));
        step
    }

    /// What is wrong at the end of the input.
    pub(super) fn finish(&mut self) -> Vec<&'static str> {
        let wrong = self.not_closed(0);
        self.open.clear();
        wrong
    }

    /// What of the envelope is open from a depth on, the innermost first.
    fn not_closed(&self, depth: usize) -> Vec<&'static str> {
        let open = self.open.get(depth..).unwrap_or_default();
        let open = open.iter().rev().filter_map(|it| match it.name.as_str() {
            TRANSACTION => Some("the transaction is not closed before this"),
            GROUP => Some("the group is not closed before this"),
            INTERCHANGE => Some("the interchange is not closed before this"),
            _ => None,
        });
        open.collect()
    }

    fn depth_of(&self, name: &str) -> Option<usize> {
        self.open.iter().rposition(|open| open.name == name)
    }

    fn begin(&mut self, name: &str, segment: &Segment) -> Step {
        let (stay, control) = match name {
            INTERCHANGE => (0, "13"),
            GROUP => (self.depth_of(INTERCHANGE).map_or(0, |at| at + 1), "6"),
            _ => (self.depth_of(GROUP).or_else(|| self.depth_of(INTERCHANGE)).map_or(0, |at| at + 1), "2"),
        };
        let begun = Counted { control: text(segment, control).trim().to_owned(), count: 0 };
        match name {
            INTERCHANGE => self.interchange = begun,
            GROUP => {
                self.interchange.count += 1;
                self.group = begun;
            }
            _ => {
                self.group.count += 1;
                self.transaction = Counted { count: 1, ..begun };
            }
        }
        Step { stay, opens: Some(name.to_owned()), after: None, wrong: self.not_closed(stay) }
    }

    fn end(&self, name: &str, segment: &Segment) -> Step {
        let Some(depth) = self.depth_of(name) else {
            let wrong = vec!["this ends something that is not open"];
            return Step { stay: self.open.len(), wrong, ..Step::default() };
        };
        let (counted, wrong_count, wrong_control) = match name {
            TRANSACTION => (
                &self.transaction,
                "the transaction has not as many segments as its end says",
                "the end of the transaction has another control number than its beginning",
            ),
            GROUP => (
                &self.group,
                "the group has not as many transactions as its end says",
                "the end of the group has another control number than its beginning",
            ),
            _ => (
                &self.interchange,
                "the interchange has not as many groups as its end says",
                "the end of the interchange has another control number than its beginning",
            ),
        };
        let mut wrong = self.not_closed(depth + 1);
        if text(segment, "1").trim().parse() != Ok(counted.count) {
            wrong.push(wrong_count);
        }
        if text(segment, "2").trim() != counted.control {
            wrong.push(wrong_control);
        }
        Step { stay: depth + 1, opens: None, after: Some(depth), wrong }
    }

    /// A level stands in the one it names, or in the transaction.
    fn level(&self, segment: &Segment, loops: &[Loop]) -> Step {
        let above = text(segment, "2");
        let base = self.depth_of(TRANSACTION).map_or(self.open.len(), |at| at + 1);
        let mut step = Step { stay: base, ..Step::default() };
        if !above.is_empty() {
            match self.open.iter().rposition(|open| open.level.as_deref() == Some(above)) {
                Some(at) => step.stay = at + 1,
                None => step.wrong.push("this level names a level above it that is not open"),
            }
        }
        let is_meant = |it: &&Loop| it.segments.iter().any(|id| id == LEVEL) && holds_of(&segment.value, &it.when);
        step.opens = Some(loops.iter().find(is_meant).map_or(LEVEL, |it| it.name.as_str()).to_owned());
        step
    }

    /// A segment opens a loop in the innermost loop in which such a loop may stand; else it stands where the last one stood.
    fn inside(&self, segment: &Segment, loops: &[Loop]) -> Step {
        let mut best: Option<(usize, &Loop)> = None;
        for it in loops.iter().filter(|it| it.segments.contains(&segment.id)) {
            if best.is_some_and(|(_, known)| known.name == it.name) || !holds_of(&segment.value, &it.when) {
                continue;
            }
            let may = |open: &Open| match it.inside.as_slice() {
                [] => open.name == TRANSACTION,
                names => names.contains(&open.name),
            };
            if let Some(at) = self.open.iter().rposition(may)
                && best.is_none_or(|(depth, _)| at > depth)
            {
                best = Some((at, it));
            }
        }
        let Some((at, it)) = best else { return Step { stay: self.open.len(), ..Step::default() } };
        // The first of the segments opens a loop whenever it comes, another one only where that is missing.
        let is_first = it.segments.first() == Some(&segment.id);
        let joined = self.depth_of(&it.name).filter(|depth| !is_first && *depth > at);
        let joined = joined.filter(|depth| self.open.get(*depth).is_some_and(|open| !open.has.contains(&segment.id)));
        match joined {
            Some(depth) => Step { stay: depth + 1, ..Step::default() },
            None => Step { stay: at + 1, opens: Some(it.name.clone()), ..Step::default() },
        }
    }
}

/// The text of an element that has no parts.
fn text<'s>(segment: &'s Segment, element: &str) -> &'s str {
    segment.value.get(element).and_then(|it| it.as_str()).unwrap_or_default()
}

fn is_name(id: &str) -> bool {
    (2..=3).contains(&id.len())
        && id.starts_with(|sign: char| sign.is_ascii_uppercase())
        && id.bytes().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
}
