//! What each word can be: classes of words from the lists of `domains/shared`, and what large name lists add.

use super::hashing::Same;
use super::hashing::hash;
use super::numerals::Numerals;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// What a word can be, as bits. The lowest eight are those that large lists know.
pub(crate) mod class {
    /// A given name that many bear.
    pub const GIVEN: u64 = 1;
    /// A given name.
    pub const RARE_GIVEN: u64 = 1 << 1;
    /// A surname that many bear.
    pub const SURNAME: u64 = 1 << 2;
    /// A surname.
    pub const RARE_SURNAME: u64 = 1 << 3;
    /// A word of the language.
    pub const WORD: u64 = 1 << 4;
    /// A town.
    pub const TOWN: u64 = 1 << 5;
    /// A country, a state, a region.
    pub const LAND: u64 = 1 << 6;
    /// The first word of a place or firm of several words.
    pub const PLACE_BEGINS: u64 = 1 << 7;
    /// `mr`, `dr`: a name follows.
    pub const TITLE: u64 = 1 << 8;
    /// A month, or its short form.
    pub const MONTH: u64 = 1 << 9;
    /// A day of the week.
    pub const WEEKDAY: u64 = 1 << 10;
    /// `hospital`, `clinic`.
    pub const FACILITY: u64 = 1 << 11;
    /// `street`, `avenue`.
    pub const STREET: u64 = 1 << 12;
    /// `apt`, `suite`.
    pub const UNIT: u64 = 1 << 13;
    /// `inc`, `ltd`.
    pub const FIRM: u64 = 1 << 14;
    /// `patient`, `witness`: a name may follow.
    pub const ROLE: u64 = 1 << 15;
    /// Capitalised and yet no name.
    pub const NO_NAME: u64 = 1 << 16;
    /// `disease`, `syndrome`: the word before is no person.
    pub const EPONYM: u64 = 1 << 17;
    /// The two letters of a state.
    pub const STATE_CODE: u64 = 1 << 18;
    /// `van`, `de`: inside a name.
    pub const PARTICLE: u64 = 1 << 19;
    /// `in`, `from`: a place may follow.
    pub const PLACE_CUE: u64 = 1 << 20;
    /// `said`, `called`: a person did it.
    pub const SPEAKS: u64 = 1 << 21;
    /// A people or a language: no place, no name.
    pub const PEOPLE: u64 = 1 << 22;
    /// `rue`, `via`: a street follows.
    pub const STREET_BEGINS: u64 = 1 << 23;
    /// A word in frequent use.
    pub const COMMON: u64 = 1 << 24;
    /// `lake`, `mount`: part of the name of a place.
    pub const LANDSCAPE: u64 = 1 << 25;
    /// `Jr`, `MD`: ends a name.
    pub const SUFFIX: u64 = 1 << 26;
    /// Somebody after whom a disease is named: alone it is the disease.
    pub const EPONYM_OF: u64 = 1 << 27;
    /// The first word of a cue.
    pub const CUE: u64 = 1 << 28;
    /// A word of the language in one of its forms: not of a list, it is worked out.
    pub const LANGUAGE: u64 = 1 << 29;
    /// `of`, `for`, `the`: inside the name of a facility.
    pub const LINK: u64 = 1 << 30;
    /// `the`.
    pub const ARTICLE: u64 = 1 << 31;
    /// `northern`, `downtown`: between a preposition and a place.
    pub const COMPASS: u64 = 1 << 32;
    /// `in`, `at`: a place follows, whatever it looks like.
    pub const LEADS: u64 = 1 << 33;
    /// `box`, `postfach`: a number follows.
    pub const BOX: u64 = 1 << 34;
    /// `utca`, `ulica`: a house number follows.
    pub const STREET_ENDS: u64 = 1 << 35;
    /// `since`, `last`: a month alone after it is a date.
    pub const DATE_CUE: u64 = 1 << 36;
    /// `apo`, `fpo`: a post office of the forces.
    pub const FIELD_POST: u64 = 1 << 37;
    /// `version`, `order`: a number after it is no telephone, card or address.
    pub const NO_PHONE: u64 = 1 << 38;
    /// `order`, `tracking`: a number after it is no card.
    pub const NO_CARD: u64 = 1 << 39;
    /// `card`, `visa`: a number after it is a card.
    pub const CARD: u64 = 1 << 40;
    /// `aged`: an age follows.
    pub const AGED: u64 = 1 << 41;
    /// `years`, `yo`: an age stands before.
    pub const YEARS: u64 = 1 << 42;
    /// `on`, `dob`: month and day follow.
    pub const DAY_CUE: u64 = 1 << 43;
    /// `corner`: two streets follow.
    pub const CORNER: u64 = 1 << 44;
    /// `version`: four numbers after it are no internet address.
    pub const VERSION: u64 = 1 << 45;
    /// `https`, `www`: a web address begins.
    pub const WEB: u64 = 1 << 46;
    /// The first word of a firm of several words.
    pub const FIRM_BEGINS: u64 = 1 << 47;
    /// `st`, `mt`: the short form of the first word of a place.
    pub const SAINT: u64 = 1 << 48;
    /// `city`, `kingdom`: before `of` and a place, part of its name.
    pub const PLACE_HEAD: u64 = 1 << 49;
    /// `river`, `province`: after a name, the place is named so.
    pub const PLACE_TAIL: u64 = 1 << 50;
    /// `flew`, `moved`: a place follows `to`.
    pub const MOTION: u64 = 1 << 51;
    /// `uss`: a ship's name follows.
    pub const SHIP: u64 = 1 << 52;
    /// `clinic`, `hospital`: after a name a place, however it is written.
    pub const CLINIC: u64 = 1 << 53;
    /// A number in words: [`Numeral`](crate::text::numerals::Numeral) says which.
    pub const NUMERAL: u64 = 1 << 55;
    /// Capitalised, or could be in a text without capitals: not of a list, it is worked out.
    pub const CAPITAL: u64 = 1 << 56;
    /// Has a digit in it: not of a list, it is worked out.
    pub const DIGITS: u64 = 1 << 57;
}

