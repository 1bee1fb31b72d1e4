//! Small fixed pieces of work for `.ci/counts`, which counts their instructions.
//!
//! `counted PART` makes everything ready and then does the piece once, in a function called `counted_PART`, so that only that
//! one is counted. No official release is needed. Without a part all of them run.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod made_up;
mod work;

use std::fmt::Write;
use std::hint::black_box;
use std::io::Cursor;
use tencode::definitions::parse;
use tencode::definitions::parse::tree::Edition;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::read::Source;
use tencode::model::day::Day;
use tencode::model::ids::SetId;
use tencode::privacy::Ask;
use tencode::privacy::text::TextRedactor;
use tencode::registry::Codes;

type Part = fn() -> usize;

/// 2026-09-04.
const ON: Day = Day(20_700);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let parts: [(&str, Part); 5] =
        [("engine", engine), ("lookup", lookup), ("search", search), ("redact", redact), ("parse", parse)];
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            println!("{name}: {}", part());
        }
    }
}

/// 500 encounters under 100 codes, read, coded, redacted and written.
fn engine() -> usize {
    let codes = work::codes(100, 7);
    let encounters = work::encounters(500, &codes, 8);
    let input: String = encounters.iter().map(|encounter| encounter.line() + "\n").collect();
    let folder = work::domain(&codes, None);
    let options = Options {
        record: None,
        audience: Some("desk".to_owned()),
        ask: Ask::default(),
        on: None,
        today: ON,
        candidates: Some(1),
        key: [7; 32],
    };
    let engine = Engine::new(work::registry(&folder), "work", options).unwrap();
    counted_engine(&engine, input)
}

#[inline(never)]
fn counted_engine(engine: &Engine, input: String) -> usize {
    let bytes = Cursor::new(input.into_bytes());
    let mut out = Vec::new();
    let mut source = Source::new("work.ndjson", None, Box::new(bytes), None, engine.schema()).unwrap();
    batch::run(&mut source, 1, || engine.worker(), &mut out, &mut |_| ()).unwrap();
    out.len()
}

/// Each of 2,000 codes by its text: title, whether it may be recorded, what is above and directly below it.
fn lookup() -> usize {
    let registry = made_up::registry(2000);
    let codes = registry.codes(SetId::FIRST);
    let asked: Vec<String> = codes.all().map(|code| codes.code(code).replace('.', "").to_lowercase()).collect();
    counted_lookup(codes, &asked)
}

#[inline(never)]
fn counted_lookup(codes: Codes<'_>, asked: &[String]) -> usize {
    let look = |code: &String| {
        let place = codes.find(code).unwrap();
        let relatives = codes.ancestors(place).len() + codes.children(place).len();
        codes.display(place).len() + relatives + usize::from(codes.is_assignable(place, ON))
    };
    asked.iter().map(look).sum()
}

/// 200 queries over 2,000 codes: as they are, with a letter wrong, half typed.
fn search() -> usize {
    let registry = made_up::registry(2000);
    let mut queries = made_up::queries(200);
    for (query, place) in queries.iter_mut().zip(0..) {
        match place % 3 {
            0 => query.replace_range(2..3, "x"),
            1 => query.truncate(query.len() - 2),
            _ => {}
        }
    }
    counted_search(registry.codes(SetId::FIRST), &queries)
}

#[inline(never)]
fn counted_search(codes: Codes<'_>, queries: &[String]) -> usize {
    queries.iter().map(|query| codes.search(query, Some(ON), 10).len()).sum()
}

/// 100 texts with what a redactor looks for in them, without lists of names.
fn redact() -> usize {
    let registry = work::registry(&work::domain(&work::codes(100, 7), None));
    let redactor = TextRedactor::new(registry.shared().unwrap(), None, "public", Day(20_000)).unwrap();
    let texts: Vec<String> = (0..100)
        .map(|number| {
            format!(
                "Caller at {number} Elm Street said on 2026-03-{:02} that the man from number {} left at 10:{:02}. Call back \
                 under (555) 010-{:04} or write to caller{number}@example.org. Plate ABC {:03}, card 4111 1111 1111 1111.",
                number % 28 + 1,
                number * 7 % 90,
                number % 60,
                number * 13,
                number * 9
            )
        })
        .collect();
    counted_redact(&redactor, &texts)
}

#[inline(never)]
fn counted_redact(redactor: &TextRedactor, texts: &[String]) -> usize {
    texts.iter().map(|text| redactor.redact(text).text.len()).sum()
}

/// A definition file of 500 codes.
fn parse() -> usize {
    let mut text = "codeset large \"Large\" {\n    release 2026 from 2026-01-01\n".to_owned();
    for code in 0..500 {
        let _ = write!(
            text,
            "    code C{code} \"Something that happens for the reason number {code}\" {{\n        also     \"a shorter word\", \
             \"another word for {code}\"\n        propose  when origin is officer and narrative mentions any (\"traffic stop\", \
             \"pulled over\") points 6\n    }}\n"
        );
    }
    text.push_str("}\n");
    counted_parse(&text)
}

#[inline(never)]
fn counted_parse(text: &str) -> usize {
    black_box(parse::parse(black_box(text), Edition::Second));
    text.len()
}
