//! The service answers with the bytes of the command line.

use super::client::Ask;
use super::client::Served;

fn told(served: &Served, arguments: &[&str]) -> String {
    String::from_utf8(served.place.run(arguments).stdout).unwrap()
}

#[test]
fn the_service_answers_what_the_command_line_writes() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let post = |path: &str, body: &str| served.ask("POST", path, &Ask::token(&token).body(body)).body;
    let get = |path: &str| served.ask("GET", path, &Ask::token(&token)).body;
    let run = served.place.write("one.ndjson", "{\"id\":\"V-1\",\"day\":\"2025-06-03\",\"note\":\"fell down\"}\n");
    let run = run.to_str().unwrap().to_owned();
    assert_eq!(
        post("/v1/run", r#"{"domain":"own","record":"visit","id":"V-1","day":"2025-06-03","note":"fell down"}"#),
        told(&served, &["run", "--domain", "own", &run])
    );
    assert_eq!(
        post("/v1/run", r#"{"domain":"own","encounter":{"id":"V-1","day":"2025-06-03","note":"fell down"}}"#),
        told(&served, &["run", "--domain", "own", &run])
    );
    assert_eq!(post("/v1/search", r#"{"q":"fell"}"#), told(&served, &["search", "fell", "--json"]));
    assert_eq!(
        get("/v1/sets/reasons/codes/R-FALL?on=2025-06-03"),
        told(&served, &["lookup", "R-FALL", "--set", "reasons", "--on", "2025-06-03", "--json"])
    );
    for text in ["he fell down the stairs", "was biten by a dog", "nothing of that kind"] {
        assert_eq!(
            post("/v1/classify", &format!(r#"{{"domain":"own","text":"{text}"}}"#)),
            told(&served, &["classify", "--domain", "own", "--json", text]),
            "{text}"
        );
    }
    let batch = "{\"id\":\"V-1\",\"note\":\"fell down\"}\n{\"id\":\n{\"id\":\"V-3\"}\n";
    let path = served.place.write("three.ndjson", batch).to_str().unwrap().to_owned();
    let answer = post("/v1/batch?domain=own", batch);
    let (lines, counts) = answer.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(format!("{lines}\n"), told(&served, &["run", "--domain", "own", &path]));
    assert_eq!(counts, r#"{"read":3,"written":2,"refused":1,"with_errors":0}"#);
}

#[test]
fn a_batch_may_be_a_table() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let table = "id,day,note\nV-1,2025-06-03,fell down\nV-2,2025-06-04,was bitten\n";
    let path = served.place.write("two.csv", table).to_str().unwrap().to_owned();
    for query in ["", "&format=csv"] {
        let answer = served.ask("POST", &format!("/v1/batch?domain=own{query}"), &Ask::token(&token).body(table)).body;
        let (lines, counts) = answer.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(format!("{lines}\n"), told(&served, &["run", "--domain", "own", &path]));
        assert_eq!(counts, r#"{"read":2,"written":2,"refused":0,"with_errors":0}"#);
    }
    let odd = served.ask("POST", "/v1/batch?domain=own&format=odd", &Ask::token(&token).body(table));
    assert_eq!(odd.status, 422);
}

#[test]
fn an_answer_about_codes_is_not_sent_again_to_who_has_it() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let first = served.ask("GET", "/v1/sets/reasons", &Ask::token(&token));
    assert_eq!(first.status, 200);
    let again = served.ask("GET", "/v1/sets/reasons", &Ask::token(&token).with("If-None-Match", first.header("etag")));
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}
