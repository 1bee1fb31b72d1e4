//! The detectors, in the order in which they are asked: what the record hides, cues, numbers that check, patterns, and
//! words that dates, addresses, places and names are made of. They read a text that is folded.

mod addresses;
mod ages;
mod announced;
mod beside;
mod cards;
mod columns;
mod coordinates;
mod cues;
mod dates;
mod known;
mod names;
mod numbers;
mod places;
mod postal;
mod spelled;
mod streets;
mod tagged;
mod things;
mod values;

pub use known::Known;

pub(super) use cues::Cues;

use super::resolve::Found;
use crate::model::text_kind::Kind;
use crate::text::page::Page;

/// Kinds that are found by words and what stands around them, after all that is found by itself.
const OF_WORDS: &[Kind] = &[Kind::Name, Kind::Location, Kind::Address, Kind::Date, Kind::Age, Kind::Zip, Kind::Org];

/// Marks all that identifies in a text.
pub(super) fn find(page: &Page<'_>, cues: &Cues, known: &Known, found: &mut Found<'_>) {
    let announced = cues.all(page);
    known.find(page, found);
    cues::find(page, &announced, found);
    columns::find(page, &announced, found);
    cards::find(page, found);
    spelled::find(page, found);
    numbers::find(page, found);
    tagged::find(page, found);
    numbers::again(page.text, found);
    if !found.wants_any(OF_WORDS) {
        return;
    }
    coordinates::find(page, found);
    dates::find(page, found);
    streets::find(page, &announced, found);
    postal::find(page, found);
    places::find(page, found);
    names::find(page, &announced, found);
}
