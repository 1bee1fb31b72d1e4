//! `tencode new`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use std::path::Path;
use std::path::PathBuf;

const MANIFEST: &str = include_str!("new/domain.toml");
const CODES: &str = include_str!("new/domain.codes");
const CASES: &str = include_str!("new/first.ndjson");
const HOOKS: &str = include_str!("new/hooks.rhai");

/// Bytes of a name.
const MAX_NAME: usize = 64;

/// Starts a domain: a folder with a record, a small code set, a policy, a case and the three hooks of scripts.
///
/// The folder is made under the first folder given with `--domains`, else under ./domains.
///
///     tencode new parking
///     tencode --domains office new parking
///     tencode test parking               does the case hold?
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct New {
    /// Name of the domain: small letters, digits and `-`, a letter first
    name: String,
}

impl New {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if !is_plain(&self.name) {
            let text = "a domain is named by small letters, digits and `-`, a letter first, 64 at most";
            return Err(Failure::said(text));
        }
        if self.name == "shared" {
            return Err(Failure::said("`shared` is the domain every other stands under; name yours otherwise"));
        }
        let root = context.domains.first().cloned().unwrap_or_else(|| PathBuf::from("domains"));
        let folder = root.join(&self.name);
        std::fs::create_dir_all(&root).map_err(|error| Failure::file(&root, error))?;
        // Fails if it is there already, so that nothing is written over.
        std::fs::create_dir(&folder).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::said(format!("{} is there already", folder.display())),
            _ => Failure::file(&folder, error),
        })?;
        let files = files(&self.name);
        for (path, text) in &files {
            write(&folder.join(path), text)?;
        }
        let paths: Vec<String> = files.iter().map(|(path, _)| folder.join(path).display().to_string()).collect();
        if terminal.json {
            terminal.json(&serde_json::json!({ "domain": self.name, "files": paths }))?;
        } else {
            for path in &paths {
                terminal.line(path)?;
            }
            terminal
                .note(&format!("next: change what is in them, then `tencode check` and `tencode test {}`", self.name));
        }
        Ok(Verdict::Fine)
    }
}

/// The files of a new domain: path within its folder, text.
fn files(name: &str) -> Vec<(String, String)> {
    let fill = |text: &str| text.replace("NAME", name);
    vec![
        ("domain.toml".to_owned(), fill(MANIFEST)),
        (format!("codes/{name}.codes"), fill(CODES)),
        ("cases/first.ndjson".to_owned(), fill(CASES)),
        ("scripts/hooks.rhai".to_owned(), fill(HOOKS)),
    ]
}

fn is_plain(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= MAX_NAME && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(is_word)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    }
    std::fs::write(path, text).map_err(|error| Failure::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder() {
        for name in ["", ".", "..", "../x", "a/b", "A", "1a", "-a", "a b", "a\\b", "ä"] {
            assert!(!is_plain(name), "{name}");
        }
        assert!(is_plain("parking-2"));
    }

    #[test]
    fn what_is_made_is_laid_out() {
        for (path, text) in files("towing-and-parking") {
            assert!(!path.starts_with("codes/") || crate::definitions::format::print(&text) == text, "{path}");
        }
    }
}
