//! Writes a registry: columns of the code sets, their search index, crosswalks, and what is decoded on demand.

use super::crosswalks;
use super::error::Error;
use super::finder;
use super::hierarchy;
use super::layout;
use super::layout::CodeRow;
use super::layout::Header;
use super::layout::Kind;
use super::layout::LabelRow;
use super::layout::NOBODY;
use super::layout::NONE;
use super::layout::Packed;
use super::layout::SET_KINDS;
use super::layout::SHORT;
use super::layout::Section;
use super::layout::SpanRow;
use super::layout::Sparse;
use super::layout::small;
use super::meta::Details;
use super::meta::Meta;
use super::parts::Parts;
use super::search;
use super::segments::Segments;
use super::verified;
use crate::files;
use crate::files::Rights;
use crate::model::content::Code;
use crate::model::content::CodeLabel;
use crate::model::content::CodeSet;
use crate::model::content::Validity;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use zerocopy::IntoBytes;

/// Sections start at multiples of this: a `CodeRow` then lies in one line of memory.
const ALIGNED: usize = 32;
/// Columns of fewer bytes stand together.
const SMALL: usize = 4096;

struct Sections {
    table: Vec<(u32, u32, Vec<u8>)>,
}

impl Sections {
    fn add(&mut self, kind: Kind, owner: u32, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.table.push((kind as u32, owner, bytes));
        }
    }

    fn add_encoded<T: Serialize>(&mut self, path: &Path, kind: Kind, owner: u32, item: &T) -> Result<(), Error> {
        self.add(kind, owner, encoded(path, item)?);
        Ok(())
    }
}

/// What is laid out of one code set: kind of section and its bytes.
#[derive(Default, Serialize, Deserialize)]
struct Columns(Vec<(u32, Vec<u8>)>);

impl Columns {
    fn add(&mut self, kind: Kind, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.0.push((kind as u32, bytes));
        }
    }
}

/// Writes a registry: same parts, same bytes. Returns the size in bytes.
///
/// The file is written beside its path and then renamed, so that nobody ever reads half of it.
///
/// # Errors
/// [`Error::File`] if it cannot be written, [`Error::Unfit`] if the parts are too large for the layout.
pub fn write(path: &Path, parts: &Parts<'_>) -> Result<u64, Error> {
    write_with(path, parts, &Segments::none())
}

/// Like [`write()`], and takes the columns of large code sets from the store of segments if they are there. The bytes are
/// the same either way.
///
/// # Errors
/// As [`write()`].
pub fn write_with(path: &Path, parts: &Parts<'_>, segments: &Segments) -> Result<u64, Error> {
    let bytes = lay_out(path, parts, segments)?;
    let failed = |source| Error::File { path: path.display().to_string(), source };
    files::replace(path, Rights::Usual, &bytes).map_err(failed)?;
    verified::remember_verified(path);
    Ok(bytes.len() as u64)
}

/// The bytes of a registry, for whoever writes them to `path`.
///
/// # Errors
/// [`Error::Unfit`] if the parts are too large for the layout.
pub fn lay_out(path: &Path, parts: &Parts<'_>, segments: &Segments) -> Result<Vec<u8>, Error> {
    let mut sections = Sections { table: Vec::new() };
    sections.add_encoded(path, Kind::Shared, NOBODY, parts.shared)?;
    let names: Vec<&str> = parts.domains.iter().map(|domain| domain.name.as_str()).collect();
    sections.add_encoded(path, Kind::DomainNames, NOBODY, &names)?;
    for (place, domain) in (0..).zip(parts.domains) {
        sections.add_encoded(path, Kind::Domain, place, domain)?;
    }
    for walk in parts.crosswalks {
        sections.add(Kind::Crosswalk, NOBODY, crosswalks::pack(walk));
    }
    for pairs in parts.pairs {
        sections.add(Kind::Pairs, NOBODY, pairs.clone());
    }
    SetId::fits(parts.sets.len()).map_err(|error| unfit(path, &error.to_string()))?;
    for (id, set) in SetId::numbered(parts.sets) {
        let columns = set_columns(path, set, segments)?;
        sections.table.extend(columns.0.into_iter().map(|(kind, bytes)| (kind, id.to_stored(), bytes)));
    }
    for (set, model) in parts.models {
        sections.add(Kind::Model, set.to_stored(), model.clone());
    }
    sections.add(Kind::Vectors, NOBODY, parts.vectors.to_vec());
    match parts.names {
        Ok(packed) => sections.add(Kind::Names, NOBODY, packed.to_vec()),
        Err(why) => sections.add(Kind::NamesUnreadable, NOBODY, why.as_bytes().to_vec()),
    }
    sections.table.sort_by_key(|(kind, _, bytes)| group(*kind, bytes.len()));
    assemble(path, &sections, parts.stamp)
}

