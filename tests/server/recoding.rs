//! One code replaced by another on many encounters, and filters of the list that somebody keeps.

use super::client::Ask;
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
    let standing = |id: &str| {
        let kept = served.ask("GET", &format!("/v1/encounters/{id}"), &Ask::token(&token)).json();
        let codes = kept["kept"]["codes"].as_array().unwrap();
        codes.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(standing(&first), ["R-FALL"]);
    assert_eq!(standing(&second), ["R-BITE", "R-FALL"], "it was changed since");
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
