//! Definitions of the first edition of the language → the second.
//!
//! The parser understands the words of the first edition and the printer writes those of the second, so most of the way is
//! reading and printing. Here is what the tree alone cannot tell and the definitions around a file can: the list that
//! `any victim` goes over, whether a value is a text or a choice, which dashes belong to the name of a property.
//! What cannot be told stays as it was written.

mod expressions;
mod knowledge;
mod rules;
mod scope;

pub use knowledge::Knowledge;

use crate::definitions::format;
use crate::definitions::parse;
use crate::definitions::parse::tree::Attribute;
use crate::definitions::parse::tree::ByWords;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::ColumnDef;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::File;
use crate::definitions::parse::tree::ImportOption;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::TableDef;
use crate::definitions::upgrade::scope::Scope;
use crate::diagnostics::span::Spanned;

/// Rewrites a file. Doing it again changes nothing; what cannot be read stays as it is.
pub fn upgrade(source: &str, knowledge: &Knowledge) -> String {
    let (mut tree, problems) = parse::parse(source, Edition::First);
    rewrite(&mut tree, knowledge, source);
    format::print_tree(source, &tree, &problems)
}

fn rewrite(tree: &mut File, knowledge: &Knowledge, source: &str) {
    for statement in &mut tree.statements {
        match &mut statement.item {
            Statement::Record(def) => {
                let mut scope = Scope::of_record(knowledge, Some(&def.name.item));
                def.fields.iter_mut().for_each(|field| rewrite_field(field, &mut scope));
            }
            Statement::CodeSet(def) => {
                say_by_words(def, source);
                rewrite_set(def, knowledge);
            }
            Statement::Table(def) => rewrite_table(def, knowledge),
            Statement::Derive(def) => rewrite_derive(def, knowledge),
            Statement::Rules(block) => {
                for rule in &mut block.rules {
                    rules::rewrite(&mut rule.item, Some(&block.record), knowledge);
                }
            }
            Statement::Rule(def) => rules::rewrite(def, None, knowledge),
            Statement::Crosswalk(def) => {
                let mut scope = Scope::of_record(knowledge, None);
                for line in &mut def.lines {
                    line.item.when.iter_mut().for_each(|when| scope.rewrite(&mut when.item));
                }
            }
            Statement::Function(def) => Scope::of_record(knowledge, None).rewrite(&mut def.body.item),
            Statement::List(_)
            | Statement::Extend(_)
            | Statement::Switch(_)
            | Statement::Calendar(_)
            | Statement::Reader(_)
            | Statement::Writer(_)
            | Statement::Label(_)
            | Statement::Purpose(_)
            | Statement::Policy(_) => {}
        }
    }
}

fn rewrite_field(field: &mut FieldDef, scope: &mut Scope<'_>) {
    let kind = field.kind.item.clone();
    for attribute in &mut field.attributes {
        if let Attribute::Default(cases) = &mut attribute.item {
            for (value, when) in cases {
                scope.settle(&kind, &mut value.item);
                when.iter_mut().for_each(|when| scope.rewrite(&mut when.item));
            }
        }
    }
    let mut kind = &mut field.kind.item;
    while let KindDef::List(inner) = kind {
        kind = &mut inner.item;
    }
    if let KindDef::Record(fields) = kind {
        fields.iter_mut().for_each(|field| rewrite_field(field, scope));
    }
}

/// In the first edition a set with an import is searched by words, whether it says so or not.
fn say_by_words(def: &mut CodeSetDef, source: &str) {
    let has_import = def.items.iter().any(|item| matches!(item.item, SetItem::Import(_)));
    for item in def.items.iter_mut().filter(|_| has_import) {
        let is_first = source.get(item.span.start..).is_some_and(|line| line.starts_with("text"));
        if let SetItem::Search { by_words, .. } = &mut item.item {
            *by_words = by_words.take().or_else(|| is_first.then(ByWords::default));
        }
    }
}

