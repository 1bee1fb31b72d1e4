//! The hundred block of an address. It is read word by word: a number, a direction, the name of a street, a word that
//! streets end with. Only what was read is shown, so whatever stands behind it goes; what cannot be read is not shown.
//!
//! The words are lists of `domains/shared`.

use super::text::Known;
use super::text::NameLists;
use super::text::Persons;
use crate::model::program::Shared;
use std::collections::HashSet;
use std::sync::Arc;

/// Digits of a house number at most.
const LONGEST_NUMBER: usize = 6;
/// Digits of the number of a street or a road at most.
const LONGEST_STREET_NUMBER: usize = 3;
/// Words of the name of a street at most, unless it is listed as a whole.
const LONGEST_NAME: usize = 3;
/// Words of a street that is named after somebody at most.
const LONGEST_PERSON: usize = 6;
/// Letters of a word of a street at most.
const LONGEST_WORD: usize = 24;

/// What is known of streets: the words of their names, and how persons are told from them.
pub(super) struct Streets {
    /// Words that streets end with: `ST`, `AVENUE`.
    ends: HashSet<String>,
    directions: HashSet<String>,
    /// Streets that are whole without such a word: `BROADWAY`.
    whole: HashSet<String>,
    /// Roads whose name is a number: `HIGHWAY 61`.
    numbered: HashSet<String>,
    /// Streets named after somebody.
    people: HashSet<String>,
    /// What no street's name has: units, words between two streets.
    breaks: HashSet<String>,
    /// Words between the two streets of a crossing.
    joins: HashSet<String>,
    /// Words that stand for a block; the first is written.
    blocks: Vec<String>,
    /// The word between the block and the street; the first is written.
    links: Vec<String>,
    /// Endings of ordinal numbers.
    ordinals: Vec<String>,
    persons: Option<Persons>,
}

/// One street as it was read.
struct Street<'t> {
    /// Its words in capitals.
    text: String,
    /// What stands behind it.
    rest: &'t [String],
}

impl Streets {
    /// Takes the lists; `persons` finds people in names of two words and more.
    pub fn new(shared: &Shared, persons: Option<Persons>) -> Streets {
        let list = |name: &str| -> Vec<String> {
            let lists = shared.lists.iter().filter(|(list, _)| list == name);
            lists.flat_map(|(_, words)| words).map(|word| word.to_uppercase()).collect()
        };
        let set = |names: &[&str]| -> HashSet<String> { names.iter().flat_map(|name| list(name)).collect() };
        Streets {
            ends: set(&["street-words", "street-short-words"]),
            directions: set(&["street-directions"]),
            whole: set(&["streets-alone"]),
            numbered: set(&["numbered-roads"]),
            people: set(&["streets-of-people"]),
            breaks: set(&["unit-words", "crossing-words", "block-links", "no-street-words"]),
            joins: set(&["crossing-words"]),
            blocks: list("block-words"),
            links: list("block-links"),
            ordinals: list("ordinal-endings"),
            persons,
        }
    }

    /// The same persons with name lists.
    pub fn set_names(&mut self, names: &Arc<NameLists>) {
        if let Some(persons) = &mut self.persons {
            persons.set_names(names);
        }
    }

    /// The block of an address, or the crossing of two streets; `None` if it is neither.
    pub fn block(&self, address: &str, known: &Known) -> Option<String> {
        let line = address.split([',', '\n', ';', '#', '(', '\t']).next().unwrap_or_default();
        let words = Streets::words(line);
        match self.hundred(&words) {
            Some((hundred, rest)) => {
                let street = self.street(rest, known)?;
                let (block, link) = (self.blocks.first()?.to_lowercase(), self.links.first()?.to_lowercase());
                Some(format!("{hundred} {block} {link} {}", street.text))
            }
            None => self.crossing(&words, known),
        }
    }

