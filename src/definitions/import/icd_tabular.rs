//! The Tabular List of ICD-10-CM as XML: chapters, blocks, notes, and what the notes say about other codes.
//!
//! Chapters are called by number (`1` to `22`), blocks by range (`A20-A28`). A block of one category is called like it.
//! Seventh characters are not expanded: which of them make a code is for the order file to say.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::Row;
use super::contents::Scope;
use super::contents::Under;
use super::xml;
use super::xml::Element;
use crate::model::content::Relation;
use regex::Regex;

/// Excludes1: never on one encounter.
const EXCLUDES: &str = "excludes";
/// Excludes2: not part of this code, but may stand beside it.
const EXCLUDES_2: &str = "excludes2";

/// Elements that hold notes, the kind their notes get, and the relation they state.
const NOTES: [(&str, &str, Option<&str>); 7] = [
    ("includes", "includes", None),
    ("excludes1", "excludes1", Some(EXCLUDES)),
    ("excludes2", "excludes2", Some(EXCLUDES_2)),
    ("codeFirst", "code-first", Some("code-first")),
    ("useAdditionalCode", "use-additional", Some("use-additional")),
    ("codeAlso", "code-also", Some("code-also")),
    ("notes", "note", None),
];

/// What the release means by a relation.
pub(super) fn relation(name: &str) -> Relation {
    let is_symmetric = name == EXCLUDES;
    Relation { name: name.to_owned(), title: String::new(), is_symmetric, is_inherited: true }
}

/// Reads the Tabular List.
pub(super) fn read(bytes: &[u8]) -> Result<Import, Error> {
    let root = xml::read(&contents::text(bytes))?;
    if root.name != "ICD10CM.tabular" {
        return Err(Error::Form(format!("`{}` is not the Tabular List", root.name)));
    }
    let references = References::new().map_err(|error| Error::Form(error.to_string()))?;
    let mut rows = Vec::new();
    for chapter in root.all("chapter") {
        let name = chapter.text_of("name").to_owned();
        rows.push(group(chapter, &name, Under::Top, &references));
        sections(chapter, &name, &references, &mut rows);
    }
    Ok(Import { rows, dotless: true, scope: Scope::AddsIfAny, ..Import::default() })
}

fn sections(around: &Element, name: &str, references: &References, rows: &mut Vec<Row>) {
    for section in around.all("section") {
        let id = section.attribute("id").to_owned();
        rows.push(group(section, &id, Under::Group(name.to_owned()), references));
        sections(section, &id, references, rows);
        for code in section.all("diag") {
            diagnosis(code, Under::Group(id.clone()), references, rows);
        }
    }
}

fn group(element: &Element, name: &str, under: Under, references: &References) -> Row {
    let mut row = Row {
        code: name.to_owned(),
        is_group: true,
        title: element.text_of("desc").to_owned(),
        under,
        assignable: Some(false),
        ..Row::default()
    };
    add_notes(element, references, &mut row);
    row
}

fn diagnosis(element: &Element, under: Under, references: &References, rows: &mut Vec<Row>) {
    let code = element.text_of("name").to_owned();
    let mut row = Row { code: code.clone(), title: element.text_of("desc").to_owned(), under, ..Row::default() };
    let terms = element.all("inclusionTerm").flat_map(|terms| terms.all("note"));
    row.synonyms = terms.map(|note| note.text.clone()).filter(|text| !text.is_empty()).collect();
    add_notes(element, references, &mut row);
    add_sevenths(element, &mut row);
    if element.first("diag").is_none() {
        row.assignable = Some(true);
    }
    rows.push(row);
    for below in element.all("diag") {
        diagnosis(below, Under::Code(code.clone()), references, rows);
    }
}

