//! Records as written → records with types.

use super::context::Compiler;
use super::report::Report;
use super::scope::Type;
use crate::definitions::compile::expression::Lowering;
use crate::definitions::parse::tree::Attribute;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::ExtendDef;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RecordDef;
use crate::definitions::parse::tree::SimpleKind;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::ids::FieldId;
use crate::model::ids::LabelId;
use crate::model::ids::SetId;
use crate::model::money::Currency;
use crate::model::record::DefaultCase;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Privacy;
use crate::model::record::Record;
use crate::model::zones;
use std::collections::BTreeSet;

/// A type as written → a type.
pub(super) fn kind(def: &Spanned<KindDef>, compiler: Compiler<'_>) -> Kind {
    match &def.item {
        KindDef::Simple(simple) => match simple {
            SimpleKind::Text => Kind::Text,
            SimpleKind::Number => Kind::Number,
            SimpleKind::Integer => Kind::Integer,
            SimpleKind::Bool => Kind::Bool,
            SimpleKind::Date => Kind::Date,
            SimpleKind::DateTime => Kind::DateTime,
            SimpleKind::Duration => Kind::Duration,
            SimpleKind::Consent => Kind::consent(),
        },
        KindDef::Money(currency) => {
            Kind::Money(currency.as_ref().and_then(|name| self::currency(name, compiler.report)))
        }
        KindDef::Choice(names) => Kind::Choice(values(names, compiler.report)),
        KindDef::Ladder(names) => Kind::Ladder(values(names, compiler.report)),
        KindDef::Code(name) => match compiler.world.known_set(name, compiler.domain) {
            Ok(set) => Kind::Code(set),
            Err((problem, help)) => {
                compiler.say(name.span, problem, help);
                Kind::Text
            }
        },
        KindDef::Codes(names) => Kind::Codes(known_sets(names, compiler)),
        KindDef::List(inner) => Kind::List(Box::new(kind(inner, compiler))),
        KindDef::Record(defs) => Kind::Record(fields(defs, compiler)),
    }
}

/// The code sets of some names; says so if there is none of a name, or one twice.
fn known_sets(names: &[Name], compiler: Compiler<'_>) -> Vec<SetId> {
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        match compiler.world.known_set(name, compiler.domain) {
            Ok(set) if out.contains(&set) => {
                compiler.say(name.span, Problem::RepeatedValue { value: name.item.clone() }, None);
            }
            Ok(set) => out.push(set),
            Err((problem, help)) => compiler.say(name.span, problem, help),
        }
    }
    out
}

/// The currency of a code; says so if there is none.
fn currency(name: &Name, report: &Report) -> Option<Currency> {
    let found = Currency::named(&name.item);
    if found.is_none() {
        let (value, of) = (name.item.clone(), "the currencies of ISO 4217".to_owned());
        report.say(name.span, Problem::UnknownValue { value, of }, None);
    }
    found
}

fn values(names: &[Name], report: &Report) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if out.contains(&name.item) {
            report.say(name.span, Problem::RepeatedValue { value: name.item.clone() }, None);
        } else {
            out.push(name.item.clone());
        }
    }
    out
}

fn fields(defs: &[FieldDef], compiler: Compiler<'_>) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::with_capacity(defs.len());
    add(&mut out, defs, compiler);
    out
}

/// Adds fields to those that are there.
fn add(out: &mut Vec<Field>, defs: &[FieldDef], compiler: Compiler<'_>) {
    let mut names: BTreeSet<String> = out.iter().map(|field| field.name.clone()).collect();
    for def in defs {
        if !names.insert(def.name.item.clone()) {
            compiler.say(def.name.span, Problem::DuplicateField { field: def.name.item.clone() }, None);
            continue;
        }
        if let Err(error) = FieldId::try_from(out.len()) {
            compiler.report.too_many(def.name.span, error);
            break;
        }
        out.push(field(def, compiler));
    }
}

/// Adds what a domain says to a record of the one that it extends.
pub(super) fn extend(record: &mut Record, def: &ExtendDef, compiler: Compiler<'_>) {
    add(&mut record.fields, &def.fields, compiler);
}

