//! Persons: titles and roles, cues, given names and surnames, and strange words where a person would stand.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::announced::Announced;
use super::announced::Cue;
use super::beside;
use super::places::NEVER;
use super::things::NAMES;
use super::things::is_name_part;
use super::things::is_short_form;
use super::things::is_thing;
use super::things::is_whole_name;
use super::things::looks_like_person;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::page::Word;
use crate::text::words::class;
use crate::text::words::rare;

/// Words of a name at most.
const LONGEST: usize = 5;
/// Letters from which on a strange word with the ending of a deed is no name wherever it stands.
const LONG_DEED: usize = 9;

/// Marks names.
pub(super) fn find(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    if !found.wants(Kind::Name) {
        return;
    }
    after_cues(page, cues, found);
    let mut ends = Vec::new();
    let mut sure = Vec::new();
    let mut at = 0;
    while let Some(word) = page.word(at) {
        if word.class & (class::CAPITAL | class::TITLE | class::ROLE) == 0 || found.covers(at, rank::FACILITY) {
            at += 1;
            continue;
        }
        let name =
            titled(page, at).map(|to| (to, rank::TITLED)).or_else(|| person(page, at).map(|to| (to, rank::NAME)));
        match name {
            Some((to, rank)) if to > at => {
                let to = suffix(page, beside::hyphened(page, to));
                let at_first = beside::begun(page, at);
                // `her brother Tom`: of whom somebody is a brother is no part of the name.
                at = (at_first..to).find(|it| !page.is_rare(*it, rare::KIN)).unwrap_or(to);
                let (start, end) = page.range(at, to);
                // `our Dallas clinic`
                if rank == rank::NAME && page.is(to, class::CLINIC) && page.gap(to) == Gap::Space {
                    found.add(start, page.range(to, to + 1).1, Kind::Location, rank);
                    at = to + 1;
                    continue;
                }
                ends.push((at, to));
                if rank == rank::TITLED || to > at + 1 || !page.is_language(at) {
                    sure.push((at, to));
                }
                found.add(start, end, Kind::Name, rank);
                at = to;
            }
            _ => at += 1,
        }
    }
    beside_names(page, &ends, found);
    beside::reversed(page, &ends, found);
    beside::surnames(page, &ends, found);
    beside::strangers(page, found);
    beside::letters(page, found);
    beside::dotted(page, found);
    beside::ages(page, &ends, found);
    again(page, &sure, found);
}

/// The words of a sure name are names wherever the text has them again: `Ben Player … says Player`.
fn again(page: &Page<'_>, names: &[(usize, usize)], found: &mut Found<'_>) {
    const SHORTEST: usize = 3;
    if page.style != Style::Mixed {
        return;
    }
    let mut sums: Vec<u64> = names
        .iter()
        .flat_map(|(from, to)| page.words.get(*from..*to).unwrap_or_default())
        .filter(|word| word.shape == Shape::Capital && word.end - word.start >= SHORTEST)
        .filter(|word| word.class & (class::TITLE | class::ROLE | class::PARTICLE | class::MONTH) == 0)
        .map(|word| word.sum)
        .collect();
    if sums.is_empty() {
        return;
    }
    sums.sort_unstable();
    for (at, word) in page.words.iter().enumerate() {
        let is_doubtful = word.class & class::COMMON != 0 && page.begins_sentence(at) && !looks_like_person(page, at);
        let is_again = word.shape == Shape::Capital && sums.binary_search(&word.sum).is_ok();
        if is_again && !is_doubtful && !found.covers(at, rank::WORD) {
            found.add(word.start, word.end, Kind::Name, rank::WORD);
        }
    }
}

/// `, Jr.`, `MD`, `III` after a name.
fn suffix(page: &Page<'_>, to: usize) -> usize {
    let is_joined = matches!(page.gap(to), Gap::Space | Gap::Comma);
    // `ROE, J`
    let is_reversed = page.gap(to) == Gap::Comma
        && page.has_shape(to, Shape::Initial)
        && to.checked_sub(1).is_some_and(|last| page.has_shape(last, Shape::Upper))
        && !matches!(page.gap(to + 1), Gap::Space | Gap::Hyphen | Gap::Possessive);
    if is_reversed {
        return to + 1;
    }
    if is_joined && page.is(to, class::SUFFIX) && page.is_capital(to) { to + 1 } else { to }
}

