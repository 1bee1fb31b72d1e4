//! Why a code and why not, and what a rule is.

use super::client::Ask;
use super::client::Served;
use crate::program::Place;
use serde_json::Value;
use serde_json::json;

const MORE: &str = r#"
codeset places "Places" for visit {
    search in note
    code STAIRS "Up there" {
        propose when note mentions (stairs) points 2
        propose when day is present points 1
        needs day
    }
    code ROOF "Higher" {
        propose when note mentions (roof) points 2
        propose when note mentions (roof) and day is present points 1
        propose when note mentions (roof) and not day is present points 3
    }
    code STREET "Out there" {
        propose when note mentions (street) points 3
        never when note mentions (indoors)
    }
}
rules for visit "Manual 4" {
    rule no-day warning "the day is missing" {
        require day is present
    }
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("d/own/codes/more.codes", MORE);
    place
}

fn explained(served: &Served, token: &str, body: &Value) -> Value {
    served.ask("POST", "/v1/explain", &Ask::token(token).body(body)).json()
}

#[test]
fn a_code_is_explained_by_what_speaks_for_it_and_what_of_that_holds() {
    let served = Served::start_in(place());
    let token = served.token("program", "client", &[]);
    let ask = json!({ "domain": "own", "set": "places", "code": "STAIRS" });
    let bare = explained(&served, &token, &ask);
    assert_eq!((&bare["display"], &bare["needs"]), (&"Up there".into(), &json!(["day"])));
    let conditions = bare["conditions"].as_array().unwrap();
    assert_eq!((conditions.len(), bare.get("candidate")), (2, None));
    assert!(conditions.iter().all(|it| it.get("held").is_none()), "{bare}");
    let with = |code: &str, note: &str| {
        let encounter = json!({ "id": "V-1", "note": note });
        explained(&served, &token, &json!({ "domain": "own", "set": "places", "code": code, "encounter": encounter }))
    };
    let why = with("STAIRS", "fell on the stairs");
    assert_eq!((&why["place"], &why["candidate"]["code"]), (&1.into(), &"STAIRS".into()));
    let held: Vec<bool> = why["conditions"].as_array().unwrap().iter().map(|it| it["held"] == true).collect();
    assert_eq!(held, [true, false], "{why}");
    let why_not = with("STREET", "fell on the stairs");
    assert_eq!((&why_not["place"], &why_not["candidate"]), (&Value::Null, &Value::Null));
    assert_eq!(why_not["first"]["code"], "STAIRS");
    assert!(why_not["conditions"][0].get("held").is_none());
    assert_eq!((&why_not["never"], &why["never"]), (&json!(["note mentions (indoors)"]), &json!([])));
}

#[test]
fn nothing_is_explained_with_what_the_audience_may_not_see() {
    let served = Served::start_in(place());
    let public = served.token("press", "client", &["--audience", "public"]);
    let encounter = json!({ "id": "V-77", "note": "Xaviera Quill fell on the stairs" });
    let ask = json!({ "domain": "own", "set": "places", "code": "STAIRS", "encounter": encounter });
    let answer = served.ask("POST", "/v1/explain", &Ask::token(&public).body(ask));
    assert!(answer.status == 200 && !answer.body.contains("V-77") && !answer.body.contains("Quill"), "{}", answer.body);
    let run = json!({ "domain": "own", "encounter": encounter });
    let run = served.ask("POST", "/v1/run", &Ask::token(&public).body(run)).json();
    let shown = run["candidates"].as_array().unwrap().iter().find(|it| it["code"] == "STAIRS").cloned();
    assert_eq!(answer.json()["candidate"]["because"], shown.map_or(Value::Null, |it| it["because"].clone()));
    let other = served.token("other", "client", &["--domain", "elsewhere"]);
    assert_eq!(served.ask("POST", "/v1/explain", &Ask::token(&other).body(r#"{"domain":"own"}"#)).status, 404);
}

#[test]
fn a_rule_is_explained_with_what_it_finds() {
    let served = Served::start_in(place());
    let token = served.token("program", "client", &[]);
    let ask = json!({ "domain": "own", "rule": "no-day", "encounter": { "id": "V-1" } });
    let told = explained(&served, &token, &ask);
    assert_eq!((&told["severity"], &told["see"]), (&"warning".into(), &"Manual 4".into()));
    assert_eq!(told["findings"][0]["rule"], "no-day");
    let fine = json!({ "domain": "own", "rule": "no-day", "encounter": { "id": "V-1", "day": "2026-03-01" } });
    assert_eq!(explained(&served, &token, &fine)["findings"], json!([]));
    let odd = Ask::token(&token).body(r#"{"domain":"own","rule":"odd"}"#);
    assert_eq!(served.ask("POST", "/v1/explain", &odd).status, 404);
}

#[test]
fn a_condition_is_not_held_because_another_one_with_the_same_word_is() {
    let served = Served::start_in(place());
    let token = served.token("program", "client", &[]);
    let encounter = json!({ "id": "V-1", "note": "fell off the roof", "day": "2026-03-01" });
    let ask = json!({ "domain": "own", "set": "places", "code": "ROOF", "encounter": encounter });
    let why = explained(&served, &token, &ask);
    let held: Vec<bool> = why["conditions"].as_array().unwrap().iter().map(|it| it["held"] == true).collect();
    assert_eq!(held, [true, true, false], "{why}");
}

#[test]
fn what_cannot_be_read_has_no_findings() {
    let served = Served::start_in(place());
    let token = served.token("program", "client", &[]);
    // A text that begins with a brace is a record.
    let text = r#"{"id":"V-1","note":"#;
    for ask in [
        json!({ "domain": "own", "rule": "no-day", "text": text }),
        json!({ "domain": "own", "set": "places", "code": "ROOF", "text": text }),
    ] {
        let answer = served.ask("POST", "/v1/explain", &Ask::token(&token).body(&ask));
        assert_eq!(answer.status, 422, "{ask}: {}", answer.body);
    }
}