fn rewrite_set(def: &mut CodeSetDef, knowledge: &Knowledge) {
    let named = def.record.as_ref().map(|record| record.item.clone());
    let known = knowledge.record_of_set(&def.name.item).map(str::to_owned);
    let mut scope = Scope::of_record(knowledge, named.or(known).as_deref());
    let set = def.name.item.clone();
    rewrite_set_items(&mut def.items, &set, knowledge, &mut scope);
}

fn rewrite_set_items(items: &mut [Spanned<SetItem>], set: &str, knowledge: &Knowledge, scope: &mut Scope<'_>) {
    for item in items {
        match &mut item.item {
            SetItem::Property { name, .. } => rename(name),
            SetItem::Import(import) => {
                for option in &mut import.options {
                    if let ImportOption::Property { property, .. } = &mut option.item {
                        rename(property);
                    }
                }
            }
            SetItem::Code(code) => rewrite_code(code, set, knowledge, scope),
            SetItem::Uncertain(condition) => scope.rewrite(&mut condition.item),
            SetItem::Starter(items) => rewrite_set_items(items, set, knowledge, scope),
            _ => {}
        }
    }
}

fn rewrite_code(code: &mut CodeDef, set: &str, knowledge: &Knowledge, scope: &mut Scope<'_>) {
    for item in &mut code.items {
        match &mut item.item {
            CodeItem::Propose { condition, .. } => scope.rewrite(&mut condition.item),
            CodeItem::Never(condition) => scope.rewrite(&mut condition.item),
            CodeItem::Raise { property, value, when, .. } => {
                if let Some(kind) = knowledge.property(set, &property.item) {
                    scope.settle(kind, &mut value.item);
                    rename(property);
                }
                scope.rewrite(&mut when.item);
            }
            CodeItem::Property { name, values, .. } => {
                // A misspelt property keeps its spelling, so that the checker still points at it.
                if let Some(kind) = knowledge.property(set, &name.item) {
                    values.iter_mut().for_each(|value| scope.settle(kind, &mut value.item));
                    rename(name);
                }
            }
            CodeItem::MapsTo(targets) => {
                for target in targets {
                    target.when.iter_mut().for_each(|when| scope.rewrite(&mut when.item));
                }
            }
            CodeItem::Code(code) => rewrite_code(code, set, knowledge, scope),
            _ => {}
        }
    }
}

fn rewrite_table(def: &mut TableDef, knowledge: &Knowledge) {
    let scope = Scope::of_record(knowledge, None);
    let columns: Vec<Option<KindDef>> =
        def.inputs.iter().chain(&def.outputs).map(|column| column_kind(column, &scope)).collect();
    for row in &mut def.rows {
        let cells = row.item.cells.iter_mut().chain(&mut row.item.outputs);
        for (cell, kind) in cells.zip(&columns) {
            let Some(kind) = kind else { continue };
            match &mut cell.item {
                CellDef::Members(members) => members.iter_mut().for_each(|member| scope.settle_member(kind, member)),
                CellDef::Compare(_, value) => scope.settle(kind, &mut value.item),
                CellDef::Any | CellDef::Absent => {}
            }
        }
    }
}

fn column_kind(column: &ColumnDef, scope: &Scope<'_>) -> Option<KindDef> {
    match &column.kind {
        Some(kind) => Some(kind.item.clone()),
        None => {
            let parts: Vec<&str> = column.path.parts.iter().map(|part| part.item.as_str()).collect();
            scope.find(&parts.join(".")).cloned()
        }
    }
}

fn rewrite_derive(def: &mut DeriveDef, knowledge: &Knowledge) {
    let mut scope = Scope::of_record(knowledge, Some(&def.record.item));
    for (field, value) in &mut def.lines {
        let parts: Vec<&str> = field.parts.iter().map(|part| part.item.as_str()).collect();
        if let Some(kind) = scope.find(&parts.join(".")) {
            scope.settle(kind, &mut value.item);
        }
        scope.rewrite(&mut value.item);
    }
    for (_, when) in &mut def.marks {
        scope.rewrite(&mut when.item);
    }
}

/// The name of a property: it is computed with, so it is written with `_`.
fn rename(name: &mut Name) {
    name.item = name.item.replace('-', "_");
}
