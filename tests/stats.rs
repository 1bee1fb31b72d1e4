//! Statistics: what is hidden cannot be worked out, from one answer or from several. What a reader can work out is found
//! here by trying all tables that fit what is shown; nothing of the program is used for it.

#![expect(clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::process::Command;
use tencode::statistics::Answer;
use tencode::statistics::Classes;
use tencode::statistics::Count;
use tencode::statistics::Ledger;
use tencode::statistics::Row;
use tencode::statistics::Rule;
use tencode::statistics::Table;
use tencode::statistics::hide;

/// Small numbers, so that all tables can be tried: what holds for 4 holds for 11.
const RULE: Rule = Rule { under: 4, complement: true };

struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// What a reader knows: unknown counts, of which some sums are known and some are 1 or more.
#[derive(Default)]
struct Reader {
    truth: Vec<u64>,
    equations: Vec<(Vec<usize>, u64)>,
    least: Vec<Vec<usize>>,
}

impl Reader {
    /// Takes in an answer. `cell_of` says in which cell of it each unknown count is, if in any.
    fn told(&mut self, answer: &Answer, cell_of: &dyn Fn(usize) -> Option<Vec<String>>) {
        let all: Vec<(usize, Vec<String>)> =
            (0..self.truth.len()).filter_map(|unknown| Some((unknown, cell_of(unknown)?))).collect();
        let total = Count { values: Vec::new(), count: answer.total };
        let counts = answer.cells.iter().chain(&answer.rows).chain(&answer.columns).chain([&total]);
        for count in counts {
            let is_in = |cell: &[String]| {
                count.values.iter().zip(cell).all(|(value, of)| value.as_ref().is_none_or(|value| value == of))
            };
            let unknowns: Vec<usize> = all.iter().filter(|it| is_in(&it.1)).map(|it| it.0).collect();
            match count.count {
                Some(sum) => {
                    assert_eq!(sum, unknowns.iter().map(|it| self.truth[*it]).sum::<u64>(), "a count is wrong");
                    self.equations.push((unknowns, sum));
                }
                None => self.least.push(unknowns),
            }
        }
    }

    /// How wide the range of a sum of unknowns is, as far as it matters.
    fn width(&self, of: &[usize], enough: u64) -> u64 {
        let truth: u64 = of.iter().map(|it| self.truth[*it]).sum();
        let up = (1..=enough).take_while(|more| self.can_be(of, truth + more)).count() as u64;
        let down = (1..=(enough - up).min(truth)).take_while(|less| self.can_be(of, truth - less)).count() as u64;
        up + down
    }

    fn can_be(&self, of: &[usize], value: u64) -> bool {
        let mut equations = self.equations.clone();
        equations.push((of.to_vec(), value));
        let mut left: Vec<(u64, usize)> = equations.iter().map(|(of, sum)| (*sum, of.len())).collect();
        let within: Vec<Vec<usize>> = (0..self.truth.len())
            .map(|unknown| (0..equations.len()).filter(|it| equations[*it].0.contains(&unknown)).collect())
            .collect();
        let mut values = vec![0; self.truth.len()];
        self.fill(0, &within, &mut left, &mut values, &mut 2_000_000)
    }

    fn fill(
        &self,
        unknown: usize,
        within: &[Vec<usize>],
        left: &mut Vec<(u64, usize)>,
        values: &mut Vec<u64>,
        steps: &mut u64,
    ) -> bool {
        *steps -= 1;
        assert!(*steps > 0, "too many tables to try");
        let Some(equations) = within.get(unknown) else {
            return self.least.iter().all(|of| of.iter().map(|it| values[*it]).sum::<u64>() > 0);
        };
        let most = equations.iter().map(|it| left[*it].0).min();
        let only = equations.iter().find(|it| left[**it].1 == 1).map(|it| left[*it].0);
        let range = match (only, most) {
            (Some(only), Some(most)) if only > most => return false,
            (Some(only), _) => only..=only,
            (None, Some(most)) => 0..=most,
            // In no equation: 0 and any other number are the same to all others.
            (None, None) => 0..=1,
        };
        let truth = self.truth[unknown];
        let mut tried: Vec<u64> = range.collect();
        tried.sort_by_key(|value| value.abs_diff(truth));
        for value in tried {
            for it in equations {
                left[*it] = (left[*it].0 - value, left[*it].1 - 1);
            }
            values[unknown] = value;
            let is_possible = equations.iter().all(|it| left[*it].1 > 0 || left[*it].0 == 0);
            let is_found = is_possible && self.fill(unknown + 1, within, left, values, steps);
            for it in equations {
                left[*it] = (left[*it].0 + value, left[*it].1 + 1);
            }
            if is_found {
                return true;
            }
        }
        false
    }
}

