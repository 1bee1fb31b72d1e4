//! tencode itself, all of it: lines in, disclosures out.

use super::work;
use ::tencode::encounters::batch;
use ::tencode::encounters::engine::Engine;
use ::tencode::encounters::engine::Options;
use ::tencode::encounters::read::Source;
use ::tencode::model::day::Day;
use ::tencode::privacy::Ask;
use std::io::Cursor;

/// Microseconds for one line.
pub fn each(codes: &[work::Code], lines: &[String], best: &[Option<String>]) -> f64 {
    let folder = work::domain(codes, None);
    let options = Options {
        record: None,
        audience: Some("desk".to_owned()),
        ask: Ask::default(),
        on: None,
        today: Day(20_700),
        candidates: Some(1),
        key: [7; 32],
    };
    let engine = Engine::new(work::registry(&folder), "work", options).unwrap();
    let input = lines.join("\n");
    let mut out = Vec::new();
    answer(&engine, &input, &mut out);
    for (line, best) in out.split(|byte| *byte == b'\n').zip(best) {
        let answer: serde_json::Value = serde_json::from_slice(line).unwrap();
        let given = answer.pointer("/candidates/0/code").and_then(|it| it.as_str());
        assert_eq!(given, best.as_deref());
    }
    let took = super::best(|| {
        out.clear();
        answer(&engine, &input, &mut out);
    });
    #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
    let each = took.as_secs_f64() * 1e6 / lines.len() as f64;
    each
}

fn answer(engine: &Engine, input: &str, out: &mut Vec<u8>) {
    let bytes = Cursor::new(input.to_owned().into_bytes());
    let mut source = Source::new("work.ndjson", None, Box::new(bytes), None, engine.schema()).unwrap();
    let counts = batch::run(&mut source, 1, || engine.worker(), out, &mut |_| ()).unwrap();
    assert_eq!(counts.refused, 0);
}
