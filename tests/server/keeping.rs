//! What is kept, for whom, and what no accident takes away.

use super::client::Ask;
use super::client::Served;
use std::fs;

/// Words that stand in kept encounters and nowhere else.
const CANARY: &str = "zyx-canary-4417";

fn body(number: usize, note: &str) -> String {
    format!(
        r#"{{"domain":"own","record":"visit","encounter":{{"id":"V-{number}","day":"2025-06-03","note":"{note}"}}}}"#
    )
}

fn keep(served: &Served, token: &str, key: &str, body: &str) -> super::client::Answer {
    served.ask("POST", "/v1/encounters", &Ask::token(token).with("Idempotency-Key", key).body(body))
}

#[test]
fn a_write_that_is_sent_again_is_not_carried_out_again() {
    let served = Served::start();
    let token = served.token("program", "supervisor", &[]);
    let missing = served.ask("POST", "/v1/encounters", &Ask::token(&token).body(body(1, "fell down")));
    assert_eq!(missing.status, 400);
    let first = keep(&served, &token, "k1", &body(1, "fell down"));
    let again = keep(&served, &token, "k1", &body(1, "fell down"));
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(keep(&served, &token, "k1", &body(2, "was bitten")).status, 422);
    let listed = served.ask("GET", "/v1/encounters", &Ask::token(&token)).json();
    assert_eq!(listed["encounters"].as_array().unwrap().len(), 1);
}

