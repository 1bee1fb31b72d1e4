//! Files of others, read as a `reader` of the domain says.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;

const READERS: &str = r##"
record call "A call" {
    id       text     required identifies incident plain
    received datetime dates encounter plain
    day      date     plain
    kind     one of (theft, noise, other) plain
    priority integer  plain
    place    text     plain
    units    list of text plain
    persons  list of { name text plain; role one of (caller, victim) plain } 
    lines    list of { code text plain; persons list of integer plain }
}

policy desk { audience desk; keep every field }

reader city for call {
    csv
    recognise header has ("Call Number", "Nature")
    zone      "America/Chicago"
    null      "?"
    dates     "%m/%d/%Y %I:%M %p", "%m/%d/%Y"
    skip when "Status" is "test"
    id        from "Call Number" digits 6
    received  from "Date" + "Time"
    day       from "Date"
    kind      from "Nature" values { "Larceny", "Theft" -> theft; "Loud" -> noise; "Void" -> none; otherwise -> other }
    priority  from "Priority" matching "^([0-9]) -"
    place     from "Block" + "Street", "Corner"
    units[]   from "Units" split ";"
    persons[].name from columns "P1".."P2"
    persons[].role from columns "R1".."R2"
}

reader log for call {
    csv delimiter "|" columns ("Number", "Opened", "Unit", "Level")
    group by "Number"
    id       from "Number"
    received from "Opened"
    units[]  from "Unit"
    priority from "Level" last
}

reader packet for call {
    json
    recognise type is "packet"
    objects of type known by id beside inside[]
    each encounter from content[]
}

reader feed for call {
    xml
    recognise feed."@version" is "2"
    each encounter from feed.call[]
    id       from "@id"
    received from when dates "%d.%m.%Y %H:%M"
    place    from where.street + where.number, where
    units[]  from units.unit[]."#text", units.unit[]
}

reader item for call {
    json
    recognise type in ("item", "order")
    objects of type known by id
    skip when named by order.replaces
    id       from id
    kind     is theft when tags contains ("thef", "stol")
    place    from where.at -> site.address.text, where.text
    persons[] from people[] {
        skip when state is "wrong"
        order by  rank
        first when lead is "true"
        once by   name
        numbered by nr
        name from who -> person.name, label
        role from as values { "V" -> victim; otherwise -> caller }
    }
    persons[] from each person by of {
        once by name
        name from name
    }
    lines[] from lines[] {
        needs code
        code from codes[system ends with "/ours"].value
        persons[] from people[] place in persons
    }
}
"##;

fn place() -> Place {
    let place = Place::new();
    place.write("d/calls/domain.toml", "");
    place.write("d/calls/codes/calls.codes", READERS);
    place
}

