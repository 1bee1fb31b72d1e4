//! Every `curl` line of the page about the API is run as it stands there.

use super::client::Served;
use crate::program::Place;
use std::fs;
use std::process::Command;

#[test]
fn every_curl_line_of_the_page_works() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: curl is not installed, so the lines of docs/http.md are not run");
        return;
    }
    let place = Place::new();
    let made = place.run(&["new", "parking"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let served = Served::start_in(place);
    let token = served.token("cad", "client", &["--domain", "parking", "--audience", "desk"]);
    // A line may go on in the next one.
    let page = fs::read_to_string("docs/http.md").unwrap().replace("\\\n ", "");
    let lines: Vec<&str> = page.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(lines.len() >= 10);
    for line in lines {
        let mut command = Command::new("sh");
        command.args(["-c", &line.replacen("curl -s", "curl -s -f", 1)]);
        let output = command.env("URL", format!("http://{}", served.address)).env("TOKEN", &token).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{line}: {:?}", output.status);
    }
}
