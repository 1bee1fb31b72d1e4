//! Readers as written → readers whose fields, values, formats and lists are known to be there.

use super::context::Compiler;
use super::report::Report;
use super::world::World;
use crate::definitions::parse::tree::Expr;
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
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::ids::RecordId;
use crate::model::reader::Asked;
use crate::model::reader::Body;
use crate::model::reader::Convert;
use crate::model::reader::From;
use crate::model::reader::Mapping;
use crate::model::reader::Objects;
use crate::model::reader::Otherwise;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Step;
use crate::model::reader::Syntax;
use crate::model::reader::TargetStep;
use crate::model::reader::Test;
use crate::model::record::Field;
use crate::model::record::Kind;
use jiff::fmt::strtime::BrokenDownTime;
use std::collections::BTreeSet;

/// The readers of a domain, in the order of its files.
pub(super) fn of_domain(compiler: Compiler<'_>) -> Vec<Reader> {
    let mut readers: Vec<Reader> = Vec::new();
    for statement in compiler.source.statements() {
        let Statement::Reader(def) = statement else { continue };
        if readers.iter().any(|reader| reader.name == def.name.item) {
            let (what, name) = ("reader".to_owned(), def.name.item.clone());
            compiler.say(def.name.span, Problem::DuplicateName { what, name }, None);
        } else {
            readers.extend(reader(def, compiler));
        }
    }
    super::writers::check(compiler.source, &mut readers, compiler.report);
    let with_lines = readers.iter().filter_map(|reader| {
        let is_it =
            |statement: &&Statement| matches!(statement, Statement::Reader(def) if def.name.item == reader.name);
        match compiler.source.statements().find(is_it) {
            Some(Statement::Reader(def)) => Some((reader, def.lines.as_slice())),
            _ => None,
        }
    });
    super::fixed::check_beside(&with_lines.collect::<Vec<_>>(), compiler.report);
    readers
}

fn reader(def: &ReaderDef, compiler: Compiler<'_>) -> Option<Reader> {
    let records = compiler.names().map_or(&[][..], |names| names.records.as_slice());
    let Some(record) = RecordId::find(records, |record| record.name == def.record.item) else {
        let help = did_you_mean(&def.record.item, records.iter().map(|record| record.name.as_str()));
        let problem = Problem::UnknownName { what: "record".into(), name: def.record.item.clone() };
        compiler.say(def.record.span, problem, help);
        return None;
    };
    let fields = &record.get(records)?.fields;
    let mut reader = Reader {
        name: def.name.item.clone(),
        title: def.title.as_ref().map(|title| title.item.clone()).unwrap_or_default(),
        record,
        writer: None,
        syntax: Syntax::Json,
        recognise: Vec::new(),
        header: Vec::new(),
        sheet: None,
        group_by: None,
        groups_anywhere: false,
        spread: None,
        also_known_by: None,
        objects: None,
        body: Body::default(),
    };
    match syntax(&def.lines, compiler.report) {
        Some(syntax) => reader.syntax = syntax,
        None => refuse(
            def.name.span,
            "it does not say how the file is written: add a line `csv`, `json`, `xml`, `x12` or `fixed`",
            compiler.report,
        ),
    }
    for line in &def.lines {
        match &line.item {
            ReaderLine::RecogniseHeader(names) => reader.header = texts(names),
            ReaderLine::Recognise(of) => reader.recognise.extend(tests(of)),
            ReaderLine::Sheet(name) => reader.sheet = Some(name.item.clone()),
            ReaderLine::GroupBy { column, is_anywhere } => {
                reader.group_by = Some(column.item.clone());
                reader.groups_anywhere = *is_anywhere;
            }
            ReaderLine::Objects { kind, id, beside } => {
                let (kind, id) = (path(kind), path(id));
                reader.objects = Some(Objects { kind, id, beside: beside.as_ref().map(|it| path(it).to_all()) });
            }
            ReaderLine::EachEncounter { path, also } => {
                (reader.spread, reader.also_known_by) = spread(path, also.as_ref(), compiler.report);
            }
            _ => {}
        }
    }
    let is_table = matches!(reader.syntax, Syntax::Table { .. });
    let mut lowering = Lowering::new(is_table, compiler);
    lowering.head(&def.lines);
    reader.body = lowering.body(&def.lines, fields);
    lowering.misplaced(&def.lines, &reader);
    Some(reader)
}