/// Where a section stands in the file. What every start reads, and the columns of small code sets, stand together, so that few
/// pages of the file come into memory for it; otherwise each of the many sets would bring in pages of its own.
fn group(kind: u32, length: usize) -> u8 {
    match kind {
        _ if kind == Kind::Meta as u32 => 0,
        _ if kind as usize >= SET_KINDS => 3,
        _ if length < SMALL => 1,
        _ => 2,
    }
}

fn encoded<T: Serialize>(path: &Path, item: &T) -> Result<Vec<u8>, Error> {
    postcard::to_stdvec(item).map_err(|error| unfit(path, &format!("cannot be encoded: {error}")))
}

fn unfit(path: &Path, why: &str) -> Error {
    Error::Unfit { path: path.display().to_string(), why: why.to_owned() }
}

/// Code sets with fewer codes are laid out faster than their inputs are hashed and read back.
const WORTH_KEEPING: usize = 1_000;

/// The columns of a code set, by kind: kept ones if there are any.
fn set_columns(path: &Path, set: &CodeSet, segments: &Segments) -> Result<Columns, Error> {
    if !segments.is_kept() || set.codes.len() < WORTH_KEEPING {
        return make_columns(path, set);
    }
    let key = segments.key("code set", [encoded(path, set)?.as_slice()]);
    if let Some(columns) = segments.find(&key) {
        return Ok(columns);
    }
    let columns = make_columns(path, set)?;
    segments.keep(&key, &columns);
    Ok(columns)
}

fn make_columns(path: &Path, set: &CodeSet) -> Result<Columns, Error> {
    CodeId::fits(set.codes.len()).map_err(|error| unfit(path, &format!("code set `{}`: {error}", set.name)))?;
    let mut columns = Columns::default();
    let ends = hierarchy::ends(set).map_err(|why| unfit(path, &format!("code set `{}`: {why}", set.name)))?;
    let meta = Meta {
        name: set.name.clone(),
        title: set.title.clone(),
        uri: set.uri.clone(),
        releases: set.releases.clone(),
        properties: set.properties.clone(),
        relations: set.relations.clone(),
        missing_sources: set.missing_sources.clone(),
        is_starter: set.is_starter,
        code_count: small(set.codes.len()),
    };
    columns.add(Kind::Meta, encoded(path, &meta)?);
    let codes = &set.codes;
    let spans = codes.iter().map(|code| code.spans.iter().flat_map(span_bytes).collect());
    let (spans, lists) = distinct(spans);
    columns.add(Kind::SpanLists, lists);
    let labels = hierarchy::labels(set);
    let (labels, lists) = distinct(labels.iter().map(|labels| labels.iter().flat_map(label_bytes).collect()));
    columns.add(Kind::LabelLists, lists);
    add_rows(&mut columns, codes, &ends, &spans, &labels);
    let (more_parents, more_children) = hierarchy::further(set);
    columns.add(Kind::MoreParents, Sparse::pack(&more_parents));
    columns.add(Kind::MoreChildren, Sparse::pack(&more_children));
    columns.add(Kind::Details, Sparse::pack(&details(path, codes)?));
    columns.add(Kind::Properties, Sparse::pack(&properties(path, codes)?));
    columns.add(Kind::DatedProperties, Sparse::pack(&dated_properties(path, codes)?));
    columns.add(Kind::Relations, hierarchy::relation_rows(set));
    columns.add(Kind::Finder, finder::pack(codes.iter().map(|code| code.code.as_str())));
    let index = search::index::pack(set);
    columns.add(Kind::Words, index.words);
    columns.add(Kind::Postings, index.postings);
    columns.add(Kind::Entries, index.entries);
    columns.add(Kind::Phrases, index.phrases);
    columns.add(Kind::Wording, search::wording::pack(&set.wording));
    Ok(columns)
}

/// The rows of the codes, and the texts that do not stand in them.
fn add_rows(columns: &mut Columns, codes: &[Code], ends: &[CodeId], spans: &[u32], label_column: &[u32]) {
    let at = |column: &[u32], id: CodeId| id.get(column).copied().unwrap_or(NONE).into();
    let (mut rows, mut titles, mut long) = (Vec::new(), Vec::new(), Vec::new());
    for (id, code) in CodeId::numbered(codes) {
        let bytes = code.code.as_bytes();
        let mut own = [0; SHORT];
        match own.get_mut(..bytes.len()).filter(|_| !bytes.contains(&0)) {
            Some(own) => own.copy_from_slice(bytes),
            None => long.push((id.to_stored(), bytes.to_vec())),
        }
        let row = CodeRow {
            code: own,
            title: small(titles.len()).into(),
            parent: code.parents.first().map_or(NONE, |parent| parent.to_stored()).into(),
            end: id.get(ends).map_or(NONE, |end| end.to_stored()).into(),
            spans: at(spans, id),
            labels: at(label_column, id),
            is_assignable: u32::from(code.is_assignable).into(),
        };
        rows.extend_from_slice(row.as_bytes());
        titles.extend_from_slice(code.title.as_bytes());
    }
    let behind = CodeRow {
        code: [0; SHORT],
        title: small(titles.len()).into(),
        parent: NONE.into(),
        end: NONE.into(),
        spans: NONE.into(),
        labels: NONE.into(),
        is_assignable: 0.into(),
    };
    rows.extend_from_slice(behind.as_bytes());
    columns.add(Kind::Rows, rows);
    columns.add(Kind::LongCodes, Sparse::pack(&long));
    columns.add(Kind::Titles, titles);
}

