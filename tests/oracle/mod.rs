//! The engine says what a plain evaluator says, which has no index and goes straight from the language's meaning.
//!
//! Both start from a made-up domain that is drawn as a tree of the tests' own (`language`, `draw`). The engine is given it as
//! text: parsed, checked, compiled, written to a registry, and asked with lines of NDJSON; what counts is the disclosure. The
//! evaluator (`meaning`, `judge`) goes through the drawn tree for every code and every encounter, and shares with the engine
//! neither types nor functions, not even the calendar. Compared are candidates with their order, scores, confidence and
//! reasons, codes, findings and what is missing.
//!
//! `TENCODE_ORACLE=2000` draws so many domains of ten code sets each; a few are drawn if it is not set.

#![expect(clippy::indexing_slicing, clippy::string_slice, clippy::panic, clippy::print_stdout, reason = "tests")]

mod calendar;
mod draw;
mod functions;
mod judge;
mod language;
mod meaning;
mod phrases;
mod world;

use super::compiled::registry;
use fastrand::Rng;
use judge::Answer;
use judge::Candidate;
use language::Cond;
use language::Definitions;
use language::Line;
use meaning::Frame;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::diagnostics::Diagnostic;
use tencode::diagnostics::catalog::Kind;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::write;
use tencode::model::day::Day;
use tencode::privacy::Ask;
use tencode::registry::Registry;

/// Domains that are drawn where nobody says how many.
const FEW: u64 = 20;
/// Domains that were judged otherwise once: misfits copied into derived fields, leaves with children by further parents.
const ONCE_WRONG: [u64; 8] = [507, 517, 687, 787, 976, 1107, 1452, 1494];
/// Encounters under each.
const ENCOUNTERS: u64 = 60;

/// A condition that the checker says can never hold, or only where the code is ruled out.
struct Refused {
    condition: Cond,
    /// The `unless` lines that are said to rule it out; none if it is said to hold never.
    unless: Vec<Cond>,
}

#[test]
fn the_engine_says_what_the_language_means() {
    let many = std::env::var("TENCODE_ORACLE").map_or(FEW, |many| many.parse().unwrap());
    let first: u64 = std::env::var("TENCODE_ORACLE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    let mut wrong = Vec::new();
    let again = ONCE_WRONG.into_iter().filter(|_| first == 1 && many < ONCE_WRONG[0]);
    for seed in (first..first + many).chain(again) {
        wrong.extend(try_one(seed, folder.path(), &mut seen));
    }
    println!("{seen:?}");
    let first: Vec<&str> = wrong.iter().take(8).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} domains are judged otherwise:\n{}", wrong.len(), first.join("\n\n"));
    assert!(seen.candidates > 20 * many && seen.findings > 20 * many, "the made-up world is too poor: {seen:?}");
}

/// What was compared.
#[derive(Debug, Default)]
struct Seen {
    sets: usize,
    encounters: u64,
    candidates: u64,
    findings: u64,
    refused: usize,
}

/// The first encounter that is judged otherwise, in words.
fn try_one(seed: u64, folder: &Path, seen: &mut Seen) -> Option<String> {
    let mut rng = Rng::with_seed(seed);
    let mut said = draw::definitions(&mut rng);
    let (registry, text, refused) = build(&mut said, folder, seed);
    let names: Vec<String> = said.sets[0].codes.iter().map(|code| code.name.clone()).collect();
    let on = (rng.u8(..4) == 0).then(|| world::TODAY + rng.i64(-10..10));
    let shown = rng.bool().then_some(50);
    let options = Options {
        record: None,
        audience: None,
        ask: Ask::default(),
        on: on.map(|day| Day(i32::try_from(day).unwrap())),
        today: Day(i32::try_from(world::TODAY).unwrap()),
        candidates: shown,
        key: [7; 32],
    };
    let engine = Engine::new(registry, "made-up", options).unwrap();
    let mut worker = engine.worker();
    for line in 0..ENCOUNTERS {
        let encounter = world::encounter(&mut rng, &names);
        let answer = judge::judge(&said, &encounter, on);
        let mut out = Vec::new();
        write::line(&worker.disclose(line, Ok(&encounter.json)), &mut out);
        let got: Json = serde_json::from_slice(&out).unwrap();
        if let Some(wrong) = compare(&said, &answer, &got, shown.is_some()) {
            let text = if std::env::var_os("TENCODE_ORACLE_SEED").is_some() { text.as_str() } else { "" };
            return Some(format!("seed {seed}, encounter {line}: {wrong}\n{}\n{text}", encounter.json));
        }
        never_holds(&said, &answer, &refused, seed, &encounter.json);
        seen.encounters += 1;
        seen.candidates += u64::try_from(answer.candidates.len()).unwrap();
        seen.findings += u64::try_from(answer.findings.len()).unwrap();
    }
    seen.sets += said.sets.len();
    seen.refused += refused.len();
    None
}

