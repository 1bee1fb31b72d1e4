//! What the text model of a code set is trained on: what the definitions say of its codes, and files of examples.

use super::content::Draft;
use super::context::Compiler;
use super::report::Report;
use super::table_files::TableFiles;
use crate::definitions::import;
use crate::definitions::parse::tree::Lesson;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Crosswalk;
use crate::model::expression::Expression;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::lessons::Example;
use crate::model::lessons::Lessons;
use crate::model::lessons::Target;
use crate::model::program::Domain;
use crate::model::rules::Classifier;
use std::collections::HashMap;
use std::path::Path;

/// More codes than one linear function each is practical for.
const MOST_CODES: usize = 2_000;
/// What stands in the place of a code where a text fits none: in the files of a domain, and in the file that is given.
const NO_CODE: [&str; 2] = [NONE, "oos"];
const NONE: &str = "none";
/// Columns of the file that is given.
const GIVEN: [&str; 2] = ["text", "label"];

/// What the code sets of a domain learn from; the classifiers of those that learn are marked.
pub(super) fn of_domain(domain: &mut Domain, drafts: &[Draft<'_>], compiler: Compiler<'_>) -> Vec<Lessons> {
    let is_idle =
        |draft: &&Draft<'_>| draft.domain == compiler.domain && draft.target.is_some() && draft.lessons.is_empty();
    for draft in drafts.iter().filter(is_idle) {
        let why = "it decides by a share and learns nothing: say `learn from titles`, or name examples".to_owned();
        compiler.say(draft.span, Problem::NothingToLearn { set: draft.set.name.clone(), why }, None);
    }
    let mut out = Vec::new();
    let Domain { classifiers, crosswalks, phrases, .. } = domain;
    for classifier in classifiers {
        let draft = classifier.set.get(drafts).filter(|draft| draft.domain == compiler.domain);
        let Some(draft) = draft else { continue };
        let files = TableFiles::of(draft.span, compiler);
        let of_set = OfSet { draft, files, given: compiler.releases.examples, crosswalks };
        let lessons = lessons(&of_set, classifier, phrases, compiler);
        classifier.is_learned = lessons.is_some();
        out.extend(lessons);
    }
    out
}

/// Marks the classifiers of code sets that a domain above has a model of.
pub(super) fn learned_above(domain: &mut Domain, drafts: &[Draft<'_>], done: &[Domain], compiler: Compiler<'_>) {
    for classifier in &mut domain.classifiers {
        let of = classifier.set.get(drafts).map(|draft| draft.domain);
        let Some(above) = of.filter(|of| *of != compiler.domain && compiler.stands_on(*of)).and_then(|of| of.get(done))
        else {
            continue;
        };
        classifier.is_learned |= above.classifiers.iter().any(|it| it.set == classifier.set && it.is_learned);
    }
}

/// A code set as it is written, and where files that it names are.
struct OfSet<'a, 't> {
    draft: &'a Draft<'t>,
    files: TableFiles<'a>,
    /// The file that the environment names.
    given: Option<&'a Path>,
    /// The crosswalks of its domain.
    crosswalks: &'a [Crosswalk],
}

/// What a code set learns from; `None` if it does not learn.
fn lessons(
    of_set: &OfSet<'_, '_>,
    classifier: &Classifier,
    phrases: &[String],
    compiler: Compiler<'_>,
) -> Option<Lessons> {
    let OfSet { draft, files, given, .. } = of_set;
    let (span, _) = draft.lessons.first()?;
    let set = classifier.set.get(&compiler.world.sets)?;
    let count = set.codes.iter().filter(|code| is_learned(code)).count();
    let why = match classifier.text_names.first() {
        None => Some("no field of free text is searched: say `search in FIELD`".to_owned()),
        Some(_) if count > MOST_CODES => {
            Some(format!("it has {count} codes to record; at most {MOST_CODES} are learned"))
        }
        Some(_) if count < 2 => Some("it has fewer than two codes to record".to_owned()),
        Some(_) => None,
    };
    if let Some(why) = why {
        compiler.say(*span, Problem::NothingToLearn { set: set.name.clone(), why }, None);
        return None;
    }
    let mut lessons = Lessons {
        domain: draft.domain,
        set: classifier.set,
        record: classifier.record,
        field: classifier.text_names.first().cloned().unwrap_or_default(),
        described: described(set, classifier, phrases),
        parents: CodeId::numbered(&set.codes)
            .flat_map(|(id, code)| code.parents.iter().map(move |parent| (id, *parent)))
            .collect(),
        examples: Vec::new(),
        target: target(draft),
    };
    for (number, (span, lesson)) in (0..).zip(&draft.lessons) {
        let (name, read) = match lesson {
            Lesson::File(name, by) => {
                let read = files.find_or_say(&name.item).and_then(|path| of_file(&path));
                let led = |rows| match by {
                    Some(by) => by_crosswalk(rows, by, (&name.item, *span), of_set, classifier.set, compiler),
                    None => rows,
                };
                (name.item.clone(), read.map(led))
            }
            Lesson::Given => match given {
                Some(path) => (path.display().to_string(), of_environment(path)),
                None => continue,
            },
            Lesson::Titles => continue,
        };
        match read {
            // The file may be meant for another code set.
            Ok(rows) if matches!(lesson, Lesson::Given) && !rows.iter().any(|row| is_code(set, &row.1)) => {}
            Ok(rows) => add(rows, &name, number, set, *span, &mut lessons, compiler.report),
            Err(reason) => compiler.say(*span, Problem::ImportFailed { file: name, reason }, None),
        }
    }
    Some(lessons)
}

/// Examples of another code set with the codes to which a crosswalk leads; one that it leads to none fits none. A code of which
/// it says nothing, or several things, or something under a condition, teaches nothing.
fn by_crosswalk(
    rows: Vec<Row>,
    by: &Name,
    (file, span): (&str, Span),
    of_set: &OfSet<'_, '_>,
    set: SetId,
    compiler: Compiler<'_>,
) -> Vec<Row> {
    let leads = |walk: &&Crosswalk| walk.name == by.item && walk.to == set;
    let Some(walk) = of_set.crosswalks.iter().find(leads) else {
        let known = of_set.crosswalks.iter().filter(|walk| walk.to == set).map(|walk| walk.name.as_str());
        let problem = Problem::UnknownName { what: "crosswalk to this code set".into(), name: by.item.clone() };
        compiler.say(by.span, problem, did_you_mean(&by.item, known));
        return Vec::new();
    };
    let (Some(from), Some(to)) = (walk.from.get(&compiler.world.sets), walk.to.get(&compiler.world.sets)) else {
        return Vec::new();
    };
    let target = |code: CodeId| -> Option<&str> {
        let mut targets = walk.entries.iter().filter(|entry| entry.from == code);
        let only = targets.next().filter(|entry| targets.next().is_none() && entry.condition.is_empty())?;
        match only.to {
            Some(it) => it.get(&to.codes).map(|code| code.code.as_str()),
            None => Some(NONE),
        }
    };
    let codes = by_name(from);
    let mut targets: HashMap<CodeId, Option<&str>> = HashMap::new();
    let mut unknown = Unknown::default();
    let led = |(line, name, text): Row| {
        if NO_CODE.contains(&name.as_str()) {
            return Some((line, name, text));
        }
        let Some(code) = codes.get(name.as_str()) else {
            unknown.add(line, name);
            return None;
        };
        let target = *targets.entry(*code).or_insert_with(|| target(*code));
        target.map(|code| (line, code.to_owned(), text))
    };
    let led = rows.into_iter().filter_map(led).collect();
    unknown.say(file, from, span, compiler.report);
    led
}

#[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
fn target(draft: &Draft<'_>) -> Target {
    match draft.target {
        Some(target) => target,
        None if draft.threshold >= 1.0 => Target::Never,
        None => Target::Above(draft.threshold as f32),
    }
}

/// A row of a file: its line, the code as it is written, the text.
type Row = (usize, String, String);

/// A file of a domain: code, text, language, divided by tabs; a line that begins with `#` is for people.
fn of_file(path: &Path) -> Result<Vec<Row>, String> {
    let bytes = import::read_file(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.split('\t');
        match (cells.next(), cells.next().map(str::trim)) {
            (Some(code), Some(text)) if !text.is_empty() => {
                rows.push((number, code.trim().to_owned(), text.to_owned()));
            }
            _ => return Err(format!("line {number} is not a code, a tab and a text")),
        }
    }
    Ok(rows)
}

/// The file that the environment names: CSV with a header and the columns `text` and `label`.
fn of_environment(path: &Path) -> Result<Vec<Row>, String> {
    let bytes = import::read_file(path).map_err(|error| error.to_string())?;
    let (header, records) = import::cells(&bytes).map_err(|error| error.to_string())?;
    let column = |name: &str| header.iter().position(|it| it == name).ok_or(format!("it has no column `{name}`"));
    let [text, label] = GIVEN;
    let (text, label) = (column(text)?, column(label)?);
    let cell =
        |record: &[String], place: usize| record.get(place).map(|cell| cell.trim().to_owned()).unwrap_or_default();
    let rows = records.iter().enumerate().map(|(row, record)| (row + 2, cell(record, label), cell(record, text)));
    Ok(rows.filter(|(_, _, text)| !text.is_empty()).collect())
}

fn is_code(set: &CodeSet, name: &str) -> bool {
    set.codes.iter().any(|code| code.code == name)
}

fn add(rows: Vec<Row>, file: &str, number: u16, set: &CodeSet, span: Span, lessons: &mut Lessons, report: &Report) {
    let codes = by_name(set);
    let mut unknown = Unknown::default();
    for (line, name, text) in rows {
        let code = codes.get(name.as_str()).copied();
        if code.is_some() || NO_CODE.contains(&name.as_str()) {
            lessons.examples.push(Example { code, text, file: number });
        } else {
            unknown.add(line, name);
        }
    }
    unknown.say(file, set, span, report);
}

/// The codes of a set by what they are called.
fn by_name(set: &CodeSet) -> HashMap<&str, CodeId> {
    CodeId::numbered(&set.codes).map(|(id, code)| (code.code.as_str(), id)).collect()
}

/// Rows of a file whose codes are not there.
#[derive(Default)]
struct Unknown {
    count: usize,
    /// Line and code of the first.
    first: Option<(usize, String)>,
}

impl Unknown {
    fn add(&mut self, line: usize, code: String) {
        self.count += 1;
        self.first.get_or_insert((line, code));
    }

    fn say(self, file: &str, set: &CodeSet, span: Span, report: &Report) {
        let Some((line, code)) = self.first else { return };
        let help = match self.count {
            1 => "the row is left out".to_owned(),
            count => format!("{count} rows of the file are left out, as their codes are not there"),
        };
        let problem = Problem::ExampleOfNoCode { at: format!("{file}:{line}"), code, set: set.name.clone() };
        report.say(span, problem, Some(help));
    }
}

/// A code is learned if it may be recorded and was not replaced: what replaced it is learned in its place.
fn is_learned(code: &Code) -> bool {
    code.is_assignable && code.replaced_by.is_none()
}

/// What the definitions say of each code that is learned.
fn described(set: &CodeSet, classifier: &Classifier, phrases: &[String]) -> Vec<(CodeId, String)> {
    let mut out = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes).filter(|(_, code)| is_learned(code)) {
        out.extend(texts_of(code).map(|text| (id, text.to_owned())));
    }
    for criteria in &classifier.criteria {
        let is_there = criteria.code.get(&set.codes).is_some_and(is_learned);
        for line in criteria.when.iter().filter(|_| is_there) {
            let mut enough = Vec::new();
            sufficient(&line.condition, &mut enough);
            out.extend(enough.into_iter().filter_map(|id| Some((criteria.code, id.get(phrases)?.clone()))));
        }
    }
    out.sort();
    out.dedup();
    out
}

fn texts_of(code: &Code) -> impl Iterator<Item = &str> {
    let titles = [code.title.as_str(), code.short.as_str(), code.definition.as_str()];
    let others = code.synonyms.iter().map(String::as_str);
    let languages = code.designations.iter().map(|(_, title)| title.as_str());
    titles.into_iter().chain(others).chain(languages).filter(|text| !text.is_empty())
}

/// The phrases of which each alone makes a condition hold.
fn sufficient(condition: &Expression, out: &mut Vec<crate::model::ids::PhraseId>) {
    match condition {
        Expression::Or(all) => all.iter().for_each(|one| sufficient(one, out)),
        Expression::Mentions { phrases, even_negated: false, .. } => out.extend(phrases.iter().copied()),
        _ => {}
    }
}
