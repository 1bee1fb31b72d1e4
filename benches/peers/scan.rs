//! What a programmer writes for one office: a typed record, a list of typed tests, tried one after the other.

use super::Line;
use super::first;
use super::number;
use super::work;
use super::work::Code;

/// A choice as its place among its words.
type Choice = fn(&Record<'_>) -> usize;

struct Record<'a> {
    line: Line<'a>,
    channel: usize,
    origin: usize,
    region: usize,
    shift: usize,
    severity: usize,
    day: u32,
    said: String,
}

enum Test {
    In(Choice, u32),
    Unit(String),
    Between(fn(&Record<'_>) -> u32, u32, u32),
    Repeated(bool),
    Begins(String),
    Says(String),
}

/// Ready for these codes.
pub fn maker(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let codes: Vec<Vec<Test>> = codes.iter().map(|code| code.tests.iter().map(typed).collect()).collect();
    Box::new(move |line| {
        let record = read(line);
        first(&codes, stops, |tests| tests.iter().all(|test| holds(&record, test)))
    })
}

fn read(line: &str) -> Record<'_> {
    let line = Line::read(line);
    Record {
        channel: place(&work::CHANNELS, line.channel),
        origin: place(&work::ORIGINS, line.origin),
        region: place(&work::REGIONS, line.region),
        shift: place(&work::SHIFTS, line.shift),
        severity: line.step(),
        day: line.day(),
        said: format!(" {} ", line.narrative),
        line,
    }
}

fn place(words: &[&str], word: &str) -> usize {
    words.iter().position(|it| *it == word).unwrap()
}

fn choice(field: &str) -> (&'static [&'static str], Choice) {
    match field {
        "channel" => (&work::CHANNELS, |it| it.channel),
        "origin" => (&work::ORIGINS, |it| it.origin),
        "region" => (&work::REGIONS, |it| it.region),
        _ => (&work::SHIFTS, |it| it.shift),
    }
}

fn typed(test: &work::Test) -> Test {
    let choice = |field: &str, words: &[String]| {
        let (all, get) = choice(field);
        Test::In(get, words.iter().fold(0, |bits, word| bits | 1 << place(all, word)))
    };
    let small = |step: usize| u32::try_from(step).unwrap();
    match test {
        work::Test::Is("unit", it) => Test::Unit(it.clone()),
        work::Test::Is(field, it) => choice(field, std::slice::from_ref(it)),
        work::Test::In(field, them) => choice(field, them),
        work::Test::Between("age", from, to) => Test::Between(|it| it.line.age, *from, *to),
        work::Test::Between("minutes", from, to) => Test::Between(|it| it.line.minutes, *from, *to),
        work::Test::Between(_, from, to) => Test::Between(|it| it.line.amount, *from, *to),
        work::Test::Steps(from, to) => {
            Test::Between(|it| u32::try_from(it.severity).unwrap(), small(*from), small(*to))
        }
        work::Test::Days(from, to) => Test::Between(|it| it.day, number(&work::day(*from)), number(&work::day(*to))),
        work::Test::Repeated(it) => Test::Repeated(*it),
        work::Test::Begins(_, it) => Test::Begins(it.clone()),
        work::Test::Says(it) => Test::Says(format!(" {it} ")),
    }
}

fn holds(record: &Record<'_>, test: &Test) -> bool {
    match test {
        Test::In(get, words) => words >> get(record) & 1 == 1,
        Test::Unit(it) => record.line.unit == it,
        Test::Between(get, from, to) => (*from..=*to).contains(&get(record)),
        Test::Repeated(it) => record.line.repeated == *it,
        Test::Begins(it) => record.line.product.starts_with(it.as_str()),
        Test::Says(it) => record.said.contains(it.as_str()),
    }
}
