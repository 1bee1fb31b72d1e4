//! What the program notes when it is run.

use std::path::PathBuf;
use std::process::Command;

/// A folder with one small domain, and the program run in it.
struct Office(tempfile::TempDir);

const CODES: &str = r#"record visit {
    id    text  required identifies person
    name  text  identifies person
    area  text  quasi-identifier
    kind  code in kinds
}
codeset kinds "Kinds" {
    code A "One" { also "first" }
    code B "Two"
}
"#;

impl Office {
    fn new(manifest: &str) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let domain = folder.path().join("domains/small/codes");
        std::fs::create_dir_all(&domain).unwrap();
        std::fs::write(domain.join("visit.codes"), CODES).unwrap();
        std::fs::write(folder.path().join("domains/small/domain.toml"), manifest).unwrap();
        Office(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn tencode(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
        self.settle(&mut command);
        command.args(["--domains", "domains"]).args(arguments);
        command
    }

    fn settle(&self, command: &mut Command) {
        command.current_dir(self.0.path()).env_remove("TENCODE_AUDIT").env_remove("TENCODE_DATA").env("USER", "jo");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("XDG_DATA_HOME", self.path("data"));
    }

    /// Runs it; standard output, standard error and the exit status.
    fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        Office::told(&self.tencode(arguments).output().unwrap())
    }

    fn told(output: &std::process::Output) -> (String, String, i32) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
    }

    fn visits(&self, count: usize) {
        let line = |number: usize| {
            format!(r#"{{"id":"Zq-{number}","name":"Wilhelmina Xanthopoulos","area":"north","kind":"A"}}"#) + "\n"
        };
        std::fs::write(self.path("in.ndjson"), (0..count).map(line).collect::<String>()).unwrap();
    }
}

const RUN: [&str; 7] = ["run", "--domain", "small", "--audience", "public", "--jobs", "2"];

