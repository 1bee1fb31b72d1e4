//! Risk scores of members of health plans, against a plain reading of the tables of CMS.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use super::made_up;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use tencode::definitions::compile::compile;
use tencode::definitions::import::cells;
use tencode::definitions::import::read_file;
use tencode::definitions::import::sources::Folders;
use tencode::definitions::load::load;
use tencode::encounters::engine::Engine;
use tencode::encounters::write;

const MEMBERS: usize = 5_000;

/// A model as its tables have it.
struct Model {
    name: &'static str,
    /// Categories by diagnosis.
    mapping: HashMap<String, BTreeSet<u32>>,
    /// A category, and one that it drops.
    drops: BTreeSet<(u32, u32)>,
    /// Thousandths by segment and variable.
    factors: HashMap<String, i64>,
}

fn table(files: &Folders, name: &str) -> Option<Vec<Vec<String>>> {
    let path = files.find(name)?;
    Some(cells(&read_file(&path).unwrap()).unwrap().1)
}

fn model(files: &Folders, name: &'static str, [mapping, drops, factors]: [&str; 3]) -> Option<Model> {
    let mut made = Model { name, mapping: HashMap::new(), drops: BTreeSet::new(), factors: HashMap::new() };
    for row in table(files, "ra_dx_to_cc_2026.csv")?.iter().filter(|row| row[2] == mapping) {
        made.mapping.entry(row[0].clone()).or_default().insert(row[1].parse().unwrap());
    }
    for row in table(files, "ra_hierarchies_2026.csv")?.iter().filter(|row| row[4] == drops && row[2] != "ESRD") {
        made.drops.insert((row[0].parse().unwrap(), row[1].parse().unwrap()));
    }
    for row in table(files, "ra_coefficients_2026.csv")?.iter().filter(|row| row[3] == factors) {
        let value: f64 = row[1].parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "a factor has three decimals")]
        made.factors.insert(row[0].clone(), (value * 1000.0).round() as i64);
    }
    Some(made)
}

/// A made-up member.
struct Member {
    age: u32,
    sex: &'static str,
    entitlement: &'static str,
    dual: &'static str,
    in_institution: bool,
    is_new: bool,
    has_special_needs: bool,
    diagnoses: Vec<String>,
}

impl Member {
    fn roll(random: &mut Rng, codes: &[String]) -> Member {
        let few = 1 + random.usize(..12);
        Member {
            age: random.u32(20..102),
            sex: random.choice(["female", "male"]).unwrap(),
            entitlement: random.choice(["age", "disability", "esrd", "disability-and-esrd"]).unwrap(),
            dual: random.choice(["none", "partial", "full"]).unwrap(),
            in_institution: random.u8(..6) == 0,
            is_new: random.u8(..6) == 0,
            has_special_needs: random.bool(),
            diagnoses: (0..few).map(|_| random.choice(codes).unwrap().clone()).collect(),
        }
    }

    fn json(&self, number: usize) -> Value {
        json!({
            "id": format!("M-{number}"), "age": self.age, "sex": self.sex, "entitlement": self.entitlement,
            "dual": self.dual, "setting": if self.in_institution { "institution" } else { "community" },
            "new_enrollee": self.is_new, "special_needs": self.has_special_needs,
            "diagnoses": self.diagnoses.iter().map(|code| json!({"code": code})).collect::<Vec<_>>(),
        })
    }

    fn segment(&self) -> String {
        if self.is_new {
            return if self.has_special_needs { "SNPNE" } else { "NE" }.to_owned();
        }
        if self.in_institution {
            return "INS".to_owned();
        }
        let dual = match self.dual {
            "none" => 'N',
            "partial" => 'P',
            _ => 'F',
        };
        format!("C{dual}{}", if self.age >= 65 { 'A' } else { 'D' })
    }

    fn age_group(&self) -> String {
        if self.is_new && (65..=69).contains(&self.age) {
            return self.age.to_string();
        }
        if self.is_new && self.age == 64 && self.entitlement == "age" {
            return "65".to_owned();
        }
        let groups = [(34, "0_34"), (44, "35_44"), (54, "45_54"), (59, "55_59"), (64, "60_64"), (69, "65_69")];
        let more = [(74, "70_74"), (79, "75_79"), (84, "80_84"), (89, "85_89"), (94, "90_94"), (u32::MAX, "95_GT")];
        groups.iter().chain(&more).find(|(last, _)| self.age <= *last).unwrap().1.to_owned()
    }

