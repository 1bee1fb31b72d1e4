//! How names are written: things in kebab-case, what is computed with in snake_case. So a minus between two values cannot be
//! part of a name, and a name tells what it is a name of.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;

/// Reports names that are written in the form of the other kind of name.
pub(super) fn check(sources: &[DomainSource], report: &Report) {
    for file in sources.iter().flat_map(DomainSource::own_files) {
        file.tree.statements.iter().for_each(|statement| of_statement(&statement.item, report));
    }
}

fn of_statement(statement: &Statement, report: &Report) {
    match statement {
        Statement::Record(def) => {
            thing("record", &def.name, report);
            fields(&def.fields, report);
        }
        Statement::CodeSet(def) => {
            if !def.is_overlay {
                thing("code set", &def.name, report);
            }
            for item in &def.items {
                match &item.item {
                    SetItem::Property { name, .. } => computed("property", name, report),
                    SetItem::Relation { name, .. } => thing("relation", name, report),
                    _ => {}
                }
            }
        }
        Statement::Extend(def) => fields(&def.fields, report),
        Statement::List(def) => thing("list", &def.name, report),
        Statement::Calendar(def) => thing("calendar", &def.name, report),
        Statement::Reader(def) => thing("reader", &def.name, report),
        Statement::Writer(def) => thing("writer", &def.name, report),
        Statement::Table(def) => {
            thing("table", &def.name, report);
            // A column without a type is a field, which is looked at where it is declared.
            for column in def.inputs.iter().chain(&def.outputs).filter(|column| column.kind.is_some()) {
                column.path.parts.iter().for_each(|name| computed("column", name, report));
            }
        }
        Statement::Function(def) => {
            thing("function", &def.name, report);
            def.parameters.iter().for_each(|(name, _)| computed("parameter", name, report));
        }
        Statement::Rules(def) => def.rules.iter().for_each(|rule| thing("rule", &rule.item.id, report)),
        Statement::Rule(def) => thing("rule", &def.id, report),
        Statement::Crosswalk(def) => thing("crosswalk", &def.name, report),
        Statement::Label(def) => thing("label", &def.name, report),
        Statement::Policy(def) => thing("policy", &def.name, report),
        // Purposes are called as their publisher calls them.
        Statement::Purpose(_) | Statement::Derive(_) | Statement::Switch(_) => {}
    }
}

fn fields(defs: &[FieldDef], report: &Report) {
    for def in defs {
        computed("field", &def.name, report);
        let mut kind = &def.kind.item;
        while let KindDef::List(item) = kind {
            kind = &item.item;
        }
        if let KindDef::Record(inner) = kind {
            fields(inner, report);
        }
    }
}

fn thing(what: &str, name: &Name, report: &Report) {
    if name.item.contains(|sign: char| sign == '_' || sign.is_ascii_uppercase()) {
        let problem = Problem::NotKebabCase { what: what.to_owned(), name: name.item.clone() };
        report.say(name.span, problem, Some(format!("write `{}`", kebab_case(&name.item))));
    }
}

fn computed(what: &str, name: &Name, report: &Report) {
    if name.item.contains('-') {
        let problem = Problem::NotSnakeCase { what: what.to_owned(), name: name.item.clone() };
        report.say(name.span, problem, Some(format!("write `{}`", name.item.replace('-', "_"))));
    }
}

/// The name in small letters, its words joined by `-`: `kebab-case` for `kebabCase` and `Kebab_case`.
fn kebab_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '-';
    for sign in name.chars() {
        let begins_word = sign.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if sign == '_' || begins_word {
            out.push('-');
        }
        if sign != '_' {
            out.push(sign.to_ascii_lowercase());
        }
        before = sign;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::kebab_case;
    use proptest::prelude::*;

    #[test]
    fn words_of_a_name_are_told_by_their_letters() {
        let names = ["call_types", "callTypes", "CallTypes", "Call_Types", "call-types"];
        assert!(names.iter().all(|name| kebab_case(name) == "call-types"), "{:?}", names.map(kebab_case));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// What is suggested is not refused in its turn, and a name in the right form is left as it is.
        #[test]
        fn what_is_suggested_is_in_the_right_form(name in "[a-zA-Z0-9]{1,6}([_-][a-zA-Z0-9]{1,6}){0,4}") {
            let suggested = kebab_case(&name);
            prop_assert!(!suggested.contains(|sign: char| sign == '_' || sign.is_ascii_uppercase()));
            prop_assert_eq!(kebab_case(&suggested), suggested);
        }
    }
}
