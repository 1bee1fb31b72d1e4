//! `-o` writes a file whole or not at all, and never over one that is in use for something else.

#![cfg(unix)]
#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Ways to name one file.
const WAYS: [&str; 6] =
    ["plainly", "with a dot", "round about", "by a link", "by a hard link", "by a link to a hard link"];

/// Another name of a file, in one of the ways; `number` keeps the names apart.
fn named(place: &Place, file: &str, way: &str, number: usize) -> String {
    let (link, hard) = (format!("link-{number}"), format!("hard-{number}"));
    let symlink = |from: &Path, name: &str| std::os::unix::fs::symlink(from, place.path(name)).unwrap();
    match way {
        "with a dot" => format!("./{file}"),
        "round about" => format!("d/../{file}"),
        "by a link" => {
            symlink(&place.path(file), &link);
            link
        }
        "by a hard link" => {
            fs::hard_link(place.path(file), place.path(&hard)).unwrap();
            hard
        }
        "by a link to a hard link" => {
            fs::hard_link(place.path(file), place.path(&hard)).unwrap();
            symlink(&place.path(&hard), &link);
            link
        }
        _ => file.to_owned(),
    }
}

/// A place in which each kind of file that must stay is there.
fn full() -> Place {
    let place = Place::new();
    place.encounters("in.ndjson", 3);
    let run = ["run", "--domain", "own", "--audience", "desk", "--audit", "office.audit", "in.ndjson"];
    assert_eq!(place.run(&run).status.code(), Some(0), "{}", said(&place.run(&run)));
    let stats = ["stats", "--by", "code", "--domain", "own", "--audience", "analytics", "in.ndjson"];
    place.run(&stats);
    assert!(place.run(&["build", "-o", "office.registry"]).status.success());
    place.run(&["audit", "checkpoint", "office.audit", "-o", "office.head"]);
    place
}

