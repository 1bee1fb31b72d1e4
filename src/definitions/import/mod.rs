//! Files of official releases and offices' own lists → what a code set is made of.
//!
//! One file a release format. Each reads bytes into an [`Import`]; [`merge`] puts several of them together into one code
//! set, in pre-order; [`to_definition`] prints a code set as definition text. [`sources`] knows which files there are and
//! where they lie.

mod contents;
mod dates;
mod delimited;
mod drugs;
mod fhir;
mod gem;
mod hcpcs;
mod icd_index;
mod icd_order;
mod icd_tabular;
mod icd_terms;
mod merge;
mod print;
#[cfg(test)]
mod releases;
mod sheet;
pub mod sources;
mod xml;

pub use contents::Error;
pub use contents::Format;
pub use contents::Import;
pub use contents::Leftovers;
pub use contents::MapRow;
pub use contents::Options;
pub use contents::PropertyColumn;
pub use contents::Row;
pub use contents::Scope;
pub use contents::Under;
pub use delimited::mappings as delimited_mappings;
pub use fhir::mappings as fhir_mappings;
pub use gem::mappings as gem_mappings;
pub use merge::Merged;
pub use merge::OpenReference;
pub use merge::merge;
pub use print::to_definition;
pub use sheet::cells;

use self::sheet::Separator;
use crate::files;
use std::path::Path;

/// Reads and unpacks a file.
///
/// # Errors
///
/// [`Error::File`] if it cannot be read or unpacked.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    Ok(files::read(path)?)
}

/// The bytes of a file as it lies there; `None` if it cannot be read, is no regular file, or is longer than any release.
pub fn read_packed(path: &Path) -> Option<Vec<u8>> {
    let about = std::fs::metadata(path).ok()?;
    let is_read = about.is_file() && about.len() <= files::LARGEST;
    is_read.then(|| std::fs::read(path).ok()).flatten()
}

/// Reads the bytes of one unpacked file.
///
/// # Errors
///
/// [`Error::Line`] or [`Error::Form`] if they are not of the format.
pub fn read(format: Format, bytes: &[u8], options: &Options) -> Result<Import, Error> {
    let mut import = match format {
        Format::IcdOrder => icd_order::read(bytes, options),
        Format::IcdTabular => icd_tabular::read(bytes),
        Format::IcdIndex => icd_index::read(bytes),
        Format::Hcpcs => hcpcs::read(bytes),
        Format::Csv | Format::Sheet => delimited::read(bytes, Separator::Any, options),
        Format::Tsv => delimited::read(bytes, Separator::Tab, options),
        Format::Fhir => fhir::read(bytes),
        Format::Gem => gem::codes(bytes),
    }?;
    if options.attach {
        import.scope = Scope::Adds;
    }
    Ok(import)
}
