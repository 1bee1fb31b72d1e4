//! Text models: where their examples and word vectors are, and when they are trained.

use super::cache::Sums;
use super::unavailable::Unavailable;
use crate::definitions::compile::Compiled;
use crate::encounters::training;
use crate::encounters::training::Defined;
use crate::encounters::training::TextModel;
use crate::learn::VECTOR_FILES;
use crate::learn::VectorsError;
use crate::learn::pack_vectors;
use crate::model::ids::SetId;
use crate::registry;
use crate::registry::Registry;
use crate::registry::segments::Segments;
use std::path::Path;
use std::path::PathBuf;

/// The variable of the environment that names a file of examples.
const EXAMPLES: &str = "TENCODE_EXAMPLES";

/// The text models of the code sets that learn, and what they were trained with.
#[derive(Default)]
pub struct Learned {
    /// As they stand in a registry.
    pub models: Vec<(SetId, Vec<u8>)>,
    /// The same models, with how good they are.
    pub trained: Vec<TextModel>,
    /// The word vectors, packed; empty if none are installed.
    pub vectors: Vec<u8>,
}

/// The file of examples that the environment names.
pub fn examples() -> Option<PathBuf> {
    std::env::var_os(EXAMPLES).filter(|it| !it.is_empty()).map(PathBuf::from)
}

/// The word vectors among some files: the folder that has all files of a table. Packed, they are kept like other segments.
fn vectors(files: &[PathBuf], segments: &Segments) -> Result<Vec<u8>, Unavailable> {
    let [table, others @ ..] = VECTOR_FILES;
    let is_whole = |folder: &&Path| others.iter().all(|name| files.iter().any(|file| *file == folder.join(name)));
    let tables = files.iter().filter(|file| file.file_name().is_some_and(|name| name == table));
    let folders: Vec<&Path> = tables.filter_map(|file| file.parent()).filter(is_whole).collect();
    let folder = match folders.as_slice() {
        [] => return Ok(Vec::new()),
        [folder] => folder,
        several => return Err(VectorsError::several(several).into()),
    };
    let mut sums = Sums::open();
    let inputs: Vec<[u8; 32]> = VECTOR_FILES.iter().map(|name| sums.of(&folder.join(name))).collect();
    sums.keep();
    let key = segments.key("word vectors", inputs.iter().map(<[u8; 32]>::as_slice));
    if let Some(kept) = segments.find(&key) {
        return Ok(kept);
    }
    let made = pack_vectors(folder)?;
    segments.keep(&key, &made);
    Ok(made)
}

/// Trains the text models of code sets that learn.
///
/// # Errors
/// If the word vectors cannot be read, or a model cannot be trained.
pub fn learn(compiled: &Compiled, files: &[PathBuf], segments: &Segments) -> Result<Learned, Unavailable> {
    if compiled.lessons.is_empty() {
        return Ok(Learned::default());
    }
    let vectors = vectors(files, segments)?;
    let registry = || {
        let bytes = registry::lay_out(Path::new("the registry"), &compiled.parts([0; 32]), segments)?;
        Registry::from_bytes(&bytes)
    };
    let defined = Defined { domains: &compiled.domains, shared: &compiled.shared };
    let trained = training::models(defined, &compiled.lessons, &vectors, segments, registry)?;
    let models = trained.iter().map(|model| (model.set, model.bytes.clone())).collect();
    Ok(Learned { models, trained, vectors })
}
