//! Decision tables: types of their columns, rows, gaps and overlaps.

use super::context::Compiler;
use super::expression::Lowering;
use super::expression::join;
use super::scope::Found;
use super::scope::Scope;
use super::scope::Type;
use super::table_files::TableFiles;
use super::world::TableTypes;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::ColumnDef;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::nearest;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::expression::Path;
use crate::model::ids::OutputId;
use crate::model::ids::RecordId;
use crate::model::ids::TableId;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::rules::Cell;
use crate::model::rules::Derivation;
use crate::model::rules::Row;
use crate::model::rules::Table;
use crate::model::value::Literal;

/// Types of a table's columns, and the rows of its file.
pub(super) fn types(def: &TableDef, compiler: Compiler<'_>) -> TableTypes {
    let record = record_of(def, compiler);
    let mut types = TableTypes { name: def.name.item.clone(), is_every: def.is_every, ..TableTypes::default() };
    for (columns, is_output) in [(&def.inputs, false), (&def.outputs, true)] {
        for column in columns {
            let kind = column_kind(column, record.map(|it| it.1), compiler);
            if is_output {
                types.output_names.push(join(&column.path));
                types.outputs.push(kind);
            } else {
                types.inputs.push(kind);
            }
        }
    }
    let import = def.import.as_ref().filter(|_| def.pairs.is_none());
    types.imported = import.map(|name| TableFiles::of(name.span, compiler).rows(def, &types, name, compiler.report));
    types
}

/// The record that all columns without a type are fields of.
fn record_of<'a>(def: &TableDef, compiler: Compiler<'a>) -> Option<(RecordId, &'a Record)> {
    let records = &compiler.names()?.records;
    RecordId::numbered(records).find(|(_, record)| {
        let scope = Scope::new(compiler.world, compiler.domain, Some(record));
        let columns = def.inputs.iter().chain(&def.outputs).filter(|column| column.kind.is_none());
        columns.into_iter().all(|column| matches!(scope.find(&join(&column.path)), Found::Path { .. }))
    })
}

fn column_kind(column: &ColumnDef, record: Option<&Record>, compiler: Compiler<'_>) -> Kind {
    if let Some(kind) = &column.kind {
        return super::records::kind(kind, compiler);
    }
    let scope = Scope::new(compiler.world, compiler.domain, record);
    match scope.find(&join(&column.path)) {
        Found::Path { kind, .. } => kind.base.clone(),
        _ => {
            // The record is not told yet where a column is wrong, so that any field of the domain may be meant.
            let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
            let fields = records.iter().flat_map(|record| record.fields.iter().map(|field| field.name.as_str()));
            let near = did_you_mean(&join(&column.path), fields);
            let help = near.or_else(|| Some("name a field, or give the column a type: `name TYPE`".into()));
            compiler.say(column.path.span, scope.unknown(&join(&column.path)), help);
            Kind::Text
        }
    }
}

/// The rows of a table, checked for gaps and overlaps.
pub(super) fn table(def: &TableDef, types: &TableTypes, compiler: Compiler<'_>) -> Table {
    let mut table = Table {
        name: def.name.item.clone(),
        inputs: def.inputs.iter().map(|column| join(&column.path)).collect(),
        outputs: def.outputs.iter().map(|column| join(&column.path)).collect(),
        rows: Vec::with_capacity(def.rows.len()),
        pairs: None,
        packed: Vec::new(),
    };
    check_words(def, compiler);
    if let Some(pairs) = &def.pairs {
        table.packed = super::pairs::packed(def, pairs, types, compiler);
        return table;
    }
    let rows = types.imported.as_deref().unwrap_or(&def.rows);
    let mut spans = Vec::with_capacity(rows.len());
    for (number, row) in rows.iter().enumerate() {
        let before = compiler.report.count();
        let expected = types.inputs.len() + types.outputs.len();
        let found = row.item.cells.len() + row.item.outputs.len();
        if row.item.cells.len() != types.inputs.len() || row.item.outputs.len() != types.outputs.len() {
            compiler.say(row.span, Problem::RowWidth { expected, found }, None);
            continue;
        }
        let mut lowering = Lowering::new(compiler, None);
        let cells = row.item.cells.iter().zip(&types.inputs).map(|(cell, kind)| cell_of(cell, kind, &mut lowering));
        let cells: Vec<Cell> = cells.collect();
        let outputs = row.item.outputs.iter().zip(&types.outputs).zip(&def.outputs);
        let outputs = outputs.map(|((cell, kind), column)| {
            if column.names_field { field_of(cell, &lowering) } else { output_of(cell, kind, &mut lowering) }
        });
        let outputs = outputs.collect();
        table.rows.push(Row { cells, outputs, days: row.item.days.days() });
        spans.push(row.span);
        if types.imported.is_some() {
            // A header stands above the rows, and people count from 1.
            compiler.report.change(before, |problem| problem.note = format!("row {} of the file", number + 1));
        }
    }
    if spans.len() == rows.len() && !def.is_every {
        super::coverage::check(def, types, &table, &spans, compiler.report);
    }
    table
}

