//! What the commands that read encounters have in common: a format, a reader of the domain, and the columns that nobody uses.

use super::engine_args::EngineArgs;
use super::exit::Failure;
use super::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::encounters::batch;
use crate::encounters::engine::Engine;
use crate::encounters::read::Chosen;
use crate::encounters::read::Error;
use crate::encounters::read::Format;
use crate::encounters::read::Inputs;
use crate::encounters::read::Source;
use crate::registry::Registry;
use std::path::PathBuf;

/// Columns that are named in a note; of more, the first of them.
const NAMED: usize = 12;

/// How the encounters of a file are read.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Reading {
    /// ndjson, json, csv, tsv, xml, fixed, x12, fhir, parquet or arrow [default: by the file's ending and first bytes]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Reader of the domain that knows the file [default: the one that recognises it, if one does]
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// Sheet of a spreadsheet [default: the first]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Threads; the answers are the same for any number [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

impl Reading {
    /// How many threads work; 0 is one a processor.
    pub fn jobs(&self) -> usize {
        self.jobs.unwrap_or(0)
    }

    /// Looks at the beginning of some files and finds the readers that know them. A reader is for one record: if none was asked
    /// for, that one is meant.
    ///
    /// # Errors
    /// If a file cannot be read, or it cannot be told how.
    pub fn choose(
        &self,
        paths: &[PathBuf],
        registry: &Registry,
        engine_args: &mut EngineArgs,
        terminal: &mut Terminal,
    ) -> Result<Chosen, Failure> {
        let inputs = Inputs::open(paths, self.sheet.as_deref()).map_err(batch::Error::from)?;
        let domain = registry.domain(&engine_args.domain)?;
        let domain = domain.as_deref();
        let (record, named) = (engine_args.record.as_deref(), self.reader.as_deref());
        let chosen = inputs.choose_of(domain, record, self.format, named).map_err(failure)?;
        if let [first, others @ ..] = chosen.sheets.as_slice() {
            let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
            let others = others.join(", ");
            terminal.note(&format!("the sheet `{first}` is read, there is {others} too: say which with --sheet"));
        }
        let record = chosen.record.zip(domain).and_then(|(record, domain)| record.get(&domain.records));
        if let Some(record) = record {
            engine_args.record = Some(record.name.clone());
        }
        Ok(chosen)
    }
}

fn failure(error: Error) -> Failure {
    let Error::UnknownReader { name, known } = &error else { return Failure::from(batch::Error::from(error)) };
    let help = match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(help) => help,
        None if known.is_empty() => "the domain has none for this record".to_owned(),
        None => format!("there is {}", known.join(", ")),
    };
    Failure::said(format!("{error}; {help}"))
}

/// Says which columns of a file fill no field, which a reader names and the file does not have, and how many rows are no
/// encounters. Names of columns are told only where the audience sees what stands in them.
pub(crate) fn note(source: &Source, engine: &Engine, terminal: &mut Terminal) {
    let sees_names = engine.redactor().keeps_undeclared();
    let unused = source.unused();
    if !unused.is_empty() {
        terminal.note(&said("not mapped to a field", &unused, sees_names));
    }
    let missing = source.missing();
    if !missing.is_empty() {
        terminal.note(&said("named by the reader and not there", &missing, true));
    }
    let passed_over = source.passed_over();
    for (count, what) in [(passed_over.titles, "above the header"), (passed_over.blank, "without a word in any cell")] {
        if count > 0 {
            let (rows, are) = if count == 1 { ("row", "is") } else { ("rows", "are") };
            terminal.note(&format!("{count} {rows} {what} {are} passed over"));
        }
    }
}

fn said(what: &str, names: &[String], sees_names: bool) -> String {
    let count = names.len();
    let (columns, are) = if count == 1 { ("column", "is") } else { ("columns", "are") };
    if !sees_names {
        return format!("{count} {columns} {are} {what}");
    }
    let named: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = if count > NAMED { ", …" } else { "" };
    format!("{count} {columns} {are} {what}: {}{more}", named.join(", "))
}
