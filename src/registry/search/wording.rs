//! How people word things: short forms spelled out, and words by which titles differ.

use super::words::Splitter;
use crate::model::content::Wording;
use crate::registry::layout::Packed;
use crate::text::tokens::cut;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Words of the longest short form.
const LONGEST: usize = 6;
/// Items of the section before the lists of what short forms stand for: the fst, choices, defaults, settings, the fst of faint
/// words, groups of `search-last`, groups of `search-later`.
const HEAD: usize = 7;
/// The faint words among them.
const FAINT: usize = 4;

/// The bytes of the section that [`Spoken`] reads; empty if there is nothing to say.
pub(in crate::registry) fn pack(wording: &Wording) -> Vec<u8> {
    if *wording == Wording::default() {
        return Vec::new();
    }
    let mut forms: BTreeMap<String, String> = BTreeMap::new();
    for (short, long) in &wording.spellings {
        let (plain, key) = written(short);
        let line = if plain == key { long.clone() } else { format!("{plain}\t{long}") };
        let lines = forms.entry(key).or_default();
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(&line);
    }
    let mut builder = fst::MapBuilder::memory();
    for (form, position) in forms.keys().filter(|form| !form.is_empty()).zip((HEAD as u64)..) {
        // Keys of a map stand in order, so none is refused.
        let _ = builder.insert(form, position);
    }
    let splitter = Splitter::new();
    let stems = |lists: &[String]| lists.iter().map(|list| stems(&splitter, list)).collect::<Vec<_>>().join("\n");
    let mut items = vec![
        builder.into_inner().unwrap_or_default(),
        stems(&wording.choices).into_bytes(),
        stems(&wording.defaults).into_bytes(),
        stems(&wording.settings).into_bytes(),
        set_of(stems_of(&wording.faint)),
        wording.last.join("\n").into_bytes(),
        wording.later.join("\n").into_bytes(),
    ];
    items.extend(forms.into_iter().filter(|(form, _)| !form.is_empty()).map(|(_, lines)| lines.into_bytes()));
    Packed::pack(items.iter())
}

fn stems(splitter: &Splitter, text: &str) -> String {
    splitter.words(text).iter().map(|word| word.stem.as_str()).collect::<Vec<_>>().join(" ")
}

/// The stems of the words of a list.
pub(super) fn stems_of(list: &[String]) -> BTreeSet<String> {
    let splitter = Splitter::new();
    list.iter().flat_map(|text| splitter.words(text)).map(|word| word.stem).collect()
}

fn set_of(words: BTreeSet<String>) -> Vec<u8> {
    let mut builder = fst::SetBuilder::memory();
    for word in words {
        // Words of a set stand in order, so none is refused.
        let _ = builder.insert(word);
    }
    builder.into_inner().unwrap_or_default()
}

/// The words of a code set that say little, as they are stored.
pub(super) struct Faint<'a>(Option<fst::Set<&'a [u8]>>);

impl<'a> Faint<'a> {
    /// Reads them from the section; one that is empty or damaged has none.
    pub fn new(section: &'a [u8]) -> Faint<'a> {
        let bytes = Some(section).filter(|section| !section.is_empty()).map(|section| Packed::new(section).get(FAINT));
        Faint(bytes.filter(|bytes| !bytes.is_empty()).and_then(|bytes| fst::Set::new(bytes).ok()))
    }

    /// Whether a stem is among them.
    pub fn has(&self, stem: &str) -> bool {
        self.0.as_ref().is_some_and(|words| words.contains(stem))
    }
}

/// The words of a short form as written, and in lower case.
fn written(text: &str) -> (String, String) {
    let words: Vec<&str> = cut(text).filter_map(|(start, end)| text.get(start..end)).collect();
    let plain = words.join(" ");
    let key = plain.to_lowercase();
    (plain, key)
}

/// The wording of a code set, as it is stored.
pub(super) struct Spoken<'a> {
    forms: Option<fst::Map<&'a [u8]>>,
    lists: Packed<'a>,
    choices: Vec<Vec<&'a str>>,
    defaults: Vec<&'a str>,
    settings: Vec<Vec<&'a str>>,
    last: Vec<&'a str>,
    later: Vec<&'a str>,
}

impl<'a> Spoken<'a> {
    /// Reads the section; one that is empty or damaged says nothing.
    pub fn new(section: &'a [u8]) -> Spoken<'a> {
        let lists = Packed::new(section);
        let head = Packed::new(section);
        let text = |position| std::str::from_utf8(head.get(position)).unwrap_or("");
        let lines = |position| text(position).lines().map(|line| line.split(' ').collect()).collect();
        let forms = Some(lists.get(0)).filter(|bytes| !bytes.is_empty()).and_then(|bytes| fst::Map::new(bytes).ok());
        Spoken {
            forms,
            lists,
            choices: lines(1),
            defaults: text(2).split_whitespace().collect(),
            settings: lines(3),
            last: text(5).lines().collect(),
            later: text(6).lines().collect(),
        }
    }

    /// What the longest short form at the beginning of some words of a text stands for, and how many words it has.
    pub fn spelled_out(&self, words: &[&str]) -> Option<(usize, Vec<&'a str>)> {
        let forms = self.forms.as_ref()?;
        (1..=words.len().min(LONGEST)).rev().find_map(|count| {
            let plain = words.get(..count)?.join(" ");
            let position = forms.get(plain.to_lowercase())?;
            let lines = std::str::from_utf8(self.lists.get(usize::try_from(position).ok()?)).ok()?;
            let fits = |line: &'a str| match line.split_once('\t') {
                Some((written, long)) => (written == plain).then_some(long),
                None => Some(line),
            };
            let longs: Vec<&str> = lines.lines().filter_map(fits).collect();
            (!longs.is_empty()).then_some((count, longs))
        })
    }

    /// A text with its short forms as what each stands for first; `None` if it has none. One whose words are all official stays.
    pub fn written_out(&self, text: &str, is_official: &dyn Fn(&str) -> bool) -> Option<String> {
        self.forms.as_ref()?;
        let words: Vec<&str> = cut(text).filter_map(|(start, end)| text.get(start..end)).collect();
        let (mut out, mut at, mut is_other) = (Vec::new(), 0, false);
        while let Some(word) = words.get(at) {
            let rest = words.get(at..).unwrap_or_default();
            let is_short = |count: &usize| !rest.iter().take(*count).all(|word| is_official(word));
            let spelled = self.spelled_out(rest).filter(|(count, _)| is_short(count));
            let first = spelled.and_then(|(count, longs)| Some((count, *longs.first()?)));
            let (count, long) = first.unwrap_or((1, word));
            is_other |= first.is_some();
            out.push(long);
            at += count;
        }
        is_other.then(|| out.join(" "))
    }

    /// The words of which a title has one, where `stem` is among them.
    pub fn choice(&self, stem: &str) -> Option<&[&'a str]> {
        self.choices.iter().find(|choice| choice.contains(&stem)).map(Vec::as_slice)
    }

    /// Whether a word of a title holds unless a text says otherwise.
    pub fn is_default(&self, stem: &str) -> bool {
        self.defaults.contains(&stem)
    }

    /// Words that a title has if a text has them.
    pub fn settings(&self) -> impl Iterator<Item = &[&'a str]> {
        self.settings.iter().map(Vec::as_slice)
    }

    /// Groups whose codes stand beside others and never alone.
    pub fn last(&self) -> &[&'a str] {
        &self.last
    }

    /// Groups whose codes say less than a code of another group.
    pub fn later(&self) -> &[&'a str] {
        &self.later
    }
}
