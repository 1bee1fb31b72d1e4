//! `tencode upgrade`

use crate::cli::commands::fmt::gather;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::definitions::load;
use crate::definitions::parse;
use crate::definitions::upgrade::Knowledge;
use crate::definitions::upgrade::upgrade;
use crate::files;
use crate::files::Rights;
use crate::workspace::builtin;
use std::path::Path;
use std::path::PathBuf;

/// Rewrites definitions of the first edition of the language in the words of the second.
///
/// Files are changed in place and laid out as `fmt` does. What is the same in both editions stays, and so does every line
/// that cannot be read: `tencode check` says what is wrong with it. Files that are not UTF-8 are left as they are. The other
/// definition files of the folder are read too, as they say which fields and properties there are. Folders are searched for
/// `.codes` files.
///
///     tencode upgrade domains/parking                      every definition of a domain
///     tencode upgrade domains/parking/codes/parking.codes  one file
///     tencode upgrade --check domains                      changes nothing; exit status 1 if a file would change
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Upgrade {
    /// Files or folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Name the files that would change, and change none
    #[arg(long)]
    check: bool,
}

impl Upgrade {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut files = Vec::new();
        for path in &self.paths {
            gather(path, &mut files, 8)?;
        }
        let mut changed = Vec::new();
        for file in files {
            let bytes = load::bytes(&file).map_err(|error| Failure::file(&file, error))?;
            let (text, problems) = parse::decode(bytes);
            if !problems.is_empty() {
                terminal.note(&format!("{}: not UTF-8, left as it is", file.display()));
                continue;
            }
            let upgraded = upgrade(&text, &knowledge(&file));
            if upgraded == text {
                continue;
            }
            if !terminal.json {
                terminal.line(&file.display().to_string())?;
            }
            changed.push(file.display().to_string());
            if !self.check {
                files::replace(&file, Rights::Usual, upgraded.as_bytes())
                    .map_err(|error| Failure::file(&file, error))?;
            }
        }
        if terminal.json {
            terminal.json(&serde_json::json!({ "changed": changed }))?;
        }
        Ok(if self.check && !changed.is_empty() { Verdict::Wrong } else { Verdict::Fine })
    }
}

/// What the definitions beside a file say, and those of the built-in domains.
fn knowledge(file: &Path) -> Knowledge {
    let mut knowledge = Knowledge::default();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = Vec::new();
    // A neighbour that cannot be read is no reason to leave the file itself as it is.
    let _ = gather(folder, &mut beside, 0);
    for path in beside {
        if let Ok(text) = std::fs::read_to_string(&path) {
            knowledge.add(&text, true);
        }
    }
    builtin::definitions().for_each(|text| knowledge.add(text, false));
    knowledge
}
