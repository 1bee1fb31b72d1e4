//! Text models of code sets, trained from what the definitions say and from examples.
//!
//! What lines of the definitions say of an example counts when confidence is measured, so examples go through the same
//! steps as encounters do.

use super::classify::points_of_lines;
use super::prepare;
use super::read;
use super::read::Schema;
use crate::learn;
use crate::learn::Measured;
use crate::learn::Task;
use crate::learn::Text;
use crate::learn::Vectors;
use crate::logic;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::Scratch;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::lessons::Lessons;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::registry;
use crate::registry::Registry;
use crate::registry::segments::Segments;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a model could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The registry that it is trained for cannot be read.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// Its domain cannot be evaluated.
    #[error(transparent)]
    Logic(#[from] logic::Error),
}

/// A text model of a code set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TextModel {
    /// The code set.
    pub set: SetId,
    /// Its codes, in the order in which `measured` counts them.
    pub codes: Vec<CodeId>,
    /// As it stands in a registry.
    pub bytes: Vec<u8>,
    /// How good it is.
    pub measured: Measured,
}

/// Trains the models of some code sets, which are kept among the segments; one that is kept is not trained again.
/// `vectors` are packed word vectors, or empty. `registry` makes the registry that the models are for, without them, if one
/// has to be trained.
///
/// # Errors
/// If the registry cannot be made, or a domain in it cannot be used.
pub fn models(
    defined: Defined<'_>,
    lessons: &[Lessons],
    vectors: &[u8],
    segments: &Segments,
    registry: impl FnOnce() -> Result<Registry, registry::Error>,
) -> Result<Vec<TextModel>, Error> {
    let (shared, sum) = (encoded(defined.shared), blake3::hash(vectors));
    let key = |lessons: &Lessons| {
        let (domain, lessons) = (encoded(&lessons.domain.get(defined.domains)), encoded(lessons));
        segments.key("text model", [lessons.as_slice(), &domain, &shared, sum.as_bytes()])
    };
    let keys: Vec<[u8; 32]> = lessons.iter().map(key).collect();
    let mut models: Vec<Option<TextModel>> = keys.iter().map(|key| segments.find(key)).collect();
    if models.iter().any(Option::is_none) {
        let registry = Arc::new(registry()?);
        for ((lessons, key), model) in lessons.iter().zip(&keys).zip(&mut models) {
            if model.is_none() {
                let made = self::model(&registry, lessons, vectors)?;
                segments.keep(key, &made);
                *model = Some(made);
            }
        }
    }
    Ok(models.into_iter().flatten().collect())
}

/// What is defined beside the lessons, and decides what lines say of an example.
#[derive(Clone, Copy)]
pub struct Defined<'d> {
    /// The domains.
    pub domains: &'d [Domain],
    /// What they share.
    pub shared: &'d Shared,
}

/// What goes into a hash; plain data can always be encoded.
fn encoded(item: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(item).unwrap_or_default()
}

