//! Redaction of free texts on one core: made-up notes, police narratives and customer texts, and, where `TENCODE_DATA`
//! is set, published narratives of consumers. Start-up is not in it. Where the large name lists are found they are used.
#![expect(clippy::unwrap_used, reason = "a bench")]

use divan::Bencher;
use divan::counter::BytesCount;
use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::import::sources::Folders;
use tencode::definitions::load::load;
use tencode::model::day::Day;
use tencode::privacy::text::NameLists;
use tencode::privacy::text::TextRedactor;

fn main() {
    divan::main();
}

const TEXTS: usize = 2_000;

static NAMES: LazyLock<Arc<NameLists>> = LazyLock::new(|| {
    let names = NameLists::load(&Folders::of_user().files()).unwrap();
    if names.is_empty() {
        eprintln!("no large name lists below TENCODE_DATA: the starter alone is measured");
    }
    Arc::new(names)
});

static PUBLIC: LazyLock<TextRedactor> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/shared");
    let shared = compile(vec![load(&folder)], &[]).compiled.shared;
    TextRedactor::new(&shared, None, "public", Day(20_000)).unwrap().with_names(NAMES.clone())
});

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let place = self.roll(words.len());
        words.get(place).copied().unwrap_or("")
    }

    /// The text with `#` a digit, `N` in braces a name and so on.
    fn fill(&mut self, pattern: &str) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find(['#', '{']) {
            out.push_str(rest.get(..at).unwrap());
            rest = rest.get(at..).unwrap();
            if let Some(after) = rest.strip_prefix('#') {
                out.push(char::from_digit(u32::try_from(self.roll(10)).unwrap(), 10).unwrap());
                rest = after;
                continue;
            }
            let (word, after) = rest.strip_prefix('{').unwrap().split_once('}').unwrap();
            out.push_str(match word {
                "given" => self.pick(GIVEN),
                "surname" => self.pick(SURNAMES),
                "town" => self.pick(TOWNS),
                "street" => self.pick(STREETS),
                _ => self.pick(MONTHS),
            });
            rest = after;
        }
        out + rest
    }
}

const GIVEN: &[&str] = &["Mary", "James", "Linda", "Okello", "Ingrid", "Tomasz", "Farida", "Wei", "Consuelo", "Dale"];
const SURNAMES: &[&str] =
    &["Roe", "Whitfield", "Okafor", "Lindqvist", "Baranowski", "Tran", "Delacroix", "Mbeki", "Stone"];
const TOWNS: &[&str] = &["Rochester", "Duluth, MN", "Tulsa", "Spokane", "Baton Rouge", "Erie, PA", "Flagstaff"];
const STREETS: &[&str] = &["Elm Street", "5th Avenue N", "Old Mill Road", "Juniper Ct", "Lakeview Drive", "Route 12"];
const MONTHS: &[&str] = &["January", "March", "May", "Aug", "October", "Dec."];

const CLINICAL: &[&str] = &[
    "Pt is a 6#-year-old with type 2 diabetes and CKD stage 3, seen for follow-up of shortness of breath on exertion. ",
    "Metoprolol 25 mg BID was started, lisinopril held; BP 138/8#, HR 7#, SpO2 9#% on room air. ",
    "{given} {surname} (MRN 00#####) was admitted on {month} 1#, 2023 to St. Mary's Hospital in {town}. ",
    "Discussed results with her daughter {given}, phone (612) 555-01##, who will pick up the prescription. ",
    "Impression: acute on chronic systolic heart failure, likely triggered by missed doses and a salty diet. ",
    "DOB 0#/1#/195#, SSN 2##-4#-6###, seen by Dr. {surname} at the wound clinic; sutures out in ten days. ",
    "No chest pain, no fever or chills; abdomen soft and not tender, bowel sounds normal, no edema of the legs. ",
    "Labs: Na 13#, K 4.#, creatinine 1.#, HbA1c 8.#, LDL 1##; urine culture grew E. coli sensitive to all. ",
];
const POLICE: &[&str] = &[
    "On 0#/2#/2024 at 2#30 hours I was sent to ### {street} for a report of a disturbance between neighbors. ",
    "The caller, {given} {surname}, said that the suspect had left in a gray pickup, plate 7ABC###, toward {town}. ",
    "Officer {surname} spoke with the witness while I took photographs of the broken window and the front door. ",
    "The victim refused medical attention and was given a case number and a victim's rights pamphlet. ",
    "Nothing was taken from the vehicle, but the glove box had been searched and papers lay on the seat. ",
    "{surname} was booked at the county jail; his driver's license number is D12345## and he lives at ## {street}. ",
];
const CUSTOMER: &[&str] = &[
    "I ordered the blue kettle three weeks ago (order 10####) and it has still not arrived, please advise. ",
    "My name is {given} {surname} and my account number is 4#######; you can reach me at {given}@example.com. ",
    "The refund was promised within five working days but nothing has shown up on my statement so far. ",
    "I paid with my card 4111 1111 1111 1111 and was charged twice, which I noticed only this morning. ",
    "The person on the phone was polite, yet could not tell me whether the parcel had left the warehouse. ",
    "Please send the replacement to ### {street}, {town} 5####, and not to the old address. ",
];

/// Texts of one kind.
fn texts(sentences: &[&str]) -> Vec<String> {
    let mut dice = Dice(7);
    (0..TEXTS)
        .map(|_| {
            let count = 4 + dice.roll(8);
            let picked: Vec<&str> = (0..count).map(|_| dice.pick(sentences)).collect();
            picked.into_iter().map(|sentence| dice.fill(sentence)).collect()
        })
        .collect()
}

fn run(bencher: Bencher<'_, '_>, texts: &[String]) {
    let redactor = &*PUBLIC;
    bencher
        .counter(BytesCount::new(texts.iter().map(String::len).sum::<usize>()))
        .bench_local(|| texts.iter().map(|text| redactor.redact(text).spans.len()).sum::<usize>());
}

#[divan::bench]
fn clinical_notes(bencher: Bencher<'_, '_>) {
    run(bencher, &texts(CLINICAL));
}

#[divan::bench]
fn police_narratives(bencher: Bencher<'_, '_>) {
    run(bencher, &texts(POLICE));
}

#[divan::bench]
fn customer_texts(bencher: Bencher<'_, '_>) {
    run(bencher, &texts(CUSTOMER));
}

/// Narratives that the Consumer Financial Protection Bureau published, if they are there.
#[divan::bench]
fn consumer_narratives(bencher: Bencher<'_, '_>) {
    let Some(path) = Folders::of_user().find("cfpb_narratives_train.csv") else {
        eprintln!("no cfpb_narratives_train.csv below TENCODE_DATA: not measured");
        return;
    };
    let mut reader = csv::Reader::from_path(path).unwrap();
    let column = reader.headers().unwrap().iter().position(|name| name == "text").unwrap();
    let texts: Vec<String> = reader.records().filter_map(|row| row.unwrap().get(column).map(str::to_owned)).collect();
    run(bencher, &texts);
}