/// What few words are: classes for which the bits of [`class`] do not suffice.
pub(crate) mod rare {
    /// `brother`: of whom somebody is a relative, no part of a name.
    pub const KIN: u64 = 1;
    /// `lincoln`: a car, a bank, a shop; a person only where a name stands beside it.
    pub const BRAND: u64 = 1 << 1;
    /// `at`, between the two parts of a mail address.
    pub const MAIL_AT: u64 = 1 << 2;
    /// `dot`, in a mail address.
    pub const MAIL_DOT: u64 = 1 << 3;
    /// `com`, the end of a mail address.
    pub const MAIL_END: u64 = 1 << 4;
    /// `is`: what a cue announces may stand behind it, some words after the cue.
    pub const COPULA: u64 = 1 << 5;
    /// `number`, `ending`: after it few digits are enough.
    pub const NUMBER_WORD: u64 = 1 << 6;
    /// `code`, `digits`: with a word for the back of a card, a few digits are its code.
    pub const CODE_HEAD: u64 = 1 << 7;
    /// `back`, `strip`: where the code of a card stands.
    pub const CODE_SEAT: u64 = 1 << 8;
    /// Between a cue and what it announces.
    pub const CONNECTOR: u64 = 1 << 10;
    /// `f`, `m` behind an age.
    pub const SEX: u64 = 1 << 11;
    /// `a`, `patient`: an age with a sex follows.
    pub const AGE_LEAD: u64 = 1 << 12;
    /// `fever`, `degrees`: a number near it is no age.
    pub const DEGREE: u64 = 1 << 13;
    /// `born`: a year follows.
    pub const BIRTH: u64 = 1 << 14;
    /// `birthday`: how old somebody is stands before it.
    pub const BIRTHDAY: u64 = 1 << 15;
    /// `family`, `residence`: the name before it is of persons, with an article or not.
    pub const HOUSEHOLD: u64 = 1 << 16;
    /// `latitude`: a coordinate follows.
    pub const COORDINATE: u64 = 1 << 17;
    /// `and`, `into`: between numbers in a row.
    pub const SERIES: u64 = 1 << 19;
    /// `gold`: with a name before it, a thing.
    pub const COLOUR: u64 = 1 << 20;
    /// `adam`: with a number behind it, a call sign.
    pub const CALL_SIGN: u64 = 1 << 21;
    /// `underscore`: a sign in a mail address.
    pub const MAIL_SIGN: u64 = 1 << 22;
    /// `is`: an age may follow that ends its clause.
    pub const AGE_VERB: u64 = 1 << 23;
    /// `part`, `model`: a number behind it is of a thing.
    pub const THING: u64 = 1 << 24;
    /// `inch`: a number before it is no day.
    pub const UNIT: u64 = 1 << 25;
    /// `a m`: two letters with dots that are no name.
    pub const DOTTED: u64 = 1 << 26;
    /// Its name, where it is cued, is a name however it is written.
    pub const NAME_VERB: u64 = 1 << 18;
    /// `rose`, `hunter`: a name, and a thing as well.
    pub const TWO_FACED: u64 = 1 << 27;
    /// `and`, `wants`: behind a name no thing that is named after it.
    pub const SMALL: u64 = 1 << 28;
    /// `truck`, `buick`: a plate may stand behind it.
    pub const CAR: u64 = 1 << 29;
    /// `sat`: before a date part of it.
    pub const SHORT_DAY: u64 = 1 << 30;
    /// `apt`: an address also where no street stands beside it.
    pub const OWN_UNIT: u64 = 1 << 31;
    /// `rear`: behind a street part of the address.
    pub const HOUSE_PART: u64 = 1 << 32;
    /// `hc`: the number of a route and of a box follow.
    pub const RURAL: u64 = 1 << 33;
    /// `v`: between the parties of a case in a law report.
    pub const VERSUS: u64 = 1 << 34;
    /// `her`: whose age it is.
    pub const AGE_OWNER: u64 = 1 << 35;
    /// `building`: with an age before it, no person.
    pub const AGED_THING: u64 = 1 << 36;
    /// `house`: its number may stand behind it, and its street behind a small word.
    pub const HOUSE: u64 = 1 << 37;
    /// `of`: between the day, the month and the year.
    pub const DATE_LINK: u64 = 1 << 38;
    /// `got`: a colour with its name follows.
    pub const GOODS_CUE: u64 = 1 << 39;
    /// `bis`: behind a house number part of it.
    pub const HOUSE_TAIL: u64 = 1 << 40;
    /// `she`: whose age may stand before it.
    pub const AGE_SUBJECT: u64 = 1 << 41;
    /// `und`: of a language that writes every noun with a capital.
    pub const NOUN_CASE: u64 = 1 << 42;
    /// `said`: only a person does it.
    pub const PERSON_DEED: u64 = 1 << 43;
}

