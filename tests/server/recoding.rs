//! One code replaced by another on many encounters, and filters of the list that somebody keeps.

use super::client::Answer;
use super::client::Ask;
use super::client::PASSWORD;
use super::client::Person;
use super::client::Served;

/// Keeps an encounter with a code given by a token or a person; gives its id.
fn coded(served: &Served, token: &str, number: usize, person: Option<&Person>) -> String {
    let body = format!(r#"{{"domain":"own","record":"visit","encounter":{{"id":"V-{number}","note":"here"}}}}"#);
    let key = format!("k{number}");
    let kept = served.ask("POST", "/v1/encounters", &Ask::token(token).with("Idempotency-Key", &key).body(body));
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let status = match person {
        Some(person) => {
            person.act(served, &format!("/encounters/{id}"), "act=give&set=reasons&code=R-FALL&version=1").status
        }
        None => {
            let ask = Ask::token(token).with("Idempotency-Key", &format!("g{number}")).with("If-Match", "\"1\"");
            let body = r#"{"set":"reasons","code":"R-FALL"}"#;
            served.ask("POST", &format!("/v1/encounters/{id}/codes"), &ask.body(body)).status - 200 + 303
        }
    };
    assert_eq!(status, 303);
    id
}

fn deeds(served: &Served, token: &str, id: &str) -> Vec<(String, String, String)> {
    let history = served.ask("GET", &format!("/v1/encounters/{id}/history"), &Ask::token(token)).json();
    let text = |it: &serde_json::Value, name: &str| it[name].as_str().unwrap().to_owned();
    let all = history["codings"].as_array().unwrap();
    all.iter().map(|it| (text(it, "code"), text(it, "deed"), text(it, "actor"))).collect()
}

const ADDRESS: &str = "/recode?domain=own&set=reasons&code=R-FALL&to=R-BITE";

#[test]
fn codes_of_programs_and_ones_own_are_replaced_and_those_of_others_stay() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "supervisor"));
    let ben = Person::of(&served, served.session_of("ben", "desk"));
    let (of_program, of_ada, of_ben) =
        (coded(&served, &token, 1, None), coded(&served, &token, 2, Some(&ada)), coded(&served, &token, 3, Some(&ben)));
    let preview = ada.get(&served, ADDRESS).body;
    assert!(preview.contains(&of_ben) && preview.contains("2 would change"), "{preview}");
    assert_eq!(preview.matches("type=\"checkbox\"").count(), 2);
    assert!(!preview.contains(&format!("value=\"{of_ben}:")), "a code of another person cannot be ticked");
    assert_eq!(deeds(&served, &token, &of_program).len(), 1, "a preview changes nothing");
    // Also if it is sent all the same.
    let rows = [&of_program, &of_ada, &of_ben].map(|id| format!("row={id}:2")).join("&");
    let codes = "domain=own&set=reasons&from=R-FALL&to=R-BITE";
    assert_eq!(ada.act(&served, "/recode", &format!("{codes}&{rows}&reason=")).status, 422, "a reason is needed");
    let done = ada.act(&served, "/recode", &format!("{codes}&{rows}&reason=new+guide"));
    let page = ada.get(&served, done.header("location")).body;
    assert!(page.contains("2 changed"), "{page}");
    let told = |id: &str| {
        deeds(&served, &token, id).iter().map(|it| format!("{} {} {}", it.0, it.1, it.2)).collect::<Vec<_>>()
    };
    assert_eq!(told(&of_program), ["R-FALL given token feed", "R-FALL withdrawn ada", "R-BITE given ada"]);
    assert_eq!(told(&of_ben), ["R-FALL given ben"]);
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    let noted = rows["rows"].as_array().unwrap().iter().find(|it| it["command"] == "recode-act").cloned().unwrap();
    assert_eq!((&noted["actor"], &noted["reason"]), (&"ada".into(), &"new guide".into()));
}

