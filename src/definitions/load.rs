//! Folders of domains → their files, parsed.

use super::manifest;
use super::manifest::Manifest;
use super::parse;
use super::parse::tree;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::FileId;
use crate::diagnostics::span::Span;
use std::path::Path;
use std::path::PathBuf;

/// A definition file longer than this is refused.
const MOST_BYTES: u64 = 64 << 20;
/// A script longer than this is refused.
const MOST_SCRIPT_BYTES: u64 = 256 << 10;

/// A manifest longer than this is refused.
const MOST_MANIFEST_BYTES: u64 = 1 << 20;

/// One definition file.
#[derive(Debug, Clone)]
pub struct DefinitionFile {
    /// What the spans of its tree call it.
    pub id: FileId,
    /// Where it lies.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its tree.
    pub tree: tree::File,
    /// It is one of the domain that this domain extends.
    pub is_inherited: bool,
}

/// One domain as it lies on disk.
#[derive(Debug, Default)]
pub struct DomainSource {
    /// Name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// `domain.toml`.
    pub manifest: Manifest,
    /// `codes/*.codes`, by name.
    pub files: Vec<DefinitionFile>,
    /// `scripts/*.rhai`: path and text, by name.
    pub scripts: Vec<(PathBuf, String)>,
    /// The folders of the domains that it extends, the nearest first.
    pub above: Vec<PathBuf>,
    /// What is wrong with it so far.
    pub diagnostics: Vec<Diagnostic>,
}

impl DomainSource {
    /// The files of the domain itself.
    pub fn own_files(&self) -> impl Iterator<Item = &DefinitionFile> {
        self.files.iter().filter(|file| !file.is_inherited)
    }

    /// The file of its manifest.
    pub fn manifest_file(&self) -> FileId {
        FileId::of(&self.folder.join("domain.toml"))
    }

    /// Where a value of its manifest stands.
    pub fn manifest_span<T>(&self, value: &toml::Spanned<T>) -> Span {
        manifest::span(value).in_file(self.manifest_file())
    }

    /// The statements of all its files.
    pub fn statements(&self) -> impl Iterator<Item = &tree::Statement> {
        self.files.iter().flat_map(|file| &file.tree.statements).map(|statement| &statement.item)
    }

    /// The name of the domain that it extends.
    pub fn parent(&self) -> Option<&str> {
        self.manifest.extends.as_ref().map(|name| name.get_ref().as_str())
    }

    /// Whether its files could not be read or parsed.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Folders under `root` that hold a domain, by name. A folder is a domain if it has a manifest or a folder `codes`.
pub fn folders(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(root)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("domain.toml").exists() || path.join("codes").is_dir())
        .collect();
    out.sort();
    Ok(out)
}

/// Reads and parses one domain. What is wrong stands in its diagnostics.
pub fn load(folder: &Path) -> DomainSource {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut domain = DomainSource { name, folder: folder.to_path_buf(), ..DomainSource::default() };
    read_manifest(&mut domain);
    let mut paths = files(&folder.join("codes"), "codes");
    paths.extend(files(folder, "codes"));
    let parsed: Vec<(DefinitionFile, Vec<Diagnostic>)> = paths.iter().map(|path| read_definitions(path)).collect();
    for (file, diagnostics) in parsed {
        domain.diagnostics.extend(diagnostics);
        domain.files.push(file);
    }
    for path in files(&folder.join("scripts"), "rhai") {
        match read_bounded(&path, MOST_SCRIPT_BYTES).map(String::from_utf8) {
            Ok(Ok(text)) => domain.scripts.push((path, text)),
            Ok(Err(_)) => domain.diagnostics.push(Diagnostic::new(Kind::NotUtf8, Span::default()).in_file(&path)),
            Err(reason) => domain.diagnostics.push(unreadable(&path, reason)),
        }
    }
    domain
}