    /// The words of a line in capitals; a sign between two streets is a word.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for word in line.split_whitespace() {
            let mut rest = word;
            while let Some(at) = rest.find(['&', '/', '@']).filter(|_| !is_fraction(rest)) {
                let (before, after) = rest.split_at(at);
                let (sign, after) = after.split_at_checked(1).unwrap_or((after, ""));
                words.extend([before, sign].into_iter().filter(|it| !it.is_empty()).map(str::to_uppercase));
                rest = after;
            }
            words.push(rest.to_uppercase());
        }
        words.iter().map(|word| word.trim_end_matches('.').to_owned()).filter(|word| !word.is_empty()).collect()
    }

    /// The hundreds a house number lies in, as text, and the words behind it and the words for a block.
    fn hundred<'w>(&self, words: &'w [String]) -> Option<(String, &'w [String])> {
        let (first, mut rest) = words.split_first()?;
        let length = first.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, tail) = first.split_at_checked(length)?;
        if digits.is_empty() || digits.len() > LONGEST_NUMBER || !self.is_house_tail(tail) {
            return None;
        }
        let number: u32 = digits.parse().ok()?;
        rest = skip(rest, is_fraction);
        let before = rest.len();
        rest = skip(rest, |word| self.blocks.iter().any(|it| it == word));
        let is_block = before > rest.len() || self.blocks.iter().any(|block| tail.ends_with(block.as_str()));
        if is_block {
            rest = skip(rest, |word| self.links.iter().any(|it| it == word));
        } else if let [unit, next, _, ..] = rest
            && is_letter(unit)
            && !self.directions.contains(unit)
            && self.directions.contains(next)
        {
            // `1512 B W OAK AV`: the letter belongs to the house.
            rest = skip(rest, |_| true);
        }
        let hundred = if number < 100 { "0-99".to_owned() } else { (number / 100 * 100).to_string() };
        Some((hundred, rest))
    }

    /// What may stand behind a house number in the same word: `A`, `-B`, `½`, `-1/2`, `-2700`, `-BLK`.
    fn is_house_tail(&self, tail: &str) -> bool {
        let tail = tail.strip_prefix(['-', '–']).unwrap_or(tail);
        let is_number = tail.len() <= LONGEST_NUMBER && tail.bytes().all(|byte| byte.is_ascii_digit());
        let is_one_sign = tail.chars().count() == 1 && tail.chars().all(char::is_alphanumeric);
        is_number || is_one_sign || is_fraction(tail) || self.blocks.iter().any(|block| block == tail)
    }

    /// `MAIN ST & 5TH AVE`: two streets, and nothing before the first.
    fn crossing(&self, words: &[String], known: &Known) -> Option<String> {
        let first = self.street(words, known)?;
        let (join, rest) = first.rest.split_first().filter(|(join, _)| self.joins.contains(*join))?;
        let second = self.street(rest, known)?;
        let ends = second.rest.first().is_none_or(|next| !self.joins.contains(next));
        ends.then(|| format!("{} {join} {}", first.text, second.text))
    }

    /// The street that words begin with.
    fn street<'w>(&self, words: &'w [String], known: &Known) -> Option<Street<'w>> {
        let named = usize::from(words.first().is_some_and(|word| self.directions.contains(word)) && words.len() > 1);
        // `N ST`: the direction is the name.
        let named = if self.is_end(words, named) && self.past_person(words, named).is_none() { 0 } else { named };
        let end = self.end_of_name(words, named)?;
        let is_trailed = words.get(end).is_some_and(|word| self.directions.contains(word));
        let end = end + usize::from(is_trailed);
        let (street, rest) = words.split_at_checked(end)?;
        let name = street.get(named..)?;
        (!self.tells_of_person(name, known)).then(|| Street { text: street.join(" "), rest })
    }

    /// Where the street whose name begins at a word ends, without a direction behind it.
    fn end_of_name(&self, words: &[String], from: usize) -> Option<usize> {
        let first = words.get(from)?;
        if self.whole.contains(first) {
            return Some(from + 1 + usize::from(self.is_end(words, from + 1)));
        }
        if let Some(after) = self.past_numbered(words, from) {
            // `HIGHWAY 7 SVC RD`: the road beside it.
            let beside = (after..after + 2).take_while(|at| self.is_end(words, *at)).count();
            return Some(after + beside);
        }
        // `42 ST`: a bare number is a name only if it is all of it; else it could be a house.
        if is_short_number(first) {
            return self.is_end(words, from + 1).then_some(from + 2);
        }
        if let Some(end) = self.past_person(words, from) {
            return Some(end);
        }
        let limit = from + LONGEST_PERSON + 1;
        let mut at = from;
        while at < limit {
            let word = words.get(at)?;
            if at > from && self.is_end(words, at) {
                // `MILL RUN DR`: the second is the end.
                let end = at + 1 + usize::from(self.is_end(words, at + 1));
                let name = words.get(from..at)?;
                return (name.len() <= LONGEST_NAME || self.people.contains(&name.join(" "))).then_some(end);
            }
            if at == from && self.is_ordinal(word) && !self.is_end(words, at + 1) {
                return Some(at + 1);
            }
            if self.breaks.contains(word) || !(is_word(word) || self.is_ordinal(word)) {
                return None;
            }
            at += 1;
        }
        None
    }

    /// Past a street that is named after somebody: `DR MARTIN LUTHER KING JR BLVD`, where the title is no end.
    fn past_person(&self, words: &[String], from: usize) -> Option<usize> {
        let is_person = |to: usize| words.get(from..to).is_some_and(|it| self.people.contains(&it.join(" ")));
        (from + 1..=from + LONGEST_PERSON).rev().find(|to| self.is_end(words, *to) && is_person(*to)).map(|to| to + 1)
    }

    /// Past a road whose name is a number: `HIGHWAY 61`, `CO RD 42`, `I-35`.
    fn past_numbered(&self, words: &[String], from: usize) -> Option<usize> {
        let first = words.get(from)?;
        if first.split_once('-').is_some_and(|(road, it)| self.numbered.contains(road) && is_short_number(it)) {
            return Some(from + 1);
        }
        let is_road = |to: usize| words.get(from..to).is_some_and(|road| self.numbered.contains(&road.join(" ")));
        // The road has one word or two.
        let number = (from + 1..=from + 2).find(|at| words.get(*at).is_some_and(|word| is_short_number(word)))?;
        is_road(number).then_some(number + 1)
    }

    fn is_end(&self, words: &[String], at: usize) -> bool {
        words.get(at).is_some_and(|word| self.ends.contains(word))
    }

    /// `5TH`, `103RD`.
    fn is_ordinal(&self, word: &str) -> bool {
        self.ordinals.iter().any(|ending| word.strip_suffix(ending.as_str()).is_some_and(is_short_number))
    }

    /// Whether the words of a street tell of somebody who is not the one the street is named after.
    fn tells_of_person(&self, name: &[String], known: &Known) -> bool {
        let is_short = name.iter().filter(|word| !self.ends.contains(*word)).count() < 2;
        if is_short {
            return false;
        }
        let bare: Vec<&str> = name.iter().map(String::as_str).filter(|word| !self.directions.contains(*word)).collect();
        let is_listed = (1..=bare.len()).any(|to| bare.get(..to).is_some_and(|it| self.people.contains(&it.join(" "))));
        let written: Vec<String> = bare.iter().map(|word| capitalised(word)).collect();
        let written = written.join(" ");
        known.names_in(&written) || !is_listed && self.persons.as_ref().is_some_and(|it| it.are_in(&written, known))
    }
}

