//! Files that are uploaded at the desk and answered row by row, as a browser without scripts does it.

use super::client::Answer;
use super::client::Ask;
use super::client::Person;
use super::client::Served;
use crate::program::Place;
use std::time::Duration;
use std::time::Instant;
use tencode::store::NewJob;
use tencode::store::Seal;
use tencode::store::Store;

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
    fn upload(&self, served: &Served, secret: &str, file: &str) -> Answer {
        self.send(served, &[("form_secret", secret), ("desk", "own|visit"), ("reader", "")], file)
    }

    fn send(&self, served: &Served, fields: &[(&str, &str)], file: &str) -> Answer;
}

impl Uploads for Person {
    /// Uploads a file behind some fields with the form of the page; gives where it leads.
    fn send(&self, served: &Served, fields: &[(&str, &str)], file: &str) -> Answer {
        let field = |name: &str, value: &str| {
            format!("--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ndjson\"\r\n\r\n";
        let body = fields.iter().map(|(name, value)| field(name, value)).collect::<String>() + head + file;
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

#[test]
fn what_is_done_with_a_file_is_noted_with_as_many_rows_as_were_shown() {
    let served = Served::start();
    let person = Person::of(&served, served.session_of("ada", "supervisor"));
    let file: String = file().split_inclusive('\n').take(7).collect();
    let job = person.upload(&served, &person.secret, &file).header("location").to_owned();
    assert!(person.get(&served, &job).body.contains("V-4<"));
    person.act(&served, &job, "act=start");
    wait(&served, &person, &job, "/answers");
    person.act(&served, &job, "act=delete");
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit?limit=200", &Ask::token(&auditor)).json();
    let of = |it: &serde_json::Value| {
        (it["command"].as_str().unwrap().to_owned(), it["outcome"].as_str().unwrap().to_owned(), it["count"].as_u64())
    };
    let mut noted: Vec<_> = rows["rows"].as_array().unwrap().iter().filter(|it| it["actor"] == "ada").map(of).collect();
    noted.reverse();
    let deeds = noted.iter().filter(|it| it.1 == "asked").map(|it| it.0.as_str()).collect::<Vec<_>>();
    assert_eq!(deeds, ["job-upload", "job-start", "job-delete"]);
    let ends = noted.iter().filter(|it| it.0 == "job" && it.1 == "done").map(|it| it.2.unwrap()).collect::<Vec<_>>();
    assert_eq!(ends, [5, 7], "the preview shows five rows, the job answers all: {noted:?}");
}

#[test]
fn a_form_is_not_held_whole_and_the_files_of_one_owner_are_bounded() {
    let served = Served::with_settings(Place::new(), "batch_mib = 1\n");
    let person = Person::of(&served, served.session_of("ada", "desk"));
    let long = "x".repeat(5000);
    for name in ["reader", "other"] {
        let answer = person.send(&served, &[("form_secret", &person.secret), (name, &long)], &file());
        assert_eq!(answer.status, 413, "{name}");
    }
    let unending = "n".repeat(3 << 20);
    let larger = Served::start();
    let other = Person::of(&larger, larger.session());
    let answer = other.send(&larger, &[("form_secret", &other.secret), (&unending, "")], &file());
    // The service does not read to the end, and the connection may break before its answer is read.
    assert!(matches!(answer.status, 0 | 400), "{}", answer.status);
    let line = file().split_inclusive('\n').next().unwrap().to_owned();
    let large = line.repeat(900_000 / line.len());
    let status = || person.upload(&served, &person.secret, &large);
    let first = status().header("location").to_owned();
    assert_eq!([status().status, status().status, status().status], [303; 3]);
    assert_eq!(status().status, 422, "four of the largest files are there");
    assert_eq!(person.act(&served, &first, "act=delete").status, 303);
    assert_eq!(status().status, 303);
}

#[test]
fn an_upload_that_was_broken_off_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db"), Seal::new(&[7; 32])).unwrap();
    let id = store.add_job(NewJob::default()).unwrap();
    store.add_upload(&id, 0, b"row".to_vec(), 10).unwrap();
    assert!(store.add_upload(&id, 1, b"a longer row".to_vec(), 10).is_err(), "there are too many bytes");
    store.delete_uploads_before(0).unwrap();
    store.add_upload(&id, 1, b"row".to_vec(), 10).unwrap();
    store.delete_uploads_before(i64::MAX).unwrap();
    assert!(store.add_upload(&id, 2, b"row".to_vec(), 10).is_err(), "it is gone");
}