/// The name of the domain that the one in a folder extends, if its manifest can be read.
pub fn parent(folder: &Path) -> Option<String> {
    let bytes = read_bounded(&folder.join("domain.toml"), MOST_MANIFEST_BYTES).ok()?;
    let (manifest, _) = manifest::read(&parse::decode(bytes).0);
    manifest.extends.map(toml::Spanned::into_inner)
}

/// The texts of a domain's definition files and scripts; those that cannot be read are left out.
pub fn texts(folder: &Path) -> Vec<String> {
    let mut paths = files(&folder.join("codes"), "codes");
    paths.extend(files(folder, "codes"));
    paths.extend(files(&folder.join("scripts"), "rhai"));
    let bytes = paths.iter().filter_map(|path| read_bounded(path, MOST_BYTES).ok());
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// The bytes of a definition file.
///
/// # Errors
/// If it cannot be read, is no regular file, or is longer than 64 MiB.
pub fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    read_bounded(path, MOST_BYTES).map_err(std::io::Error::other)
}

/// The text of a definition file, manifest or script as its diagnostics count it; `None` if it cannot be read.
pub fn text(path: &Path) -> Option<String> {
    read_bounded(path, MOST_BYTES).ok().map(|bytes| parse::decode(bytes).0)
}

/// Parses one text as a definition file of its own.
pub fn parse_file(path: &Path, text: String) -> (DefinitionFile, Vec<Diagnostic>) {
    let id = FileId::of(path);
    let (tree, diagnostics) = parse::parse_in(id, &text, tree::Edition::Second);
    let diagnostics = diagnostics.into_iter().map(|it| it.in_file(path)).collect();
    (DefinitionFile { id, path: path.to_path_buf(), text, tree, is_inherited: false }, diagnostics)
}

fn read_definitions(path: &Path) -> (DefinitionFile, Vec<Diagnostic>) {
    match read_bounded(path, MOST_BYTES) {
        Ok(bytes) => {
            let (text, mut diagnostics) = parse::decode(bytes);
            for diagnostic in &mut diagnostics {
                diagnostic.file = path.to_path_buf();
            }
            let (file, more) = parse_file(path, text);
            diagnostics.extend(more);
            (file, diagnostics)
        }
        Err(reason) => {
            let (text, tree) = (String::new(), tree::File::default());
            let file =
                DefinitionFile { id: FileId::of(path), path: path.to_path_buf(), text, tree, is_inherited: false };
            (file, vec![unreadable(path, reason)])
        }
    }
}

fn read_manifest(domain: &mut DomainSource) {
    let path = domain.folder.join("domain.toml");
    let bytes = match read_bounded(&path, MOST_MANIFEST_BYTES) {
        Ok(bytes) => bytes,
        Err(_) if !path.exists() => {
            let kind = Kind::MissingManifest { domain: domain.name.clone() };
            domain.diagnostics.push(Diagnostic::new(kind, Span::default()).in_file(&path));
            return;
        }
        Err(reason) => {
            domain.diagnostics.push(unreadable(&path, reason));
            return;
        }
    };
    let (text, mut diagnostics) = parse::decode(bytes);
    let (manifest, more) = manifest::read(&text);
    diagnostics.extend(more);
    diagnostics.extend(manifest::check_name(&manifest, &domain.name));
    domain.manifest = manifest;
    domain.diagnostics.extend(diagnostics.into_iter().map(|it| it.in_file(&path)));
}

/// Files of a folder with an ending, by name. Links that lead out of the folder are followed: an office may link.
///
/// What is no regular file is listed too, so that reading it says so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut out: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == ending) && !path.is_dir())
        .collect();
    out.sort();
    out
}

fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    use std::io::Read;
    // A pipe or a device could be read for ever.
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(format!("longer than {most} bytes"));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, reason: String) -> Diagnostic {
    Diagnostic::new(Kind::UnreadableFile { reason }, Span::default()).in_file(path)
}
