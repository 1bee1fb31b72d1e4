//! A name with a slip of one letter is answered with the right name, whatever it is the name of.

#![expect(clippy::string_slice, reason = "tests")]

use std::path::Path;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;

const DOMAIN: &str = r#"record call "Call" {
    id     text required identifies incident "Number"
    said   text free "What was said"
    kind   one of (poodle, canary) "Animal"
    level  ladder (minor < severe) "How bad"
    amount number quasi-identifier "Amount"
    animal code in animal-codes "Animal by code"
    met    date dates encounter "Day"
    remark text sensitive medical "Remark"
}
list numbers (17, 18, 19)
label medical "Medical"
purpose treatment "Treatment"
purpose research "Research" { under treatment }
codeset animal-codes {
    property weight number
    relation excludes symmetric inherited
    code DOGGY "Dog" { weight 5 }
    code CATTY "Cat" { retired 2025-01-01 replaced by DOGGY }
    code MOUSE "Mouse" { excludes CATTY }
    code HAMSTER "Hamster" { under MOUSE }
}
table fines (kind, amount) -> fee number first-match {
    poodle, any -> 5
    any, any -> 7
}
rules for call {
    rule call-1 error "the {animal} costs something" {
        require amount in numbers and amount < fines(kind, amount) and kind is canary and level >= severe
    }
}
policy visitors "Visitors" {
    audience visitors
    purpose research
    free text mask person
    met to month
    remark, said to remove
}
"#;

const MANIFEST: &str = "title = \"Calls\"\naudience = \"visitors\"\nrecord = \"call\"\n[scripts]\noperations = 500\n[lints]\nD0221 = \"off\"\n";

/// What a name is the name of, what stands before it, and the name.
const NAMES: &[(&str, &str, &str)] = &[
    ("statement", "\n", "policy"),
    ("type", "    amount ", "number"),
    ("type", "    said   ", "text"),
    ("attribute", "id     text ", "required"),
    ("attribute", "id     text required ", "identifies"),
    ("attribute", "number ", "quasi-identifier"),
    ("code set", "code in ", "animal-codes"),
    ("label", "sensitive ", "medical"),
    ("purpose", "under ", "treatment"),
    ("purpose of a policy", "    purpose ", "research"),
    ("property", "\"Dog\" { ", "weight"),
    ("code that replaces", "replaced by ", "DOGGY"),
    ("code that is excluded", "excludes ", "CATTY"),
    ("parent", "{ under ", "MOUSE"),
    ("field of a table", "fines (kind, ", "amount"),
    ("value of a table", "first-match {\n    ", "poodle"),
    ("severity", "rule call-1 ", "error"),
    ("placeholder", "the {", "animal"),
    ("record of a rule", "rules for ", "call"),
    ("keyword of a rule", "something\" {\n        ", "require"),
    ("field", "require ", "amount"),
    ("choice", "kind is ", "canary"),
    ("step", "level >= ", "severe"),
    ("statement of a policy", "visitors\n    ", "purpose"),
    ("text kind", "text mask ", "person"),
    ("operator", "met to ", "month"),
    ("field of a policy", "month\n    ", "remark"),
];

/// Names of the manifest.
const KEYS: &[(&str, &str, &str)] = &[
    ("key", "", "title"),
    ("audience", "audience = \"", "visitors"),
    ("record", "record = \"", "call"),
    ("table", "[", "scripts"),
    ("key of a table", "[scripts]\n", "operations"),
    ("value of a lint", "D0221 = \"", "off"),
];

/// The word with a letter left out, with a letter doubled, and with two letters swapped.
fn slips(word: &str) -> Vec<String> {
    let middle = word.len() / 2;
    let (front, back) = word.split_at(middle);
    let mut swapped: Vec<u8> = word.bytes().collect();
    swapped.swap(middle - 1, middle);
    let mut slips = vec![format!("{front}{}", &back[1..]), format!("{front}{}{back}", &back[..1])];
    slips.push(String::from_utf8(swapped).unwrap());
    // Two joints in a row are no name at all.
    slips.retain(|slip| !slip.contains("--"));
    slips.retain(|slip| slip != word && slip.len() > 2);
    slips
}

/// All that is said of a domain of these two files: messages and help.
fn said(manifest: &str, definitions: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let domain = folder.path().join("calls");
    std::fs::create_dir_all(domain.join("codes")).unwrap();
    std::fs::write(domain.join("domain.toml"), manifest).unwrap();
    std::fs::write(domain.join("codes/calls.codes"), definitions).unwrap();
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/shared");
    let outcome = compile(vec![load(&domain), load(&shared)], &[]);
    outcome
        .diagnostics
        .iter()
        .filter(|it| it.is_error())
        .map(|it| format!("{} {}; {}", it.kind.code(), it.kind, it.help.clone().unwrap_or_default()))
        .collect()
}

fn with(text: &str, before: &str, word: &str, slip: &str) -> String {
    let at = text.find(&format!("{before}{word}")).unwrap_or_else(|| unreachable!("{before}{word}")) + before.len();
    format!("{}{slip}{}", &text[..at], &text[at + word.len()..])
}

#[test]
fn the_domain_without_a_slip_is_right() {
    assert_eq!(said(MANIFEST, DOMAIN), Vec::<String>::new());
}

#[test]
fn a_slip_of_one_letter_is_answered_with_the_right_name() {
    let mut missing = Vec::new();
    let mut judge = |what: &str, word: &str, slip: &str, all: Vec<String>| {
        let right = format!("did you mean `{word}");
        if !all.iter().any(|one| one.contains(&right)) {
            missing.push(format!("{what}: `{slip}` for `{word}`: {all:?}"));
        }
    };
    for (what, before, word) in NAMES {
        for slip in slips(word) {
            judge(what, word, &slip, said(MANIFEST, &with(DOMAIN, before, word, &slip)));
        }
    }
    for (what, before, word) in KEYS {
        for slip in slips(word) {
            judge(what, word, &slip, said(&with(MANIFEST, before, word, &slip), DOMAIN));
        }
    }
    assert!(missing.is_empty(), "{} without the right name:\n{}", missing.len(), missing.join("\n"));
}
