//! What fails closed, tried on many made-up encounters: values that do not fit, seals and ages that nobody can read,
//! consents that hold more than a consent does.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::laws_policy::SHOP;
use crate::laws_policy::cases;
use crate::laws_policy::disclose;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use tencode::model::ids::FieldId;
use tencode::model::ids::RecordId;
use tencode::model::policy::FieldAt;
use tencode::model::policy::FieldLine;
use tencode::model::policy::FieldLines;
use tencode::model::policy::Policy;
use tencode::model::policy::Selector;
use tencode::model::policy::Treatment;
use tencode::model::record::Field;
use tencode::model::record::Kind;
use tencode::model::record::Privacy;

/// Records, and audiences that do not see every field.
const SHOWN: &[(&str, &str, &[&str])] = &[
    (
        "healthcare",
        "encounter",
        &["public", "analytics", "billing", "safe-harbor", "limited-data-set", "gdpr-pseudonymised"],
    ),
    ("law-enforcement", "call", &["public", "analytics", "incident-release", "gdpr-erasure"]),
    ("customer-service", "contact", &["public", "analytics", "pci", "gdpr-pseudonymised"]),
];

/// The word of which no part may come out.
const WORD: &str = "Zorvakebix";

/// Every field of a record but its id, with what stands above it.
fn paths(fields: &[Field], above: &[(String, bool)], found: &mut Vec<Vec<(String, bool)>>) {
    for field in fields {
        let (mut kind, mut is_list) = (&field.kind, false);
        while let Kind::List(item) = kind {
            (kind, is_list) = (item, true);
        }
        let mut path = above.to_vec();
        path.push((field.name.clone(), is_list));
        if let Kind::Record(inner) = kind {
            paths(inner, &path, found);
        }
        found.push(path);
    }
}

/// An encounter that holds one value, at a path.
fn encounter(path: &[(String, bool)], value: Value) -> Value {
    let last = path.len() - 1;
    path.iter().enumerate().rev().fold(value, |value, (place, (name, is_list))| {
        if *is_list && place != last { json!({ name.as_str(): [value] }) } else { json!({ name.as_str(): value }) }
    })
}

/// What the public sees of a call with these fields besides its own.
fn call(extra: Value) -> String {
    let mut call = json!({
        "id": "C-1", "received": "2026-03-14T22:10:00", "call_type": "P-THEFT", "address": "1412 Oak Ave",
    });
    call.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    disclose("law-enforcement", "call", "incident-release", &call).to_string()
}

/// A value that fits no field: it names somebody, in a form that no type has.
fn misfit() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!([[[WORD]]])),
        Just(json!({ "by": WORD })),
        Just(json!({ WORD: true })),
        Just(json!([{ "of": [WORD] }, 1])),
        Just(json!({ "a": { "b": [WORD, 7] } })),
    ]
}