/// Names of lists in `domains/shared` and the class their words have.
const LISTS: &[(&str, u64)] = &[
    ("given-names", class::GIVEN),
    ("surnames", class::SURNAME),
    ("common-words", class::WORD | class::COMMON),
    ("medical-words", class::WORD),
    ("towns", class::TOWN),
    ("lands", class::LAND),
    ("state-codes", class::STATE_CODE),
    ("titles", class::TITLE),
    ("months", class::MONTH),
    ("weekdays", class::WEEKDAY),
    ("facility-words", class::FACILITY),
    ("street-words", class::STREET),
    ("street-beginnings", class::STREET_BEGINS),
    ("street-ends", class::STREET_ENDS),
    ("unit-words", class::UNIT),
    ("firm-words", class::FIRM),
    ("role-words", class::ROLE),
    ("no-names", class::NO_NAME),
    ("eponym-nouns", class::EPONYM),
    ("name-particles", class::PARTICLE),
    ("place-cues", class::PLACE_CUE),
    ("place-leads", class::LEADS),
    ("place-directions", class::COMPASS),
    ("facility-links", class::LINK),
    ("articles", class::ARTICLE),
    ("date-cues", class::DATE_CUE),
    ("speaking-words", class::SPEAKS),
    ("peoples", class::PEOPLE),
    ("landscape-words", class::LANDSCAPE),
    ("name-suffixes", class::SUFFIX),
    ("eponyms", class::EPONYM_OF),
    ("firms", class::FIRM),
    ("post-boxes", class::BOX),
    ("field-posts", class::FIELD_POST),
    ("no-phone-cues", class::NO_PHONE),
    ("no-card-cues", class::NO_CARD),
    ("card-words", class::CARD),
    ("age-cues", class::AGED),
    ("age-units", class::YEARS),
    ("day-cues", class::DAY_CUE),
    ("corner-words", class::CORNER),
    ("version-words", class::VERSION),
    ("web-words", class::WEB),
    ("saint-words", class::SAINT),
    ("place-heads", class::PLACE_HEAD),
    ("place-tails", class::PLACE_TAIL),
    ("motion-words", class::MOTION),
    ("ship-words", class::SHIP),
    ("clinic-words", class::CLINIC),
];

