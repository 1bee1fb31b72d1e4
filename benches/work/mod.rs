//! The work that tencode and its peers are measured on: a code set made up from a seed, and encounters for it.
//!
//! Each code asks for two to four things of an encounter (a value, one of several, a range, a beginning, a phrase), all of
//! which have to hold; more things asked are worth more points. The best code is the one with the most points, the
//! first in order among equals. Of the codes, 200 ask only for common values, however many there are; every other one
//! has at least one test that tells it apart (a unit, the beginning of a product, a phrase), as codes of a large set
//! have. So the number of codes that fit an encounter stays about the same for every size of the set.
#![allow(dead_code, reason = "each bench uses a part of it")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a bench")]

#[path = "../compiled/mod.rs"]
mod compiled;

use fastrand::Rng;
use std::fmt::Write;
use std::sync::Arc;
use tempfile::TempDir;
use tencode::definitions::compile;
use tencode::definitions::load;
use tencode::registry::Registry;

/// Words of the fields that are choices.
pub const CHANNELS: [&str; 8] = ["phone", "mail", "web", "desk", "chat", "radio", "app", "letter"];
pub const ORIGINS: [&str; 5] = ["officer", "caller", "alarm", "partner", "unknown"];
pub const REGIONS: [&str; 12] = [
    "north",
    "northeast",
    "east",
    "southeast",
    "south",
    "southwest",
    "west",
    "northwest",
    "centre",
    "harbour",
    "airport",
    "abroad",
];
pub const SHIFTS: [&str; 4] = ["early", "day", "late", "night"];
pub const STEPS: [&str; 5] = ["none", "slight", "some", "grave", "utmost"];

/// Codes whose tests are all common.
const COMMON: usize = 200;
const WORDS: usize = 3000;