/// What `run` shows of each encounter, and what it says on standard error.
fn shown(place: &Place, file: &str, more: &[&str]) -> (Vec<Value>, String) {
    let output = place.run(&[&["run", "--domain", "calls", file], more].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let encounters = lines.map(|line| line.get("encounter").or(line.get("error")).cloned().unwrap_or_default());
    (encounters.collect(), said(&output))
}

#[test]
fn a_table_of_others_is_read_by_the_reader_that_knows_its_header() {
    let place = place();
    place.write(
        "export.csv",
        "Call Number,Date,Time,Nature,Priority,Block,Street,Corner,Units,P1,P2,R1,R2,Status,Beat\n\
         12,07/23/2024,06:05 PM,loud,2 - Medium,800,W Elm St,,A1; A2,Ida,Bo,caller,victim,Open,716\n\
         13,7/4/2024,?,Void,?,?,?,Elm/Oak,,,Bo,,victim,Open,\n\
         14,07/23/2024,06:05 PM,loud,,,,,,,,,,TEST,1\n\
         15,soon,,Odd,x,,,,,,,,,Open,2\n",
    );
    let (encounters, said) = shown(&place, "export.csv", &[]);
    assert_eq!(
        encounters,
        [
            json!({"id": "000012", "received": "2024-07-23T18:05:00-05:00", "day": "2024-07-23", "kind": "noise",
                "priority": 2, "place": "800 W Elm St", "units": ["A1", "A2"],
                "persons": [{"name": "Ida", "role": "caller"}, {"name": "Bo", "role": "victim"}], "Beat": "716"}),
            json!({"id": "000013", "received": "2024-07-04", "day": "2024-07-04", "place": "Elm/Oak",
                "persons": [{"name": "Bo", "role": "victim"}]}),
            json!({"id": "000015", "received": "soon", "day": "soon", "kind": "other", "Beat": "2"}),
        ]
    );
    assert!(said.contains("1 column is not mapped to a field: `Beat`"), "{said}");
    assert!(said.contains("3 read, 3 written, 0 refused, 1 with errors"), "{said}");
}

#[test]
fn rows_that_follow_each_other_are_one_encounter() {
    let place = place();
    place.write(
        "log.txt",
        "1|2024-07-23T18:05|A1|3\n1|2024-07-23T18:09|A2|1\n2|2024-07-24T08:00|A1|\n1|2024-07-25|A1|\n3|x\n",
    );
    let (encounters, _) = shown(&place, "log.txt", &["--reader", "log"]);
    assert_eq!(
        encounters,
        [
            json!({"id": "1", "received": "2024-07-23T18:05", "units": ["A1", "A2"], "priority": 1}),
            json!({"id": "2", "received": "2024-07-24T08:00", "units": ["A1"]}),
            json!({"id": "1", "received": "2024-07-25", "units": ["A1"]}),
            json!("this row has fewer cells than the header"),
        ]
    );
}

#[test]
fn what_is_needed_or_empty_leaves_no_trace() {
    let place = place();
    let reader = "reader few for call {\n csv\n needs place\n id from \"A\"\n place from \"B\"\n persons[0].name from \"C\"\n persons[1].name from \"D\"\n}\n";
    place.write("d/calls/codes/few.codes", reader);
    place.write("few.csv", "A,B,C,D\n1,here,,\n2,,Ann,\n3,here,,Bo\n4,here,Ann,\n");
    let (encounters, _) = shown(&place, "few.csv", &["--reader", "few"]);
    let ann = json!([{"name": "Ann"}]);
    assert_eq!(encounters.len(), 3, "{encounters:?}");
    assert_eq!(encounters[0], json!({"id": "1", "place": "here"}));
    assert_eq!(encounters[1]["persons"][1]["name"], json!("Bo"));
    assert_eq!(encounters[2], json!({"id": "4", "place": "here", "persons": ann}));
}

/// However many rows say that they are one encounter, they take no more memory than an encounter may, and one answer.
#[test]
fn rows_without_end_are_one_refused_encounter() {
    let place = place();
    let mut text = "7|2024-07-23T18:05|A1|3\n".repeat(10_001);
    text.push_str("8|2024-07-23T18:05|A1|3\n");
    place.write("log.txt", &text);
    let (encounters, said) = shown(&place, "log.txt", &["--reader", "log"]);
    assert_eq!(encounters[0], json!("more rows follow each other than one encounter may have"), "{said}");
    assert_eq!(encounters[1]["id"], json!("8"));
    assert_eq!(encounters.len(), 2);
}

#[test]
fn trees_follow_references_both_ways() {
    let place = place();
    let packet = json!({"type": "packet", "inside": [{"type": "site", "id": "s", "address": [{"text": "Elm 3"}]}], "content": [
        {"type": "item", "id": "a", "tags": ["Stolen car"], "where": {"at": "site/s"},
            "people": [{"label": "Bo", "rank": 2, "nr": 7}, {"who": "#p", "rank": 1, "as": "v", "nr": 8}, {"label": "No", "state": "wrong"},
                {"label": "Lee", "lead": true, "nr": 9}, {"label": "Bo"}],
            "lines": [{"codes": [{"system": "x/other", "value": "1"}, {"system": "x/ours", "value": "2"}], "people": [7, 9, 1]}, {"codes": []}]},
        {"type": "person", "id": "p", "name": "Ida", "of": "other/a"},
        {"type": "person", "id": "q", "name": "Ann", "of": ["item/a", "order/b"]},
        {"type": "order", "id": "b", "replaces": "item/c"},
        {"type": "item", "id": "c", "where": {"text": "somewhere"}},
        {"type": "note", "id": "n"}
    ]});
    place.write("packet.json", &packet.to_string());
    let (encounters, said) = shown(&place, "packet.json", &[]);
    assert_eq!(
        encounters,
        [
            json!({"id": "a", "kind": "theft", "place": "Elm 3",
                "persons": [{"name": "Lee"}, {"name": "Ida", "role": "victim"}, {"name": "Bo"}, {"name": "Ann"}],
                "lines": [{"code": "2", "persons": [3, 1]}]}),
            json!({"id": "b", "persons": [{"name": "Ann"}]}),
        ],
        "{said}"
    );
    place.write("lines.ndjson", "{\"type\":\"item\",\"id\":\"x\"}\n{\"type\":\"note\"}\n7\n{\n");
    let (encounters, said) = shown(&place, "lines.ndjson", &[]);
    assert_eq!(encounters[0], json!({"id": "x"}));
    assert_eq!(encounters[1], json!("no reader of the domain knows this kind of object"));
    assert!(said.contains("4 read, 1 written, 3 refused"), "{said}");
}

#[test]
fn elements_are_encounters() {
    let place = place();
    let text = "<?xml version=\"1.0\"?>\n<feed version=\"2\">\n<call id=\"1\"><when>23.7.2024 18:05</when><where><street>Elm &amp; Oak</street>\
        <number>3</number></where><units><unit>A1</unit><unit>A2</unit></units></call>\n<call id=\"2\"><where>here</where></call></feed>\n";
    place.write("feed.xml", text);
    let (encounters, said) = shown(&place, "feed.xml", &[]);
    assert_eq!(
        encounters,
        [
            json!({"id": "1", "received": "2024-07-23T18:05:00", "place": "Elm & Oak 3", "units": ["A1", "A2"]}),
            json!({"id": "2", "place": "here"}),
        ],
        "{said}"
    );
    place.write("other.xml", "<feed version=\"1\"/>");
    let output = place.run(&["run", "--domain", "calls", "other.xml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(crate::program::said(&output).contains("no reader of the domain recognises this file"), "{output:?}");
}

#[test]
fn a_reader_that_is_not_there_or_not_alone_is_told() {
    let place = place();
    place.write("export.csv", "Call Number,Nature\n1,Loud\n");
    let output = place.run(&["run", "--domain", "calls", "--reader", "citty", "export.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no reader `citty`; did you mean `city`?"), "{}", said(&output));
    let twin = "reader twin for call {\n csv\n recognise header has (\"Nature\", \"Call Number\")\n id from \"Call Number\"\n}\n";
    place.write("d/calls/codes/twin.codes", twin);
    let output = place.run(&["run", "--domain", "calls", "export.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("`city` and `twin` both fit"), "{}", said(&output));
}

#[test]
fn names_of_columns_are_told_only_to_those_who_see_them() {
    let place = place();
    place.write("export.csv", "Call Number,Nature,Maria Lopez\n1,Loud,x\n");
    let (_, said) = shown(&place, "export.csv", &[]);
    assert!(said.contains("`Maria Lopez`"), "{said}");
    place.write("d/calls/codes/press.codes", "policy press { audience press; keep plain }\n");
    let (encounters, said) = shown(&place, "export.csv", &["--audience", "press"]);
    assert!(!format!("{encounters:?} {said}").contains("Lopez"), "{said}");
    assert!(said.contains("1 column is not mapped"), "{said}");
}

/// The draft for a file, put into the domain, reads that file, and every row is answered.
#[test]
fn a_draft_reads_the_file_it_was_made_of() {
    let place = place();
    let mut rows = String::from("CallNumber;Day Received;At;Kind Of;Level;What was said\n");
    for row in 1..30 {
        let kind = ["Theft", "NOISE", "Fire"][row % 3];
        rows.push_str(&format!(
            "A{row};{}/{}/2024;{}:05 PM;{kind};N/A;a man took the wheels off {row} cars\n",
            row % 12 + 1,
            row % 28 + 1,
            row % 12 + 1
        ));
    }
    place.write("Calls of 2024.csv", &rows);
    let draft = place.run(&["reader", "Calls of 2024.csv", "--domain", "calls", "--record", "call"]);
    let text = String::from_utf8(draft.stdout.clone()).unwrap();
    assert_eq!(draft.status.code(), Some(0), "{}", said(&draft));
    for part in [
        "reader calls-of-2024 for call {",
        "csv delimiter \";\"",
        "null",
        "\"N/A\"",
        "received  from \"Day Received\" + At dates \"%m/%d/%Y %I:%M %p\"",
        "kind",
        "NOISE -> noise; Theft -> theft",
        "# No value of kind is meant by \"Fire\"",
        "# Not mapped: \"Level\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    place.write("d/calls/codes/draft.codes", &text);
    let (encounters, said) = shown(&place, "Calls of 2024.csv", &[]);
    assert!(said.contains("29 read, 29 written, 0 refused"), "{said}");
    assert_eq!(encounters[0]["id"], json!("A1"));
    assert_eq!(encounters[0]["received"], json!("2024-02-02T14:05:00"));
    assert_eq!(encounters[1]["kind"], json!("Fire"));
    assert_eq!(encounters[2]["kind"], json!("theft"));
}

/// However a table is saved, it says the same.
#[test]
fn a_table_is_read_in_any_encoding_and_with_any_sign() {
    let place = place();
    let rows = [
        ["Call Number", "Nature", "Corner"],
        ["1", "Loud", "Caf\u{e9} \u{201c}Nord\u{201d}"],
        ["2", "Theft", "Elm, Oak"],
    ];
    let table = |sign: &str| {
        let row =
            |cells: &[&str; 3]| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(sign) + "\r\n";
        rows.iter().map(row).collect::<String>()
    };
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
    let latin = |text: &str| -> Vec<u8> {
        let byte = |sign: char| match sign {
            '\u{201c}' => 0x93,
            '\u{201d}' => 0x94,
            sign => u8::try_from(u32::from(sign)).unwrap(),
        };
        text.chars().map(byte).collect()
    };
    place.write("plain.csv", &table(","));
    let (expected, _) = shown(&place, "plain.csv", &[]);
    assert_eq!(expected[0]["place"], json!("Caf\u{e9} \u{201c}Nord\u{201d}"));
    for sign in [",", ";", "\t", "|"] {
        let text = table(sign);
        let marked = format!("\u{feff}{text}");
        let told = format!("sep={sign}\r\n{text}");
        for (name, bytes) in [
            ("utf-8", text.clone().into_bytes()),
            ("with a mark", marked.clone().into_bytes()),
            ("utf-16-le", wide(&marked, u16::to_le_bytes)),
            ("utf-16-be", wide(&marked, u16::to_be_bytes)),
            ("windows-1252", latin(&text)),
            ("told", told.into_bytes()),
        ] {
            std::fs::write(place.path("it.csv"), bytes).unwrap();
            let (encounters, said) = shown(&place, "it.csv", &[]);
            assert_eq!(encounters, expected, "{name} {sign:?}: {said}");
        }
    }
}

/// A column that a line maps says what a column does that is called as the field is, whatever stands in it.
#[test]
fn a_mapped_column_says_what_a_column_of_that_name_does() {
    let place = place();
    let plain = "reader plain for call {\n csv\n id from \"A\"\n place from \"B b\"\n priority from \"C\"\n kind from \"D\"\n}\n";
    place.write("d/calls/codes/plain.codes", plain);
    let mut rng = Rng::with_seed(1203);
    let signs = ["a", "B", "7", "-", "é", "\"\"", ",", ";", "\n", " ", "'", "|", "\t", "theft", "2"];
    let mut rows = String::new();
    for row in 0..300 {
        let mut cells = vec![row.to_string()];
        for _ in 0..3 {
            let cell: String = (0..rng.usize(0..5)).map(|_| signs[rng.usize(0..signs.len())]).collect();
            cells.push(format!("\"{}\"", cell.trim()));
        }
        rows.push_str(&cells.join(","));
        rows.push_str(if rng.bool() { "\n" } else { "\r\n" });
    }
    place.write("own.csv", &format!("id,place,priority,kind\n{rows}"));
    place.write("other.csv", &format!("A,B b,C,D\n{rows}"));
    let (own, _) = shown(&place, "own.csv", &[]);
    let (other, _) = shown(&place, "other.csv", &["--reader", "plain"]);
    assert_eq!(own.len(), 300);
    assert_eq!(own, other);
}

const BUNDLE: &str = r#"{"resourceType":"Bundle","entry":[
  {"resource":{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1980-05-01"}},
  {"resource":{"resourceType":"Encounter","id":"e","class":{"code":"AMB"},"subject":{"reference":"urn:uuid:p"},
    "period":{"start":"2026-04-30T10:00:00Z"},"reasonCode":[{"text":"came for a check"}],
    "diagnosis":[{"condition":{"reference":"Condition/k"},"rank":2},{"condition":{"reference":"Condition/c"},"rank":1}]}},
  {"resource":{"resourceType":"Condition","id":"k","recordedDate":"2026-04-30","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"E11.65"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9"}]}}},
  {"resource":{"resourceType":"Condition","id":"c","encounter":{"reference":"Encounter/e"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Cough"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R05.9"}]}}},
  {"resource":{"resourceType":"Condition","id":"r","encounter":{"reference":"Encounter/e"},"verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I21.4"}]}}},
  {"resource":{"resourceType":"Procedure","id":"x","encounter":{"reference":"Encounter/e"},"status":"completed","performedDateTime":"2026-04-30","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99214"}]}}},
  {"resource":{"resourceType":"Observation","id":"o"}}]}"#;