/// `Roe, Doe and White`: what stands in one row with names is one, if it is capitalised and nothing else.
fn beside_names(page: &Page<'_>, names: &[(usize, usize)], found: &mut Found<'_>) {
    if page.style != Style::Mixed {
        return;
    }
    let joins = |from: usize, to: usize| {
        let is_and =
            to == from + 1 && page.piece(from) == "and" && page.gap(from) == Gap::Space && page.gap(to) == Gap::Space;
        is_and || to == from && page.gap(to) == Gap::Comma
    };
    for (from, to) in names {
        for other in [*to, to + 1] {
            let goes_on = page.gap(other + 1) == Gap::Space && page.is_capital(other + 1);
            if joins(*to, other) && is_alone(page, other) && !goes_on {
                let (start, end) = page.range(other, other + 1);
                found.add(start, end, Kind::Name, rank::WORD);
            }
        }
        for other in [from.checked_sub(1), from.checked_sub(2)].into_iter().flatten() {
            let follows = other > 0 && page.gap(other) == Gap::Space && page.is_capital(other - 1);
            if joins(other + 1, *from) && is_alone(page, other) && !follows {
                let (start, end) = page.range(other, other + 1);
                found.add(start, end, Kind::Name, rank::WORD);
            }
        }
    }
}

fn is_alone(page: &Page<'_>, at: usize) -> bool {
    const OTHER: u64 = class::MONTH
        | class::WEEKDAY
        | class::NO_NAME
        | class::PEOPLE
        | class::LAND
        | class::FACILITY
        | class::ROLE
        | class::STATE_CODE;
    let Some(word) = page.word(at) else { return false };
    let is_name = word.class & (class::GIVEN | class::SURNAME) != 0;
    word.shape == Shape::Capital
        && word.class & OTHER == 0
        && (is_name || word.class & class::COMMON == 0 && !page.is_language(at))
}

/// `my name is …`, `Name: …`: what follows is a name, whatever it looks like.
fn after_cues(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    for cue in cues.iter().filter(|cue| matches!(cue.announced, Announced::Name | Announced::ToldName)) {
        let from = page.word_from(cue.end);
        let between = page.text.get(cue.end..page.range(from, from).0).unwrap_or("");
        if between.len() > 12 || between.contains(['.', ',', ';', '[']) {
            continue;
        }
        if cue.announced == Announced::ToldName {
            if between.trim_start().starts_with(':')
                && let Some(to) = told(page, from)
            {
                let (start, end) = page.range(from, to);
                found.add(start, end, Kind::Name, rank::TITLED);
            }
            continue;
        }
        let mut to = from;
        // `named`, `my name is`: the name may be written low.
        let is_strong = (cue.at..from).any(|it| page.is_rare(it, rare::NAME_VERB));
        while to < from + LONGEST && (to == from || links(page, to)) && is_cued(page, to, is_strong) {
            to += 1;
        }
        // `Dear Sir`: a title is no name.
        if !(from..to).all(|it| page.is(it, class::TITLE)) {
            let (start, end) = page.range(from, to);
            found.add(start, end, Kind::Name, rank::TITLED);
        }
    }
}

/// Past the name of somebody of whom only the part is told: `cust: ada roe`, `RP: ROE, ADA`.
fn told(page: &Page<'_>, from: usize) -> Option<usize> {
    let mut to = from;
    while to < from + LONGEST && (to == from || links(page, to)) && is_cued(page, to, true) && page.length(to) > 1 {
        to += 1;
    }
    let is_any = |classes: u64| (from..to).any(|at| page.is(at, classes));
    let is_high = page.style != Style::Lower && page.is_capital(from) && !page.is_language(from);
    let is_name = is_any(class::GIVEN | class::SURNAME) || is_any(NAMES) && to > from + 1 || is_high;
    (to > from && is_name).then_some(to)
}

