//! One code, whole.

use crate::model::content::MatchKind;
use crate::model::content::Relation;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::PropertyId;
use crate::model::ids::SetId;
use crate::registry;
use crate::registry::Codes;
use crate::registry::Registry;
use serde::Serialize;

/// A code, whole.
#[derive(Serialize)]
pub struct WholeCode<'a> {
    /// Its code set.
    pub set: &'a str,
    /// The code, as its set writes it.
    pub code: &'a str,
    /// Its title.
    pub display: &'a str,
    /// Its short title, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub short: String,
    /// It may be recorded itself on the day asked about.
    pub billable: bool,
    /// It was in force on that day, perhaps as a header.
    pub in_force: bool,
    /// The code above it.
    pub parent: Option<&'a str>,
    /// The codes above it, nearest first.
    pub ancestors: Vec<&'a str>,
    /// The codes below it that were in force.
    pub children: Vec<&'a str>,
    /// When it was in force.
    pub valid: Vec<Span>,
    /// What it means.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub definition: String,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// Titles in other languages: language and title.
    pub designations: Vec<(String, String)>,
    /// Notes: kind and text.
    pub notes: Vec<(String, String)>,
    /// The notes of the codes above, which hold for it too, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherited: Vec<Inherited<'a>>,
    /// What it has to do with other codes of its set.
    pub relations: Vec<Related<'a>>,
    /// Why it is sensitive.
    pub labels: Vec<String>,
    /// Properties: name and values.
    pub properties: Vec<(String, Vec<String>)>,
    /// Its successors, if it is retired.
    pub replaced_by: Vec<&'a str>,
    /// Codes of other sets.
    pub maps: Vec<Mapped<'a>>,
    /// The first day that the installed releases cover, if the day asked about is before it: nothing is known of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_from: Option<String>,
    /// The last day that they cover, if the day asked about is after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_until: Option<String>,
    /// Only the starter of the set is installed: the official release may say more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub starter: bool,
}

/// A note of a code above.
#[derive(Serialize)]
pub struct Inherited<'a> {
    /// Where it begins.
    pub from: &'a str,
    /// What kind it is.
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// A time in which a code was in force.
#[derive(Serialize)]
pub struct Span {
    /// Where it begins.
    pub from: Option<String>,
    /// Where it ends.
    pub to: Option<String>,
    /// It may be recorded itself on the day asked about.
    pub billable: bool,
}

/// What two codes of one set have to do with each other.
#[derive(Serialize)]
pub struct Related<'a> {
    /// The name of the relation.
    pub relation: &'a str,
    /// What people call it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub title: &'a str,
    /// Where it begins.
    pub from: &'a str,
    /// Where it ends.
    pub to: &'a str,
}

/// A code of another set.
#[derive(Serialize)]
pub struct Mapped<'a> {
    /// Its code set.
    pub set: &'a str,
    /// The code, as its set writes it.
    pub code: Option<&'a str>,
    /// Its title.
    pub display: Option<&'a str>,
    /// What kind it is.
    pub kind: MatchKind,
}

/// All that is known of one code on a day.
///
/// # Errors
/// If the registry cannot be read.
pub fn whole<'r>(registry: &'r Registry, set: SetId, code: CodeId, on: Day) -> Result<WholeCode<'r>, registry::Error> {
    let codes = registry.codes(set);
    let ancestors: Vec<&str> = codes.ancestors(code).into_iter().map(|above| codes.code(above)).collect();
    let span = |span: Validity| Span {
        from: span.from.map(|day| day.to_string()),
        to: span.to.map(|day| day.to_string()),
        billable: span.is_assignable,
    };
    let related = |(relation, from, to): (&'r Relation, CodeId, CodeId)| Related {
        relation: &relation.name,
        title: &relation.title,
        from: codes.code(from),
        to: codes.code(to),
    };
    let labels = codes.labels_within(code, Some((on, on)));
    let known = if labels.is_empty() { &[][..] } else { &registry.shared()?.labels };
    let labels = labels.into_iter().filter_map(|label| label.get(known));
    let children = codes.children(code).into_iter().filter(|child| codes.is_in_force(*child, on));
    let inherited = codes.ancestors(code).into_iter().flat_map(|above| {
        let from = codes.code(above);
        codes.notes(above).into_iter().map(move |(kind, text)| Inherited { from, kind, text })
    });
    let (known_from, known_until) = uncovered(codes, on);
    Ok(WholeCode {
        set: codes.full_name(),
        code: codes.code(code),
        display: codes.display(code),
        short: codes.short(code),
        billable: codes.is_assignable(code, on),
        in_force: codes.is_in_force(code, on),
        parent: ancestors.first().copied(),
        ancestors,
        children: children.map(|child| codes.code(child)).collect(),
        valid: codes.validity(code).into_iter().map(span).collect(),
        definition: codes.definition(code),
        synonyms: codes.synonyms(code),
        designations: codes.designations(code),
        notes: codes.notes(code),
        inherited: inherited.collect(),
        relations: codes.relations(code).into_iter().map(related).collect(),
        labels: labels.map(|label| label.name.clone()).collect(),
        properties: properties(codes, code),
        replaced_by: codes.replaced_by(code).into_iter().flat_map(|it| it.1).map(|code| codes.code(code)).collect(),
        maps: maps(registry, set, code, on),
        known_from,
        known_until,
        starter: codes.is_starter(),
    })
}

fn properties(codes: Codes<'_>, code: CodeId) -> Vec<(String, Vec<String>)> {
    let named = PropertyId::numbered(codes.property_names());
    let valued = named.map(|(place, name)| {
        let values = codes.property(code, place);
        (name, values.iter().map(|value| codes.property_text(place, value)).collect::<Vec<_>>())
    });
    valued.filter(|(_, values)| !values.is_empty()).collect()
}

/// The first and the last day that the releases of a set cover, where a day is before or after them.
pub fn uncovered(codes: Codes<'_>, on: Day) -> (Option<String>, Option<String>) {
    let (first, last) = codes.known_days();
    let from = first.filter(|first| on < *first).map(|day| day.to_string());
    (from, last.filter(|last| on > *last).map(|day| day.to_string()))
}

fn maps(registry: &Registry, set: SetId, code: CodeId, on: Day) -> Vec<Mapped<'_>> {
    let mut out = Vec::new();
    for other in registry.mapped_sets(set) {
        let codes = registry.codes(other);
        for target in registry.map(set, code, other, on) {
            out.push(Mapped {
                set: codes.full_name(),
                code: target.code.map(|code| codes.code(code)),
                display: target.code.map(|code| codes.display(code)),
                kind: target.kind,
            });
        }
    }
    out
}