/// A value that nobody can read as a truth, an age or a choice.
fn unreadable() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z]{3,9} (of|by|for) [a-z]{3,9}".prop_map(|text| json!(text)),
        misfit(),
        Just(json!([true])),
        Just(json!([9])),
        Just(json!(9.5)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases().max(200), failure_persistence: None, ..ProptestConfig::default() })]

    /// A value of the wrong type, in any field of any record, is shown to nobody who does not see every field.
    #[test]
    fn a_value_that_does_not_fit_is_hidden(which in any::<prop::sample::Index>(), value in misfit(), record in 0..3_usize) {
        let (domain, name, audiences) = SHOWN[record];
        let known = SHOP.registry.domain(domain).unwrap().unwrap();
        let fields = &known.records.iter().find(|it| it.name == name).unwrap().fields;
        let mut all = Vec::new();
        paths(fields, &[], &mut all);
        let path: &Vec<(String, bool)> = which.get(&all);
        let one = encounter(path, value);
        for audience in audiences {
            let said = disclose(domain, name, audience, &one).to_string();
            prop_assert!(!said.to_lowercase().contains("zorva"), "{audience}: {one} {said}");
        }
    }

    /// Where a label rests on a value that nobody can read, the label is given.
    #[test]
    fn what_cannot_be_read_is_labelled(value in unreadable(), age in 0..18_u8, role in "[a-z]{4,9} [a-z]{4,9}") {
        let sealed = call(json!({ "sealed": value }));
        prop_assert!(!sealed.contains("OAK") && !sealed.contains("P-THEFT"), "{sealed}");
        for person in [
            json!({ "role": "victim", "age": value }),
            json!({ "role": "victim", "birth_date": value }),
            json!({ "age": age }),
            json!({ "role": role, "age": age }),
            json!({ "role": "victim", "age": 40, "relation": value }),
        ] {
            let said = call(json!({ "persons": [person] }));
            prop_assert!(!said.contains("OAK"), "{person}: {said}");
        }
        let grown = call(json!({ "persons": [{ "role": "victim", "age": 18 + age }] }));
        prop_assert!(grown.contains("1400 block of OAK AVE"), "{grown}");
    }

    /// A field that is named for a label gives none where it says no, and gives it whatever else it says.
    #[test]
    fn a_flag_that_says_no_gives_no_label(
        name in prop::sample::select(vec!["juvenile", "isMinor", "SEALED_FLAG", "dv-flag", "Expunged", "child involved"]),
        no in prop::sample::select(vec![json!("N"), json!("no"), json!(" No "), json!("FALSE"), json!("none"), json!("n/a"), json!(0), json!("0"), json!([]), json!({}), json!([false, "n"])]),
        yes in prop::sample::select(vec![json!("Y"), json!("yes"), json!("1"), json!(1), json!("unknown"), json!("see file"), json!([false, "y"]), json!({ "by": "no one" })]),
        is_inner in any::<bool>(),
    ) {
        let call = |value: &Value| if is_inner { call(json!({ "persons": [{ name: value }] })) } else { call(json!({ name: value })) };
        let (denied, said) = (call(&no), call(&yes));
        prop_assert!(denied.contains("1400 block of OAK AVE"), "{name} {no}: {denied}");
        prop_assert!(!said.contains("OAK"), "{name} {yes}: {said}");
    }

    /// What a label rests on is read under another name of the field too, wherever it stands.
    #[test]
    fn a_field_under_another_name_is_labelled(age in 0..18_i32, name in 0..4_usize, place in 0..5_usize, is_text in any::<bool>()) {
        let at = |name: &str, value: Value| match place {
            0 => json!({ name: value }),
            1 => json!({ "persons": [{ "role": "victim", "age": 40 }, { name: value }] }),
            2 => json!({ "complainant": { name: [value] } }),
            3 => json!({ "others": [{ "x": 1 }, { name: value }] }),
            _ => json!({ "persons": [{ "role": "suspect" }], name: value }),
        };
        let written = |age: i32| if is_text { json!(age.to_string()) } else { json!(age) };
        let name_of_age = ["AGE", "victim_age", "ageOfVictim", "Age (years)"][name];
        let said = call(at(name_of_age, written(age)));
        prop_assert!(!said.contains("OAK"), "{said}");
        let grown = call(at(name_of_age, written(age + 18)));
        prop_assert!(grown.contains("1400 block of OAK AVE"), "{grown}");
        let name_of_birth = ["DOB", "dateOfBirth", "victim dob", "Birthdate"][name];
        let day = |years: i32| json!(format!("{}-03-02", 2026 - years));
        let said = call(at(name_of_birth, day(age)));
        prop_assert!(!said.contains("OAK"), "{said}");
        let grown = call(at(name_of_birth, day(age + 18)));
        prop_assert!(grown.contains("1400 block of OAK AVE"), "{grown}");
        let said = call(at(name_of_birth, json!(format!("03/02/{}", 2026 - age))));
        prop_assert!(!said.contains("OAK"), "{said}");
        let said = call(at(["Relation", "relationship", "relation_to_victim", "victimRelationship"][name], json!("spouse")));
        prop_assert!(!said.contains("OAK"), "{said}");
        let said = call(at(["Status", "case_status", "recordStatus", "STATUS"][name], json!("sealed")));
        prop_assert!(!said.contains("OAK") && !said.contains("P-THEFT"), "{said}");
    }

    /// What only has words of a label in it gives none, and the same words beside it do.
    #[test]
    fn what_is_harmless_gives_no_label(
        harmless in prop::sample::select(vec![
            "baby monitor taken", "child proof lock forced", "suicide squad dvd taken", "3 yr old Toyota gone",
            "12 y/o scotch bottle taken", "cut himself on the glass", "teen magazine rack down",
        ]),
        said in prop::sample::select(vec![
            "her baby cried", "child hurt", "talks of suicide", "12 yo hurt", "gf hit bf w/ bottle", "SA victim here",
            "dad pushed mom down stairs", "took whole bottle of tylenol on purpose", "ex husband asaulted her in driveway",
        ]),
        age in 0..18_u32,
        thing in prop::sample::select(vec!["vehicle_age", "carAge", "ACCOUNT AGE", "building-age"]),
    ) {
        let shown = call(json!({ "narrative": harmless, thing: age }));
        prop_assert!(shown.contains("1400 block of OAK AVE"), "{harmless} {thing}: {shown}");
        let shown = call(json!({ "narrative": format!("{harmless}, {said}") }));
        prop_assert!(!shown.contains("OAK"), "{said}: {shown}");
    }

    /// The age of goods gives no label where their name ends; that of a person does, whatever stands behind it.
    #[test]
    fn an_age_is_silenced_by_goods_alone(
        age in 1..18_u32,
        old in prop::sample::select(vec!["year old", "yr old", "y/o", "yo"]),
        person in prop::sample::select(vec![
            "dog bite victim", "bike rider struck", "home alone", "bike vs car", "Toyota driver", "roof fall",
            "cat scratch to the face", "gun shot wound", "phone taken", "charged", "scar on chin", "Lincoln ran off",
            ", whisky in the bag", "(Honda driver)",
        ]),
        goods in prop::sample::select(vec![
            "scotch", "roof", "scotch bottle taken", "Honda Civic is gone", "roof leaks", "whisky, unopened",
            "warranty on the freezer", "Toyota. Owner out",
        ]),
    ) {
        let shown = call(json!({ "narrative": format!("{age} {old} {person}") }));
        prop_assert!(!shown.contains("OAK"), "{age} {old} {person}: {shown}");
        let shown = call(json!({ "narrative": format!("{age} {old} {goods}") }));
        prop_assert!(shown.contains("1400 block of OAK AVE"), "{age} {old} {goods}: {shown}");
    }

    /// A consent that holds a field that no consent has, or a value that nobody can read, is none.
    #[test]
    fn a_consent_that_is_not_understood_is_none(name in "[a-zA-Z]{3,7}(_on|_at|)", value in unreadable(), place in 0..9_usize) {
        let mut consent = json!({ "granted": "2026-01-10" });
        let visit = |consent: &Value| json!({
            "id": "E-1", "class": "outpatient", "date": "2026-02-03", "diagnoses": [{ "code": "F11.20" }],
            "consents": [consent],
        });
        let said = |consent: &Value| disclose("healthcare", "encounter", "treatment", &visit(consent)).to_string();
        prop_assert!(said(&consent).contains("F11.20"));
        match place {
            0 => consent["Revoked"] = json!("2026-02-01"),
            1 => consent["status"] = value,
            2 => consent["revoked"] = value,
            3 => consent["expires"] = value,
            4 => consent["purposes"] = json!({ "not": value }),
            // An empty text is no answer: what it would restrict, or take back, is not known.
            5 => consent[["revoked", "expires", "audiences", "purposes", "states"][name.len() % 5]] = json!(""),
            6 => consent["status"] = json!(""),
            7 => consent["revoked_on"] = json!(" "),
            _ => consent[format!("x{name}")] = value,
        }
        prop_assert!(!said(&consent).contains("F11.20"), "{consent}");
    }

    /// A code under a withheld label is found in every writing, and wherever it stands.
    #[test]
    fn a_labelled_code_is_found_in_every_writing(
        code in prop::sample::select(vec!["F11.20", "F10.20", "F14.20", "F19.10"]), place in 0..7_usize,
        writing in 0..9_usize, tail in "[A-Z]", audience in prop::sample::select(vec!["treatment", "billing", "exchange"]),
    ) {
        let plain = code.replace('.', "");
        let wide: String = code.chars().map(|sign| match sign {
            '!'..='~' => char::from_u32(u32::from(sign) + 0xfee0).unwrap(),
            sign => sign,
        }).collect();
        let written = match writing {
            0 => code.to_owned(),
            1 => plain.clone(),
            2 => wide,
            3 => code.replace('.', "-"),
            4 => format!("{code}{tail}"),
            5 => format!("{code} Dependence of some kind"),
            6 => format!(" {}", code.to_lowercase()),
            7 => format!("ICD-10: {code}"),
            _ => format!("{plain};I10"),
        };
        let mut visit = json!({"id": "E-1", "class": "outpatient", "date": "2026-02-03", "department": "Ward 9 North"});
        match place {
            0 => visit["diagnoses"] = json!([{ "code": written }]),
            1 => visit["diagnoses"] = json!(written),
            2 => visit["admit_dx"] = json!(written),
            3 => visit["extra"] = json!({ "dx": [written] }),
            4 => visit["medications"] = json!([written]),
            5 => visit["diagnoses"] = json!([{ "code": [written] }]),
            _ => visit["procedures"] = json!([{ "code": written }]),
        }
        let said = disclose("healthcare", "encounter", audience, &visit).to_string();
        prop_assert!(!said.contains("Ward 9"), "{audience}: {visit} {said}");
        prop_assert!(!said.contains(&written), "{audience}: {visit} {said}");
    }

    /// A secret of a card is shown to nobody in a field that is named for it, whoever declared it or not.
    #[test]
    fn a_secret_of_a_card_is_hidden_by_its_name(
        name in prop::sample::select(vec!["cvv", "CVC2", "card_code", "SecurityCode", "card-security-code", "pin", "track 2 data"]),
        number in 1000..9999_u16, place in 0..3_usize,
    ) {
        let value = json!(format!("S{number}"));
        let mut contact = json!({ "id": "K-1", "received": "2026-03-04T10:15", "channel": "phone" });
        match place {
            0 => contact[name] = value,
            1 => contact["payment"] = json!({ name: value }),
            _ => contact["customer"] = json!({ name: [value] }),
        }
        for audience in ["desk", "pci", "public"] {
            let said = disclose("customer-service", "contact", audience, &contact)["encounter"].to_string();
            prop_assert!(!said.contains(&format!("S{number}")), "{audience}: {said}");
        }
    }

    /// A number that may be somebody's is shown to no outsider, whatever field it stands in and however it is written.
    #[test]
    fn a_long_number_is_no_way_out(
        which in any::<prop::sample::Index>(), number in 100_000_000..9_999_999_999_u64, is_text in any::<bool>(),
        record in 0..3_usize,
    ) {
        let (domain, name, _) = SHOWN[record];
        let known = SHOP.registry.domain(domain).unwrap().unwrap();
        let mut all = Vec::new();
        paths(&known.records.iter().find(|it| it.name == name).unwrap().fields, &[], &mut all);
        let path: &Vec<(String, bool)> = which.get(&all);
        let one = encounter(path, if is_text { json!(number.to_string()) } else { json!(number) });
        for audience in ["public", "analytics", "gdpr-erasure"] {
            let shown = disclose(domain, name, audience, &one)["encounter"].to_string();
            prop_assert!(!shown.contains(&number.to_string()), "{audience}: {one} {shown}");
        }
    }

    /// A line of a domain never shows more than the policies of `shared` alone, unless they allow it.
    #[test]
    fn a_domain_only_tightens(
        fields in prop::collection::vec(field(), 1..6),
        shared in prop::collection::vec(line(), 0..5),
        own in prop::collection::vec(line(), 0..5),
        kept in any::<bool>(),
    ) {
        let policy = |fields: &[FieldLine]| Policy { fields: fields.to_vec(), ..empty() };
        let (mut shared, own) = (policy(&shared), policy(&own));
        let alone = FieldLines::of(&[&shared], &[]);
        let both = FieldLines::of(&[&shared], &[&own]);
        for (slot, field) in FieldId::numbered(&fields) {
            let slots = [slot];
            let at = FieldAt { record: RecordId::try_from(0).unwrap(), path: &field.name, slots: &slots, field };
            let rank = |lines: &FieldLines<'_>| {
                lines.deciding(&at).map_or(Treatment::Remove.rank(), |line| line.operator.rank())
            };
            prop_assert!(rank(&both) >= rank(&alone), "{field:?} {own:?} {shared:?}");
        }
        // What `shared` allows a domain to keep, the line of the domain decides.
        if kept {
            shared.allows = vec![FieldLine { fields: Selector::Every, operator: Treatment::Keep }];
            let both = FieldLines::of(&[&shared], &[&own]);
            let alone = FieldLines::of(&[], &[&own]);
            for (slot, field) in FieldId::numbered(&fields) {
                let slots = [slot];
                let at = FieldAt { record: RecordId::try_from(0).unwrap(), path: &field.name, slots: &slots, field };
                if let Some(line) = alone.deciding(&at) {
                    prop_assert_eq!(both.deciding(&at), Some(line));
                }
            }
        }
    }
}