    /// Variables of who the member is.
    fn own(&self) -> Vec<String> {
        let sex = if self.sex == "female" { 'F' } else { 'M' };
        let is_original = self.entitlement == "disability" && self.age >= 65;
        if self.is_new {
            let aid = if self.dual == "none" { "NMCAID" } else { "MCAID" };
            let origin = if is_original { "ORIGDIS" } else { "NORIGDIS" };
            return vec![format!("{aid}_{origin}_NE{sex}{}", self.age_group())];
        }
        let mut own = vec![format!("{sex}{}", self.age_group())];
        if is_original {
            own.push("ORIGDS".to_owned());
            own.push(format!("OriginallyDisabled_{}", if sex == 'F' { "Female" } else { "Male" }));
        }
        if self.dual != "none" {
            own.push("LTIMCAID".to_owned());
        }
        own
    }
}

/// Variables for several categories together, as the notices of CMS have them.
fn together(model: &str, has: &dyn Fn(&[u32]) -> bool, is_disabled: bool) -> Vec<&'static str> {
    let all: Vec<(&str, bool)> = if model == "v24" {
        let (cancer, diabetes, lung) = (has(&[8, 9, 10, 11, 12]), has(&[17, 18, 19]), has(&[110, 111, 112]));
        let (heart, kidney) = (has(&[85]), has(&[134, 135, 136, 137, 138]));
        let (substance, psychiatric) = (has(&[54, 55, 56]), has(&[57, 58, 59, 60]));
        let (sepsis, ulcer, opening, pneumonia) = (has(&[2]), has(&[157, 158, 159]), has(&[188]), has(&[114]));
        let schizophrenia = has(&[57]);
        vec![
            ("HCC47_gCancer", has(&[47]) && cancer),
            ("DIABETES_CHF", diabetes && heart),
            ("CHF_gCopdCF", heart && lung),
            ("HCC85_gRenal_V24", heart && kidney),
            ("gCopdCF_CARD_RESP_FAIL", lung && has(&[82, 83, 84])),
            ("HCC85_HCC96", heart && has(&[96])),
            ("gSubstanceUseDisorder_gPsych", substance && psychiatric),
            ("SEPSIS_PRESSURE_ULCER", sepsis && ulcer),
            ("SEPSIS_ARTIF_OPENINGS", sepsis && opening),
            ("ART_OPENINGS_PRESS_ULCER", opening && ulcer),
            ("gCopdCF_ASP_SPEC_B_PNEUM", lung && pneumonia),
            ("ASP_SPEC_B_PNEUM_PRES_ULC", pneumonia && ulcer),
            ("SEPSIS_ASP_SPEC_BACT_PNEUM", sepsis && pneumonia),
            ("SCHIZOPHRENIA_gCopdCF", schizophrenia && lung),
            ("SCHIZOPHRENIA_CHF", schizophrenia && heart),
            ("SCHIZOPHRENIA_SEIZURES", schizophrenia && has(&[79])),
            ("DISABLED_HCC85", is_disabled && heart),
            ("DISABLED_PRESSURE_ULCER", is_disabled && ulcer),
            ("DISABLED_HCC161", is_disabled && has(&[161])),
            ("DISABLED_HCC39", is_disabled && has(&[39])),
            ("DISABLED_HCC77", is_disabled && has(&[77])),
            ("DISABLED_HCC6", is_disabled && has(&[6])),
        ]
    } else {
        let heart = has(&[221, 222, 223, 224, 225, 226]);
        let lung = has(&[276, 277, 278, 279, 280]);
        let substance = has(&[135, 136, 137, 138, 139]);
        vec![
            ("DIABETES_HF_V28", has(&[35, 36, 37, 38]) && heart),
            ("HF_CHR_LUNG_V28", heart && lung),
            ("HF_KIDNEY_V28", heart && has(&[326, 327, 328, 329])),
            ("CHR_LUNG_CARD_RESP_FAIL_V28", lung && has(&[211, 212, 213])),
            ("HF_HCC238_V28", heart && has(&[238])),
            ("gSubUseDisorder_gPsych_V28", substance && has(&[151, 152, 153, 154, 155])),
            ("DISABLED_CANCER_V28", is_disabled && has(&[17, 18, 19, 20, 21, 22, 23])),
            ("DISABLED_NEURO_V28", is_disabled && has(&[180, 181, 182, 190, 191, 192, 195, 196, 198, 199])),
            ("DISABLED_HF_V28", is_disabled && heart),
            ("DISABLED_CHR_LUNG_V28", is_disabled && lung),
            ("DISABLED_ULCER_V28", is_disabled && has(&[379, 380, 381, 382])),
        ]
    };
    all.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