const CLAIM: &str = r#"{"resourceType":"ExplanationOfBenefit","id":"claim-1",
  "type":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/eob-type","code":"CARRIER"}]},
  "billablePeriod":{"start":"2020-03-13","end":"2020-03-22"},"patient":{"reference":"Patient/p-1"},
  "diagnosis":[
    {"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10","display":"\"HIGH\""}]}},
    {"sequence":2,"type":[{"coding":[{"code":"admitting"}]}],"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R51"}]}},
    {"sequence":3,"type":[{"coding":[{"code":"principal"}]}],"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E119"}]}},
    {"sequence":4,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-9-cm","code":"4019"}]}}],
  "careTeam":[{"responsible":true,"provider":{"reference":"Practitioner/1|1234567893"}}],
  "item":[{"sequence":1,"diagnosisLinkId":[3,1],"quantity":{"value":2},"servicedPeriod":{"start":"2020-03-14"},
    "modifier":[{"coding":[{"code":"25"}]}],"locationCodeableConcept":{"coding":[{"code":"2"}]},
    "service":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/hcpcs","code":"99213"}]}},
    {"sequence":2,"service":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"123"}]}}]}"#;

/// The encounters that the shipped domain reads.
fn read(place: &Place, text: &str) -> Vec<Value> {
    place.write("it.json", text);
    let run = ["--domains", "built-in", "run", "--domain", "healthcare", "--audience", "desk", "it.json"];
    let output = place.run(&run);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["encounter"].clone()).collect()
}