/// Names of lists in `domains/shared` and the rare class their words have.
const RARE_LISTS: &[(&str, u64)] = &[
    ("kin-words", rare::KIN),
    ("brands", rare::BRAND),
    ("mail-at", rare::MAIL_AT),
    ("mail-dots", rare::MAIL_DOT),
    ("mail-ends", rare::MAIL_END),
    ("cue-copulas", rare::COPULA),
    ("cue-connectors", rare::CONNECTOR),
    ("cue-number-words", rare::NUMBER_WORD | rare::CONNECTOR),
    ("card-code-heads", rare::CODE_HEAD),
    ("card-code-seats", rare::CODE_SEAT),
    ("age-sexes", rare::SEX),
    ("age-leads", rare::AGE_LEAD),
    ("degree-words", rare::DEGREE),
    ("birth-words", rare::BIRTH),
    ("birthday-words", rare::BIRTHDAY),
    ("household-words", rare::HOUSEHOLD),
    ("coordinate-words", rare::COORDINATE),
    ("series-words", rare::SERIES),
    ("colours", rare::COLOUR),
    ("call-signs", rare::CALL_SIGN),
    ("mail-signs", rare::MAIL_SIGN),
    ("age-verbs", rare::AGE_VERB),
    ("numbered-things", rare::THING),
    ("measures", rare::UNIT),
    ("dotted-letters", rare::DOTTED),
    ("name-verbs", rare::NAME_VERB),
    ("two-faced-names", rare::TWO_FACED),
    ("small-words", rare::SMALL),
    ("vehicle-words", rare::CAR),
    ("short-weekdays", rare::SHORT_DAY),
    ("own-units", rare::OWN_UNIT),
    ("house-parts", rare::HOUSE_PART),
    ("rural-routes", rare::RURAL),
    ("versus-words", rare::VERSUS),
    ("age-owners", rare::AGE_OWNER),
    ("aged-things", rare::AGED_THING),
    ("house-words", rare::HOUSE),
    ("date-links", rare::DATE_LINK),
    ("goods-cues", rare::GOODS_CUE),
    ("house-number-tails", rare::HOUSE_TAIL),
    ("age-subjects", rare::AGE_SUBJECT),
    ("noun-case-words", rare::NOUN_CASE),
    ("person-deeds", rare::PERSON_DEED),
];

/// What a word can be: bits of [`class`] and of [`rare`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub class: u64,
    pub rare: u64,
}

/// Hashes of words and what they can be.
#[derive(Default, Clone)]
pub(crate) struct Words {
    entries: HashMap<u64, Entry, BuildHasherDefault<Same>>,
    numerals: Numerals,
    /// Endings of words that are no names.
    endings: Pieces,
    /// Beginnings of words that are no names.
    beginnings: Pieces,
    /// Endings of streets written as one word: `gasse`, `straat`.
    street_endings: Vec<String>,
    /// Endings of what somebody did or does: `ed`.
    deed_endings: Vec<String>,
}

impl Words {
    /// The word lists of `domains/shared`.
    pub fn from_lists(lists: &[(String, Vec<String>)]) -> Words {
        let mut words = Words::default();
        for (name, members) in lists {
            match name.as_str() {
                "no-name-endings" => words.endings = Pieces::new(members, last_two),
                "no-name-beginnings" => words.beginnings = Pieces::new(members, first_two),
                "deed-endings" => words.deed_endings.clone_from(members),
                "street-endings" => words.street_endings.extend(members.iter().map(|ending| ending.to_lowercase())),
                _ => {}
            }
            if let Some((_, class)) = RARE_LISTS.iter().find(|list| list.0 == name) {
                members.iter().for_each(|member| words.add_rare(member, *class));
            }
            for sum in words.numerals.add(name, members) {
                words.add(sum, class::NUMERAL);
            }
            let Some((_, class)) = LISTS.iter().find(|list| list.0 == name) else { continue };
            for member in members {
                classes(member, *class, |sum, class| words.add(sum, class));
            }
        }
        words
    }