/// One thing that a code asks for. Fields are called by name.
#[derive(Debug, Clone)]
pub enum Test {
    /// The field is this word.
    Is(&'static str, String),
    /// The field is one of these words.
    In(&'static str, Vec<String>),
    /// The whole number lies between, both ends included.
    Between(&'static str, u32, u32),
    /// The step of `severity` lies between, both ends included.
    Steps(usize, usize),
    /// The day of `received`, counted from 2026-01-01, lies between, both ends included.
    Days(u32, u32),
    /// `repeated` is so.
    Repeated(bool),
    /// The text begins so.
    Begins(&'static str, String),
    /// The text says these words, next to each other.
    Says(String),
}

/// A code.
#[derive(Debug, Clone)]
pub struct Code {
    pub name: String,
    pub tests: Vec<Test>,
    pub points: u32,
}

/// One encounter, as drawn.
#[derive(Debug, Clone)]
pub struct Encounter {
    pub id: String,
    pub channel: usize,
    pub origin: usize,
    pub region: usize,
    pub shift: usize,
    pub severity: usize,
    pub repeated: bool,
    pub age: u32,
    pub minutes: u32,
    pub amount: u32,
    pub received: u32,
    pub unit: String,
    pub product: String,
    pub narrative: Vec<String>,
}

/// Draws a code set.
pub fn codes(count: usize, seed: u64) -> Vec<Code> {
    let mut rng = Rng::with_seed(seed);
    (0..count)
        .map(|number| {
            let wanted = rng.usize(2..=4);
            let mut tests = Vec::new();
            if number % (count / COMMON).max(5) != 0 {
                tests.push(telling(&mut rng, count));
            }
            while tests.len() < wanted {
                let test = common(&mut rng);
                if !tests.iter().any(|known| field(known) == field(&test)) {
                    tests.push(test);
                }
            }
            Code { name: format!("K{number:06}"), points: 2 * u32::try_from(wanted).unwrap(), tests }
        })
        .collect()
}

fn field(test: &Test) -> &'static str {
    match test {
        Test::Is(field, _) | Test::In(field, _) | Test::Between(field, ..) | Test::Begins(field, _) => field,
        Test::Steps(..) => "severity",
        Test::Days(..) => "received",
        Test::Repeated(_) => "repeated",
        Test::Says(_) => "narrative",
    }
}

fn telling(rng: &mut Rng, codes: usize) -> Test {
    match rng.u8(0..3) {
        0 => Test::Is("unit", unit(rng, codes)),
        1 => {
            let product = product(rng);
            Test::Begins("product", product[..rng.usize(3..=5)].to_owned())
        }
        _ if codes <= 1000 && rng.bool() => Test::Says(word(rng.usize(0..WORDS))),
        _ => Test::Says(format!("{} {}", word(rng.usize(0..WORDS)), word(rng.usize(0..WORDS)))),
    }
}

fn common(rng: &mut Rng) -> Test {
    let own = |words: &[&str], place: usize| words[place].to_owned();
    match rng.u8(0..11) {
        0 => Test::Is("channel", own(&CHANNELS, rng.usize(0..8))),
        1 => Test::Is("region", own(&REGIONS, rng.usize(0..12))),
        2 => Test::Is("origin", own(&ORIGINS, rng.usize(0..5))),
        3 => Test::In("region", some(rng, &REGIONS, 3)),
        4 => Test::In("shift", some(rng, &SHIFTS, 2)),
        5 => Test::In("channel", some(rng, &CHANNELS, 2)),
        6 => {
            let from = rng.u32(0..90);
            Test::Between("age", from, from + rng.u32(5..30))
        }
        7 => {
            let from = rng.u32(0..500);
            Test::Between("minutes", from, from + rng.u32(20..200))
        }
        8 => Test::Between("amount", rng.u32(0..9000), 10_000),
        9 => {
            let from = rng.usize(0..4);
            Test::Steps(from, rng.usize(from..5))
        }
        _ if rng.bool() => Test::Repeated(rng.bool()),
        _ => {
            let from = rng.u32(0..300);
            Test::Days(from, from + rng.u32(20..200))
        }
    }
}

fn some(rng: &mut Rng, words: &[&str], count: usize) -> Vec<String> {
    rng.choose_multiple(words.iter(), count).into_iter().map(|&word| word.to_owned()).collect()
}

fn unit(rng: &mut Rng, codes: usize) -> String {
    format!("U{:05}", rng.usize(0..(codes / 5).max(200)))
}

fn product(rng: &mut Rng) -> String {
    let letter = |rng: &mut Rng| char::from(b'A' + rng.u8(0..26));
    format!("{}{}{:04}", letter(rng), letter(rng), rng.u32(0..10_000))
}

/// A made-up word, the same for the same number; no two share a stem.
pub fn word(number: usize) -> String {
    const HEADS: [&str; 15] =
        ["bar", "cor", "dal", "fen", "gor", "hul", "jam", "kel", "lom", "mar", "nup", "pol", "rak", "sif", "tov"];
    const TAILS: [&str; 14] =
        ["ado", "ick", "ump", "oft", "eno", "arl", "usk", "imp", "onk", "abo", "eck", "ulp", "irk", "oma"];
    let (head, rest) = (number % 15, number / 15);
    let (middle, tail) = (rest % 15, rest / 15);
    format!("{}{}{}", HEADS[head], HEADS[middle], TAILS[tail % 14])
}

/// Draws encounters. Every second one has all that some code asks for.
pub fn encounters(count: usize, codes: &[Code], seed: u64) -> Vec<Encounter> {
    let mut rng = Rng::with_seed(seed);
    (0..count)
        .map(|number| {
            let mut drawn = Encounter {
                id: format!("E-{number:07}"),
                channel: rng.usize(0..CHANNELS.len()),
                origin: rng.usize(0..ORIGINS.len()),
                region: rng.usize(0..REGIONS.len()),
                shift: rng.usize(0..SHIFTS.len()),
                severity: rng.usize(0..STEPS.len()),
                repeated: rng.bool(),
                age: rng.u32(0..100),
                minutes: rng.u32(0..600),
                amount: rng.u32(0..10_000),
                received: rng.u32(0..330),
                unit: unit(&mut rng, codes.len()),
                product: product(&mut rng),
                narrative: (0..15).map(|_| word(rng.usize(0..WORDS))).collect(),
            };
            if number % 2 == 0 {
                let tests = &codes[rng.usize(0..codes.len())].tests;
                tests.iter().for_each(|test| drawn.fit(test, &mut rng));
            }
            drawn
        })
        .collect()
}

impl Encounter {
    /// Changes it so that the test holds.
    fn fit(&mut self, test: &Test, rng: &mut Rng) {
        match test {
            Test::Is("unit", it) => self.unit.clone_from(it),
            Test::Is(field, it) => self.set(field, it),
            Test::In(field, them) => self.set(field, &them[0]),
            Test::Between("age", from, to) => self.age = rng.u32(*from..=(*to).min(99)),
            Test::Between("minutes", from, to) => self.minutes = rng.u32(*from..=*to),
            Test::Between(_, from, to) => self.amount = rng.u32(*from..=*to),
            Test::Steps(from, to) => self.severity = rng.usize(*from..=*to),
            Test::Days(from, to) => self.received = rng.u32(*from..=*to),
            Test::Repeated(it) => self.repeated = *it,
            Test::Begins(_, it) => self.product.replace_range(..it.len(), it),
            Test::Says(words) => {
                let at = rng.usize(0..13);
                for (place, word) in words.split(' ').enumerate() {
                    word.clone_into(&mut self.narrative[at + place]);
                }
            }
        }
    }

    fn set(&mut self, field: &str, word: &str) {
        let place = |words: &[&str]| words.iter().position(|it| *it == word).unwrap();
        match field {
            "channel" => self.channel = place(&CHANNELS),
            "region" => self.region = place(&REGIONS),
            "origin" => self.origin = place(&ORIGINS),
            _ => self.shift = place(&SHIFTS),
        }
    }

    /// As one line of NDJSON, about 330 bytes.
    pub fn line(&self) -> String {
        format!(
            concat!(
                r#"{{"id":"{}","received":"{}","channel":"{}","origin":"{}","region":"{}","shift":"{}","severity":"{}","#,
                r#""repeated":{},"age":{},"minutes":{},"amount":{},"unit":"{}","product":"{}","narrative":"{}"}}"#
            ),
            self.id,
            day(self.received),
            CHANNELS[self.channel],
            ORIGINS[self.origin],
            REGIONS[self.region],
            SHIFTS[self.shift],
            STEPS[self.severity],
            self.repeated,
            self.age,
            self.minutes,
            self.amount,
            self.unit,
            self.product,
            self.narrative.join(" ")
        )
    }

    /// The plainest answer: whether a test holds.
    pub fn holds(&self, test: &Test) -> bool {
        match test {
            Test::Is("unit", it) => self.unit == *it,
            Test::Is(field, it) => self.word(field) == it,
            Test::In(field, them) => them.iter().any(|it| self.word(field) == it),
            Test::Between("age", from, to) => (*from..=*to).contains(&self.age),
            Test::Between("minutes", from, to) => (*from..=*to).contains(&self.minutes),
            Test::Between(_, from, to) => (*from..=*to).contains(&self.amount),
            Test::Steps(from, to) => (*from..=*to).contains(&self.severity),
            Test::Days(from, to) => (*from..=*to).contains(&self.received),
            Test::Repeated(it) => self.repeated == *it,
            Test::Begins(_, it) => self.product.starts_with(it),
            Test::Says(words) => {
                let words: Vec<&str> = words.split(' ').collect();
                self.narrative.windows(words.len()).any(|it| it.iter().eq(words.iter()))
            }
        }
    }

    fn word(&self, field: &str) -> &'static str {
        match field {
            "channel" => CHANNELS[self.channel],
            "region" => REGIONS[self.region],
            "origin" => ORIGINS[self.origin],
            _ => SHIFTS[self.shift],
        }
    }

    /// The best code by a plain scan.
    pub fn best<'c>(&self, codes: &'c [Code]) -> Option<&'c Code> {
        let fits = codes.iter().rev().filter(|code| code.tests.iter().all(|test| self.holds(test)));
        fits.max_by_key(|code| code.points)
    }
}