/// How the file is written; the last line that says so counts.
fn syntax(lines: &[Spanned<ReaderLine>], report: &Report) -> Option<Syntax> {
    let mut found = None;
    for line in lines {
        found = match &line.item {
            ReaderLine::Csv { delimiter, columns } => {
                let delimiter = delimiter.as_ref().and_then(|sign| one_byte(sign, report));
                Some(Syntax::Table { delimiter, columns: columns.as_ref().map(|names| texts(names)) })
            }
            ReaderLine::Json => Some(Syntax::Json),
            ReaderLine::Xml => Some(Syntax::Xml),
            head @ ReaderLine::Fixed { .. } => Some(Syntax::Fixed(super::fixed::of(head, lines, report))),
            ReaderLine::X12 => Some(Syntax::X12 { loops: super::loops::of(lines, report) }),
            _ => found,
        };
    }
    found
}

pub(super) fn refuse(span: Span, reason: &str, report: &Report) {
    report.say(span, Problem::UselessReader { reason: reason.to_owned() }, None);
}

fn one_byte(sign: &Name, report: &Report) -> Option<u8> {
    let [byte] = sign.item.as_bytes() else {
        refuse(sign.span, "what stands between cells is one sign, such as \";\" or \"\\t\"", report);
        return None;
    };
    Some(*byte)
}

pub(super) fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.item.clone()).collect()
}

pub(super) fn tests(defs: &[TestDef]) -> Vec<Test> {
    defs.iter().map(|def| Test { path: path(&def.path), asked: asked(&def.of) }).collect()
}

/// A question, its words in small letters: letters are compared without their case.
fn asked(of: &TestOf) -> Asked {
    let texts = |names: &[Name]| names.iter().map(|name| name.item.to_lowercase()).collect();
    match of {
        TestOf::Present => Asked::Present,
        TestOf::Absent => Asked::Absent,
        TestOf::Is(name) => Asked::In(vec![name.item.to_lowercase()]),
        TestOf::IsNot(name) => Asked::NotIn(vec![name.item.to_lowercase()]),
        TestOf::In(names) => Asked::In(texts(names)),
        TestOf::NotIn(names) => Asked::NotIn(texts(names)),
        TestOf::Contains(names) => Asked::Contains(texts(names)),
        TestOf::EndsWith(names) => Asked::EndsWith(texts(names)),
        TestOf::NamedBy(kind) => Asked::NamedBy(kind.item.clone()),
    }
}

fn path(def: &TreePath) -> Path {
    let step = |step: &Spanned<StepDef>| match &step.item {
        StepDef::Name(name) => Step::Name(name.clone()),
        StepDef::Outermost => Step::Outermost,
        StepDef::Each => Step::Each,
        StepDef::Any => Step::Any,
        StepDef::At(index) => Step::At(*index),
        StepDef::If(of) => Step::If(tests(of)),
        StepDef::Follow(kind) => Step::Follow(kind.clone()),
    };
    Path(def.steps.iter().map(step).collect())
}

/// Where the encounters stand, and the other name of each in what stands around it.
fn spread(def: &TreePath, also: Option<&TreePath>, report: &Report) -> (Option<Path>, Option<Path>) {
    let is_name = |step: &Spanned<StepDef>| matches!(step.item, StepDef::Name(_));
    let is_plain = |step: &Spanned<StepDef>| is_name(step) || matches!(step.item, StepDef::Each | StepDef::At(_));
    let has_around = def.steps.iter().all(is_plain) && def.steps.iter().filter(|step| is_name(step)).count() > 1;
    if also.is_some() && !has_around {
        refuse(span_of(def), "another name stands beside an object only on a path such as `entry[].object`", report);
    }
    if let Some(also) = also.filter(|also| !also.steps.iter().all(is_name)) {
        refuse(span_of(also), "another name of an object stands under names with dots between them", report);
    }
    (Some(path(def).to_all()), also.map(path))
}

fn span_of(def: &TreePath) -> Span {
    def.steps.iter().map(|step| step.span).reduce(Span::join).unwrap_or_default()
}

/// The field that a line fills.
struct Target {
    way: Vec<TargetStep>,
    /// The field inside each item of the list to which the way leads.
    inside: Option<String>,
    /// Every item of a list is meant.
    is_all: bool,
    /// What it holds.
    kind: Kind,
}

/// Lowers the lines of one reader.
struct Lowering<'a> {
    world: &'a World,
    report: &'a Report,
    is_table: bool,
    /// What holds for every line that does not say otherwise.
    head: Convert,
    /// Lists whose items have a number.
    numbered: BTreeSet<String>,
}