/// Compiles the definitions; conditions that the checker rightly refuses are taken out of them.
fn build(said: &mut Definitions, folder: &Path, seed: u64) -> (Arc<Registry>, String, Vec<Refused>) {
    let mut refused = Vec::new();
    for _ in 0..20 {
        let written = said.write();
        let (file_of, diagnostics) = parse_file(Path::new("made-up.codes"), written.text.clone());
        let source =
            DomainSource { name: "made-up".to_owned(), files: vec![file_of], diagnostics, ..DomainSource::default() };
        let outcome = compile(vec![source, cues()], &[]);
        let errors: Vec<&Diagnostic> = outcome.diagnostics.iter().filter(|it| it.is_error()).collect();
        if errors.is_empty() && outcome.refused.is_empty() {
            return (registry(&outcome, folder), written.text, refused);
        }
        take_out(said, &written, &errors, &mut refused, seed);
    }
    panic!("seed {seed}: the checker finds ever new mistakes");
}

/// What `shared` says of words that negate: made-up texts hold such words.
fn cues() -> DomainSource {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/shared/codes/negation.codes");
    let (file, diagnostics) = parse_file(&path, std::fs::read_to_string(&path).unwrap());
    DomainSource { name: "shared".to_owned(), files: vec![file], diagnostics, ..DomainSource::default() }
}

fn take_out(
    said: &mut Definitions,
    written: &language::Written,
    errors: &[&Diagnostic],
    refused: &mut Vec<Refused>,
    seed: u64,
) {
    let mut lines: Vec<(Line, bool)> = Vec::new();
    for error in errors {
        let place = written.text[..error.span.start].matches('\n').count();
        let Kind::NeverHolds { why } = &error.kind else {
            panic!(
                "seed {seed}: {} in line\n{}\n{}",
                error.kind,
                written.text.lines().nth(place).unwrap(),
                written.text
            );
        };
        let line = written.lines[place];
        assert_ne!(line, Line::Other, "seed {seed}: {why}: {}", written.text.lines().nth(place).unwrap());
        lines.push((line, why.starts_with("a `never` line")));
    }
    // From the last one on, so that numbers stay true.
    lines.sort_by_key(|(line, _)| match line {
        Line::When(set, code, number) | Line::Unless(set, code, number) => (*set, *code, *number),
        Line::Rule(number) => (usize::MAX, 0, *number),
        Line::Other => (0, 0, 0),
    });
    lines.dedup_by_key(|(line, _)| *line);
    for (line, is_shut) in lines.into_iter().rev() {
        match line {
            Line::When(set, code, number) => {
                let code = &mut said.sets[set].codes[code];
                let unless = if is_shut { code.unless.clone() } else { Vec::new() };
                refused.push(Refused { condition: code.when.remove(number).0, unless });
            }
            Line::Unless(set, code, number) => {
                let condition = said.sets[set].codes[code].unless.remove(number);
                refused.push(Refused { condition, unless: Vec::new() });
            }
            Line::Rule(number) => drop(said.rules.remove(number)),
            Line::Other => {}
        }
    }
}

/// What the checker refused does not hold.
fn never_holds(said: &Definitions, answer: &Answer, refused: &[Refused], seed: u64, json: &str) {
    let mut frame = Frame { said, slots: &answer.slots, on: answer.on, today: world::TODAY, bound: Vec::new() };
    for Refused { condition, unless } in refused {
        let holds = frame.holds(condition) && !unless.iter().any(|unless| frame.holds(unless));
        assert!(!holds, "seed {seed}: refused, but it holds: {condition}\n{json}");
    }
}