#[test]
fn resources_of_a_bundle_join_what_belongs_together() {
    let encounters = read(&Place::new(), BUNDLE);
    assert_eq!(encounters.len(), 1, "{encounters:?}");
    let it = &encounters[0];
    assert_eq!(it["patient"], json!({"mrn": "p", "sex": "female", "birth_date": "1980-05-01", "age": 45}));
    assert_eq!(it["diagnoses"], json!([{"code": "R05.9", "text": "Cough"}, {"code": "E11.9", "text": "E11.65"}]),);
    assert_eq!(it["procedures"], json!([{"code": "99214", "date": "2026-04-30"}]));
    assert_eq!((&it["class"], &it["note"]), (&json!("outpatient"), &json!("came for a check")));
}

#[test]
fn a_claim_is_an_encounter_with_its_principal_diagnosis_first() {
    let place = Place::new();
    let encounters = read(&place, CLAIM);
    let it = &encounters[0];
    assert_eq!(
        it["diagnoses"],
        json!([{"code": "E119", "text": "E119"}, {"code": "I10", "text": "HIGH"}, {"text": "4019"}]),
        "{it}"
    );
    assert_eq!(it["procedures"][0]["diagnoses"], json!([1, 2]), "{it}");
    assert_eq!(it["procedures"][0]["place_of_service"], json!("02"));
    assert_eq!(it["procedures"].as_array().map(Vec::len), Some(1));
    assert_eq!((&it["class"], &it["payer"]), (&json!("professional"), &json!("medicare")));
    assert_eq!(it["provider"], json!({"npi": "1234567893"}));
    let line = CLAIM.replace('\n', " ");
    assert_eq!(read(&place, &format!("{line}\n{line}\n")), [it.clone(), it.clone()]);
}