    /// The same with what `more` says of each of these words, by its hash, so that it is looked up once.
    #[expect(clippy::iter_over_hash_type, reason = "each word by itself, in whatever order")]
    pub fn merged(&self, more: impl Fn(u64) -> u64) -> Words {
        let mut words = self.clone();
        for (sum, entry) in &mut words.entries {
            entry.class |= more(*sum);
        }
        words
    }

    /// Adds a class to a word, by its hash.
    pub fn add(&mut self, sum: u64, class: u64) {
        self.entries.entry(sum).or_default().class |= class;
    }

    fn add_rare(&mut self, member: &str, class: u64) {
        self.entries.entry(hash(member)).or_default().rare |= class;
    }

    /// The rare classes of a word, by its hash.
    pub fn rare(&self, sum: u64) -> u64 {
        self.of(sum).map_or(0, |entry| entry.rare)
    }

    /// The words that stand for numbers.
    pub fn numerals(&self) -> &Numerals {
        &self.numerals
    }

    /// What a hash stands for; `None` if the lists do not have it.
    pub fn of(&self, sum: u64) -> Option<Entry> {
        self.entries.get(&sum).copied()
    }

    /// Whether a word in lower case ends as technical words do, after a stem of some letters.
    pub fn has_technical_ending(&self, word: &str, stem: usize) -> bool {
        self.endings
            .of(last_two(word))
            .iter()
            .any(|ending| word.len() >= ending.len() + stem && word.ends_with(ending.as_str()))
    }

    /// Whether a word in lower case begins as technical words do and is as long as they are.
    pub fn has_technical_beginning(&self, word: &str) -> bool {
        const LONGER: usize = 5;
        let fits = |beginning: &String| word.len() >= beginning.len() + LONGER && word.starts_with(beginning.as_str());
        word.len() >= 2 * LONGER && self.beginnings.of(first_two(word)).iter().any(fits)
    }

    /// Whether a word ends as deeds do.
    pub fn has_deed_ending(&self, word: &str) -> bool {
        self.deed_endings.iter().any(|ending| word.ends_with(ending.as_str()))
    }

    /// Whether a word ends as streets do that are written as one word.
    pub fn has_street_ending(&self, word: &str) -> bool {
        let is_long = |ending: &&String| word.len() > ending.len() + 2;
        if !self.street_endings.iter().filter(is_long).any(|ending| ends_alike(word, ending)) {
            return false;
        }
        let low = word.to_lowercase();
        self.street_endings.iter().any(|ending| low.len() > ending.len() + 2 && low.ends_with(ending.as_str()))
    }
}

/// Beginnings or endings of words, by two of their letters.
#[derive(Default, Clone)]
struct Pieces(Vec<Vec<String>>);

impl Pieces {
    fn new(members: &[String], two: fn(&str) -> [u8; 2]) -> Pieces {
        let mut pieces = Pieces(vec![Vec::new(); 1 << 10]);
        for member in members {
            if let Some(bucket) = pieces.0.get_mut(Pieces::place(two(member))) {
                bucket.push(member.clone());
            }
        }
        pieces
    }

    /// Those that may fit a word with these two letters.
    fn of(&self, two: [u8; 2]) -> &[String] {
        self.0.get(Pieces::place(two)).map_or(&[], Vec::as_slice)
    }

    fn place([one, other]: [u8; 2]) -> usize {
        usize::from(one & 31) << 5 | usize::from(other & 31)
    }
}

fn first_two(word: &str) -> [u8; 2] {
    word.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn last_two(word: &str) -> [u8; 2] {
    word.as_bytes().last_chunk().copied().unwrap_or_default()
}

/// Whether the last byte is the same, whatever its case: a first look.
fn ends_alike(word: &str, ending: &str) -> bool {
    let last = |text: &str| text.as_bytes().last().map(u8::to_ascii_lowercase);
    last(word) == last(ending)
}

/// The hash of a list's member with its class, and the hash of the first of several words.
pub(crate) fn classes(member: &str, class: u64, mut add: impl FnMut(u64, u64)) {
    add(hash(member), class);
    if let Some((first, _)) = member.trim().split_once([' ', '-'])
        && class & (class::TOWN | class::LAND | class::FIRM) != 0
    {
        let begins = if class & class::FIRM == 0 { class::PLACE_BEGINS } else { class::FIRM_BEGINS };
        add(hash(first), begins);
    }
}
