//! The main job on real records and real codes: encounters in, disclosures out, one thread, CPU time.
//!
//! `cargo bench --bench real [-- NAME…]` runs, as `tencode run --jobs 1` does, complaints of the CFPB, NIBRS incidents that the FBI
//! accepted, Blue Button claims, and encounters made up from a seed that carry each code of ICD-10-CM and HCPCS. It prints what a
//! record costs, start and build of the registry not counted, and for JSON beside it what it costs to read the same lines into
//! `serde_json::Value` and to write them out again. What is not under `TENCODE_DATA` (see `official/`) is skipped.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a bench")]
#![expect(clippy::cast_precision_loss, reason = "counts")]

mod official;

use cpu_time::ProcessTime;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::io::Cursor;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::read::Format;
use tencode::encounters::read::Input;
use tencode::encounters::read::Source;
use tencode::model::day::Day;
use tencode::model::reader::Reader;
use tencode::privacy::Ask;
use tencode::registry::Registry;

const SEED: u64 = 11;
/// Made-up encounters: enough that each code of ICD-10-CM that may be recorded is on one of them.
const ENCOUNTERS: usize = 40_000;
/// Each part is run so often; the best counts, since whatever else the machine does only adds.
const ROUNDS: usize = 5;
/// 2026-04-01, the first day of the made-up encounters.
const ON: Day = Day(20_544);
/// 2026-09-04.
const TODAY: Day = Day(20_700);

/// Records, and the domain, record and audience they are run with.
struct Work {
    run: [&'static str; 3],
    format: Format,
    input: Arc<[u8]>,
}

type Maker = fn(&Registry) -> Option<Work>;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let Some(registry) = official::registry() else {
        println!("SKIPPED, nothing measured: no official releases and records (TENCODE_DATA)");
        return;
    };
    let makers: [(&str, Maker); 4] =
        [("complaints", complaints), ("incidents", incidents), ("claims", claims), ("encounters", encounters)];
    println!(
        "{:<12} {:>8} {:>8} {:>9} {:>10} {:>8} {:>8} {:>6}",
        "work", "records", "codes", "findings", "records/s", "us each", "tree us", "ratio"
    );
    for (name, make) in makers {
        if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
            let skipped = || println!("{name:<12} SKIPPED: its records or releases are not under TENCODE_DATA");
            make(&registry).map_or_else(skipped, |work| measure(name, &work, Arc::clone(&registry)));
        }
    }
}

/// The CFPB's file as it lies there, packed.
fn complaints(_: &Registry) -> Option<Work> {
    let input = std::fs::read(official::file(&["customer-service", "records", "cfpb_records.csv.gz"])?).unwrap().into();
    Some(Work { run: ["customer-service", "cfpb", "desk"], format: Format::Csv, input })
}

/// The reports without what they are wrapped in; the edition is the first word of the wrapper's.
fn incidents(_: &Registry) -> Option<Work> {
    let file = official::file(&["law-enforcement", "eval", "nibrs-accepted.dev.jsonl.gz"])?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let lines = text.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let mut report = json!({"id": row["id"], "edition": row["edition"].as_str().unwrap().split(' ').next()});
        report.as_object_mut().unwrap().append(row["incident"].as_object_mut().unwrap());
        format!("{report}\n")
    });
    let input = lines.collect::<String>().into_bytes().into();
    Some(Work { run: ["law-enforcement", "incident", "desk"], format: Format::Ndjson, input })
}

/// Explanations of benefit, FHIR.
fn claims(_: &Registry) -> Option<Work> {
    let file = official::file(&["healthcare", "eval", "bluebutton_eob_even.ndjson.xz"])?;
    let mut text = Vec::new();
    lzma_rust2::XzReader::new(std::fs::File::open(file).unwrap(), true).read_to_end(&mut text).unwrap();
    Some(Work { run: ["healthcare", "encounter", "desk"], format: Format::Fhir, input: text.into() })
}

