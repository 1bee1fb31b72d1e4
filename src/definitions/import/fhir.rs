//! FHIR CodeSystem and ValueSet → codes, ConceptMap → mappings; JSON, R4 and R5.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::MapRow;
use super::contents::Row;
use super::contents::Under;
use crate::model::content::MatchKind;
use crate::model::content::Release;
use serde_json::Value;

/// How deep concepts may stand in each other.
const DEEPEST: usize = 64;

/// Reads a CodeSystem or ValueSet.
pub(super) fn read(bytes: &[u8]) -> Result<Import, Error> {
    let root = parse(bytes)?;
    let mut rows = Vec::new();
    match text(&root, "resourceType") {
        "CodeSystem" => concepts(list(&root, "concept"), &Under::Top, 0, &mut rows)?,
        "ValueSet" => {
            let expansion = root.get("expansion").map_or(&[][..], |expansion| list(expansion, "contains"));
            contained(expansion, &Under::Top, 0, &mut rows)?;
            let included = root.get("compose").map_or(&[][..], |compose| list(compose, "include"));
            if expansion.is_empty() {
                for include in included {
                    concepts(list(include, "concept"), &Under::Top, 0, &mut rows)?;
                }
            }
        }
        other => return Err(Error::Form(format!("`{other}` is neither a CodeSystem nor a ValueSet"))),
    }
    if rows.is_empty() {
        return Err(Error::Form("it lists no code".to_owned()));
    }
    let version = text(&root, "version");
    let release = Release { name: version.to_owned(), from: None, to: None, known: None };
    Ok(Import {
        name: text(&root, "name").to_owned(),
        title: text(&root, "title").to_owned(),
        uri: text(&root, "url").to_owned(),
        release: (!version.is_empty()).then_some(release),
        rows,
        ..Import::default()
    })
}

fn parse(bytes: &[u8]) -> Result<Value, Error> {
    serde_json::from_str(&contents::text(bytes)).map_err(|error| Error::Form(format!("not JSON: {error}")))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn too_deep() -> Error {
    Error::Form("concepts stand too deep in each other".to_owned())
}

fn concepts(items: &[Value], under: &Under, depth: usize, rows: &mut Vec<Row>) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    for item in items {
        let row = concept(item, under);
        let here = Under::Code(row.code.clone());
        rows.push(row);
        concepts(list(item, "concept"), &here, depth + 1, rows)?;
    }
    Ok(())
}

fn contained(items: &[Value], under: &Under, depth: usize, rows: &mut Vec<Row>) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    for item in items {
        let mut row = concept(item, under);
        if row.code.is_empty() {
            contained(list(item, "contains"), under, depth + 1, rows)?;
            continue;
        }
        row.assignable = Some(item.get("abstract").and_then(Value::as_bool) != Some(true));
        let here = Under::Code(row.code.clone());
        rows.push(row);
        contained(list(item, "contains"), &here, depth + 1, rows)?;
    }
    Ok(())
}

fn concept(item: &Value, under: &Under) -> Row {
    let mut row = Row {
        code: text(item, "code").to_owned(),
        title: text(item, "display").to_owned(),
        under: under.clone(),
        definition: text(item, "definition").to_owned(),
        ..Row::default()
    };
    if row.title.is_empty() {
        row.title.clone_from(&row.code);
    }
    for designation in list(item, "designation") {
        let (language, value) = (text(designation, "language").to_owned(), text(designation, "value").to_owned());
        if language.is_empty() { row.synonyms.push(value) } else { row.designations.push((language, value)) }
    }
    for property in list(item, "property") {
        property_of(&mut row, property);
    }
    row
}

/// `parent` and `notSelectable` have their own meaning (FHIR R5, 4.8.10, "Defined Concept Properties").
fn property_of(row: &mut Row, property: &Value) {
    let name = text(property, "code");
    let values = property.as_object().into_iter().flatten();
    let Some((_, value)) = values.into_iter().find(|(key, _)| key.starts_with("value")) else { return };
    let written = match value {
        Value::String(text) => text.clone(),
        Value::Object(coding) => coding.get("code").and_then(Value::as_str).unwrap_or("").to_owned(),
        other => other.to_string(),
    };
    match name {
        "parent" | "subsumedBy" if !matches!(row.under, Under::Code(_)) => row.under = Under::Code(written),
        "parent" | "subsumedBy" => row.more.push(written),
        "notSelectable" => row.assignable = Some(written != "true"),
        _ => row.properties.push((name.to_owned(), written)),
    }
}

/// Reads a ConceptMap.
///
/// # Errors
///
/// [`Error::Form`] if it is none.
pub fn mappings(bytes: &[u8]) -> Result<Vec<MapRow>, Error> {
    let root = parse(bytes)?;
    if text(&root, "resourceType") != "ConceptMap" {
        return Err(Error::Form("not a ConceptMap".to_owned()));
    }
    let mut rows = Vec::new();
    for element in list(&root, "group").iter().flat_map(|group| list(group, "element")) {
        let from = text(element, "code").to_owned();
        let targets = list(element, "target");
        if targets.is_empty() {
            rows.push(MapRow { line: 0, from, to: None, kind: MatchKind::Equivalent, group: 0 });
            continue;
        }
        for target in targets {
            let said = Some(text(target, "relationship")).filter(|said| !said.is_empty());
            let said = said.unwrap_or(text(target, "equivalence"));
            let to = Some(text(target, "code")).filter(|to| !to.is_empty());
            let to = to.filter(|_| !matches!(said, "unmatched" | "disjoint" | "not-related-to")).map(str::to_owned);
            rows.push(MapRow { line: 0, from: from.clone(), to, kind: match_kind(said), group: 0 });
        }
    }
    Ok(rows)
}

fn match_kind(said: &str) -> MatchKind {
    match said {
        "equivalent" | "equal" => MatchKind::Equivalent,
        "wider" | "subsumes" | "source-is-narrower-than-target" => MatchKind::Broader,
        "narrower" | "specializes" | "source-is-broader-than-target" => MatchKind::Narrower,
        _ => MatchKind::Related,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn nested_concepts_and_parents() {
        let file = br#"{"resourceType": "CodeSystem", "url": "http://x", "version": "2", "concept": [{"code": "a",
            "concept": [{"code": "b", "display": "B", "property": [{"code": "parent", "valueCode": "c"}]}]}, {"code": "c",
            "property": [{"code": "notSelectable", "valueBoolean": true}]}]}"#;
        let import = read(file).unwrap();
        assert_eq!(import.rows[1].under, Under::Code("a".to_owned()));
        assert_eq!(import.rows[1].more, ["c"]);
        assert_eq!(import.rows[2].assignable, Some(false));
    }

    #[test]
    fn a_concept_map() {
        let file = br#"{"resourceType": "ConceptMap", "group": [{"element": [{"code": "a", "target": [
            {"code": "1", "equivalence": "wider"}]}, {"code": "b"}]}]}"#;
        let rows = mappings(file).unwrap();
        assert_eq!(rows[0].kind, MatchKind::Broader);
        assert_eq!(rows[1].to, None);
    }
}