fn names(row: u64, column: u64) -> Vec<String> {
    vec![format!("r{row}"), format!("c{column}")]
}

/// Hidden counts of an answer, as the cells they are sums of.
fn hidden(answer: &Answer) -> Vec<Vec<Option<String>>> {
    let counts = answer.cells.iter().chain(&answer.rows).chain(&answer.columns);
    counts.filter(|count| count.count.is_none()).map(|count| count.values.clone()).collect()
}

fn check_alone(counts: &[(Vec<String>, u64)]) -> Answer {
    let table = Table::of_counts(counts);
    let answer = hide(&table, RULE);
    let there: Vec<&(Vec<String>, u64)> = counts.iter().filter(|it| it.1 > 0).collect();
    let mut reader = Reader { truth: there.iter().map(|it| it.1).collect(), ..Reader::default() };
    reader.told(&answer, &|unknown| Some(there[unknown].0.clone()));
    for (values, count) in &there {
        let is_shown = answer.cells.iter().any(|cell| {
            cell.count.is_some() && cell.values.iter().zip(values).all(|(one, other)| one.as_ref() == Some(other))
        });
        assert!(!(is_shown && *count < RULE.under), "a small count is shown");
    }
    for values in hidden(&answer) {
        let of: Vec<usize> = (0..there.len())
            .filter(|it| values.iter().zip(&there[*it].0).all(|(one, of)| one.as_ref().is_none_or(|one| one == of)))
            .collect();
        let width = reader.width(&of, RULE.under);
        assert!(width >= RULE.under, "{values:?} lies in a range of {width}: {counts:?} shown as {answer:?}");
    }
    answer
}

/// Thousands of made-up tables: no hidden count, and no hidden sum, lies in a range narrower than the threshold.
#[test]
fn no_hidden_count_can_be_worked_out() {
    let mut chance = Chance(11);
    for _ in 0..2_000 {
        let (rows, columns) = (1 + chance.below(3), 1 + chance.below(3));
        let most = 2 + chance.below(10);
        let mut counts = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                counts.push((names(row, column), if chance.below(4) == 0 { 0 } else { chance.below(most) }));
            }
        }
        check_alone(&counts);
        let flat: Vec<(Vec<String>, u64)> =
            counts.iter().map(|(names, count)| (vec![names.concat()], *count)).collect();
        check_alone(&flat);
    }
}

#[test]
fn large_counts_are_shown() {
    let counts: Vec<(Vec<String>, u64)> = (0..9).map(|it| (names(it / 3, it % 3), 20 + it)).collect();
    let answer = hide(&Table::of_counts(&counts), Rule { under: 11, complement: true });
    assert!(hidden(&answer).is_empty());
    assert_eq!(answer.total, Some(216));
    // One small count takes three others with it, or sums; not the whole table.
    let mut counts = counts;
    counts[4].1 = 3;
    let answer = hide(&Table::of_counts(&counts), Rule { under: 11, complement: true });
    assert!((2..=4).contains(&hidden(&answer).len()), "{answer:?}");
    let plain = hide(&Table::of_counts(&counts), Rule { under: 11, complement: false });
    assert_eq!(hidden(&plain).len(), 1);
    let open = hide(&Table::of_counts(&counts), Rule { under: 0, complement: true });
    assert!(hidden(&open).is_empty());
}

