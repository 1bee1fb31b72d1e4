//! A script that fails is told from one that finds something, where encounters are run and where cases are tested.

use crate::program::Place;
use crate::program::said;

/// The domain `own` with a script that fails on one note and finds something in another.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "d/own/scripts/hooks.rhai",
        "fn validate(encounter) {\n    if encounter.note == \"fails\" { throw \"it cannot go on\"; }\n    \
         if encounter.note == \"finds\" { return finding(\"error\", \"note\", \"a word of its own\"); }\n}\n",
    );
    place
}

#[test]
fn a_case_fails_where_a_script_fails() {
    let place = place();
    place.write("d/own/cases/it.ndjson", "{\"what\":\"nothing is wrong\",\"encounter\":{\"id\":\"1\",\"day\":\"2025-06-03\",\"note\":\"quiet\"},\"expect\":{\"findings\":[]}}\n");
    assert_eq!(place.run(&["test", "own"]).status.code(), Some(0), "{}", said(&place.run(&["test", "own"])));
    place.write("d/own/cases/it.ndjson", "{\"what\":\"it fails\",\"encounter\":{\"id\":\"1\",\"day\":\"2025-06-03\",\"note\":\"fails\"},\"expect\":{\"findings\":[]}}\n");
    let output = place.run(&["test", "own"]);
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("script"), "{shown}");
}

#[test]
fn a_failed_script_and_what_a_script_finds_have_different_names() {
    let place = place();
    for (note, rule, other) in
        [("fails", "script-error", "\"rule\":\"script\""), ("finds", "\"rule\":\"script\"", "script-error")]
    {
        place.write("in.ndjson", &format!("{{\"id\":\"1\",\"day\":\"2025-06-03\",\"note\":\"{note}\"}}\n"));
        let output = place.run(&["run", "--domain", "own", "--audience", "desk", "in.ndjson"]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(shown.contains(rule) && !shown.contains(other), "{note}: {shown}");
        assert_eq!(output.status.code(), Some(1), "{note}");
    }
}
