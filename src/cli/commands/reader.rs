//! `tencode reader`

use crate::cli::commands::import::plain_name;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::segments;
use crate::cli::terminal::Terminal;
use crate::definitions::format;
use crate::definitions::format::is_bare;
use crate::diagnostics::did_you_mean;
use crate::encounters::batch;
use crate::encounters::read::Format;
use crate::encounters::read::Input;
use crate::encounters::read::draft;
use crate::encounters::read::draft::Looks;
use crate::encounters::read::fit;
use crate::encounters::read::fit::Fitted;
use crate::model::program::Domain;
use crate::model::record::Record;
use crate::registry::Registry;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Columns that are listed as not mapped.
const LISTED: usize = 60;

/// Drafts a reader for a foreign file, for a person to finish.
///
/// The draft says how the file is written, which column fills which field as far as names and contents tell, how dates are
/// written, and which columns are left. Put it into the domain's folder `codes`, correct it, and run `tencode check`.
///
/// With `--tree` it shows the segments of a file of X12 instead, each with its line, its number and the loops it stands in: the
/// numbers are those of paths in a reader. The file is shown as it is, under no policy.
///
///     tencode reader examples/calls.ndjson --domain law-enforcement --record call
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Reader {
    /// Domain that the reader is for
    #[arg(long, value_name = "D", required_unless_present = "tree")]
    domain: Option<String>,
    /// Record that the rows become [default: the domain's first]
    #[arg(long, value_name = "R")]
    record: Option<String>,
    /// Name of the reader [default: by the file's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// ndjson, json, csv, tsv or x12 [default: by the file's ending and first bytes]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Show the segments of the file, in the loops of the domain's readers
    #[arg(long)]
    tree: bool,
    /// The file
    file: PathBuf,
}

impl Reader {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let domain = self.domain.as_deref().map(|name| domain(name, context, terminal)).transpose()?;
        if self.tree {
            let readers = domain.as_ref().map(|(_, domain)| domain.readers.as_slice()).unwrap_or_default();
            return segments::show(&self.file, self.format, readers, terminal);
        }
        let Some((registry, domain)) = domain else { return Err(Failure::said("say the domain with --domain")) };
        let record = self.record(&domain)?;
        let input = Input::open(&self.file).map_err(batch::Error::from)?;
        let looks = draft::look(&input, self.format);
        if looks.rows == 0 || looks.columns.is_empty() {
            return Err(Failure::said(format!("{}: no rows are found in it", self.file.display())));
        }
        let fitted = fit::fit(&looks, &record.fields, &registry);
        let name = self.name.clone().unwrap_or_else(|| named(&self.file));
        let text = format::print(&written(&name, record, &looks, &fitted));
        if terminal.json {
            terminal.json(&serde_json::json!({ "reader": name, "record": record.name, "text": text }))?;
        } else {
            terminal.line(text.trim_end())?;
        }
        let used = fitted.iter().map(|it| it.columns.len()).sum::<usize>();
        let note = format!(
            "{used} of {} columns fill a field; {} rows were looked at. Correct the draft and put it into a file of the domain",
            looks.columns.len(),
            looks.rows
        );
        terminal.note(&note);
        Ok(Verdict::Fine)
    }

    fn record<'d>(&self, domain: &'d Domain) -> Result<&'d Record, Failure> {
        let Some(name) = &self.record else {
            return domain.records.first().ok_or_else(|| Failure::said("the domain has no record"));
        };
        domain.records.iter().find(|record| record.name == *name).ok_or_else(|| {
            let help = did_you_mean(name, domain.records.iter().map(|record| record.name.as_str()));
            Failure::said(format!(
                "there is no record `{name}`{}",
                help.map(|it| format!("; {it}")).unwrap_or_default()
            ))
        })
    }
}

fn domain(name: &str, context: &Context, terminal: &mut Terminal) -> Result<(Arc<Registry>, Arc<Domain>), Failure> {
    let registry = context.registry_for(name, terminal)?;
    let domain = registry.domain(name)?;
    let domain = domain.ok_or_else(|| Failure::said(format!("there is no domain `{name}`")))?;
    Ok((registry, domain))
}

/// A name for the reader, of the letters of the file's.
fn named(file: &Path) -> String {
    let name = plain_name(&file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default());
    let begins_well = name.starts_with(|sign: char| sign.is_ascii_lowercase());
    if begins_well { name } else { format!("file-{name}") }
}

fn written(name: &str, record: &Record, looks: &Looks, fitted: &[Fitted]) -> String {
    let mut out = format!("reader {name} for {} {{\n", record.name);
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let place = |number: &usize| {
        let name = looks.columns.get(*number).map(|column| column.name.as_str()).unwrap_or_default();
        if looks.is_table { quoted(name) } else { name.to_owned() }
    };
    let list = |names: Vec<String>| names.join(", ");
    head(&mut out, looks, fitted, &place);
    for line in fitted {
        if let Some(other) = &line.other {
            let _ = writeln!(out, "# Day and month can be the other way round: {}", quoted(other));
        }
        if !line.strange.is_empty() {
            let strange = line.strange.iter().map(|value| quoted(value)).collect();
            let _ = writeln!(out, "# No value of {} is meant by {}", line.field, list(strange));
        }
        let columns: Vec<String> = line.columns.iter().map(place).collect();
        let _ = write!(out, "{} from {}", line.field, columns.join(" + "));
        if let Some(format) = &line.format {
            let _ = write!(out, " dates {}", quoted(format));
        }
        if !line.values.is_empty() {
            let value = |text: &str| if is_bare(text) && text != "none" { text.to_owned() } else { quoted(text) };
            let values = line.values.iter().map(|(from, to)| format!("{} -> {}", quoted(from), value(to)));
            let _ = write!(out, " values {{ {} }}", values.collect::<Vec<_>>().join("; "));
        }
        out.push('\n');
    }
    let used: Vec<usize> = fitted.iter().flat_map(|line| line.columns.iter().copied()).collect();
    let left: Vec<String> =
        (0..looks.columns.len()).filter(|at| !used.contains(at)).take(LISTED).map(|at| place(&at)).collect();
    for names in left.chunks(6) {
        let _ = writeln!(out, "# Not mapped: {}", list(names.to_vec()));
    }
    out.push_str("}\n");
    out
}

/// How the file is written, and what tells it.
fn head(out: &mut String, looks: &Looks, fitted: &[Fitted], place: &dyn Fn(&usize) -> String) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    if !looks.is_table {
        out.push_str("json\n# Say what tells such an object: recognise PATH is \"…\"\n");
        return;
    }
    out.push_str("csv");
    if looks.delimiter != b',' {
        let _ = write!(out, " delimiter {}", quoted(&char::from(looks.delimiter).to_string()));
    }
    let all: Vec<String> = (0..looks.columns.len()).map(|at| place(&at)).collect();
    if looks.has_header {
        let told: Vec<String> = fitted.iter().filter_map(|line| line.columns.first()).take(4).map(place).collect();
        let told = if told.is_empty() { all.iter().take(4).cloned().collect() } else { told };
        let _ = write!(out, "\nrecognise header has ({})\n", told.join(", "));
    } else {
        let _ = write!(
            out,
            " columns ({})\n# The file has no header: name the columns, and choose the reader with --reader\n",
            all.join(", ")
        );
    }
    if !looks.nulls.is_empty() {
        let nulls: Vec<String> = looks.nulls.iter().map(|null| quoted(null)).collect();
        let _ = writeln!(out, "null {}", nulls.join(", "));
    }
}
