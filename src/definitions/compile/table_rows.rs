//! Rules over the rows of a table: `for each ROW in TABLE(a, b)`.
//!
//! Such a rule is asked once for each row whose inputs fit. Every row becomes checks of the rule, with what its inputs ask before
//! them and what its outputs say in the place of `ROW.OUTPUT`, so that nothing but expressions is left to evaluate.

use super::expression::Lowering;
use super::expression::join;
use super::scope::Found;
use super::scope::Output;
use super::scope::Row;
use super::scope::Type;
use super::tables;
use super::world::TableTypes;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::ColumnDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RowDef;
use crate::definitions::parse::tree::RuleDef;
use crate::definitions::parse::tree::RuleItem;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::rules::Cell;
use crate::model::value::Literal;

/// The table whose rows a rule is about.
pub(super) struct RowsOf<'a> {
    def: &'a TableDef,
    types: &'a TableTypes,
    /// The rows, those of a file with it.
    pub rows: &'a [Spanned<RowDef>],
}

/// The table that a rule names in `for each ROW in TABLE(…)`, if it has such a line; reports a second one.
pub(super) fn named<'t>(def: &'t RuleDef, lowering: &Lowering<'_>) -> Option<&'t Name> {
    let mut named = def.items.iter().filter_map(|item| match &item.item {
        RuleItem::ForRows { table, .. } => Some(table),
        _ => None,
    });
    let table = named.next()?;
    if let Some(second) = named.next() {
        let problem =
            Problem::Misplaced { what: "for each ROW in TABLE(…)".into(), place: "a rule that has it".into() };
        lowering.say(second.span, problem, Some("write a rule for each table".into()));
    }
    Some(table)
}

/// The table of a name and its rows; `None` if rules cannot ask of its rows, which is reported.
pub(super) fn rows_of<'a>(name: &Name, lowering: &Lowering<'a>) -> Option<RowsOf<'a>> {
    let compiler = lowering.compiler;
    let defs = compiler.source.statements().filter_map(|statement| match statement {
        Statement::Table(def) => Some(def),
        _ => None,
    });
    let defs: Vec<&'a TableDef> = defs.collect();
    let Some(def) = defs.iter().find(|def| def.name.item == name.item) else {
        let help = did_you_mean(&name.item, defs.iter().map(|def| def.name.item.as_str()));
        lowering.say(name.span, Problem::UnknownName { what: "table".into(), name: name.item.clone() }, help);
        return None;
    };
    if !def.is_every {
        let problem = Problem::Expected {
            expected: "a table of which every row that fits counts".into(),
            found: format!("`{}`", name.item),
        };
        lowering.say(name.span, problem, Some("say `every-match` before the rows of the table".into()));
        return None;
    }
    let types = compiler.names()?.tables.iter().find(|types| types.name == name.item)?;
    let rows = types.imported.as_deref().unwrap_or(&def.rows);
    Some(RowsOf { def, types, rows })
}

impl<'a> RowsOf<'a> {
    /// Binds the outputs of a row to the name that the rule gives it.
    pub fn bind(&self, variable: &Name, row: &RowDef, lowering: &mut Lowering<'a>) {
        let mut bound = Row { name: variable.item.clone(), ..Row::default() };
        for ((column, kind), cell) in self.def.outputs.iter().zip(&self.types.outputs).zip(&row.outputs) {
            let Some(kind) = Type::of(kind) else { continue };
            let name = join(&column.path);
            bound.written.push((name.clone(), words(cell, lowering)));
            let value = if column.names_field { field(column, cell, lowering) } else { literal(cell, kind, lowering) };
            bound.outputs.push((name, value));
        }
        lowering.scope.row = Some(bound);
    }

    /// What has to hold for a row to fit what the rule gives the table.
    pub fn conditions(
        &self,
        row: &RowDef,
        table: &Name,
        arguments: &[Spanned<Expr>],
        lowering: &mut Lowering<'a>,
    ) -> Vec<Expression> {
        if self.types.inputs.len() != arguments.len() {
            let expected = format!("{} inputs", self.types.inputs.len());
            let problem = Problem::WrongArguments { name: table.item.clone(), expected, found: arguments.len() };
            lowering.say(table.span, problem, None);
            return Vec::new();
        }
        let mut conditions = Vec::new();
        for ((argument, kind), cell) in arguments.iter().zip(&self.types.inputs).zip(&row.cells) {
            let typed = lowering.lower(argument, Type::of(kind));
            if let Some(wanted) = Type::of(kind) {
                lowering.comparable(wanted, typed.kind, argument.span);
            }
            // What is wrong with a cell was said where the table is.
            let before = lowering.compiler.report.count();
            let cell = tables::cell_of(cell, kind, lowering);
            lowering.compiler.report.take_back(before);
            conditions.extend(fits(cell, typed.expression));
        }
        let days = row.days.days();
        if !days.is_always() {
            let is_true = || Literal::Bool(true);
            let members = vec![Member::Dated(days, Box::new(Member::One(is_true())))];
            conditions.push(Expression::In { of: Box::new(Expression::Literal(is_true())), members, negated: false });
        }
        conditions
    }
}

/// That a value fits a cell; `None` if every value does.
fn fits(cell: Cell, value: Expression) -> Option<Expression> {
    let value = Box::new(value);
    Some(match cell {
        Cell::Any => return None,
        Cell::Absent => Expression::Not(Box::new(Expression::Present(value))),
        Cell::Members(members) => Expression::In { of: value, members, negated: false },
        Cell::Compare(how, limit) => {
            Expression::Compare { how, left: value, right: Box::new(Expression::Literal(limit)) }
        }
    })
}

fn literal<'a>(cell: &Spanned<CellDef>, kind: Type<'a>, lowering: &mut Lowering<'a>) -> Output<'a> {
    let before = lowering.compiler.report.count();
    let value = tables::output_of(cell, kind.base, lowering);
    lowering.compiler.report.take_back(before);
    Output::Value(value, kind)
}

/// A cell that names a field, as the rule would name it.
fn field<'a>(column: &ColumnDef, cell: &Spanned<CellDef>, lowering: &Lowering<'a>) -> Output<'a> {
    let name = words(cell, lowering);
    if !matches!(lowering.scope.find(&name), Found::Path { .. }) {
        let names = lowering.scope.names();
        let near = did_you_mean(&name, names.iter().map(String::as_str));
        let help = near.unwrap_or_else(|| format!("`{}` names a field as the rule would", join(&column.path)));
        lowering.say(cell.span, lowering.scope.unknown(&name), Some(help));
        return Output::Value(None, Type::TEXT);
    }
    Output::Field(name)
}

/// A cell as it is written.
fn words(cell: &Spanned<CellDef>, lowering: &Lowering<'_>) -> String {
    match &cell.item {
        CellDef::Members(members) => match members.as_slice() {
            [Spanned { item: MemberDef::One(Expr::Text(word) | Expr::Word(word)), .. }] => word.clone(),
            [Spanned { item: MemberDef::One(Expr::Number(number)), .. }] => number.to_string(),
            [Spanned { item: MemberDef::One(Expr::Day(day)), .. }] => day.to_string(),
            _ => lowering.compiler.written(cell.span).to_owned(),
        },
        CellDef::Absent => String::new(),
        CellDef::Any | CellDef::Compare(..) => lowering.compiler.written(cell.span).to_owned(),
    }
}
