//! Text models as people meet them: what they answer, with which reasons, and what they keep to themselves.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// Codes, and the words that texts of them are made of.
const CODES: [(&str, [&str; 6]); 4] = [
    ("LOST", ["parcel", "never", "came", "courier", "vanished", "tracking"]),
    ("BROKEN", ["screen", "cracked", "stopped", "working", "smoke", "dead"]),
    ("BILL", ["charged", "invoice", "twice", "card", "amount", "fee"]),
    ("LOGIN", ["password", "locked", "account", "reset", "sign", "code"]),
];
/// Words that any text has.
const FILLERS: [&str; 10] = ["hello", "please", "my", "the", "was", "it", "today", "again", "thanks", "still"];
/// Names of nobody.
const NAMES: [&str; 5] =
    ["Marisol Quandt", "Oluwaseun Brightwater", "Ottoline Fairweather", "Dmitri Halloway", "Anneke Roosa"];

fn text(random: &mut fastrand::Rng, words: &[&str]) -> String {
    let mut picked: Vec<&str> = (0..3).map(|_| words[random.usize(..words.len())]).collect();
    picked.extend((0..4).map(|_| FILLERS[random.usize(..FILLERS.len())]));
    random.shuffle(&mut picked);
    picked.join(" ")
}

/// A domain that learns from `each` examples of a code in three files, and from as many texts that fit none.
fn taught(each: usize) -> Place {
    let place = Place::new();
    let mut random = fastrand::Rng::with_seed(11);
    for file in ["one", "two", "three"] {
        let mut rows = String::from("# made up\n");
        for _ in 0..each {
            for (code, words) in CODES {
                rows.push_str(&format!("{code}\t{}\ten\n", text(&mut random, &words)));
            }
            rows.push_str(&format!("none\t{}\ten\n", text(&mut random, &FILLERS)));
        }
        place.write(&format!("d/desk/examples/{file}.tsv"), &rows);
    }
    place.write("d/desk/domain.toml", "title = \"Desk\"\n");
    let codes: String = CODES.iter().map(|(code, _)| format!("    code {code} \"{code}\"\n")).collect();
    place.write(
        "d/desk/codes/desk.codes",
        &format!(
            "record contact {{\n    id text identifies incident\n    text text free\n}}\n\
             codeset desk-reasons for contact {{\n    search in text\n    decide at 90 % right\n    \
             learn from \"examples/one.tsv\", \"examples/two.tsv\", \"examples/three.tsv\"\n{codes}}}\n\
             policy desk {{\n    audience desk\n    version 1\n    purpose coding\n    keep every field\n}}\n\
             policy review {{\n    audience review\n    version 1\n    purpose coding\n    keep every field\n    \
             free text mask all as \"[{{kind}}]\"\n}}\n"
        ),
    );
    place
}