impl<'a> Lowering<'a> {
    fn new(is_table: bool, compiler: Compiler<'a>) -> Lowering<'a> {
        let (head, numbered) = (Convert::default(), BTreeSet::new());
        Lowering { world: compiler.world, report: compiler.report, is_table, head, numbered }
    }

    /// What stands in the head of the reader for all of its lines.
    fn head(&mut self, lines: &[Spanned<ReaderLine>]) {
        for line in lines {
            match &line.item {
                ReaderLine::Zone(name) => {
                    self.head.zone = super::records::zone(&name.item, name.span, self.report);
                }
                ReaderLine::Null(names) => self.head.nulls = texts(names),
                ReaderLine::Dates(names) => self.head.dates = self.formats(names),
                _ => {}
            }
        }
    }

    fn body(&mut self, lines: &[Spanned<ReaderLine>], fields: &[Field]) -> Body {
        let mut body = Body::default();
        for line in lines {
            match &line.item {
                ReaderLine::SkipWhen(of) => body.skip.push(self.tests(of)),
                ReaderLine::OrderBy(it) => body.order_by = Some(self.path(it)),
                ReaderLine::FirstWhen(of) => body.first_when = self.tests(of),
                ReaderLine::OnceBy(name) => {
                    self.known_field(fields, &name.item, name.span);
                    body.once_by = Some(name.item.clone());
                }
                ReaderLine::Needs(name) => {
                    self.known_field(fields, &name.item, name.span);
                    body.needs.push(name.item.clone());
                }
                ReaderLine::NumberedBy(it) => body.numbered_by = Some(self.path(it)),
                ReaderLine::Mapping(def) => {
                    let numbered = self.mapping(def, fields, &mut body.mappings);
                    self.numbered.extend(numbered);
                }
                _ => {}
            }
        }
        body
    }

    /// Adds the mapping; gives the name of the list if its items are numbered.
    fn mapping(&mut self, def: &MappingDef, fields: &[Field], to: &mut Vec<Mapping>) -> Option<String> {
        let Target { way: target, inside, is_all, kind } = self.target(def, fields)?;
        let body_of = |kind: &Kind| if let Kind::Record(fields) = kind { Some(fields.clone()) } else { None };
        let (from, numbered) = match &def.from {
            FromDef::List { path: it, lines } => {
                let path = self.path(it).to_all();
                let body = self.inner(def, &kind, body_of(&kind), lines, is_all)?;
                let numbered = body.numbered_by.is_some().then(|| def.target.item.trim_end_matches("[]").to_owned());
                (From::List(path, body), numbered)
            }
            FromDef::Rows(lines) => (From::Rows(self.inner(def, &kind, body_of(&kind), lines, is_all)?), None),
            FromDef::Each { kind: of, by, lines } => {
                let body = self.inner(def, &kind, body_of(&kind), lines, is_all)?;
                (From::Each { kind: of.item.clone(), by: self.path(by), body }, None)
            }
            _ if matches!(kind, Kind::Record(_)) => {
                let reason = "the field holds fields of its own: name one of them, or open a block";
                refuse(def.target.span, reason, self.report);
                return None;
            }
            FromDef::Constant { value, when } => {
                self.known_value(value, &kind);
                (From::Constant { value: value.item.clone(), when: self.tests(when) }, None)
            }
            FromDef::Columns { first, last, options } => {
                if !(is_all && self.is_table) {
                    refuse(def.target.span, "columns next to each other fill a list: write `FIELD[]`", self.report);
                    return None;
                }
                let (convert, _) = self.convert(options, &kind);
                (From::Columns { first: first.item.clone(), last: last.item.clone(), convert }, None)
            }
            FromDef::Sources { sources, options } => {
                let (convert, when) = self.convert(options, &kind);
                let places = sources.iter().map(|parts| parts.iter().map(|it| self.path(it)).collect()).collect();
                (From::Texts { places, convert, when, is_list: is_all }, None)
            }
        };
        to.push(Mapping { target, inside, from });
        numbered
    }

    /// The field that a line fills.
    fn target(&mut self, def: &MappingDef, fields: &[Field]) -> Option<Target> {
        let span = def.target.span;
        let Some((list, field)) = def.target.item.split_once("[].") else {
            let (way, is_all) = steps(&def.target.item);
            let kind = self.kind(fields, &way, is_all, span)?;
            return Some(Target { way, inside: None, is_all, kind });
        };
        let (way, _) = steps(list);
        let Kind::Record(fields) = self.kind(fields, &way, true, span)? else {
            refuse(span, "the items of the list have no fields", self.report);
            return None;
        };
        let is_value = matches!(def.from, FromDef::Sources { .. } | FromDef::Constant { .. });
        if !self.is_table && !is_value {
            refuse(span, "in a tree the items of a list are said in a block", self.report);
            return None;
        }
        let kind = self.known_field(&fields, field, span)?;
        Some(Target { way, inside: Some(field.to_owned()), is_all: true, kind })
    }

    fn inner(
        &mut self,
        def: &MappingDef,
        kind: &Kind,
        fields: Option<Vec<Field>>,
        lines: &[Spanned<ReaderLine>],
        is_all: bool,
    ) -> Option<Body> {
        let Some(fields) = fields.filter(|_| is_all) else {
            let expected = "a list of records, as in `items[] from …`".to_owned();
            let found = super::scope::Type::of(kind).map_or_else(|| "a record".to_owned(), |kind| kind.to_string());
            self.report.say(def.target.span, Problem::TypeMismatch { expected, found }, None);
            return None;
        };
        Some(self.body(lines, &fields))
    }

    /// What the field holds to which a target leads; of a list whose every item is meant, what an item holds.
    fn kind(&mut self, fields: &[Field], target: &[TargetStep], is_all: bool, span: Span) -> Option<Kind> {
        let mut at: Option<Kind> = None;
        for step in target {
            at = Some(match (step, at) {
                (TargetStep::Name(name), None) => self.known_field(fields, name, span)?,
                (TargetStep::Name(name), Some(Kind::Record(fields))) => self.known_field(&fields, name, span)?,
                (TargetStep::Index(_), Some(Kind::List(item))) => *item,
                (_, at) => {
                    let found = at.as_ref().and_then(super::scope::Type::of).map(|it| it.to_string());
                    let expected = "a way to a field, such as `patient.sex` or `codes[0]`".to_owned();
                    let problem = Problem::TypeMismatch { expected, found: found.unwrap_or_default() };
                    self.report.say(span, problem, None);
                    return None;
                }
            });
        }
        match (at?, is_all) {
            (Kind::List(item), true) => Some(*item),
            (kind, true) => {
                let found = super::scope::Type::of(&kind).map(|it| it.to_string()).unwrap_or_default();
                self.report.say(span, Problem::TypeMismatch { expected: "a list".into(), found }, None);
                None
            }
            (kind, false) => Some(kind),
        }
    }

    fn known_field(&mut self, fields: &[Field], name: &str, span: Span) -> Option<Kind> {
        let found = fields.iter().find(|field| field.name == name);
        if found.is_none() {
            let help = did_you_mean(name, fields.iter().map(|field| field.name.as_str()));
            self.report.say(span, Problem::UnknownName { what: "field".into(), name: name.to_owned() }, help);
        }
        found.map(|field| field.kind.clone())
    }

    /// Says so if a field cannot have a value.
    fn known_value(&mut self, value: &Name, kind: &Kind) {
        if matches!(
            kind,
            Kind::Choice(_)
                | Kind::Ladder(_)
                | Kind::Code(_)
                | Kind::Codes(_)
                | Kind::Bool
                | Kind::Integer
                | Kind::Number
        ) && let Err((problem, help)) = self.world.literal(&Expr::Word(value.item.clone()), kind)
        {
            self.report.say(value.span, problem, help);
        }
    }

    fn convert(&mut self, options: &[Spanned<OptionDef>], kind: &Kind) -> (Convert, Vec<Test>) {
        let is_dated = matches!(kind, Kind::Date | Kind::DateTime);
        let mut convert = Convert { nulls: self.head.nulls.clone(), ..Convert::default() };
        if is_dated {
            convert.dates.clone_from(&self.head.dates);
            convert.zone.clone_from(&self.head.zone);
            convert.is_day = matches!(kind, Kind::Date);
        }
        let mut when = Vec::new();
        for option in options {
            match &option.item {
                OptionDef::Dates(names) if is_dated => convert.dates = self.formats(names),
                OptionDef::Dates(_) => refuse(option.span, "the field holds no date", self.report),
                OptionDef::Null(names) => convert.nulls = texts(names),
                OptionDef::Split(sign) => convert.split = Some(sign.item.clone()),
                OptionDef::Matching(pattern) => convert.matching = self.pattern(pattern),
                OptionDef::Digits(count) => convert.digits = self.digits(count),
                OptionDef::Zeros(count) => convert.zeros = self.digits(count),
                OptionDef::Decimals(count) => convert.decimals = self.digits(count),
                OptionDef::WithBlanks => convert.keeps_blanks = true,
                OptionDef::Last => convert.is_last = true,
                OptionDef::PlaceIn(list) => {
                    if !self.numbered.contains(&list.item) {
                        let reason = "no line above fills that list with items that are `numbered by` something";
                        refuse(list.span, reason, self.report);
                    }
                    convert.place_in = Some(list.item.clone());
                }
                OptionDef::When(of) => when = self.tests(of),
                OptionDef::Values(lines) => self.values(lines, kind, &mut convert),
            }
        }
        (convert, when)
    }

    fn digits(&self, count: &Name) -> u8 {
        let known = count.item.parse().ok().filter(|count| (1..=32).contains(count));
        if known.is_none() {
            refuse(count.span, "a number has 1 to 32 digits", self.report);
        }
        known.unwrap_or_default()
    }

    fn values(&mut self, lines: &[(Vec<Name>, Option<Name>)], kind: &Kind, convert: &mut Convert) {
        let mut known = BTreeSet::new();
        for (names, value) in lines {
            if let Some(value) = value {
                self.known_value(value, kind);
            }
            for name in names.iter().filter(|name| !known.insert(name.item.to_ascii_lowercase())) {
                self.report.say(name.span, Problem::RepeatedValue { value: name.item.clone() }, None);
            }
            let value = value.as_ref().map(|value| value.item.clone());
            if names.is_empty() {
                convert.otherwise = value.map_or(Otherwise::Nothing, Otherwise::Value);
            } else {
                convert.values.push((texts(names), value));
            }
        }
    }

    fn formats(&mut self, names: &[Name]) -> Vec<String> {
        for name in names {
            // A format can be read if it can be written: no text is needed to try it.
            let moment = jiff::civil::date(2001, 2, 3).at(4, 5, 6, 0).to_zoned(jiff::tz::TimeZone::UTC);
            let is_known = moment.is_ok_and(|moment| BrokenDownTime::from(&moment).to_string(&name.item).is_ok());
            if !(is_known && name.item.contains('%')) {
                refuse(name.span, "this is no format of a date, such as \"%m/%d/%Y %H:%M\"", self.report);
            }
        }
        texts(names)
    }

    fn pattern(&mut self, pattern: &Name) -> Option<String> {
        if let Err(error) = regex::Regex::new(&pattern.item) {
            let reason =
                format!("the pattern cannot be read: {}", error.to_string().lines().last().unwrap_or_default());
            refuse(pattern.span, &reason, self.report);
            return None;
        }
        Some(pattern.item.clone())
    }

    fn tests(&mut self, defs: &[TestDef]) -> Vec<Test> {
        defs.iter().for_each(|def| drop(self.path(&def.path)));
        tests(defs)
    }

    /// A path; in a table it is the name of a column.
    fn path(&mut self, def: &TreePath) -> Path {
        let path = path(def);
        if self.is_table && path.column().is_none() {
            refuse(span_of(def), "in a table a place is the name of a column, in quotation marks", self.report);
        }
        path
    }

    /// Says so where a line stands in a reader whose files have nothing of the kind.
    fn misplaced(&mut self, lines: &[Spanned<ReaderLine>], reader: &Reader) {
        for line in lines {
            let of_table = matches!(line.item, ReaderLine::RecogniseHeader(_) | ReaderLine::Sheet(_))
                || matches!(line.item, ReaderLine::GroupBy { .. }) && !matches!(reader.syntax, Syntax::Fixed(_));
            let of_tree = matches!(
                line.item,
                ReaderLine::Recognise(_)
                    | ReaderLine::Objects { .. }
                    | ReaderLine::EachEncounter { .. }
                    | ReaderLine::OrderBy(_)
                    | ReaderLine::FirstWhen(_)
            );
            if of_table && !self.is_table || of_tree && self.is_table {
                refuse(line.span, "this is said of other files than those of the reader", self.report);
            }
            let is_outer = matches!(line.item, ReaderLine::OnceBy(_) | ReaderLine::NumberedBy(_));
            if is_outer {
                refuse(line.span, "this is said of the items of a list, in the block of the list", self.report);
            }
        }
        super::loops::check(lines, reader, self.report);
        super::fixed::check(lines, reader, self.report);
        if reader.body.mappings.is_empty() && reader.spread.is_none() {
            let span = lines.iter().map(|line| line.span).reduce(Span::join).unwrap_or_default();
            refuse(span, "it fills no field", self.report);
        }
    }
}

/// The steps of a target, and whether every item of the list is meant to which they lead.
fn steps(target: &str) -> (Vec<TargetStep>, bool) {
    let (target, is_all) = target.strip_suffix("[]").map_or((target, false), |target| (target, true));
    let mut steps = Vec::new();
    for part in target.split('.') {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        steps.push(TargetStep::Name(name.to_owned()));
        steps.extend(index.trim_end_matches(']').parse().ok().map(TargetStep::Index));
    }
    (steps, is_all)
}
