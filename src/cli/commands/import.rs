//! `tencode import`

use crate::cli::commands::lines;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::near;
use crate::cli::output::Guard;
use crate::cli::output::Output;
use crate::cli::output::Own;
use crate::cli::terminal::Terminal;
use crate::definitions::format;
use crate::definitions::import;
use crate::definitions::import::Format;
use crate::definitions::import::Merged;
use crate::definitions::import::Options;
use crate::definitions::import::PropertyColumn;
use crate::definitions::parse::tree::ColumnRole;
use crate::definitions::revise::Revised;
use crate::definitions::revise::revise;
use crate::diagnostics::did_you_mean;
use crate::files;
use crate::model::day::Day;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;

/// Prints files of an official release, or of your own list, as one code set.
///
/// Formats: icd-10-cm-order, icd-10-cm-tabular, icd-10-cm-index, hcpcs, csv, tsv, xlsx, ods, fhir. Files may be packed (.gz,
/// .xz, .zst, .zip). A table needs to be told its columns. Lines that cannot be used, or not whole, are named on standard error.
///
/// With --into the list is put into the code set of a definition file: new codes are added, what is said otherwise is changed,
/// and codes that the list has no more end; what else stands in the file stays. --preview shows what would be written, and
/// writes nothing.
///
///     tencode import csv list.csv --name permits --column code=CODE --column title=NAME
///     tencode import csv list-2026.csv --column code=CODE --column title=NAME --into permits.codes --preview
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
    /// What a column is: code, title, "title es", short, parent, from, to, also, definition, "replaced by", "property NAME"
    #[arg(long = "column", value_name = "ROLE=COLUMN", value_parser = column)]
    columns: Vec<Column>,
    /// What separates several values in a cell of a column, such as "Other names=;"
    #[arg(long = "split", value_name = "COLUMN=SIGN", value_parser = split)]
    splits: Vec<(String, String)>,
    /// How days are written, such as "%m/%d/%Y" [default: by looking]
    #[arg(long, value_name = "FORMAT")]
    dates: Vec<String>,
    /// First day of the release
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    from: Option<Day>,
    /// Last day of the release
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    to: Option<Day>,
    /// Definition file whose code set the list is put into
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    into: Option<PathBuf>,
    /// Last day of codes that the list has no more, with --into [default: the day before --from, else yesterday]
    #[arg(long, value_name = "DATE", value_parser = lines::day, requires = "into")]
    ended: Option<Day>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    preview: bool,
    /// Where to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Import {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let format = Format::named(&self.format).ok_or_else(|| {
            let known = Format::ALL.iter().map(|(name, _)| *name);
            let listed = known.clone().collect::<Vec<_>>().join(", ");
            near::failure(&format!("there is no format `{}`; there is {listed}", self.format), &self.format, known)
        })?;
        self.check_roles()?;
        let options = self.options();
        let mut parts = Vec::new();
        let mut unused = Vec::new();
        let spinner = Terminal::spinner("reading");
        for file in &self.files {
            let part = import::read_file(file).and_then(|bytes| import::read(format, &bytes, &options));
            let part = part.map_err(|error| match error {
                import::Error::File(files::Error::File { .. }) => Failure::said(error.to_string()),
                _ => Failure::said(format!("{}: {error}", file.display())),
            })?;
            unused.push(part.unused.join(", "));
            parts.push(part);
        }
        let first =
            self.files.first().and_then(|file| file.file_name()).map(|name| name.to_string_lossy().into_owned());
        let stem = first.as_ref().and_then(|name| name.split('.').next());
        let title = self.name.as_deref().or(stem).unwrap_or_default();
        let name = plain_name(title);
        let mut merged = import::merge(&name, parts);
        if merged.set.title.is_empty() && self.name.as_ref().is_some_and(|given| *given != name) {
            title.clone_into(&mut merged.set.title);
        }
        spinner.finish_and_clear();
        self.say_leftovers(&mut merged, &unused, terminal);
        let text = format::print(&import::to_definition(&merged));
        if let Some(into) = &self.into {
            return self.revise(into, &text, terminal);
        }
        if terminal.json {
            terminal.json(&merged.set)?;
            return Ok(Verdict::Fine);
        }
        if self.preview {
            return preview(&text, &merged, terminal);
        }
        match &self.output {
            Some(file) => self.write(file, &text, terminal)?,
            None => terminal.text(&text)?,
        }
        terminal.note(&format!("{}: {} codes", name, merged.set.codes.len()));
        Ok(Verdict::Fine)
    }
}

