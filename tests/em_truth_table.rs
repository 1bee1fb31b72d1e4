//! Visit levels of `domains/healthcare`, the whole grid: every family, new and established, every combination of problems,
//! data and risk, and the minutes around every threshold. What is expected is worked out here from the plain table of
//! the CPT guidelines (office 2021, other families 2023, minutes 2024), not from the definitions.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use super::made_up;
use std::path::Path;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Worker;
use tencode::encounters::write;

const LEVELS: [&str; 4] = ["straightforward", "low", "moderate", "high"];

/// Family, whom it is for (empty: everybody), and for each level the code and its minutes (0: it has none).
type Line = (&'static str, &'static str, [(&'static str, u32); 4]);

const TABLE: &[Line] = &[
    ("office", "new", [("99202", 15), ("99203", 30), ("99204", 45), ("99205", 60)]),
    ("office", "established", [("99212", 10), ("99213", 20), ("99214", 30), ("99215", 40)]),
    ("hospital-initial", "", [("99221", 40), ("99221", 40), ("99222", 55), ("99223", 75)]),
    ("hospital-subsequent", "", [("99231", 25), ("99231", 25), ("99232", 35), ("99233", 50)]),
    ("same-day", "", [("99234", 45), ("99234", 45), ("99235", 70), ("99236", 85)]),
    ("emergency", "", [("99282", 0), ("99283", 0), ("99284", 0), ("99285", 0)]),
    ("nursing-initial", "", [("99304", 25), ("99304", 25), ("99305", 35), ("99306", 50)]),
    ("nursing-subsequent", "", [("99307", 10), ("99308", 20), ("99309", 30), ("99310", 45)]),
    ("home", "new", [("99341", 15), ("99342", 30), ("99344", 60), ("99345", 75)]),
    ("home", "established", [("99347", 20), ("99348", 30), ("99349", 40), ("99350", 60)]),
    ("consult-office", "", [("99242", 20), ("99243", 30), ("99244", 40), ("99245", 55)]),
    ("consult-inpatient", "", [("99252", 35), ("99253", 45), ("99254", 60), ("99255", 80)]),
];

/// What is expected of one visit.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    code: Option<&'static str>,
    /// Elements that have to rise for the next code, in the order problems, data, risk.
    lift: Vec<&'static str>,
    /// Minutes are given, and too few for the next code.
    more_time: bool,
}

fn expected(codes: &[(&'static str, u32); 4], elements: Option<[usize; 3]>, minutes: Option<u32>) -> Expected {
    // Two of three meet or exceed a level: it is the middle one.
    let by_mdm =
        elements.map(|elements| (0..4).rev().find(|level| elements.iter().filter(|it| *it >= level).count() >= 2));
    let by_mdm = by_mdm.flatten();
    let by_time =
        minutes.and_then(|minutes| (0..4).rev().find(|level| codes[*level].1 > 0 && minutes >= codes[*level].1));
    let code = by_mdm.max(by_time).map(|level| codes[level].0);
    let next = code.and_then(|code| {
        let last = codes.iter().rposition(|it| it.0 == code)?;
        (last < 3).then_some(last + 1)
    });
    let names = ["problems", "data", "risk"];
    let lift = match (elements, next) {
        (Some(elements), Some(next)) => {
            (0..3).filter(|place| elements[*place] < next).map(|place| names[place]).collect()
        }
        _ => Vec::new(),
    };
    let more_time = matches!((minutes, next), (Some(minutes), Some(next)) if minutes < codes[next].1);
    Expected { code, lift, more_time }
}

/// The domain compiled without any official release.
fn engine(folder: &Path) -> Engine {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains");
    let outcome = compile(vec![load(&root.join("shared")), load(&root.join("healthcare"))], &[]);
    assert!(outcome.refused.is_empty(), "refused: {:?}", outcome.refused);
    let options = made_up::options(None, None, "2026-03-02");
    Engine::new(compiled::registry(&outcome, folder), "healthcare", options).unwrap()
}

/// What the program says of a visit: the code it offers, and what is missing for the next.
fn answered(worker: &mut Worker<'_>, date: &str, visit: &str) -> (Option<String>, Vec<String>, bool) {
    let line = format!(r#"{{"id": "V1", "class": "professional", "date": "{date}", "visit": {{{visit}}}}}"#);
    let mut out = Vec::new();
    write::line(&worker.disclose(1, Ok(&line)), &mut out);
    let answer: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let candidates = answer["candidates"].as_array().unwrap();
    let code = candidates.iter().find(|it| it["set"] == "cpt").and_then(|it| it["code"].as_str()).map(str::to_owned);
    assert_eq!(answer["encounter"]["visit"]["em_code"].as_str().map(str::to_owned), code, "{line}");
    let findings = answer["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().filter(move |it| it["rule"] == rule).collect::<Vec<_>>();
    let lift = of("em-next-mdm").into_iter().filter_map(|it| it["path"].as_str()?.strip_prefix("visit."));
    (code, lift.map(str::to_owned).collect(), !of("em-next-time").is_empty())
}

fn written(family: &str, patient: &str, elements: Option<[usize; 3]>, minutes: Option<u32>) -> String {
    let mut visit = format!(r#""family": "{family}""#);
    if !patient.is_empty() {
        visit += &format!(r#", "patient": "{patient}""#);
    }
    if let Some([problems, data, risk]) = elements {
        let [problems, data, risk] = [LEVELS[problems], LEVELS[data], LEVELS[risk]];
        visit += &format!(r#", "problems": "{problems}", "data": "{data}", "risk": "{risk}""#);
    }
    if let Some(minutes) = minutes {
        visit += &format!(r#", "minutes": {minutes}"#);
    }
    visit
}

/// No elements at all, then every combination of the three.
fn combinations() -> Vec<Option<[usize; 3]>> {
    let all = (0..64).map(|number| Some([number / 16, number / 4 % 4, number % 4]));
    std::iter::once(None).chain(all).collect()
}

/// No minutes at all, then none, and one less, the same and one more than every threshold.
fn minutes_of(codes: &[(&'static str, u32); 4]) -> Vec<Option<u32>> {
    let around = codes.iter().filter(|it| it.1 > 0).flat_map(|it| [it.1 - 1, it.1, it.1 + 1]);
    let mut minutes: Vec<u32> = around.chain([0, 200]).collect();
    minutes.sort_unstable();
    minutes.dedup();
    std::iter::once(None).chain(minutes.into_iter().map(Some)).collect()
}

#[test]
fn the_whole_grid_of_visits_has_its_codes() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let mut worker = engine.worker();
    let (mut asked, mut wrong) = (0, Vec::new());
    for (family, whom, codes) in TABLE {
        let patients: &[&str] = if whom.is_empty() { &["", "new", "established"] } else { std::slice::from_ref(whom) };
        for patient in patients {
            for elements in combinations() {
                for minutes in minutes_of(codes) {
                    let visit = written(family, patient, elements, minutes);
                    let (code, lift, more_time) = answered(&mut worker, "2026-03-02", &visit);
                    let wanted = expected(codes, elements, minutes);
                    asked += 1;
                    if code.as_deref() != wanted.code || lift != wanted.lift || more_time != wanted.more_time {
                        wrong.push(format!("{visit}: {code:?} {lift:?} {more_time}, expected {wanted:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(asked > 15_000, "{asked}");
}

#[test]
fn three_years_divide_new_from_established() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let mut worker = engine.worker();
    let days = [
        ("2026-03-02", "2026-03-01", true),
        ("2026-03-02", "2023-03-03", true),
        ("2026-03-02", "2023-03-02", false),
        ("2026-03-02", "2023-03-01", false),
        ("2027-02-28", "2024-02-29", true),
        ("2027-03-01", "2024-02-29", false),
        ("2026-03-02", "1999-12-31", false),
    ];
    for (date, seen, is_established) in days {
        for family in ["office", "home"] {
            let whom = if is_established { "established" } else { "new" };
            let (_, _, codes) = TABLE.iter().find(|line| line.0 == family && line.1 == whom).unwrap();
            let visit = format!(r#"{}, "last_seen": "{seen}""#, written(family, "", Some([2, 2, 0]), None));
            let (code, ..) = answered(&mut worker, date, &visit);
            assert_eq!(code.as_deref(), Some(codes[2].0), "{family}, seen {seen}, now {date}");
        }
    }
}

#[test]
fn the_nursing_facility_had_other_minutes_in_2023() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let mut worker = engine.worker();
    let told = [
        ("2023-12-31", "nursing-initial", 45, "99306"),
        ("2024-01-01", "nursing-initial", 45, "99305"),
        ("2024-01-01", "nursing-initial", 50, "99306"),
        ("2023-12-31", "nursing-subsequent", 15, "99308"),
        ("2024-01-01", "nursing-subsequent", 15, "99307"),
        ("2024-01-01", "nursing-subsequent", 20, "99308"),
    ];
    for (date, family, minutes, code) in told {
        let visit = written(family, "", None, Some(minutes));
        assert_eq!(answered(&mut worker, date, &visit).0.as_deref(), Some(code), "{family}, {minutes} minutes, {date}");
    }
}