#[test]
fn a_change_of_many_is_taken_back_where_nobody_has_changed_them_since() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "supervisor"));
    let (first, second) = (coded(&served, &token, 1, None), coded(&served, &token, 2, None));
    let rows = format!("row={first}:2&row={second}:2&row={second}:9");
    let done = ada.act(&served, "/recode", &format!("domain=own&set=reasons&from=R-FALL&to=R-BITE&{rows}&reason=r"));
    let page = done.header("location").to_owned();
    assert_eq!(
        ada.act(&served, &format!("/encounters/{second}"), "act=give&set=reasons&code=R-FALL&version=3").status,
        303
    );
    let ben = Person::of(&served, served.session_of("ben", "supervisor"));
    assert_eq!(ben.get(&served, &page).status, 404, "it is for who did it");
    assert_eq!(ada.act(&served, &page, "act=undo").status, 303);
    assert_eq!(standing(&served, &token, &first), ["R-FALL"]);
    assert_eq!(standing(&served, &token, &second), ["R-BITE", "R-FALL"], "it was changed since");
    assert_eq!(ada.act(&served, &page, "act=undo").status, 422, "once");
}

#[test]
fn a_filter_is_kept_under_a_name_for_who_kept_it() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "desk"));
    let ben = Person::of(&served, served.session_of("ben", "desk"));
    let (fall, open) = (coded(&served, &token, 1, None), coded(&served, &token, 2, None));
    let take = r#"{"set":"reasons","code":"R-FALL","reason":"no"}"#;
    let ask = Ask::token(&token).with("Idempotency-Key", "w").with("If-Match", "\"2\"").body(take);
    assert_eq!(served.ask("POST", &format!("/v1/encounters/{open}/withdraw"), &ask).status, 200);
    let list = ada.get(&served, "/encounters?set=reasons&code=R-FALL").body;
    assert!(list.contains(&fall) && !list.contains(&open), "a code that was taken back does not stand");
    let keep = |name: &str| ada.act(&served, "/encounters?set=reasons&code=R-FALL", &format!("act=keep&name={name}"));
    assert_eq!((keep("Falls").status, keep("").status), (303, 422));
    let link = "href=\"/encounters?state=&amp;domain=&amp;set=reasons&amp;code=R-FALL\">Falls</a>";
    assert!(ada.get(&served, "/encounters").body.contains(link), "{}", ada.get(&served, "/encounters").body);
    assert!(!ben.get(&served, "/encounters").body.contains("Falls"));
    assert_eq!(ada.act(&served, "/encounters", "act=drop:Falls").status, 303);
    assert!(!ada.get(&served, "/encounters").body.contains("Falls"));
}

/// The codes of an encounter that stand.
fn standing(served: &Served, token: &str, id: &str) -> Vec<String> {
    let kept = served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(token)).json();
    let codes = kept["kept"]["codes"].as_array().unwrap();
    codes.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

/// Keeps an encounter whose record has the code; gives its id.
fn coded_itself(served: &Served, token: &str, number: usize) -> String {
    let encounter = format!(r#"{{"id":"V-{number}","reason":"R-FALL"}}"#);
    let body = format!(r#"{{"domain":"own","record":"visit","encounter":{encounter}}}"#);
    let ask = Ask::token(token).with("Idempotency-Key", &format!("r{number}")).body(body);
    served.ask("POST", "/v1/encounters", &ask).json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_code_of_a_record_that_was_put_back_is_that_of_the_record_again() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "supervisor"));
    let ben = Person::of(&served, served.session_of("ben", "supervisor"));
    let id = coded_itself(&served, &token, 1);
    let recode = "domain=own&set=reasons&from=R-FALL&to=R-BITE&reason=r";
    let done = ada.act(&served, "/recode", &format!("{recode}&row={id}:1"));
    assert_eq!(standing(&served, &token, &id), ["R-BITE"]);
    assert_eq!(ada.act(&served, done.header("location"), "act=undo").status, 303);
    let history = served.ask("GET", &format!("/v1/encounters/{id}/history"), &Ask::token(&token)).json();
    let last = history["codings"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["code"], &last["path"], &last["actor"]),
        (&"R-FALL".into(), &"record".into(), &"token feed".into())
    );
    let preview = ben.get(&served, ADDRESS).body;
    assert!(preview.contains("1 would change"), "somebody else may replace it as before: {preview}");
    // A record without the code takes it back.
    let ask = Ask::token(&token).with("Idempotency-Key", "p").with("If-Match", "\"3\"");
    let body = r#"{"domain":"own","record":"visit","encounter":{"id":"V-1","note":"here"}}"#;
    assert_eq!(served.ask("PUT", &format!("/v1/encounters/{id}"), &ask.body(body)).status, 200);
    assert!(standing(&served, &token, &id).is_empty());
}

