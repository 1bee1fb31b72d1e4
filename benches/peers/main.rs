//! The main job on what people would use instead: the work of `work/`, 1,000 codes, lines of NDJSON in, the best code for each
//! out, one thread, CPU time.
//!
//! `cargo bench --features peers --bench peers [-- NAME…]` prints decisions a second and how many times faster tencode is in
//! the same run. Each peer is in the form that suits it best: compiled once, fields handed over as numbers and texts from a
//! typed record. It is measured twice: asked which codes fit, as an engine is that has to say what it considered; and, since
//! in this work the points of a code are the same for every encounter, with the codes worth most points first and stopping at
//! the first that fits. tencode gives all candidates their points and writes the whole disclosure under a policy. Every answer
//! of every peer is compared with a plain scan.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench")]

mod cedar;
mod cel;
mod rego;
mod rhai;
mod scan;
mod tencode;
#[path = "../work/mod.rs"]
mod work;
mod zen;

use cpu_time::ThreadTime;
use serde::Deserialize;
use std::hint::black_box;
use std::time::Duration;
use work::Code;
use work::Test;

const SEED: u64 = 7;
const CODES: usize = 1000;
const ENCOUNTERS: usize = 20_000;
/// Each part is run so often; the best counts, since whatever else the machine does only adds.
const ROUNDS: usize = 3;

/// An encounter as a peer's host would read it.
#[derive(Deserialize)]
struct Line<'a> {
    channel: &'a str,
    origin: &'a str,
    region: &'a str,
    shift: &'a str,
    severity: &'a str,
    received: &'a str,
    repeated: bool,
    age: u32,
    minutes: u32,
    amount: u32,
    unit: &'a str,
    product: &'a str,
    narrative: &'a str,
}

/// A field of it, as it is handed to a peer.
enum Field<'a> {
    Bool(bool),
    Number(i64),
    Text(&'a str),
    Owned(String),
}

impl Line<'_> {
    fn read(line: &str) -> Line<'_> {
        serde_json::from_str(line).unwrap()
    }

    /// The step of `severity` from 0.
    fn step(&self) -> usize {
        work::STEPS.iter().position(|step| *step == self.severity).unwrap()
    }

    /// `2026-03-02` is 20260302.
    fn day(&self) -> u32 {
        number(self.received)
    }

    /// The fields that the tests ask for. `said` is the narrative with a blank before and after, so that a phrase is found by
    /// what all peers have, a text in a text.
    fn fields(&self) -> [(&'static str, Field<'_>); 13] {
        [
            ("channel", Field::Text(self.channel)),
            ("origin", Field::Text(self.origin)),
            ("region", Field::Text(self.region)),
            ("shift", Field::Text(self.shift)),
            ("severity", Field::Number(i64::try_from(self.step()).unwrap())),
            ("received", Field::Number(i64::from(self.day()))),
            ("repeated", Field::Bool(self.repeated)),
            ("age", Field::Number(i64::from(self.age))),
            ("minutes", Field::Number(i64::from(self.minutes))),
            ("amount", Field::Number(i64::from(self.amount))),
            ("unit", Field::Text(self.unit)),
            ("product", Field::Text(self.product)),
            ("said", Field::Owned(format!(" {} ", self.narrative))),
        ]
    }
}