/// A large sparse table, as codes by month are, is answered.
#[test]
fn a_large_table_is_answered() {
    let mut chance = Chance(5);
    let mut counts = Vec::new();
    for code in 0..400 {
        for month in 0..12 {
            let count = if chance.below(3) == 0 { chance.below(40) } else { chance.below(4) };
            counts.push((vec![format!("C{code:04}"), format!("2026-{month:02}")], count));
        }
    }
    let answer = hide(&Table::of_counts(&counts), Rule { under: 11, complement: true });
    let shown = answer.cells.iter().filter(|it| it.count.is_some()).count();
    assert!(shown > 300, "{shown} cells shown");
    assert!(answer.cells.iter().all(|it| it.count.is_none_or(|count| count >= 11)));
}

/// An encounter of the tests of several answers: where it is counted.
struct Met {
    mark: u64,
    row: u64,
    column: u64,
    /// In which of two files it stands.
    file: u64,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Both,
    Row,
    Column,
}

fn ask(ledger: &Ledger, met: &[Met], file: u64, by: By) -> (Answer, bool) {
    let cell = |it: &Met| cell(it, by);
    let rows = met.iter().filter(|it| file == 2 || it.file == file).map(|it| Row { mark: it.mark, values: cell(it) });
    let answered = ledger.answer(&Table::new(rows).unwrap(), &[format!("{by:?}")], RULE).unwrap();
    (answered.answer, answered.is_withheld)
}

fn cell(met: &Met, by: By) -> Vec<String> {
    match by {
        By::Both => names(met.row, met.column),
        By::Row => vec![format!("r{}", met.row)],
        By::Column => vec![format!("c{}", met.column)],
    }
}

/// Questions about the whole and its parts, by one thing and by several, in any order: together they say no more.
#[test]
fn several_answers_say_no_more_together() {
    let mut chance = Chance(23);
    let mut shown = 0;
    for round in 0..150 {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().join("ledger"));
        let most = 2 + chance.below(8);
        let mut met = Vec::new();
        for place in 0..8 {
            for _ in 0..chance.below(most) {
                let (row, column, file) = (place & 1, place >> 1 & 1, place >> 2);
                met.push(Met { mark: met.len() as u64 + 7, row, column, file });
            }
        }
        // A reader does not know which rows and columns go together: parts in which nobody is are parts too.
        let mut parts: BTreeMap<(u64, u64, u64), u64> =
            (0..8).map(|place| ((place & 1, place >> 1 & 1, place >> 2), 0)).collect();
        met.iter().for_each(|it| *parts.entry((it.row, it.column, it.file)).or_insert(0) += 1);
        let parts: Vec<((u64, u64, u64), u64)> = parts.into_iter().collect();
        let mut reader = Reader { truth: parts.iter().map(|it| it.1).collect(), ..Reader::default() };
        let mut asked = Vec::new();
        for _ in 0..3 {
            let by = [By::Both, By::Row, By::Column][usize::try_from(chance.below(3)).unwrap()];
            let file = chance.below(3);
            let (answer, is_withheld) = ask(&ledger, &met, file, by);
            assert_eq!((answer.clone(), is_withheld), ask(&ledger, &met, file, by), "asked again, answered the same");
            asked.push((file, by));
            if is_withheld {
                continue;
            }
            shown += answer.cells.iter().filter(|it| it.count.is_some()).count();
            reader.told(&answer, &|part| {
                let (row, column, of) = parts[part].0;
                let met = Met { mark: 0, row, column, file: of };
                (file == 2 || of == file).then(|| cell(&met, by))
            });
        }
        for (part, (place, count)) in parts.iter().enumerate() {
            if RULE.hides(*count) {
                let width = reader.width(&[part], RULE.under);
                assert!(width >= RULE.under, "round {round}: {place:?} of {parts:?} lies in {width} after {asked:?}");
            }
        }
    }
    assert!(shown > 100, "only {shown} counts were shown: the test shows little");
}

