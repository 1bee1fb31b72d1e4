//! Rules, tables, lists and derivations.

use crate::definitions::format::Printer;
use crate::definitions::format::expression::code_ranges;
use crate::definitions::format::expression::compare;
use crate::definitions::format::expression::path;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page;
use crate::definitions::format::page::Shape;
use crate::definitions::format::records::kind;
use crate::definitions::format::records::titled;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::bracketed;
use crate::definitions::format::words::days;
use crate::definitions::format::words::duration;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::parse::tree::CalendarDef;
use crate::definitions::parse::tree::CalendarLine;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::ColumnDef;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::FunctionDef;
use crate::definitions::parse::tree::ListDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PairsColumn;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::RowDef;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::parse::tree::RulesDef;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::SwitchDef;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;

/// Characters of a head with words and loops in it; what would be wider stands in the block.
const WIDEST_HEAD: usize = 110;

impl Printer<'_> {
    pub(super) fn list(&self, def: &ListDef) -> Shape {
        let mut flow = Flow::of(format!("list {}", def.name.item));
        flow.append(bracketed(self.member_list(&def.members, 1)));
        Shape::Plain(flow)
    }

    pub(super) fn calendar(&mut self, def: &CalendarDef, span: Span) -> Shape {
        let head = titled("calendar", &def.name, def.title.as_ref());
        let body = self.block(&def.lines, span, |_, line, _| match line {
            CalendarLine::Import(file) => {
                Shape::Keyword("import".to_owned(), Flow::of(format!("csv {}", quoted(&file.item))))
            }
            CalendarLine::Closed { days, title } => {
                let mut flow = code_ranges(days, 1);
                if let Some(title) = title {
                    flow.word(&quoted(&title.item));
                }
                Shape::Keyword("closed".to_owned(), flow)
            }
        });
        Shape::Block(head, body, String::new())
    }

    pub(super) fn table(&mut self, def: &TableDef, span: Span) -> Shape {
        let mut head = Flow::of(format!("table {}", def.name.item));
        head.append(bracketed(columns(&def.inputs)));
        head.word("->");
        head.append(columns(&def.outputs));
        if def.is_first {
            head.word("first-match");
        }
        if def.is_every {
            head.word("every-match");
        }
        if def.is_partial {
            head.word("partial");
        }
        if let Some(file) = &def.import {
            head.word(&format!("import csv {}", quoted(&file.item)));
            return Shape::Plain(head);
        }
        if let Some(pairs) = &def.pairs {
            head.word(&format!("import pairs {}", quoted(&pairs.file.item)));
            let body = self.block(&pairs.columns, span, |_, column, _| pairs_column(column));
            return Shape::Block(head, body.short(), String::new());
        }
        let body = self.block(&def.rows, span, |printer, row, _| printer.row(row));
        Shape::Block(head, body, String::new())
    }

    fn row(&self, row: &RowDef) -> Shape {
        let cells = row.cells.iter().chain(&row.outputs).map(|cell| self.cell(&cell.item).line());
        let mut cells: Vec<String> = cells.collect();
        let mut on = Flow::default();
        days(&mut on, row.days.from.as_ref(), row.days.to.as_ref());
        if let Some(last) = cells.last_mut().filter(|_| !row.days.days().is_always()) {
            last.push(' ');
            last.push_str(on.line().trim_start());
        }
        Shape::Row(cells, row.cells.len())
    }

    fn cell(&self, cell: &CellDef) -> Flow {
        match cell {
            CellDef::Any => Flow::of("any"),
            CellDef::Absent => Flow::of("absent"),
            CellDef::Compare(op, value) => {
                let mut flow = Flow::of(compare(*op));
                flow.append(self.expression(value));
                flow
            }
            CellDef::Members(members) => {
                let flow = self.member_list(members, 2);
                if members.len() == 1 { flow } else { bracketed(flow) }
            }
        }
    }

    pub(super) fn derive(&mut self, def: &DeriveDef, span: Span) -> Shape {
        let head = Flow::of(format!("derive {}", def.record.item));
        let Some(block) = self.trivia.block(span) else { return Shape::Verbatim(self.trivia.text(span).to_owned()) };
        let lines = def.lines.iter().map(|(field, value)| (field.span.join(value.span), Line::Field(field, value)));
        let marks = def.marks.iter().filter_map(|(labels, when)| {
            let first = labels.first()?.span;
            // The keyword `label` stands before the first of the labels.
            let before = self.trivia.text(Span::new(0, first.start));
            let start = before.rfind("label").unwrap_or(first.start);
            Some((Span::new(start, when.span.end), Line::Label(labels, when)))
        });
        let mut items: Vec<(Span, Line<'_>)> = lines.chain(marks).collect();
        items.sort_by_key(|(span, _)| *span);
        let body = self.body(items.into_iter(), block, |printer, item, _| match item {
            Line::Field(field, value) => Shape::Sides(path(field), "=", printer.expression(value)),
            Line::Label(labels, when) => {
                let mut flow = Flow::of("labelled");
                flow.append(listed(labels, 1));
                flow.word("when");
                flow.append(printer.expression(when));
                Shape::Plain(flow)
            }
        });
        Shape::Block(head, body, String::new())
    }

    pub(super) fn function(&self, def: &FunctionDef) -> Shape {
        let parameters = def.parameters.iter().map(|(name, it)| {
            let mut flow = Flow::of(name.item.clone());
            flow.append(kind(&it.item));
            flow
        });
        let mut flow = Flow::of(format!("function {}", def.name.item));
        flow.glue(bracketed(joined(parameters, 1)));
        flow.word("->");
        flow.append(kind(&def.result.item));
        flow.word("=");
        flow.append(self.expression(&def.body));
        Shape::Plain(flow)
    }

    pub(super) fn rules(&mut self, def: &RulesDef, span: Span) -> Shape {
        let mut head = rules_head(&def.record, def.see.as_ref());
        if let Some(together) = &def.together {
            head.word("together by");
            head.append(joined(together.keys.iter().map(|key| self.expression(key)), 1));
            if together.as_they_come {
                head.word("as they come");
            }
            if let Some(within) = together.within {
                head.word(&format!("within {}", duration(within)));
            }
        }
        Shape::Block(head, self.block(&def.rules, span, Printer::rule), String::new())
    }

    /// Rules that each name the record, as in the first edition, become one block.
    pub(super) fn rules_of_one_record(&mut self, record: &Name, run: &[Spanned<Statement>], span: Span) -> Shape {
        let rules = run.iter().filter_map(|one| match &one.item {
            Statement::Rule(rule) => Some((one.span, rule)),
            _ => None,
        });
        let body = self.body(rules, span, Printer::rule);
        Shape::Block(rules_head(record, None), body, String::new())
    }

    pub(super) fn rule(&mut self, def: &RuleDef, span: Span) -> Shape {
        let head = format!("rule {} {} {}", def.id.item, def.severity.name(), quoted(&def.message.item));
        let leading = self.leading(&def.items, true);
        self.rule_block(head, &leading, &def.items, span)
    }

    pub(super) fn switch(def: &SwitchDef) -> Shape {
        let to = def
            .severity
            .as_ref()
            .map_or_else(|| "off".to_owned(), |severity| format!("severity {}", severity.item.name()));
        Shape::Plain(Flow::of(format!("rule {} {to} because {}", def.rule.item, quoted(&def.because.item))))
    }

    /// The words and loops that a rule or check begins with: they may stand in its head.
    fn leading<'t>(&self, items: &'t [Spanned<RuleItem>], is_rule: bool) -> Vec<&'t Spanned<RuleItem>> {
        let is_clause = |item: &RuleItem| {
            matches!(
                item,
                RuleItem::Word { .. } | RuleItem::ForEach { .. } | RuleItem::ForPair { .. } | RuleItem::ForRows { .. }
            )
        };
        // The order in which a rule has these says nothing.
        let is_passed = |item: &RuleItem| match item {
            RuleItem::Unsaid => true,
            RuleItem::See(_) | RuleItem::Help(_) | RuleItem::From(_) | RuleItem::To(_) | RuleItem::Once => is_rule,
            _ => false,
        };
        let run = items.iter().take_while(|it| is_clause(&it.item) || is_passed(&it.item));
        let run = run.take_while(|it| !self.has_problem(it.span)).filter(|it| is_clause(&it.item));
        let (words, loops): (Vec<_>, Vec<_>) = run.partition(|it| matches!(it.item, RuleItem::Word { .. }));
        words.into_iter().chain(loops).collect()
    }

    /// A rule or check; of the clauses that may stand in its head it has as many as are not too wide, words before loops.
    fn rule_block(
        &mut self,
        mut head: String,
        clauses: &[&Spanned<RuleItem>],
        items: &[Spanned<RuleItem>],
        span: Span,
    ) -> Shape {
        let mut moved = Vec::new();
        for clause in clauses {
            let Some(text) = page::part(&self.rule_item(&clause.item, clause.span)) else { break };
            if head.chars().count() + 1 + text.chars().count() > WIDEST_HEAD {
                break;
            }
            head = format!("{head} {text}");
            moved.push(clause.span.start);
        }
        let body = self.block(items, span, |printer, item, span| {
            if moved.contains(&span.start) { super::nothing() } else { printer.rule_item(item, span) }
        });
        Shape::Block(Flow::of(head), body.short(), String::new())
    }

    fn rule_item(&mut self, item: &RuleItem, span: Span) -> Shape {
        let keyword = |word: &str, flow: Flow| Shape::Keyword(word.to_owned(), flow);
        match item {
            RuleItem::See(text) => keyword("see", Flow::of(quoted(&text.item))),
            RuleItem::Help(text) => keyword("help", Flow::of(quoted(&text.item))),
            RuleItem::Word { key, text } => keyword(&key.item, Flow::of(quoted(&text.item))),
            RuleItem::Unsaid => super::nothing(),
            RuleItem::When(condition) => keyword("when", self.expression(condition)),
            RuleItem::Require(condition) => keyword("require", self.expression(condition)),
            RuleItem::RequireIfPresent(condition) => {
                let mut flow = Flow::of("if present");
                flow.append(self.expression(condition));
                keyword("require", flow)
            }
            RuleItem::Forbid(condition) => keyword("forbid", self.expression(condition)),
            RuleItem::Severity { severity, when } => {
                let mut flow = Flow::of(format!("{} when", severity.item.name()));
                flow.append(self.expression(when));
                keyword("severity", flow)
            }
            RuleItem::From(day) => keyword("from", Flow::of(day.item.to_string())),
            RuleItem::To(day) => keyword("to", Flow::of(day.item.to_string())),
            RuleItem::ForEach { variable, list } => {
                let list = list.as_ref().map_or_else(String::new, |list| format!(" in {}", path(list)));
                Shape::Plain(Flow::of(format!("for each {}{list}", variable.item)))
            }
            RuleItem::ForPair { first, second, list } => {
                Shape::Plain(Flow::of(format!("for each pair {}, {} in {}", first.item, second.item, path(list))))
            }
            RuleItem::ForRows { variable, table, arguments } => {
                let call = Expr::Call { name: table.clone(), arguments: arguments.clone() };
                let mut flow = Flow::of(format!("for each {} in", variable.item));
                flow.append(self.expression(&Spanned::new(call, span)));
                Shape::Plain(flow)
            }
            RuleItem::Let { name, value } => {
                let mut flow = Flow::of(format!("{} =", name.item));
                flow.append(self.expression(value));
                keyword("let", flow)
            }
            RuleItem::At(field) => keyword("at", Flow::of(path(field))),
            RuleItem::Once => Shape::Plain(Flow::of("once")),
            RuleItem::FixCode { set, code } => keyword("fix", Flow::of(format!("{}/{}", set.item, bare(&code.item)))),
            RuleItem::FixExpr(value) => keyword("fix", self.expression(value)),
            RuleItem::Check(items) => {
                let leading = self.leading(items, false);
                self.rule_block("check".to_owned(), &leading, items, span)
            }
        }
    }
}

fn rules_head(record: &Name, see: Option<&Name>) -> Flow {
    let mut head = Flow::of(format!("rules for {}", record.item));
    if let Some(see) = see {
        head.word(&quoted(&see.item));
    }
    head
}

/// What stands in a derivation.
enum Line<'t> {
    Field(&'t PathDef, &'t Spanned<Expr>),
    Label(&'t [Name], &'t Spanned<Expr>),
}

fn columns(columns: &[ColumnDef]) -> Flow {
    let column = |column: &ColumnDef| {
        let mut flow = Flow::of(path(&column.path));
        if column.names_field {
            flow.word("field");
        } else if let Some(it) = &column.kind {
            flow.append(kind(&it.item));
        }
        flow
    };
    joined(columns.iter().map(column), 1)
}

/// A column of a table of pairs.
fn pairs_column(def: &PairsColumn) -> Shape {
    let mut flow = Flow::of(format!("column {}", bare(&def.column.item)));
    if let Some(split) = &def.split {
        flow.word(&format!("split {}", quoted(&split.item)));
    }
    Shape::Keyword(def.name.item.clone(), flow)
}