/// Encounters with one to four diagnoses and up to two procedures, each code of both sets in turn.
fn encounters(registry: &Registry) -> Option<Work> {
    let mut rng = Rng::with_seed(SEED);
    let (diagnoses, procedures) = (codes(registry, "icd-10-cm", &mut rng)?, codes(registry, "hcpcs", &mut rng)?);
    let (mut diagnosis, mut procedure) = (diagnoses.iter().cycle(), procedures.iter().cycle());
    let mut dealt = (0, 0);
    let lines = (0..ENCOUNTERS).map(|number| {
        let count = (rng.usize(1..=4), rng.usize(0..=2));
        dealt = (dealt.0 + count.0, dealt.1 + count.1);
        let encounter = json!({
            "id": format!("E-{number:05}"),
            "class": rng.choice(["inpatient", "outpatient", "professional", "emergency"]),
            "date": Day(ON.0 + rng.i32(0..90)).to_civil().unwrap().to_string(),
            "payer": rng.choice(["medicare", "other"]),
            "patient": {
                "age": rng.u32(0..100),
                "sex": rng.choice(["female", "male"]),
                "name": "Ottoline Quandt",
                "member_id": format!("M{:07}", rng.u32(0..10_000_000)),
            },
            "diagnoses": diagnosis.by_ref().take(count.0).map(|code| json!({"code": code})).collect::<Value>(),
            "procedures": procedure.by_ref().take(count.1).map(|code| json!({"code": code, "units": 1})).collect::<Value>(),
        });
        format!("{encounter}\n")
    });
    let input = lines.collect::<String>().into_bytes().into();
    assert!(dealt.0 >= diagnoses.len() && dealt.1 >= procedures.len(), "some codes are on no encounter");
    println!("({} codes of ICD-10-CM, {} of HCPCS)", diagnoses.len(), procedures.len());
    Some(Work { run: ["healthcare", "encounter", "billing"], format: Format::Ndjson, input })
}

/// The codes of a set that may be recorded, in an order drawn anew.
fn codes<'r>(registry: &'r Registry, set: &str, rng: &mut Rng) -> Option<Vec<&'r str>> {
    let codes = registry.codes(registry.set(set)?);
    if codes.is_starter() {
        return None;
    }
    let mut all: Vec<&str> = codes.all().filter(|it| codes.is_assignable(*it, ON)).map(|it| codes.code(it)).collect();
    rng.shuffle(&mut all);
    Some(all)
}

fn measure(name: &str, work: &Work, registry: Arc<Registry>) {
    let [domain, record, audience] = work.run;
    let options = Options {
        record: Some(record.to_owned()),
        audience: Some(audience.to_owned()),
        ask: Ask::default(),
        on: None,
        today: TODAY,
        candidates: None,
        key: [7; 32],
    };
    let engine = Engine::new(registry, domain, options).unwrap();
    let mut out = Vec::new();
    let records = answer(&engine, work, &mut out);
    let (codes, findings) = told(&out);
    assert!(codes > 0, "{name}: what was answered names no code");
    let each = |time: Duration| time.as_secs_f64() * 1e6 / records as f64;
    let ours = each(best(|| {
        out.clear();
        answer(&engine, work, &mut out);
    }));
    let lines = std::str::from_utf8(&work.input).ok().filter(|_| work.format != Format::Csv);
    let tree = lines.map(|lines| each(best(|| tree_and_back(lines, &mut out))));
    let tree = tree.map_or_else(String::new, |tree| format!(" {tree:>8.2} {:>6.2}", ours / tree));
    println!("{name:<12} {records:>8} {codes:>8} {findings:>9} {:>10.0} {ours:>8.2}{tree}", 1e6 / ours);
}

/// How many encounters were answered.
fn answer(engine: &Engine, work: &Work, out: &mut Vec<u8>) -> u64 {
    let input = Box::new(Cursor::new(Arc::clone(&work.input)));
    let input = Input::new("it", None, input).unwrap();
    let readers: Vec<&Reader> = engine.domain().readers.iter().collect();
    let choice = input.choose(Some(work.format), None, &readers).unwrap();
    let mut source = Source::chosen(input, &choice, engine.schema());
    let counts = batch::run(&mut source, 1, || engine.worker(), out, &mut |_| ()).unwrap();
    assert_eq!((counts.refused, counts.written), (0, counts.read));
    counts.read
}

/// How many codes and findings the disclosures name.
fn told(out: &[u8]) -> (usize, usize) {
    let lines = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    let count = |line: &Value, name: &str| line[name].as_array().map_or(0, Vec::len);
    lines.fold((0, 0), |sum, line| (sum.0 + count(&line, "codes"), sum.1 + count(&line, "findings")))
}

fn tree_and_back(input: &str, out: &mut Vec<u8>) {
    out.clear();
    for line in input.lines() {
        let tree: Value = serde_json::from_str(line).unwrap();
        serde_json::to_writer(&mut *out, &tree).unwrap();
        out.push(b'\n');
    }
}

fn best(mut work: impl FnMut()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        // Encounters with scripts are answered on a thread with a large stack.
        let start = ProcessTime::now();
        work();
        start.elapsed()
    });
    times.min().unwrap()
}
