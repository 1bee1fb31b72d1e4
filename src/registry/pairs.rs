//! Tables of pairs: for two texts, in their order, a value on some days. Millions of rows in a few bytes each, read where
//! they are mapped.

use super::finder;
use super::layout::Packed;
use super::layout::numbers;
use super::layout::read_numbers;
use super::open::Registry;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::ids::CodeId;
use crate::model::ids::PairsId;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::Unaligned;
use zerocopy::little_endian::I32;
use zerocopy::little_endian::U32;

/// Bits of a row that number its second text, and its days and value.
const TEXT_BITS: u32 = 20;
const TERM_BITS: u32 = 32 - TEXT_BITS;

/// A table of pairs before it is packed: the texts, each once, and the rows by the numbers of their texts.
#[derive(Debug, Default)]
pub struct PairRows {
    /// The texts that are paired, each once.
    pub texts: Vec<String>,
    /// Days and value, each combination once.
    pub terms: Vec<(Days, String)>,
    /// First text, second text, days and value: by their position in the lists.
    pub rows: Vec<(u32, u32, u32)>,
}

/// The days of a row and the number of its value.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Term {
    first: I32,
    last: I32,
}

/// A table of pairs of a registry.
#[derive(Clone, Copy)]
pub struct Pairs<'a> {
    section: &'a [u8],
}

/// What stands in a section, in this order.
enum Part {
    /// The texts.
    Texts,
    /// A hash table of them.
    Finder,
    /// Where the rows of each text begin.
    Starts,
    /// The number of the second text and of the term, by first and second text.
    Rows,
    /// `Term`s.
    Terms,
    /// The value of each term.
    Values,
}

impl PairRows {
    /// Packs the table.
    ///
    /// # Errors
    /// Says of what there is too much.
    pub fn pack(mut self) -> Result<Vec<u8>, String> {
        for (count, bits, what) in
            [(self.texts.len(), TEXT_BITS, "texts"), (self.terms.len(), TERM_BITS, "days and values")]
        {
            if count >= 1 << bits {
                return Err(format!("it has {count} different {what}, and {} are the most", (1_u32 << bits) - 1));
            }
        }
        self.rows.sort_unstable();
        self.rows.dedup();
        let mut starts = vec![0_u32; self.texts.len() + 1];
        for (first, ..) in &self.rows {
            if let Some(count) = starts.get_mut(*first as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let terms = self.terms.iter().map(|(days, _)| Term {
            first: days.from.map_or(i32::MIN, |day| day.0).into(),
            last: days.to.map_or(i32::MAX, |day| day.0).into(),
        });
        let parts = [
            Packed::pack(self.texts.iter()),
            finder::pack(self.texts.iter().map(String::as_str)),
            numbers(starts.into_iter()),
            numbers(self.rows.iter().map(|(_, second, term)| second << TERM_BITS | term)),
            terms.flat_map(|term| term.as_bytes().to_vec()).collect(),
            Packed::pack(self.terms.iter().map(|(_, value)| value)),
        ];
        Ok(Packed::pack(parts.iter()))
    }
}

impl Registry {
    /// A table of pairs; an empty one if there is none.
    pub fn pairs(&self, id: PairsId) -> Pairs<'_> {
        Pairs { section: id.get(&self.pairs_at).map_or(&[], |range| self.bytes(range)) }
    }
}

impl<'a> Pairs<'a> {
    /// Number of rows.
    pub fn len(self) -> usize {
        self.numbers(Part::Rows).len()
    }

    /// Whether it has no rows.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of two texts on a day. Case, blanks around and dots do not matter. Of several rows that hold on the day
    /// the one that ends first counts.
    pub fn value(self, first: &str, second: &str, on: Day) -> Option<&'a str> {
        let (first, second) = (self.find(first)?, self.find(second)?);
        let starts = self.numbers(Part::Starts);
        let from = starts.get(first.index())?.get() as usize;
        let to = starts.get(first.index() + 1)?.get() as usize;
        let rows = self.numbers(Part::Rows).get(from..to)?;
        let least = second.to_stored().checked_mul(1 << TERM_BITS)?;
        let behind = rows.get(rows.partition_point(|row| row.get() < least)..)?;
        let of_second = behind.iter().map(|row| row.get()).take_while(|row| row >> TERM_BITS == second.to_stored());
        let terms = <[Term]>::ref_from_bytes(self.part(Part::Terms)).unwrap_or(&[]);
        let number = |row: u32| (row & ((1 << TERM_BITS) - 1)) as usize;
        let holds = of_second.map(number).filter_map(|number| Some((terms.get(number)?.last.get(), number)));
        let holds = holds
            .filter(|(last, number)| *last >= on.0 && terms.get(*number).is_some_and(|term| term.first.get() <= on.0));
        let (_, number) = holds.min()?;
        std::str::from_utf8(Packed::new(self.part(Part::Values)).get(number)).ok()
    }

    fn find(self, text: &str) -> Option<CodeId> {
        let texts = Packed::new(self.part(Part::Texts));
        finder::find(self.numbers(Part::Finder), |id| texts.get(id.index()), text)
    }

    fn part(self, part: Part) -> &'a [u8] {
        Packed::new(self.section).get(part as usize)
    }

    fn numbers(self, part: Part) -> &'a [U32] {
        read_numbers(self.part(part))
    }
}