/// The categories that count, and the sum in thousandths.
fn plain(model: &Model, member: &Member) -> (BTreeSet<u32>, i64) {
    let of = |code: &String| model.mapping.get(code).into_iter().flatten().copied();
    let all: BTreeSet<u32> =
        if member.is_new { BTreeSet::new() } else { member.diagnoses.iter().flat_map(of).collect() };
    let is_dropped = |it: &u32| all.iter().any(|higher| model.drops.contains(&(*higher, *it)));
    let kept: BTreeSet<u32> = all.iter().copied().filter(|it| !is_dropped(it)).collect();
    let has = |any: &[u32]| any.iter().any(|it| kept.contains(it));
    let is_disabled = member.age < 65 && member.entitlement != "age";
    let mut variables = member.own();
    variables.extend(kept.iter().map(|it| format!("HCC{it}")));
    variables.extend(together(model.name, &has, is_disabled).into_iter().map(str::to_owned));
    variables.push(if kept.len() >= 10 { "D10P".to_owned() } else { format!("D{}", kept.len()) });
    let segment = member.segment();
    let sum = variables.iter().filter_map(|it| model.factors.get(&format!("{segment}_{it}"))).sum();
    (kept, sum)
}

/// The domain of health with the tables of risk adjustment and the codes of ICD-10-CM alone.
fn engine(sources: &Folders, folder: &Path) -> Engine {
    let wanted = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("ra_") || name.starts_with("icd10cm_order_2") || name.starts_with("icd10cm_validity")
    };
    let files: Vec<PathBuf> = sources.files().into_iter().filter(wanted).collect();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains");
    let outcome = compile(["shared", "healthcare"].map(|name| load(&shipped.join(name))).into_iter().collect(), &files);
    assert!(outcome.refused.is_empty(), "refused: {:?}", outcome.refused);
    let options = made_up::options(Some("member"), Some("desk"), "2026-03-01");
    Engine::new(compiled::registry(&outcome, folder), "healthcare", options).unwrap()
}

#[test]
fn a_risk_score_is_the_sum_that_the_tables_make() {
    let sources = Folders::of_user();
    let v24 = model(&sources, "v24", ["CMS-HCC Model V24", "V24H86H1", "C24"]);
    let v28 = model(&sources, "v28", ["CMS-HCC Model V28", "V28115H1", "C28"]);
    let rx = model(&sources, "rx", ["RxHCC Model V08", "R08X84H1", "R08"]);
    let Some(models) = v24.zip(v28).zip(rx).map(|((v24, v28), rx)| [v24, v28, rx]) else {
        eprintln!("SKIPPED: no ra_dx_to_cc_2026.csv below TENCODE_DATA; risk scores were not tested");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&sources, folder.path());
    let mut worker = engine.worker();
    let codes: BTreeSet<String> = models.iter().flat_map(|model| model.mapping.keys().cloned()).collect();
    let mut codes: Vec<String> = codes.into_iter().collect();
    // Some diagnoses count for nothing.
    codes.extend(["R05.9", "Z00.00", "M25.561"].map(str::to_owned));
    let mut random = Rng::with_seed(28);
    for number in 0..MEMBERS {
        let member = Member::roll(&mut random, &codes);
        let encounter = member.json(number);
        let mut out = Vec::new();
        write::line(&worker.disclose(1, Ok(&encounter.to_string())), &mut out);
        let answer: Value = serde_json::from_slice(&out).unwrap();
        for model in &models {
            let (kept, sum) = plain(model, &member);
            let told = &answer["encounter"][model.name];
            let categories = told["categories"].as_array().into_iter().flatten();
            let categories: BTreeSet<u32> = categories.map(|it| it.as_str().unwrap().parse().unwrap()).collect();
            assert_eq!(categories, kept, "{}: {encounter} {answer}", model.name);
            // The table has two factors for each variable of the model for drugs, and does not say which plan has which.
            if model.name != "rx" {
                #[expect(clippy::cast_possible_truncation, reason = "a score has three decimals")]
                let score = told["score"].as_f64().map(|score| (score * 1000.0).round() as i64);
                assert_eq!(score, Some(sum), "{}: {encounter} {answer}", model.name);
            }
        }
    }
}
