//! What somebody wrote leads to the code that it asks for, or else to the plain one.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::Mark;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Validity;
use crate::model::content::Wording;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Shared;
use crate::registry::Parts;
use crate::registry::open::Registry;
use crate::text::tokens::cut;

/// Code, the code above it, title; a code above another one is not recorded itself.
const CODES: [(&str, Option<usize>, &str); 16] = [
    ("A", None, "Myocardial infarction"),
    ("B", None, "Sprain of ankle"),
    ("B1", Some(1), "Sprain of unspecified ankle"),
    ("B2", Some(1), "Sprain of right ankle"),
    ("B3", Some(1), "Sprain of left ankle"),
    ("C", None, "Cirrhosis of liver"),
    ("C1", Some(5), "Cirrhosis of liver with ascites"),
    ("C2", Some(5), "Cirrhosis of liver without ascites"),
    ("D", None, "Multiple sclerosis"),
    ("E", None, "Mitral stenosis"),
    ("F", None, "Family history of sprain"),
    ("W", None, "Want of food"),
    ("N", None, "Causes of harm"),
    ("K", Some(12), "Kick at ankle"),
    ("S", None, "Screening for fits"),
    ("Y", None, "Yearly wave fits in sleep"),
];
/// Those that are not recorded themselves.
const GROUPS: [&str; 3] = ["B", "C", "N"];

fn registry(folder: &tempfile::TempDir) -> Registry {
    let strings = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    let pairs = [("mi", "myocardial infarction"), ("MS", "multiple sclerosis"), ("MS", "mitral stenosis")];
    let wording = Wording {
        spellings: pairs.iter().map(|(short, long)| ((*short).to_owned(), (*long).to_owned())).collect(),
        choices: strings(&["left right bilateral"]),
        defaults: strings(&["unspecified"]),
        settings: strings(&["family history", "screening"]),
        faint: strings(&["want"]),
        last: strings(&["N", "D"]),
        parts: strings(&["cirrhosis"]),
        later: Vec::new(),
    };
    let ids: Vec<CodeId> = CodeId::first(CODES.len()).collect();
    let code = |(code, above, title): &(&str, Option<usize>, &str)| Code {
        code: (*code).to_owned(),
        title: (*title).to_owned(),
        parents: above.and_then(|above| ids.get(above).copied()).into_iter().collect(),
        is_assignable: !GROUPS.contains(code),
        spans: vec![Validity { from: Some(Day(0)), to: None, is_assignable: !GROUPS.contains(code) }],
        ..Code::default()
    };
    let codes = CODES.iter().map(code).collect();
    let place =
        |code: &str| CODES.iter().position(|(it, ..)| *it == code).and_then(|place| ids.get(place).copied()).unwrap();
    let wordings = vec![("yearly brain wave".to_owned(), place("S")), ("mi of liver".to_owned(), place("D"))];
    let sets = [CodeSet { name: "set".to_owned(), codes, wording, wordings, ..CodeSet::default() }];
    let shared = Shared { sets: vec!["set".to_owned()], ..Shared::default() };
    let path = folder.path().join("registry");
    let parts = Parts::of_sets(&sets, &shared);
    crate::registry::write(&path, &parts).unwrap();
    Registry::open(&path).unwrap()
}

/// Takes all after `no` or `without` as not so, and what stands behind a `?` as uncertain.
fn marking(text: &str, spans: &[(usize, usize)]) -> Vec<Mark> {
    let is_cue = |(start, end): &(usize, usize)| matches!(text.get(*start..*end), Some("no" | "without"));
    let cue = cut(text).find(is_cue);
    let mark = |span: &(usize, usize)| Mark {
        is_negated: cue.is_some_and(|cue| cue.0 < span.0),
        is_uncertain: text.get(..span.0).is_some_and(|before| before.ends_with('?')),
        is_cue: is_cue(span),
    };
    spans.iter().map(mark).collect()
}

fn first(registry: &Registry, text: &str) -> Option<String> {
    let codes = registry.codes(SetId::FIRST);
    let fits = codes.chooser(Day(0), &marking).unwrap().fits(text, 3);
    fits.first().map(|fit| codes.code(fit.hit.code).to_owned())
}

#[test]
fn the_code_is_chosen_that_the_text_asks_for_or_else_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    for (text, code) in [
        ("MI", Some("A")),
        ("ankle sprain", Some("B1")),
        ("left ankle sprain", Some("B3")),
        ("ankle sprain, right", Some("B2")),
        ("family history of sprain", Some("F")),
        ("liver cirrhosis with ascites", Some("C1")),
        ("liver cirrhosis, no ascites", Some("C2")),
        ("mitral MS", Some("E")),
        ("MS, multiple", Some("D")),
        ("no MI", None),
        ("?MI", None),
    ] {
        assert_eq!(first(&registry, text).as_deref(), code, "{text}");
    }
}

#[test]
fn a_short_form_with_a_capital_is_meant_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    assert_eq!(first(&registry, "ms"), None);
    assert!(matches!(first(&registry, "MS").as_deref(), Some("D" | "E")));
    let codes = registry.codes(SetId::FIRST);
    let hits = codes.search("mi", None, 1);
    assert_eq!(hits.first().map(|hit| codes.code(hit.code)), Some("A"));
}

#[test]
fn what_people_say_whatever_they_come_for_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    assert_eq!(first(&registry, "want sprain").as_deref(), Some("B1"));
    assert_eq!(first(&registry, "want food").as_deref(), Some("W"));
}

#[test]
fn a_cause_comes_after_what_it_has_caused() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    assert_eq!(first(&registry, "left ankle sprain, kick").as_deref(), Some("B3"));
    assert_eq!(first(&registry, "kick").as_deref(), Some("K"));
}

#[test]
fn a_synonym_means_the_setting_of_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    assert_eq!(first(&registry, "yearly wave").as_deref(), Some("S"));
    assert_eq!(first(&registry, "yearly fits").as_deref(), Some("Y"), "its title has a setting that the text has not");
}

#[test]
fn a_short_form_in_how_people_say_it_is_spelled_out_as_in_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    assert_eq!(first(&registry, "MI of liver").as_deref(), Some("D"));
    assert_eq!(first(&registry, "liver, myocardial infarction").as_deref(), Some("D"));
    let codes = registry.codes(SetId::FIRST);
    assert!(
        codes.longest_terms("he had a myocardial infarction of liver").iter().any(|term| codes.code(term.code) == "D")
    );
    assert!(codes.longest_terms("brain wave").is_empty());
    assert!(codes.longest_terms("cirrhosis").is_empty(), "it names a part of something");
}

#[test]
fn a_group_is_recorded_as_the_plain_code_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder);
    let codes = registry.codes(SetId::FIRST);
    let chooser = codes.chooser(Day(0), &marking).unwrap();
    let below = |code: &str| chooser.plain_below(codes.find(code).unwrap());
    assert_eq!(below("A").map(|code| codes.code(code)), Some("A"));
    assert_eq!(below("B").map(|code| codes.code(code)), Some("B1"));
}