fn is_cued(page: &Page<'_>, at: usize, is_strong: bool) -> bool {
    let Some(word) = page.word(at) else { return false };
    let is_letters = !matches!(word.shape, Shape::Digits | Shape::Both);
    if is_uncased(page, at) {
        return true;
    }
    let is_title = word.class & class::TITLE != 0;
    let is_plain = match page.style {
        Style::Mixed => {
            let is_strange = is_strong && word.class & (NEVER | class::WORD) == 0 && !page.is_form_at(at);
            word.shape == Shape::Lower && word.class & class::PARTICLE == 0 && !is_strange
        }
        _ => page.is_language(at) && word.class & (class::GIVEN | class::SURNAME) == 0,
    };
    let is_shouted =
        word.shape == Shape::Upper && page.is_language(at) && word.class & (class::GIVEN | class::SURNAME) == 0;
    let is_plain = is_plain || is_shouted;
    is_letters
        && !is_plain
        && (word.class & NEVER == 0 || is_title || word.class & class::GIVEN != 0 && word.shape == Shape::Capital)
}

/// Whether a word is of a script without capitals: after a cue it is a name.
fn is_uncased(page: &Page<'_>, at: usize) -> bool {
    page.piece(at).chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase())
}

/// `Dr. Jane Roe`, `Officer Roe`, `Witness Jane Roe`.
fn titled(page: &Page<'_>, at: usize) -> Option<usize> {
    // `16 Fr Foley`: a measure.
    let is_measure = page.is_rare(at, rare::UNIT) && at > 0 && page.has_shape(at - 1, Shape::Digits);
    let is_title = page.is(at, class::TITLE) && (page.is_capital(at) || page.style == Style::Lower) && !is_measure;
    let is_role = page.is(at, class::ROLE);
    if !is_title && !is_role {
        return None;
    }
    let mut to = at + 1;
    while is_title && to < at + LONGEST && page.is(to, class::TITLE) && joins_title(page, to) {
        to += 1;
    }
    let first = to;
    while to < first + LONGEST
        && (if to == first { joins_title(page, to) && (is_title || is_short(page, to)) } else { links(page, to) })
        && is_after_title(page, to, is_title || to > first)
    {
        to += 1;
    }
    while to > first
        && page.is(to - 1, class::PARTICLE)
        && page.word(to - 1).is_some_and(|word| word.shape == Shape::Lower)
    {
        to -= 1;
    }
    if to == first {
        return kin(page, at, first);
    }
    if is_role && !is_title && page.style == Style::Lower && to == first + 1 {
        // `ofc adeyemi`, `her roommate tigist`: a name of the lists that is no word.
        let is_strange = page.knows_words && !page.is_language(first) && page.length(first) > 3;
        return (is_strange && page.is(first, NAMES) && !page.is(first, class::TOWN)).then_some(to);
    }
    if is_role && !is_title {
        // A role alone is weak: what follows must look like a name.
        let looks = (first..to).any(|it| page.is(it, NAMES) || is_uncased(page, it))
            || (first..to).all(|it| !page.is_language(it) && (page.style == Style::Mixed || page.length(it) > 3))
                && (page.style == Style::Mixed || page.knows_words);
        let is_acronym = page.style == Style::Mixed
            && to == first + 1
            && page.word(first).is_some_and(|word| matches!(word.shape, Shape::Upper | Shape::Initial));
        let is_name = looks && !is_acronym && page.style != Style::Lower;
        return is_name.then_some(to).or_else(|| kin(page, at, first));
    }
    Some(to)
}

/// `his cousin Biscuit`, `her aunt, Tranquility, said`: behind a word for a relative a name, whatever else it means.
fn kin(page: &Page<'_>, at: usize, first: usize) -> Option<usize> {
    const OTHER: u64 = class::NO_NAME | class::MONTH | class::WEEKDAY | class::PEOPLE | class::LAND | class::FACILITY;
    // `Daughter (Tranquility)`
    if page.between(first) == " (" && page.has_shape(first, Shape::Capital) && page.style == Style::Mixed {
        let to = rest(page, first + 1, true);
        let is_closed = page.text.get(page.range(first, to).1..).is_some_and(|rest| rest.starts_with(')'));
        let is_strange = !page.is(first, OTHER | class::COMMON) && (!page.is_language(first) || page.is(first, NAMES));
        return (is_closed && is_strange && first == at + 1).then_some(to);
    }
    let is_kin = page.is_rare(at, rare::KIN) && page.has_shape(at, Shape::Lower) && page.style == Style::Mixed;
    let is_joined = page.gap(first) == Gap::Space || page.gap(first) == Gap::Comma && page.gap(first + 1) == Gap::Comma;
    let is_name = page.has_shape(first, Shape::Capital) && !page.is(first, OTHER) && page.length(first) > 2;
    (is_kin && is_joined && is_name && first == at + 1).then_some(first + 1)
}

