//! What goes wrong is said in one form, and stops nobody else.

use super::client::Ask;
use super::client::Served;
use std::fs;

#[test]
fn problems_have_one_form() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let ask = || Ask::token(&token);
    let cases = [
        ("GET", "/v1/nothing", "", 404),
        ("GET", "/v1/sets/nothing", "", 404),
        ("DELETE", "/v1/search", "", 405),
        ("POST", "/v1/search", "[]", 400),
        ("POST", "/v1/search", "{\"q\":1}", 422),
        ("POST", "/v1/search", "{\"q\":\"a\",\"limit\":0}", 422),
        ("POST", "/v1/run", "{\"domain\":\"nothing\"}", 404),
        ("POST", "/v1/search", "{\"q\":\"a\",\"limit\":2.5}", 422),
        ("GET", "/v1/encounters?state=odd", "", 422),
        ("POST", "/v1/batch", "", 422),
        ("GET", "/v1/sets/reasons/codes/R-FALL?on=yesterday", "", 422),
    ];
    for (method, path, body, status) in cases {
        let answer = served.ask(method, path, &ask().body(body));
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request"], answer.header("x-request-id"));
        let page = served.ask("GET", problem["type"].as_str().unwrap(), &Ask::default());
        assert_eq!(page.json()["title"], problem["title"]);
    }
    let large = format!("{{\"q\":\"{}\"}}", "a".repeat(9 << 10));
    assert_eq!(served.ask("POST", "/v1/search", &ask().body(large)).status, 413);
    // Who may not have a route is told so before a body is read.
    let unread = format!("POST /v1/batch HTTP/1.1\r\nHost: {}\r\nContent-Length: 60000000\r\n\r\n", served.address);
    assert_eq!(served.send(unread.as_bytes()).status, 401);
    let page = served.ask("GET", "/nothing", &Ask::default().with("Accept", "text/html"));
    assert!(page.status == 404 && page.body.starts_with("<!DOCTYPE html>"));
}

#[test]
fn every_answer_carries_the_headers_that_keep_it_safe() {
    let served = Served::start();
    for path in ["/sign-in", "/healthz", "/assets/desk.css", "/nothing"] {
        let answer = served.ask("GET", path, &Ask::default());
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[test]
fn bytes_that_are_no_request_do_not_stop_the_service() {
    let served = Served::start();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/search HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
    ] {
        let answer = served.send(bytes);
        assert!(answer.status == 0 || answer.status >= 400);
    }
    assert_eq!(served.ask("GET", "/healthz", &Ask::default()).status, 200);
}

#[test]
fn changed_definitions_are_taken_and_broken_ones_are_not() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let has =
        |code: &str| served.ask("GET", &format!("/v1/sets/reasons/codes/{code}"), &Ask::token(&token)).status == 200;
    let wait = |is: &dyn Fn() -> bool| {
        (0..200).any(|_| {
            is() || {
                std::thread::sleep(std::time::Duration::from_millis(100));
                false
            }
        })
    };
    let path = served.place.path("d/own/codes/own.codes");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, before.replace("code R-BITE", "code R-BURN \"Burn\" { also \"was burnt\" }\n    code R-BITE"))
        .unwrap();
    assert!(wait(&|| has("R-BURN")));
    fs::write(&path, "record visit {").unwrap();
    let refused = || served.ask("GET", "/readyz", &Ask::default()).body.contains("has errors");
    assert!(wait(&refused));
    assert!(has("R-BURN"), "the last good definitions stay in use");
    fs::write(&path, before).unwrap();
    assert!(wait(&|| !has("R-BURN") && !refused()));
}

#[cfg(unix)]
#[test]
fn nothing_is_shown_where_the_audit_log_cannot_be_written() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let body = r#"{"domain":"own","encounter":{"id":"V-1","note":"fell down"}}"#;
    let run = || served.ask("POST", "/v1/run", &Ask::token(&token).body(body));
    assert_eq!(run().status, 200);
    // Somebody else writes to the log: what follows is not vouched for, and the log takes nothing more.
    let log = served.place.path("data/tencode/desk/audit.log");
    let mut bytes = fs::read(&log).unwrap();
    bytes.extend_from_slice(b"{\"seq\":1}\n");
    fs::write(&log, bytes).unwrap();
    let refused = run();
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(!refused.body.contains("V-1"));
    assert_eq!(served.ask("GET", "/readyz", &Ask::default()).status, 503);
    assert_eq!(served.ask("GET", "/v1/sets", &Ask::token(&token)).status, 200, "codes are not audited");
}

#[cfg(unix)]
#[test]
fn a_service_that_is_told_to_stop_ends_well() {
    assert!(Served::start().stop().success());
    // Under `nohup` the signal of a closed terminal is ignored; that of a stop is heard all the same.
    let place = crate::program::Place::new();
    let line = format!(
        "trap '' HUP; {} --domains d serve --listen 127.0.0.1:0 > told & \
         until grep -q Ctrl told; do sleep 0.05; done; kill -TERM $!; wait $!",
        env!("CARGO_BIN_EXE_tencode")
    );
    let output = place.shell(&line);
    assert!(output.status.success(), "{:?}", output.status);
}
