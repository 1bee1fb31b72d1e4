//! `tencode sources`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::definitions::import;
use crate::definitions::import::sources;
use crate::definitions::import::sources::Folders;
use crate::definitions::import::sources::Source;
use crate::files;
use crate::workspace::session;
use crate::workspace::session::Reach;
use crate::workspace::session::Session;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// Lists the official releases that the domains name, and installs and checks their files.
///
/// Files are looked for in the folders of `TENCODE_DATA` and in the user's data folder, packed or not.
///
///     tencode sources
///     tencode sources add icd10cm_order_2026.txt
///     tencode sources check
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Sources {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Lists them, and where their files are
    ///
    ///     tencode sources list
    #[command(verbatim_doc_comment)]
    List,
    /// Checks the files that are there against what is known of the release; exit status 1 if one differs
    ///
    ///     tencode sources check
    #[command(verbatim_doc_comment)]
    Check,
    /// Copies files into the user's data folder, after they were recognised and checked; exit status 1 if one was not
    ///
    ///     tencode sources add icd10cm_order_2026.txt
    #[command(visible_alias = "install", verbatim_doc_comment)]
    Add {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Format of the sources that are lists of names and words for the redactor.
const NAME_LIST: &str = "name-list";

/// The part of a manifest that names releases.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    source: Vec<Source>,
}

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    source: &'a Source,
    /// Where its file is.
    path: Option<String>,
    /// What is wrong with it, if it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl Sources {
    /// The listing of all of them.
    pub(crate) fn all() -> Sources {
        Sources { what: None }
    }

    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let session = context.session(Reach::All)?;
        let mut known: Vec<Source> = Vec::new();
        for folder in session.folders()? {
            let file = folder.join("domain.toml");
            let text = std::fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            let manifest: Manifest = toml::from_str(&text)
                .map_err(|error| Failure::said(format!("{}: {}", file.display(), error.message())))?;
            for source in manifest.source {
                if !known.iter().any(|other| other.name == source.name) {
                    known.push(source);
                }
            }
        }
        match self.what {
            Some(What::Add { files }) => add(&files, &known, terminal),
            Some(What::Check) => list(&known, &session.releases.files(), true, terminal),
            Some(What::List) | None => list(&known, &session.releases.files(), false, terminal),
        }
    }
}

fn add(files: &[PathBuf], known: &[Source], terminal: &mut Terminal) -> Result<Verdict, Failure> {
    let folder =
        sources::install_folder().ok_or_else(|| Failure::said("there is no data folder: set XDG_DATA_HOME"))?;
    let (mut verdict, mut has_names) = (Verdict::Fine, false);
    for file in files {
        let spinner = Terminal::spinner("checking");
        let installed = sources::install(file, known, &folder);
        spinner.finish_and_clear();
        match installed {
            Ok((source, path)) => {
                has_names |= source.format == NAME_LIST;
                let path = path.display().to_string();
                if terminal.json {
                    terminal.json(&Listed { source, path: Some(path), problem: None })?;
                } else {
                    terminal.line(&format!("{}: {path}", source.name))?;
                }
            }
            Err(error) => {
                verdict = Verdict::Wrong;
                terminal.note(&match error {
                    import::Error::File(files::Error::File { .. }) => error.to_string(),
                    _ => format!("{}: {error}", file.display()),
                });
            }
        }
    }
    if has_names {
        // Read now, so that the next build does not wait for it.
        let (files, segments) = (Folders::of_user().files(), Session::segments());
        session::names(&files, &segments).map_err(|error| Failure::said(error.to_string()))?;
    }
    Ok(verdict)
}

fn list(known: &[Source], files: &[PathBuf], check: bool, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Fine;
    for source in known {
        let named = |path: &&PathBuf| path.file_name().is_some_and(|name| source.has_name(&name.to_string_lossy()));
        let path = files.iter().find(named);
        let spinner = check.then(|| Terminal::spinner("checking"));
        let checked = path.filter(|_| check).map(|path| import::read_file(path).and_then(|bytes| source.check(&bytes)));
        let problem = checked.and_then(Result::err).map(|error| error.to_string());
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
        if problem.is_some() {
            verdict = Verdict::Wrong;
        }
        let listed = Listed { source, path: path.map(|path| path.display().to_string()), problem };
        if terminal.json {
            terminal.json(&listed)?;
            continue;
        }
        let name = terminal.strong(&source.name);
        terminal.row(&format!("{name} {}", source.title))?;
        let missing = if source.format == NAME_LIST { "; the starter of `shared` is used alone" } else { "" };
        let place = || format!("not installed: {}{missing}", source.files.join(", "));
        let place = listed.path.clone().unwrap_or_else(place);
        terminal.line(&format!("  {place}"))?;
        if let Some(problem) = &listed.problem {
            terminal.line(&format!("  {problem}"))?;
        }
    }
    Ok(verdict)
}
