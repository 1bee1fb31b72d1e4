//! Interchanges of X12: their segments, their loops, and claims as the healthcare domain reads them.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use serde_json::json;

/// What separates elements, parts and segments.
struct Signs(char, char, &'static str);

const USUAL: Signs = Signs('*', ':', "~");

/// An interchange of one group, written with `*`, `:` and `~`.
fn interchange(number: u32, transactions: &[String], signs: &Signs) -> String {
    let count = transactions.len();
    let inside = transactions.concat();
    let text = format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250603*1253*^*00501*{number:0>9}*0*T*:~\
         GS*HC*S*R*20250603*1253*{number}*X*005010X222A1~{inside}GE*{count}*{number}~IEA*1*{number:0>9}~"
    );
    let signed = text.replace('*', &signs.0.to_string()).replace(':', &signs.1.to_string());
    signed.replace('~', signs.2)
}

/// A transaction of some segments, which counts them.
fn transaction(number: u32, segments: &[&str]) -> String {
    format!("ST*837*{number:0>4}*005010X222A1~{}~SE*{}*{number:0>4}~", segments.join("~"), segments.len() + 2)
}

/// A claim of a man who is insured himself, and one of his child.
const CLAIMS: [&str; 26] = [
    "BHT*0019*00*1*20250603*1253*CH",
    "HL*1**20*1",
    "NM1*85*2*HILL CLINIC*****XX*1234567893",
    "HL*2*1*22*1",
    "SBR*P*18*******MB",
    "NM1*IL*1*POE*IDO****MI*W0001",
    "DMG*D8*19710814*M",
    "CLM*A-1*210***11:B:1*Y*A*Y*Y",
    "HI*ABK:I10*ABF:N1831",
    "NM1*82*1*LEE*ANN****XX*1234567893",
    "LX*1",
    "SV1*HC:99214:25*105*UN*1***1:2",
    "DTP*472*D8*20250602",
    "LX*2",
    "SV1*HC:20610:RT*105*UN*2*22**2",
    "DTP*472*RD8*20250602-20250603",
    "HL*3*2*23*0",
    "PAT*19",
    "NM1*QC*1*POE*UMA",
    "DMG*D8*20150301*F",
    "CLM*A-2*80***11:B:1*Y*A*Y*Y",
    "HI*ABK:J069",
    "NTE*ADD*SEEN WITH HER FATHER",
    "LX*1",
    "SV1*HC:99213*80*UN*1***1",
    "DTP*472*D8*20250603",
];

/// A stay in a hospital.
const STAY: [&str; 15] = [
    "BHT*0019*00*2*20250603*1253*CH",
    "HL*1**20*1",
    "NM1*85*2*HILL HOSPITAL*****XX*1234567893",
    "HL*2*1*22*0",
    "SBR*P*18*******CI",
    "NM1*IL*1*ROE*EVE****MI*W0002",
    "DMG*D8*19600102*F",
    "CLM*B-1*9000***11:A:1**A*Y*Y",
    "DTP*434*RD8*20250520-20250524",
    "DTP*435*DT*202505201015",
    "CL1*1*1*01",
    "HI*ABK:J189:::::::Y*ABJ:R509",
    "HI*ABF:E119:::::::Y^ABF:N179:::::::N",
    "HI*BBR:0BH17EZ:D8:20250521",
    "LX*1~SV2*0250**500*UN*1",
];

/// The domains of the program.
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/domains");

