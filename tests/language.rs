//! Every example of docs/language.md is compiled, so that the page says what the language is.

use std::fs;
use std::path::Path;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::definitions::upgrade::Knowledge;
use tencode::definitions::upgrade::upgrade;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::terminal;
use tencode::registry::write;

/// The examples of the page whose fence is exactly this one.
fn examples(fence: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line == fence {
            examples.push(lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect());
        }
    }
    examples
}

/// What the compiler says against a text that is a domain by itself.
fn errors(text: String) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("page.codes", &text);
    let (file, diagnostics) = parse_file(Path::new("page.codes"), text);
    let domain = DomainSource { name: "page".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![domain], &[]);
    let errors = outcome.diagnostics.iter().filter(|it| it.is_error());
    errors.map(|it| terminal::render(it, &sources, false)).collect()
}

#[test]
fn the_examples_of_the_page_are_one_domain() {
    let examples = examples("```codes");
    assert!(examples.len() > 5, "the page has examples");
    let said = errors(examples.concat());
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn the_example_of_the_summary_is_a_domain_by_itself() {
    let examples = examples("```codes alone");
    assert!(!examples.is_empty(), "the summary has an example");
    for example in examples {
        let said = errors(example);
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}

const FIRST: &str = r#"
record call "A call" {
    id       text required identifies incident
    origin   one of (officer, caller)
    priority integer default 1 when origin is officer; 2 otherwise
    code     code in calls
    note     text free
    people   list of { age integer }
}
label secret "Secret"
codeset calls {
    title  "Calls"
    record call
    text   note
    abstain below 0.3
    property weight integer
    code A "Stop" { when origin is officer points 2; unless note says "drill"; raise weight to 3 when priority < 2; weight 1 }
    code B "Row"  { label secret; includes "Fight"; designation es "Pelea"; maps to acts/X when origin is officer; acts/Y otherwise }
}
codeset acts { title "Acts"; code X "One"; code Y "Two" }
table t (origin) -> priority first { officer -> 1; any -> 2 }
rule r-1 error "one" { see "S"; on call; scope origin is officer; for each p in people; require p.age > 1 }
rule r-2 error "two" { see "T"; on call; require any p in people where p.age > 1 and p.age < 9 }
policy public { text mask all as "[{kind}]"; counts under 5 suppress }
"#;

const SECOND: &str = r#"
record call "A call" {
    id       text required identifies incident
    origin   one of (officer, caller)
    priority integer default { 1 when origin is officer; 2 otherwise }
    code     code in calls
    note     text free
    people   list of { age integer }
}
label secret "Secret"
codeset calls "Calls" for call {
    search in note
    decide above 0.3
    property weight integer
    code A "Stop" { propose when origin is officer points 2; never when note says "drill"; weight 3 when priority < 2; weight 1 }
    code B "Row"  { labelled secret; inclusion "Fight"; title es "Pelea"; maps to acts { X when origin is officer; Y otherwise } }
}
codeset acts "Acts" { code X "One"; code Y "Two" }
table t (origin) -> priority first-match { officer -> 1; any -> 2 }
rules for call "S" {
    rule r-1 error "one" { for each p in people; when origin is officer; require p.age > 1 }
    rule r-2 error "two" { see "T"; require any p in people where (p.age > 1 and p.age < 9) }
}
policy public { free text mask all as "[{kind}]"; counts below 5 hide }
"#;

/// The registry that a text makes as the only domain, as it is written.
fn registry(text: &str) -> Vec<u8> {
    let (file, diagnostics) = parse_file(Path::new("page.codes"), text.to_owned());
    let domain = DomainSource { name: "page".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![domain], &[]);
    assert!(outcome.refused.is_empty(), "{:?}", outcome.diagnostics);
    let compiled = outcome.compiled;
    let parts = compiled.parts([7; 32]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry");
    write(&path, &parts).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn the_second_edition_means_what_the_first_did() {
    let mut knowledge = Knowledge::default();
    knowledge.add(FIRST, true);
    let upgraded = upgrade(FIRST, &knowledge);
    assert!(registry(&upgraded) == registry(SECOND), "the registries differ");
}

#[test]
fn every_word_of_the_first_edition_is_refused() {
    let said = errors(FIRST.to_owned()).concat();
    for (word, instead) in [
        ("default", "default { VALUE when …; VALUE otherwise }"),
        ("title", "codeset NAME \"title\""),
        ("record", "codeset NAME for RECORD"),
        ("text", "search in"),
        ("abstain below", "decide above"),
        ("when", "propose when"),
        ("unless", "never when"),
        ("raise", "PROPERTY VALUE when …"),
        ("label", "labelled"),
        ("includes", "inclusion"),
        ("designation", "title"),
        ("maps to", "maps to SET { CODE when …; CODE otherwise }"),
        ("first", "first-match"),
        ("on", "rules for RECORD { … }"),
        ("scope", "when"),
        ("text", "free text"),
        ("counts", "counts below N hide"),
    ] {
        let message = format!("`{word}` belongs to the first edition of the language, now it is `{instead}`");
        assert!(said.contains(&message), "{message}\n{said}");
    }
}

#[test]
fn behind_its_bracket_a_quantifier_ends() {
    let rule = |condition: &str| {
        let fields = "record call { flag bool; people list of { age integer } }";
        registry(&format!("{fields} rules for call {{ rule r error \"x\" {{ require {condition} }} }}"))
    };
    assert!(rule("any p in people where (p.age > 1) or flag") == rule("(any p in people where p.age > 1) or flag"));
    assert!(rule("any p in people where (p.age > 1) or flag") != rule("any p in people where (p.age > 1 or flag)"));
}