fn model(registry: &Arc<Registry>, lessons: &Lessons, vectors: &[u8]) -> Result<TextModel, Error> {
    let name = registry.domain_names().nth(lessons.domain.index()).unwrap_or_default().to_owned();
    let domain = registry.domain(&name)?.unwrap_or_default();
    let logic = Logic::new(domain, Arc::clone(registry))?;
    let codes: Vec<CodeId> = {
        let mut codes: Vec<CodeId> = lessons.described.iter().map(|(code, _)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    let position = |code: CodeId| codes.binary_search(&code).ok();
    let described = lessons.described.iter().map(|(code, text)| Text {
        text,
        position: position(*code),
        group: None,
        lines: Vec::new(),
    });
    let mut texts: Vec<Text<'_>> = described.collect();
    let asked = Asked::new(&logic, lessons);
    let mut scratch = Scratch::default();
    for example in &lessons.examples {
        // An example of a group says which group its text is of; nobody asks the model for that.
        let code = example.code.map(position);
        if code == Some(None) {
            continue;
        }
        let lines = asked.points(&example.text, &mut scratch);
        let lines = lines.into_iter().filter_map(|(code, points)| Some((position(code)?, points))).collect();
        texts.push(Text {
            text: &example.text,
            position: code.flatten(),
            group: Some(usize::from(example.file)),
            lines,
        });
    }
    let above = codes.iter().map(|code| above(*code, &lessons.parents)).collect();
    let (codes_of_task, vectors) = (codes.clone(), Vectors::of(vectors));
    let trained = learn::train(&Task { codes: codes_of_task, above, texts, vectors, target: lessons.target });
    Ok(TextModel { set: lessons.set, codes, bytes: trained.bytes, measured: trained.measured })
}

/// All codes above a code, each once; `parents` are in the order of the codes.
fn above(code: CodeId, parents: &[(CodeId, CodeId)]) -> Vec<CodeId> {
    let directly = |code: CodeId| {
        let from = parents.partition_point(|(below, _)| *below < code);
        parents.iter().skip(from).take_while(move |(below, _)| *below == code).map(|(_, above)| *above)
    };
    let (mut found, mut next): (Vec<CodeId>, Vec<CodeId>) = (Vec::new(), directly(code).collect());
    while let Some(one) = next.pop() {
        if !found.contains(&one) {
            found.push(one);
            next.extend(directly(one));
        }
    }
    found
}

/// Texts as encounters of a record.
struct Asked<'l> {
    logic: &'l Logic,
    schema: Option<Schema>,
    classifier: usize,
    /// Names of the fields that lead to the text, and whether each is a list.
    path: Vec<(&'l str, bool)>,
}

impl<'l> Asked<'l> {
    fn new(logic: &'l Logic, lessons: &'l Lessons) -> Asked<'l> {
        let domain = logic.domain();
        let record = lessons.record.get(&domain.records);
        let is_it = |it: &crate::model::rules::Classifier| it.set == lessons.set && it.record == lessons.record;
        Asked {
            logic,
            schema: record.map(|record| Schema::new(record, lessons.record, logic.shared_registry())),
            classifier: domain.classifiers.iter().position(is_it).unwrap_or(usize::MAX),
            path: record.map(|record| path(record, &lessons.field)).unwrap_or_default(),
        }
    }

    /// What lines of the definitions give to which code for a text.
    fn points(&self, text: &str, scratch: &mut Scratch) -> Vec<(CodeId, f32)> {
        let Some(schema) = &self.schema else { return Vec::new() };
        let inner = serde_json::Value::String(text.to_owned());
        let json = self.path.iter().rev().fold(inner, |inner, (name, is_list)| {
            let inner = if *is_list { serde_json::Value::Array(vec![inner]) } else { inner };
            serde_json::Value::Object([((*name).to_owned(), inner)].into_iter().collect())
        });
        let json = json.to_string();
        let Ok(mut encounter) = read::read_json(&json, 1, schema, Some(TODAY), TODAY) else { return Vec::new() };
        prepare::prepare(&mut encounter, self.logic, scratch);
        let mut frame = Frame::new(self.logic, &encounter, scratch);
        let mut points = BTreeMap::new();
        for (code, more) in points_of_lines(&mut frame, self.logic, self.classifier) {
            *points.entry(code).or_insert(0.0) += more;
        }
        points.into_iter().collect()
    }
}

/// Examples have no day. Any will do, as it is the same at each build.
const TODAY: Day = Day(20_454);

/// The fields that lead to a text, by their names with a dot between.
fn path<'l>(record: &'l Record, field: &'l str) -> Vec<(&'l str, bool)> {
    let (mut fields, mut path) = (record.fields.as_slice(), Vec::new());
    for name in field.split('.') {
        let Some(found) = fields.iter().find(|it| it.name == name) else { break };
        let (mut kind, is_list) = (&found.kind, matches!(found.kind, Kind::List(_)));
        while let Kind::List(inner) = kind {
            kind = inner;
        }
        path.push((found.name.as_str(), is_list));
        fields = if let Kind::Record(inner) = kind { inner } else { &[] };
    }
    path
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_stands_above_by_any_parent_is_above_once() {
        let code = |number: u32| CodeId::from_stored(number).unwrap();
        let parents = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3)].map(|(below, above)| (code(below), code(above)));
        let mut found = above(code(4), &parents);
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3].map(code));
        assert!(above(code(0), &parents).is_empty());
    }
}
