//! Writers: what is written for a reader is read as it was, and is never more than what the audience sees.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;

const DOMAIN: &str = r##"
record call "A call" {
    id       text required identifies incident plain
    received datetime dates encounter plain
    day      date plain
    kind     one of (theft, noise, other) plain
    priority integer plain
    urgent   bool plain
    cost     money plain
    place    text quasi-identifier
    units    list of text plain
    persons  list of { name text identifies person; age integer plain }
}

policy desk { audience desk; keep every field }

reader table for call {
    csv delimiter ";"
    recognise header has ("Nr", "Opened", "Kind")
    zone      "America/Chicago"
    null      "?"
    id        from "Nr"
    received  from "Opened" + "At" dates "%m/%d/%Y %H:%M:%S"
    day       from "Day" dates "%d.%m.%Y"
    kind      from "Kind" values { "Larceny", "Theft" -> theft; "Loud" -> noise; otherwise -> none; "Else" -> other }
    priority  from "Prio", "Level"
    urgent    from "Urgent" values { "Y" -> true; "N" -> false }
    cost      from "Cost"
    place     from "Block" + "Street"
    units[]   from "Units" split ","
    persons[].name from columns "P1".."P3"
    persons[].age  from columns "A1".."A3"
}

reader rows for call {
    csv columns ("Nr", "Kind", "Who", "Age", "Unit")
    group by "Nr"
    id       from "Nr"
    kind     from "Kind"
    units[]  from "Unit"
    persons[] from rows {
        name from "Who"
        age  from "Age"
    }
}

reader feed for call {
    json
    recognise type is "call" and version in ("1", "2")
    each encounter from calls[]
    id        from numbers[kind is "cad"].value
    received  from times.opened
    day       from times.day dates "%Y%m%d"
    kind      from what values { "T" -> theft; "N" -> noise; "O" -> other }
    priority  from levels[1]
    urgent    from urgent
    cost      from cost.amount
    place     from where.block + where.street
    units[]   from units[].name
    persons[] from people[] {
        order by rank
        name from name
        age  from age
    }
}

reader flat for call {
    fixed tag 1..1
    segment head is "1" {
        number 2..9
        kind   10..15
        day    16..23
        level  24..27
    }
    segment person is "2" {
        number 2..9
        name   10..29
        age    30..32
    }
    recognise head.number is present
    group by number
    id       from head.number
    kind     from head.kind
    day      from head.day dates "%Y%m%d"
    priority from head.level
    persons[] from person[] {
        name from name
        age  from age
    }
}

writer table-out of table "Export"
writer rows-out of rows
writer feed-out of feed
writer flat-out of flat
"##;

fn place() -> Place {
    let place = Place::new();
    place.write("d/calls/domain.toml", "");
    place.write("d/calls/codes/calls.codes", DOMAIN);
    place
}