/// `Sgt. Roe` and not `attorney. Roe`.
fn is_short(page: &Page<'_>, at: usize) -> bool {
    page.gap(at) != Gap::Dot || at.checked_sub(1).is_some_and(|before| page.length(before) < 5)
}

fn joins_title(page: &Page<'_>, at: usize) -> bool {
    matches!(page.gap(at), Gap::Space | Gap::Dot)
}

fn is_after_title(page: &Page<'_>, at: usize, is_title: bool) -> bool {
    let Some(word) = page.word(at) else { return false };
    if is_uncased(page, at) {
        return true;
    }
    let is_capital = page.is_capital(at) && !matches!(word.shape, Shape::Digits | Shape::Both);
    let is_never = word.class & NEVER != 0 && !(is_title && word.class & (class::GIVEN | class::SURNAME) != 0);
    let is_low =
        page.style == Style::Lower && (page.is_language(at) && word.class & (class::GIVEN | class::SURNAME) == 0);
    let is_place = word.class & (class::FACILITY | class::EPONYM) != 0;
    is_capital && !is_never && !is_low && !is_place
        || word.class & class::PARTICLE != 0 && page.style == Style::Mixed && leads_to_name(page, at + 1)
}

/// Whether a capitalised word stands here, or one more particle and then such a word: `van der Meulen`.
fn leads_to_name(page: &Page<'_>, at: usize) -> bool {
    let is_capital = |at: usize| page.is_capital(at) && page.gap(at) == Gap::Space;
    is_capital(at) || page.is(at, class::PARTICLE) && page.gap(at) == Gap::Space && is_capital(at + 1)
}

/// Whether a word joins the one before into one name.
fn links(page: &Page<'_>, at: usize) -> bool {
    match page.gap(at) {
        Gap::Space | Gap::Hyphen => true,
        Gap::Dot => at > 0 && page.word(at - 1).is_some_and(|word| word.shape == Shape::Initial),
        _ => false,
    }
}

/// A name that begins at a word; returns the word after it.
fn person(page: &Page<'_>, at: usize) -> Option<usize> {
    if !can_begin(page, at) {
        return None;
    }
    match page.style {
        Style::Lower => lower(page, at),
        _ => capital(page, at),
    }
}

fn can_begin(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.word(at) else { return false };
    let is_letters = !matches!(word.shape, Shape::Digits | Shape::Both | Shape::Mixed) && !is_short_form(page, at);
    let is_name = word.class & (class::GIVEN | class::SURNAME) != 0;
    let never = word.class
        & (class::MONTH
            | class::WEEKDAY
            | class::TITLE
            | class::NO_NAME
            | class::EPONYM_OF
            | class::PEOPLE
            | class::STREET
            | class::UNIT)
        != 0;
    is_letters
        && page.is_capital(at)
        && (!never
            || is_whole_name(page, at)
            || is_name
                && word.class & (class::MONTH | class::TITLE | class::STREET) != 0
                && is_name_part(page, at + 1)
                && word.class & class::NO_NAME == 0
            || is_no_thing(page, at))
}

/// `Graves said`: a surname after which a thing is named, and what only a person does.
fn is_no_thing(page: &Page<'_>, at: usize) -> bool {
    let tells = page.gap(at + 1) == Gap::Space && page.is_rare(at + 1, rare::PERSON_DEED);
    page.is(at, class::EPONYM_OF) && page.is(at, NAMES) && !page.is(at, class::NO_NAME) && tells
}

