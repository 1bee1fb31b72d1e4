//! Code sets, codes, imports and crosswalks.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::ByWords;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::ColumnRole;
use crate::definitions::parse::tree::CrosswalkDef;
use crate::definitions::parse::tree::CrosswalkLine;
use crate::definitions::parse::tree::DaysDef;
use crate::definitions::parse::tree::Decision;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::ImportDef;
use crate::definitions::parse::tree::ImportOption;
use crate::definitions::parse::tree::LabelLine;
use crate::definitions::parse::tree::Lesson;
use crate::definitions::parse::tree::MapsTo;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::NoteKind;
use crate::definitions::parse::tree::PointsOf;
use crate::definitions::parse::tree::ReplacedBy;
use crate::definitions::parse::tree::SetItem;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::MatchKind;
use crate::model::content::Replacing;

impl Builder<'_> {
    pub(super) fn code_set(&mut self, pair: Pair<'_>) -> Option<CodeSetDef> {
        let mut parts = Parts::of(pair);
        let is_overlay = parts.has(Rule::overlay);
        let name = self.next_name(&mut parts)?;
        let title = self.title(&mut parts);
        let record = parts.take(Rule::for_record).and_then(|pair| self.inner_name(pair));
        let mut def = CodeSetDef { name, title, record, is_overlay, items: Vec::new() };
        let block = parts.next()?;
        self.set_head(&block, &mut def);
        def.items = self.set_body(block);
        Some(def)
    }

    /// Moves the title and record that stand inside the block in the first edition to where the second has them.
    fn set_head(&mut self, block: &Pair<'_>, def: &mut CodeSetDef) {
        for pair in block.clone().into_inner() {
            match pair.as_rule() {
                Rule::set_title => def.title = self.inner_name(pair),
                Rule::set_record => def.record = self.inner_name(pair),
                _ => {}
            }
        }
    }

    pub(super) fn set_body(&mut self, block: Pair<'_>) -> Vec<Spanned<SetItem>> {
        self.items(block, Place::Set, Builder::set_item)
    }

    fn set_item(&mut self, pair: Pair<'_>) -> Option<SetItem> {
        let rule = pair.as_rule();
        if rule == Rule::code {
            return self.code(pair).map(SetItem::Code);
        }
        if rule == Rule::import {
            return self.import(pair).map(SetItem::Import);
        }
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::set_title | Rule::set_record => SetItem::InHead,
            Rule::uri => SetItem::Uri(self.next_name(&mut parts)?),
            Rule::release => {
                let name = self.next_name(&mut parts)?;
                let DaysDef { from, to } = self.days(&mut parts);
                SetItem::Release { name, from, to, known: self.take_day(&mut parts, Rule::known_day) }
            }
            Rule::property_def => {
                SetItem::Property { name: self.next_name(&mut parts)?, kind: self.kind(parts.next()?)? }
            }
            Rule::decide | Rule::abstain => SetItem::Decide(self.decision(rule, parts)?),
            Rule::learn => SetItem::Learn(self.lessons(parts)),
            Rule::search | Rule::set_text => {
                let fields = self.paths(&mut parts);
                let by_words = parts.take(Rule::by_words).map(|pair| ByWords { above: self.inner_number(pair) });
                SetItem::Search { fields, by_words }
            }
            Rule::relation_def => SetItem::Relation {
                name: self.next_name(&mut parts)?,
                title: self.title(&mut parts),
                is_symmetric: parts.has(Rule::symmetric),
                is_inherited: parts.has(Rule::inherited),
            },
            Rule::set_points => {
                let of = match parts.next()?.as_str() {
                    "title" => PointsOf::Title,
                    "also" => PointsOf::Also,
                    _ => PointsOf::Propose,
                };
                SetItem::Points { of, points: self.number(parts.next()?)? }
            }
            Rule::offer => {
                let path = self.next_path(&mut parts)?;
                SetItem::Offer { path, points: parts.next().and_then(|pair| self.inner_number(pair)) }
            }
            Rule::uncertain => SetItem::Uncertain(Box::new(self.expression(parts.next()?)?)),
            Rule::starter => SetItem::Starter(self.set_body(parts.next()?)),
            _ => return None,
        })
    }

    fn decision(&mut self, rule: Rule, mut parts: Parts<'_>) -> Option<Decision> {
        let pair = parts.next()?;
        Some(match pair.as_rule() {
            Rule::undecided => Decision::Never,
            Rule::share_right => Decision::Right(self.inner_number(pair)?),
            Rule::share_decided => Decision::Texts(self.inner_number(pair)?),
            _ => match self.number(pair)? {
                confidence if rule == Rule::abstain && confidence.item >= 1.0 => Decision::Never,
                confidence => Decision::Above(confidence),
            },
        })
    }

    fn lessons(&mut self, mut parts: Parts<'_>) -> Vec<Lesson> {
        let mut lessons = Vec::new();
        while let Some(pair) = parts.next() {
            let lesson = match pair.as_rule() {
                Rule::titles => Lesson::Titles,
                Rule::given => Lesson::Given,
                _ => {
                    let file = self.name(pair);
                    let by = parts.take(Rule::examples_by).and_then(|pair| self.inner_name(pair));
                    Lesson::File(file, by)
                }
            };
            lessons.push(lesson);
        }
        lessons
    }

    fn import(&mut self, pair: Pair<'_>) -> Option<ImportDef> {
        let mut parts = Parts::of(pair);
        let (format, file) = (self.next_name(&mut parts)?, self.next_name(&mut parts)?);
        let DaysDef { from, to } = self.days(&mut parts);
        Some(ImportDef {
            format,
            file,
            from,
            to,
            options: parts.next().map(|block| self.options(block)).unwrap_or_default(),
        })
    }

    pub(super) fn options(&mut self, block: Pair<'_>) -> Vec<Spanned<ImportOption>> {
        self.items(block, Place::Option, Builder::option)
    }

    fn option(&mut self, pair: Pair<'_>) -> Option<ImportOption> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::role_column => ImportOption::Column {
                role: ColumnRole::named(parts.next()?.as_str())?,
                column: self.next_name(&mut parts)?,
                split: parts.take(Rule::split).and_then(|pair| self.inner_name(pair)),
            },
            Rule::designation_column => {
                ImportOption::Designation { language: self.next_name(&mut parts)?, column: self.next_name(&mut parts)? }
            }
            Rule::date_formats => ImportOption::Dates(self.names(&mut parts)),
            Rule::assignable_column => {
                ImportOption::Assignable { column: self.next_name(&mut parts)?, value: self.next_name(&mut parts)? }
            }
            Rule::only_column => {
                ImportOption::Only { column: self.next_name(&mut parts)?, value: self.next_name(&mut parts)? }
            }
            Rule::label_column => {
                let label = self.next_name(&mut parts)?;
                let column = self.next_name(&mut parts);
                ImportOption::Label { label, when: column.zip(self.next_name(&mut parts)) }
            }
            Rule::property_column => {
                let property = self.next_name(&mut parts)?;
                let column = self.next_name(&mut parts)?;
                let lower = parts.has(Rule::lower);
                let split = parts.take(Rule::split).and_then(|pair| self.inner_name(pair));
                ImportOption::Property { property, column, lower, split }
            }
            Rule::path_columns => ImportOption::Path(self.names(&mut parts)),
            Rule::attach => ImportOption::Attach,
            _ => return None,
        })
    }

    fn code(&mut self, pair: Pair<'_>) -> Option<CodeDef> {
        let mut parts = Parts::of(pair);
        let is_group = parts.has(Rule::group);
        let codes = self.code_ranges(&mut parts);
        let title = self.title(&mut parts);
        let is_starter = parts.has(Rule::starter_mark);
        let items = parts.next().map(|block| self.code_body(block)).unwrap_or_default();
        Some(CodeDef { is_group, codes, title, is_starter, items })
    }

    pub(super) fn code_body(&mut self, block: Pair<'_>) -> Vec<Spanned<CodeItem>> {
        self.items(block, Place::Code, Builder::code_item)
    }

    fn code_item(&mut self, pair: Pair<'_>) -> Option<CodeItem> {
        let rule = pair.as_rule();
        if rule == Rule::code {
            return self.code(pair).map(CodeItem::Code);
        }
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::also => CodeItem::Also(self.names(&mut parts)),
            Rule::propose | Rule::when => {
                let condition = Box::new(self.expression(parts.next()?)?);
                CodeItem::Propose { condition, points: parts.next().and_then(|pair| self.inner_number(pair)) }
            }
            Rule::never | Rule::unless => CodeItem::Never(Box::new(self.expression(parts.next()?)?)),
            Rule::needs => CodeItem::Needs(self.paths(&mut parts)),
            Rule::label => {
                let labels = self.names(&mut parts);
                let DaysDef { from, to } = self.days(&mut parts);
                let see = parts.next().and_then(|pair| self.inner_name(pair));
                CodeItem::Label(Box::new(LabelLine { labels, from, to, see }))
            }
            Rule::note => {
                let is_note = parts.next()?.as_str() == "note";
                let kind = if is_note { NoteKind::Note } else { NoteKind::Inclusion };
                CodeItem::Note { kind, text: self.next_name(&mut parts)? }
            }
            Rule::valid => {
                let DaysDef { from, to } = self.days(&mut parts);
                CodeItem::Valid { from, to }
            }
            Rule::definition => CodeItem::Definition(self.next_name(&mut parts)?),
            Rule::under => CodeItem::Under(self.names(&mut parts)),
            Rule::retired => {
                let on = self.day(parts.next()?);
                let replaced_by = parts.next().and_then(|pair| self.replaced(pair));
                CodeItem::Retired { on: on?, replaced_by }
            }
            Rule::replaced => CodeItem::ReplacedBy(self.replaced_by(&mut parts)?),
            _ => return self.code_item_more(rule, parts),
        })
    }

    /// The rarer statements of a code.
    fn code_item_more(&mut self, rule: Rule, mut parts: Parts<'_>) -> Option<CodeItem> {
        Some(match rule {
            Rule::maps_to if parts.peek() == Some(Rule::word) => {
                let set = self.next_name(&mut parts)?;
                CodeItem::MapsTo(self.map_body(parts.next()?, &set))
            }
            Rule::maps_to => {
                let mut targets = Vec::new();
                while let Some(pair) = parts.next() {
                    targets.extend(self.target(pair));
                }
                CodeItem::MapsTo(targets)
            }
            Rule::raise => CodeItem::Raise {
                property: self.next_name(&mut parts)?,
                value: Box::new(self.value(&mut parts)?),
                when: Box::new(self.expression(parts.next()?)?),
                days: DaysDef::default(),
            },
            Rule::designation => {
                CodeItem::Designation { language: self.next_name(&mut parts)?, title: self.next_name(&mut parts)? }
            }
            Rule::assignable => CodeItem::Assignable(!parts.has(Rule::not)),
            Rule::property => return self.property(&mut parts),
            _ => return None,
        })
    }

    /// `NAME VALUE, …`: a property, or a relation, which alone may name ranges.
    fn property(&mut self, parts: &mut Parts<'_>) -> Option<CodeItem> {
        let name = self.next_name(parts)?;
        let mut values = Vec::new();
        let mut ends = Vec::new();
        while !matches!(parts.peek(), None | Some(Rule::property_when | Rule::from_day | Rule::to_day)) {
            values.push(self.value(parts)?);
            ends.push(parts.take(Rule::code_end).and_then(|pair| self.inner_name(pair)));
        }
        let when = match parts.take(Rule::property_when) {
            Some(pair) => Some(self.expression(pair.into_inner().next()?)?),
            None => None,
        };
        let days = self.days(parts);
        if ends.iter().any(Option::is_some) {
            let from = |value: &Spanned<Expr>| Spanned::new(code_of(&value.item), value.span);
            let codes = values.iter().zip(ends).map(|(value, to)| CodeRange { from: from(value), to }).collect();
            return Some(CodeItem::Relation { relation: name, codes });
        }
        let Some(when) = when else { return Some(CodeItem::Property { name, values, days }) };
        if let [_, second, ..] = values.as_slice() {
            let kind = Kind::Expected { expected: "one value before `when`".into(), found: "several".into() };
            self.problems.push(Diagnostic::new(kind, second.span));
        }
        let value = Box::new(values.into_iter().next()?);
        Some(CodeItem::Raise { property: name, value, when: Box::new(when), days })
    }

    /// The lines of `maps to SET { … }`.
    pub(super) fn map_body(&mut self, block: Pair<'_>, set: &Name) -> Vec<MapsTo> {
        let lines = self.items(block, Place::Map, |builder, pair| {
            let mut parts = Parts::of(pair);
            let code = builder.next_name(&mut parts)?;
            let kind = parts.take(Rule::match_kind).map(|pair| match_kind(pair.as_str()));
            let otherwise = parts.has(Rule::otherwise);
            let when = parts.next().and_then(|pair| builder.expression(pair));
            Some(MapsTo { set: set.clone(), code, kind, when, otherwise })
        });
        lines.into_iter().map(|line| line.item).collect()
    }

    fn replaced(&mut self, pair: Pair<'_>) -> Option<ReplacedBy> {
        self.replaced_by(&mut Parts::of(pair))
    }

    fn replaced_by(&mut self, parts: &mut Parts<'_>) -> Option<ReplacedBy> {
        let how = match parts.take(Rule::how).as_ref().map(Pair::as_str) {
            Some("either") => Replacing::Either,
            Some(_) => Replacing::Both,
            None => Replacing::One,
        };
        let codes = self.names(parts);
        let (first, last) = (codes.first()?.span, codes.last()?.span);
        if how == Replacing::One && codes.len() > 1 {
            let help = "write `replaced by either …` if one of them is to be chosen, `replaced by both …` if all take its place";
            let problem = Diagnostic::new(Kind::ReplacedBySeveral, first.join(last));
            self.problems.push(problem.with_help(help));
        }
        Some(ReplacedBy { how, codes })
    }

    fn target(&mut self, pair: Pair<'_>) -> Option<MapsTo> {
        let mut parts = Parts::of(pair);
        let (set, code) = self.set_and_code(parts.next()?)?;
        let kind = parts.take(Rule::match_kind).map(|pair| match_kind(pair.as_str()));
        let otherwise = parts.has(Rule::otherwise);
        let when = parts.next().and_then(|pair| self.expression(pair));
        Some(MapsTo { set, code, kind, when, otherwise })
    }

    /// `SET/CODE`, the code in quotation marks or not.
    pub(super) fn set_and_code(&mut self, pair: Pair<'_>) -> Option<(Name, Name)> {
        if pair.as_rule() == Rule::target_word {
            let mut parts = Parts::of(pair);
            return Some((self.next_name(&mut parts)?, self.next_name(&mut parts)?));
        }
        let span = self.span(&pair);
        let Some((set, code)) = pair.as_str().split_once('/') else {
            self.expected("a set and its code, such as `parts/A-1`", &pair);
            return None;
        };
        let middle = span.start + set.len();
        let set = Spanned::new(set.to_owned(), Span { end: middle, ..span });
        Some((set, Spanned::new(code.to_owned(), Span { start: middle + 1, ..span })))
    }

    /// All codes and ranges that stand next.
    pub(super) fn code_ranges(&mut self, parts: &mut Parts<'_>) -> Vec<CodeRange> {
        let mut ranges = Vec::new();
        while let Some(Rule::word | Rule::text) = parts.peek() {
            let Some(from) = self.next_name(parts) else { break };
            let to = parts.take(Rule::code_end).and_then(|pair| self.inner_name(pair));
            ranges.push(CodeRange { from, to });
        }
        ranges
    }

    pub(super) fn crosswalk(&mut self, pair: Pair<'_>) -> Option<CrosswalkDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let from = self.next_name(&mut parts)?;
        let to = self.next_name(&mut parts)?;
        let (imports, lines) = self.crosswalk_body(parts.next()?);
        Some(CrosswalkDef { name, from, to, imports, lines })
    }

    pub(super) fn crosswalk_body(&mut self, block: Pair<'_>) -> (Vec<ImportDef>, Vec<Spanned<CrosswalkLine>>) {
        let mut imports = Vec::new();
        let lines = self.items(block, Place::Crosswalk, |builder, pair| {
            if pair.as_rule() == Rule::import {
                imports.extend(builder.import(pair));
                return None;
            }
            builder.crosswalk_line(pair)
        });
        (imports, lines)
    }

    fn crosswalk_line(&mut self, pair: Pair<'_>) -> Option<CrosswalkLine> {
        let mut parts = Parts::of(pair);
        let from = self.next_name(&mut parts)?;
        let to = if parts.has(Rule::nothing) { None } else { Some(self.next_name(&mut parts)?) };
        let kind = parts.take(Rule::match_kind).map(|pair| match_kind(pair.as_str()));
        let otherwise = parts.has(Rule::otherwise);
        let when = parts.next().and_then(|pair| self.expression(pair));
        Some(CrosswalkLine { from, to, kind, when, otherwise })
    }
}

/// The grammar lets through these four words only.
fn match_kind(word: &str) -> MatchKind {
    match word {
        "broader" => MatchKind::Broader,
        "narrower" => MatchKind::Narrower,
        "related" => MatchKind::Related,
        _ => MatchKind::Equivalent,
    }
}

/// A value as the code that it is: a code may look like a number.
fn code_of(value: &Expr) -> String {
    match value {
        Expr::Text(text) | Expr::Word(text) => text.clone(),
        Expr::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
