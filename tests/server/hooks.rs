//! Webhooks: a program that listens is told what happens, signed, again if it does not take it, and no more than it may see.

#![cfg(unix)]

use super::client::Ask;
use super::client::Served;
use crate::program::Place;
use crate::program::said;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use tencode::store::Draft;
use tencode::store::Seal;
use tencode::store::Store;

/// `whsec_` and 32 bytes, all of them 7, in base64.
const SECRET: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// What came in: the headers of the standard, and the body.
struct Told {
    id: String,
    at: String,
    signature: String,
    body: String,
}

/// Takes one request and answers it with a status.
fn take(listener: &TcpListener, status: &str) -> Told {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (mut writer, mut reader) = (stream.try_clone().unwrap(), BufReader::new(stream));
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        headers.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let found = headers.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    writer
        .write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let body = String::from_utf8(body).unwrap();
    Told { id: header("webhook-id"), at: header("webhook-timestamp"), signature: header("webhook-signature"), body }
}

fn place(secret: &str) -> Place {
    let place = Place::new();
    let path = place.write("hook.secret", secret);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    place
}

fn settings(url: &str, more: &str) -> String {
    format!("[[hooks]]\nname = \"cad\"\nurl = \"{url}\"\nsecret = \"hook.secret\"\ndomain = \"own\"\n{more}")
}

/// The signature as `openssl` makes it.
fn signed(told: &Told) -> Option<String> {
    let key = format!("hexkey:{}", "07".repeat(32));
    let line = format!("openssl dgst -sha256 -mac HMAC -macopt {key} -binary | openssl base64 -A");
    let mut child = Command::new("sh").args(["-c", &line]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(format!("{}.{}.{}", told.id, told.at, told.body).as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok().filter(|it| !it.is_empty()).map(|it| format!("v1,{it}"))
}

fn keep(served: &Served, token: &str, key: &str, encounter: &str) -> String {
    let body = format!(r#"{{"domain":"own","record":"visit","encounter":{encounter}}}"#);
    let kept = served.ask("POST", "/v1/encounters", &Ask::token(token).with("Idempotency-Key", key).body(body));
    kept.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_program_is_told_until_it_takes_it_and_hears_no_more_than_it_may_see() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let served = Served::with_settings(place(SECRET), &settings(&url, "audience = \"public\"\nprivate = true\n"));
    let token = served.token("feed", "supervisor", &[]);
    let id = keep(&served, &token, "a", r#"{"id":"V-1","note":"Xaviera Quill fell down","reason":"R-FALL"}"#);
    let first = take(&listener, "500 Odd");
    let second = take(&listener, "204 Taken");
    assert_eq!((&first.id, &first.body), (&format!("{id}.1"), &second.body));
    assert_eq!(second.id, first.id, "a try again is known by its id");
    match signed(&second) {
        Some(signature) => assert_eq!(second.signature, signature),
        None => eprintln!("SKIPPED: openssl is not installed, so the signature is not checked"),
    }
    let body: serde_json::Value = serde_json::from_str(&second.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["version"]), (&"encounter.changed".into(), &1.into()));
    assert!(!second.body.contains("V-1") && !second.body.contains("Quill"), "{}", second.body);
    let ask = Ask::token(&token).with("Idempotency-Key", "g").with("If-Match", "\"1\"");
    let given =
        served.ask("POST", &format!("/v1/encounters/{id}/codes"), &ask.body(r#"{"set":"reasons","code":"R-BITE"}"#));
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(take(&listener, "200 OK").id, format!("{id}.2"));
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    let noted = rows["rows"].as_array().unwrap().iter().filter(|it| it["command"] == "hook");
    let noted: Vec<(&str, &str)> =
        noted.map(|it| (it["actor"].as_str().unwrap(), it["audience"].as_str().unwrap())).collect();
    assert_eq!(noted, [("hook cad", "public"); 3]);
}

#[test]
fn what_was_not_told_is_told_by_the_next_program_and_own_networks_are_not_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let served = Served::with_settings(place(SECRET), &settings(&url, ""));
    let token = served.token("feed", "supervisor", &[]);
    let id = keep(&served, &token, "a", r#"{"id":"V-1","note":"fell down"}"#);
    std::thread::sleep(Duration::from_millis(2500));
    assert!(listener.accept().is_err(), "the address is not public, and the settings do not allow it");
    let _served = served.again_with(&settings(&url, "private = true\n"));
    listener.set_nonblocking(false).unwrap();
    assert_eq!(take(&listener, "200 OK").id, format!("{id}.1"));
}

#[test]
fn a_hook_is_checked_before_it_is_used() {
    let place = place(SECRET);
    let check = |text: &str| {
        place.write("office.toml", text);
        place.run(&["serve", "--config", "office.toml", "--check-config"])
    };
    assert!(check(&settings("https://cad.example.org/", "")).status.success());
    for url in ["http://cad.example.org/", "ftp://localhost/", "nowhere"] {
        let output = check(&settings(url, ""));
        assert!(output.status.code() == Some(2) && said(&output).contains("`url`"), "{}", said(&output));
    }
    place.write("hook.secret", "whsec_c2hvcnQ=");
    let output = check(&settings("https://cad.example.org/", ""));
    assert!(said(&output).contains("the secret is no text"), "{}", said(&output));
    std::fs::set_permissions(place.path("hook.secret"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = check(&settings("https://cad.example.org/", ""));
    assert!(output.status.code() == Some(2) && said(&output).contains("can be read by others"), "{}", said(&output));
}

#[test]
fn a_secret_that_is_too_long_is_refused_and_not_cut() {
    let place = place(&format!("{SECRET}{}", " ".repeat(1024)));
    place.write("office.toml", &settings("https://cad.example.org/", ""));
    let output = place.run(&["serve", "--config", "office.toml", "--check-config"]);
    assert!(output.status.code() == Some(2) && said(&output).contains("longer than 1024 bytes"), "{}", said(&output));
}

#[test]
fn what_was_never_tried_is_not_forgotten() {
    use tencode::store::Told;
    const HOUR: i64 = 60 * 60 * 1000;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db"), Seal::new(&[7; 32])).unwrap();
    store.add_hook("cad").unwrap();
    let new = || Draft { domain: "own".to_owned(), record: "visit".to_owned(), ..Draft::default() };
    let ids: Vec<String> = (0..4).map(|_| store.add_encounter(new(), None).unwrap()).collect();
    let older = |by: i64| {
        store.write(move |connection| {
            connection.execute("UPDATE encounter SET updated = updated - ?1", [by])?;
            connection.execute("UPDATE hook SET since = since - ?1", [by])?;
            Ok(())
        })
    };
    older(HOUR).unwrap();
    let due = || store.due("cad", "own", 9).unwrap();
    let later = jiff::Timestamp::now().as_millisecond() + HOUR;
    for (due, told) in due().iter().zip([Told::Done, Told::Failed, Told::Again(later)]) {
        store.told("cad", due, told).unwrap();
    }
    store.settle("cad", "own").unwrap();
    assert_eq!(due().len(), 1, "one of {ids:?} was never tried");
    store.told("cad", &due()[0], Told::Done).unwrap();
    store.settle("cad", "own").unwrap();
    assert!(due().is_empty());
    store.write(|connection| Ok(connection.execute("UPDATE told SET next = 0 WHERE next IS NOT NULL", [])?)).unwrap();
    assert_eq!(due().len(), 1, "one is to be tried again");
}
