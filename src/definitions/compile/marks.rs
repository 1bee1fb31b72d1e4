//! Labels that encounters get from what they say: `label L when …` of a derivation, and the words of the labels
//! themselves, which are searched in the free texts of every record.

use super::context::Compiler;
use super::expression::Lowering;
use super::rules::record;
use super::wording;
use crate::definitions::parse::tree::DeriveDef;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::harmless::Harmless;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Mark;

/// The `label` lines of a `derive` block.
pub(super) fn marks(def: &DeriveDef, compiler: Compiler<'_>) -> Vec<Mark> {
    if def.marks.is_empty() {
        return Vec::new();
    }
    let Some((id, fields)) = record(Some(&def.record), "derive", def.record.span, compiler) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (names, when) in &def.marks {
        let when = Lowering::new(compiler, Some(fields)).condition(when);
        for name in names {
            match compiler.world.label(name) {
                Ok(label) => out.push(Mark { record: id, label, when: when.clone() }),
                Err((problem, help)) => compiler.say(name.span, problem, help),
            }
        }
    }
    out
}

/// A mark for each label that has words, in each record that has free texts. What is denied counts as said: a text that
/// speaks of a thing is about it. A text with something harmless in it is left to `privacy`, which reads every text word
/// by word.
pub(super) fn by_words(compiler: Compiler<'_>) -> Vec<Mark> {
    let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
    let list = |name: &str| compiler.world.list(compiler.domain, name).into_iter().flatten();
    let harmless = Harmless::new(|name| list(name).filter_map(wording::short_form).collect()).phrases;
    let mut out = Vec::new();
    for (id, record) in RecordId::numbered(records) {
        let mut free = Vec::new();
        free_texts(&record.fields, "", &mut free);
        if free.is_empty() {
            continue;
        }
        for (label, words) in LabelId::numbered(compiler.world.labels.iter().map(|label| &label.says)) {
            if words.is_empty() {
                continue;
            }
            let any = |words: &[String]| here(Expr::Or(free.iter().map(|path| says(path, words)).collect()));
            let said = if harmless.is_empty() {
                any(words)
            } else {
                here(Expr::And(vec![any(words), here(Expr::Not(Box::new(any(&harmless))))]))
            };
            let when = Lowering::new(compiler, Some(record)).condition(&said);
            out.push(Mark { record: id, label, when });
        }
    }
    out
}

fn here<T>(item: T) -> Spanned<T> {
    Spanned::new(item, Span::default())
}

fn says(path: &str, words: &[String]) -> Spanned<Expr> {
    let phrases: Vec<Name> = words.iter().map(|word| here(word.clone())).collect();
    let left = Box::new(here(Expr::Word(path.to_owned())));
    here(Expr::Mentions { left, phrases, all: false, even_negated: true })
}

/// Paths of the free texts of a record.
fn free_texts(fields: &[Field], above: &str, out: &mut Vec<String>) {
    for field in fields {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        let mut kind = &field.kind;
        while let Kind::List(inner) = kind {
            kind = inner;
        }
        match kind {
            Kind::Record(inner) => free_texts(inner, &path, out),
            Kind::Text if field.privacy.is_free => out.push(path),
            _ => {}
        }
    }
}