/// What the disclosure says otherwise than the evaluator.
fn compare(said: &Definitions, answer: &Answer, got: &Json, is_all: bool) -> Option<String> {
    let wanted: Vec<&Candidate> =
        answer.candidates.iter().filter(|it| is_all || !judge::is_below(&said.sets[it.set], it.score)).collect();
    let shown = got["candidates"].as_array().unwrap();
    let is_so = wanted.len() == shown.len() && wanted.iter().zip(shown).all(|(one, other)| is_same(said, one, other));
    if !is_so {
        let is_other = |it: &&Json| !wanted.iter().any(|one| is_same(said, one, it));
        let got: Vec<String> = shown.iter().filter(is_other).map(Json::to_string).collect();
        let is_missed = |it: &&&Candidate| !shown.iter().any(|one| is_same(said, it, one));
        let brief =
            |it: &&Candidate| format!("{} {} {:?}", said.sets[it.set].codes[it.code].name, it.score, it.because);
        let wanted: Vec<String> = wanted.iter().filter(is_missed).map(brief).collect();
        return Some(format!("candidates\nwanted {wanted:#?}\ngot {got:#?}"));
    }
    let mut findings: Vec<(String, String, String)> = got["findings"].as_array().unwrap().iter().map(finding).collect();
    findings.sort();
    if !are_right(said, answer, &findings) {
        return Some(format!("findings\nwanted {:?}\ngot {findings:?}", answer.findings));
    }
    let codes: Vec<(String, String, Option<String>)> = got["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (word(&it["set"]), word(&it["code"]), it["raised"]["weight"].as_str().map(str::to_owned)))
        .collect();
    let named = |(set, code, raised): &(usize, usize, Option<f64>)| {
        (said.sets[*set].name.clone(), said.sets[*set].codes[*code].name.clone(), raised.map(|it| it.to_string()))
    };
    let wanted: Vec<_> = answer.codes.iter().map(named).collect();
    if codes != wanted {
        return Some(format!("codes\nwanted {wanted:?}\ngot {codes:?}"));
    }
    let missing: Vec<String> = got["missing"].as_array().unwrap().iter().map(word).collect();
    (missing != answer.missing).then(|| format!("missing\nwanted {:?}\ngot {missing:?}", answer.missing))
}

/// Whether the findings are those wanted. A rule that reads what does not fit may rest on it and then says nothing; that is
/// all it may leave out.
fn are_right(said: &Definitions, answer: &Answer, findings: &[(String, String, String)]) -> bool {
    if answer.misfits.is_empty() {
        return findings == answer.findings;
    }
    let may_rest = |name: &str| {
        let rule = said.rules.iter().find(|rule| rule.name == *name);
        rule.is_some_and(|rule| answer.misfits.iter().any(|field| rule.written().contains(field.as_str())))
    };
    let is_known = |it: &&(String, String, String)| answer.findings.contains(it) || answer.more.contains(it);
    let is_said = |it: &(String, String, String)| findings.contains(it) || may_rest(&it.0);
    findings.iter().all(|it| is_known(&it)) && answer.findings.iter().all(is_said)
}

fn word(it: &Json) -> String {
    it.as_str().unwrap_or_default().to_owned()
}

fn finding(it: &Json) -> (String, String, String) {
    (word(&it["rule"]), word(&it["severity"]), word(&it["path"]))
}

fn is_same(said: &Definitions, wanted: &Candidate, got: &Json) -> bool {
    let set = &said.sets[wanted.set];
    let near = |it: &Json, number: f32| (it.as_f64().unwrap() - f64::from(number)).abs() < 1e-6;
    let mut because: Vec<&Json> = got["because"].as_array().unwrap().iter().collect();
    word(&got["set"]) == set.name
        && word(&got["code"]) == set.codes[wanted.code].name
        && word(&got["display"]) == set.title(wanted.code)
        && near(&got["score"], wanted.score)
        && near(&got["confidence"], (judge::confidence(wanted.score) * 10_000.0).round() / 10_000.0)
        && got["below"].as_bool().unwrap_or(false) == judge::is_below(set, wanted.score)
        && because.len() == wanted.because.len()
        && wanted.because.iter().all(|reason| {
            let place = because.iter().position(|it| {
                word(&it["kind"]) == reason.kind
                    && word(&it["path"]) == reason.path
                    && reason.what.contains(&word(&it["what"]))
                    && near(&it["points"], reason.points)
            });
            place.map(|place| because.remove(place)).is_some()
        })
}
