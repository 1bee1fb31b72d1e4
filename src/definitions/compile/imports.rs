//! Releases that a code set imports: found, read, put together.

use super::content::Draft;
use super::content::ImportedList;
use super::context::Attempt;
use super::context::Compiler;
use super::report::Report;
use super::table_files::TableFiles;
use super::world::World;
use crate::definitions::import;
use crate::definitions::import::Format;
use crate::definitions::import::Import;
use crate::definitions::import::Leftovers;
use crate::definitions::import::MapRow;
use crate::definitions::import::Merged;
use crate::definitions::import::Options;
use crate::definitions::import::PropertyColumn;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::CrosswalkDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::ImportDef;
use crate::definitions::parse::tree::ImportOption;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::model::content::CodeLabel;
use crate::model::content::Crosswalk;
use crate::model::content::Mapping;
use crate::model::ids::LabelId;
use crate::model::ids::SetId;
use crate::model::value::Literal;
use crate::registry::segments;
use crate::registry::segments::Segments;
use std::path::PathBuf;

/// How an import is to be read.
fn options(def: &ImportDef) -> Options {
    let mut out = Options {
        from: def.from.as_ref().map(|day| day.item),
        to: def.to.as_ref().map(|day| day.item),
        ..Options::default()
    };
    for option in &def.options {
        match &option.item {
            ImportOption::Column { role, column, split } => {
                out.columns.push((*role, column.item.clone()));
                out.splits.extend(split.as_ref().map(|it| (column.item.clone(), it.item.clone())));
            }
            ImportOption::Designation { language, column } => {
                out.designations.push((language.item.clone(), column.item.clone()));
            }
            ImportOption::Dates(formats) => out.dates.extend(formats.iter().map(|it| it.item.clone())),
            ImportOption::Assignable { column, value } => {
                out.assignable = Some((column.item.clone(), value.item.clone()));
            }
            ImportOption::Label { label, when } => {
                let when = when.as_ref().map(|(column, value)| (column.item.clone(), value.item.clone()));
                out.labels.push((label.item.clone(), when));
            }
            ImportOption::Property { property, column, lower, split } => out.properties.push(PropertyColumn {
                property: property.item.clone(),
                column: column.item.clone(),
                lower: *lower,
                split: split.as_ref().map(|it| it.item.clone()),
            }),
            ImportOption::Only { column, value } => out.only.push((column.item.clone(), value.item.clone())),
            ImportOption::Path(columns) => out.path = columns.iter().map(|column| column.item.clone()).collect(),
            ImportOption::Attach => out.attach = true,
        }
    }
    out
}

/// An import whose file is there.
struct Found<'t> {
    def: &'t ImportDef,
    format: Format,
    options: Options,
    path: PathBuf,
}

/// Reads all releases of a code set, one after the other. Where those that make codes are missing, the starter stands in
/// for them and nothing is read.
pub(super) fn import(draft: &mut Draft<'_>, attempt: Attempt<'_>) {
    let Attempt { sources: domains, releases, report, .. } = attempt;
    let (found, is_missing) = look_for(draft, domains, releases.files, report);
    let makes_codes = found.iter().any(|it| it.format.makes_codes() && !it.options.attach);
    draft.set.is_starter = is_missing && !makes_codes;
    if found.is_empty() || draft.set.is_starter {
        return;
    }
    let key = segment_key(draft.plain_name(domains), &found, releases.segments);
    if let Some(merged) = key.and_then(|key| releases.segments.find(&key)) {
        take(draft, merged, &found, report);
        return;
    }
    let mut is_whole = true;
    let parts = found.iter().map(|it| {
        match import::read_file(&it.path).and_then(|bytes| import::read(it.format, &bytes, &it.options)) {
            Ok(part) => part,
            Err(error) => {
                is_whole = false;
                let problem = Problem::ImportFailed { file: it.def.file.item.clone(), reason: error.to_string() };
                report.say(it.def.file.span, problem, None);
                // Parts are counted as the files are.
                Import::default()
            }
        }
    });
    let merged = import::merge(&draft.set.name, parts);
    if let Some(key) = key.filter(|_| is_whole) {
        releases.segments.keep(&key, &merged);
    }
    take(draft, merged, &found, report);
}

/// Takes over what the files came to, and what could not be used of each.
fn take(draft: &mut Draft<'_>, mut merged: Merged, found: &[Found<'_>], report: &Report) {
    let left = std::mem::take(&mut merged.left).into_iter().chain(std::iter::repeat_with(Leftovers::default));
    let lists = found.iter().zip(left).map(|(it, left)| ImportedList { name: it.def.file.clone(), left });
    draft.lists = lists.collect();
    draft.take(merged, report);
}

/// The key of what the releases of a code set come to together: a hash of their bytes and of how they are read. `None` if
/// nothing is kept or a file cannot be read.
fn segment_key(set: &str, found: &[Found<'_>], segments: &Segments) -> Option<segments::Key> {
    if !segments.is_kept() {
        return None;
    }
    let mut inputs = vec![set.as_bytes().to_vec()];
    for it in found {
        inputs.push(format!("{:?} {:?}", it.format, it.options).into_bytes());
        inputs.push(blake3::hash(&import::read_packed(&it.path)?).as_bytes().to_vec());
    }
    Some(segments.key("releases of a code set", inputs.iter().map(Vec::as_slice)))
}

/// The files of a code set's imports, and whether one that makes codes is missing.
fn look_for<'t>(
    draft: &mut Draft<'t>,
    domains: &[DomainSource],
    releases: &[PathBuf],
    report: &Report,
) -> (Vec<Found<'t>>, bool) {
    let mut found = Vec::new();
    let mut is_missing = false;
    for (domain, def) in draft.imports.clone() {
        let Some(format) = Format::named(&def.format.item) else {
            let help = did_you_mean(&def.format.item, Format::ALL.iter().map(|it| it.0));
            report.say(def.format.span, Problem::UnknownFormat { format: def.format.item.clone() }, help);
            continue;
        };
        let options = options(def);
        let Some(source) = domain.get(domains) else { continue };
        let Some(path) = TableFiles::near(def.file.span, source, releases).find(&def.file.item) else {
            let name = &def.file.item;
            let help = Some(format!("install it: `tencode sources add {name}`, or put it beside this file"));
            report.say(def.file.span, Problem::UnknownSource { file: def.file.item.clone() }, help);
            draft.set.missing_sources.push(def.file.item.clone());
            is_missing |= !options.attach;
            continue;
        };
        found.push(Found { def, format, options, path });
    }
    (found, is_missing)
}