/// Generators of patients name the entries of a Bundle and not the resources in them.
#[test]
fn an_object_is_known_by_the_name_that_stands_beside_it() {
    let place = Place::new();
    let entry = |address: &str, resource: &str| format!(r#"{{"fullUrl":"{address}","resource":{resource}}}"#);
    let condition = |encounter: &str, code: &str| {
        format!(
            r#"{{"resourceType":"Condition","recordedDate":"2026-04-30","encounter":{{"reference":"{encounter}"}},"code":{{"coding":[{{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{code}"}}]}}}}"#
        )
    };
    let encounter = r#"{"resourceType":"Encounter","id":"e","class":{"code":"AMB"},"period":{"start":"2026-04-30"},"subject":{"reference":"urn:uuid:p-1"},"diagnosis":[{"condition":{"reference":"urn:uuid:c-1"}}]}"#;
    let entries = [
        entry("urn:uuid:e-1", encounter),
        entry("urn:uuid:p-1", r#"{"resourceType":"Patient","id":"other","gender":"female"}"#),
        entry("urn:uuid:c-1", &condition("urn:uuid:nobody", "I10")),
        entry("urn:uuid:c-2", &condition("urn:uuid:e-1", "E11.9")),
        entry("https://here.example/Condition/c-3", &condition("https://here.example/Encounter/e", "R05.9")),
        entry("urn:uuid:c-4", &condition("urn:uuid:e-2", "J18.9")),
    ];
    let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
    let codes = |it: &Value| -> Vec<Value> {
        it["diagnoses"].as_array().into_iter().flatten().map(|diagnosis| diagnosis["code"].clone()).collect()
    };
    let encounters = read(&place, &bundle);
    assert_eq!(encounters.len(), 2, "{encounters:?}");
    assert_eq!(codes(&encounters[0]), ["I10", "E11.9", "R05.9"]);
    assert_eq!((&encounters[0]["patient"]["sex"], codes(&encounters[1])), (&json!("female"), vec![json!("J18.9")]));
    // The same from several files.
    let half = |entries: &[String]| format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
    place.write("one.json", &half(&entries[..1]));
    place.write("other.json", &half(&entries[1..]));
    let run =
        ["--domains", "built-in", "run", "--domain", "healthcare", "--audience", "desk", "one.json", "other.json"];
    let output = place.run(&run);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let joined: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["encounter"].clone()).collect();
    assert_eq!(joined, encounters, "{}", said(&output));
}

#[test]
fn a_code_of_the_who_is_no_code_of_icd_10_cm_but_in_the_blue_button() {
    let place = Place::new();
    let coding = |system: &str| format!(r#""coding":[{{"system":"{system}","code":"E11"}}]"#);
    for system in ["http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3"] {
        let condition = format!(
            r#"{{"resourceType":"Condition","id":"c","recordedDate":"2026-04-30","code":{{{}}}}}"#,
            coding(system)
        );
        assert_eq!(read(&place, &condition)[0]["diagnoses"], json!([{"text": "E11"}]));
        let claim = CLAIM
            .replace("bluebutton.cms.gov", "example.org")
            .replace("http://hl7.org/fhir/sid/icd-10\"", &format!("{system}\""));
        assert_eq!(read(&place, &claim)[0]["diagnoses"][1], json!({"text": "HIGH"}));
    }
}

#[test]
fn a_nursing_facility_is_no_acute_stay() {
    let place = Place::new();
    let claim = |type_of: &str, more: &str| {
        let text = format!(
            r#"{{"resourceType":"ExplanationOfBenefit","id":"c","type":{{"coding":[{{"code":"institutional"}},{type_of}]}},"subType":{{"coding":[{{"code":"inpatient"}}]}},"billablePeriod":{{"start":"2026-04-20","end":"2026-04-30"}}{more}}}"#
        );
        let it = read(&place, &text).remove(0);
        (it["class"].clone(), it["discharge_date"].clone())
    };
    let nch = |code: &str| {
        format!(r#"{{"system":"https://bluebutton.cms.gov/resources/variables/nch_clm_type_cd","code":"{code}"}}"#)
    };
    let bill = |code: &str| {
        format!(
            r#","supportingInfo":[{{"category":{{"coding":[{{"code":"typeofbill"}}]}},"code":{{"coding":[{{"code":"{code}"}}]}}}}]"#
        )
    };
    let ended = json!("2026-04-30");
    assert_eq!(claim(&nch("60"), ""), (json!("inpatient"), ended.clone()));
    assert_eq!(claim(&nch("60"), &bill("0111")), (json!("inpatient"), ended.clone()));
    assert_eq!(claim(&nch("50"), "").0, json!("outpatient"));
    for (type_of, more) in
        [(r#"{"code":"SNF"}"#.to_owned(), String::new()), (nch("20"), String::new()), (nch("60"), bill("0211"))]
    {
        assert_eq!(claim(&type_of, &more), (Value::Null, ended.clone()), "{type_of}{more}");
    }
}
