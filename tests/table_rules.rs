//! Rules over the rows of a table, `for each row in TABLE(a, b)`: what they find is what the same rows find as rules.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use super::made_up::disclose;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write as _;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::load;
use tencode::definitions::load::parse_file;
use tencode::encounters::engine::Engine;
use tencode::model::rules::Piece;

const RECORD: &str = r#"
codeset offenses "Offenses" {
    property violent bool
    group P "Person" { code A1 "Assault" { violent true }
        code A2 "Robbery" }
    code B1 "Burglary"
}
record report "A report" {
    findings carry element
    id       text required identifies incident
    day      date dates encounter plain
    offenses list of { code code in offenses; loss one of (none, burned, stolen) }
    value    integer plain
    method   text plain
    premises integer plain
}
policy desk "All" {
    keep every field
    free text keep
}
"#;

/// Cells of the inputs offense, loss and value, the conditions that say the same, and the rest of the row.
type Written = ([&'static str; 3], [&'static str; 3], &'static str, &'static str, &'static str);

const ROWS: [Written; 6] = [
    (["A1", "any", "any"], ["o.code is A1", "", ""], "11", "method", ""),
    (["(A1, B1)", "stolen", "any"], ["o.code in (A1, B1)", "o.loss is stolen", ""], "16", "value", ""),
    (["B1", "any", "absent"], ["o.code is B1", "", "value is absent"], "10", "premises", "2026-01-01"),
    (["any", "(burned, stolen)", "> 99"], ["", "o.loss in (burned, stolen)", "value > 99"], "12", "method", ""),
    (["any", "absent", "3..9"], ["", "o.loss is absent", "value in 3..9"], "13", "o.loss", ""),
    (["A2", "none", "<= 2"], ["o.code is A2", "o.loss is none", "value <= 2"], "14", "premises", "2025-06-01"),
];

const MESSAGE: &str = "element {row.element} is wanted";

/// The rows as a table and one rule.
fn as_table() -> String {
    let mut text = format!("{RECORD}table wanted (offense code in offenses, loss one of (none, burned, stolen), ");
    text.push_str("value integer) -> element text, where field every-match {\n");
    for (cells, _, element, field, from) in ROWS {
        let from = if from.is_empty() { String::new() } else { format!(" from {from}") };
        writeln!(text, "{} -> \"{element}\", {field}{from}", cells.join(", ")).unwrap();
    }
    format!(
        "{text}}}\nrules for report {{ rule wanted-1 error \"{MESSAGE}\" element \"{{row.element}}\" {{ for each o in offenses\n\
         when day is present\nfor each row in wanted(o.code, o.loss, value)\nrequire row.where is present }} }}\n"
    )
}

/// The rows as rules, each with the conditions of its cells.
fn as_rules() -> String {
    let mut text = format!("{RECORD}rules for report {{\n");
    for (number, (_, conditions, element, field, from)) in ROWS.iter().enumerate() {
        let message = MESSAGE.replace("{row.element}", element);
        writeln!(text, "rule wanted-{number} error \"{message}\" element \"{element}\" {{").unwrap();
        writeln!(text, "for each o in offenses\nwhen day is present").unwrap();
        for condition in conditions.iter().filter(|it| !it.is_empty()) {
            writeln!(text, "when {condition}").unwrap();
        }
        let from = if from.is_empty() { String::new() } else { format!("from {from}\n") };
        writeln!(text, "{from}require {field} is present }}").unwrap();
    }
    text + "}\n"
}

/// What is found, but for the names of the rules.
fn found(engine: &Engine, report: &Value) -> Vec<[String; 3]> {
    let disclosure = disclose(engine, report);
    let findings = disclosure["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = findings.iter().map(|it| ["element", "path", "message"].map(|key| word(it, key))).collect();
    found.sort();
    found
}

#[test]
fn a_row_finds_what_it_finds_as_a_rule() {
    let engine_of = |text: &str| made_up::desk(&made_up::registry("office", text), "office", None);
    let (table, rules) = (engine_of(&as_table()), engine_of(&as_rules()));
    let mut random = fastrand::Rng::with_seed(27);
    let mut elements = std::collections::BTreeSet::new();
    for number in 0..1_500 {
        let mut report = json!({"id": number.to_string(), "offenses": []});
        let mut one_of = |values: &[Value]| values[random.usize(..values.len())].clone();
        let absent = Value::Null;
        let given = [
            ("day", one_of(&[json!("2024-03-01"), json!("2025-07-01"), json!("2026-02-01"), absent.clone()])),
            (
                "value",
                one_of(&[json!(1), json!(2), json!(5), json!(100), json!("much"), absent.clone(), absent.clone()]),
            ),
            ("method", one_of(&[json!("forced"), absent.clone(), absent.clone()])),
            ("premises", one_of(&[json!(3), absent.clone(), absent.clone()])),
        ];
        let offenses: Vec<Value> = (0..number % 4)
            .map(|_| {
                let code = one_of(&[json!("A1"), json!("A2"), json!("B1"), json!("P"), json!("ZZ"), absent.clone()]);
                let loss = one_of(&[json!("none"), json!("burned"), json!("stolen"), json!("x"), absent.clone()]);
                json!({"code": code, "loss": loss})
            })
            .collect();
        report["offenses"] = offenses.into();
        for (key, value) in given {
            report[key] = value;
        }
        let wanted = found(&rules, &report);
        assert_eq!(found(&table, &report), wanted, "{report}");
        elements.extend(wanted.into_iter().map(|[element, ..]| element));
    }
    for (.., element, _, _) in ROWS {
        assert!(elements.contains(element), "nothing was found of element {element}");
    }
}

#[test]
fn the_rows_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("domain.toml", "title = \"Office\"\n");
    let table =
        "table wanted (offense code in offenses) -> element text, where field every-match import csv \"w.csv\"\n";
    let rule = "rules for report { rule r error \"{row.element}\" { for each o in offenses\n\
                for each row in wanted(o.code)\nrequire row.where is present } }\n";
    write("a.codes", &format!("{RECORD}{table}{rule}"));
    write("w.csv", "offense,element,where\nA1,11,method\n\"(A1, B1)\",16,value\n");
    let outcome = compile(vec![load(folder.path())], &[]);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert_eq!(outcome.compiled.domains[0].rules[0].checks.len(), 2);
    write("w.csv", "offense,element,where\nA1,11,method\nB1,16,worth\n");
    let outcome = compile(vec![load(folder.path())], &[]);
    let said: Vec<String> = outcome.diagnostics.iter().map(|it| format!("{} {}", it.kind, it.note)).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("worth") && said[0].contains("row 2"), "{said:?}");
}