fn run(place: &Place, file: &str) -> (Vec<Value>, String, Option<i32>) {
    let output = place.run(&["--domains", SHIPPED, "run", "--domain", "healthcare", "--audience", "desk", file]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let answers = lines.map(|line| line.get("encounter").or(line.get("error")).cloned().unwrap_or_default());
    (answers.collect(), said(&output), output.status.code())
}

#[test]
fn claims_are_encounters_with_what_stands_around_them() {
    let place = Place::new();
    place.write("claims.txt", &interchange(1, &[transaction(1, &CLAIMS)], &USUAL));
    let (claims, said, _) = run(&place, "claims.txt");
    assert_eq!(claims.len(), 2, "{said}");
    let father = &claims[0];
    assert_eq!(father["id"], "A-1");
    assert_eq!(father["class"], "professional");
    assert_eq!(father["payer"], "medicare");
    assert_eq!(father["date"], "2025-06-02");
    assert_eq!(father["patient"]["birth_date"], "1971-08-14");
    assert_eq!(father["patient"]["sex"], "male");
    assert_eq!(father["provider"]["name"], "ANN LEE");
    assert_eq!(father["diagnoses"], json!([{"code": "I10"}, {"code": "N1831"}]));
    assert_eq!(
        father["procedures"],
        json!([
            {"code": "99214", "modifiers": ["25"], "units": 1, "place_of_service": "11", "date": "2025-06-02", "diagnoses": [1, 2]},
            {"code": "20610", "modifiers": ["RT"], "units": 2, "place_of_service": "22", "date": "2025-06-02", "diagnoses": [2]}
        ])
    );
    let child = &claims[1];
    assert_eq!(child["patient"]["given_name"], "UMA");
    assert_eq!(child["patient"]["birth_date"], "2015-03-01");
    assert_eq!(child["patient"]["sex"], "female");
    assert_eq!(child["provider"]["name"], "HILL CLINIC");
    assert_eq!(child["note"], "SEEN WITH HER FATHER");
    assert_eq!(child["diagnoses"], json!([{"code": "J069"}]));
}

#[test]
fn a_stay_has_its_days_its_diagnoses_and_what_was_done() {
    let place = Place::new();
    place.write("stay.edi", &interchange(7, &[transaction(1, &STAY).replace("SE*17", "SE*18")], &USUAL));
    let (claims, said, _) = run(&place, "stay.edi");
    assert_eq!(claims.len(), 1, "{said}");
    let stay = &claims[0];
    assert_eq!(stay["class"], "inpatient");
    assert_eq!(stay["date"], "2025-05-20");
    assert_eq!(stay["discharge_date"], "2025-05-24");
    assert_eq!(stay["discharge_status"], "01");
    assert_eq!(stay["payer"], "other");
    let diagnoses = json!([{"code": "J189", "poa": "Y"}, {"code": "E119", "poa": "Y"}, {"code": "N179", "poa": "N"}]);
    assert_eq!(stay["diagnoses"], diagnoses);
    assert_eq!(stay["procedures"], json!([{"code": "0BH17EZ", "date": "2025-05-21"}]));
}

#[test]
fn separators_lines_and_several_interchanges_change_nothing() {
    let place = Place::new();
    place.write("usual.txt", &interchange(1, &[transaction(1, &CLAIMS)], &USUAL));
    let (usual, _, _) = run(&place, "usual.txt");
    let other = Signs('|', '>', "\n");
    let lines = Signs('*', ':', "~\r\n");
    let one = || interchange(1, &[transaction(1, &CLAIMS)], &lines);
    let wrapped: String = one()
        .replace("\r\n", "")
        .as_bytes()
        .chunks(80)
        .map(|part| format!("{}\r\n", str::from_utf8(part).unwrap()))
        .collect();
    for (name, text, times) in [
        ("signs.edi", interchange(1, &[transaction(1, &CLAIMS)], &other), 1),
        ("lines.x12", one(), 1),
        ("wrapped.txt", wrapped, 1),
        (
            "several.txt",
            format!("\n{}\n{}", one(), interchange(2, &[transaction(1, &CLAIMS), transaction(2, &CLAIMS)], &other)),
            3,
        ),
    ] {
        place.write(name, &text);
        let (claims, said, _) = run(&place, name);
        let expected: Vec<Value> = (0..times).flat_map(|_| usual.clone()).collect();
        assert_eq!(claims, expected, "{name}: {said}");
    }
}

#[test]
fn an_envelope_that_is_not_as_it_says_is_told_in_its_place() {
    let place = Place::new();
    let whole = || transaction(1, &CLAIMS);
    let told = |name: &str, text: &str| {
        place.write(name, text);
        let (answers, said, status) = run(&place, name);
        assert_eq!(status, Some(1), "{name}: {said}");
        let claims = answers.iter().filter(|it| it.is_object()).count();
        let wrong: Vec<String> = answers.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
        (claims, wrong)
    };
    let count = whole().replace("SE*28*", "SE*27*");
    let wrong = vec!["the transaction has not as many segments as its end says".to_owned()];
    assert_eq!(told("count.txt", &interchange(1, &[count], &USUAL)), (2, wrong));
    let open = whole().replace("SE*28*0001~", "");
    let wrong = vec!["the transaction is not closed before this".to_owned()];
    assert_eq!(told("open.txt", &interchange(1, &[open], &USUAL)), (2, wrong));
    let control = whole().replace("SE*28*0001", "SE*28*0002");
    let wrong = vec!["the end of the transaction has another control number than its beginning".to_owned()];
    assert_eq!(told("control.txt", &interchange(1, &[control], &USUAL)), (2, wrong));
    let cut = interchange(1, &[whole()], &USUAL).split("GE*").next().unwrap().to_owned();
    let wrong =
        vec!["the group is not closed before this".to_owned(), "the interchange is not closed before this".to_owned()];
    assert_eq!(told("cut.txt", &cut), (2, wrong));
    let groups = interchange(1, &[whole()], &USUAL).replace("GE*1*", "GE*2*").replace("IEA*1*", "IEA*3*");
    let wrong = vec![
        "the group has not as many transactions as its end says".to_owned(),
        "the interchange has not as many groups as its end says".to_owned(),
    ];
    assert_eq!(told("groups.txt", &groups), (2, wrong));
    let level = whole().replace("HL*3*2*", "HL*3*9*");
    let (_, wrong) = told("level.txt", &interchange(1, &[level], &USUAL));
    assert!(wrong.contains(&"this level names a level above it that is not open".to_owned()), "{wrong:?}");
    let other = whole().replace("ST*837", "ST*835");
    let wrong = vec!["no reader of the domain knows this kind of object".to_owned()];
    assert_eq!(told("other.txt", &interchange(1, &[whole(), other], &USUAL)), (2, wrong));
}

#[test]
fn the_tree_shows_every_segment_with_its_place() {
    let place = Place::new();
    let text = interchange(1, &[transaction(1, &CLAIMS)], &Signs('*', ':', "~\n"));
    place.write("claims.edi", &text);
    let output =
        place.run(&["--domains", SHIPPED, "reader", "claims.edi", "--tree", "--domain", "healthcare", "--json"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let written: Vec<&str> = text.lines().map(|line| line.split('*').next().unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["segment"].as_str().unwrap()).collect::<Vec<_>>(), written);
    for (number, row) in (1..).zip(&rows) {
        assert_eq!((&row["position"], &row["line"]), (&json!(number), &json!(number)));
    }
    let line = rows.iter().find(|row| row["segment"] == "SV1").unwrap();
    assert_eq!(line["loops"].as_array().unwrap().last(), Some(&json!("line")));
    assert_eq!(line["elements"]["1"], json!({"1": "HC", "2": "99214", "3": "25"}));
    let child = rows.iter().find(|row| row["elements"]["1"] == "QC").unwrap();
    let loops = ["interchange", "group", "transaction", "billing", "subscriber", "patient", "party"];
    assert_eq!(child["loops"], json!(loops));
    let plain = place.run(&["reader", "claims.edi", "--tree"]);
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains("CLM  1=A-1  2=210  5.1=11  5.2=B  5.3=1"), "{plain}");
}

const ORDERS: &str = r#"
record order "An order" {
    id    text required identifies incident plain
    party text plain
    total number plain
    lines list of { item text plain; count integer plain; party text plain }
}

policy desk { audience desk; keep every field }

reader orders for order {
    x12
    recognise transaction.ST.1 is "850"
    loop item  at PO1
    loop party at N1 in transaction, item
    loop total at CTT

    id      from BEG.3
    party   from party[N1.1 is "BY"].N1.2
    total   from total.CTT.1
    lines[] from item[] {
        item  from PO1.7
        count from PO1.2
        party from party.N1.2
    }
    lines[].party from party[N1.1 is "ST"].N1.2
}
"#;

#[test]
fn a_transaction_of_any_kind_is_read_by_the_loops_of_its_reader() {
    let place = Place::new();
    place.write("d/orders/domain.toml", "");
    place.write("d/orders/codes/orders.codes", ORDERS);
    let order = "ST*850*1~BEG*00*SA*77**20250101~N1*BY*SHOP~N1*ST*DEPOT~PO1*1*3*EA***VP*SAW~N1*ST*YARD~PO1*2*5*EA***VP*NAIL~CTT*2~SE*9*1~";
    place.write("orders.edi", &interchange(1, &[order.to_owned()], &USUAL));
    let output = place.run(&["run", "--domain", "orders", "orders.edi"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        answer["encounter"],
        json!({"id": "77", "party": "SHOP", "total": 2, "lines": [
            {"item": "SAW", "count": 3, "party": "YARD"}, {"item": "NAIL", "count": 5, "party": "DEPOT"}
        ]})
    );
}
