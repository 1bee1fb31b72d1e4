//! The pages in docs/diagnostics are written from one table, `src/diagnostics/pages.toml`, and say nothing twice.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use tencode::diagnostics::catalog::Kind;

/// Columns of a page.
const WIDTH: usize = 100;
/// Two sentences that have so many hundredths of their words in common say the same.
const MOST_IN_COMMON: usize = 75;

/// What one page says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    title: String,
    says: String,
    more: Option<String>,
    #[serde(rename = "where")]
    place: Option<String>,
    wrong: Option<String>,
    wrong_in: Option<String>,
    wrong_is: Option<String>,
    mended: Option<String>,
    mended_in: Option<String>,
    mended_is: Option<String>,
    after: Option<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn table() -> BTreeMap<String, Page> {
    toml::from_str(&std::fs::read_to_string(root().join("src/diagnostics/pages.toml")).unwrap()).unwrap()
}

/// The paragraph in lines; what stands in backticks stays on one.
fn wrapped(paragraph: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    let mut is_inside = false;
    let is_end = |sign: char| {
        is_inside ^= sign == '`';
        sign == ' ' && !is_inside
    };
    for word in paragraph.split(is_end) {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn example(page: &mut String, head: &str, code: Option<&String>, language: Option<&String>, words: Option<&String>) {
    match (code, words) {
        (Some(code), None) => {
            let language = language.map_or("codes", String::as_str);
            write!(page, "\n{head}:\n\n```{language}\n{code}```\n").unwrap();
        }
        (None, Some(words)) => write!(page, "\n{head}: {words}\n").unwrap(),
        _ => panic!("either an example or what it is in words: {head} of\n{page}"),
    }
}

fn written(number: u16, page: &Page) -> String {
    let severity = Kind::severity_of(number).unwrap().name();
    let mut out = format!("# D{number:04} · {} ({severity})\n\n{}\n", page.title, wrapped(&page.says));
    if let Some(more) = &page.more {
        write!(out, "\n{}\n", more.trim_end()).unwrap();
    }
    let wrong = page.place.as_ref().map_or_else(|| "Wrong".to_owned(), |place| format!("Wrong, {place}"));
    example(&mut out, &wrong, page.wrong.as_ref(), page.wrong_in.as_ref(), page.wrong_is.as_ref());
    example(&mut out, "Mended", page.mended.as_ref(), page.mended_in.as_ref(), page.mended_is.as_ref());
    if let Some(after) = &page.after {
        write!(out, "\n{}\n", after.trim_end()).unwrap();
    }
    out
}

#[test]
fn every_kind_has_the_page_of_the_table() {
    let table = table();
    let numbers: BTreeSet<String> = Kind::ALL.iter().map(|(number, _)| format!("D{number:04}")).collect();
    assert_eq!(numbers, table.keys().cloned().collect(), "kinds and pages");
    for (number, _) in Kind::ALL {
        let name = format!("D{number:04}");
        let page = root().join(format!("docs/diagnostics/{name}.md"));
        expect_test::expect_file![page].assert_eq(&written(*number, &table[&name]));
    }
    let pages = std::fs::read_dir(root().join("docs/diagnostics")).unwrap().count();
    assert_eq!(pages, numbers.len(), "a page of no kind");
}

/// The words of a sentence that carry its meaning.
fn words(sentence: &str) -> BTreeSet<String> {
    let is_short = |word: &&str| word.chars().count() > 3;
    let letters = |sign: char| !(sign.is_alphanumeric() || sign == '`');
    sentence.split(letters).filter(is_short).map(str::to_lowercase).collect()
}

#[test]
fn no_page_says_one_thing_twice() {
    for (name, page) in table() {
        let sentences: Vec<&str> = page.says.split_inclusive(". ").collect();
        for (place, one) in sentences.iter().enumerate() {
            for other in sentences.iter().skip(place + 1) {
                let (one_has, other_has) = (words(one), words(other));
                let (common, least) = (one_has.intersection(&other_has).count(), one_has.len().min(other_has.len()));
                assert!(least < 2 || common * 100 < least * MOST_IN_COMMON, "{name} says twice: {one}/ {other}");
            }
        }
    }
}