/// In a text with capitals.
fn capital(page: &Page<'_>, at: usize) -> Option<usize> {
    let word = page.word(at)?;
    let class = word.class;
    if word.shape == Shape::Initial {
        return initials(page, at);
    }
    let is_common = class & class::COMMON != 0;
    let begins = page.begins_sentence(at);
    // `Becker`: a surname that only looks like a form of a word.
    let is_only_form = class & class::WORD == 0
        && class & (class::GIVEN | class::SURNAME) != 0
        && !begins
        && word.shape == Shape::Capital;
    let is_word = page.is_language(at) && !is_only_form;
    let is_acronym = word.shape == Shape::Upper && page.style == Style::Mixed && word.end - word.start < 6;
    // `Driver, Quyen`: what somebody is begins a sentence.
    let is_role = class & class::ROLE != 0 && class & class::GIVEN == 0 && (begins || page.gap(at + 1) == Gap::Comma);
    if page.is_eponym(at + 1) || is_role || is_article(page, at) || is_thing(page, at) {
        return None;
    }
    if class & class::GIVEN != 0 && !(is_acronym && word.end - word.start < 4) {
        return given(page, at, is_word);
    }
    if is_common {
        return None;
    }
    let to = rest(page, at + 1, class & (class::RARE_GIVEN | class::SURNAME | class::RARE_SURNAME) != 0 && !is_word);
    if class & (class::SURNAME | class::RARE_GIVEN | class::RARE_SURNAME) != 0 && !is_word && !is_acronym {
        return Some(to);
    }
    if class & class::SURNAME != 0 && is_word && !is_acronym && looks_like_person(page, at) {
        return Some(at + 1);
    }
    if is_acronym || is_word || word.shape == Shape::Upper && page.style == Style::Mixed {
        return None;
    }
    let has_middle = page.word(at + 1).is_some_and(|word| word.shape == Shape::Initial) && links(page, at + 1);
    let to = if has_middle && is_name_part(page, at + 2) { rest(page, at + 1, true) } else { to };
    // A strange word: with another one, or where a person would stand.
    let is_pair = to > at + 1;
    let is_speaker = page.between(at + 1).starts_with(':') && page.between(at + 1).contains(['"', '“', '«']);
    let stands_alone =
        is_speaker || matches!(page.gap(at + 1), Gap::Comma | Gap::Possessive) || !page.piece(at).is_ascii();
    let is_long = word.end - word.start > 2 || class & NAMES != 0;
    // `Extubated, on room air`: what was done begins a sentence.
    let is_deed = class & NAMES == 0
        && (begins || word.end - word.start >= LONG_DEED)
        && page.lists().has_deed_ending(page.piece(at));
    let is_free = page.knows_words
        && word.shape == Shape::Capital
        && (!begins || stands_alone)
        && is_long
        && !is_deed
        && !has_noun_case(page);
    (is_pair || is_free || looks_like_person(page, at)).then_some(to.max(at + 1))
}

/// `El paquete`: an article of another language begins a sentence.
fn is_article(page: &Page<'_>, at: usize) -> bool {
    page.begins_sentence(at)
        && page.is(at, class::PARTICLE)
        && !page.is(at, class::GIVEN)
        && page.gap(at + 1) == Gap::Space
        && page.has_shape(at + 1, Shape::Lower)
        && !looks_like_person(page, at)
}

/// A name that begins with a given name which many bear, and may be a word too.
fn given(page: &Page<'_>, at: usize, is_word: bool) -> Option<usize> {
    let (is_common, begins) = (page.is(at, class::COMMON), page.begins_sentence(at));
    let to = rest(page, at + 1, true);
    if to > at + 1 && !(is_common && begins && !page.is(at + 1, class::SURNAME)) {
        return Some(to);
    }
    let is_addressed = begins && !is_common && matches!(page.gap(at + 1), Gap::Comma | Gap::Break | Gap::Possessive);
    // In a text in capitals a word is no name for its capitals: `AMBULATES WITH WALKER`.
    let is_reversed = page.gap(at) == Gap::Comma && at > 0 && page.is(at - 1, class::SURNAME);
    let is_shouted = page.style == Style::Upper && !looks_like_person(page, at) && !is_reversed;
    let is_plain = is_word && (is_common || is_shouted || begins && !is_addressed && !looks_like_person(page, at));
    (!is_plain).then_some(at + 1)
}

/// Whether a text is in a language that writes every noun with a capital: a strange one is no name for that.
fn has_noun_case(page: &Page<'_>) -> bool {
    const FEWEST: usize = 2;
    let is_of_it = |word: &&Word| word.rare & rare::NOUN_CASE != 0 && word.shape == Shape::Lower;
    page.rares & rare::NOUN_CASE != 0 && page.words.iter().filter(is_of_it).take(FEWEST).count() == FEWEST
}

