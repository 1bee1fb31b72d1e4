//! Writers: whether each line of a reader can be turned round.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::FromDef;
use crate::definitions::parse::tree::MappingDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OptionDef;
use crate::definitions::parse::tree::ReaderDef;
use crate::definitions::parse::tree::ReaderLine;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::StepDef;
use crate::definitions::parse::tree::TestDef;
use crate::definitions::parse::tree::TestOf;
use crate::definitions::parse::tree::TreePath;
use crate::definitions::parse::tree::WriterDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use crate::model::reader::numbered_columns;

/// Gives readers the names under which their files are written, and says which lines stand against that.
pub(super) fn check(source: &DomainSource, readers: &mut [Reader], report: &Report) {
    let mut names: Vec<String> = Vec::new();
    for statement in source.statements() {
        let Statement::Writer(def) = statement else { continue };
        if names.contains(&def.name.item) {
            let (what, name) = ("writer".to_owned(), def.name.item.clone());
            report.say(def.name.span, Problem::DuplicateName { what, name }, None);
        }
        names.push(def.name.item.clone());
        name(def, readers, report);
    }
    for statement in source.statements() {
        let Statement::Reader(def) = statement else { continue };
        if let Some(writer) = writer_of(&def.name.item, readers) {
            Checking { writer, report }.reader(def);
        }
    }
}

fn name(def: &WriterDef, readers: &mut [Reader], report: &Report) {
    let Some(at) = readers.iter().position(|reader| reader.name == def.reader.item) else {
        let help = did_you_mean(&def.reader.item, readers.iter().map(|reader| reader.name.as_str()));
        let problem = Problem::UnknownName { what: "reader".into(), name: def.reader.item.clone() };
        report.say(def.reader.span, problem, help);
        return;
    };
    let Some(reader) = readers.get_mut(at) else { return };
    match &reader.writer {
        None => reader.writer = Some(def.name.item.clone()),
        Some(first) => {
            let reason = format!("`{}` is written by `{first}` already", reader.name);
            report.say(def.reader.span, Problem::NotInvertible { writer: def.name.item.clone(), reason }, None);
        }
    }
}

/// The writer of a reader's files: its own, or that of a reader that names it.
fn writer_of<'r>(name: &str, readers: &'r [Reader]) -> Option<&'r str> {
    let names_it = |reader: &Reader| {
        reader.name == name || matches!(&reader.syntax, Syntax::Fixed(lines) if lines.with.iter().any(|it| it == name))
    };
    readers.iter().filter(|reader| names_it(reader)).find_map(|reader| reader.writer.as_deref())
}

struct Checking<'a, 'r> {
    writer: &'a str,
    report: &'r Report,
}

impl Checking<'_, '_> {
    fn refuse(&self, span: Span, reason: &str) {
        let problem = Problem::NotInvertible { writer: self.writer.to_owned(), reason: reason.to_owned() };
        self.report.say(span, problem, None);
    }

    fn reader(&self, def: &ReaderDef) {
        for line in &def.lines {
            match &line.item {
                ReaderLine::Xml | ReaderLine::X12 => {
                    self.refuse(line.span, "only tables, fixed columns and objects of JSON are written");
                }
                ReaderLine::Objects { .. } => {
                    self.refuse(line.span, "objects that refer to each other are not written");
                }
                ReaderLine::EachEncounter { also: Some(_), .. } => {
                    self.refuse(line.span, "objects that refer to each other are not written");
                }
                ReaderLine::EachEncounter { path, also: None } => self.path(path, line.span),
                ReaderLine::Recognise(tests) => self.tests(tests, line.span),
                _ => {}
            }
        }
        self.lines(&def.lines);
    }

    fn lines(&self, lines: &[Spanned<ReaderLine>]) {
        for line in lines {
            match &line.item {
                ReaderLine::FirstWhen(_) => self.refuse(line.span, "which items came first is not known any more"),
                ReaderLine::Mapping(mapping) => self.mapping(mapping, line.span),
                _ => {}
            }
        }
    }

    fn mapping(&self, mapping: &MappingDef, span: Span) {
        match &mapping.from {
            // Every encounter of the reader has it: one with another value is not written.
            FromDef::Constant { when, .. } if when.is_empty() => {}
            FromDef::Constant { .. } => self.refuse(span, "it does not say what stood in the file"),
            FromDef::Each { .. } => self.refuse(span, "objects that refer to each other are not written"),
            FromDef::Rows(lines) => self.lines(lines),
            FromDef::List { path, lines } => {
                self.path(path, span);
                self.lines(lines);
            }
            FromDef::Columns { first, last, options } => {
                if numbered_columns(&first.item, &last.item).is_none() {
                    self.refuse(
                        span,
                        "the names of the columns between are not known: number them, as in \"A1\"..\"A9\"",
                    );
                }
                self.options(options);
            }
            FromDef::Sources { sources, options } => {
                // The first place is the one that is written.
                sources.iter().take(1).flatten().for_each(|path| self.path(path, span));
                self.options(options);
            }
        }
    }

    fn options(&self, options: &[Spanned<OptionDef>]) {
        for option in options {
            match &option.item {
                OptionDef::Matching(_) => {
                    self.refuse(option.span, "what stood around the part that is taken is not known");
                }
                OptionDef::When(_) => self.refuse(option.span, "what the line asks for is not known any more"),
                OptionDef::PlaceIn(_) => self.refuse(option.span, "the numbers of the items are not known any more"),
                OptionDef::Values(lines) => self.values(lines, option.span),
                OptionDef::Dates(_)
                | OptionDef::Null(_)
                | OptionDef::Split(_)
                | OptionDef::Digits(_)
                | OptionDef::Zeros(_)
                | OptionDef::Decimals(_)
                | OptionDef::WithBlanks
                | OptionDef::Last => {}
            }
        }
    }

    /// Each value needs a word of its own.
    fn values(&self, lines: &[(Vec<Name>, Option<Name>)], span: Span) {
        for (_, value) in lines.iter().filter(|(names, _)| names.is_empty()) {
            let Some(value) = value else { continue };
            let has_word = lines.iter().any(|(names, other)| {
                !names.is_empty() && other.as_ref().is_some_and(|other| other.item == value.item)
            });
            if !has_word {
                let reason = format!("no word stands for `{}`, which every other text becomes", value.item);
                self.refuse(span, &reason);
            }
        }
    }

    /// A path has to say where something is put.
    fn path(&self, path: &TreePath, span: Span) {
        for step in &path.steps {
            match &step.item {
                StepDef::Outermost => self.refuse(span, "what stands outside of an item is not written for it"),
                StepDef::Any => self.refuse(span, "`*` does not say under which name something stood"),
                StepDef::Follow(_) => self.refuse(span, "objects that refer to each other are not written"),
                StepDef::If(tests) => self.tests(tests, span),
                StepDef::Name(_) | StepDef::Each | StepDef::At(_) => {}
            }
        }
    }

    /// A condition has to say what makes it hold.
    fn tests(&self, tests: &[TestDef], span: Span) {
        for test in tests {
            match test.of {
                TestOf::Is(_) | TestOf::In(_) | TestOf::Present | TestOf::Absent => self.path(&test.path, span),
                _ => self.refuse(span, "the condition does not say what has to stand there: use `is` or `in`"),
            }
        }
    }
}