/// The day that is so many days after 2026-01-01.
pub fn day(number: u32) -> String {
    let first = jiff::civil::date(2026, 1, 1);
    first.checked_add(jiff::Span::new().days(i64::from(number))).unwrap().to_string()
}

/// The code set in the language of definition files. `script` is the text of `scripts/hooks.rhai`, if there is one.
pub fn domain(codes: &[Code], script: Option<&str>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("work");
    std::fs::create_dir_all(root.join("codes")).unwrap();
    let manifest = "title = \"Work\"\naudience = \"desk\"\n";
    if let Some(script) = script {
        std::fs::create_dir_all(root.join("scripts")).unwrap();
        std::fs::write(root.join("scripts/hooks.rhai"), script).unwrap();
    }
    std::fs::write(root.join("domain.toml"), manifest).unwrap();
    std::fs::write(root.join("codes/work.codes"), definitions(codes)).unwrap();
    folder
}

fn definitions(codes: &[Code]) -> String {
    let mut text = format!(
        "record contact {{\n    id text required\n    weight number plain\n    received date dates encounter plain\n    channel one of ({})\n    \
         origin one of ({})\n    region one of ({})\n    shift one of ({})\n    severity ladder ({})\n    repeated bool\n    \
         age integer plain\n    minutes integer plain\n    amount number plain\n    unit text plain\n    product text plain\n    narrative text free\n}}\n\n\
         codeset work \"Work\" {{\n    release 2026 from 2026-01-01\n",
        CHANNELS.join(", "),
        ORIGINS.join(", "),
        REGIONS.join(", "),
        SHIFTS.join(", "),
        STEPS.join(" < ")
    );
    for code in codes {
        let tests: Vec<String> = code.tests.iter().map(written).collect();
        let _ = writeln!(
            text,
            "    code {} \"{}\" {{ propose when {} points {} }}",
            code.name,
            code.name.replace('K', "Kind "),
            tests.join(" and "),
            code.points
        );
    }
    text.push_str("}\n");
    text
}

