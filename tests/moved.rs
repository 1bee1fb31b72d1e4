//! A registry file is all an engine needs: the same bytes in any folder, home and zone, and no other file in its place.

use crate::program::Place;
use crate::program::said;
use std::fs;
use std::process::Command;
use std::process::Output;

const PEOPLE: &str = r#"
policy for-tests "For tests" {
    audience   testing
    version    1
    keep       every field
    id         to pseudonym
    free text  mask person as "[{kind}]"
    codes      keep
    findings   keep
}
"#;

/// A place with a list of names, a script, and an audience of which texts are searched for names.
fn place() -> Place {
    let place = Place::new();
    let own = fs::read_to_string(place.path("d/own/codes/own.codes")).unwrap();
    place.write("d/own/codes/own.codes", &format!("{own}{PEOPLE}"));
    let script =
        "fn validate(encounter) { if today() != date(\"2026-04-01\") { report(\"warning\", \"day\", \"late\") } }";
    place.write("d/own/scripts/hooks.rhai", script);
    place.write("releases/given-by-country.tsv", "qwertil\tXX\nzyxomir\tXX\n");
    let line =
        |number| format!("{{\"id\":\"V-{number}\",\"day\":\"2025-06-03\",\"note\":\"yesterday zyxomir fell down\"}}\n");
    place.write("in.ndjson", &(0..20).map(line).collect::<String>());
    place.write("office.key", "a secret of the office\n");
    place
}

fn built(place: &Place, name: &str) -> String {
    let output = place.command(&["build", "-o", name]).env("TENCODE_DATA", "releases").output().unwrap();
    assert!(place.path(name).exists(), "{}", said(&output));
    let answer = place.run(&["--json", "build", "-o", "other"]);
    assert!(answer.status.code() != Some(2));
    let registry = tencode::registry::Registry::open_checked(&place.path(name)).unwrap();
    registry.id().to_owned()
}

const ANSWER: [&str; 12] = [
    "run",
    "--registry",
    "office.registry",
    "--key-file",
    "office.key",
    "--today",
    "2026-04-01",
    "--domain",
    "own",
    "--audience",
    "testing",
    "in.ndjson",
];

