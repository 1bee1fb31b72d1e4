//! Tests over the official releases, where they are installed (`TENCODE_DATA`): counts, hierarchy, dates, size, speed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

use super::contents::Format;
use super::contents::Import;
use super::contents::Options;
use super::sources::Folders;
use crate::definitions::parse::tree::ColumnRole;
use crate::model::content::CodeSet;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Shared;
use crate::registry::Codes;
use crate::registry::Parts;
use crate::registry::Registry;
use std::time::Instant;

fn part(files: &[std::path::PathBuf], format: Format, name: &str, options: &Options) -> Import {
    let path = super::sources::find(files, name).unwrap_or_else(|| std::process::exit(3));
    let bytes = super::read_file(&path).unwrap();
    super::read(format, &bytes, options).unwrap()
}

fn validity() -> Options {
    Options {
        columns: vec![
            (ColumnRole::Code, "code".to_owned()),
            (ColumnRole::Title, "long_title".to_owned()),
            (ColumnRole::From, "valid_from".to_owned()),
            (ColumnRole::To, "valid_to".to_owned()),
        ],
        assignable: Some(("billable".to_owned(), "1".to_owned())),
        ..Options::default()
    }
}

/// The code sets; kept in the file `TENCODE_CACHE` if that is set, since reading them takes long.
fn sets() -> Vec<CodeSet> {
    let cache = std::env::var_os("TENCODE_CACHE");
    if let Some(bytes) = cache.as_ref().and_then(|path| std::fs::read(path).ok()) {
        return postcard::from_bytes(&bytes).unwrap();
    }
    let sets = imported();
    if let Some(path) = cache {
        std::fs::write(path, postcard::to_stdvec(&sets).unwrap()).unwrap();
    }
    sets
}

fn imported() -> Vec<CodeSet> {
    let files = Folders::of_user().files();
    let plain = Options::default();
    let mut parts = vec![
        part(&files, Format::IcdOrder, "icd10cm_order_2026.txt", &plain),
        part(&files, Format::IcdTabular, "icd10cm_tabular_2026_apr.xml", &plain),
        part(&files, Format::Tsv, "icd10cm_validity_2015_2026.tsv", &validity()),
        part(&files, Format::IcdIndex, "icd10cm_index_2025.csv", &plain),
        part(&files, Format::IcdIndex, "icd10cm_neoplasm_2026_apr.xml", &plain),
        part(&files, Format::IcdIndex, "icd10cm_drug_2026_apr.xml", &plain),
        part(&files, Format::IcdIndex, "icd10cm_eindex_2026_apr.xml", &plain),
    ];
    if std::env::var_os("TENCODE_OLD_INDEX").is_some() {
        parts.push(part(&files, Format::IcdIndex, "icd10cm_index_2017.xml", &plain));
    }
    let mut out = vec![super::merge("icd-10-cm", parts)];
    if std::env::var_os("TENCODE_ONLY_CM").is_none() {
        out.push(super::merge("icd-10-pcs", vec![part(&files, Format::IcdOrder, "icd10pcs_order_2026.txt", &plain)]));
        let hcpcs =
            ["hcpcs_2025_10.tsv", "hcpcs_2024_10_anweb.txt"].map(|name| part(&files, Format::Hcpcs, name, &plain));
        out.push(super::merge("hcpcs", hcpcs.to_vec()));
    }
    for merged in &out {
        let set = &merged.set;
        println!(
            "{}: {} codes, {} index, {} unresolved",
            set.name,
            set.codes.len(),
            set.index.len(),
            merged.unresolved
        );
    }
    out.into_iter().map(|merged| merged.set).collect()
}

fn built() -> Registry {
    let path = std::env::temp_dir().join("tencode-releases-test.registry");
    if std::env::var_os("TENCODE_REUSE").is_some() {
        return Registry::open(&path).unwrap();
    }
    let begun = Instant::now();
    let sets = sets();
    println!("imported after {:?}", begun.elapsed());
    let shared = Shared::default();
    let parts = Parts::of_sets(&sets, &shared);
    let size = crate::registry::write(&path, &parts).unwrap();
    println!("written after {:?}: {} bytes", begun.elapsed(), size);
    let begun = Instant::now();
    let registry = Registry::open(&path).unwrap();
    println!("opened in {:?}", begun.elapsed());
    registry
}

fn rows(name: &str) -> String {
    let path = super::sources::find(&Folders::of_user().files(), name).unwrap();
    String::from_utf8(super::read_file(&path).unwrap()).unwrap()
}

fn plain(code: &str) -> String {
    code.replace('.', "").to_uppercase()
}