/// Lines of a definition that a preview shows.
const PREVIEWED: usize = 40;

/// Shows the beginning of what would be written.
fn preview(text: &str, merged: &Merged, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    for line in text.lines().take(PREVIEWED) {
        terminal.line(line)?;
    }
    let more = text.lines().count().saturating_sub(PREVIEWED);
    if more > 0 {
        terminal.line(&format!("… and {more} more lines"))?;
    }
    let (name, count) = (&merged.set.name, merged.set.codes.len());
    terminal.note(&format!("{name}: {count} codes; nothing is written"));
    Ok(Verdict::Fine)
}

impl Import {
    fn write(&self, file: &Path, text: &str, terminal: &mut Terminal) -> Result<(), Failure> {
        let guard = self.files.iter().fold(Guard::replacing(Own::Definition), |it, file| it.and("an input", file));
        let output = Output::open(file, &guard, terminal)?;
        output.write(|out| out.write_all(text.as_bytes()).map_err(|error| Failure::file(file, error)))
    }

    /// Puts a list into the code set that was made of it before, and says what became of that.
    fn revise(&self, into: &Path, list: &str, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let old = std::fs::read_to_string(into).map_err(|error| Failure::file(into, error))?;
        let before = |day: Day| Day(day.0 - 1);
        let last = self.ended.unwrap_or_else(|| before(self.from.unwrap_or_else(lines::today)));
        let name = self.name.as_deref().map(plain_name);
        let revised = revise(&old, name.as_deref(), list, last)
            .map_err(|why| Failure::said(format!("{}: {why}", into.display())))?;
        if terminal.json {
            terminal.json(&difference(&revised, last))?;
        } else {
            show(&revised, last, terminal)?;
        }
        let Revised { added, changed, ended, .. } = &revised;
        let counts = format!("{} added, {} changed, {} ended", added.len(), changed.len(), ended.len());
        if self.preview {
            terminal.note(&format!("{counts}; nothing is written"));
            return Ok(Verdict::Fine);
        }
        if revised.text != old {
            self.write(into, &revised.text, terminal)?;
        }
        terminal.note(&format!("{}: {counts}", into.display()));
        Ok(Verdict::Fine)
    }
}

fn difference(revised: &Revised, last: Day) -> Value {
    let named = |codes: &[(String, String)]| {
        let one = |(code, title): &(String, String)| json!({ "code": code, "title": title });
        codes.iter().map(one).collect::<Vec<_>>()
    };
    let changed = revised.changed.iter().map(|(code, what)| json!({ "code": code, "what": what }));
    json!({
        "added": named(&revised.added), "changed": changed.collect::<Vec<_>>(), "ended": named(&revised.ended),
        "last": last.to_string(), "back": revised.back,
    })
}

fn show(revised: &Revised, last: Day, terminal: &mut Terminal) -> Result<(), Failure> {
    for (code, title) in &revised.added {
        terminal.line(&format!("+ {code} {title}"))?;
    }
    for (code, what) in &revised.changed {
        terminal.line(&format!("~ {code}: {}", what.join("; ")))?;
    }
    for (code, title) in &revised.ended {
        terminal.line(&format!("- {code} {title} (until {last})"))?;
    }
    for code in &revised.back {
        terminal.note(&format!("`{code}` has ended in the set and is in the list: its days stay as they are"));
    }
    Ok(())
}