#[test]
fn a_run_is_noted_and_never_quoted() {
    let office = Office::new("");
    office.visits(30);
    std::fs::write(office.path("more.ndjson"), "{\"id\":\"Zq-7\",\"name\":\"Wilhelmina\"}\nno json Xanthopoulos\n")
        .unwrap();
    let plain = office.run(&[&RUN[..], &["in.ndjson"]].concat());
    let noted = office.run(&[&RUN[..], &["--audit", "log", "in.ndjson"]].concat());
    assert_eq!(plain, noted, "the log changes nothing that is shown");
    assert_eq!(office.run(&[&RUN[..], &["--audit", "log", "more.ndjson"]].concat()).2, 1);
    assert_eq!(office.run(&["run", "--domain", "small", "--audience", "nobody", "--audit", "log", "in.ndjson"]).2, 2);
    assert_eq!(office.run(&["redact", "--audience", "public", "--audit", "log", "in.ndjson"]).2, 0);

    let (said, _, status) = office.run(&["--json", "audit", "verify", "log"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (status, &report["fault"], &report["key_is_given"]),
        (0, &serde_json::Value::Null, &true.into()),
        "{said}"
    );
    let text = std::fs::read_to_string(office.path("log")).unwrap();
    for word in ["Zq-", "Wilhelmina", "Xanthopoulos", "north"] {
        assert!(!text.contains(word), "the log quotes `{word}`");
    }
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |outcome: &str, command: &str| {
        rows.iter().filter(|row| row["outcome"] == outcome && row["command"] == command).count()
    };
    assert_eq!((count("asked", "run"), count("shown", "run"), count("done", "run")), (2, 31, 2));
    assert_eq!((count("error", "run"), count("denied", "run"), count("shown", "redact")), (1, 1, 1));
    let shown = rows.iter().find(|row| row["outcome"] == "shown").unwrap();
    // Who it is the system says, whatever the session is called.
    assert_eq!(shown["actor_is"], if cfg!(unix) { "proved" } else { "claimed" });
    assert!(!cfg!(unix) || shown["actor"] != "jo", "{shown}");
    assert_eq!((&shown["domain"], &shown["record"]), (&"small".into(), &"visit".into()));
    assert!(shown["policy"].as_str().unwrap().starts_with("public@") && shown["registry"].as_str().unwrap().len() > 20);
    assert_eq!(shown["codes"]["kinds"], 1);

    // Who was shown Zq-7, in either run.
    let (found, _, status) =
        office.run(&["audit", "export", "log", "--subject", "Zq-7", "--domain", "small", "--record", "visit"]);
    assert_eq!((found.lines().count(), status), (2, 0));
    let (found, ..) = office.run(&["audit", "export", "log", "--outcome", "denied"]);
    assert_eq!(found.lines().count(), 1);
}

#[test]
fn a_cut_shows_on_the_command_line() {
    let office = Office::new("");
    office.visits(3);
    let run = [&RUN[..], &["--audit", "log", "in.ndjson"]].concat();
    office.run(&run);
    let early = std::fs::read(office.path("log")).unwrap();
    office.run(&run);
    assert_eq!(office.run(&["audit", "checkpoint", "log", "-o", "head"]).2, 0);
    let report: serde_json::Value = serde_json::from_str(&office.run(&["--json", "audit", "verify", "log"]).0).unwrap();
    std::fs::write(office.path("key"), report["key"].as_str().unwrap()).unwrap();
    let check = ["audit", "verify", "log", "--checkpoint", "head", "--key", "key"];
    assert_eq!(office.run(&check).2, 0);
    std::fs::write(office.path("log"), early).unwrap();
    assert_eq!(office.run(&["audit", "verify", "log"]).2, 0, "by itself it is whole");
    let (said, _, status) = office.run(&check);
    assert_eq!(status, 1);
    assert!(said.contains("the log ends before a checkpoint kept elsewhere"), "{said}");
    let (said, _, status) = office.run(&["audit", "export", "log", "--checkpoint", "head"]);
    assert_eq!((said.lines().count() > 5, status), (true, 1));
}

/// A row that somebody writes without the key, well chained: it is named, marked, and never signed.
#[test]
fn a_row_without_the_key_is_never_vouched_for() {
    use sha2::Digest;
    let office = Office::new("");
    office.visits(3);
    let run = [&RUN[..], &["--audit", "log", "--actor", "mallory", "in.ndjson"]].concat();
    assert_eq!(office.run(&run).2, 0);
    let text = std::fs::read_to_string(office.path("log")).unwrap();
    assert!(text.contains(r#""actor":"mallory","actor_is":"claimed""#));
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let digits = last["hash"].as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(digits.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap();
    let before: Vec<u8> = (0..32).map(byte).collect();
    let (rows, time) = (text.lines().count() as u64, last["time"].as_str().unwrap());
    let row = format!(
        r#"{{"seq":{},"time":"{time}","command":"run","actor":"jo","outcome":"denied","mac":"{}""#,
        rows + 1,
        "0".repeat(32)
    );
    let hash = sha2::Sha256::new().chain_update(&before).chain_update(&row).finalize();
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(office.path("log"), format!("{text}{row},\"hash\":\"{hash}\"}}\n")).unwrap();

    let what = format!("row {} is wrong: it is not vouched for: it was not written with the key", rows + 1);
    for _ in 0..2 {
        let (said, _, status) = office.run(&["audit", "verify", "log"]);
        assert_eq!(status, 1);
        assert!(said.contains(&what) && said.contains(&format!("row {} is not vouched for", rows + 1)), "{said}");
        // Who has only the public half sees that no signature covers it.
        let public = office.run(&["--json", "audit", "verify", "log"]).0;
        let key = serde_json::from_str::<serde_json::Value>(&public).unwrap()["key"].as_str().unwrap().to_owned();
        let mut other = office.tencode(&["--json", "audit", "verify", "log", "--key", &key]);
        let (said, ..) = Office::told(&other.env("TENCODE_AUDIT_KEY", office.path("none.key")).output().unwrap());
        let report: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(report["not_vouched"], serde_json::json!([[rows + 1, rows + 1]]), "{said}");
        let (rows_out, _, status) = office.run(&["audit", "export", "log"]);
        let marked: Vec<&str> = rows_out.lines().filter(|line| line.contains(r#""vouched":false"#)).collect();
        assert_eq!((marked.len(), status, rows_out.lines().count() as u64), (1, 1, rows + 1));
        assert!(marked[0].contains("denied"));
        // A later opening does not sign it, and neither does a checkpoint.
        let (shown, said, status) = office.run(&run);
        assert_eq!((shown.as_str(), status), ("", 2));
        assert!(said.contains("not vouched for"), "{said}");
        assert_eq!(office.run(&["audit", "checkpoint", "log"]).2, 2);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn where_it_cannot_be_noted_nothing_is_shown() {
    let office = Office::new("");
    office.visits(3);
    for run in [
        [&RUN[..], &["--audit", "/dev/full", "in.ndjson"]].concat(),
        [&RUN[..], &["--audit", "/dev/null", "in.ndjson"]].concat(),
        [&RUN[..], &["--audit", "no/such/folder", "in.ndjson"]].concat(),
        vec!["redact", "--audience", "public", "--audit", "/dev/full", "in.ndjson"],
        vec!["classify", "--domain", "small", "--audit", "/dev/full", "{\"id\":\"1\"}"],
    ] {
        let (shown, said, status) = office.run(&run);
        assert_eq!((shown.as_str(), status), ("", 2), "{run:?}");
        assert!(said.contains("nothing is shown"), "{said}");
    }
    // By the environment too: an office sets it for all.
    let mut command = office.tencode(&[&RUN[..], &["in.ndjson"]].concat());
    let (shown, _, status) = Office::told(&command.env("TENCODE_AUDIT", "/dev/full").output().unwrap());
    assert_eq!((shown.as_str(), status), ("", 2));
}

/// A file that may not grow beyond some size: what was shown until then has been noted.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_may_not_grow_stops_the_run() {
    let office = Office::new("");
    office.visits(20_000);
    office.run(&[&RUN[..], &["in.ndjson", "-o", "out"]].concat());
    for blocks in [0, 1, 16, 2_000, 6_000] {
        let _ = std::fs::remove_file(office.path("log"));
        let mut shell = Command::new("sh");
        office.settle(&mut shell);
        let line = format!(
            "ulimit -f {blocks}; exec {} --domains domains {} --audit log in.ndjson",
            env!("CARGO_BIN_EXE_tencode"),
            RUN.join(" ")
        );
        let output = shell.args(["-c", &line]).output().unwrap();
        let (shown, _, status) = Office::told(&output);
        assert_ne!(status, 0, "{blocks}");
        let lines = shown.lines().count();
        assert!(lines < 20_000);
        if lines > 0 {
            let noted = std::fs::read_to_string(office.path("log")).unwrap();
            assert!(noted.lines().filter(|line| line.contains(r#""outcome":"shown""#)).count() >= lines, "{blocks}");
        }
        // The next run mends what was left.
        if office.path("log").is_file() {
            assert_eq!(office.run(&["audit", "checkpoint", "log"]).2, if blocks == 0 { 2 } else { 0 }, "{blocks}");
        }
    }
}

#[test]
fn a_domain_can_require_it() {
    let office = Office::new("[audit]\nrequired = true\n");
    office.visits(3);
    let (shown, said, status) = office.run(&[&RUN[..], &["in.ndjson"]].concat());
    assert_eq!((shown.as_str(), status), ("", 2));
    assert!(said.contains("domain `small` requires an audit log"), "{said}");
    assert_eq!(office.run(&[&RUN[..], &["in.ndjson", "--audit", "log"]].concat()).2, 0);
    assert_eq!(office.run(&["classify", "--domain", "small", "{\"id\":\"1\"}"]).2, 2);
}

#[test]
fn the_logs_of_a_cluster_are_checked_as_one() {
    let office = Office::new("");
    office.visits(3);
    std::fs::create_dir(office.path("logs")).unwrap();
    assert_eq!(office.run(&["audit", "verify", "logs"]).2, 2, "there is none");
    for name in ["job-00000-0", "job-00001-1"] {
        office.run(&[&RUN[..], &["--audit", &format!("logs/{name}.audit"), "in.ndjson"]].concat());
    }
    // An attempt that was broken off: it has no row of its end.
    let whole = std::fs::read_to_string(office.path("logs/job-00000-0.audit")).unwrap();
    let end = whole.lines().position(|line| line.contains(r#""outcome":"done""#)).unwrap();
    let broken: String = whole.split_inclusive('\n').take(end).collect();
    std::fs::write(office.path("logs/job-00001-0.audit"), &broken).unwrap();
    let (said, _, status) = office.run(&["audit", "verify", "logs"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("3 logs; an attempt at 2 tasks came to its end"), "{said}");
    assert!(said.contains("job-00001-0.audit: ran again"), "{said}");
    std::fs::write(office.path("logs/job-00002-0.audit"), &broken).unwrap();
    let (said, _, status) = office.run(&["audit", "verify", "logs"]);
    assert_eq!(status, 1);
    assert!(said.contains("job-00002: no attempt came to its end"), "{said}");
    std::fs::write(office.path("logs/job-00000-0.audit"), whole.replace("small", "smell")).unwrap();
    assert_eq!(office.run(&["audit", "verify", "logs"]).2, 1);
}