/// Says which words of the head of a table exclude each other.
fn check_words(def: &TableDef, compiler: Compiler<'_>) {
    let misplaced = |what: &str, place: &str, at, help: &str| {
        compiler.say(at, Problem::Misplaced { what: what.into(), place: place.into() }, Some(help.into()));
    };
    if def.is_every && def.is_first {
        misplaced("first-match", "an `every-match` table", def.name.span, "one row decides, or every row counts");
    }
    if def.is_every && def.pairs.is_some() {
        misplaced("every-match", "a table of pairs", def.name.span, "import the rows: `import csv \"FILE\"`");
    }
    let outputs = def.outputs.iter().filter(|_| !def.is_every);
    for column in def.inputs.iter().chain(outputs).filter(|column| column.names_field) {
        let help = "the outputs of an `every-match` table may name fields, for the rules that ask of its rows";
        misplaced("field", "this table", column.path.span, help);
    }
}

pub(super) fn cell_of<'a>(cell: &Spanned<CellDef>, kind: &'a Kind, lowering: &mut Lowering<'a>) -> Cell {
    match &cell.item {
        CellDef::Any => Cell::Any,
        CellDef::Absent => Cell::Absent,
        CellDef::Members(members) if misspelt(members, kind, lowering) => Cell::Any,
        CellDef::Members(members) => Cell::Members(lowering.members(members, Type::of(kind), cell.span)),
        CellDef::Compare(op, value) => {
            let Some(kind) = Type::of(kind) else { return Cell::Any };
            let how = match op {
                CompareOp::Equal => Comparison::Equal,
                CompareOp::Unequal => Comparison::Unequal,
                CompareOp::Less => Comparison::Less,
                CompareOp::AtMost => Comparison::AtMost,
                CompareOp::More => Comparison::More,
                CompareOp::AtLeast => Comparison::AtLeast,
            };
            lowering.literal(value, kind).map_or(Cell::Any, |literal| Cell::Compare(how, literal))
        }
    }
}

/// Reports a cell that is no value of its column and looks like `any` or `absent`.
fn misspelt<'a>(members: &[Spanned<MemberDef>], kind: &'a Kind, lowering: &mut Lowering<'a>) -> bool {
    let [Spanned { item: MemberDef::One(expr @ Expr::Word(word)), span }] = members else { return false };
    let Some(meant) = nearest(word, ["any", "absent"]) else { return false };
    let is_text = Type::of(kind).is_some_and(|kind| kind.sort() == "text");
    if is_text
        || lowering.compiler.world.list(lowering.scope.domain, word).is_some()
        || lowering.compiler.world.literal(expr, kind).is_ok()
    {
        return false;
    }
    let problem = Problem::MisspeltKeyword { found: word.clone(), meant: meant.to_owned() };
    lowering.compiler.say(*span, problem, Some(format!("did you mean `{meant}`?")));
    true
}

