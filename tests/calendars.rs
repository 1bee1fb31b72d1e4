//! Time limits in days of business: the deadline is found again by walking through the days one by one.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use super::made_up::rules;
use fastrand::Rng;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::date;
use serde_json::json;
use std::fmt::Write;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// An office, as its calendar says and as the test knows it.
struct Office {
    closed: Vec<i8>,
    holidays: Vec<Date>,
}

impl Office {
    fn new(rng: &mut Rng) -> Office {
        let closed = (0..7).filter(|_| rng.u8(0..10) < 3).take(6).collect();
        let day = |rng: &mut Rng| date(2026, 1, 1).saturating_add(rng.i32(0..365).days());
        let holidays = (0..rng.usize(0..30)).map(|_| day(rng)).collect();
        Office { closed, holidays }
    }

    fn written(&self, name: &str) -> String {
        let mut text = format!("calendar {name} {{\n");
        for weekday in &self.closed {
            let _ = writeln!(text, "    closed {}", WEEKDAYS[usize::try_from(*weekday).unwrap()]);
        }
        for day in &self.holidays {
            let _ = writeln!(text, "    closed {day} \"a holiday\"");
        }
        text + "}\n"
    }

    fn is_open(&self, day: Date) -> bool {
        !self.closed.contains(&day.weekday().to_monday_zero_offset()) && !self.holidays.contains(&day)
    }

    /// The last day of a limit, found without any arithmetic.
    fn deadline(&self, from: Date, count: usize) -> Date {
        let mut day = from;
        let mut left = count;
        while left > 0 {
            day = day.tomorrow().unwrap();
            left -= usize::from(self.is_open(day));
        }
        day
    }

    /// The first day of a limit that ends on a day.
    fn beginning(&self, to: Date, count: usize) -> Date {
        let mut day = to;
        let mut left = count;
        while left > 0 {
            day = day.yesterday().unwrap();
            left -= usize::from(self.is_open(day));
        }
        day
    }
}

#[test]
fn a_limit_ends_on_its_last_day_of_business() {
    let mut rng = Rng::with_seed(28);
    let offices: Vec<Office> = (0..25).map(|_| Office::new(&mut rng)).collect();
    let mut text = String::from(
        "record case \"A case\" {\n    id text\n    opened date dates encounter\n    answered date\n    limit integer\n}\n",
    );
    for (number, office) in offices.iter().enumerate() {
        text += &office.written(&format!("office-{number}"));
        let _ = writeln!(
            text,
            "rules for case {{ rule late-{number} error \"too late\" {{ require answered within limit business-days after opened by office-{number} }} }}"
        );
        let _ = writeln!(
            text,
            "rules for case {{ rule early-{number} error \"too early\" {{ require opened within limit business-days before answered by office-{number} }} }}"
        );
    }
    text += "policy desk \"All\" {\n    keep every field\n}\n";
    let registry = made_up::registry("made-up", &text);
    let desk = made_up::desk(&registry, "made-up", None);
    let mut tried = 0;
    for _ in 0..40 {
        let opened = date(2026, 1, 1).saturating_add(rng.i32(0..300).days());
        let limit = rng.usize(0..25);
        let answered = opened.saturating_add(rng.i32(0..60).days());
        let encounter = json!({"opened": opened.to_string(), "answered": answered.to_string(), "limit": limit});
        let found = rules(&made_up::disclose(&desk, &encounter), None);
        for (number, office) in offices.iter().enumerate() {
            let is_late = answered > office.deadline(opened, limit);
            assert_eq!(found.contains(&format!("late-{number}")), is_late, "{encounter} {}", office.written("office"));
            let is_early = opened < office.beginning(answered, limit);
            assert_eq!(
                found.contains(&format!("early-{number}")),
                is_early,
                "{encounter} {}",
                office.written("office")
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 1000);
}
