//! Which column of a foreign file fills which field: by names, and by what stands in the column.

use super::draft::Column;
use super::draft::Dates;
use super::draft::Looks;
use super::scalar;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::registry::Registry;
use std::collections::BTreeSet;

/// Below this a column and a field have nothing to do with each other.
const LEAST: f64 = 0.45;
/// What a name counts of which a column has some of the words.
const PARTLY: f64 = 0.6;
/// Words of a value from which on a column looks like free text.
const FREE_WORDS: usize = 3;

/// One line of a draft.
pub struct Fitted {
    /// The way to the field; ends with `[]` for a list.
    pub field: String,
    /// Places of the columns whose texts are put together.
    pub columns: Vec<usize>,
    /// How dates are written.
    pub format: Option<String>,
    /// Another format that fits as well.
    pub other: Option<String>,
    /// What is written for what.
    pub values: Vec<(String, String)>,
    /// Values of the column for which there is none.
    pub strange: Vec<String>,
}

/// A field, and the names it may go by.
struct Place<'f> {
    way: String,
    field: &'f Field,
    kind: &'f Kind,
    names: Vec<(BTreeSet<String>, f64)>,
}

/// The lines of a draft, in the order of the record.
pub fn fit(looks: &Looks, fields: &[Field], registry: &Registry) -> Vec<Fitted> {
    let mut places = Vec::new();
    collect(fields, "", &mut places);
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        for (number, column) in looks.columns.iter().enumerate() {
            let score = by_name(place, column) * by_content(place, column, looks, registry);
            if score >= LEAST {
                pairs.push((score, at, number));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2)));
    let (mut taken, mut used) = (vec![None; places.len()], vec![false; looks.columns.len()]);
    for (_, at, number) in pairs {
        give(at, number, &mut taken, &mut used);
    }
    by_nature(looks, &places, &mut taken, &mut used);
    let made = places.iter().zip(&taken).filter_map(|(place, column)| {
        let number = (*column)?;
        Some(line(place, number, looks.columns.get(number)?, looks, &used, registry))
    });
    made.collect()
}

fn give(at: usize, number: usize, taken: &mut [Option<usize>], used: &mut [bool]) {
    if let (Some(place @ None), Some(is_used @ false)) = (taken.get_mut(at), used.get_mut(number)) {
        *place = Some(number);
        *is_used = true;
    }
}

/// Whether a field is of a kind.
type IsPlace<'t> = &'t dyn Fn(&Place<'_>) -> bool;
/// Whether a column may fill it.
type IsColumn<'t> = &'t dyn Fn(&Column) -> bool;

/// What names do not tell: the one column that numbers the rows, the first that dates them, the one of free text.
fn by_nature(looks: &Looks, places: &[Place<'_>], taken: &mut [Option<usize>], used: &mut [bool]) {
    let wanted: [(IsPlace<'_>, IsColumn<'_>); 3] = [
        (&|place| place.field.is_required && place.field.privacy.identifies.is_some(), &|column| {
            column.is_unique && column.filled == looks.rows && column.words <= 1 && column.dates == Dates::None
        }),
        (&|place| place.field.dates_encounter, &|column| {
            matches!(column.dates, Dates::Moment { .. } | Dates::Day { .. }) && column.filled > 0
        }),
        (&|place| place.field.privacy.is_free, &|column| {
            column.words >= FREE_WORDS && column.distinct.is_none() && column.dates == Dates::None
        }),
    ];
    for (is_place, is_column) in wanted {
        let at = places.iter().position(is_place).filter(|at| taken.get(*at).is_some_and(Option::is_none));
        let free = |(number, column): &(usize, &Column)| is_column(column) && used.get(*number) == Some(&false);
        let number = looks.columns.iter().enumerate().find(free).map(|(number, _)| number);
        if let (Some(at), Some(number)) = (at, number) {
            give(at, number, taken, used);
        }
    }
}

fn collect<'f>(fields: &'f [Field], under: &str, places: &mut Vec<Place<'f>>) {
    for field in fields {
        let way = if under.is_empty() { field.name.clone() } else { format!("{under}.{}", field.name) };
        match &field.kind {
            Kind::Record(inner) => collect(inner, &way, places),
            Kind::List(item) if matches!(**item, Kind::Record(_) | Kind::List(_)) => {}
            Kind::List(item) => places.push(place(format!("{way}[]"), field, item)),
            kind => places.push(place(way, field, kind)),
        }
    }
}

fn place<'f>(way: String, field: &'f Field, kind: &'f Kind) -> Place<'f> {
    let mut names = vec![(words(&way), 1.0)];
    if way.contains('.') {
        names.push((words(&field.name), 0.6));
    }
    names.extend(field.also.iter().map(|name| (words(name), 1.0)));
    names.push((words(&field.title), 0.6));
    names.retain(|(words, _)| !words.is_empty());
    Place { way, field, kind, names }
}

/// The words of a name: `customerName`, `CUSTOMER NAME` and `customer_name` have the same.
fn words(name: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let (mut word, mut was_small) = (String::new(), false);
    for sign in name.chars() {
        if !sign.is_alphanumeric() || sign.is_uppercase() && was_small {
            out.insert(std::mem::take(&mut word));
        }
        if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
        }
        was_small = sign.is_lowercase() || sign.is_numeric();
    }
    out.insert(word);
    out.remove("");
    out
}