pub(super) fn output_of<'a>(cell: &Spanned<CellDef>, kind: &'a Kind, lowering: &mut Lowering<'a>) -> Option<Literal> {
    match &cell.item {
        CellDef::Members(members) => match members.as_slice() {
            [Spanned { item: MemberDef::One(value), span }] => {
                lowering.literal(&Spanned::new(value.clone(), *span), Type::of(kind)?)
            }
            _ => {
                let problem = Problem::TypeMismatch { expected: "one value".into(), found: "several".into() };
                lowering.compiler.say(cell.span, problem, None);
                None
            }
        },
        CellDef::Absent => None,
        CellDef::Any | CellDef::Compare(..) => {
            let problem = Problem::TypeMismatch { expected: "a value".into(), found: "a condition".into() };
            lowering.compiler.say(cell.span, problem, None);
            None
        }
    }
}

/// The name of a field, as a text.
fn field_of(cell: &Spanned<CellDef>, lowering: &Lowering<'_>) -> Option<Literal> {
    match &cell.item {
        CellDef::Members(members) => match members.as_slice() {
            [Spanned { item: MemberDef::One(Expr::Word(name) | Expr::Text(name)), .. }] => {
                Some(Literal::Text(name.clone()))
            }
            _ => {
                let problem =
                    Problem::Expected { expected: "the name of a field".into(), found: "another value".into() };
                lowering.say(cell.span, problem, None);
                None
            }
        },
        _ => {
            let problem = Problem::Expected { expected: "the name of a field".into(), found: "none".into() };
            lowering.say(cell.span, problem, None);
            None
        }
    }
}

/// What a table written over fields only sets by itself.
pub(super) fn derivations(def: &TableDef, place: TableId, compiler: Compiler<'_>) -> Vec<Derivation> {
    if def.is_every {
        return Vec::new();
    }
    let is_over_fields = def.inputs.iter().chain(&def.outputs).all(|column| column.kind.is_none());
    let Some((record, fields)) = record_of(def, compiler).filter(|_| is_over_fields) else { return Vec::new() };
    let scope = Scope::new(compiler.world, compiler.domain, Some(fields));
    let path = |column: &ColumnDef| -> Option<Expression> {
        match scope.find(&join(&column.path)) {
            Found::Path { expression, .. } => Some(expression),
            _ => None,
        }
    };
    let arguments: Vec<Expression> = def.inputs.iter().filter_map(&path).collect();
    let outputs = OutputId::numbered(&def.outputs).filter_map(|(output, column)| {
        let Some(Expression::Path(Path { root, slots })) = path(column) else { return None };
        Some(Derivation {
            record,
            field: Path { root, slots },
            value: Expression::Table { table: place, output, arguments: arguments.clone() },
        })
    });
    outputs.collect()
}

/// Whether a member covers a literal, for the check of gaps and overlaps.
pub(super) fn covers(member: &Member, value: &Literal) -> bool {
    match member {
        Member::One(one) => one == value,
        Member::Range(from, to) => {
            order(from, value).is_some_and(|it| it <= 0) && order(value, to).is_some_and(|it| it <= 0)
        }
        Member::Codes { from, to, .. } => matches!(value, Literal::Code(_, Some(code)) if (from..=to).contains(&code)),
        Member::Computed(_) | Member::Dated(..) => false,
    }
}

/// -1, 0 or 1 as one literal is before, at or after another; `None` if they have no order.
pub(super) fn order(one: &Literal, two: &Literal) -> Option<i8> {
    let ordering = match (one, two) {
        (Literal::Number(a), Literal::Number(b)) => a.partial_cmp(b)?,
        (Literal::Money(a), Literal::Money(b)) => a.cmp(b),
        (Literal::Step(a), Literal::Step(b)) => a.cmp(b),
        (Literal::Day(a), Literal::Day(b)) => a.cmp(b),
        (Literal::Moment(a), Literal::Moment(b)) => a.cmp(b),
        (Literal::Span(a), Literal::Span(b)) => a.about_seconds().cmp(&b.about_seconds()),
        (Literal::Text(a), Literal::Text(b)) => a.cmp(b),
        _ => return None,
    };
    Some(match ordering {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    })
}