/// The encounters that `run` shows.
fn shown(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let output = place.run(&[&["run", "--domain", "calls"], arguments].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let encounters = text.lines().map(|it| line(it).get("encounter").cloned().unwrap_or_else(|| line(it)));
    let encounters: Vec<Value> = encounters.collect();
    assert!(!encounters.is_empty(), "{}", said(&output));
    encounters
}

/// An encounter with some of the fields that a reader fills.
fn made_up(rng: &mut Rng, number: usize, fields: &[&str]) -> Value {
    let mut out = json!({ "id": format!("C{number}") });
    let words = ["Oak", "Elm St", "a;b", "say \"no\"", "Peña", "line\nbreak", "12"];
    let word = |rng: &mut Rng| words[rng.usize(..words.len())].to_owned();
    for field in fields {
        if rng.u8(..4) == 0 {
            continue;
        }
        let value = match *field {
            "received" => {
                let (day, hour, minute) = (1 + rng.u8(..28), rng.u8(..24), rng.u8(..60));
                json!(format!("2024-07-{day:02}T{hour:02}:{minute:02}:30-05:00"))
            }
            "day" => json!(format!("2024-{:02}-{:02}", 1 + rng.u8(..12), 1 + rng.u8(..28))),
            "kind" => json!(["theft", "noise", "other"][rng.usize(..3)]),
            "priority" => json!(rng.u8(..5)),
            "urgent" => json!(rng.bool()),
            "cost" => json!(f64::from(rng.u16(..)) / 4.0),
            "place" => json!(word(rng)),
            "units" => json!((0..rng.usize(1..4)).map(|it| format!("U{it}")).collect::<Vec<_>>()),
            _ => {
                let people = (0..rng.usize(1..4)).map(|it| json!({"name": format!("N{it}"), "age": rng.u8(1..99)}));
                json!(people.collect::<Vec<_>>())
            }
        };
        out[*field] = value;
    }
    out
}

#[test]
fn what_a_writer_writes_its_reader_reads_as_it_was() {
    let (place, mut rng) = (place(), Rng::with_seed(11));
    let all = ["received", "day", "kind", "priority", "urgent", "cost", "place", "units", "persons"];
    for (writer, file, fields) in [
        ("table-out", "out.csv", &all[..]),
        ("rows-out", "out.csv", &["kind", "units", "persons"]),
        ("feed-out", "out.ndjson", &all[..]),
        ("flat-out", "out.txt", &["kind", "day", "priority", "persons"]),
    ] {
        let input: String = (0..400).map(|it| format!("{}\n", made_up(&mut rng, it, fields))).collect();
        place.write("in.ndjson", &input);
        let output = place.run(&["run", "--domain", "calls", "in.ndjson", "--to", writer, "-o", file]);
        assert!(said(&output).contains("400 read, 400 written, 0 refused"), "{writer}: {}", said(&output));
        let reader = writer.trim_end_matches("-out");
        let again = shown(&place, &[file, "--reader", reader]);
        let first = shown(&place, &["in.ndjson"]);
        for (again, first) in again.iter().zip(&first) {
            assert_eq!(again, first, "{writer}");
        }
        assert_eq!(again.len(), 400, "{writer}");
        if writer != "rows-out" {
            assert_eq!(shown(&place, &[file]), again, "{writer}: what is written is recognised");
        }
        std::fs::remove_file(place.path(file)).unwrap();
    }
}

#[test]
fn what_would_be_read_otherwise_is_not_written_and_is_counted() {
    let place = place();
    let lines = [
        json!({"id": "1", "place": " blanks "}),
        json!({"id": "2", "place": "?"}),
        json!({"id": "3", "units": ["a,b"]}),
        json!({"id": "4", "persons": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}]}),
        json!({"id": "5", "place": "Elm St"}),
    ];
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    place.write("in.ndjson", &(input + "no JSON\n"));
    let output = place.run(&["run", "--domain", "calls", "in.ndjson", "--to", "table-out"]);
    let written = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(written.lines().count(), 2, "{written}");
    assert!(said(&output).contains("4 encounters are not written"), "{}", said(&output));
    assert!(said(&output).contains("6 read, 1 written, 5 refused"), "{}", said(&output));
}

#[test]
fn a_writer_shows_no_more_than_the_audience_sees() {
    let place = place();
    let line = json!({"id": "1", "place": "Secret St", "kind": "theft", "persons": [{"name": "Ann", "age": 9}],
        "other": "undeclared"});
    place.write("in.ndjson", &format!("{line}\n"));
    for writer in ["table-out", "rows-out", "feed-out", "flat-out"] {
        let run = ["run", "--domain", "calls", "in.ndjson", "--to", writer, "--audience", "public"];
        let output = place.run(&run);
        let written = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(!written.contains("Secret") && !written.contains("Ann"), "{writer}: {written}");
        assert!(!written.contains("undeclared") && !said(&output).contains("Secret"), "{writer}: {written}");
    }
    let output = place.run(&["run", "--domain", "calls", "in.ndjson", "--to", "table-uot"]);
    assert!(said(&output).contains("did you mean `table-out`?"), "{}", said(&output));
}
