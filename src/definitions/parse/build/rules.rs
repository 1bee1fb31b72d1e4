//! Rules, tables, lists and derivations.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::CalendarDef;
use crate::definitions::parse::tree::CalendarLine;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::ColumnDef;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::FunctionDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::ListDef;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::PairsColumn;
use crate::definitions::parse::tree::PairsDef;
use crate::definitions::parse::tree::RowDef;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::parse::tree::RulesDef;
use crate::definitions::parse::tree::SimpleKind;
use crate::definitions::parse::tree::SwitchDef;
use crate::definitions::parse::tree::TableDef;
use crate::definitions::parse::tree::TogetherDef;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::day::Span as Duration;
use crate::model::rules::Severity;

impl Builder<'_> {
    pub(super) fn list(&mut self, pair: Pair<'_>) -> Option<ListDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let mut members = Vec::new();
        while let Some(pair) = parts.next() {
            let mut inner = Parts::of(pair);
            let Some(member) = self.member(&mut inner) else { continue };
            let member = match inner.take(Rule::spelled_out).and_then(|pair| self.inner_name(pair)) {
                Some(long) => Spanned::new(MemberDef::Spelled(Box::new(member.item), long), member.span),
                None => member,
            };
            let days = self.days(&mut inner);
            members.push(if days.days().is_always() {
                member
            } else {
                Spanned::new(MemberDef::Dated(Box::new(member.item), days), member.span)
            });
        }
        Some(ListDef { name, members })
    }

    pub(super) fn calendar(&mut self, pair: Pair<'_>) -> Option<CalendarDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let title = self.title(&mut parts);
        let lines = self.calendar_body(parts.next()?);
        Some(CalendarDef { name, title, lines })
    }

    pub(super) fn calendar_body(&mut self, block: Pair<'_>) -> Vec<Spanned<CalendarLine>> {
        self.items(block, Place::Calendar, |builder, pair| {
            if pair.as_rule() == Rule::csv_import {
                return builder.inner_name(pair).map(CalendarLine::Import);
            }
            let mut parts = Parts::of(pair);
            let days = builder.code_ranges(&mut parts);
            Some(CalendarLine::Closed { days, title: builder.title(&mut parts) })
        })
    }

    pub(super) fn table(&mut self, pair: Pair<'_>) -> Option<TableDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let inputs = self.columns(parts.next()?);
        let outputs = self.columns(parts.next()?);
        let (mut is_first, mut is_every, mut is_partial) = (false, false, false);
        loop {
            let next = parts.next()?;
            self.refuse_old(&next);
            match next.as_rule() {
                Rule::first => is_first = true,
                Rule::every_match => is_every = true,
                Rule::partial => is_partial = true,
                rule => {
                    let (mut rows, mut import, mut pairs) = (Vec::new(), None, None);
                    match rule {
                        Rule::csv_import => import = self.inner_name(next),
                        Rule::pairs_import => pairs = self.pairs(next),
                        _ => rows = self.rows(next),
                    }
                    return Some(TableDef {
                        name,
                        inputs,
                        outputs,
                        is_first,
                        is_every,
                        is_partial,
                        rows,
                        import,
                        pairs,
                    });
                }
            }
        }
    }

    fn pairs(&mut self, pair: Pair<'_>) -> Option<PairsDef> {
        let mut parts = Parts::of(pair);
        Some(PairsDef { file: self.next_name(&mut parts)?, columns: self.pairs_body(parts.next()?) })
    }

    pub(super) fn pairs_body(&mut self, block: Pair<'_>) -> Vec<Spanned<PairsColumn>> {
        self.items(block, Place::Pairs, |builder, pair| {
            let mut parts = Parts::of(pair);
            Some(PairsColumn {
                name: builder.next_name(&mut parts)?,
                column: builder.next_name(&mut parts)?,
                split: parts.take(Rule::split).and_then(|pair| builder.inner_name(pair)),
            })
        })
    }

    fn columns(&mut self, pair: Pair<'_>) -> Vec<ColumnDef> {
        let columns = pair.into_inner().filter_map(|pair| {
            let mut parts = Parts::of(pair);
            let path = self.next_path(&mut parts)?;
            let kind = parts.next();
            if let Some(word) = kind.as_ref().filter(|pair| pair.as_rule() == Rule::names_field) {
                let kind = Some(Spanned::new(KindDef::Simple(SimpleKind::Text), self.span(word)));
                return Some(ColumnDef { path, kind, names_field: true });
            }
            let kind = kind.and_then(|pair| self.kind(pair));
            Some(ColumnDef { path, kind, names_field: false })
        });
        columns.collect()
    }

    pub(super) fn rows(&mut self, block: Pair<'_>) -> Vec<Spanned<RowDef>> {
        self.items(block, Place::Row, Builder::row)
    }

    fn row(&mut self, pair: Pair<'_>) -> Option<RowDef> {
        let mut parts = Parts::of(pair);
        let (cells, outputs) = (self.cells(parts.next()?), self.cells(parts.next()?));
        Some(RowDef { cells, outputs, days: self.days(&mut parts) })
    }

    fn cells(&mut self, pair: Pair<'_>) -> Vec<Spanned<CellDef>> {
        let cells = pair.into_inner().filter_map(|pair| {
            let span = self.span(&pair);
            self.cell(pair).map(|cell| Spanned::new(cell, span))
        });
        cells.collect()
    }

    fn cell(&mut self, pair: Pair<'_>) -> Option<CellDef> {
        let mut parts = Parts::of(pair);
        Some(match parts.peek()? {
            Rule::any_value => CellDef::Any,
            Rule::absent => CellDef::Absent,
            Rule::compare => {
                let op = super::expression::compare_op(parts.next()?.as_str())?;
                CellDef::Compare(op, self.value(&mut parts)?)
            }
            Rule::many => CellDef::Members(self.members(&mut Parts::of(parts.next()?))),
            _ => CellDef::Members(self.members(&mut parts)),
        })
    }

    /// The values and ranges that stand next.
    pub(super) fn members(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<MemberDef>> {
        let mut members = Vec::new();
        while parts.peek().is_some() {
            members.extend(self.member(parts));
        }
        members
    }

    /// A value, or a range of them.
    fn member(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<MemberDef>> {
        let value = self.value(parts)?;
        let span = value.span;
        let Some(end) = parts.take(Rule::range_end) else {
            return Some(Spanned::new(MemberDef::One(value.item), span));
        };
        let end = self.value(&mut Parts::of(end))?;
        let whole = span.join(end.span);
        Some(Spanned::new(MemberDef::Range(value, end), whole))
    }

    pub(super) fn derive(&mut self, pair: Pair<'_>) -> Option<DeriveDef> {
        let mut parts = Parts::of(pair);
        let mut def = DeriveDef { record: self.next_name(&mut parts)?, lines: Vec::new(), marks: Vec::new() };
        self.derive_body(parts.next()?, &mut def);
        Some(def)
    }

    pub(super) fn derive_body(&mut self, block: Pair<'_>, def: &mut DeriveDef) {
        self.items(block, Place::Assignment, |builder, pair| {
            let is_mark = pair.as_rule() == Rule::mark;
            let mut parts = Parts::of(pair);
            if is_mark {
                let labels = builder.names(&mut parts);
                def.marks.push((labels, builder.expression(parts.next()?)?));
            } else {
                def.lines.push((builder.next_path(&mut parts)?, builder.expression(parts.next()?)?));
            }
            Some(())
        });
    }

    pub(super) fn function(&mut self, pair: Pair<'_>) -> Option<FunctionDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let mut parameters = Vec::new();
        while let Some(pair) = parts.take(Rule::parameter) {
            let mut parameter = Parts::of(pair);
            parameters.push((self.next_name(&mut parameter)?, self.kind(parameter.next()?)?));
        }
        let result = self.kind(parts.next()?)?;
        Some(FunctionDef { name, parameters, result, body: self.expression(parts.next()?)? })
    }

    pub(super) fn rules_def(&mut self, pair: Pair<'_>) -> Option<RulesDef> {
        let mut parts = Parts::of(pair);
        let record = self.next_name(&mut parts)?;
        let see = self.title(&mut parts);
        let together = parts.take(Rule::together).map(|pair| self.together(pair));
        Some(RulesDef { record, see, together, rules: self.rules_body(parts.next()?) })
    }

    fn together(&mut self, pair: Pair<'_>) -> TogetherDef {
        let mut parts = Parts::of(pair);
        let (mut keys, mut within, mut as_they_come) = (Vec::new(), None, false);
        while parts.peek().is_some() {
            if parts.has(Rule::as_they_come) {
                as_they_come = true;
            } else if let Some(pair) = parts.take(Rule::duration) {
                let (text, span) = (pair.as_str().to_owned(), self.span(&pair));
                within = Duration::parse(&text);
                if within.is_none() {
                    self.problems.push(Diagnostic::new(Kind::BadDuration { text }, span));
                }
            } else {
                keys.extend(self.value(&mut parts));
            }
        }
        TogetherDef { keys, as_they_come, within }
    }

    pub(super) fn rules_body(&mut self, block: Pair<'_>) -> Vec<Spanned<RuleDef>> {
        self.items(block, Place::Rules, Builder::rule_def)
    }

    pub(super) fn rule_def(&mut self, pair: Pair<'_>) -> Option<RuleDef> {
        let mut parts = Parts::of(pair);
        let id = self.next_name(&mut parts)?;
        let severity = self.severity(&mut parts)?.item;
        let message = self.next_name(&mut parts)?;
        let mut items = self.clauses(&mut parts);
        let body = parts.next()?;
        let on = body.clone().into_inner().find(|pair| pair.as_rule() == Rule::on);
        let record = on.and_then(|pair| self.inner_name(pair));
        items.extend(self.rule_body(body));
        Some(RuleDef { id, record, severity, message, items })
    }

    pub(super) fn rule_switch(&mut self, pair: Pair<'_>) -> Option<SwitchDef> {
        let mut parts = Parts::of(pair);
        let rule = self.next_name(&mut parts)?;
        let severity =
            if parts.has(Rule::switched_off) { None } else { Some(self.severity(&mut Parts::of(parts.next()?))?) };
        Some(SwitchDef { rule, severity, because: self.next_name(&mut parts)? })
    }

    /// What stands in the head of a rule or check: it says the same as it would in the block.
    fn clauses(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<RuleItem>> {
        let mut items = Vec::new();
        while let Some(pair) = parts.take(Rule::for_each).or_else(|| parts.take(Rule::rule_word)) {
            let span = self.span(&pair);
            items.extend(self.rule_item(pair).map(|item| Spanned::new(item, span)));
        }
        items
    }

    pub(super) fn rule_body(&mut self, block: Pair<'_>) -> Vec<Spanned<RuleItem>> {
        self.items(block, Place::Rule, Builder::rule_item)
    }

    fn rule_item(&mut self, pair: Pair<'_>) -> Option<RuleItem> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::require if parts.has(Rule::if_present) => RuleItem::RequireIfPresent(self.expression(parts.next()?)?),
            Rule::require => RuleItem::Require(self.expression(parts.next()?)?),
            Rule::forbid => RuleItem::Forbid(self.expression(parts.next()?)?),
            Rule::when_line | Rule::scope => RuleItem::When(self.expression(parts.next()?)?),
            Rule::severity => {
                RuleItem::Severity { severity: self.severity(&mut parts)?, when: self.expression(parts.next()?)? }
            }
            Rule::at => RuleItem::At(self.next_path(&mut parts)?),
            Rule::for_each => return self.for_each(parts.next()?),
            Rule::let_line => {
                RuleItem::Let { name: self.next_name(&mut parts)?, value: self.expression(parts.next()?)? }
            }
            Rule::rule_word => {
                let (key, text) = (self.next_name(&mut parts)?, self.next_name(&mut parts)?);
                match key.item.as_str() {
                    "see" => RuleItem::See(text),
                    "help" => RuleItem::Help(text),
                    _ => RuleItem::Word { key, text },
                }
            }
            Rule::on => RuleItem::Unsaid,
            Rule::from_day => RuleItem::From(self.day(parts.next()?)?),
            Rule::to_day => RuleItem::To(self.day(parts.next()?)?),
            Rule::once => RuleItem::Once,
            Rule::fix => return self.fix(parts.next()?),
            Rule::check => {
                let mut items = self.clauses(&mut parts);
                items.extend(self.rule_body(parts.next()?));
                RuleItem::Check(items)
            }
            _ => return None,
        })
    }

    /// A severity; one that is none is reported and taken for an error.
    fn severity(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Severity>> {
        let name = self.next_name(parts)?;
        let severity = Severity::named(&name.item).unwrap_or_else(|| {
            let problem = Diagnostic::new(Kind::UnknownSeverity { severity: name.item.clone() }, name.span);
            let near = did_you_mean(&name.item, Severity::ALL.map(Severity::name));
            self.problems.push(problem.with_help(near.unwrap_or_else(Severity::told)));
            Severity::Error
        });
        Some(Spanned::new(severity, name.span))
    }

    fn for_each(&mut self, pair: Pair<'_>) -> Option<RuleItem> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let first = self.next_name(&mut parts)?;
        if rule == Rule::table_rows {
            let table = self.next_name(&mut parts)?;
            let arguments = self.arguments(parts.next()?);
            return Some(RuleItem::ForRows { variable: first, table, arguments });
        }
        if rule != Rule::pair {
            let list = parts.next().and_then(|pair| self.path(pair));
            if list.is_none() {
                self.refuse_word(&format!("for each {}", first.item), "for each NAME in LIST", first.span);
            }
            return Some(RuleItem::ForEach { variable: first, list });
        }
        Some(RuleItem::ForPair { first, second: self.next_name(&mut parts)?, list: self.next_path(&mut parts)? })
    }

    fn arguments(&mut self, pair: Pair<'_>) -> Vec<Spanned<Expr>> {
        pair.into_inner().filter_map(|argument| self.expression(argument)).collect()
    }

    /// A code of a set if it is written as one, else an expression.
    fn fix(&mut self, pair: Pair<'_>) -> Option<RuleItem> {
        if pair.as_rule() == Rule::target_word {
            let (set, code) = self.set_and_code(pair)?;
            return Some(RuleItem::FixCode { set, code });
        }
        let inner = pair.clone().into_inner().next();
        if let Some(word) = inner.filter(|inner| inner.as_rule() == Rule::word && inner.as_str() == pair.as_str())
            && word.as_str().contains('/')
        {
            let (set, code) = self.set_and_code(word)?;
            return Some(RuleItem::FixCode { set, code });
        }
        self.expression(pair).map(RuleItem::FixExpr)
    }
}