fn span_bytes(span: &Validity) -> Vec<u8> {
    SpanRow {
        from: span.from.map_or(i32::MIN, |day| day.0).to_le_bytes(),
        to: span.to.map_or(i32::MAX, |day| day.0).to_le_bytes(),
        is_assignable: u8::from(span.is_assignable),
        unused: [0; 3],
    }
    .as_bytes()
    .to_vec()
}

fn label_bytes(label: &CodeLabel) -> Vec<u8> {
    LabelRow {
        label: label.label.to_stored().into(),
        from: label.from.map_or(i32::MIN, |day| day.0).to_le_bytes(),
        to: label.to.map_or(i32::MAX, |day| day.0).to_le_bytes(),
    }
    .as_bytes()
    .to_vec()
}

/// Each item's place among the different ones, and those: most codes share a few lists.
fn distinct(items: impl Iterator<Item = Vec<u8>>) -> (Vec<u32>, Vec<u8>) {
    let mut known: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let mut lists: Vec<Vec<u8>> = Vec::new();
    let mut places = Vec::new();
    for item in items {
        let place = *known.entry(item).or_insert_with_key(|item| {
            lists.push(item.clone());
            small(lists.len() - 1)
        });
        places.push(place);
    }
    (places, Packed::pack(lists.iter()))
}

fn details(path: &Path, codes: &[Code]) -> Result<Vec<(u32, Vec<u8>)>, Error> {
    let mut out = Vec::new();
    for (id, code) in CodeId::numbered(codes) {
        let details = Details {
            short: if code.short == code.title { String::new() } else { code.short.clone() },
            synonyms: code.synonyms.clone(),
            designations: code.designations.clone(),
            definition: code.definition.clone(),
            notes: code.notes.clone(),
            replaced_by: code.replaced_by.clone(),
        };
        if details != Details::default() {
            out.push((id.to_stored(), encoded(path, &details)?));
        }
    }
    Ok(out)
}

fn dated_properties(path: &Path, codes: &[Code]) -> Result<Vec<(u32, Vec<u8>)>, Error> {
    let with = CodeId::numbered(codes).filter(|(_, code)| !code.dated_properties.is_empty());
    with.map(|(id, code)| Ok((id.to_stored(), encoded(path, &code.dated_properties)?))).collect()
}

fn properties(path: &Path, codes: &[Code]) -> Result<Vec<(u32, Vec<u8>)>, Error> {
    let with = CodeId::numbered(codes).filter(|(_, code)| !code.properties.is_empty());
    with.map(|(id, code)| Ok((id.to_stored(), encoded(path, &code.properties)?))).collect()
}

fn assemble(path: &Path, sections: &Sections, stamp: [u8; 32]) -> Result<Vec<u8>, Error> {
    let front = size_of::<Header>() + sections.table.len() * size_of::<Section>();
    let mut content = Vec::new();
    let mut table = Vec::new();
    for (kind, owner, bytes) in &sections.table {
        if bytes.len() > u32::MAX as usize {
            return Err(unfit(path, "a section would be longer than 4 GiB"));
        }
        content.resize((front + content.len()).next_multiple_of(ALIGNED) - front, 0);
        let section = Section {
            kind: (*kind).into(),
            owner: (*owner).into(),
            offset: ((front + content.len()) as u64).into(),
            length: (bytes.len() as u64).into(),
        };
        table.extend_from_slice(section.as_bytes());
        content.extend_from_slice(bytes);
    }
    let mut header = Header {
        magic: layout::MAGIC,
        version: layout::VERSION.into(),
        sections: small(sections.table.len()).into(),
        length: ((front + content.len()) as u64).into(),
        stamp,
        content: *blake3::hash(&content).as_bytes(),
        front: [0; 32],
    };
    header.front = verified::front_sum(&header, &table);
    let mut out = header.as_bytes().to_vec();
    out.extend(table);
    out.extend(content);
    Ok(out)
}
