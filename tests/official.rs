//! What holds of the official releases only. They are looked for below `TENCODE_DATA` and where `tencode sources add` puts
//! them; where they are missing the tests say so and prove nothing.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled::registry;
use super::made_up;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use tencode::definitions::compile::compile;
use tencode::definitions::import::sources::Folders;
use tencode::definitions::load::load;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::write;
use tencode::registry::Registry;

/// The domain of health with all releases that are installed, or `None` without that of ICD-10-CM.
fn installed(folder: &Path) -> Option<Arc<Registry>> {
    let sources = Folders::of_user();
    sources.find("icd10cm_order_2026.txt")?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains");
    let loaded = ["shared", "healthcare"].map(|name| load(&shipped.join(name)));
    let outcome = compile(loaded.into_iter().collect(), &sources.files());
    assert!(outcome.refused.is_empty(), "refused: {:?}", outcome.refused);
    Some(registry(&outcome, folder))
}

fn disclose(engine: &Engine, encounter: &Value) -> Value {
    let mut out = Vec::new();
    write::line(&engine.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    serde_json::from_slice(&out).unwrap()
}

/// Roll-up leaves the sensitive set, and what speaks of a code that is not shown goes with it.
#[test]
fn codes_roll_up_out_of_the_sensitive_set() {
    let folder = tempfile::tempdir().unwrap();
    let Some(registry) = installed(folder.path()) else {
        eprintln!(
            "SKIPPED: no icd10cm_order_2026.txt below TENCODE_DATA; the roll-up of official codes was not tested"
        );
        return;
    };
    let options = made_up::options(Some("encounter"), Some("analytics"), "2026-11-01");
    let exchange = Options { audience: Some("exchange".to_owned()), ..options.clone() };
    let exchange = Engine::new(Arc::clone(&registry), "healthcare", exchange).unwrap();
    let engine = Engine::new(registry, "healthcare", options).unwrap();
    for (code, shown) in [
        ("K70.30", "K70-K77"),   // alcoholic cirrhosis: diseases of the liver
        ("B20", "1"),            // HIV: infectious diseases
        ("T40.1X1A", "T36-T50"), // heroin: poisoning
        ("Z33.2", "21"),         // Z30-Z39 is about reproduction throughout
        ("O04.5", "withheld"),   // so is the whole chapter
        ("F11.20", "withheld"),  // F01-F99 is sensitive throughout
        ("F11.21", "withheld"),  // in remission, which plain lists of 2018 do not have
        ("F10.11", "withheld"),
        ("E11.9", "E11.9"),
        ("D69.2", "D69.2"), // too broad in the lists of others
        ("Z79.899", "Z79.899"),
    ] {
        let hides = shown != code;
        // What tells of a disease is withheld whatever the codes are, so what stands beside the others tells of none.
        let (drug, specialty) =
            if hides { ("buprenorphine", "addiction medicine") } else { ("paracetamol", "family medicine") };
        let visit = json!({
            "id": "E-1", "class": "inpatient", "date": "2026-03-02", "drg": "522", "department": "Ward 4 East",
            "medications": [drug], "note": "Feels well.", "provider": {"specialty": specialty},
            "diagnoses": [{"code": code}],
        });
        let answer = disclose(&engine, &visit);
        assert_eq!(answer["encounter"]["diagnoses"][0]["code"], shown, "{code}");
        // Those who count see no signal at all; where records are exchanged, signals go with what they tell of.
        let exchanged = disclose(&exchange, &visit);
        for signal in ["drg", "department", "medications"] {
            assert!(answer["encounter"][signal].is_null(), "{code}: {signal}");
            assert_eq!(exchanged["encounter"][signal].is_null(), hides, "{code}: {signal}");
        }
        assert_eq!(exchanged["encounter"]["provider"]["specialty"].is_null(), hides, "{code}");
        assert!(!hides || !answer.to_string().contains(code), "{code}: {answer}");
    }
    // Other codes that tell of the same have their own labels.
    let visit = json!({
        "id": "E-1", "class": "inpatient", "date": "2026-03-02", "drg": "897",
        "procedures": [{"code": "H0005"}, {"code": "HZ2ZZZZ"}, {"code": "99213"}],
    });
    let shown = disclose(&engine, &visit)["encounter"].clone();
    let codes: Vec<&str> =
        shown["procedures"].as_array().unwrap().iter().filter_map(|it| it["code"].as_str()).collect();
    assert_eq!(codes, ["withheld", "withheld", "99213"]);
    assert!(shown["drg"].is_null());
    // Many of the codes under P04.1 tell of the mother's dependence since October 2018; the number itself is older.
    let newborn = |date: &str| json!({"id": "E-1", "date": date, "diagnoses": [{"code": "P04.1"}]});
    let shown = |date: &str| disclose(&engine, &newborn(date))["encounter"]["diagnoses"][0]["code"].clone();
    assert_ne!(shown("2018-10-01"), "P04.1");
}

/// Cases of `tests/official/healthcare.ndjson`, which rest on releases that have no sample in the domain.
#[test]
fn cases_that_need_the_releases_pass() {
    if Folders::of_user().find("pfs_indicators_2024.tsv").is_none() {
        eprintln!("SKIPPED: no pfs_indicators_2024.tsv below TENCODE_DATA; its cases were not run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in ["shared/codes", "healthcare/codes", "healthcare/scripts", "healthcare/wordings"] {
        let target = folder.path().join(part);
        std::fs::create_dir_all(&target).unwrap();
        for entry in std::fs::read_dir(root.join("domains").join(part)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
        }
    }
    for name in ["shared", "healthcare"] {
        let manifest = root.join("domains").join(name).join("domain.toml");
        std::fs::copy(manifest, folder.path().join(name).join("domain.toml")).unwrap();
    }
    std::fs::create_dir(folder.path().join("healthcare/cases")).unwrap();
    let cases = folder.path().join("healthcare/cases/official.ndjson");
    std::fs::copy(root.join("tests/official/healthcare.ndjson"), &cases).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tencode"));
    let output = command.arg("--domains").arg(folder.path()).args(["test", "healthcare"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let count = std::fs::read_to_string(cases).unwrap().lines().count();
    assert!(said.contains(&format!("{count} passed, 0 failed")), "{said}");
}
