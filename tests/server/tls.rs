//! TLS by the program itself: `curl` asks, `openssl` makes the certificates.

#![cfg(unix)]

use super::client::Served;
use crate::program::Place;
use crate::program::said;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

const SETTINGS: &str = "[tls]\ncertificate = \"desk.pem\"\nkey = \"desk.key\"\n";

/// Whether the programs are there that these tests ask.
fn have_programs() -> bool {
    let has = |name: &str| Command::new(name).arg("version").output().is_ok();
    let has_both = has("openssl") && has("curl");
    if !has_both {
        eprintln!("SKIPPED: curl or openssl is not installed, so TLS is not tried");
    }
    has_both
}

/// Makes a certificate for `localhost` and its key, under these names.
fn certify(place: &Place, name: &str) {
    let (key, certificate) = (place.path(&format!("{name}.key")), place.path(&format!("{name}.pem")));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let output = command.arg("-keyout").arg(&key).arg("-out").arg(&certificate).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    rights(&key, 0o600);
}

fn rights(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What the service answers to who trusts this certificate and no other; nothing if they do not take what it shows.
fn ask(served: &Served, certificate: &str, path: &str) -> Option<String> {
    let port = served.address.rsplit_once(':').unwrap().1;
    let mut command = Command::new("curl");
    command.args(["-s", "-i", "--http1.1", "--max-time", "10", "--cacert"]).arg(served.place.path(certificate));
    command.args(["--resolve", &format!("localhost:{port}:127.0.0.1")]);
    let output = command.arg(format!("https://localhost:{port}{path}")).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// Waits until the service shows another certificate.
fn comes_to_show(served: &Served, certificate: &str) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        if ask(served, certificate, "/healthz").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

#[test]
fn connections_are_encrypted_with_the_certificate_of_the_settings() {
    if !have_programs() {
        return;
    }
    let place = Place::new();
    certify(&place, "desk");
    certify(&place, "other");
    let served = Served::with_settings(place, SETTINGS);
    let answer = ask(&served, "desk.pem", "/sign-in").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security"), "{answer}");
    assert!(ask(&served, "other.pem", "/sign-in").is_none());
    assert_eq!(
        served.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
        0,
        "nothing is said in the clear"
    );
    assert!(served.stop().success());
}

#[test]
fn a_certificate_is_taken_when_it_has_changed_and_left_where_it_cannot_be_used() {
    if !have_programs() {
        return;
    }
    let place = Place::new();
    certify(&place, "desk");
    certify(&place, "second");
    certify(&place, "third");
    fs::copy(place.path("desk.pem"), place.path("first.pem")).unwrap();
    let served = Served::with_settings(place, SETTINGS);
    let replace = |name: &str, kind: &str| {
        fs::copy(served.place.path(&format!("{name}.{kind}")), served.place.path(&format!("desk.{kind}"))).unwrap();
    };
    // A certificate without its key is not taken.
    replace("second", "pem");
    served.signal("-HUP");
    let begun = Instant::now();
    let is_said = || ask(&served, "first.pem", "/readyz").is_some_and(|it| it.contains("the files cannot be used"));
    while !is_said() {
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", ask(&served, "first.pem", "/readyz"));
        std::thread::sleep(Duration::from_millis(100));
    }
    replace("second", "key");
    assert!(comes_to_show(&served, "second.pem"), "without being told");
    assert!(ask(&served, "second.pem", "/readyz").unwrap().contains("\"certificate\":\"in use\""));
    replace("third", "pem");
    replace("third", "key");
    served.signal("-HUP");
    assert!(comes_to_show(&served, "third.pem"));
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_before_it_serves() {
    if !have_programs() {
        return;
    }
    let place = Place::new();
    certify(&place, "desk");
    certify(&place, "other");
    place.write("office.toml", SETTINGS);
    let check = || place.run(&["serve", "--config", "office.toml", "--check-config"]);
    let refused = |why: &str| {
        let output = check();
        assert!(output.status.code() == Some(2) && said(&output).contains(why), "{why}: {}", said(&output));
    };
    assert!(check().status.success(), "{}", said(&check()));
    rights(&place.path("desk.key"), 0o640);
    refused("can be read by others");
    rights(&place.path("desk.key"), 0o600);
    fs::copy(place.path("other.pem"), place.path("desk.pem")).unwrap();
    refused("cannot be used with its key");
    place.write("desk.pem", "no certificate");
    refused("has no certificate in the form of PEM");
    fs::remove_file(place.path("desk.pem")).unwrap();
    refused("desk.pem");
    place.write("office.toml", "listen = \"0.0.0.0:8700\"\n");
    refused("without encryption");
}
