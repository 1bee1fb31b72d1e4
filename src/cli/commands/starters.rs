//! Says where an answer rests on a starter: a code set whose official release is not installed.

use crate::cli::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::registry::Registry;

/// Names of those among the code sets of which only the starter is there, each once, in the order of the registry.
pub(crate) fn among(registry: &Registry, sets: &[SetId]) -> Vec<String> {
    let starters = registry.sets().filter(|set| sets.contains(set) && registry.codes(*set).is_starter());
    starters.map(|set| registry.codes(set).full_name().to_owned()).collect()
}

/// Those that an engine's answers may rest on: code sets of its domain, and those that fields of its record are of.
pub(crate) fn behind(engine: &Engine, registry: &Registry) -> Vec<String> {
    let mut sets = sets(engine);
    sets.extend(&engine.domain().sets);
    sets.extend(engine.domain().classifiers.iter().map(|classifier| classifier.set));
    among(registry, &sets)
}

/// The code sets of an engine's record: those of its fields, and those it is given candidates of.
pub(crate) fn sets(engine: &Engine) -> Vec<SetId> {
    let mut sets = engine.classified();
    of_fields(&engine.record().fields, &mut sets);
    sets
}

fn of_fields(fields: &[Field], sets: &mut Vec<SetId>) {
    for field in fields {
        of_kind(&field.kind, sets);
    }
}

fn of_kind(kind: &Kind, sets: &mut Vec<SetId>) {
    match kind {
        Kind::Code(set) => sets.push(*set),
        Kind::Codes(of) => sets.extend(of),
        Kind::List(inner) => of_kind(inner, sets),
        Kind::Record(fields) => of_fields(fields, sets),
        _ => {}
    }
}

/// Says it in one line on standard error; nothing if there is none.
pub(crate) fn note(names: &[String], terminal: &mut Terminal) {
    if let Some(said) = said(names) {
        terminal.note(&said);
    }
}

fn said(names: &[String]) -> Option<String> {
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let uses = match names {
        [] => return None,
        [_] => "uses",
        _ => "use",
    };
    let text = "the built-in sample, not the official release; results may differ: see `tencode sources`";
    Some(format!("{listed} {uses} {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_of_nothing() {
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn all_are_named() {
        let text = said(&["icd-10-cm".to_owned(), "hcpcs".to_owned()]).unwrap_or_default();
        assert!(text.contains("`icd-10-cm`, `hcpcs`"), "{text}");
    }
}
