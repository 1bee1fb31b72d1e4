//! Crosswalks in the file: lines by source code, conditions behind them.

use super::layout::NONE;
use super::layout::WalkHead;
use super::layout::WalkRow;
use super::layout::small;
use crate::model::content::Crosswalk;
use crate::model::content::MatchKind;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use zerocopy::FromBytes;
use zerocopy::IntoBytes;

/// One target of a crosswalk.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Code of the target set; `None` says that there is none.
    pub code: Option<CodeId>,
    /// How it stands to the source.
    pub kind: MatchKind,
    /// Condition as written; may be empty.
    pub condition: String,
    /// Targets that share a number (not 0) are used together.
    pub group: u32,
}

/// A crosswalk of an opened registry.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    /// `None` if the file is damaged.
    pub from: Option<SetId>,
    pub to: Option<SetId>,
    rows: &'a [WalkRow],
    texts: &'a [u8],
}

/// Packs a crosswalk: lines of one source keep their order.
pub(super) fn pack(walk: &Crosswalk) -> Vec<u8> {
    let mut entries: Vec<_> = walk.entries.iter().collect();
    entries.sort_by_key(|entry| entry.from);
    let mut texts = Vec::new();
    let head = WalkHead {
        from: walk.from.to_stored().into(),
        to: walk.to.to_stored().into(),
        rows: small(entries.len()).into(),
    };
    let mut out = head.as_bytes().to_vec();
    for entry in entries {
        let row = WalkRow {
            from: entry.from.to_stored().into(),
            to: entry.to.map_or(NONE, CodeId::to_stored).into(),
            since: entry.since.map_or(i32::MIN, |day| day.0).into(),
            until: entry.until.map_or(i32::MAX, |day| day.0).into(),
            condition: small(texts.len()).into(),
            condition_length: small(entry.condition.len()).into(),
            group: u32::from(entry.group).into(),
            kind: kind_number(entry.kind).into(),
        };
        texts.extend_from_slice(entry.condition.as_bytes());
        out.extend_from_slice(row.as_bytes());
    }
    out.extend(texts);
    out
}

impl<'a> Walk<'a> {
    /// Reads a section; `None` if it is damaged.
    pub fn read(section: &'a [u8]) -> Option<Walk<'a>> {
        let (head, rest) = WalkHead::ref_from_prefix(section).ok()?;
        let size = (head.rows.get() as usize).checked_mul(size_of::<WalkRow>())?;
        let (rows, texts) = rest.split_at_checked(size)?;
        let (from, to) = (SetId::from_stored(head.from.get()), SetId::from_stored(head.to.get()));
        Some(Walk { from, to, rows: <[WalkRow]>::ref_from_bytes(rows).ok()?, texts })
    }

    /// Targets of a code, in the order written.
    pub fn targets(self, code: CodeId, on: Day) -> impl Iterator<Item = Target> {
        let code = code.to_stored();
        let first = self.rows.partition_point(|row| row.from.get() < code);
        let rest = self.rows.get(first..).unwrap_or(&[]);
        let rows = rest.iter().take_while(move |row| row.from.get() == code);
        rows.filter(move |row| holds(row, on)).map(move |row| Target {
            code: CodeId::from_stored(row.to.get()),
            kind: kind(row.kind.get()),
            condition: self.condition(row),
            group: row.group.get(),
        })
    }

    /// Sources of a code, as targets of the crosswalk read the other way round.
    pub fn sources(self, code: CodeId, on: Day) -> impl Iterator<Item = Target> {
        let code = code.to_stored();
        let rows = self.rows.iter().filter(move |row| row.to.get() == code && holds(row, on));
        rows.map(move |row| Target {
            code: CodeId::from_stored(row.from.get()),
            kind: turned(kind(row.kind.get())),
            condition: self.condition(row),
            group: 0,
        })
    }

    fn condition(&self, row: &WalkRow) -> String {
        let from = row.condition.get() as usize;
        let bytes = self.texts.get(from..from.saturating_add(row.condition_length.get() as usize)).unwrap_or(&[]);
        String::from_utf8_lossy(bytes).into_owned()
    }
}

fn holds(row: &WalkRow, on: Day) -> bool {
    row.since.get() <= on.0 && on.0 <= row.until.get()
}

fn kind_number(kind: MatchKind) -> u32 {
    match kind {
        MatchKind::Equivalent => 0,
        MatchKind::Broader => 1,
        MatchKind::Narrower => 2,
        MatchKind::Related => 3,
    }
}

fn kind(number: u32) -> MatchKind {
    match number {
        0 => MatchKind::Equivalent,
        1 => MatchKind::Broader,
        2 => MatchKind::Narrower,
        _ => MatchKind::Related,
    }
}

fn turned(kind: MatchKind) -> MatchKind {
    match kind {
        MatchKind::Broader => MatchKind::Narrower,
        MatchKind::Narrower => MatchKind::Broader,
        other => other,
    }
}