/// Initials, surnames and further names that go on from a name.
fn rest(page: &Page<'_>, mut to: usize, is_sure: bool) -> usize {
    let begin = to;
    while to < begin + LONGEST - 1 && links(page, to) {
        let Some(word) = page.word(to) else { break };
        if word.shape == Shape::Initial && page.gap(to) == Gap::Space && page.style != Style::Lower {
            let is_i = page.piece(to) == "I" || page.piece(to) == "A" && !ends_with_dot(page, to);
            // `ROE, ADA F/U VISIT`
            if !is_sure || is_i || page.between(to + 1).starts_with('/') {
                break;
            }
            to += 1;
            continue;
        }
        if word.class & class::PARTICLE != 0
            && is_name_part(page, to + 1)
            && matches!(page.gap(to + 1), Gap::Space)
            && is_sure
        {
            to += 2;
            continue;
        }
        if word.class & class::PARTICLE != 0
            && page.is(to + 1, class::PARTICLE)
            && is_name_part(page, to + 2)
            && is_sure
        {
            to += 3;
            continue;
        }
        if !is_name_part(page, to) && !is_after_given(page, to) || page.is_eponym(to + 1) {
            break;
        }
        to += 1;
    }
    to
}

/// A capitalised word straight after a given name: a surname, whatever else the word means.
fn is_after_given(page: &Page<'_>, at: usize) -> bool {
    const OTHER: u64 = NEVER & !class::COMMON
        | class::FACILITY
        | class::FIRM
        | class::STREET
        | class::PEOPLE
        | class::LAND
        | class::TITLE
        | class::SUFFIX;
    if page.style != Style::Mixed || page.gap(at) != Gap::Space || !page.has_shape(at, Shape::Capital) {
        return false;
    }
    // `Jane J. Two Bulls`
    let is_middle = |it: &usize| *it > 0 && page.has_shape(*it, Shape::Initial);
    let before = at.checked_sub(1).map(|it| if is_middle(&it) { it - 1 } else { it });
    let Some(before) = before.filter(|it| page.is(*it, class::GIVEN) && page.is_capital(*it)) else {
        return false;
    };
    // A word in frequent use after a name that is no word, where not every word is capitalised: `Ben Player left`.
    let is_common = page.is(at, class::COMMON);
    let is_surname = is_common
        && !page.is(before, class::WORD)
        && !page.is(at, class::PLACE_CUE | class::SPEAKS | class::LINK | class::ARTICLE | class::PLACE_TAIL)
        && page.word(at + 1).is_none_or(|next| next.shape != Shape::Capital || next.gap != Gap::Space);
    !page.is(at, OTHER) && (!is_common || is_surname)
}

fn ends_with_dot(page: &Page<'_>, at: usize) -> bool {
    page.word(at).and_then(|word| page.text.get(word.end..)).is_some_and(|rest| rest.starts_with('.'))
}

/// `J. Smith`, `J. R. Smith`.
fn initials(page: &Page<'_>, at: usize) -> Option<usize> {
    let mut to = at + 1;
    while to < at + 3 && page.word(to).is_some_and(|word| word.shape == Shape::Initial) && page.gap(to) == Gap::Dot {
        to += 1;
    }
    let is_dotted = page.gap(to) == Gap::Dot;
    (is_dotted && is_name_part(page, to)).then(|| rest(page, to + 1, true))
}

/// In a text without capitals only names of the lists count.
fn lower(page: &Page<'_>, at: usize) -> Option<usize> {
    let word = page.word(at)?;
    let class = word.class;
    // `a. lindqvist`
    if word.end - word.start == 1
        && page.gap(at + 1) == Gap::Dot
        && page.length(at + 1) > 2
        && !page.is(at + 1, class::COMMON)
    {
        let is_name = page.is(at + 1, NAMES) || page.knows_words;
        return (is_name && !page.is_language(at + 1)).then(|| rest(page, at + 2, true));
    }
    if class & class::COMMON != 0 || page.is_eponym(at + 1) {
        return None;
    }
    let is_word = page.is_language(at);
    let to = rest(page, at + 1, true);
    // `the lincoln 225`, `austin servers`
    if page.is_rare(at, rare::BRAND | rare::TWO_FACED) && to == at + 1 && !looks_like_person(page, at) {
        return None;
    }
    if class & class::GIVEN != 0 && (!is_word || to > at + 1) {
        return Some(to);
    }
    // Two letters are seldom a name.
    let is_strange = page.knows_words && !is_word && word.end - word.start > 2;
    if class & (class::RARE_GIVEN | class::SURNAME) != 0 && is_strange && class & class::TOWN == 0 {
        return Some(to);
    }
    (is_strange && class & class::RARE_SURNAME != 0 && class & class::TOWN == 0 && to > at + 1).then_some(to)
}