#[test]
fn a_question_asked_in_two_parts_says_what_it_says_whole() {
    // 30 encounters of one kind, 3 of which are in the second file: the whole and the first file would say so.
    let met: Vec<Met> = (0..60)
        .map(|it| Met { mark: it, row: it % 2, column: 0, file: u64::from(it % 2 == 1 && it >= 54 || it % 20 == 0) })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().to_owned());
    let (first, _) = ask(&ledger, &met, 0, By::Row);
    assert_eq!(first.cells.iter().filter(|it| it.count.is_some()).count(), 2);
    let (whole, _) = ask(&ledger, &met, 2, By::Row);
    assert!(whole.cells.iter().all(|it| it.count.is_none()), "30 - 27 = 3: {whole:?}");
    // Asked first, the whole is shown; then the part is not.
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().to_owned());
    let (whole, _) = ask(&ledger, &met, 2, By::Row);
    assert!(whole.cells.iter().all(|it| it.count == Some(30)));
    let (first, _) = ask(&ledger, &met, 0, By::Row);
    assert!(first.cells.iter().all(|it| it.count.is_none()), "{first:?}");
}

#[test]
fn other_people_are_another_question() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().to_owned());
    for month in 0..4 {
        let rows = (0..40).map(|it| Row { mark: month * 100 + it, values: vec![format!("r{}", it % 2)] });
        let answered = ledger.answer(&Table::new(rows).unwrap(), &["row".to_owned()], RULE).unwrap();
        assert_eq!((answered.before, answered.answer.total), (0, Some(40)));
    }
}

#[test]
fn a_ledger_that_cannot_be_read_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().to_owned());
    let table = Table::of_counts(&[(vec!["a".to_owned()], 20)]);
    ledger.answer(&table, &["x".to_owned()], RULE).unwrap();
    std::fs::write(folder.path().join("000000.answer"), "{").unwrap();
    assert!(ledger.answer(&table, &["x".to_owned()], RULE).is_err());
    assert!(Ledger::new(folder.path().join("000000.answer")).answer(&table, &[], RULE).is_err());
}

#[test]
fn suppressed_rows_are_no_class() {
    let mut classes = Classes::default();
    let row = |age: Option<&str>| vec![age.map(str::to_owned), None];
    (0..12).for_each(|_| classes.add(&row(Some("40-49")), None));
    (0..3).for_each(|_| classes.add(&row(None), None));
    let risk = classes.risk(11);
    assert!(risk.is_safe);
    assert_eq!((risk.rows, risk.suppressed, risk.classes, risk.smallest), (15, 3, 1, 12));
    classes.add(&row(Some("90")), Some("hiv".to_owned()));
    let risk = classes.risk(11);
    assert!(!risk.is_safe);
    assert_eq!((risk.smallest, risk.under, risk.single, risk.variety, risk.disclosed), (1, 1, 1, Some(1), 1));
}

const CODES: &str = r#"record visit {
    id    text  required identifies person
    met   date  plain dates encounter
    name  text  identifies person
    area  text  quasi-identifier
    kind  code in kinds
    note  text  free
}
codeset kinds "Kinds" {
    code A "One"
    code B "Two"
}
policy counting "Those who count" {
    audience counting
    version  1
    keep     kind, area
    every date to month
    counts   below 5 hide with complement
}
"#;

/// Runs the program in a folder with one small domain; standard output, standard error and the exit status.
fn tencode(folder: &std::path::Path, arguments: &[&str]) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
    command.current_dir(folder).env_remove("TENCODE_AUDIT").env_remove("TENCODE_DATA");
    command.env("XDG_CACHE_HOME", folder.join("cache")).env("XDG_DATA_HOME", folder.join("data"));
    let output = command.args(["--domains", "domains"]).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
}

