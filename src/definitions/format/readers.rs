//! Readers: how files of others become encounters.

use crate::definitions::format::Printer;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Shape;
use crate::definitions::format::records::titled;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::bracketed;
use crate::definitions::format::words::is_word;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::ColumnOf;
use crate::definitions::parse::tree::FixedColumn;
use crate::definitions::parse::tree::FromDef;
use crate::definitions::parse::tree::MappingDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OptionDef;
use crate::definitions::parse::tree::ReaderDef;
use crate::definitions::parse::tree::ReaderLine;
use crate::definitions::parse::tree::StepDef;
use crate::definitions::parse::tree::TestDef;
use crate::definitions::parse::tree::TestOf;
use crate::definitions::parse::tree::TreePath;
use crate::definitions::parse::tree::WriterDef;
use crate::diagnostics::span::Span;

impl Printer<'_> {
    pub(super) fn reader(&mut self, def: &ReaderDef, span: Span) -> Shape {
        let mut head = titled("reader", &def.name, None);
        head.word(&format!("for {}", def.record.item));
        if let Some(title) = &def.title {
            head.word(&quoted(&title.item));
        }
        Shape::Block(head, self.block(&def.lines, span, Printer::reader_line), String::new())
    }

    pub(super) fn writer(def: &WriterDef) -> Shape {
        let mut head = titled("writer", &def.name, None);
        head.word(&format!("of {}", def.reader.item));
        if let Some(title) = &def.title {
            head.word(&quoted(&title.item));
        }
        Shape::Plain(head)
    }

    fn reader_line(&mut self, line: &ReaderLine, span: Span) -> Shape {
        let keyword = |word: &str, flow: Flow| Shape::Keyword(word.to_owned(), flow);
        match line {
            ReaderLine::Csv { delimiter, columns } => Shape::Plain(table(delimiter.as_ref(), columns.as_deref())),
            ReaderLine::Json => Shape::Plain(Flow::of("json")),
            ReaderLine::Xml => Shape::Plain(Flow::of("xml")),
            ReaderLine::X12 => Shape::Plain(Flow::of("x12")),
            ReaderLine::Fixed { tag, is_in_order, without, with } => {
                Shape::Plain(fixed(tag.as_ref(), *is_in_order, without, with))
            }
            ReaderLine::Segment { name, tags, begins, columns } => {
                let tags: Vec<String> = tags.iter().map(|tag| quoted(&tag.item)).collect();
                let tags = if tags.is_empty() { String::new() } else { format!(" is {}", tags.join(", ")) };
                let begins = if *begins { " begins" } else { "" };
                let head = Flow::of(format!("segment {}{tags}{begins}", name.item));
                Shape::Block(head, self.block(columns, span, Printer::fixed_column), String::new())
            }
            ReaderLine::Loop { name, segments, when, inside } => {
                let (first, others) = segments.split_at(segments.len().min(1));
                let mut flow = Flow::of(format!("{} at {}", name.item, list(first)));
                flow.push(&if when.is_empty() { String::new() } else { format!("[{}]", condition(when)) });
                flow.push(&if others.is_empty() { String::new() } else { format!(", {}", list(others)) });
                if !inside.is_empty() {
                    flow.word(&format!("in {}", list(inside)));
                }
                keyword("loop", flow)
            }
            ReaderLine::RecogniseHeader(names) => {
                let mut flow = Flow::of("header has");
                flow.append(bracketed(texts(names, 1)));
                keyword("recognise", flow)
            }
            ReaderLine::Recognise(tests) => keyword("recognise", Flow::of(condition(tests))),
            ReaderLine::Objects { kind, id, beside } => {
                let known = and_by("beside", id, beside.as_ref());
                keyword("objects of", word_and(&format!("{} known by", path(kind)), known))
            }
            ReaderLine::Zone(name) => keyword("zone", Flow::of(quoted(&name.item))),
            ReaderLine::Null(names) => keyword("null", texts(names, 1)),
            ReaderLine::Dates(names) => keyword("dates", texts(names, 1)),
            ReaderLine::Sheet(name) => keyword("sheet", Flow::of(quoted(&name.item))),
            ReaderLine::GroupBy { column, is_anywhere } => keyword("group by", grouping(column, *is_anywhere)),
            ReaderLine::EachEncounter { path, also } => {
                keyword("each encounter from", and_by("also known by", path, also.as_ref()))
            }
            ReaderLine::SkipWhen(tests) => keyword("skip when", Flow::of(condition(tests))),
            ReaderLine::OrderBy(it) => keyword("order by", Flow::of(path(it))),
            ReaderLine::FirstWhen(tests) => keyword("first when", Flow::of(condition(tests))),
            ReaderLine::OnceBy(name) => keyword("once by", Flow::of(name.item.clone())),
            ReaderLine::Needs(name) => keyword("needs", Flow::of(name.item.clone())),
            ReaderLine::NumberedBy(it) => keyword("numbered by", Flow::of(path(it))),
            ReaderLine::Mapping(mapping) => self.mapping(mapping, span),
        }
    }

    fn fixed_column(&mut self, column: &FixedColumn, span: Span) -> Shape {
        let end = match &column.of {
            ColumnOf::Text => String::new(),
            ColumnOf::Optional => " optional".to_owned(),
            ColumnOf::Counts(lengths) => format!(" counts {}", list(lengths)),
            ColumnOf::Each { width, columns } if columns.is_empty() => format!(" each {}", width.item),
            ColumnOf::Each { width, columns } => {
                let head = format!("{} {} each {}", column.name.item, column.columns.item, width.item);
                return Shape::Block(Flow::of(head), self.block(columns, span, Printer::fixed_column), String::new());
            }
        };
        Shape::Keyword(column.name.item.clone(), Flow::of(format!("{}{end}", column.columns.item)))
    }

    fn mapping(&mut self, def: &MappingDef, span: Span) -> Shape {
        let target = &def.target.item;
        let (head, lines) = match &def.from {
            FromDef::Sources { sources, options } => {
                let places =
                    sources.iter().map(|parts| Flow::of(parts.iter().map(path).collect::<Vec<_>>().join(" + ")));
                let mut flow = Flow::of("from");
                flow.append(joined(places, 1));
                options.iter().for_each(|option| flow.append(self::option(&option.item)));
                return Shape::Keyword(target.clone(), flow);
            }
            FromDef::Columns { first, last, options } => {
                let mut flow = Flow::of(format!("from columns {}..{}", quoted(&first.item), quoted(&last.item)));
                options.iter().for_each(|option| flow.append(self::option(&option.item)));
                return Shape::Keyword(target.clone(), flow);
            }
            FromDef::Constant { value, when } => {
                let when = if when.is_empty() { String::new() } else { format!(" when {}", condition(when)) };
                let flow = Flow::of(format!("is {}{when}", bare(&value.item)));
                return Shape::Keyword(target.clone(), flow);
            }
            FromDef::List { path: it, lines } => (format!("{target} from {}", path(it)), lines),
            FromDef::Rows(lines) => (format!("{target} from rows"), lines),
            FromDef::Each { kind, by, lines } => (format!("{target} from each {} by {}", kind.item, path(by)), lines),
        };
        Shape::Block(Flow::of(head), self.block(lines, span, Printer::reader_line), String::new())
    }
}