fn empty() -> Policy {
    Policy::named("p", "")
}

fn field() -> impl Strategy<Value = Field> {
    let kinds = vec![Kind::Text, Kind::Date, Kind::Integer, Kind::Bool, Kind::Choice(vec!["a".into()])];
    (prop::sample::select(kinds), prop::sample::select(vec!["a", "b", "c"]), 0..8_u8).prop_map(|(kind, name, class)| {
        let privacy = Privacy {
            identifies: (class == 1).then(|| "person".to_owned()),
            is_quasi_identifier: class == 2 || class == 7,
            is_free: class == 3,
            is_signal: class == 4,
            is_plain: class == 5,
            ..Privacy::default()
        };
        Field {
            name: name.to_owned(),
            title: String::new(),
            kind,
            is_required: false,
            default: Vec::new(),
            privacy,
            dates_encounter: false,
            also: Vec::new(),
            ask: String::new(),
        }
    })
}

fn line() -> impl Strategy<Value = FieldLine> {
    let selectors = vec![
        Selector::Plain,
        Selector::Every,
        Selector::QuasiIdentifying,
        Selector::Dates,
        Selector::Free,
        Selector::Signals,
        Selector::Identifying(Vec::new()),
        Selector::Named("a".into()),
        Selector::Named("b".into()),
    ];
    let operators = vec![
        Treatment::Keep,
        Treatment::Month,
        Treatment::Band(5),
        Treatment::Pseudonym,
        Treatment::Mask,
        Treatment::Remove,
    ];
    (prop::sample::select(selectors), prop::sample::select(operators))
        .prop_map(|(fields, operator)| FieldLine { fields, operator })
}
