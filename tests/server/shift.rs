//! What a shift needs besides: what else is at a place, who has the same encounter open, what is erased when its time is over.

use super::client::Ask;
use super::client::Person;
use super::client::Served;
use crate::program::Place;
use crate::program::said;

/// The domain `own` with a field that says where.
fn with_place() -> Place {
    let place = Place::new();
    let text = std::fs::read_to_string("tests/program/own.codes").unwrap();
    let fields = ["spot   text identifies place \"Where\"", "home   text identifies place \"At home\""];
    let field = fields.map(|it| format!("    {it}\n")).concat() + "    note   text free";
    place.write("d/own/codes/own.codes", &text.replace("    note   text free", &field));
    place
}

fn keep(served: &Served, token: &str, key: &str, encounter: &str) -> String {
    let body = format!(r#"{{"domain":"own","record":"visit","encounter":{encounter}}}"#);
    let kept = served.ask("POST", "/v1/encounters", &Ask::token(token).with("Idempotency-Key", key).body(body));
    kept.json()["id"].as_str().unwrap_or_else(|| panic!("{}", kept.body)).to_owned()
}

#[test]
fn the_desk_names_what_is_at_the_same_place_to_who_may_see_where_it_was() {
    let served = Served::start_in(with_place());
    let token = served.token("feed", "supervisor", &[]);
    let here = keep(&served, &token, "a", r#"{"id":"V-1","spot":"12 Elm  Street","reason":"R-FALL"}"#);
    let there = keep(&served, &token, "b", r#"{"id":"V-2","spot":"14 Elm Street"}"#);
    let person = Person::of(&served, served.session());
    let look = |who: &Person| who.act(&served, "/desk/own/visit/near", "f:spot=12+elm+street").body;
    let near = look(&person);
    assert!(near.contains(&here) && near.contains("R-FALL") && !near.contains(&there), "{near}");
    let page = person.act(&served, "/desk/own/visit", "act=look&f:spot=12+elm+street").body;
    assert!(page.contains(&here), "also without a script");
    let at_home = person.act(&served, "/desk/own/visit/near", "f:home=12+elm+street").body;
    assert!(!at_home.contains(&here), "the same words in another field: {at_home}");
    assert!(!person.act(&served, "/desk/own/visit/near", "f:spot=").body.contains("/encounters/"));
    // The other half of it: somebody who may not see places.
    served.add_user("eve", "desk");
    assert!(served.place.run(&["user", "grant", "eve", "--audience", "public"]).status.success());
    let eve = served.sign_in("eve", super::client::PASSWORD).header("set-cookie").split(';').next().unwrap().to_owned();
    let choose = Person::of(&served, eve).act(&served, "/account", "act=grant&grant=1");
    let eve = Person::of(&served, choose.header("set-cookie").split(';').next().unwrap().to_owned());
    assert!(!look(&eve).contains(&here), "{}", look(&eve));
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    assert!(rows["rows"].as_array().unwrap().iter().any(|it| it["command"] == "desk-near" && it["outcome"] == "shown"));
    // Neither is the place in the clear, nor does erasing leave its mark.
    assert!(
        served
            .place
            .run(&["store", "erase", "--domain", "own", "--record", "visit", "--subject", "V-1"])
            .status
            .success()
    );
    assert!(!look(&person).contains(&here));
}

#[test]
fn who_has_an_encounter_open_is_told_who_else_has() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let id = keep(&served, &token, "a", r#"{"id":"V-1","note":"fell down"}"#);
    let ada = Person::of(&served, served.session_of("ada", "desk"));
    let ben = Person::of(&served, served.session_of("ben", "desk"));
    let path = format!("/encounters/{id}");
    assert!(!ada.get(&served, &path).body.contains("Also open by"));
    let page = ben.get(&served, &path).body;
    assert!(page.contains("Also open by <b>ada</b>"), "{page}");
}

#[test]
fn what_was_said_is_erased_when_its_time_is_over_and_codes_stay() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let old = keep(&served, &token, "a", r#"{"id":"V-1","note":"fell down","reason":"R-FALL"}"#);
    let open = keep(&served, &token, "b", r#"{"id":"V-2","note":"here"}"#);
    let fresh = keep(&served, &token, "c", r#"{"id":"V-3","note":"fell down","reason":"R-FALL"}"#);
    let store = rusqlite::Connection::open(served.place.path("data/tencode/desk/store.db")).unwrap();
    store.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let age = "UPDATE encounter SET updated = updated - 31 * 86400000 WHERE id <> ?1";
    assert_eq!(store.execute(age, [&fresh]).unwrap(), 2);
    drop(store);
    let settings = "[[retention]]\ndomain = \"own\"\nstate = \"coded\"\ndays = 30\n";
    let served = served.again_with(settings);
    let state = |id: &str| {
        let read = served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&token)).json();
        read["kept"]["state"].as_str().unwrap_or("?").to_owned()
    };
    let begun = std::time::Instant::now();
    while state(&old) != "erased" {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!((state(&open).as_str(), state(&fresh).as_str()), ("open", "coded"));
    let counts = served.ask("GET", "/v1/stats?domain=own", &Ask::token(&token)).body;
    assert!(counts.contains("R-FALL") || counts.contains("total"), "{counts}");
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    let noted = rows["rows"].as_array().unwrap().iter().find(|it| it["command"] == "erase").cloned().unwrap();
    assert_eq!(
        (&noted["actor"], &noted["count"], &noted["reason"]),
        (&"retention".into(), &1.into(), &"30 days".into())
    );
    let erase = ["store", "erase", "--domain", "own", "--record", "visit", "--subject", "V-1"];
    assert_eq!(served.place.run(&erase).status.code(), Some(1), "its mark is gone too");
    for odd in ["days = 0", "days = 3\nstate = \"odd\""] {
        served.place.write("odd.toml", &format!("[[retention]]\ndomain = \"own\"\n{odd}\n"));
        let output = served.place.run(&["serve", "--config", "odd.toml", "--check-config"]);
        assert!(output.status.code() == Some(2) && said(&output).contains("retention"), "{}", said(&output));
    }
}