/// Answers to texts, for an audience.
fn answers(place: &Place, texts: &[String], more: &[&str]) -> Vec<Value> {
    let lines: String =
        (0..).zip(texts).map(|(id, text)| format!("{}\n", serde_json::json!({ "id": id, "text": text }))).collect();
    place.write("in.ndjson", &lines);
    let output = place.run(&[&["run", "--domain", "desk"], more, &["in.ndjson"]].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(!text.is_empty(), "{}", said(&output));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn best(answer: &Value) -> Option<&Value> {
    answer["candidates"].as_array().and_then(|all| all.first())
}

#[test]
fn words_that_examples_have_lead_to_their_code_and_nothing_else_does() {
    let place = taught(30);
    let mut random = fastrand::Rng::with_seed(5);
    let mut texts = Vec::new();
    let mut wanted = Vec::new();
    for _ in 0..60 {
        for (code, words) in CODES {
            texts.push(text(&mut random, &words));
            wanted.push(Some(code));
        }
        texts.push(text(&mut random, &FILLERS));
        wanted.push(None);
    }
    let answers = answers(&place, &texts, &["--audience", "desk"]);
    let (mut decided, mut right, mut silent) = (0, 0, 0);
    for (answer, wanted) in answers.iter().zip(&wanted) {
        let code = best(answer).map(|it| it["code"].as_str().unwrap());
        decided += usize::from(code.is_some());
        right += usize::from(code.is_some() && code == *wanted);
        silent += usize::from(code.is_none() && wanted.is_none());
    }
    assert!(decided >= 200, "only {decided} of 240 texts of a code got one");
    assert!(right * 100 >= decided * 90, "{right} of {decided} decisions are right");
    assert!(silent >= 36, "{silent} of 60 texts that fit no code got none");
}

#[test]
fn reasons_add_up_and_are_words_of_the_text() {
    let place = taught(30);
    let mut random = fastrand::Rng::with_seed(6);
    let texts: Vec<String> = (0..200).map(|at| text(&mut random, &CODES[at % 4].1)).collect();
    for (answer, text) in answers(&place, &texts, &["--audience", "desk", "--candidates", "3"]).iter().zip(&texts) {
        for candidate in answer["candidates"].as_array().unwrap() {
            let reasons = candidate["because"].as_array().unwrap();
            let sum: f64 = reasons.iter().map(|it| it["points"].as_f64().unwrap()).sum();
            assert!((sum - candidate["score"].as_f64().unwrap()).abs() < 1e-3, "{candidate}");
            let words = reasons.iter().filter_map(|it| it["what"].as_str());
            words.for_each(|word| assert!(text.contains(word), "{word} in {text}"));
            let confidence = candidate["confidence"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&confidence), "{candidate}");
        }
    }
}

/// Whoever sees the text masked must not be told the hidden words as reasons.
#[test]
fn a_reason_names_no_word_that_is_masked() {
    let place = taught(30);
    let mut random = fastrand::Rng::with_seed(7);
    let (mut texts, mut hidden, mut masked) = (Vec::new(), Vec::new(), 0);
    for at in 0..200 {
        let name = NAMES[at % NAMES.len()];
        texts.push(format!("my name is {name}, {}", text(&mut random, &CODES[at % 4].1)));
        hidden.push(name.to_lowercase());
    }
    let answers = answers(&place, &texts, &["--audience", "review", "--candidates", "4"]);
    for (answer, hidden) in answers.iter().zip(&hidden) {
        let shown = answer["encounter"]["text"].as_str().unwrap_or_default().to_lowercase();
        for candidate in answer["candidates"].as_array().unwrap() {
            for reason in candidate["because"].as_array().unwrap() {
                let word = reason["what"].as_str().unwrap_or_default();
                let is_hidden = hidden.split(' ').any(|part| part == word) && !shown.contains(word);
                assert!(!is_hidden, "`{word}` of {hidden}: {answer}");
            }
            masked += usize::from(!hidden.split(' ').any(|part| shown.contains(part)));
        }
    }
    assert!(masked > 300, "the names of only {masked} candidates' texts were masked");
}

#[test]
fn the_same_examples_give_the_same_bytes() {
    let (one, two) = (taught(20), taught(20));
    let build = |place: &Place| {
        assert!(place.run(&["build", "-o", "out.registry"]).status.success());
        fs::read(place.path("out.registry")).unwrap()
    };
    let (first, second) = (build(&one), build(&two));
    assert!(first == second, "two builds differ");
    one.write("d/desk/examples/one.tsv", "LOST\tmy parcel is gone\ten\n");
    assert!(build(&one) != second, "other examples, the same registry");
}

#[test]
fn a_set_with_few_examples_suggests_and_does_not_decide() {
    let place = taught(2);
    let texts = vec!["the courier never came with my parcel".to_owned()];
    let over = answers(&place, &texts, &["--audience", "desk"]);
    assert_eq!(best(&over[0]), None);
    let near = answers(&place, &texts, &["--audience", "desk", "--candidates", "2"]);
    let first = best(&near[0]).unwrap();
    assert_eq!((first["code"].as_str(), first["below"].as_bool()), (Some("LOST"), Some(true)), "{first}");
}

#[test]
fn the_report_counts_every_example_once() {
    let place = taught(30);
    place.write("d/desk/examples/two.tsv", "LOST\tsay again\ten\nBILL\tSay  again\ten\n");
    let output = place.run(&["report", "desk", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes = report["codes"].as_array().unwrap();
    let examples: BTreeMap<&str, u64> =
        codes.iter().map(|it| (it["code"].as_str().unwrap(), it["examples"].as_u64().unwrap())).collect();
    assert_eq!(examples, [("BILL", 61), ("BROKEN", 60), ("LOGIN", 60), ("LOST", 61)].into_iter().collect());
    assert_eq!(report["examples_of_two_codes"][0]["text"], "say again");
}

const CLASSES: &str = r#"
codeset desk-classes for contact {
    search in text
    decide above 0.1
    learn  from "examples/one.tsv" by to-classes, "examples/two.tsv" by to-classes

    code GOODS  "Goods"
    code MONEY  "Money"
    code ACCESS "Access"
}

crosswalk to-classes from desk-reasons to desk-classes {
    LOST   -> GOODS broader
    BROKEN -> GOODS broader
    BILL   -> MONEY
    LOGIN  -> ACCESS
}
"#;

#[test]
fn examples_of_another_set_are_led_on_by_a_crosswalk() {
    let place = taught(12);
    place.write("d/desk/codes/classes.codes", CLASSES);
    let texts: [(&str, &str); 4] = [
        ("GOODS", "my parcel never came, tracking vanished"),
        ("GOODS", "the screen is cracked and dead"),
        ("MONEY", "charged twice, the invoice amount"),
        ("ACCESS", "locked account, reset password"),
    ];
    let lines: String = texts.iter().map(|(_, text)| format!("{{\"text\":\"{text}\"}}\n")).collect();
    let file = place.write("texts.ndjson", &lines);
    let output = place.command(&["run"]).arg(&file).args(["--domain", "desk"]).output().unwrap();
    let answers = String::from_utf8_lossy(&output.stdout);
    assert_eq!(answers.lines().count(), texts.len(), "{}", said(&output));
    for ((class, text), line) in texts.iter().zip(answers.lines()) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let of_set = answer["candidates"].as_array().unwrap().iter().filter(|it| it["set"] == "desk-classes");
        let first = of_set.map(|it| it["code"].as_str().unwrap()).next();
        assert_eq!(first, Some(*class), "{text}: {line}");
    }
    // A code that the other set does not have is a mistake; one that the crosswalk passes over is none.
    let one = fs::read_to_string(place.path("d/desk/examples/one.tsv")).unwrap();
    place.write("d/desk/examples/one.tsv", &format!("{one}BIL\tthe invoice again\ten\n"));
    place.write("d/desk/codes/classes.codes", &CLASSES.replace("    LOGIN  -> ACCESS\n", ""));
    let checked = place.run(&["check", "d/desk"]);
    let told = format!("{}{}", String::from_utf8_lossy(&checked.stdout), said(&checked));
    assert!(told.contains("`BIL`") && told.contains("`desk-reasons` does not have"), "{told}");
    assert!(!told.contains("LOGIN"), "{told}");
    place.write("d/desk/codes/classes.codes", &CLASSES.replacen("by to-classes", "by to-clases", 1));
    let checked = place.run(&["check", "d/desk"]);
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(told.contains("D0101") && told.contains("to-classes"), "{told}{}", said(&checked));
}
