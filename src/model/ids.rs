//! One type for each kind of index, so that the compiler tells a label from a record.
//!
//! An id is made from a position in a list: [`TryFrom<usize>`] refuses what lies beyond the limit of its kind, and
//! `numbered` gives every item of a list its id. Nothing else makes one out of a number, except reading a registry file
//! (serde, and `from_stored` for columns). An id is as large as the number in it, and costs no more.

use serde::Deserialize;
use serde::Serialize;

/// A list holds more items than its ids can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} {what}")]
pub struct TooMany {
    /// What there is too much of, in the plural: `labels`.
    pub what: &'static str,
    /// The greatest number of them that is allowed.
    pub limit: usize,
}

macro_rules! index {
    ($(#[$doc:meta])* $name:ident($number:ident), $limit:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        #[repr(transparent)]
        pub struct $name($number);

        impl $name {
            /// The greatest length of a list whose items have ids.
            pub const LIMIT: usize = $limit;

            /// The id of the first item, which is the default too.
            pub const FIRST: Self = Self(0);

            /// The position in the list, from 0.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The item that this is the id of; `None` if the list is too short, as it may be in a damaged registry.
            #[inline]
            pub fn get<T>(self, items: &[T]) -> Option<&T> {
                items.get(self.index())
            }

            /// Like `get`, to change the item.
            #[inline]
            pub fn get_mut<T>(self, items: &mut [T]) -> Option<&mut T> {
                items.get_mut(self.index())
            }

            /// Each item with its id, in order; ends at the limit.
            pub fn numbered<I: IntoIterator>(items: I) -> impl Iterator<Item = (Self, I::Item)> {
                Self::all().zip(items)
            }

            /// The id of the first item that the test accepts.
            pub fn find<T>(items: &[T], mut accepts: impl FnMut(&T) -> bool) -> Option<Self> {
                Self::numbered(items).find(|(_, item)| accepts(item)).map(|(id, _)| id)
            }

            /// The id after this one; `None` after the last that there can be.
            #[inline]
            pub fn next(self) -> Option<Self> {
                Self::try_from(self.index() + 1).ok()
            }

            /// The ids from this one to the other, both included.
            pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
                (self.0..=last.0).map(Self)
            }

            /// Whether every item of a list of so many can have an id.
            ///
            /// # Errors
            /// There are too many.
            pub fn fits(count: usize) -> Result<(), TooMany> {
                count.checked_sub(1).map_or(Ok(()), |last| Self::try_from(last).map(drop))
            }

            /// The ids of a list of so many items, in order; ends at the limit.
            pub fn first(count: usize) -> impl Iterator<Item = Self> {
                Self::all().take(count)
            }

            /// Every id there can be, in order.
            fn all() -> impl Iterator<Item = Self> {
                (0..=$number::MAX).take($limit).map(Self)
            }
        }

        impl TryFrom<usize> for $name {
            type Error = TooMany;

            fn try_from(index: usize) -> Result<Self, TooMany> {
                let number = $number::try_from(index).ok().filter(|_| index < $limit);
                number.map(Self).ok_or(TooMany { what: $what, limit: $limit })
            }
        }
    };
}

/// The conversions of ids that stand in 32-bit columns of a registry file.
macro_rules! stored {
    ($name:ident($number:ident)) => {
        impl $name {
            /// The id in a column of a registry; `None` where the column says "none", or the file is damaged.
            #[inline]
            pub fn from_stored(number: u32) -> Option<Self> {
                let number = $number::try_from(number).ok()?;
                (usize::try_from(number).ok()? < Self::LIMIT).then_some(Self(number))
            }

            /// The number that stands for it in a column of a registry.
            #[inline]
            pub fn to_stored(self) -> u32 {
                u32::from(self.0)
            }
        }
    };
}

index!(
    /// A label, by its position in [`Shared::labels`](super::program::Shared::labels). There are few, because the labels of
    /// an encounter are kept as the bits of one number.
    LabelId(u8), 128, "labels"
);
stored!(LabelId(u8));

index!(
    /// A domain, by its position in the registry.
    DomainId(u16), 1 << 16, "domains"
);

index!(
    /// A record, by its position in [`Domain::records`](super::program::Domain::records).
    RecordId(u16), 1 << 16, "records"
);

index!(
    /// A calendar, by its position in [`Domain::calendars`](super::program::Domain::calendars).
    CalendarId(u16), 1 << 15, "calendars"
);

index!(
    /// A rule, by its position in [`Domain::rules`](super::program::Domain::rules).
    RuleId(u32), u32::MAX as usize, "rules"
);

index!(
    /// A code set, by its position in [`Shared::sets`](super::program::Shared::sets).
    SetId(u16), 1 << 16, "code sets"
);
stored!(SetId(u16));

index!(
    /// A code, by its position in its code set. The greatest number stands for "none" in columns, so it is no id.
    CodeId(u32), u32::MAX as usize, "codes in one code set"
);
stored!(CodeId(u32));

index!(
    /// A field, by its position among the fields of its record, which is also the position of its value.
    FieldId(u16), 1 << 16, "fields in one record"
);

index!(
    /// A property, by its position in its code set.
    PropertyId(u16), 1 << 16, "properties in one code set"
);
stored!(PropertyId(u16));

index!(
    /// A relation, by its position in its code set.
    RelationId(u16), 1 << 16, "relations in one code set"
);
stored!(RelationId(u16));

index!(
    /// A decision table, by its position in [`Domain::tables`](super::program::Domain::tables).
    TableId(u16), 1 << 16, "tables"
);

index!(
    /// A table of pairs, by its position in the registry.
    PairsId(u16), 1 << 16, "tables of pairs"
);

index!(
    /// An output of a decision table, by its position in the table.
    OutputId(u16), 1 << 16, "outputs in one table"
);

index!(
    /// A variable of a loop, a quantifier, a `let` or a parameter, by the order in which a rule or line binds them.
    VariableId(u16), 1 << 16, "names in one rule"
);

index!(
    /// A phrase, by its position in [`Domain::phrases`](super::program::Domain::phrases).
    PhraseId(u32), u32::MAX as usize, "phrases"
);

index!(
    /// A pattern, by its position in [`Domain::patterns`](super::program::Domain::patterns).
    PatternId(u32), u32::MAX as usize, "patterns"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_beyond_the_limit_is_refused() {
        assert_eq!(LabelId::try_from(127).map(LabelId::index), Ok(127));
        let refused = LabelId::try_from(128).map_err(|error| error.to_string());
        assert_eq!(refused, Err("more than 128 labels".to_owned()));
        assert_eq!(LabelId::from_stored(128), None);
        assert_eq!(LabelId::from_stored(u32::MAX), None);
    }

    #[test]
    fn an_id_is_written_as_its_number() {
        let written = LabelId::try_from(5).ok().and_then(|label| postcard::to_stdvec(&label).ok());
        assert_eq!(written, Some(vec![5]));
    }

    #[test]
    fn items_are_numbered_up_to_the_limit() {
        let last = LabelId::numbered(0..1000).last();
        assert_eq!(last.map(|(label, item)| (label.index(), item)), Some((127, 127)));
    }
}