impl Import {
    /// Refuses two columns for what one column holds, and what cannot be printed.
    fn check_roles(&self) -> Result<(), Failure> {
        let mut roles: Vec<(ColumnRole, &str)> = Vec::new();
        for column in &self.columns {
            let Column::Role(role, name) = column else { continue };
            match role {
                ColumnRole::Also => continue,
                ColumnRole::Wording => {
                    let why = "no statement of a code holds a wording: write `wording column` into an `import` block";
                    return Err(Failure::said(why.to_owned()));
                }
                _ => {}
            }
            if let Some((_, first)) = roles.iter().find(|(known, _)| known == role) {
                let word = ColumnRole::ALL.iter().find(|(_, known)| known == role).map_or("", |(word, _)| *word);
                return Err(Failure::said(format!(
                    "`{word}` is one column, and two are named: `{first}` and `{name}`"
                )));
            }
            roles.push((*role, name));
        }
        Ok(())
    }

    fn options(&self) -> Options {
        let mut options = Options {
            from: self.from,
            to: self.to,
            splits: self.splits.clone(),
            dates: self.dates.clone(),
            ..Options::default()
        };
        for column in &self.columns {
            match column.clone() {
                Column::Role(role, column) => options.columns.push((role, column)),
                Column::Title(language, column) => options.designations.push((language, column)),
                Column::Property(property, column) => {
                    let split = self.splits.iter().find(|(known, _)| *known == column).map(|(_, sign)| sign.clone());
                    options.properties.push(PropertyColumn { property, column, lower: false, split });
                }
            }
        }
        options
    }

    /// Names the lines that could not be used, and the columns of which nothing was said.
    fn say_leftovers(&self, merged: &mut Merged, unused: &[String], terminal: &mut Terminal) {
        for open in std::mem::take(&mut merged.open) {
            let code = open.code.get(&merged.set.codes).map_or("", |code| code.code.as_str());
            let what = if open.is_replacement { "is replaced by" } else { "stands under" };
            let why = format!("`{code}` {what} `{}`, which is not in the list", open.name);
            if let Some(left) = merged.left.get_mut(open.part) {
                left.add(open.line, why);
            }
        }
        for ((file, left), unused) in self.files.iter().zip(&mut merged.left).zip(unused) {
            let file = file.display();
            left.rows.sort_by_key(|(line, _)| *line);
            for (line, why) in &left.rows {
                terminal.note(&format!("{file}, line {line}: {why}"));
            }
            if left.more > 0 {
                terminal.note(&format!("{file}: {} more lines could not be used, or not whole", left.more));
            }
            if !unused.is_empty() {
                terminal.note(&format!("{file}: nothing is said of these columns: {unused}"));
            }
        }
    }
}

/// What a column is.
#[derive(Debug, Clone)]
enum Column {
    /// One of the roles.
    Role(ColumnRole, String),
    /// Titles in a language.
    Title(String, String),
    /// Values of a property.
    Property(String, String),
}

fn column(text: &str) -> Result<Column, String> {
    let (role, column) = text.split_once('=').ok_or("say ROLE=COLUMN, such as `code=CODE`")?;
    let (role, column) = (role.trim(), column.trim().to_owned());
    match role.split_once(char::is_whitespace).map(|(word, rest)| (word, rest.trim().to_owned())) {
        Some(("title", language)) => return Ok(Column::Title(language, column)),
        Some(("property", property)) => return Ok(Column::Property(property, column)),
        _ => {}
    }
    let known = || ColumnRole::ALL.iter().map(|(word, _)| *word);
    let role = ColumnRole::named(role).ok_or_else(|| {
        let help = did_you_mean(role, known());
        let help = help.unwrap_or_else(|| format!("a column is one of: {}", known().collect::<Vec<_>>().join(", ")));
        format!("no column is `{role}`; {help}")
    })?;
    Ok(Column::Role(role, column))
}

fn split(text: &str) -> Result<(String, String), String> {
    let (column, sign) = text.split_once('=').ok_or("say COLUMN=SIGN, such as `Other names=;`")?;
    Ok((column.trim().to_owned(), sign.to_owned()))
}

/// Any name as the name of a code set: small letters with `-` between the words.
pub(super) fn plain_name(name: &str) -> String {
    let words = name.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if name.is_empty() { "imported".to_owned() } else { name }
}