fn field(def: &FieldDef, compiler: Compiler<'_>) -> Field {
    let mut field = Field {
        name: def.name.item.clone(),
        title: String::new(),
        kind: kind(&def.kind, compiler),
        is_required: false,
        default: Vec::new(),
        privacy: Privacy { is_consent: is_consent(&def.kind.item), ..Privacy::default() },
        dates_encounter: false,
        also: Vec::new(),
        ask: String::new(),
    };
    for attribute in &def.attributes {
        match &attribute.item {
            Attribute::Required => field.is_required = true,
            Attribute::Default(_) => {}
            Attribute::Identifies(name) => field.privacy.identifies = Some(name.item.clone()),
            Attribute::QuasiIdentifier => field.privacy.is_quasi_identifier = true,
            Attribute::Free => field.privacy.is_free = true,
            Attribute::Sensitive(name) => match compiler.world.label(name) {
                Ok(label) => field.privacy.label = Some(label),
                Err((problem, help)) => compiler.say(name.span, problem, help),
            },
            Attribute::DatesEncounter => {
                field.dates_encounter = true;
                if !matches!(field.kind, Kind::Date | Kind::DateTime) {
                    let found = Type::of(&field.kind).map(|kind| kind.to_string()).unwrap_or_default();
                    compiler.say(attribute.span, Problem::TypeMismatch { expected: "a date".into(), found }, None);
                }
            }
            Attribute::Subject => field.privacy.is_subject = true,
            Attribute::Signal => field.privacy.is_signal = true,
            Attribute::Plain => field.privacy.is_plain = true,
            Attribute::CodesOf(sets) => field.privacy.code_sets.extend(known_sets(sets, compiler)),
            Attribute::Ask(question) => field.ask.clone_from(&question.item),
            Attribute::Also(names) => field.also = names.iter().map(|name| name.item.clone()).collect(),
            Attribute::Title(title) => field.title.clone_from(&title.item),
        }
    }
    if let Kind::Codes(sets) = field.kind.innermost() {
        // Wherever the text stands, it is hidden as a code of any of them.
        let sets = sets.clone();
        field.privacy.code_sets.extend(sets);
    }
    if field.privacy.label.is_none() && !field.privacy.has_class() {
        // A field of such a name has the label, whether its author thought of it or not.
        let named = LabelId::numbered(&compiler.world.labels).find(|(_, label)| label.names_field(&field.name));
        field.privacy.label = named.map(|(label, _)| label);
    }
    field
}

fn is_consent(kind: &KindDef) -> bool {
    match kind {
        KindDef::Simple(simple) => *simple == SimpleKind::Consent,
        KindDef::List(item) => is_consent(&item.item),
        _ => false,
    }
}

/// The name of a time zone; says so if there is none of that name.
pub(super) fn zone(name: &str, span: Span, report: &Report) -> Option<String> {
    if zones::named(name).is_some() {
        return Some(name.to_owned());
    }
    let known = zones::names();
    let help = did_you_mean(name, known.iter().map(String::as_str));
    report.say(span, Problem::UnknownName { what: "time zone".into(), name: name.to_owned() }, help);
    None
}

/// A record without its defaults.
pub(super) fn record(def: &RecordDef, compiler: Compiler<'_>) -> Record {
    Record {
        name: def.name.item.clone(),
        title: def.title.as_ref().map(|title| title.item.clone()).unwrap_or_default(),
        zone: def.zone.as_ref().and_then(|name| zone(&name.item, name.span, compiler.report)),
        fields: fields(&def.fields, compiler),
    }
}

/// The defaults of a record, which may speak of its other fields: written into `target`, a copy of it.
pub(super) fn defaults<'a>(defs: &[FieldDef], record: &'a Record, target: &mut Record, compiler: Compiler<'a>) {
    let mut lowering = Lowering::new(compiler, Some(record));
    descend(defs, &record.fields, &mut target.fields, &mut lowering);
}

fn descend<'a>(defs: &[FieldDef], fields: &'a [Field], targets: &mut [Field], lowering: &mut Lowering<'a>) {
    for def in defs {
        let Some((field, target)) = fields.iter().zip(targets.iter_mut()).find(|(it, _)| it.name == def.name.item)
        else {
            continue;
        };
        for attribute in &def.attributes {
            let Attribute::Default(cases) = &attribute.item else { continue };
            for (value, when) in cases {
                let value = default(value, field, lowering);
                let when = when.as_ref().map(|when| lowering.condition(when));
                target.default.push(DefaultCase { value, when });
            }
        }
        if let (KindDef::Record(defs), Kind::Record(fields), Kind::Record(targets)) =
            (&def.kind.item, &field.kind, &mut target.kind)
        {
            descend(defs, fields, targets, lowering);
        }
    }
}

/// The value of a default. A word that the field has among its values means that one, though another field is called so.
fn default<'a>(value: &Spanned<Expr>, field: &'a Field, lowering: &mut Lowering<'a>) -> Expression {
    let has_names = matches!(field.kind, Kind::Choice(_) | Kind::Ladder(_) | Kind::Code(_) | Kind::Codes(_));
    match lowering.compiler.world.literal(&value.item, &field.kind) {
        Ok(literal) if has_names => Expression::Literal(literal),
        _ => lowering.lower(value, Type::of(&field.kind)).expression,
    }
}