/// Words with commas between them.
fn list(names: &[Name]) -> String {
    names.iter().map(|name| name.item.as_str()).collect::<Vec<_>>().join(", ")
}

fn fixed(tag: Option<&Name>, is_in_order: bool, without: &[Name], with: &[Name]) -> Flow {
    let mut flow = Flow::of("fixed");
    tag.iter().for_each(|tag| flow.word(&format!("tag {}", tag.item)));
    if is_in_order {
        flow.word("in order");
    }
    if !without.is_empty() {
        flow.word("without");
        flow.append(texts(without, 1));
    }
    if !with.is_empty() {
        flow.word(&format!("with {}", list(with)));
    }
    flow
}

fn table(delimiter: Option<&Name>, columns: Option<&[Name]>) -> Flow {
    let mut flow = Flow::of("csv");
    if let Some(sign) = delimiter {
        flow.word(&format!("delimiter {}", quoted(&sign.item)));
    }
    if let Some(columns) = columns {
        flow.word("columns");
        flow.append(bracketed(texts(columns, 1)));
    }
    flow
}

fn option(option: &OptionDef) -> Flow {
    match option {
        OptionDef::Dates(names) => word_and("dates", texts(names, 2)),
        OptionDef::Null(names) => word_and("null", texts(names, 2)),
        OptionDef::Split(sign) => Flow::of(format!("split {}", quoted(&sign.item))),
        OptionDef::Matching(pattern) => Flow::of(format!("matching {}", quoted(&pattern.item))),
        OptionDef::Digits(count) => Flow::of(format!("digits {}", count.item)),
        OptionDef::Zeros(count) => Flow::of(format!("zeros {}", count.item)),
        OptionDef::Decimals(count) => Flow::of(format!("decimals {}", count.item)),
        OptionDef::WithBlanks => Flow::of("with blanks"),
        OptionDef::Last => Flow::of("last"),
        OptionDef::PlaceIn(list) => Flow::of(format!("place in {}", list.item)),
        OptionDef::When(tests) => Flow::of(format!("when {}", condition(tests))),
        OptionDef::Values(lines) => {
            let mut flow = Flow::of("values {");
            for (at, (names, value)) in lines.iter().enumerate() {
                let end = if at + 1 < lines.len() { ";" } else { "" };
                flow.may_break(2);
                let left = if names.is_empty() { "otherwise".to_owned() } else { listed(names, 3).line() };
                let right = value.as_ref().map_or_else(|| "none".to_owned(), |name| value_word(&name.item));
                flow.push(&format!("{left} -> {right}{end}"));
            }
            flow.word("}");
            flow
        }
    }
}