/// The program in a folder that has nothing but three files, with nothing of its own.
fn elsewhere(files: &Place, arguments: &[&str], changes: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for name in ["office.registry", "office.key", "in.ndjson"] {
        fs::copy(files.path(name), folder.path().join(name)).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
    command.current_dir(folder.path()).env_clear().args(arguments).stdin(std::process::Stdio::null());
    command.envs(changes.iter().copied());
    command.output().unwrap()
}

#[test]
fn a_registry_gives_the_same_bytes_everywhere() {
    let place = place();
    let id = built(&place, "office.registry");
    let first = elsewhere(&place, &ANSWER, &[]);
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert!(text.contains("[person]") && !text.contains("zyxomir") && !text.contains("V-1"), "{text}");
    assert!(!text.contains("late") && text.contains(&id), "{text}");
    for changes in [
        &[("TZ", "Pacific/Kiritimati"), ("HOME", "/nowhere")][..],
        &[("TZ", "America/Los_Angeles"), ("TENCODE_KEY", "another"), ("LANG", "tr_TR.UTF-8")],
        &[("TENCODE_DATA", "/nowhere"), ("XDG_CACHE_HOME", "/proc/none"), ("XDG_DATA_HOME", "/proc/none")],
    ] {
        let again = elsewhere(&place, &ANSWER, changes);
        assert_eq!(String::from_utf8(again.stdout).unwrap(), text, "{changes:?}");
    }
    let expecting = [&ANSWER[..], &["--expect", &id]].concat();
    assert_eq!(String::from_utf8(elsewhere(&place, &expecting, &[]).stdout).unwrap(), text);
}

#[test]
fn the_same_definitions_give_the_same_registry_in_another_folder() {
    let (one, two) = (place(), place());
    // Times of files and what else lies beside them are no part of it.
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for name in ["d/own/codes/own.codes", "releases/given-by-country.tsv"] {
        fs::File::options().append(true).open(two.path(name)).unwrap().set_modified(old).unwrap();
    }
    assert_eq!(built(&one, "office.registry"), built(&two, "office.registry"));
    let bytes = |place: &Place| fs::read(place.path("office.registry")).unwrap();
    assert!(bytes(&one) == bytes(&two));
    two.write("releases/given-by-country.tsv", "qwertil\tXX\n");
    assert_ne!(built(&one, "office.registry"), built(&two, "office.registry"));
}

#[test]
fn another_or_a_damaged_registry_is_named() {
    let place = place();
    built(&place, "office.registry");
    let expecting = [&ANSWER[..], &["--expect", "blake3:00"]].concat();
    let output = elsewhere(&place, &expecting, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("office.registry: its id is blake3:") && output.stdout.is_empty());
    let whole = fs::read(place.path("office.registry")).unwrap();
    let mut random = fastrand::Rng::with_seed(10);
    for number in 0..200 {
        let mut bytes = whole.clone();
        if number % 4 == 0 {
            bytes.truncate(random.usize(0..whole.len()));
        } else {
            let place = random.usize(0..whole.len());
            let byte = bytes.get_mut(place).unwrap();
            *byte ^= random.u8(1..=255);
        }
        fs::write(place.path("office.registry"), &bytes).unwrap();
        let opened = tencode::registry::Registry::open_checked(&place.path("office.registry"));
        let error = opened.err().unwrap_or_else(|| unreachable!("{number}: a damaged file was opened"));
        assert!(error.to_string().contains("office.registry"), "{error}");
        if number % 20 == 0 {
            let output = elsewhere(&place, &ANSWER, &[]);
            assert_eq!(output.status.code(), Some(2));
            assert!(said(&output).contains("office.registry") && output.stdout.is_empty(), "{}", said(&output));
        }
    }
}

#[test]
fn keys_that_are_named_are_read_or_nothing_is_shown() {
    let place = place();
    built(&place, "office.registry");
    let right = elsewhere(&place, &ANSWER, &[]).stdout;
    // The same secret as text in the environment gives the same pseudonyms.
    let without: Vec<&str> = ANSWER.iter().copied().filter(|it| !it.contains("key")).collect();
    let output = elsewhere(&place, &without, &[("TENCODE_KEY", "a secret of the office")]);
    assert_eq!(output.stdout, right, "{}", said(&output));
    for bytes in [&b""[..], b"\n", b"\0\0\0", &[7; 33], &[b'a'; 5000]] {
        fs::write(place.path("office.key"), bytes).unwrap();
        let output = elsewhere(&place, &ANSWER, &[]);
        assert_eq!(output.status.code(), Some(2), "{bytes:?}");
        assert!(said(&output).contains("office.key") && output.stdout.is_empty(), "{}", said(&output));
    }
    fs::write(place.path("office.key"), [7; 32]).unwrap();
    let other = elsewhere(&place, &ANSWER, &[]).stdout;
    assert!(!other.is_empty() && other != right);
}

#[test]
fn lists_of_names_that_cannot_be_read_stop_who_needs_them() {
    let place = place();
    fs::write(place.path("releases/given-by-country.tsv"), b"ok\n\xff\xfe\xff\n").unwrap();
    let run = |arguments: &[&str]| place.command(arguments).env("TENCODE_DATA", "releases").output().unwrap();
    let answered = run(&["run", "--domain", "own", "--audience", "testing", "in.ndjson"]);
    assert_eq!(answered.status.code(), Some(2));
    assert!(said(&answered).contains("given-by-country.tsv") && answered.stdout.is_empty(), "{}", said(&answered));
    let redacted = run(&["redact", "--audience", "testing", "--domain", "own", "in.ndjson"]);
    assert_eq!((redacted.status.code(), redacted.stdout.is_empty()), (Some(2), true), "{}", said(&redacted));
    assert!(said(&redacted).contains("given-by-country.tsv"));
    let desk = run(&["run", "--domain", "own", "--audience", "desk", "in.ndjson"]);
    assert_eq!(desk.status.code(), Some(0), "{}", said(&desk));
    assert_eq!(run(&["build", "-o", "office.registry"]).status.code(), Some(2));
}
