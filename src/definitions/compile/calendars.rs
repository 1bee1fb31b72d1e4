//! Calendars: weekdays, days and files of days on which an office is closed.

use super::context::Attempt;
use super::report::Report;
use super::table_files::TableFiles;
use super::world::World;
use crate::definitions::import;
use crate::definitions::parse::tree::CalendarDef;
use crate::definitions::parse::tree::CalendarLine;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::model::calendar::Calendar;
use crate::model::day::Day;
use crate::model::ids::CalendarId;

/// The words for weekdays, in their order.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Days that one range may hold.
const LONGEST_RANGE: i32 = 366;
/// The column of a file that holds its days.
const DAY_COLUMN: &str = "day";

/// The calendars of each domain; what they import is looked for among `releases` too.
pub(super) fn collect(attempt: Attempt<'_>, world: &mut World) {
    let Attempt { sources, releases, report, .. } = attempt;
    for (source, names) in sources.iter().zip(&mut world.domains) {
        for statement in source.statements() {
            let Statement::Calendar(def) = statement else { continue };
            let files = TableFiles::near(def.name.span, source, releases.files);
            if names.calendars.iter().any(|calendar| calendar.name == def.name.item) {
                let (what, name) = ("calendar".to_owned(), def.name.item.clone());
                report.say(def.name.span, Problem::DuplicateName { what, name }, None);
            } else if let Err(error) = CalendarId::try_from(names.calendars.len()) {
                report.too_many(def.name.span, error);
            } else {
                names.calendars.push(calendar(def, &files, report));
            }
        }
    }
}

/// A calendar as it is used, `files` being where its files are looked for.
fn calendar(def: &CalendarDef, files: &TableFiles<'_>, report: &Report) -> Calendar {
    let mut calendar = Calendar { name: def.name.item.clone(), ..Calendar::default() };
    for line in &def.lines {
        match &line.item {
            CalendarLine::Closed { days, .. } => days.iter().for_each(|days| close(&mut calendar, days, report)),
            CalendarLine::Import(file) => match days_of(file, files) {
                Ok(days) => calendar.holidays.extend(days),
                Err(reason) => report.say(file.span, Problem::ImportFailed { file: file.item.clone(), reason }, None),
            },
        }
    }
    calendar.holidays.sort_unstable();
    calendar.holidays.dedup();
    if calendar.closed.iter().all(|is_closed| *is_closed) {
        let help = "leave out a weekday on which the office works";
        report.say(def.name.span, Problem::NeverOpen { calendar: def.name.item.clone() }, Some(help.to_owned()));
    }
    calendar
}

fn close(calendar: &mut Calendar, range: &CodeRange, report: &Report) {
    let weekday = WEEKDAYS.iter().position(|word| *word == range.from.item).filter(|_| range.to.is_none());
    if let Some(closed) = weekday.and_then(|weekday| calendar.closed.get_mut(weekday)) {
        if std::mem::replace(closed, true) {
            report.say(range.from.span, Problem::RepeatedValue { value: range.from.item.clone() }, None);
        }
        return;
    }
    let Some(first) = read(&range.from, report) else { return };
    let Some(last) = range.to.as_ref().map_or(Some(first), |to| read(to, report)) else { return };
    if last < first || last.0 - first.0 >= LONGEST_RANGE {
        let span = range.to.as_ref().map_or(range.from.span, |to| range.from.span.join(to.span));
        let expected = format!("a range of at most {LONGEST_RANGE} days, the first of them first");
        let found = format!("`{first}..{last}`");
        report.say(span, Problem::TypeMismatch { expected, found }, None);
        return;
    }
    calendar.holidays.extend((first.0..=last.0).map(Day));
}

fn read(name: &Name, report: &Report) -> Option<Day> {
    let day = Day::parse(&name.item);
    if day.is_none() {
        let is_dated = name.item.starts_with(|sign: char| sign.is_ascii_digit());
        let problem = if is_dated {
            Problem::BadDate { text: name.item.clone() }
        } else {
            Problem::UnknownName { what: "weekday".into(), name: name.item.clone() }
        };
        report.say(name.span, problem, did_you_mean(&name.item, WEEKDAYS.iter().copied()));
    }
    day
}

/// The days in the column `day` of a CSV file.
fn days_of(file: &Name, files: &TableFiles<'_>) -> Result<Vec<Day>, String> {
    let bytes = import::read_file(&files.find_or_say(&file.item)?).map_err(|error| error.to_string())?;
    let (header, records) = import::cells(&bytes).map_err(|error| error.to_string())?;
    let column = header.iter().position(|it| it == DAY_COLUMN);
    let column =
        column.ok_or_else(|| format!("it has no column `{DAY_COLUMN}`; its header has: {}", header.join(", ")))?;
    let mut days = Vec::with_capacity(records.len());
    for (row, record) in (1..).zip(&records) {
        let cell = record.get(column).map_or("", |cell| cell.trim());
        days.push(Day::parse(cell).ok_or_else(|| format!("row {row}: `{cell}` is not a day of the form 2026-12-25"))?);
    }
    Ok(days)
}