fn word_and(word: &str, rest: Flow) -> Flow {
    let mut flow = Flow::of(word);
    flow.append(rest);
    flow
}

/// A value, in quotation marks where the bare word would mean nothing.
fn value_word(text: &str) -> String {
    if text == "none" { quoted(text) } else { bare(text) }
}

fn condition(tests: &[TestDef]) -> String {
    tests.iter().map(test).collect::<Vec<_>>().join(" and ")
}

fn test(test: &TestDef) -> String {
    let list = |names: &[Name]| names.iter().map(|name| quoted(&name.item)).collect::<Vec<_>>().join(", ");
    let asked = match &test.of {
        TestOf::NamedBy(kind) => return format!("named by {}.{}", kind.item, path(&test.path)),
        TestOf::Present => "is present".to_owned(),
        TestOf::Absent => "is absent".to_owned(),
        TestOf::Is(name) => format!("is {}", quoted(&name.item)),
        TestOf::IsNot(name) => format!("is not {}", quoted(&name.item)),
        TestOf::In(names) => format!("in ({})", list(names)),
        TestOf::NotIn(names) => format!("not in ({})", list(names)),
        TestOf::Contains(names) => format!("contains {}", one_or_list(names)),
        TestOf::EndsWith(names) => format!("ends with {}", one_or_list(names)),
    };
    format!("{} {asked}", path(&test.path))
}

fn one_or_list(names: &[Name]) -> String {
    match names {
        [one] => quoted(&one.item),
        names => format!("({})", names.iter().map(|name| quoted(&name.item)).collect::<Vec<_>>().join(", ")),
    }
}

fn path(path: &TreePath) -> String {
    let mut out = String::new();
    for step in &path.steps {
        match &step.item {
            StepDef::Name(name) => {
                if !matches!(out.as_str(), "" | "^") {
                    out.push('.');
                }
                out.push_str(&if is_step(name) { name.clone() } else { quoted(name) });
            }
            StepDef::Each => out.push_str("[]"),
            StepDef::Outermost => out.push('^'),
            StepDef::Any => out.push_str(if matches!(out.as_str(), "" | "^") { "*" } else { ".*" }),
            StepDef::At(index) => out.push_str(&format!("[{index}]")),
            StepDef::If(tests) => out.push_str(&format!("[{}]", condition(tests))),
            StepDef::Follow(kind) => out.push_str(&format!(" -> {kind}")),
        }
    }
    out
}

/// Whether a name is written without quotation marks in a path.
fn is_step(name: &str) -> bool {
    is_word(name) && !name.contains(['.', '/', ':']) && name.is_ascii()
}

/// A path, and what may follow it behind a word.
fn and_by(word: &str, first: &TreePath, second: Option<&TreePath>) -> Flow {
    let mut flow = Flow::of(path(first));
    second.iter().for_each(|second| flow.word(&format!("{word} {}", path(second))));
    flow
}

/// What rows have in common, and whether they need not follow each other.
fn grouping(column: &Name, is_anywhere: bool) -> Flow {
    Flow::of(format!("{}{}", quoted(&column.item), if is_anywhere { " anywhere" } else { "" }))
}