fn add_notes(element: &Element, references: &References, row: &mut Row) {
    for (name, kind, relation) in NOTES {
        let notes = element.all(name).flat_map(|group| group.all("note"));
        // The note of R11.16 is empty in the release of October 2025.
        for text in notes.map(|note| &note.text).filter(|text| !text.is_empty()) {
            row.notes.push((kind.to_owned(), text.clone()));
            let Some(relation) = relation else { continue };
            // "T36-T50 with fifth or sixth character 5" means less than the range says.
            if text.contains("character") && [EXCLUDES, EXCLUDES_2].contains(&relation) {
                continue;
            }
            row.relations.extend(references.ranges(text).into_iter().map(|(from, to)| (relation, from, to)));
        }
    }
}

fn add_sevenths(element: &Element, row: &mut Row) {
    for text in element.all("sevenChrNote").flat_map(|note| note.all("note")).map(|note| &note.text) {
        if !text.is_empty() {
            row.notes.push(("seventh-character".to_owned(), text.clone()));
        }
    }
    for extension in element.all("sevenChrDef").flat_map(|definition| definition.all("extension")) {
        let text = format!("{} {}", extension.attribute("char"), extension.text);
        row.notes.push(("seventh-character".to_owned(), text));
    }
}

/// Finds what codes a note names: `(A00.-)`, `(P35-P39)`, `(R11.1, R11.2-)`.
pub(super) struct References {
    brackets: Regex,
    range: Regex,
}

impl References {
    /// Makes the patterns.
    pub fn new() -> Result<References, regex::Error> {
        let code = r"[A-Z][0-9A-Z][0-9AB](?:\.[0-9A-Z]{1,4})?";
        Ok(References {
            brackets: Regex::new(r"[(\[]([^()\[\]]*)[)\]]")?,
            range: Regex::new(&format!(r"\b({code})(?:\.?-?\s*-\s*({code}))?\.?-?"))?,
        })
    }

    /// First and last code of each range that stands in brackets; whether there are such codes is not asked here.
    pub fn ranges(&self, note: &str) -> Vec<(String, String)> {
        let inside = self.brackets.captures_iter(note).filter_map(|found| found.get(1));
        let mut out = Vec::new();
        for text in inside {
            for found in self.range.captures_iter(text.as_str()) {
                let from = found.get(1).map_or("", |it| it.as_str());
                let to = found.get(2).map_or(from, |it| it.as_str());
                out.push((from.to_owned(), to.to_owned()));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn notes_name_codes_ranges_and_lists() {
        let references = References::new().unwrap();
        let ranges = |note: &str| -> Vec<String> {
            references.ranges(note).into_iter().map(|(from, to)| format!("{from}..{to}")).collect()
        };
        assert_eq!(ranges("carrier of disease (Z22.-)"), ["Z22..Z22"]);
        assert_eq!(ranges("disorders (O00-O9A)"), ["O00..O9A"]);
        assert_eq!(ranges("vomiting (R11.1-, R11.2) and (any) T79.A"), ["R11.1..R11.1", "R11.2..R11.2"]);
        assert_eq!(ranges("compartment syndrome (T79.A-)"), ["T79.A..T79.A"]);
        assert_eq!(ranges("smoke (T59.81-)"), ["T59.81..T59.81"]);
    }

    #[test]
    fn chapters_blocks_codes_and_an_empty_note() {
        let text = "<ICD10CM.tabular><chapter><name>1</name><desc>First (A00-B99)</desc><section id='A00-A09'>\
            <desc>Gut (A00-A09)</desc><diag><name>A00</name><desc>Cholera</desc><excludes1><note>x (B20)</note></excludes1>\
            <diag><name>A00.0</name><desc>Classical</desc><codeAlso><note/></codeAlso></diag></diag></section></chapter>\
            </ICD10CM.tabular>";
        let rows = read(text.as_bytes()).unwrap().rows;
        assert_eq!(rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["1", "A00-A09", "A00", "A00.0"]);
        assert_eq!(rows[2].relations, [(EXCLUDES, "B20".to_owned(), "B20".to_owned())]);
        assert_eq!(rows[3].under, Under::Code("A00".to_owned()));
        assert!(rows[3].notes.is_empty());
    }
}