#[test]
#[ignore = "needs the official releases in TENCODE_DATA"]
fn hierarchy_agrees_with_another_implementation() {
    let registry = built();
    let codes = registry.codes(SetId::FIRST);
    let on = Day::parse("2026-04-01").unwrap();
    let (mut total, mut wrong) = (0, 0);
    for line in rows("simple_icd10cm_oracle_dev12000.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["code"].as_str().unwrap();
        let Some(code) = codes.find(text) else {
            println!("not found: {text}");
            wrong += 1;
            continue;
        };
        let above: Vec<String> = codes.ancestors(code).into_iter().map(|code| plain(codes.code(code))).collect();
        let expected: Vec<String> =
            row["anc"].as_array().unwrap().iter().map(|code| plain(code.as_str().unwrap())).collect();
        let is_wrong = above != expected
            || (codes.is_assignable(code, on) != row["leaf"].as_bool().unwrap() && !text.contains('-'));
        total += 1;
        wrong += i32::from(is_wrong);
        if is_wrong && wrong < 10 {
            println!("{text}: {above:?} not {expected:?}");
        }
    }
    println!("{wrong} of {total} differ");
    assert_eq!(wrong, 0);
}

#[test]
#[ignore = "needs the official releases in TENCODE_DATA"]
fn dates_agree_with_the_validity_table() {
    let registry = built();
    let codes = registry.codes(SetId::FIRST);
    let mut spans: std::collections::BTreeMap<String, Vec<(i32, i32, bool)>> = std::collections::BTreeMap::new();
    for line in rows("icd10cm_validity_2015_2026.tsv").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (from, to) = (Day::parse(cells[2]).unwrap().0, Day::parse(cells[3]).map_or(i32::MAX, |day| day.0));
        spans.entry(cells[0].to_owned()).or_default().push((from, to, cells[1] == "1"));
    }
    for (text, spans) in &spans {
        let code = codes.find(text).unwrap();
        for day in spans
            .iter()
            .flat_map(|(from, to, _)| [from - 1, *from, from + 1, to.saturating_sub(1), *to, to.saturating_add(1)])
        {
            let expected = spans.iter().any(|(from, to, billable)| *from <= day && day <= *to && *billable);
            assert_eq!(codes.is_assignable(code, Day(day)), expected, "{text} on {}", Day(day));
        }
    }
}

#[test]
#[ignore = "needs the official releases in TENCODE_DATA"]
fn speed_of_looking_up() {
    let registry = built();
    let codes = registry.codes(SetId::FIRST);
    let texts: Vec<&str> = codes.all().map(|code| codes.code(code)).collect();
    let count = f64::from(u32::try_from(texts.len()).unwrap());
    let begun = Instant::now();
    let found: u64 = texts.iter().filter_map(|text| codes.find(text)).map(|code| code.index() as u64).sum();
    println!("{found}: {:.1} million finds a second", count / begun.elapsed().as_secs_f64() / 1e6);
    let begun = Instant::now();
    let under = codes.all().filter(|code| codes.is_under(*code, CodeId::try_from(code.index() / 2).unwrap())).count();
    println!("{under}: {:.1} million is_under a second", count / begun.elapsed().as_secs_f64() / 1e6);
}

fn score(codes: Codes<'_>, show: usize) {
    let on = Day::parse("2026-04-01").unwrap();
    let (mut count, mut first, mut ten, mut category, mut shown) = (0, 0, 0, 0, 0);
    let (mut worst, mut sum) = (0.0_f64, 0.0_f64);
    for line in rows("do_icd10cm_dev.tsv").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let wanted: Vec<CodeId> =
            cells[2].split(',').filter_map(|code| codes.find(&code.replace("ICD10CM:", ""))).collect();
        let wanted: Vec<CodeId> = wanted.into_iter().filter(|code| codes.is_in_force(*code, on)).collect();
        if wanted.is_empty() {
            continue;
        }
        let begun = Instant::now();
        let hits = codes.search(cells[1], Some(on), 10);
        let time = begun.elapsed().as_secs_f64() * 1000.0;
        worst = worst.max(time);
        sum += time;
        count += 1;
        let rank = hits.iter().position(|hit| wanted.contains(&hit.code));
        first += i32::from(rank == Some(0));
        ten += i32::from(rank.is_some());
        let three = |code: CodeId| plain(codes.code(code)).chars().take(3).collect::<String>();
        category +=
            i32::from(hits.first().is_some_and(|hit| wanted.iter().any(|code| three(*code) == three(hit.code))));
        if rank != Some(0) && shown < show {
            shown += 1;
            println!("{} → {}", cells[1], cells[2]);
            for code in &wanted {
                println!("      = {} {}", codes.code(*code), codes.display(*code));
            }
            for hit in hits.iter().take(3) {
                println!("    {:.2} {} {}", hit.score, codes.code(hit.code), codes.display(hit.code));
            }
        }
    }
    let rate = |hits: i32| f64::from(hits) / f64::from(count);
    println!("n {count} hit@1 {:.4} hit@10 {:.4} category {:.4}", rate(first), rate(ten), rate(category));
    println!("mean {:.3} ms, worst {worst:.3} ms", sum / f64::from(count));
}

#[test]
#[ignore = "needs the official releases in TENCODE_DATA"]
fn search_finds_labels_of_the_disease_ontology() {
    let registry = built();
    let show = std::env::var("TENCODE_SHOW").ok().and_then(|show| show.parse().ok()).unwrap_or(0);
    score(registry.codes(SetId::FIRST), show);
}