/// The numbers of what is said about a table and a rule.
fn problems(table: &str, rule: &str) -> Vec<String> {
    let text = format!("{RECORD}{table}\nrules for report {{ rule r error \"m\" {{ {rule} }} }}\n");
    let (file, diagnostics) = parse_file(std::path::Path::new("a.codes"), text);
    let source = DomainSource { name: "office".to_owned(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![source], &[]);
    outcome.diagnostics.iter().map(|it| it.kind.code()).collect()
}

#[test]
fn what_a_rule_cannot_ask_of_rows_is_said_once() {
    const TABLE: &str = "table t (value integer) -> element text, where field every-match { any -> \"1\", method }";
    let require = "require row.where is present";
    let asks = |more: &str| format!("for each row in t(value)\n{more}");
    assert_eq!(problems(TABLE, &asks(require)), Vec::<String>::new());
    let cases: [(&str, String, &[&str]); 12] = [
        // no such table, not every row counts, too many inputs, two tables, inside of a part
        (TABLE, format!("for each row in tt(value)\n{require}"), &["D0101"]),
        (
            &TABLE.replace(", where field every-match", " partial").replace(", method", ""),
            asks("require value = 1"),
            &["D0004"],
        ),
        (TABLE, format!("for each row in t(value, premises)\n{require}"), &["D0109"]),
        (TABLE, asks(&asks(require)), &["D0530"]),
        (TABLE, format!("check {{ {} }}", asks("require value = 1")), &["D0530"]),
        // no such output, no such field, a field that is the row itself
        (TABLE, asks("require row.wher is present"), &["D0103"]),
        (&TABLE.replace("method", "metod"), asks(require), &["D0103"]),
        (&TABLE.replace("method", "row.where"), asks(require), &["D0103"]),
        // in an expression, `field` as an input, in a table with one answer, and two words that exclude each other
        (TABLE, "when t(value) is present\nrequire value = 1".to_owned(), &["D0530"]),
        (&TABLE.replace("value integer", "value field"), "require value = 1".to_owned(), &["D0530"]),
        (&TABLE.replace("every-match", "partial"), "require value = 1".to_owned(), &["D0530"]),
        (&TABLE.replace("every-match", "first-match every-match"), asks(require), &["D0530"]),
    ];
    for (table, rule, wanted) in cases {
        assert_eq!(problems(table, &rule), wanted, "{table}\n{rule}");
    }
}

/// A rule about the rows of a table, and the checks and the message that it has; what is said of it.
fn ruled(table: &str, rule: &str) -> (Vec<String>, usize, String) {
    let text = format!("{RECORD}{table}\nrules for report {{ {rule} }}\n");
    let (file, diagnostics) = parse_file(std::path::Path::new("a.codes"), text);
    let source = DomainSource { name: "office".to_owned(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![source], &[]);
    let said = outcome.diagnostics.iter().map(|it| format!("{} {}", it.kind.code(), it.note)).collect();
    let rule = &outcome.compiled.domains[0].rules[0];
    let words = rule.message.iter().map(|piece| match piece {
        Piece::Text(text) => text.as_str(),
        Piece::Value(_) => "VALUE",
    });
    (said, rule.checks.len(), words.collect())
}

const BURNED: &str = "table t (loss one of (none, burned, stolen)) -> element text, where field every-match {\n\
                      burned -> \"1 {method}\", method\nstolen -> \"2\", premises\n(burned, stolen) -> \"3\", value }";

#[test]
fn a_line_that_only_warns_leaves_a_rule_its_rows() {
    let rule = "rule r error \"m\" { for each o in offenses\nfor each row in t(o.loss)\n\
                when any x in offenses has loss is none or method is present\nrequire row.where is present }";
    let (said, checks, _) = ruled(BURNED, rule);
    assert_eq!((said, checks), (vec!["D0312 asked of row 1 of the table".to_owned()], 3));
}

#[test]
fn rows_that_the_lines_of_a_rule_exclude_ask_nothing() {
    let rule = |when: &str| {
        format!(
            "rule r error \"m\" {{ for each o in offenses\nfor each row in t(o.loss)\n{when}\n\
             require row.where is present }}"
        )
    };
    assert_eq!(ruled(BURNED, &rule("when o.loss is stolen")), (vec![], 2, "m".to_owned()));
    assert_eq!(ruled(BURNED, &rule("when row.element is \"2\"")), (vec![], 1, "m".to_owned()));
    // no row is left, or a line of the rule can hold for none
    for when in ["when o.loss is none", "when row.element is \"4\"", "severity warning when value > 5 and value < 3"] {
        let rule = format!("for each o in offenses\nfor each row in t(o.loss)\n{when}\nrequire row.where is present");
        assert_eq!(problems(BURNED, &rule), ["D0211"], "{when}");
    }
}

#[test]
fn a_severity_that_depends_on_the_row_is_refused() {
    let rule =
        |when: &str| format!("for each row in t(value)\nseverity warning when {when}\nrequire row.where is present");
    let table =
        "table t (value integer) -> element text, where field every-match { 1 -> \"1\", method\n2 -> \"2\", id }";
    assert_eq!(problems(table, &rule("row.element is \"1\"")), ["D0530"]);
    assert_eq!(problems(table, &rule("row.element is \"2\" and method is present")), ["D0530"]);
    assert_eq!(problems(table, &rule("method is present")), Vec::<String>::new());
}

#[test]
fn what_a_row_says_in_a_message_is_no_field() {
    let rule = "rule r error \"{row.element} of {o.loss} in {row.where}\" { for each o in offenses\n\
                for each row in t(o.loss)\nrequire row.where is present }";
    assert_eq!(ruled(BURNED, rule), (vec![], 3, "… of VALUE in …".to_owned()));
    let text = format!("{RECORD}{BURNED}\nrules for report {{ {rule} }}\n");
    let engine = made_up::desk(&made_up::registry("office", &text), "office", None);
    let report = json!({"id": "1", "offenses": [{"loss": "burned"}], "value": 1});
    let messages: Vec<String> = found(&engine, &report).into_iter().map(|[.., message]| message).collect();
    assert_eq!(messages, ["1 {method} of burned in method"]);
}

const PAIR: &str = r#"
record pair "A pair" {
    id     text required identifies incident
    kind   one of (a, b) plain
    first  { size integer plain }
    second { size integer plain }
}
table t (kind one of (a, b)) -> where field every-match { a -> first
    b -> second }
policy desk "All" { keep every field
    free text keep }
policy public "Coarser" { keep every field
    second.size to band 100
    free text keep }
rules for pair { rule r error "{row.where.size} is too much" { for each row in t(kind)
    require row.where.size < 5 } }
"#;

#[test]
fn no_row_tells_a_value_that_is_shown_coarser() {
    let registry = made_up::registry("office", PAIR);
    let pair = json!({"id": "1", "kind": "b", "first": {"size": 1}, "second": {"size": 77}});
    let message = |audience: &str| {
        let shown = disclose(&made_up::asked(&registry, "office", audience), &pair);
        assert_eq!(shown["findings"][0]["rule"], "r", "{shown}");
        shown["findings"][0]["message"].clone()
    };
    assert_eq!(message("desk"), "77 is too much");
    assert_eq!(message("public"), Value::Null);
}
