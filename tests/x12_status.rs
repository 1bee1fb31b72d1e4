//! What became of claims: invented remittances (835) and acknowledgments (277CA), as the healthcare domain reads them.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use serde_json::json;

/// The domains of the program.
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/domains");

/// An interchange of one transaction.
fn interchange(transaction: &str, version: &str, segments: &[&str]) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *250620*0900*^*00501*000000001*0*T*:~\
         GS*HP*P*C*20250620*0900*1*X*{version}~ST*{transaction}*0001*{version}~{}~SE*{}*0001~GE*1*1~IEA*1*000000001~",
        segments.join("~"),
        segments.len() + 2
    )
}

fn run(file: &str, text: &str) -> Vec<Value> {
    let place = Place::new();
    place.write(file, text);
    let output = place.run(&["--domains", SHIPPED, "run", "--domain", "healthcare", "--audience", "desk", file]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers.iter().all(|answer| answer["error"].is_null()), "{}", said(&output));
    answers
}

fn rules(answer: &Value) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().filter_map(|it| it["rule"].as_str()).collect()
}

#[test]
fn a_remittance_tells_what_was_paid_and_what_was_taken_off() {
    let remittance = [
        "BPR*I*190*C*ACH*CCP*01*999999992*DA*123*1512345678**01*999999992*DA*456*20250620",
        "TRN*1*PAY-77*1512345678",
        "DTM*405*20250619",
        "N1*PR*HILL HEALTH PLAN",
        "N3*1 MAIN ST",
        "N1*PE*HILL CLINIC*XX*1234567893",
        "LX*1",
        "CLP*A-1*1*210*130*30*12*PC-900*11*1",
        "CAS*CO*45*20",
        "NM1*QC*1*POE*IDO****MI*W0001",
        "SVC*HC:99214*105*75**1",
        "CAS*CO*45*10",
        "CAS*PR*1*15**2*5",
        "SVC*HC:20610*105*55**1",
        "CAS*PR*3*10",
        "CAS*CO*45*20*1*97*0",
        "CLP*A-2*4*80*0*0*12*PC-901*11*1",
        "CAS*CO*29*80",
        "NM1*82*1*LEE*ANN****XX*1999999984",
        "CLP*A-3*1*100*60*0*12*PC-902",
        "CAS*CO*45*30",
    ];
    let answers = run("paid.835", &interchange("835", "005010X221A1", &remittance));
    assert_eq!(answers.len(), 3);
    let first = &answers[0]["encounter"];
    assert_eq!(first["id"], "A-1");
    assert_eq!(first["source"], "remittance");
    assert_eq!(first["date"], "2025-06-20");
    assert_eq!(first["category"], "1");
    assert_eq!(first["payer"], "HILL HEALTH PLAN");
    assert_eq!(first["payer_control"], "PC-900");
    assert_eq!(first["trace"], "PAY-77");
    assert_eq!((&first["charged"], &first["paid"], &first["patient_owes"]), (&json!(210), &json!(130), &json!(30)));
    assert_eq!(first["provider"]["npi"], "1234567893");
    let amounts = first["adjustments"].as_array().unwrap().iter();
    let mut amounts: Vec<(&str, &str, i64)> = amounts
        .map(|it| (it["group"].as_str().unwrap(), it["reason"].as_str().unwrap(), it["amount"].as_i64().unwrap()))
        .collect();
    amounts.sort_unstable();
    let expected = [
        ("contractual", "45", 10),
        ("contractual", "45", 20),
        ("contractual", "45", 20),
        ("contractual", "97", 0),
        ("patient", "1", 15),
        ("patient", "2", 5),
        ("patient", "3", 10),
    ];
    assert_eq!(amounts, expected);
    assert!(rules(&answers[0]).is_empty(), "{:?}", rules(&answers[0]));
    assert_eq!(rules(&answers[1]), ["claim-denied"]);
    assert_eq!(answers[1]["encounter"]["provider"]["npi"], "1999999984");
    // 40 was taken off, and reasons are given for 30.
    assert_eq!(rules(&answers[2]), ["claim-balance"]);
}

