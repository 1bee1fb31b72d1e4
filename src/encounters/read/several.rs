//! Several files that are read as one: those of an archive, or those that were named together. They are of one kind.

use super::format::Error;
use super::format::Format;
use super::input::Choice;
use super::input::Input;
use crate::model::ids::RecordId;
use crate::model::program::Domain;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Some opened files.
pub struct Inputs {
    list: Vec<Input>,
    size: Option<u64>,
    position: Arc<AtomicU64>,
}

/// Some files, and how each is read.
pub struct Chosen {
    pub(super) parts: Vec<(Input, Choice)>,
    /// Sheets of workbooks of which the first was taken, as nobody said which.
    pub sheets: Vec<String>,
    /// The record whose encounters the readers make, if readers read them.
    pub record: Option<RecordId>,
    pub(super) size: Option<u64>,
    pub(super) position: Arc<AtomicU64>,
}

impl Inputs {
    /// Opens files, or standard input for none and for `-`. Of an archive all files count; of a spreadsheet the sheet of a name,
    /// else the first.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn open(paths: &[PathBuf], sheet: Option<&str>) -> Result<Inputs, Error> {
        let standard = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &standard[..] } else { paths };
        let position = Arc::default();
        let (mut list, mut size) = (Vec::new(), Some(0));
        for path in paths {
            list.extend(Input::open_all(path, sheet, &position)?);
            size = size.zip(size_of_file(path)).map(|(sum, size)| sum + size);
        }
        Ok(Inputs { list, size, position })
    }

    /// Finds the readers of a domain that know them: those for the record, if one is named.
    ///
    /// # Errors
    /// As [`Input::choose`], and if the files are not of one kind and record.
    pub fn choose_of(
        self,
        domain: Option<&Domain>,
        record: Option<&str>,
        format: Option<Format>,
        named: Option<&str>,
    ) -> Result<Chosen, Error> {
        let Inputs { list, size, position } = self;
        let mut parts = Vec::with_capacity(list.len());
        for input in list {
            let choice = match domain {
                Some(domain) => input.choose_of(domain, record, format, named),
                None => input.choose(format, named, &[]),
            };
            parts.push((input, choice?));
        }
        let lead = parts.iter().find(|(_, choice)| choice.record().is_some()).map(|(_, choice)| choice.clone());
        let record = lead.as_ref().and_then(Choice::record);
        if let Some(lead) = &lead {
            // Files whose objects nobody reads may hold what those of others refer to.
            parts.iter_mut().for_each(|(_, choice)| choice.follow(lead));
        }
        let mut kinds = parts.iter().map(|(_, choice)| kind(choice, domain));
        let one = kinds.next().unwrap_or_default();
        if let Some(other) = kinds.find(|other| *other != one) {
            return Err(Error::Mixed { one, other });
        }
        let sheets = parts.iter().filter(|(_, choice)| choice.table().is_none_or(|reader| reader.sheet.is_none()));
        let sheets = sheets.flat_map(|(input, _)| input.other_sheets()).collect();
        Ok(Chosen { parts, sheets, record, size, position })
    }
}

fn size_of_file(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}

/// What a file is, in the words of a message.
fn kind(choice: &Choice, domain: Option<&Domain>) -> String {
    let kind = choice.format().kind();
    let record = choice.record().zip(domain).and_then(|(record, domain)| record.get(&domain.records));
    record.map_or_else(|| kind.to_owned(), |record| format!("{kind} of `{}`", record.name))
}
