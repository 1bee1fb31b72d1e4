//! Readers: how files of others become encounters.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
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
use crate::diagnostics::span::Spanned;

impl Builder<'_> {
    pub(super) fn reader(&mut self, pair: Pair<'_>) -> Option<ReaderDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let record = self.next_name(&mut parts)?;
        let title = self.title(&mut parts);
        Some(ReaderDef { name, record, title, lines: self.reader_body(parts.next()?) })
    }

    pub(super) fn writer(&mut self, pair: Pair<'_>) -> Option<WriterDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let reader = self.next_name(&mut parts)?;
        Some(WriterDef { name, reader, title: self.title(&mut parts) })
    }

    pub(super) fn reader_body(&mut self, block: Pair<'_>) -> Vec<Spanned<ReaderLine>> {
        self.items(block, Place::Reader, Builder::reader_line)
    }

    fn reader_line(&mut self, pair: Pair<'_>) -> Option<ReaderLine> {
        let rule = pair.as_rule();
        if rule == Rule::syntax {
            return self.syntax(Parts::of(pair).next()?);
        }
        if rule == Rule::zone {
            return self.inner_name(pair).map(ReaderLine::Zone);
        }
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::recognise => match parts.take(Rule::header_names) {
                Some(names) => ReaderLine::RecogniseHeader(self.names(&mut Parts::of(names))),
                None => ReaderLine::Recognise(self.tree_tests(parts.next()?)),
            },
            Rule::objects => {
                let kind = self.tree_path(parts.next()?);
                let id = self.tree_path(parts.next()?);
                ReaderLine::Objects { kind, id, beside: parts.next().map(|pair| self.tree_path(pair)) }
            }
            Rule::segment => self.segment(&mut parts)?,
            Rule::looping => {
                let name = self.next_name(&mut parts)?;
                let mut openers = Parts::of(parts.next()?);
                let mut segments = vec![self.next_name(&mut openers)?];
                let when = openers.take(Rule::step_if).and_then(|pair| pair.into_inner().next());
                let when = when.map(|tests| self.tree_tests(tests)).unwrap_or_default();
                segments.extend(self.names(&mut openers));
                ReaderLine::Loop { name, segments, when, inside: self.names(&mut parts) }
            }
            Rule::nulls => ReaderLine::Null(self.names(&mut parts)),
            Rule::date_formats => ReaderLine::Dates(self.names(&mut parts)),
            Rule::of_sheet => ReaderLine::Sheet(self.next_name(&mut parts)?),
            Rule::grouping => {
                let column = self.next_name(&mut parts)?;
                ReaderLine::GroupBy { column, is_anywhere: parts.has(Rule::anywhere) }
            }
            Rule::needing => ReaderLine::Needs(self.next_name(&mut parts)?),
            Rule::distinct => ReaderLine::OnceBy(self.next_name(&mut parts)?),
            Rule::spread => {
                let path = self.tree_path(parts.next()?);
                ReaderLine::EachEncounter { path, also: parts.next().map(|pair| self.tree_path(pair)) }
            }
            Rule::ordering => ReaderLine::OrderBy(self.tree_path(parts.next()?)),
            Rule::numbering => ReaderLine::NumberedBy(self.tree_path(parts.next()?)),
            Rule::skip => ReaderLine::SkipWhen(self.tree_tests(parts.next()?)),
            Rule::leading => ReaderLine::FirstWhen(self.tree_tests(parts.next()?)),
            Rule::mapping => {
                let target = self.next_name(&mut parts)?;
                ReaderLine::Mapping(MappingDef { target, from: self.from(parts.next()?)? })
            }
            _ => return None,
        })
    }

    /// How a file is written.
    fn syntax(&mut self, written: Pair<'_>) -> Option<ReaderLine> {
        match written.as_rule() {
            Rule::json_syntax => return Some(ReaderLine::Json),
            Rule::xml_syntax => return Some(ReaderLine::Xml),
            Rule::x12_syntax => return Some(ReaderLine::X12),
            _ => {}
        }
        let is_fixed = written.as_rule() == Rule::fixed_syntax;
        let mut parts = Parts::of(written);
        if is_fixed {
            let tag = parts.take(Rule::columns_of).map(|pair| self.name(pair));
            let is_in_order = parts.has(Rule::ascending);
            let without = self.names(&mut parts);
            let with = parts.take(Rule::beside_it).map(|pair| self.names(&mut Parts::of(pair))).unwrap_or_default();
            return Some(ReaderLine::Fixed { tag, is_in_order, without, with });
        }
        let delimiter = parts.take(Rule::delimiter).and_then(|pair| self.inner_name(pair));
        let columns = parts.take(Rule::no_header).map(|pair| self.names(&mut Parts::of(pair)));
        Some(ReaderLine::Csv { delimiter, columns })
    }

    fn segment(&mut self, parts: &mut Parts<'_>) -> Option<ReaderLine> {
        let name = self.next_name(parts)?;
        let tags = self.names(parts);
        let begins = parts.has(Rule::begins);
        Some(ReaderLine::Segment { name, tags, begins, columns: self.columns_in(parts) })
    }

    fn columns_in(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<FixedColumn>> {
        let mut columns = Vec::new();
        while let Some(column) = parts.take(Rule::column_of) {
            let span = self.span(&column);
            let column = self.column_of(&mut Parts::of(column));
            columns.extend(column.map(|column| Spanned::new(column, span)));
        }
        columns
    }

    fn column_of(&mut self, parts: &mut Parts<'_>) -> Option<FixedColumn> {
        let name = self.next_name(parts)?;
        let columns = self.next_name(parts)?;
        let of = if parts.has(Rule::optional) {
            ColumnOf::Optional
        } else if let Some(counting) = parts.take(Rule::counting) {
            ColumnOf::Counts(self.names(&mut Parts::of(counting)))
        } else if let Some(repeating) = parts.take(Rule::repeating) {
            let mut parts = Parts::of(repeating);
            ColumnOf::Each { width: self.next_name(&mut parts)?, columns: self.columns_in(&mut parts) }
        } else {
            ColumnOf::Text
        };
        Some(FixedColumn { name, columns, of })
    }

    fn from(&mut self, pair: Pair<'_>) -> Option<FromDef> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::from_rows => FromDef::Rows(self.reader_body(parts.next()?)),
            Rule::from_each => {
                let kind = self.next_name(&mut parts)?;
                let by = self.tree_path(parts.next()?);
                FromDef::Each { kind, by, lines: self.reader_body(parts.next()?) }
            }
            Rule::from_list => {
                let path = self.tree_path(parts.next()?);
                FromDef::List { path, lines: self.reader_body(parts.next()?) }
            }
            Rule::from_columns => {
                let first = self.next_name(&mut parts)?;
                let last = self.next_name(&mut parts)?;
                FromDef::Columns { first, last, options: self.options_of(&mut parts) }
            }
            Rule::constant => {
                let value = self.next_name(&mut parts)?;
                let when = parts.next().and_then(|pair| pair.into_inner().next());
                FromDef::Constant { value, when: when.map(|when| self.tree_tests(when)).unwrap_or_default() }
            }
            _ => {
                let mut sources = Vec::new();
                while let Some(joined) = parts.take(Rule::joined) {
                    sources.push(joined.into_inner().map(|path| self.tree_path(path)).collect());
                }
                FromDef::Sources { sources, options: self.options_of(&mut parts) }
            }
        })
    }

    fn options_of(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<OptionDef>> {
        let mut options = Vec::new();
        while let Some(pair) = parts.next() {
            let span = self.span(&pair);
            options.extend(self.option_of(pair).map(|option| Spanned::new(option, span)));
        }
        options
    }

    fn option_of(&mut self, pair: Pair<'_>) -> Option<OptionDef> {
        let rule = pair.as_rule();
        if rule == Rule::mapped_values {
            return Some(OptionDef::Values(pair.into_inner().filter_map(|line| self.mapped_value(line)).collect()));
        }
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::date_formats => OptionDef::Dates(self.names(&mut parts)),
            Rule::nulls => OptionDef::Null(self.names(&mut parts)),
            Rule::splitting => OptionDef::Split(self.next_name(&mut parts)?),
            Rule::matching => OptionDef::Matching(self.next_name(&mut parts)?),
            Rule::digits => OptionDef::Digits(self.next_name(&mut parts)?),
            Rule::zeros => OptionDef::Zeros(self.next_name(&mut parts)?),
            Rule::decimals => OptionDef::Decimals(self.next_name(&mut parts)?),
            Rule::keeping => OptionDef::WithBlanks,
            Rule::take_last => OptionDef::Last,
            Rule::numbered_in => OptionDef::PlaceIn(self.next_name(&mut parts)?),
            Rule::from_when => OptionDef::When(self.tree_tests(parts.next()?)),
            _ => return None,
        })
    }

    fn mapped_value(&mut self, pair: Pair<'_>) -> Option<(Vec<Name>, Option<Name>)> {
        let mut pairs: Vec<Pair<'_>> = pair.into_inner().collect();
        let last = pairs.pop()?;
        let value = if last.as_rule() == Rule::nothing { None } else { Some(self.name(last)) };
        let is_rest = pairs.iter().any(|pair| pair.as_rule() == Rule::otherwise);
        let names = if is_rest { Vec::new() } else { pairs.into_iter().map(|pair| self.name(pair)).collect() };
        Some((names, value))
    }

    fn tree_tests(&mut self, condition: Pair<'_>) -> Vec<TestDef> {
        condition.into_inner().filter_map(|test| self.tree_test(test)).collect()
    }

    fn tree_test(&mut self, pair: Pair<'_>) -> Option<TestDef> {
        let mut parts = Parts::of(pair);
        if let Some(named) = parts.take(Rule::named_by) {
            let mut parts = Parts::of(named);
            let kind = self.next_name(&mut parts)?;
            return Some(TestDef { path: self.tree_path(parts.next()?), of: TestOf::NamedBy(kind) });
        }
        let path = self.tree_path(parts.next()?);
        let asked = parts.next()?;
        let rule = asked.as_rule();
        let mut parts = Parts::of(asked);
        let is_not = parts.has(Rule::not);
        let of = match rule {
            Rule::tree_contains => TestOf::Contains(self.names(&mut parts)),
            Rule::tree_ends => TestOf::EndsWith(self.names(&mut parts)),
            Rule::tree_in if is_not => TestOf::NotIn(self.names(&mut parts)),
            Rule::tree_in => TestOf::In(self.names(&mut parts)),
            _ => match (parts.peek()?, is_not) {
                (Rule::present, false) | (Rule::absent, true) => TestOf::Present,
                (Rule::absent, false) | (Rule::present, true) => TestOf::Absent,
                (_, false) => TestOf::Is(self.next_name(&mut parts)?),
                (_, true) => TestOf::IsNot(self.next_name(&mut parts)?),
            },
        };
        Some(TestDef { path, of })
    }

    fn tree_path(&mut self, pair: Pair<'_>) -> TreePath {
        let mut steps = Vec::new();
        for part in pair.into_inner() {
            let span = self.span(&part);
            if part.as_rule() == Rule::outermost {
                steps.push(Spanned::new(StepDef::Outermost, span));
                continue;
            }
            if part.as_rule() == Rule::followed {
                let kind = self.inner_name(part).map(|name| StepDef::Follow(name.item));
                steps.extend(kind.map(|kind| Spanned::new(kind, span)));
                continue;
            }
            for piece in part.into_inner() {
                let span = self.span(&piece);
                let step = match piece.as_rule() {
                    Rule::step_each => StepDef::Each,
                    Rule::step_any => StepDef::Any,
                    Rule::step_index => {
                        let digits = piece.as_str().trim_matches(['[', ']']);
                        StepDef::At(digits.parse().unwrap_or(usize::MAX))
                    }
                    Rule::step_if => {
                        StepDef::If(piece.into_inner().next().map(|tests| self.tree_tests(tests)).unwrap_or_default())
                    }
                    _ => StepDef::Name(self.name(piece).item),
                };
                steps.push(Spanned::new(step, span));
            }
        }
        TreePath { steps }
    }
}