/// How much the name of a column is one of those of a field: the share of words that both have.
fn by_name(place: &Place<'_>, column: &Column) -> f64 {
    let of_column = words(&column.name);
    let like = |(names, weight): &(BTreeSet<String>, f64)| {
        let common = names.intersection(&of_column).count();
        #[expect(clippy::cast_precision_loss, reason = "names have few words")]
        let share = 2.0 * common as f64 / (names.len() + of_column.len()).max(1) as f64;
        // `TicketStatus` is a status; a `Date` need not be a date of birth, and a customer's number is not his complaint.
        let is_whole = if common == names.len() { 1.0 } else { PARTLY };
        share * weight * is_whole
    };
    place.names.iter().map(like).fold(0.0, f64::max)
}

/// How well what stands in a column fits the type of a field: 1 if it does, less if it may.
fn by_content(place: &Place<'_>, column: &Column, looks: &Looks, registry: &Registry) -> f64 {
    if column.filled == 0 {
        return 0.9;
    }
    let is_dated = !matches!(column.dates, Dates::None | Dates::Time(_));
    match place.kind {
        Kind::Date | Kind::DateTime => f64::from(u8::from(is_dated)),
        Kind::Number | Kind::Integer | Kind::Money(_) => {
            if column.is_number {
                1.0
            } else {
                0.3
            }
        }
        Kind::Choice(_) | Kind::Ladder(_) | Kind::Code(_) | Kind::Bool => {
            let Some(distinct) = &column.distinct else { return 0.5 };
            let known = distinct.iter().filter(|value| meant(value, place.kind, registry).is_some()).count();
            match known {
                0 => 0.6,
                known if known * 2 >= distinct.len() => 1.0,
                _ => 0.8,
            }
        }
        _ if is_dated && !column.is_number => 0.3,
        _ if place.field.is_required && place.field.privacy.identifies.is_some() => {
            if column.is_unique || looks.rows < 2 { 1.0 } else { 0.8 }
        }
        _ => 1.0,
    }
}

/// The value of a type that a text means: one of that name, or of which it has all words.
fn meant(text: &str, kind: &Kind, registry: &Registry) -> Option<String> {
    let of_names = |names: &[String]| {
        let of_text = words(text);
        let same = names.iter().find(|name| words(name) == of_text);
        let mut part = names.iter().filter(|name| words(name).is_subset(&of_text));
        same.or_else(|| part.next().filter(|_| part.next().is_none())).cloned()
    };
    match kind {
        Kind::Choice(names) | Kind::Ladder(names) => of_names(names),
        Kind::Bool => scalar::truth(text).map(|it| it.to_string()),
        Kind::Code(set) => {
            let codes = registry.codes(*set);
            if let Some(code) = codes.find(text) {
                return Some(codes.code(code).to_owned());
            }
            let of_text = words(text);
            let is_called = |name: &str| !of_text.is_empty() && words(name) == of_text;
            let found = codes.all().find(|code| {
                is_called(codes.display(*code)) || codes.synonyms(*code).iter().any(|name| is_called(name))
            });
            found.map(|code| codes.code(code).to_owned())
        }
        _ => None,
    }
}

fn line(
    place: &Place<'_>,
    number: usize,
    column: &Column,
    looks: &Looks,
    used: &[bool],
    registry: &Registry,
) -> Fitted {
    let mut fitted = Fitted {
        field: place.way.clone(),
        columns: vec![number],
        format: None,
        other: None,
        values: Vec::new(),
        strange: Vec::new(),
    };
    if matches!(place.kind, Kind::Date | Kind::DateTime) {
        dated(place, column, looks, used, &mut fitted);
    }
    if matches!(place.kind, Kind::Choice(_) | Kind::Ladder(_) | Kind::Code(_)) {
        for value in column.distinct.iter().flatten() {
            match meant(value, place.kind, registry) {
                Some(meant) if meant == *value => {}
                Some(meant) => fitted.values.push((value.clone(), meant)),
                None => fitted.strange.push(value.clone()),
            }
        }
    }
    fitted
}

/// How the date is written; a column of times beside a column of days makes a moment with it.
fn dated(place: &Place<'_>, column: &Column, looks: &Looks, used: &[bool], fitted: &mut Fitted) {
    let (day, other) = match &column.dates {
        Dates::Moment { format, other } => {
            (fitted.format, fitted.other) = (format.clone(), other.clone());
            return;
        }
        Dates::Day { format, other } => (format, other),
        Dates::None | Dates::Time(_) => return,
    };
    let is_free = |(number, column): &(usize, &Column)| {
        matches!(column.dates, Dates::Time(_)) && used.get(*number) == Some(&false)
    };
    let time = looks.columns.iter().enumerate().find(is_free);
    match time.filter(|_| matches!(place.kind, Kind::DateTime)) {
        Some((number, Column { dates: Dates::Time(time), .. })) => {
            fitted.columns.push(number);
            fitted.format = Some(format!("{day} {time}"));
            fitted.other = other.as_ref().map(|day| format!("{day} {time}"));
        }
        _ => (fitted.format, fitted.other) = ((day != "%Y-%m-%d").then(|| day.clone()), other.clone()),
    }
}
