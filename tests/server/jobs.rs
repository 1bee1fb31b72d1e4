//! Files that are uploaded at the desk and answered row by row, as a browser without scripts does it.

use super::client::Answer;
use super::client::Ask;
use super::client::Person;
use super::client::Served;
use std::time::Duration;
use std::time::Instant;

const ROWS: usize = 3000;
const CANARY: &str = "zyx-canary-4417";

fn file() -> String {
    let line = |number: usize| match number {
        7 => "{\"id\":\n".to_owned(),
        _ => format!("{{\"id\":\"V-{number}\",\"day\":\"2025-06-03\",\"note\":\"fell down {CANARY}\"}}\n"),
    };
    (0..ROWS).map(line).collect()
}

trait Uploads {
    fn upload(&self, served: &Served, secret: &str, file: &str) -> Answer;
}

impl Uploads for Person {
    /// Uploads a file with the form of the page; gives where it leads.
    fn upload(&self, served: &Served, secret: &str, file: &str) -> Answer {
        let field = |name: &str, value: &str| {
            format!("--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ndjson\"\r\n\r\n";
        let fields = [("form_secret", secret), ("desk", "own|visit"), ("reader", "")];
        let body = fields.map(|(name, value)| field(name, value)).concat() + head + file;
        let ask = Ask::default().with("Cookie", &self.cookie).with("Content-Type", "multipart/form-data; boundary=XyZ");
        served.ask("POST", "/jobs", &ask.body(body + "\r\n--XyZ--\r\n"))
    }
}

/// Waits until the page of a job says something.
fn wait(served: &Served, person: &Person, path: &str, said: &str) {
    let begun = Instant::now();
    while !person.get(served, path).body.contains(said) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", person.get(served, path).body);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_file_is_previewed_answered_and_downloaded() {
    let served = Served::start();
    let person = Person::of(&served, served.session());
    let file = file();
    let job = person.upload(&served, &person.secret, &file).header("location").to_owned();
    assert!(job.starts_with("/jobs/"), "{job}");
    let preview = person.get(&served, &job).body;
    assert!(preview.contains("V-4<") && !preview.contains("V-5<"), "{}", preview.rsplit("<main").next().unwrap());
    assert!(preview.contains("<th scope=\"col\">note</th>"));
    assert_eq!(person.get(&served, &format!("{job}/answers")).status, 422, "it has not begun");
    assert_eq!(person.act(&served, &job, "act=start").status, 303);
    wait(&served, &person, &job, "/answers");
    let page = person.get(&served, &job).body;
    assert!(page.contains("R-FALL") && page.contains("1 cannot be read"), "{page}");
    let path = served.place.write("all.ndjson", &file).to_str().unwrap().to_owned();
    let told = String::from_utf8(served.place.run(&["run", "--domain", "own", &path]).stdout).unwrap();
    assert!(person.get(&served, &format!("{job}/answers")).body == told, "the same bytes as the command line writes");
    assert_eq!(person.act(&served, &job, "act=delete").header("location"), "/jobs");
    assert_eq!(person.get(&served, &job).status, 404);
}

#[test]
fn a_job_goes_on_after_the_program_was_killed_and_answers_no_row_twice() {
    let mut served = Served::start();
    let mut person = Person::of(&served, served.session());
    let file: String = file().repeat(4);
    let job = person.upload(&served, &person.secret, &file).header("location").to_owned();
    person.act(&served, &job, "act=start");
    let mut cuts = 0;
    while !person.get(&served, &job).body.contains("/answers") && cuts < 4 {
        std::thread::sleep(Duration::from_millis(300));
        served = served.again();
        person = Person::of(&served, served.session());
        cuts += 1;
    }
    wait(&served, &person, &job, "/answers");
    let path = served.place.write("all.ndjson", &file).to_str().unwrap().to_owned();
    let told = String::from_utf8(served.place.run(&["run", "--domain", "own", &path]).stdout).unwrap();
    assert!(person.get(&served, &format!("{job}/answers")).body == told, "after {cuts} cuts");
    let page = person.get(&served, &job).body;
    assert!(page.contains(&format!("{} rows", 4 * ROWS)) && page.contains("4 cannot be read"), "{page}");
}

#[test]
fn a_job_is_for_its_owner_and_lies_sealed() {
    let served = Served::start();
    let person = Person::of(&served, served.session());
    assert_eq!(person.upload(&served, "AAAA", &file()).status, 403, "the form of another session");
    let job = person.upload(&served, &person.secret, &file()).header("location").to_owned();
    person.act(&served, &job, "act=start");
    wait(&served, &person, &job, "/answers");
    let ada = Person::of(&served, served.session_of("ada", "administrator"));
    for path in [job.clone(), format!("{job}/answers")] {
        assert_eq!(ada.get(&served, &path).status, 404, "{path}");
    }
    assert_eq!(ada.act(&served, &job, "act=delete").status, 404);
    let folder = served.place.path("data/tencode/desk");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|it| it == CANARY.as_bytes()), "{}", path.display());
    }
}