#[test]
fn two_clerks_do_not_write_over_each_other_and_codes_are_never_lost() {
    let served = Served::start();
    let (one, two) = (served.token("one", "desk", &[]), served.token("two", "desk", &[]));
    let id = keep(&served, &one, "k", &body(1, "fell down")).json()["id"].as_str().unwrap().to_owned();
    let give = |token: &str, key: &str, version: &str, code: &str| {
        let ask = Ask::token(token).with("Idempotency-Key", key).with("If-Match", version);
        let body = format!(r#"{{"set":"reasons","code":"{code}"}}"#);
        served.ask("POST", &format!("/v1/encounters/{id}/codes"), &ask.body(body))
    };
    let ask = Ask::token(&one).with("Idempotency-Key", "x").body(r#"{"set":"reasons","code":"R-FALL"}"#);
    assert_eq!(served.ask("POST", &format!("/v1/encounters/{id}/codes"), &ask).status, 428);
    assert_eq!(give(&one, "g1", "\"1\"", "R-FALL").status, 200);
    let late = give(&two, "g2", "\"1\"", "R-BITE");
    assert_eq!((late.status, late.json()["version"].as_i64()), (412, Some(2)));
    assert_eq!(give(&two, "g3", "\"2\"", "R-BITE").status, 200);
    let withdraw = |token: &str, key: &str, version: &str, reason: &str| {
        let ask = Ask::token(token).with("Idempotency-Key", key).with("If-Match", version);
        let body = format!(r#"{{"set":"reasons","code":"R-FALL"{reason}}}"#);
        served.ask("POST", &format!("/v1/encounters/{id}/withdraw"), &ask.body(body)).status
    };
    assert_eq!(withdraw(&two, "w1", "\"3\"", ""), 422, "only who gave a code takes it back without a reason");
    assert_eq!(withdraw(&two, "w2", "\"3\"", r#","reason":"wrong visit""#), 200);
    let history = served.ask("GET", &format!("/v1/encounters/{id}/history"), &Ask::token(&one)).json();
    let deeds: Vec<(&str, &str)> = history["codings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["code"].as_str().unwrap(), it["deed"].as_str().unwrap()))
        .collect();
    assert_eq!(deeds, [("R-FALL", "given"), ("R-BITE", "given"), ("R-FALL", "withdrawn")]);
}

#[test]
fn what_was_said_lies_sealed_on_the_disk_and_in_no_message() {
    let served = Served::start();
    let token = served.token("program", "administrator", &[]);
    let id = keep(&served, &token, "k", &body(1, CANARY)).json()["id"].as_str().unwrap().to_owned();
    assert!(served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&token)).body.contains(CANARY));
    let backup = served.place.path("backup.db");
    assert!(served.place.run(&["store", "backup", backup.to_str().unwrap()]).status.success());
    let mut looked = 0;
    let mut folders = vec![served.place.path("data"), served.place.path("cache")];
    let mut files = vec![backup];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let has = bytes.windows(CANARY.len()).any(|piece| piece == CANARY.as_bytes());
        assert!(!has, "{} holds what was said", path.display());
        looked += 1;
    }
    assert!(looked >= 4);
    for path in
        ["/metrics", "/v1/audit", "/v1/encounters", "/readyz", "/audit", "/dashboard/own", "/v1/stats?domain=own"]
    {
        let answer = served.ask("GET", path, &Ask::token(&token));
        assert!(!answer.body.contains(CANARY), "{path}");
    }
    let broken = format!(r#"{{"domain":"own","encounter":"{CANARY}"}}"#);
    for path in ["/v1/run", "/v1/classify", "/v1/validate", "/v1/search", "/v1/lookup", "/v1/map"] {
        let answer = served.ask("POST", path, &Ask::token(&token).body(&broken));
        assert!(answer.status >= 400 && !answer.body.contains(CANARY), "{path}: {}", answer.body);
    }
}

#[test]
fn erasing_takes_the_words_and_leaves_the_codes() {
    let served = Served::start();
    let token = served.token("program", "supervisor", &[]);
    let asked = r#"{"domain":"own","record":"visit","encounter":{"id":"V-9","note":"fell down","reason":"R-FALL"}}"#;
    let id = keep(&served, &token, "k", asked).json()["id"].as_str().unwrap().to_owned();
    let backup = served.place.path("before.db");
    assert!(served.place.run(&["store", "backup", backup.to_str().unwrap()]).status.success());
    let erase = ["store", "erase", "--domain", "own", "--record", "visit", "--subject", "V-9"];
    assert!(served.place.run(&erase).status.success());
    assert_eq!(served.place.run(&erase).status.code(), Some(1));
    let read = served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&token)).json();
    assert_eq!((&read["kept"]["state"], &read["disclosure"]), (&"erased".into(), &serde_json::Value::Null));
    // A restored backup erases again what was erased since.
    let (since, restored) = (served.place.path("data/tencode/desk/store.db"), served.place.path("restored.db"));
    let restore = ["store", "--store", restored.to_str().unwrap(), "restore", backup.to_str().unwrap(), "--since"];
    let restore = [&restore[..], &[since.to_str().unwrap()]].concat();
    assert!(served.place.run(&restore).status.success());
    let doctor = served.place.run(&[
        "store",
        "--store",
        restored.to_str().unwrap(),
        "erase",
        "--domain",
        "own",
        "--record",
        "visit",
        "--subject",
        "V-9",
    ]);
    assert_eq!(doctor.status.code(), Some(1), "nothing of V-9 is left to erase");
}

#[test]
fn identifiers_are_found_under_another_key_too() {
    let mut served = Served::start();
    let token = served.token("program", "supervisor", &[]);
    assert_eq!(keep(&served, &token, "k", &body(9, "fell down")).status, 201);
    served.kill();
    assert!(served.place.run(&["store", "rekey", "--to", "new.key"]).status.success());
    let erase = ["store", "erase", "--domain", "own", "--record", "visit", "--subject", "V-9"];
    assert_eq!(served.place.run(&erase).status.code(), Some(2), "the old key opens nothing any more");
    let erase = [&["store", "--store-key", "new.key"], &erase[1..]].concat();
    assert!(served.place.run(&erase).status.success());
}

#[test]
fn a_changed_record_takes_its_codes_with_it_and_leaves_those_beside_it() {
    let served = Served::start();
    let token = served.token("one", "desk", &[]);
    let visit = |reason: &str| format!(r#"{{"domain":"own","encounter":{{"id":"V-1","reason":"{reason}"}}}}"#);
    let id = keep(&served, &token, "k", &visit("R-FALL")).json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/encounters/{id}");
    let ask = |key: &str, version: &str| Ask::token(&token).with("Idempotency-Key", key).with("If-Match", version);
    let changed = served.ask("PUT", &path, &ask("p", "\"1\"").body(visit("R-BITE")));
    assert_eq!(changed.status, 200, "{}", changed.body);
    let codes = || served.ask("GET", &path, &Ask::token(&token)).json()["kept"]["codes"].to_string();
    assert_eq!(codes(), r#"[{"set":"reasons","code":"R-BITE"}]"#);
    let give = ask("g", "\"2\"").body(r#"{"set":"reasons","code":"R-FALL"}"#);
    assert_eq!(served.ask("POST", &format!("{path}/codes"), &give).status, 200);
    let same = served.ask("PUT", &path, &ask("q", "\"3\"").body(visit("R-BITE")));
    assert_eq!(same.status, 200);
    assert!(codes().contains("R-FALL") && codes().contains("R-BITE"), "{}", codes());
    let list = served.ask("GET", "/encounters", &Ask::token(&token));
    assert!(list.body.contains("R-FALL") && list.body.contains("R-BITE"));
}

#[test]
fn an_undo_takes_back_what_its_author_gave_and_nothing_else() {
    let served = Served::start();
    let (one, two) = (served.token("one", "desk", &[]), served.token("two", "desk", &[]));
    let id = keep(&served, &one, "k", &body(1, "fell down")).json()["id"].as_str().unwrap().to_owned();
    let act = |token: &str, form: &str| served.ask("POST", &format!("/encounters/{id}"), &Ask::token(token).body(form));
    assert_eq!(act(&one, "act=give&set=reasons&code=R-FALL").status, 303);
    assert_eq!(act(&two, "act=give&set=reasons&code=R-BITE").status, 303);
    assert_eq!(act(&two, "act=undo").status, 303);
    let read = served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&one)).json();
    assert_eq!(read["kept"]["codes"].to_string(), r#"[{"set":"reasons","code":"R-FALL"}]"#);
    assert_eq!(act(&two, "act=undo").status, 422);
}

#[test]
fn a_code_given_beside_the_record_is_not_shown_to_who_does_not_see_the_record_whole() {
    let served = Served::start();
    let desk = served.token("desk", "desk", &[]);
    let press = served.token("press", "client", &["--audience", "public"]);
    let id = keep(&served, &desk, "k", r#"{"domain":"own","encounter":{}}"#).json()["id"].as_str().unwrap().to_owned();
    let give = Ask::token(&desk).with("Idempotency-Key", "g").with("If-Match", "\"1\"");
    let give = give.body(r#"{"set":"reasons","code":"R-FALL"}"#);
    assert_eq!(served.ask("POST", &format!("/v1/encounters/{id}/codes"), &give).status, 200);
    let history = format!("/v1/encounters/{id}/history");
    assert!(served.ask("GET", &history, &Ask::token(&desk)).body.contains("R-FALL"));
    assert!(!served.ask("GET", &history, &Ask::token(&press)).body.contains("R-FALL"));
}

#[test]
fn a_sandbox_token_writes_nothing() {
    let served = Served::start();
    let token = served.token("try", "supervisor", &["--sandbox"]);
    let kept = keep(&served, &token, "k", &body(1, "fell down"));
    assert_eq!((kept.status, &kept.json()["sandbox"]), (201, &true.into()));
    let form = Ask::token(&token).body("act=save&text=fell+down&f:id=V-1");
    assert_eq!(served.ask("POST", "/desk/own/visit", &form).status, 403);
    let listed = served.ask("GET", "/v1/encounters", &Ask::token(&token)).json();
    assert_eq!(listed["encounters"].as_array().unwrap().len(), 0);
}

#[test]
fn no_acknowledged_write_is_lost_when_the_process_is_killed() {
    let mut place = crate::program::Place::new();
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let mut served = Served::start_in(place);
        let token = served.token(&format!("t{round}"), "supervisor", &[]);
        let served_ref = &served;
        let ids: Vec<String> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let token = &token;
                    scope.spawn(move || {
                        let one = |number: usize| {
                            let key = format!("{round}-{writer}-{number}");
                            let answer = keep(served_ref, token, &key, &body(number, "fell down"));
                            (answer.status == 201).then(|| answer.json()["id"].as_str().unwrap().to_owned())
                        };
                        (0..8).filter_map(one).collect::<Vec<_>>()
                    })
                })
                .collect();
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(ids.len(), 32);
        acknowledged.extend(ids);
        served.kill();
        place = std::mem::replace(&mut served.place, crate::program::Place::new());
    }
    let served = Served::start_in(place);
    let token = served.token("last", "administrator", &[]);
    for id in &acknowledged {
        assert_eq!(served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&token)).status, 200, "{id}");
    }
    assert!(served.place.run(&["store", "doctor"]).status.success());
    let report = served.ask("GET", "/v1/audit/verify", &Ask::token(&token)).json();
    assert_eq!(report["wrong"], 0, "{report}");
}
