//! What a mail quotes counts for nothing where codes are proposed, and for everything where privacy is decided.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use serde_json::json;

const DOMAIN: &str = r#"
label secret-illness "Illnesses that nobody else is told of"

record contact {
    id   text identifies contact-record
    text text free
    kept bool plain
}

derive contact {
    labelled secret-illness when text says "secret illness"
}

codeset reasons "Reasons" for contact {
    decide above 0.5
    code LOST "Lost parcel" { propose when text mentions "parcel" points 9 }
    code ILL "Illness" {
        labelled secret-illness
        propose  when text mentions "rash" points 9
    }
}

rules for contact {
    rule text-missing error "say something" { require text is present }
    rule text-short error "say more" { require text matches "(?s).{10,}" }
    rule parcel advice "about a parcel" { forbid text mentions "parcel" }
}

policy desk "All" {
    keep      every field
    free text keep
}

policy office "Who may not know of the illness" {
    keep       every field
    free text  keep
    findings   keep
    candidates keep
    withhold   secret-illness unless consent
}
"#;

#[test]
fn what_is_quoted_proposes_nothing_and_breaks_no_rule() {
    let registry = made_up::registry("post", DOMAIN);
    let desk = made_up::desk(&registry, "post", None);
    let told = |text: &str| {
        let told = made_up::disclose(&desk, &json!({"id": "1", "text": text}));
        (told["candidates"].as_array().map_or(0, Vec::len), made_up::rules(&told, None))
    };
    assert_eq!(told("my parcel is lost"), (1, vec!["parcel".to_owned()]));
    assert_eq!(told("Thank you.\n> my parcel is lost"), (0, Vec::new()));
    // That a text is there, and how long it is, is asked of the text as it stands.
    assert_eq!(told("https://example.com/a/b"), (0, Vec::new()));
    assert_eq!(told("> a quoted line"), (0, Vec::new()));
}

#[test]
fn what_is_quoted_is_withheld_as_if_it_were_said() {
    let registry = made_up::registry("post", DOMAIN);
    let office = made_up::engine(&registry, "post", None, "office");
    for secret in ["it is the secret illness", "the rash is back"] {
        for text in [secret.to_owned(), format!("Thank you.\n> {secret}"), format!("Yes.\n<p>no</p> {secret}")] {
            let told = made_up::disclose(&office, &json!({"id": "1", "text": text})).to_string();
            assert!(!told.contains(secret), "{text:?}: {told}");
        }
    }
    let told = made_up::disclose(&office, &json!({"id": "1", "text": "Thank you.\n> my parcel is lost"}));
    assert!(told.to_string().contains("parcel is lost"), "{told}");
}