/// A folder with a domain and 40 visits: of kind B are 3 of the area `south`.
fn office() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("domains/small/codes")).unwrap();
    std::fs::write(folder.path().join("domains/small/codes/visit.codes"), CODES).unwrap();
    std::fs::write(folder.path().join("domains/small/domain.toml"), "").unwrap();
    let line = |it: usize| {
        let (kind, area) = (
            if it.is_multiple_of(2) { "A" } else { "B" },
            if it % 12 == 1 || it.is_multiple_of(4) { "south" } else { "north" },
        );
        let (month, name) = (1 + it % 2, "Wilhelmina Xanthopoulos");
        format!(r#"{{"id":"Zq-{it}","met":"2026-0{month}-03","name":"{name}","area":"{area}","kind":"{kind}"}}"#) + "\n"
    };
    std::fs::write(folder.path().join("in.ndjson"), (0..40).map(line).collect::<String>()).unwrap();
    std::fs::write(folder.path().join("half.ndjson"), (0..38).map(line).collect::<String>()).unwrap();
    folder
}

const COUNTING: [&str; 4] = ["--domain", "small", "--audience", "counting"];

#[test]
fn the_command_counts_what_the_audience_sees() {
    let folder = office();
    let stats = |by: &str, file: &str| {
        tencode(folder.path(), &[&["--json", "stats", "--by", by, file], &COUNTING[..]].concat())
    };
    let (said, _, status) = stats("kinds,month", "in.ndjson");
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["total"], &answer["under"]), (0, &40.into(), &5.into()), "{said}");
    assert_eq!(answer["counts"][0], serde_json::json!({"kinds": "A", "month": "2026-01", "count": 20, "share": 50.0}));
    let (said, _, status) = stats("kinds,area", "in.ndjson");
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(status, 0);
    let hidden = answer["counts"].as_array().unwrap().iter().filter(|it| it["count"].is_null()).count();
    // Where no cell of a row is shown none is listed; its sum may be.
    let is_unlisted = answer["counts"].as_array().unwrap().is_empty();
    assert!((hidden > 1 || is_unlisted) && !said.contains(":4,") && !said.contains(":4}"), "{said}");
    assert_eq!(stats("kinds,area", "in.ndjson").0, said, "asked again, answered the same");
    // Two encounters fewer: what was 20 is 19.
    let (said, _, _) = stats("kinds", "half.ndjson");
    assert!(!said.contains(r#""count":19"#), "{said}");
}

#[test]
fn what_is_not_seen_is_not_counted_by() {
    let folder = office();
    for (by, said) in [
        ("name", "does not see `name`"),
        ("id", "does not see `id`"),
        ("note", "does not see `note`"),
        ("day", "does not see the day"),
        ("aera", "did you mean `area`?"),
    ] {
        let (shown, error, status) =
            tencode(folder.path(), &[&["stats", "--by", by, "in.ndjson"], &COUNTING[..]].concat());
        assert_eq!((shown.as_str(), status), ("", 2), "{by}");
        assert!(error.contains(said), "{by}: {error}");
    }
    // Those who see records whole get whole counts; the log says that somebody counted, not what.
    let (shown, _, status) = tencode(
        folder.path(),
        &["stats", "--by", "kinds,area", "--domain", "small", "--audience", "desk", "--audit", "log", "in.ndjson"],
    );
    assert_eq!(status, 0);
    assert!(shown.contains("B      south      4"), "{shown}");
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains(r#""command":"stats""#) && !log.contains("south"));
    assert_eq!(
        tencode(folder.path(), &["stats", "--by", "kinds", "--domain", "small", "--audit", "/dev/full", "in.ndjson"]).2,
        2
    );
}

#[test]
fn the_command_says_how_alike_people_are() {
    let folder = office();
    let risk = |k: &str| tencode(folder.path(), &[&["--json", "risk", "--k", k, "in.ndjson"], &COUNTING[..]].concat());
    let (said, _, status) = risk("11");
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["is_safe"], &answer["classes"]), (0, &true.into(), &2.into()), "{said}");
    let (said, _, status) = risk("20");
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["is_safe"], &answer["smallest"]), (1, &false.into(), &14.into()), "{said}");
}