#[test]
fn an_acknowledgment_tells_which_claims_were_taken() {
    let acknowledgment = [
        "BHT*0085*08*77*20250604*1200*TH",
        "HL*1**20*1",
        "NM1*PR*2*HILL HEALTH PLAN*****PI*123",
        "TRN*1*X1",
        "HL*2*1*21*1",
        "NM1*41*2*CLEARING HOUSE*****46*C1",
        "TRN*2*B1",
        "STC*A1:19:PR*20250604*WQ*290",
        "HL*3*2*19*1",
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "TRN*1*0",
        "STC*A1:19:PR**WQ*290",
        "HL*4*3*PT",
        "NM1*QC*1*POE*IDO****MI*W0001",
        "TRN*2*A-1",
        "STC*A2:20:PR*20250604*WQ*210",
        "REF*1K*PC-900",
        "DTP*472*D8*20250602",
        "HL*5*3*PT",
        "NM1*QC*1*POE*UMA****MI*W0003",
        "TRN*2*A-2",
        "STC*A7:562:85*20250604*U*80********THE NPI IS NOT ON FILE",
    ];
    let answers = run("taken.277", &interchange("277", "005010X214", &acknowledgment));
    assert_eq!(answers.len(), 2);
    let taken = &answers[0]["encounter"];
    assert_eq!((&taken["id"], &taken["source"]), (&json!("A-1"), &json!("acknowledgment")));
    assert_eq!((&taken["category"], &taken["status"]), (&json!("A2"), &json!("20")));
    assert_eq!((&taken["payer"], &taken["payer_control"]), (&json!("HILL HEALTH PLAN"), &json!("PC-900")));
    assert_eq!((&taken["date"], &taken["charged"]), (&json!("2025-06-04"), &json!(210)));
    assert!(rules(&answers[0]).is_empty(), "{:?}", rules(&answers[0]));
    let rejected = &answers[1];
    assert_eq!(rejected["encounter"]["category"], "A7");
    assert_eq!(rejected["encounter"]["message"], "THE NPI IS NOT ON FILE");
    assert_eq!(rules(rejected), ["claim-denied"]);
}

#[test]
fn a_batch_that_was_refused_is_told_although_it_holds_no_claims() {
    let batch = [
        "BHT*0085*08*78*20250604*1200*TH",
        "HL*1**20*1",
        "NM1*PR*2*HILL HEALTH PLAN*****PI*123",
        "TRN*1*X1",
        "HL*2*1*21*1",
        "NM1*41*2*CLEARING HOUSE*****46*C1",
        "TRN*2*B2",
        "STC*A3:24:41*20250604*U*290",
    ];
    let answers = run("refused.277", &interchange("277", "005010X214", &batch));
    assert_eq!(answers.len(), 1);
    assert_eq!((&answers[0]["encounter"]["id"], &answers[0]["encounter"]["about"]), (&json!("B2"), &json!("batch")));
    assert_eq!(rules(&answers[0]), ["claim-batch-refused"]);

    let taken = [
        "STC*A1:19:PR*20250604*WQ*290",
        "HL*3*2*19",
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "TRN*1*0",
        "STC*A8:562:85*20250604*U*290",
    ];
    let provider = [&batch[..7], &taken[..]].concat();
    let answers = run("provider.277", &interchange("277", "005010X214", &provider));
    assert_eq!(answers.len(), 1);
    let refused = &answers[0]["encounter"];
    assert_eq!((&refused["id"], &refused["about"]), (&json!("B2"), &json!("provider")));
    assert_eq!(refused["provider"]["npi"], "1234567893");
    assert_eq!(rules(&answers[0]), ["claim-batch-refused"]);
}