fn written(test: &Test) -> String {
    match test {
        Test::Is("unit", it) => format!("unit is \"{it}\""),
        Test::Is(field, it) => format!("{field} is {it}"),
        Test::In(field, them) => format!("{field} in ({})", them.join(", ")),
        Test::Between(field, from, to) => format!("{field} in {from}..{to}"),
        Test::Steps(from, to) => format!("severity in {}..{}", STEPS[*from], STEPS[*to]),
        Test::Days(from, to) => format!("received in {}..{}", day(*from), day(*to)),
        Test::Repeated(it) => if *it { "repeated" } else { "repeated is false" }.to_owned(),
        Test::Begins(field, it) => format!("{field} starts with \"{it}\""),
        Test::Says(words) => format!("narrative says \"{words}\""),
    }
}

/// Compiles folders of domains, `domains/shared` besides, to a registry in `folder`.
pub fn registry(folder: &TempDir) -> Arc<Registry> {
    let mut sources = vec![load::load(std::path::Path::new("domains/shared"))];
    sources.extend(load::folders(folder.path()).unwrap().iter().map(|it| load::load(it)));
    let outcome = compile::compile(sources, &[]);
    let wrong: Vec<String> =
        outcome.diagnostics.iter().map(|it| format!("{} {:?}", it.file.display(), it.kind)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    compiled::registry(&outcome, folder.path())
}
