//! Policies as written → policies with places and operators.

use super::context::Compiler;
use super::expression::join;
use super::report::Report;
use super::scope::Found;
use super::scope::Scope;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::elsewhere;
use crate::definitions::parse::tree::EncounterDef;
use crate::definitions::parse::tree::LiftDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OperatorDef;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::PolicyDef;
use crate::definitions::parse::tree::PolicyItem;
use crate::definitions::parse::tree::PurposeDef;
use crate::definitions::parse::tree::SelectorDef;
use crate::definitions::parse::tree::TextDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::ids::FieldId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::policy::CodeLine;
use crate::model::policy::DatedLines;
use crate::model::policy::EncounterLine;
use crate::model::policy::EncounterTreatment;
use crate::model::policy::FieldLine;
use crate::model::policy::Guard;
use crate::model::policy::Lift;
use crate::model::policy::Obligation;
use crate::model::policy::Policy;
use crate::model::policy::Purpose;
use crate::model::policy::Selector;
use crate::model::policy::TextLine;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::text_kind::Kinds;

/// An operator: its name, the largest number that may stand behind it (0 if none may), and the treatment for a number.
type Operator = (&'static str, u32, fn(Option<u32>) -> Treatment);

/// Counts below a number larger than this are no small counts.
const MOST_COUNTED: u32 = 1_000_000;

/// The operators, with what they take where no number is given.
const OPERATORS: &[Operator] = &[
    ("keep", 0, |_| Treatment::Keep),
    ("remove", 0, |_| Treatment::Remove),
    ("mask", 0, |_| Treatment::Mask),
    ("year", 0, |_| Treatment::Year),
    ("birth-year", 0, |_| Treatment::BirthYear),
    ("month", 0, |_| Treatment::Month),
    ("day", 0, |_| Treatment::Day),
    ("hour", 0, |_| Treatment::Hour),
    ("shift", 182, |days| Treatment::Shift(days.unwrap_or(1))),
    ("block", 0, |_| Treatment::Block),
    ("grid", 10_000, |cell| Treatment::Grid(cell.unwrap_or(10))),
    ("zip3", 0, |_| Treatment::Zip3),
    ("last", 100, |count| Treatment::Last(count.unwrap_or(4))),
    ("first", 100, |count| Treatment::First(count.unwrap_or(1))),
    ("band", 1_000_000, |width| Treatment::Band(width.unwrap_or(10))),
    ("age-90", 0, |_| Treatment::Age90),
    ("token", 0, |_| Treatment::Token),
    ("pseudonym", 0, |_| Treatment::Pseudonym),
    ("group", 100, |levels| Treatment::Group(levels.unwrap_or(1))),
];

/// The audience that a manifest names where nobody says who asks has to have a policy.
pub(super) fn default_audience(source: &DomainSource, domain: &Domain, shared: &[Policy], report: &Report) {
    let Some(audience) = &source.manifest.audience else { return };
    let policies = || shared.iter().chain(&domain.policies);
    if policies().any(|policy| policy.audience == *audience.get_ref() || policy.name == *audience.get_ref()) {
        return;
    }
    let mut known: Vec<&str> = policies().map(|policy| policy.audience.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let near = did_you_mean(audience.get_ref(), known.iter().copied());
    let help = near.unwrap_or_else(|| format!("there are policies for: {}", known.join(", ")));
    let kind = Problem::UnknownAudience { audience: audience.get_ref().clone() };
    report.say(source.manifest_span(audience), kind, Some(help));
}

/// One policy of a domain.
pub(super) fn policy(def: &PolicyDef, compiler: Compiler<'_>) -> Policy {
    let title = def.title.as_ref().map_or("", |title| title.item.as_str());
    let mut policy = Policy::named(&def.name.item, title);
    for item in &def.items {
        line(&mut policy, &item.item, compiler);
    }
    policy
}

fn line(policy: &mut Policy, item: &PolicyItem, compiler: Compiler<'_>) {
    match item {
        PolicyItem::Audience(name) => policy.audience.clone_from(&name.item),
        PolicyItem::Purpose { purposes, not } => {
            policy.purposes.extend(known_purposes(purposes, compiler));
            policy.not_purposes.extend(known_purposes(not, compiler));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        PolicyItem::Version(number) if number.item >= 1.0 && number.item <= 1e9 => policy.version = number.item as u32,
        PolicyItem::Version(number) => {
            compiler.say(number.span, Problem::BadNumber { text: number.item.to_string() }, None);
        }
        PolicyItem::Fields { selectors, operator } => {
            policy.fields.extend(field_lines(selectors, operator, compiler));
        }
        PolicyItem::Withhold { labels, unless } => {
            policy.guards.push(Guard { labels: known_labels(labels, compiler), unless: lifts(unless) });
        }
        PolicyItem::RequireConsent => policy.requires_consent = true,
        PolicyItem::Encounters { labels, doing } => {
            let labels = known_labels(labels, compiler);
            let doing = encounter_treatments(doing, compiler);
            policy.encounters.extend(doing.into_iter().map(|doing| EncounterLine { labels: labels.clone(), doing }));
        }
        PolicyItem::Obligation { name, text, labels } => policy.obligations.push(Obligation {
            name: name.item.clone(),
            text: text.item.clone(),
            labels: known_labels(labels, compiler),
        }),
        PolicyItem::Text(text) => policy.texts.push(match text {
            TextDef::Keep => TextLine::Keep,
            TextDef::Remove => TextLine::Remove,
            TextDef::Mask { kinds, replacement } => {
                let with = replacement.as_ref().map_or("[{kind}]", |text| text.item.as_str());
                TextLine::Mask(text_kinds(kinds, compiler.report), with.to_owned())
            }
        }),
        PolicyItem::Codes { labels, treatment } => {
            policy.codes.push(CodeLine { labels: known_labels(labels, compiler), treatment: *treatment });
        }
        PolicyItem::Domains { selectors, operator } => {
            policy.allows.extend(field_lines(selectors, operator, compiler));
        }
        PolicyItem::Candidates(showing) => policy.candidates = Some(*showing),
        PolicyItem::Findings(showing) => policy.findings = Some(*showing),
        PolicyItem::Dated(item, days) => {
            let mut lines = Policy::named(&policy.name, &policy.title);
            line(&mut lines, item, compiler);
            policy.dated.push(DatedLines { days: days.days(), lines });
        }
        PolicyItem::Counts { under, complement } => {
            policy.counts_under = whole_number("counts", under, MOST_COUNTED, compiler.report);
            policy.counts_complement = *complement;
        }
    }
}

fn encounter_treatments(def: &EncounterDef, compiler: Compiler<'_>) -> Vec<EncounterTreatment> {
    match def {
        EncounterDef::Refuse => vec![EncounterTreatment::Refuse],
        EncounterDef::Codes(treatment) => vec![EncounterTreatment::Codes(*treatment)],
        EncounterDef::Fields { selectors, operator } => {
            let lines = field_lines(selectors, operator, compiler);
            lines.into_iter().map(EncounterTreatment::Fields).collect()
        }
    }
}

/// A purpose as written.
pub(super) fn purpose(def: &PurposeDef) -> Purpose {
    Purpose {
        name: def.name.item.clone(),
        title: def.title.item.clone(),
        see: def.see.as_ref().map(|see| see.item.clone()).unwrap_or_default(),
        under: def.under.as_ref().map(|under| under.item.clone()),
        is_emergency: def.is_emergency,
        is_public: def.is_public,
    }
}

/// What a purpose is part of has to be there, and not be part of the purpose in turn.
pub(super) fn check_purpose(def: &PurposeDef, compiler: Compiler<'_>) {
    let Some(under) = &def.under else { return };
    known_purposes(std::slice::from_ref(under), compiler);
    let mut members = vec![def.name.item.as_str()];
    let mut next = Some(under.item.as_str());
    while let Some(name) = next.filter(|name| !members.contains(name)) {
        members.push(name);
        next = compiler.world.purposes.iter().find(|it| it.name == name).and_then(|it| it.under.as_deref());
    }
    if next == Some(def.name.item.as_str()) {
        let purposes = members.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        compiler.say(under.span, Problem::PurposeCycle { purposes }, Some("take one `under` away".to_owned()));
    }
}

fn known_purposes(names: &[Name], compiler: Compiler<'_>) -> Vec<String> {
    let known = || compiler.world.purposes.iter().map(|purpose| purpose.name.as_str());
    for name in names.iter().filter(|name| known().all(|it| it != name.item)) {
        let help = did_you_mean(&name.item, known());
        let help = help.or_else(|| Some("define it: `purpose NAME \"title\"`".to_owned()));
        compiler.say(name.span, Problem::UnknownPurpose { purpose: name.item.clone() }, help);
    }
    names.iter().map(|name| name.item.clone()).collect()
}

fn field_lines(selectors: &[Spanned<SelectorDef>], operator: &OperatorDef, compiler: Compiler<'_>) -> Vec<FieldLine> {
    let Some(treatment) = treatment(operator, compiler.report) else { return Vec::new() };
    let mut out = Vec::new();
    for one in selectors {
        for fields in selector(one, compiler) {
            fits(&fields, &treatment, operator, one, compiler);
            out.push(FieldLine { fields, operator: treatment.clone() });
        }
    }
    out
}

fn lifts(unless: &[LiftDef]) -> Vec<Lift> {
    let lift = |def: &LiftDef| match def {
        LiftDef::Consent => Lift::Consent,
        LiftDef::Emergency => Lift::Emergency,
        LiftDef::Recipient(states) => Lift::Recipient(states.iter().map(|state| state.item.clone()).collect()),
    };
    unless.iter().map(lift).collect()
}

fn text_kinds(kinds: &[Name], report: &Report) -> Vec<String> {
    let mut out = Vec::with_capacity(kinds.len());
    for kind in kinds {
        if Kinds::named(&kind.item).is_some() {
            out.push(kind.item.clone());
        } else {
            let help = did_you_mean(&kind.item, Kinds::words());
            let help = help.or_else(|| Some(format!("one of: {}", Kinds::words().collect::<Vec<_>>().join(", "))));
            report.say(kind.span, Problem::UnknownTextKind { kind: kind.item.clone() }, help);
        }
    }
    out
}

fn known_labels(labels: &[Name], compiler: Compiler<'_>) -> Vec<LabelId> {
    let mut out = Vec::with_capacity(labels.len());
    for label in labels {
        match compiler.world.label(label) {
            Ok(label) => out.push(label),
            Err((problem, help)) => compiler.say(label.span, problem, help),
        }
    }
    out
}

fn treatment(operator: &OperatorDef, report: &Report) -> Option<Treatment> {
    let name = &operator.name.item;
    if let Some((_, most, make)) = OPERATORS.iter().find(|(known, ..)| known == name) {
        return match &operator.argument {
            None => Some(make(None)),
            Some(number) => whole_number(name, number, *most, report).map(|number| make(Some(number))),
        };
    }
    let known = || OPERATORS.iter().map(|(known, ..)| *known);
    let help = did_you_mean(name, known());
    let help = help.or_else(|| Some(format!("one of: {}", known().collect::<Vec<_>>().join(", "))));
    report.say(operator.name.span, Problem::UnknownPolicyOperator { operator: name.clone() }, help);
    None
}

/// A whole number from 1 to `most`; nothing may stand there if `most` is 0. Another number is never rounded to one that
/// fits: it would hide less than its author meant.
fn whole_number(what: &str, number: &Spanned<f64>, most: u32, report: &Report) -> Option<u32> {
    let is_whole = number.item.fract() == 0.0 && number.item >= 1.0 && number.item <= f64::from(most);
    if !is_whole {
        let takes = if most == 0 { "no number".to_owned() } else { format!("a whole number from 1 to {most}") };
        let problem = Problem::BadPolicyNumber { what: what.to_owned(), takes, number: number.item.to_string() };
        report.say(number.span, problem, None);
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Some(number.item as u32)
}

fn selector(one: &Spanned<SelectorDef>, compiler: Compiler<'_>) -> Vec<Selector> {
    match &one.item {
        SelectorDef::Identifying(names) => {
            vec![Selector::Identifying(names.iter().map(|name| name.item.clone()).collect())]
        }
        SelectorDef::QuasiIdentifier => vec![Selector::QuasiIdentifying],
        SelectorDef::Date => vec![Selector::Dates],
        SelectorDef::Free => vec![Selector::Free],
        SelectorDef::Sensitive(None) => vec![Selector::Labelled(None)],
        SelectorDef::Sensitive(Some(label)) => match compiler.world.label(label) {
            Ok(place) => vec![Selector::Labelled(Some(place))],
            Err((problem, help)) => {
                compiler.say(label.span, problem, help);
                Vec::new()
            }
        },
        SelectorDef::Plain => vec![Selector::Plain],
        SelectorDef::Signal => vec![Selector::Signals],
        SelectorDef::Every => vec![Selector::Every],
        SelectorDef::Undeclared => vec![Selector::Undeclared],
        SelectorDef::Path(path) => by_path(path, compiler),
    }
}

/// The field a path means in each record of the domain that has it; a policy of `shared` names fields it has never seen.
fn by_path(path: &PathDef, compiler: Compiler<'_>) -> Vec<Selector> {
    if compiler.world.shared == Some(compiler.domain) {
        return vec![Selector::Named(join(path))];
    }
    let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
    let mut out = Vec::new();
    for (id, record) in RecordId::numbered(records) {
        let scope = Scope::new(compiler.world, compiler.domain, Some(record));
        if let Found::Path { expression: Expression::Path(path), .. } = scope.find(&join(path)) {
            out.push(Selector::At(id, path));
        }
    }
    if out.is_empty() {
        let names = records.iter().flat_map(|record| record.fields.iter().map(|field| field.name.as_str()));
        let help = if elsewhere::is_all(&join(path)) {
            Some("all fields are `every field`, as in `keep every field`".to_owned())
        } else {
            did_you_mean(&join(path), names)
        };
        let problem = Problem::UnknownField { field: join(path), record: "any record of this domain".into() };
        compiler.say(path.span, problem, help);
    }
    out
}

/// Whether what is done to a field can be done to its type.
fn fits(
    fields: &Selector,
    treatment: &Treatment,
    operator: &OperatorDef,
    at: &Spanned<SelectorDef>,
    compiler: Compiler<'_>,
) {
    let Selector::At(record, path) = fields else { return };
    let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
    let Some(record) = record.get(records) else { return };
    let Some(field) = field_at(&record.fields, &path.slots) else { return };
    let mut kind = &field.kind;
    while let Kind::List(inner) = kind {
        kind = inner;
    }
    let can = match treatment {
        Treatment::Year
        | Treatment::BirthYear
        | Treatment::Month
        | Treatment::Day
        | Treatment::Hour
        | Treatment::Shift(_) => matches!(kind, Kind::Date | Kind::DateTime | Kind::Text),
        Treatment::Group(_) => matches!(kind, Kind::Code(_)),
        Treatment::Grid(_) => matches!(kind, Kind::Number | Kind::Text),
        Treatment::Band(_) | Treatment::Age90 => {
            matches!(kind, Kind::Number | Kind::Integer | Kind::Money(_) | Kind::Duration | Kind::Text)
        }
        Treatment::Block | Treatment::Zip3 | Treatment::First(_) | Treatment::Last(_) | Treatment::Token => {
            matches!(kind, Kind::Text | Kind::Integer | Kind::Number)
        }
        _ => true,
    };
    if !can {
        let kind = super::scope::Type::of(kind).map(|kind| kind.to_string()).unwrap_or_default();
        compiler.say(at.span, Problem::OperatorMismatch { operator: operator.name.item.clone(), kind }, None);
    }
}

fn field_at<'a>(fields: &'a [Field], slots: &[FieldId]) -> Option<&'a Field> {
    let (first, rest) = slots.split_first()?;
    let field = first.get(fields)?;
    if rest.is_empty() {
        return Some(field);
    }
    let mut kind = &field.kind;
    while let Kind::List(inner) = kind {
        kind = inner;
    }
    match kind {
        Kind::Record(inner) => field_at(inner, rest),
        _ => None,
    }
}