fn number(day: &str) -> u32 {
    day.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// How a peer writes a test.
struct Syntax {
    /// Before the name of a field.
    before: &'static str,
    and: &'static str,
    /// A field is so; `repeated` too.
    is_true: fn(&str) -> String,
    is_false: fn(&str) -> String,
    is_in: fn(&str, &[String]) -> String,
    begins: fn(&str, &str) -> String,
    says: fn(&str, &str) -> String,
}

impl Syntax {
    /// All that a code asks for.
    fn condition(&self, code: &Code) -> String {
        code.tests.iter().map(|test| self.test(test)).collect::<Vec<_>>().join(self.and)
    }

    fn test(&self, test: &Test) -> String {
        let field = |name: &str| format!("{}{name}", self.before);
        let between = |name: &str, from: u32, to: u32| {
            let name = field(name);
            format!("{name} >= {from}{}{name} <= {to}", self.and)
        };
        match test {
            Test::Is(name, it) => format!("{} == \"{it}\"", field(name)),
            Test::In(name, them) => (self.is_in)(&field(name), them),
            Test::Between(name, from, to) => between(name, *from, *to),
            Test::Steps(from, to) => between("severity", u32::try_from(*from).unwrap(), u32::try_from(*to).unwrap()),
            Test::Days(from, to) => between("received", number(&work::day(*from)), number(&work::day(*to))),
            Test::Repeated(true) => (self.is_true)(&field("repeated")),
            Test::Repeated(false) => (self.is_false)(&field("repeated")),
            Test::Begins(name, it) => (self.begins)(&field(name), it),
            Test::Says(words) => (self.says)(&field("said"), &format!(" {words} ")),
        }
    }
}

/// A list of texts in quotes.
fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str()));
    let mut codes = work::codes(CODES, SEED);
    let encounters = work::encounters(ENCOUNTERS, &codes, SEED + 1);
    let lines: Vec<String> = encounters.iter().map(work::Encounter::line).collect();
    let best: Vec<Option<String>> =
        encounters.iter().map(|encounter| encounter.best(&codes).map(|code| code.name.clone())).collect();
    println!("{:<36} {:>12} {:>12} {:>10}", "1,000 codes, reading included", "decisions/s", "us each", "tencode is");
    let ours = tencode::each(&codes, &lines, &best);
    print("tencode (disclosure, policy)", ours, ours);
    codes.sort_by_key(|code| std::cmp::Reverse(code.points));
    let peers: [(&str, usize, Maker, bool); 13] = [
        ("typed records: all that fit", 20_000, scan::maker, false),
        ("typed records: the first", 20_000, scan::maker, true),
        ("CEL (cel): all that fit", 2000, cel::maker, false),
        ("CEL (cel): the first", 4000, cel::maker, true),
        ("GoRules ZEN (zen-expression): all", 2000, zen::maker, false),
        ("GoRules ZEN (zen-expression): first", 5000, zen::maker, true),
        ("rhai, a function for each code: all", 300, rhai::functions, false),
        ("rhai, one function of ifs: all", 1000, rhai::ifs, false),
        ("rhai, one function of ifs: the first", 3000, rhai::ifs, true),
        ("Rego (regorus), interpreter: all", 200, rego::interpreter, false),
        ("Rego (regorus), machine: all", 1000, rego::machine, false),
        // The machine has registers for no more than 255 `else`.
        ("Rego (regorus), interpreter: the first", 200, rego::interpreter, true),
        ("Cedar (cedar-policy): all that fit", 300, cedar::maker, false),
    ];
    for (name, count, maker, stops) in peers {
        if is_wanted(name) {
            let mut answer = maker(&codes, stops);
            for (line, best) in lines.iter().zip(&best).take(count) {
                let given = answer(line).map(|place| codes.get(place).unwrap().name.clone());
                assert_eq!(given, *best, "{name}: {line}");
            }
            let took = self::best(|| {
                lines.iter().take(count).for_each(|line| {
                    black_box(answer(line));
                });
            });
            print(name, took.as_secs_f64() * 1e6 / count as f64, ours);
        }
    }
}

/// The first code that fits; all are tried unless `stops`.
fn first<'c, C>(codes: &'c [C], stops: bool, mut fits: impl FnMut(&'c C) -> bool) -> Option<usize> {
    if stops {
        return codes.iter().position(fits);
    }
    let all: Vec<usize> = codes.iter().enumerate().filter(|(_, code)| fits(code)).map(|(place, _)| place).collect();
    black_box(&all).first().copied()
}

/// Makes a peer ready for codes that stand in the order of their points, best first; what it returns gives the place of the
/// best code for a line; whether it stops at the first that fits.
type Maker = fn(&[Code], bool) -> Box<dyn FnMut(&str) -> Option<usize>>;

fn print(name: &str, each: f64, ours: f64) {
    println!("{name:<36} {:>12.0} {each:>12.2} {:>9.1}x", 1e6 / each, each / ours);
}

/// The fastest of some rounds.
fn best(mut work: impl FnMut()) -> Duration {
    let run = |_| {
        let start = ThreadTime::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(run).min().unwrap()
}
