//! Policies as written → policies with places and operators.

use super::expression::join;
use super::report::Report;
use super::scope::Found;
use super::scope::Scope;
use super::world::World;
use crate::definitions::load::DomainSource;
use crate::definitions::manifest;
use crate::definitions::parse::tree::EncounterDef;
use crate::definitions::parse::tree::LiftDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OperatorDef;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::PolicyDef;
use crate::definitions::parse::tree::PolicyItem;
use crate::definitions::parse::tree::PurposeDef;
use crate::definitions::parse::tree::SelectorDef;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::TextDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::ids::DomainId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::policy::CodeLine;
use crate::model::policy::EncounterLine;
use crate::model::policy::EncounterTreatment;
use crate::model::policy::FieldLine;
use crate::model::policy::Guard;
use crate::model::policy::Lift;
use crate::model::policy::Obligation;
use crate::model::policy::Policy;
use crate::model::policy::Purpose;
use crate::model::policy::Selector;
use crate::model::policy::Showing;
use crate::model::policy::TextLine;
use crate::model::policy::Treatment;
use crate::model::policy::deciding;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::text_kind::Kinds;

/// Makes a treatment of the number that may stand behind an operator's name.
type Operator = (&'static str, fn(Option<u32>) -> Treatment);

/// The operators by their names, with what they take where no number is given.
const OPERATORS: &[Operator] = &[
    ("keep", |_| Treatment::Keep),
    ("remove", |_| Treatment::Remove),
    ("mask", |_| Treatment::Mask),
    ("year", |_| Treatment::Year),
    ("birth-year", |_| Treatment::BirthYear),
    ("month", |_| Treatment::Month),
    ("day", |_| Treatment::Day),
    ("hour", |_| Treatment::Hour),
    ("shift", |days| Treatment::Shift(days.unwrap_or(1).clamp(1, 182))),
    ("block", |_| Treatment::Block),
    ("grid", |cell| Treatment::Grid(cell.unwrap_or(10).max(1))),
    ("zip3", |_| Treatment::Zip3),
    ("last", |count| Treatment::Last(count.unwrap_or(4))),
    ("first", |count| Treatment::First(count.unwrap_or(1))),
    ("band", |width| Treatment::Band(width.unwrap_or(10).max(1))),
    ("age-90", |_| Treatment::Age90),
    ("token", |_| Treatment::Token),
    ("pseudonym", |_| Treatment::Pseudonym),
    ("group", |levels| Treatment::Group(levels.unwrap_or(1).max(1))),
];

/// The audience that a manifest names where nobody says who asks has to have a policy.
pub(super) fn default_audience(source: &DomainSource, domain: &Domain, shared: &[Policy], report: &mut Report) {
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
    report.enter(&source.folder.join("domain.toml"));
    let kind = Problem::UnknownAudience { audience: audience.get_ref().clone() };
    report.say(manifest::span(audience), kind, Some(help));
}

/// One policy of a domain.
pub(super) fn policy(def: &PolicyDef, world: &World, domain: DomainId, report: &mut Report) -> Policy {
    let mut policy = Policy {
        name: def.name.item.clone(),
        version: 1,
        audience: def.name.item.clone(),
        purposes: Vec::new(),
        not_purposes: Vec::new(),
        title: def.title.as_ref().map(|title| title.item.clone()).unwrap_or_default(),
        fields: Vec::new(),
        texts: Vec::new(),
        codes: Vec::new(),
        guards: Vec::new(),
        encounters: Vec::new(),
        requires_consent: false,
        obligations: Vec::new(),
        candidates: Showing::Keep,
        findings: Showing::Keep,
        counts_under: None,
        counts_complement: false,
    };
    for item in &def.items {
        line(&mut policy, item, world, domain, report);
    }
    policy
}

fn line(policy: &mut Policy, item: &Spanned<PolicyItem>, world: &World, domain: DomainId, report: &mut Report) {
    match &item.item {
        PolicyItem::Audience(name) => policy.audience.clone_from(&name.item),
        PolicyItem::Purpose { purposes, not } => {
            policy.purposes.extend(known_purposes(purposes, world, report));
            policy.not_purposes.extend(known_purposes(not, world, report));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        PolicyItem::Version(number) if number.item >= 1.0 && number.item <= 1e9 => policy.version = number.item as u32,
        PolicyItem::Version(number) => {
            report.say(number.span, Problem::BadNumber { text: number.item.to_string() }, None);
        }
        PolicyItem::Fields { selectors, operator } => {
            policy.fields.extend(field_lines(selectors, operator, world, domain, report));
        }
        PolicyItem::Withhold { labels, unless } => {
            policy.guards.push(Guard { labels: known_labels(labels, world, report), unless: lifts(unless) });
        }
        PolicyItem::RequireConsent => policy.requires_consent = true,
        PolicyItem::Encounters { labels, doing } => {
            let labels = known_labels(labels, world, report);
            let doing = match doing {
                EncounterDef::Refuse => vec![EncounterTreatment::Refuse],
                EncounterDef::Codes(treatment) => vec![EncounterTreatment::Codes(*treatment)],
                EncounterDef::Fields { selectors, operator } => {
                    let lines = field_lines(selectors, operator, world, domain, report);
                    lines.into_iter().map(EncounterTreatment::Fields).collect()
                }
            };
            policy.encounters.extend(doing.into_iter().map(|doing| EncounterLine { labels: labels.clone(), doing }));
        }
        PolicyItem::Obligation { name, text, labels } => policy.obligations.push(Obligation {
            name: name.item.clone(),
            text: text.item.clone(),
            labels: known_labels(labels, world, report),
        }),
        PolicyItem::Text(text) => policy.texts.push(match text {
            TextDef::Keep => TextLine::Keep,
            TextDef::Remove => TextLine::Remove,
            TextDef::Mask { kinds, replacement } => {
                let with = replacement.as_ref().map_or("[{kind}]", |text| text.item.as_str());
                TextLine::Mask(text_kinds(kinds, report), with.to_owned())
            }
        }),
        PolicyItem::Codes { labels, treatment } => {
            policy.codes.push(CodeLine { labels: known_labels(labels, world, report), treatment: *treatment });
        }
        PolicyItem::Candidates(showing) => policy.candidates = *showing,
        PolicyItem::Findings(showing) => policy.findings = *showing,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
        PolicyItem::Counts { under, complement } => {
            policy.counts_under = Some(under.item as u32);
            policy.counts_complement = *complement;
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

/// What a purpose is part of has to be there.
pub(super) fn check_purpose(def: &PurposeDef, world: &World, report: &mut Report) {
    if let Some(under) = &def.under {
        known_purposes(std::slice::from_ref(under), world, report);
    }
}

fn known_purposes(names: &[Name], world: &World, report: &mut Report) -> Vec<String> {
    let known = || world.purposes.iter().map(|purpose| purpose.name.as_str());
    for name in names.iter().filter(|name| known().all(|it| it != name.item)) {
        let help = did_you_mean(&name.item, known());
        let help = help.or_else(|| Some("define it: `purpose NAME \"title\"`".to_owned()));
        report.say(name.span, Problem::UnknownPurpose { purpose: name.item.clone() }, help);
    }
    names.iter().map(|name| name.item.clone()).collect()
}

fn field_lines(
    selectors: &[Spanned<SelectorDef>],
    operator: &OperatorDef,
    world: &World,
    domain: DomainId,
    report: &mut Report,
) -> Vec<FieldLine> {
    let Some(treatment) = treatment(operator, report) else { return Vec::new() };
    let mut out = Vec::new();
    for one in selectors {
        for fields in selector(one, world, domain, report) {
            fits(&fields, &treatment, operator, one, world, domain, report);
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

fn text_kinds(kinds: &[Name], report: &mut Report) -> Vec<String> {
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

fn known_labels(labels: &[Name], world: &World, report: &mut Report) -> Vec<LabelId> {
    let mut out = Vec::with_capacity(labels.len());
    for label in labels {
        match world.label(label) {
            Ok(label) => out.push(label),
            Err((problem, help)) => report.say(label.span, problem, help),
        }
    }
    out
}

fn treatment(operator: &OperatorDef, report: &mut Report) -> Option<Treatment> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded below")]
    let number = operator.argument.as_ref().map(|number| number.item.clamp(0.0, 1e6) as u32);
    let name = &operator.name.item;
    if let Some((_, make)) = OPERATORS.iter().find(|(known, _)| known == name) {
        return Some(make(number));
    }
    let known = || OPERATORS.iter().map(|(known, _)| *known);
    let help = did_you_mean(name, known());
    let help = help.or_else(|| Some(format!("one of: {}", known().collect::<Vec<_>>().join(", "))));
    report.say(operator.name.span, Problem::UnknownPolicyOperator { operator: name.clone() }, help);
    None
}

fn selector(one: &Spanned<SelectorDef>, world: &World, domain: DomainId, report: &mut Report) -> Vec<Selector> {
    match &one.item {
        SelectorDef::Identifying(names) => {
            vec![Selector::Identifying(names.iter().map(|name| name.item.clone()).collect())]
        }
        SelectorDef::QuasiIdentifier => vec![Selector::QuasiIdentifying],
        SelectorDef::Date => vec![Selector::Dates],
        SelectorDef::Free => vec![Selector::Free],
        SelectorDef::Sensitive(None) => vec![Selector::Labelled(None)],
        SelectorDef::Sensitive(Some(label)) => match world.label(label) {
            Ok(place) => vec![Selector::Labelled(Some(place))],
            Err((problem, help)) => {
                report.say(label.span, problem, help);
                Vec::new()
            }
        },
        SelectorDef::Undeclared => vec![Selector::Undeclared],
        SelectorDef::Path(path) => by_path(path, world, domain, report),
    }
}

/// The field a path means in each record of the domain that has it; a policy of `shared` names fields it has never seen.
fn by_path(path: &PathDef, world: &World, domain: DomainId, report: &mut Report) -> Vec<Selector> {
    if world.shared == Some(domain) {
        return vec![Selector::Named(join(path))];
    }
    let records = domain.get(&world.domains).map(|names| names.records.as_slice()).unwrap_or_default();
    let mut out = Vec::new();
    for (id, record) in RecordId::numbered(records) {
        let scope = Scope::new(world, domain, Some(record));
        if let Found::Path { expression: Expression::Path(path), .. } = scope.find(&join(path)) {
            out.push(Selector::At(id, path));
        }
    }
    if out.is_empty() {
        let names = records.iter().flat_map(|record| record.fields.iter().map(|field| field.name.as_str()));
        let help = did_you_mean(&join(path), names);
        report.say(
            path.span,
            Problem::UnknownField { field: join(path), record: "any record of this domain".into() },
            help,
        );
    }
    out
}

/// Says where a policy whose disclosures anybody may read leaves in the clear what identifies, and where an audience sees
/// one number in two forms.
pub(super) fn leaks(sources: &[DomainSource], world: &World, domains: &[Domain], report: &mut Report) {
    let shared = world.shared.and_then(|shared| shared.get(domains)).map_or(&[][..], |domain| &domain.policies);
    for (id, (source, domain)) in DomainId::numbered(sources.iter().zip(domains)) {
        let own = if world.shared == Some(id) { &[][..] } else { &domain.policies };
        let mut audiences: Vec<&str> = shared.iter().chain(own).map(|policy| policy.audience.as_str()).collect();
        audiences.sort_unstable();
        audiences.dedup();
        for audience in audiences {
            let standing: Vec<&Policy> = shared.iter().chain(own).filter(|it| it.audience == audience).collect();
            if standing.iter().any(|policy| is_public(policy, world)) {
                open_records(source, domain, &standing, report);
            }
            two_forms(source, domain, &standing, report);
        }
    }
}

fn is_public(policy: &Policy, world: &World) -> bool {
    let mut purposes = policy.purposes.iter().filter_map(|name| world.purposes.iter().find(|it| it.name == *name));
    purposes.any(|purpose| purpose.is_public)
}

/// What the public sees of the records of a domain that identifies somebody.
fn open_records(source: &DomainSource, domain: &Domain, standing: &[&Policy], report: &mut Report) {
    let lines: Vec<&FieldLine> = standing.iter().flat_map(|policy| &policy.fields).collect();
    let name = standing.last().map_or("", |policy| policy.name.as_str());
    let undeclared = || lines.iter().filter(|line| line.fields == Selector::Undeclared);
    let keeps_undeclared = undeclared().count() > 0 && undeclared().all(|line| line.operator == Treatment::Keep);
    let texts = || standing.iter().flat_map(|policy| &policy.texts);
    // As the redactor has it: without a word about texts they are searched, unless even the undeclared stays.
    let keeps_texts = texts().all(|line| *line == TextLine::Keep) && (texts().count() > 0 || keeps_undeclared);
    for (id, record) in RecordId::numbered(&domain.records) {
        let mut found = Vec::new();
        open_fields(&lines, id, (&record.fields, keeps_texts), "", &mut Vec::new(), &mut found);
        for (path, kind) in found {
            let help = match kind {
                Some(_) => format!("write `remove {path}`, or an operator: `{path} to pseudonym`"),
                None => format!("write `text mask all`, or `remove {path}`"),
            };
            let kind = kind.unwrap_or_else(|| "person by what people write".to_owned());
            let problem = Problem::LeakyPolicy { policy: name.to_owned(), field: path, kind };
            say_at(source, name, &record.name, problem, help, report);
        }
        if keeps_undeclared {
            let kind = "person for all that is known".to_owned();
            let problem = Problem::LeakyPolicy { policy: name.to_owned(), field: "undeclared".to_owned(), kind };
            say_at(source, name, &record.name, problem, "write `remove undeclared`".to_owned(), report);
        }
    }
}

/// Fields of one label that one audience sees cut (`first`, `last`) and keyed (`pseudonym`, `token`): with both, the digits
/// that are cut away can be guessed and tried (PCI DSS 4.0.1, 3.5.1).
fn two_forms(source: &DomainSource, domain: &Domain, standing: &[&Policy], report: &mut Report) {
    let lines: Vec<&FieldLine> = standing.iter().flat_map(|policy| &policy.fields).collect();
    let name = standing.last().map_or("", |policy| policy.name.as_str());
    let mut seen: Vec<(LabelId, String, bool)> = Vec::new();
    for (id, record) in RecordId::numbered(&domain.records) {
        let before = seen.len();
        forms(&lines, id, &record.fields, "", &mut Vec::new(), &mut seen);
        let new = seen.split_off(before);
        for (label, path, is_cut) in new {
            let other = seen.iter().find(|(other, at, cut)| *other == label && *cut != is_cut && *at != path);
            if let Some((_, at, _)) = other {
                let (cut, keyed) = if is_cut { (path.clone(), at.clone()) } else { (at.clone(), path.clone()) };
                let help = format!("show both in one form, or write `remove {keyed}`");
                let problem = Problem::CutAndKeyed { policy: name.to_owned(), cut, keyed };
                say_at(source, name, &record.name, problem, help, report);
            }
            seen.push((label, path, is_cut));
        }
    }
}

/// Fields with a label that are shown cut (`true`) or keyed.
fn forms(
    lines: &[&FieldLine],
    record: RecordId,
    fields: &[Field],
    above: &str,
    slots: &mut Vec<u16>,
    seen: &mut Vec<(LabelId, String, bool)>,
) {
    for (slot, field) in (0_u16..).zip(fields) {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        slots.push(slot);
        let decided = deciding(lines, record, &path, slots, field);
        match (inside(&field.kind), field.privacy.label, decided.map(|(line, _)| &line.operator)) {
            (Kind::Record(inner), _, _) => forms(lines, record, inner, &path, slots, seen),
            (_, Some(label), Some(Treatment::First(_) | Treatment::Last(_))) => seen.push((label, path, true)),
            (_, Some(label), Some(Treatment::Pseudonym | Treatment::Token)) => seen.push((label, path, false)),
            _ => {}
        }
        slots.pop();
    }
}

/// The kind of the items, of lists of lists too.
fn inside(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(item) => inside(item),
        kind => kind,
    }
}

/// Fields that identify and stay as they are, with what they identify; free texts, if those stay whole, with `None`.
fn open_fields(
    lines: &[&FieldLine],
    record: RecordId,
    (fields, keeps_texts): (&[Field], bool),
    above: &str,
    slots: &mut Vec<u16>,
    found: &mut Vec<(String, Option<String>)>,
) {
    for (slot, field) in (0_u16..).zip(fields) {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        slots.push(slot);
        let decided = deciding(lines, record, &path, slots, field);
        let stays = decided.is_none_or(|(line, _)| line.operator == Treatment::Keep);
        match (inside(&field.kind), &field.privacy.identifies) {
            (Kind::Record(inner), _) if stays => {
                open_fields(lines, record, (inner, keeps_texts), &path, slots, found);
            }
            (_, Some(identifies)) if stays => found.push((path, Some(identifies.clone()))),
            _ if stays && keeps_texts && field.privacy.is_free => found.push((path, None)),
            _ => {}
        }
        slots.pop();
    }
}

/// At the domain's own policy if it has one, else at the record.
fn say_at(source: &DomainSource, policy: &str, record: &str, problem: Problem, help: String, report: &mut Report) {
    let statements = || source.files.iter().flat_map(|file| file.tree.statements.iter().map(move |it| (file, it)));
    let at_policy = statements().find_map(|(file, statement)| match &statement.item {
        Statement::Policy(def) if def.name.item == policy => Some((file, def.name.span)),
        _ => None,
    });
    let at_record = || {
        statements().find_map(|(file, statement)| match &statement.item {
            Statement::Record(def) if def.name.item == record => Some((file, def.name.span)),
            _ => None,
        })
    };
    if let Some((file, span)) = at_policy.or_else(at_record) {
        report.enter(&file.path);
        report.say(span, problem, Some(help));
    }
}

/// Whether what is done to a field can be done to its type.
fn fits(
    fields: &Selector,
    treatment: &Treatment,
    operator: &OperatorDef,
    at: &Spanned<SelectorDef>,
    world: &World,
    domain: DomainId,
    report: &mut Report,
) {
    let Selector::At(record, path) = fields else { return };
    let records = domain.get(&world.domains).map(|names| names.records.as_slice()).unwrap_or_default();
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
        report.say(at.span, Problem::OperatorMismatch { operator: operator.name.item.clone(), kind }, None);
    }
}

fn field_at<'a>(fields: &'a [Field], slots: &[u16]) -> Option<&'a Field> {
    let (first, rest) = slots.split_first()?;
    let field = fields.get(usize::from(*first))?;
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
