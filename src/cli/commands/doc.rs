//! `tencode doc`

use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::scripts;

const SCRIPTS: &str = include_str!("../../../docs/scripts.md");
const LANGUAGE: &str = include_str!("../../../docs/language.md");

/// Where the table of functions stands in the page.
const TABLE: &str = "<!-- functions -->";

/// Prints a reference page.
///
///     tencode doc language               the language of definition files
///     tencode doc scripts                what a script may see, call and cost
///     tencode doc scripts --json         its functions, one a line
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Doc {
    /// The page
    page: Page,
}

/// A reference page.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Page {
    /// The language of definition files.
    Language,
    /// What a script may see, call and cost.
    Scripts,
}

impl Doc {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        match self.page {
            Page::Language if terminal.json => {
                terminal.json(&serde_json::json!({ "page": "language", "text": LANGUAGE }))?;
            }
            Page::Language => terminal.text(LANGUAGE)?,
            Page::Scripts if terminal.json => {
                for function in scripts::described() {
                    let says = serde_json::json!({ "signature": function.signature, "says": function.says });
                    terminal.json(&says)?;
                }
            }
            Page::Scripts => terminal.text(&page())?,
        }
        Ok(Verdict::Fine)
    }
}

/// The page on scripts, with the table of what is registered.
fn page() -> String {
    let mut table = String::from("| function | does |\n|---|---|\n");
    for function in scripts::described() {
        table.push_str(&format!("| `{}` | {} |\n", function.signature, function.says));
    }
    SCRIPTS.replace(TABLE, table.trim_end())
}
