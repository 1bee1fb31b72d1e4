//! `tencode import`

use crate::cli::commands::lines;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::output::Guard;
use crate::cli::output::Output;
use crate::cli::output::Own;
use crate::cli::terminal::Terminal;
use crate::definitions::format;
use crate::definitions::import;
use crate::definitions::import::Format;
use crate::definitions::import::Options;
use crate::definitions::parse::tree::ColumnRole;
use crate::diagnostics::did_you_mean;
use crate::files;
use crate::model::day::Day;
use std::path::PathBuf;

/// Prints files of an official release, or of your own list, as one code set.
///
/// Formats: icd-10-cm-order, icd-10-cm-tabular, icd-10-cm-index, hcpcs, csv, tsv, fhir. Files may be packed (.gz, .xz, .zip).
/// A table needs to be told its columns.
///
///     tencode import csv list.csv --name permits --column code=CODE --column title=NAME
///     tencode import icd-10-cm-order icd10cm_order_2026.txt -o icd.codes
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Import {
    /// Format of the files
    format: String,
    /// The files, put together in this order
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Name of the code set [default: the name of the first file]
    #[arg(long)]
    name: Option<String>,
    /// What a column is: code, title, short, parent, from, to, also, definition
    #[arg(long = "column", value_name = "ROLE=COLUMN", value_parser = pair)]
    columns: Vec<(ColumnRole, String)>,
    /// First day of the release
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    from: Option<Day>,
    /// Last day of the release
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    to: Option<Day>,
    /// Where to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Import {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let format = Format::named(&self.format).ok_or_else(|| {
            let known = Format::ALL.iter().map(|(name, _)| *name);
            let help = did_you_mean(&self.format, known).map(|help| format!("; {help}")).unwrap_or_default();
            Failure::said(format!("there is no format `{}`{help}", self.format))
        })?;
        let options = Options { columns: self.columns, from: self.from, to: self.to, ..Options::default() };
        let mut parts = Vec::new();
        let spinner = Terminal::spinner("reading");
        for file in &self.files {
            let part = import::read_file(file).and_then(|bytes| import::read(format, &bytes, &options));
            parts.push(part.map_err(|error| match error {
                import::Error::File(files::Error::File { .. }) => Failure::said(error.to_string()),
                _ => Failure::said(format!("{}: {error}", file.display())),
            })?);
        }
        let first =
            self.files.first().and_then(|file| file.file_name()).map(|name| name.to_string_lossy().into_owned());
        let name = self.name.or(first.map(|name| plain_name(&name))).unwrap_or_default();
        let merged = import::merge(&name, parts);
        spinner.finish_and_clear();
        if terminal.json {
            terminal.json(&merged.set)?;
            return Ok(Verdict::Fine);
        }
        let text = format::print(&import::to_definition(&merged.set));
        match &self.output {
            Some(file) => {
                let guard =
                    self.files.iter().fold(Guard::replacing(Own::Definition), |it, file| it.and("an input", file));
                let output = Output::open(file, &guard, terminal)?;
                output.write(|out| out.write_all(text.as_bytes()).map_err(|error| Failure::file(file, error)))?;
            }
            None => terminal.text(&text)?,
        }
        terminal.note(&format!("{}: {} codes", name, merged.set.codes.len()));
        Ok(Verdict::Fine)
    }
}

fn pair(text: &str) -> Result<(ColumnRole, String), String> {
    let (role, column) = text.split_once('=').ok_or("say ROLE=COLUMN, such as `code=CODE`")?;
    let role = role.trim();
    let known = || ColumnRole::ALL.iter().map(|(word, _)| *word);
    let role = ColumnRole::named(role).ok_or_else(|| {
        let help = did_you_mean(role, known());
        help.unwrap_or_else(|| format!("a column is one of: {}", known().collect::<Vec<_>>().join(", ")))
    })?;
    Ok((role, column.trim().to_owned()))
}

/// A file's name as the name of a code set.
fn plain_name(file: &str) -> String {
    let stem = file.split('.').next().unwrap_or("");
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let name: String = stem.chars().map(sign).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "imported".to_owned() } else { name.to_owned() }
}
