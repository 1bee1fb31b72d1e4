//! What the program says of names: those it explains, and those that nobody has.

use crate::program::Place;
use crate::program::said;

const MORE: &str = r#"
label tender "Of a tender nature" { says "alone" }
table level (reason) -> level text partial {
    R-FALL -> "low"
    R-BITE -> "high"
}
reader ward for visit {
    csv
    recognise header has ("Nr", "Said")
    id   from "Nr"
    note from "Said"
}
rules for visit {
    rule own-note warning "a note is needed" { when reason is present; require note is present }
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("d/own/codes/more.codes", MORE);
    place
}

#[test]
fn tables_labels_readers_and_fields_are_explained_as_they_are_written() {
    let place = place();
    for (name, what, text) in [
        ("tender", "more.codes:2, label, domain own", "says \"alone\""),
        ("level", "more.codes:3, table, domain own", "R-FALL -> \"low\""),
        ("ward", "more.codes:7, reader, domain own", "note from \"Said\""),
        ("note", "own.codes:4, field of record visit, domain own", "note   text free \"Note\""),
        ("visit.note", "own.codes:4, field of record visit", "filled by the readers: ward"),
        ("visit.note", "own.codes:4, field", "named in the rules: own-note"),
        ("own-note", "more.codes:14, domain own", "require note is present"),
    ] {
        let output = place.run(&["explain", name]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        assert!(shown.contains(what) && shown.contains(text), "{name}: {shown}");
    }
    let output = place.run(&["explain", "note", "--record", "other"]);
    assert_eq!(output.status.code(), Some(1));
    let output = place.run(&["explain", "tendr"]);
    assert!(said(&output).contains("did you mean `tender`?"), "{}", said(&output));
}

#[test]
fn a_misspelt_value_names_the_nearest() {
    let place = place();
    let file = place.encounters("in.ndjson", 1);
    let file = file.to_str().unwrap();
    let run = ["run", file, "--domain"];
    for (arguments, near) in [
        ([&run[..], &["ownn"]].concat(), "`own`"),
        ([&run[..], &["own", "--record", "vist"]].concat(), "`visit`"),
        ([&run[..], &["own", "--audience", "publik"]].concat(), "`public`"),
        ([&run[..], &["own", "--purpose", "TRAET"]].concat(), "`TREAT`"),
        ([&run[..], &["own", "--format", "ndjsn"]].concat(), "`ndjson`"),
        ([&run[..], &["own", "--reader", "wrad"]].concat(), "`ward`"),
        ([&run[..], &["own", "--to", "cvs"]].concat(), "`csv`"),
        (vec!["search", "fall", "--set", "reason"], "`reasons`"),
        (vec!["redact", "--audience", "publik", file], "`public`"),
        (vec!["test", "ownn"], "`own`"),
        (vec!["report", "ownn"], "`own`"),
        (vec!["schema", "disclosur"], "`disclosure`"),
    ] {
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(&format!("did you mean {near}?")), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn map_guesses_the_code_set_where_only_one_has_the_code_and_a_crosswalk() {
    let place = Place::new();
    let sets = r#"
codeset old {
    code A "a"
    code B "b"
}
codeset older {
    code B "b"
}
codeset apart {
    code C "c"
}
codeset new {
    code N "n"
}
crosswalk first from old to new {
    A -> N
    B -> N
}
crosswalk second from older to new {
    B -> N
}
"#;
    place.write("d/own/codes/more.codes", sets);
    let output = place.run(&["map", "a", "--to", "new", "--json"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("\"set\":\"old\"") && shown.contains("\"code\":\"N\""), "{shown}{}", said(&output));
    let refused = |code: &str, to: &str| said(&place.run(&["map", code, "--to", to]));
    assert!(refused("B", "new").contains("say --from old or --from older"));
    let none = "no code set with a crosswalk to `new` has the code `C`; crosswalks join it with: old, older";
    assert!(refused("C", "new").contains(none), "{}", refused("C", "new"));
    assert!(refused("A", "apart").contains("no crosswalk leads to `apart`"));
}

#[test]
fn a_list_that_comes_again_is_put_into_its_code_set() {
    let place = Place::new();
    place.write("list.csv", "Code,Name\nA,Fence\nB,Roof\n");
    let columns = ["--column", "code=Code", "--column", "title=Name"];
    let import = |more: &[&str]| place.run(&[&["import", "csv", "list.csv"], &columns[..], more].concat());
    let output = import(&["--preview", "--name", "permits"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("code A \"Fence\""), "{}", said(&output));
    assert!(said(&output).contains("permits: 2 codes; nothing is written"), "{}", said(&output));
    let file = "d/own/codes/permits.codes";
    assert_eq!(import(&["--name", "permits", "-o", file]).status.code(), Some(0));
    let first = std::fs::read_to_string(place.path(file)).unwrap();
    place.write(file, &first.replace("code A \"Fence\"", "code A \"Fence\" {\n    also \"by hand\"\n}"));

    place.write("list.csv", "Code,Name\nA,Fence or wall\nC,Dog\n");
    let before = std::fs::read_to_string(place.path(file)).unwrap();
    let again = ["--into", file, "--from", "2026-01-01"];
    let output = import(&[&again[..], &["--preview"]].concat());
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(std::fs::read_to_string(place.path(file)).unwrap(), before, "a preview writes nothing");
    let lines = ["+ C Dog", "~ A: title \"Fence or wall\", was \"Fence\"", "- B Roof (until 2025-12-31)"];
    assert!(lines.iter().all(|line| told.contains(line)), "{told}{}", said(&output));
    let output = import(&again);
    assert!(said(&output).contains("1 added, 1 changed, 1 ended"), "{}", said(&output));
    let after = std::fs::read_to_string(place.path(file)).unwrap();
    assert!(after.contains("also \"by hand\"") && after.contains("to 2025-12-31"), "{after}");
    let output = place.run(&["lookup", "B", "--set", "permits", "--on", "2026-03-01", "--json"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("2025-12-31"), "{}", said(&output));
    assert!(said(&import(&again)).contains("0 added, 0 changed, 0 ended"));
}