/// Files that are in use, below the folder.
fn in_use(place: &Place) -> Vec<String> {
    let mut files: Vec<String> =
        ["in.ndjson", "office.audit", "office.registry", "office.head", "d/own/domain.toml", "d/own/codes/own.codes"]
            .map(str::to_owned)
            .to_vec();
    let mut folders = vec!["data/tencode".to_owned(), "cache/tencode".to_owned()];
    while let Some(folder) = folders.pop() {
        for name in place.names(&folder) {
            let path = format!("{folder}/{name}");
            if place.path(&path).is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn a_file_in_use_is_never_the_output() {
    let place = full();
    let files = in_use(&place);
    assert!(files.len() > 12, "{files:?}");
    let mut random = fastrand::Rng::with_seed(10);
    for number in 0..200 {
        let file = random.choice(&files).unwrap().clone();
        let way = WAYS[number % WAYS.len()];
        let (before, name) = (fs::read(place.path(&file)).unwrap(), named(&place, &file, way, number));
        let run = ["run", "--domain", "own", "--audience", "desk", "--audit", "office.audit", "-o", &name, "in.ndjson"];
        let output = place.run(&run);
        assert_eq!(output.status.code(), Some(2), "{file} {way}: {}", said(&output));
        let after = fs::read(place.path(&file)).unwrap();
        let is_kept = if file == "office.audit" { after.starts_with(&before) } else { after == before };
        assert!(is_kept, "{file} {way}");
        let _ = fs::remove_file(place.path(&format!("hard-{number}")));
        let _ = fs::remove_file(place.path(&format!("link-{number}")));
    }
}

#[test]
fn standard_input_and_output_are_not_written_over() {
    let place = full();
    let before = fs::read(place.path("in.ndjson")).unwrap();
    let run = "tencode run --domain own --audience desk";
    for line in [
        format!("{run} - -o in.ndjson < in.ndjson"),
        format!("{run} -o ./in.ndjson < in.ndjson"),
        format!("{run} -o /dev/stdin < in.ndjson"),
        format!("{run} /dev/fd/7 -o in.ndjson 7< in.ndjson"),
        format!("{run} in.ndjson >> in.ndjson"),
        "tencode redact --audience desk in.ndjson >> in.ndjson".to_owned(),
    ] {
        let output = place.shell(&line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", said(&output));
        assert_eq!(fs::read(place.path("in.ndjson")).unwrap(), before, "{line}");
    }
}

#[test]
fn every_command_spares_what_it_does_not_write() {
    let place = full();
    place.write("list.csv", "CODE,NAME\nA,Ash\n");
    let import =
        |output| vec!["import", "csv", "list.csv", "--column", "code=CODE", "--column", "title=NAME", "-o", output];
    for arguments in [
        vec!["build", "-o", "office.audit"],
        vec!["build", "-o", "office.head"],
        vec!["build", "-o", "d/own/codes/own.codes"],
        import("list.csv"),
        import("office.audit"),
        import("office.registry"),
        vec!["audit", "checkpoint", "office.audit", "-o", "office.audit"],
        vec!["audit", "checkpoint", "office.audit", "-o", "office.registry"],
    ] {
        let before = fs::read(place.path(arguments.last().unwrap())).unwrap();
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert_eq!(fs::read(place.path(arguments.last().unwrap())).unwrap(), before, "{arguments:?}");
    }
    // What a command has written itself it may write again.
    for arguments in [
        vec!["build", "-o", "office.registry"],
        vec!["audit", "checkpoint", "office.audit", "-o", "office.head"],
        import("list.codes"),
        import("list.codes"),
    ] {
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn a_run_that_fails_leaves_the_old_file() {
    let place = full();
    place.write("out.ndjson", "old\n");
    let output = place.run(&["run", "--domain", "own", "--audience", "desk", "-o", "out.ndjson", "missing.ndjson"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(place.path("out.ndjson")).unwrap(), b"old\n");
    let output = place.shell("tencode run --domain own --audience desk in.ndjson > /dev/full");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    // More than fits: the limit on the size of a file is what a full disk is.
    place.encounters("many.ndjson", 3000);
    let output =
        place.shell("trap '' XFSZ; ulimit -f 16; tencode run --domain own --audience desk -o out.ndjson many.ndjson");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("out.ndjson is as it was"), "{}", said(&output));
    assert_eq!(fs::read(place.path("out.ndjson")).unwrap(), b"old\n");
    let left = drafts(&place);
    assert_eq!(left, 0);
}

#[test]
fn output_that_nobody_reads_is_an_error() {
    let place = full();
    place.encounters("many.ndjson", 4000);
    let line = "(tencode run --domain own --audience desk many.ndjson; echo $? > status) | head -c 10 > /dev/null";
    let output = place.shell(line);
    assert_eq!(fs::read_to_string(place.path("status")).unwrap().trim(), "2", "{}", said(&output));
    assert!(said(&output).contains("closed"), "{}", said(&output));
}

/// How many half-written files lie there.
fn drafts(place: &Place) -> usize {
    place.names(".").iter().filter(|name| Path::new(name).extension().is_some_and(|it| it == "part")).count()
}

/// How often the program is interrupted; `TENCODE_KILLS` says more.
fn kills() -> usize {
    std::env::var("TENCODE_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(8)
}

#[test]
fn an_interrupted_run_leaves_the_old_file_whole() {
    let place = full();
    place.encounters("many.ndjson", 6000);
    let run = ["run", "--domain", "own", "--audience", "desk", "-o", "out.ndjson", "many.ndjson"];
    let begun = std::time::Instant::now();
    assert!(place.run(&run).status.success());
    let time = begun.elapsed();
    let new = fs::read(place.path("out.ndjson")).unwrap();
    let mut random = fastrand::Rng::with_seed(9);
    let (mut kept, mut replaced) = (0, 0);
    for number in 0..kills() {
        place.write("out.ndjson", "old\n");
        let child = place.command(&run).stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(random.f64() * time.as_secs_f64() * 1.1));
        let signal = ["-KILL", "-INT", "-TERM"][number % 3];
        let id = child.id().to_string();
        std::process::Command::new("/bin/kill")
            .args([signal, &id])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let found = fs::read(place.path("out.ndjson")).unwrap();
        if found == b"old\n" {
            kept += 1;
            let left = drafts(&place);
            assert!(signal == "-KILL" || left == 0 || said(&output).is_empty(), "{signal}: {left} left");
        } else {
            assert_eq!(found.len(), new.len(), "{signal} at {number}: neither old nor new");
            assert!(found == new);
            replaced += 1;
        }
    }
    assert_eq!(kept + replaced, kills());
    // The next run removes what a killed one left.
    assert!(place.run(&run).status.success());
    assert_eq!(drafts(&place), 0);
}