#[test]
fn more_than_can_be_changed_at_once_are_changed_one_after_the_other() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "supervisor"));
    let ids: Vec<String> = (0..202).map(|number| coded_itself(&served, &token, number)).collect();
    assert!(ada.get(&served, ADDRESS).body.contains("200 would change"));
    let rows: String = ids.iter().map(|id| format!("&row={id}:1")).collect();
    let done = ada.act(&served, "/recode", &format!("domain=own&set=reasons&from=R-FALL&to=R-BITE&reason=r{rows}"));
    assert!(ada.get(&served, done.header("location")).body.contains("200 changed"));
    let preview = ada.get(&served, ADDRESS).body;
    assert!(preview.contains("2 would change") && preview.contains(&ids[200]), "{preview}");
}

#[test]
fn what_was_changed_together_is_seen_under_the_same_grant_only_and_that_is_noted() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    served.add_user("eve", "supervisor");
    assert!(served.place.run(&["user", "grant", "eve", "--audience", "public"]).status.success());
    let cookie = |answer: &Answer| answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let eve = Person::of(&served, cookie(&served.sign_in("eve", PASSWORD)));
    let id = coded_itself(&served, &token, 1);
    let recode = format!("domain=own&set=reasons&from=R-FALL&to=R-BITE&reason=r&row={id}:1");
    let page = eve.act(&served, "/recode", &recode).header("location").to_owned();
    assert!(eve.get(&served, &page).body.contains(&id));
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    let is_it = |it: &serde_json::Value| it["command"] == "recoded" && it["outcome"] == "shown" && it["actor"] == "eve";
    assert!(rows["rows"].as_array().unwrap().iter().any(is_it), "{rows}");
    let public = Person::of(&served, cookie(&eve.act(&served, "/account", "act=grant&grant=1")));
    assert_eq!(public.get(&served, &page).status, 404);
    assert_eq!(public.act(&served, &page, "act=undo").status, 404);
}

#[test]
fn a_code_that_stood_already_stays_that_of_who_gave_it() {
    let served = Served::start();
    let token = served.token("feed", "supervisor", &[]);
    let ada = Person::of(&served, served.session_of("ada", "supervisor"));
    let ben = Person::of(&served, served.session_of("ben", "desk"));
    let id = coded_itself(&served, &token, 1);
    let give = "act=give&set=reasons&code=R-BITE&version=1";
    assert_eq!(ben.act(&served, &format!("/encounters/{id}"), give).status, 303);
    let recode = "domain=own&set=reasons&from=R-FALL&to=R-BITE&reason=r";
    let done = ada.act(&served, "/recode", &format!("{recode}&row={id}:2"));
    assert_eq!(standing(&served, &token, &id), ["R-BITE"]);
    assert_eq!(ada.act(&served, done.header("location"), "act=undo").status, 303);
    assert_eq!(standing(&served, &token, &id), ["R-BITE", "R-FALL"]);
    let of_bite: Vec<_> = deeds(&served, &token, &id).into_iter().filter(|it| it.0 == "R-BITE").collect();
    assert_eq!(of_bite, [("R-BITE".to_owned(), "given".to_owned(), "ben".to_owned())]);
}