/// Without the first word, if it is so.
fn skip(words: &[String], is_skipped: impl Fn(&str) -> bool) -> &[String] {
    match words.split_first() {
        Some((first, rest)) if is_skipped(first) => rest,
        _ => words,
    }
}

/// `½`, `1/2`.
fn is_fraction(word: &str) -> bool {
    let is_sign = word.chars().count() == 1 && word.chars().all(|c| c.is_numeric() && !c.is_ascii());
    let is_digit = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    is_sign || word.split_once('/').is_some_and(|(over, under)| is_digit(over) && is_digit(under))
}

fn is_short_number(word: &str) -> bool {
    !word.is_empty() && word.len() <= LONGEST_STREET_NUMBER && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Letters, with an apostrophe, a dot or a hyphen between them.
fn is_word(word: &str) -> bool {
    let is_between = |c: char| matches!(c, '\'' | '’' | '-' | '.');
    word.chars().count() <= LONGEST_WORD
        && word.chars().all(|c| c.is_alphabetic() || is_between(c))
        && word.starts_with(char::is_alphabetic)
        && word.ends_with(char::is_alphabetic)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streets() -> Streets {
        let list = |name: &str, words: &str| (name.to_owned(), words.split(',').map(str::to_owned).collect());
        let lists = vec![
            list("street-words", "st,ave,av,ln,rd,dr,way,blvd,run,ct,pkwy,svc"),
            list("street-directions", "n,s,e,w,ne,nw,north,west"),
            list("street-short-words", "bl,frontage"),
            list("streets-alone", "broadway"),
            list("numbered-roads", "highway,hwy,i,co rd"),
            list("streets-of-people", "martin luther king,martin luther king jr,dr martin luther king jr"),
            list("unit-words", "apt,unit,trailer"),
            list("crossing-words", "&,/,and,at,@"),
            list("block-words", "block,blk"),
            list("block-links", "of"),
            list("no-street-words", "c,care,for"),
            list("ordinal-endings", "st,nd,rd,th"),
        ];
        Streets::new(&Shared { lists, ..Shared::default() }, None)
    }

    fn shown(address: &str) -> Option<String> {
        streets().block(address, &Known::default())
    }

    #[test]
    fn houses_become_blocks_once() {
        for (address, block) in [
            ("1234 Main St, Apt 5", "1200 block of MAIN ST"),
            ("42 Elm Ave Unit 7", "0-99 block of ELM AVE"),
            ("3037A N 28TH ST", "3000 block of N 28TH ST"),
            ("3017-A N 28th St", "3000 block of N 28TH ST"),
            ("4600-BLK N 39TH ST", "4600 block of N 39TH ST"),
            ("4600 blk N 39TH ST", "4600 block of N 39TH ST"),
            ("600-2700 W Oak Rd", "600 block of W OAK RD"),
            ("1512-B W OAK AV", "1500 block of W OAK AV"),
            ("1512 B W OAK AV", "1500 block of W OAK AV"),
            ("417½ MAPLE AV", "400 block of MAPLE AV"),
            ("417 1/2 MAPLE AV", "400 block of MAPLE AV"),
            ("6120 BLOCK OF E LAKE ST", "6100 block of E LAKE ST"),
            ("120456 Mill Run Dr E", "120400 block of MILL RUN DR E"),
            ("77 W 42 St", "0-99 block of W 42 ST"),
            ("5295 SUN VALLEY BL", "5200 block of SUN VALLEY BL"),
            ("100 N St NW", "100 block of N ST NW"),
            ("2217 Broadway", "2200 block of BROADWAY"),
            ("18 Hwy 61", "0-99 block of HWY 61"),
            ("2200 N Hwy-61", "2200 block of N HWY-61"),
            ("900 Martin Luther King Jr Blvd", "900 block of MARTIN LUTHER KING JR BLVD"),
            ("748 N. Dr. Martin Luther King Jr Blvd", "700 block of N DR MARTIN LUTHER KING JR BLVD"),
            ("748 Highway 7 Svc Rd", "700 block of HIGHWAY 7 SVC RD"),
            ("748 I-35 Frontage Rd", "700 block of I-35 FRONTAGE RD"),
            ("748 Co Rd 42", "700 block of CO RD 42"),
            ("748 Highway 61 Apt 2", "700 block of HIGHWAY 61"),
            ("1234 Main St c/o Jane Doe", "1200 block of MAIN ST"),
            ("2217 Cedar Ln - Poe residence", "2200 block of CEDAR LN"),
            ("2217 Cedar Ln Trailer 14", "2200 block of CEDAR LN"),
            ("Main St & 5th Ave", "MAIN ST & 5TH AVE"),
            ("N CENTER ST/E 8TH ST", "N CENTER ST / E 8TH ST"),
            ("Main St at 5th", "MAIN ST AT 5TH"),
        ] {
            assert_eq!(shown(address).as_deref(), Some(block), "{address}");
            assert_eq!(shown(block).as_deref(), Some(block));
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_shown() {
        for address in [
            "Jane Example",
            "Jane Doe & John Smith",
            "1234 Jane Doe",
            "529147731 Cedar Ln",
            "1200 block of 1234 Main St Jane Doe 219-09-8765",
            "1200 block of 123 Main St",
            "ida.poe@example.org & x",
            "Main St & Elm Ave & Oak Rd",
            "Main St & Jane Doe",
            "12 apt 5 Main St",
            "1234 Jane Doe at Main St",
            "",
        ] {
            assert_eq!(shown(address), None, "{address}");
        }
    }

    #[test]
    fn a_street_is_not_shown_that_holds_a_name_of_the_record() {
        let mut known = Known::default();
        known.add("Ida Poe", crate::model::text_kind::Kind::Name);
        assert_eq!(streets().block("2217 Ida Poe Main St", &known), None);
        assert_eq!(streets().block("2217 Cedar Poe Rd", &known), None);
        assert!(streets().block("2217 Poe Rd", &known).is_some());
    }
}