/// Values of properties that came from columns as texts get their types; labels their places.
pub(super) fn resolve(world: &mut World, set: SetId, draft: &mut Draft<'_>, report: &Report) {
    let mut labels = Vec::new();
    for (code, name) in std::mem::take(&mut draft.imported_labels) {
        match LabelId::find(&world.labels, |label| label.name == name) {
            Some(label) => labels.push((code, label)),
            None => {
                let help = did_you_mean(&name, world.labels.iter().map(|label| label.name.as_str()));
                report.say(draft.span, Problem::UnknownLabel { label: name }, help);
                break;
            }
        }
    }
    let mut values = Vec::new();
    let mut said = 0;
    for (code, property, value) in std::mem::take(&mut draft.imported_properties) {
        let Some((place, kind)) = world.property(set, &property) else {
            let names = world.property_names(set);
            let help = did_you_mean(&property, names.iter().map(String::as_str));
            report.say(draft.span, Problem::UnknownProperty { property, set: draft.set.name.clone() }, help);
            break;
        };
        match literal(world, &value, kind) {
            Some(literal) => values.push((code, place, literal)),
            None if said < 3 => {
                said += 1;
                let reason = format!("the property `{property}` cannot be `{value}`");
                report.say(draft.span, Problem::ImportFailed { file: draft.set.name.clone(), reason }, None);
            }
            None => {}
        }
    }
    let Some(content) = set.get_mut(&mut world.sets) else { return };
    for (code, label) in labels {
        if let Some(code) = code.get_mut(&mut content.codes) {
            code.labels.push(CodeLabel { label, from: None, to: None });
        }
    }
    for (code, property, literal) in values {
        if let Some(code) = code.get_mut(&mut content.codes) {
            code.properties.push((property, literal));
        }
    }
}

fn literal(world: &World, value: &str, kind: &crate::model::record::Kind) -> Option<Literal> {
    use crate::model::record::Kind;
    let expr = match (kind, value) {
        (Kind::Bool, "Y" | "y" | "1" | "true" | "yes") => Expr::Bool(true),
        (Kind::Bool, "N" | "n" | "0" | "false" | "no") => Expr::Bool(false),
        (Kind::Bool, _) => return None,
        _ => Expr::Text(value.to_owned()),
    };
    let expr = match (kind, expr) {
        (Kind::Number | Kind::Integer | Kind::Money(_), Expr::Text(text)) => Expr::Word(text.trim().to_owned()),
        (_, expr) => expr,
    };
    world.literal(&expr, kind).ok()
}

/// Lines of a crosswalk that come from a file.
pub(super) fn crosswalk(def: &CrosswalkDef, walk: &mut Crosswalk, compiler: Compiler<'_>) {
    for import in &def.imports {
        let files = TableFiles::of(import.file.span, compiler);
        let Some(path) = files.find(&import.file.item) else {
            let name = &import.file.item;
            let help = Some(format!("install it: `tencode sources add {name}`, or put it beside this file"));
            compiler.say(import.file.span, Problem::UnknownSource { file: import.file.item.clone() }, help);
            continue;
        };
        let options = options(import);
        let rows = import::read_file(&path).and_then(|bytes| match import.format.item.as_str() {
            "gem" => import::gem_mappings(&bytes),
            "csv" => import::delimited_mappings(&bytes, false, &options),
            "tsv" => import::delimited_mappings(&bytes, true, &options),
            "fhir" => import::fhir_mappings(&bytes),
            other => Err(import::Error::Form(format!("there is no crosswalk format `{other}`"))),
        });
        match rows {
            Ok(rows) => {
                // What a release names beyond the codes of a set is its publisher's business.
                let is_own = !files.releases.contains(&path);
                let mut left = Leftovers::default();
                for row in rows {
                    match mapping(walk, compiler.world, &row) {
                        Ok(mapping) => walk.entries.push(mapping),
                        Err(why) if is_own => left.add(row.line, why),
                        Err(_) => {}
                    }
                }
                left.say(&import.file, compiler.report);
            }
            Err(error) => {
                let problem = Problem::ImportFailed { file: import.file.item.clone(), reason: error.to_string() };
                compiler.say(import.file.span, problem, None);
            }
        }
    }
}

/// A row of a file as a line of the crosswalk, or why it cannot be one.
fn mapping(walk: &Crosswalk, world: &World, row: &MapRow) -> Result<Mapping, String> {
    let code = |set: SetId, code: &str| {
        let name = set.get(&world.sets).map_or("", |set| set.name.as_str());
        world.code(set, code).ok_or_else(|| format!("`{code}` is not a code of `{name}`"))
    };
    let from = code(walk.from, &row.from)?;
    let to = row.to.as_ref().map(|to| code(walk.to, to)).transpose()?;
    Ok(Mapping { from, to, kind: row.kind, condition: String::new(), group: row.group, since: None, until: None })
}
