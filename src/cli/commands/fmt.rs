//! `tencode fmt`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::definitions::format;
use crate::definitions::load;
use crate::definitions::parse;
use crate::definitions::parse::tree::Edition;
use crate::files;
use crate::files::Rights;
use std::path::Path;
use std::path::PathBuf;

/// Prints definition files in the house layout: two files that say the same look the same.
///
/// Comments, blank lines and the order of statements are kept; a comment inside a statement moves above it. A file with
/// errors is left as it is. Folders are searched for `.codes` files.
///
///     tencode fmt                        all files under domains/
///     tencode fmt --check                changes nothing; exit status 1 if a file is laid out otherwise
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Fmt {
    /// Files or folders [default: those of --domains, else domains]
    paths: Vec<PathBuf>,
    /// Name the files that would change, and change none
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let given = if self.paths.is_empty() { context.domains.clone() } else { self.paths };
        let paths = if given.is_empty() { vec![PathBuf::from("domains")] } else { given };
        let mut files = Vec::new();
        for path in &paths {
            gather(path, &mut files, 8)?;
        }
        let mut verdict = Verdict::Fine;
        for file in files {
            let bytes = load::bytes(&file).map_err(|error| Failure::file(&file, error))?;
            let (text, problems) = parse::decode(bytes);
            if !problems.is_empty() {
                terminal.note(&format!("{}: not UTF-8, left as it is", file.display()));
                verdict = Verdict::Wrong;
                continue;
            }
            let (_, diagnostics) = parse::parse(&text, Edition::Second);
            if diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error) {
                terminal.note(&format!("{}: has errors, left as it is; see `tencode check`", file.display()));
                verdict = Verdict::Wrong;
                continue;
            }
            let printed = format::print(&text);
            if printed == text {
                continue;
            }
            terminal.line(&file.display().to_string())?;
            if self.check {
                verdict = Verdict::Wrong;
            } else {
                files::replace(&file, Rights::Usual, printed.as_bytes())
                    .map_err(|error| Failure::file(&file, error))?;
            }
        }
        Ok(verdict)
    }
}

/// A file, or the definition files of a folder at most `depth` folders deep, sorted.
pub(super) fn gather(path: &Path, files: &mut Vec<PathBuf>, depth: u8) -> Result<(), Failure> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| Failure::file(path, error))?;
    let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inside.sort();
    for entry in inside {
        let is_definition = entry.extension().is_some_and(|it| it == "codes");
        if is_definition || (entry.is_dir() && depth > 0) {
            gather(&entry, files, depth.saturating_sub(1))?;
        }
    }
    Ok(())
}
