//! What a policy does to a record, told without any encounter: every field, every label, and what depends on what.

use super::asking::Ask;
use super::asking::Granted;
use super::case::Conditions;
use super::codes::CodeRules;
use super::decide::Planned;
use super::decide::Shape;
use super::error::Error;
use super::standing::InForce;
use super::standing::Standing;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::outcome::label_bit;
use crate::model::policy::CodeTreatment;
use crate::model::policy::EncounterTreatment;
use crate::model::policy::FieldLine;
use crate::model::policy::LabelRule;
use crate::model::policy::Lift;
use crate::model::policy::Showing;
use crate::model::policy::TextLine;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Record;
use crate::registry::Registry;
use serde::Serialize;

/// What a policy does to a record.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// `name@version`.
    pub policy: String,
    /// Who asks.
    pub audience: String,
    /// What for.
    pub purposes: Vec<String>,
    /// What not for.
    pub not_purposes: Vec<String>,
    /// The domain.
    pub domain: String,
    /// The record.
    pub record: String,
    /// Every field.
    pub fields: Vec<ExplainedField>,
    /// What no record declares: `keep` or `remove`.
    pub undeclared: &'static str,
    /// Texts that stay are searched for these; all kinds if it says `all`.
    pub texts: Vec<String>,
    /// Every label.
    pub labels: Vec<ExplainedLabel>,
    /// What happens to encounters that have a label.
    pub encounters: Vec<ExplainedCase>,
    /// Nothing is shown without a consent in force.
    pub requires_consent: bool,
    /// What happens to candidates.
    pub candidates: &'static str,
    /// What happens to findings.
    pub findings: &'static str,
    /// What recipients are told.
    pub obligations: Vec<String>,
}

/// One field and what happens to it.
#[derive(Debug, Serialize)]
pub struct ExplainedField {
    /// Names from the top, joined by dots.
    pub path: String,
    /// What the record says of it.
    pub declared: Vec<String>,
    /// What happens.
    pub does: String,
    /// Why; empty if it stays.
    pub why: String,
}

/// One label and what happens to what has it.
#[derive(Debug, Serialize)]
pub struct ExplainedLabel {
    /// Name.
    pub label: String,
    /// Name for people.
    pub title: String,
    /// What happens to codes: `keep`, `roll up` or `withhold`.
    pub codes: &'static str,
    /// Free texts and signals are withheld with it.
    pub withholds_texts: bool,
    /// What lifts that.
    pub unless: Vec<String>,
    /// Codes of the domain that have it.
    pub count: usize,
    /// Words in a free text that give it.
    pub words: usize,
    /// Which rules give it to which codes.
    pub rules: Vec<ExplainedRule>,
}

/// Which codes have a label, and who says so.
#[derive(Debug, Serialize)]
pub struct ExplainedRule {
    /// Code set.
    pub set: String,
    /// Since when, until when, as the source has it.
    pub days: String,
    /// The source.
    pub see: String,
    /// So many codes of the set fall under it: those it names and all below them.
    #[serde(rename = "codes")]
    pub code_count: usize,
}

/// What happens to encounters that have one of some labels.
#[derive(Debug, Serialize)]
pub struct ExplainedCase {
    /// The labels.
    pub labels: Vec<String>,
    /// What happens.
    pub does: String,
}

/// What the policies of an audience do to a record of a domain, as they are `today`.
///
/// # Errors
/// If no policy speaks of the audience, or the domain has no such record.
pub fn explain(
    shared: &Shared,
    domain: &Domain,
    record: Option<&str>,
    audience: &str,
    registry: &Registry,
    today: Day,
) -> Result<Explanation, Error> {
    let in_force = InForce::on(today, shared, Some(domain));
    let standing = in_force.of(audience)?;
    let named = |it: &(RecordId, &Record)| record.is_none_or(|name| it.1.name == name);
    let Some((id, record)) = RecordId::numbered(&domain.records).find(named) else {
        let record = record.unwrap_or("of any kind").to_owned();
        return Err(Error::NoRecord { domain: domain.name.clone(), record });
    };
    let granted = Granted::new(shared, &standing, audience, &Ask::default())?;
    let rules = CodeRules::new(shared, &standing, granted.guarded, registry.sets().count());
    let conditions = Conditions::new(&standing, &granted, rules.hidden_labels());
    let name = |label: &LabelId| label.get(&shared.labels).map_or_else(String::new, |it| it.name.clone());
    let mut fields = Vec::new();
    let speaking = (conditions.guarded, conditions.guarded | conditions.hidden);
    explain_fields(&standing.plan(id, record, &[]), &name, speaking, &mut fields);
    let all = |pick: fn(&crate::model::policy::Policy) -> &[String]| -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for purpose in standing.policies.iter().flat_map(|policy| pick(policy)) {
            if !out.contains(purpose) {
                out.push(purpose.clone());
            }
        }
        out
    };
    let lines = standing.policies.iter().flat_map(|policy| &policy.encounters);
    let encounters = lines.map(|line| ExplainedCase {
        labels: line.labels.iter().map(name).collect(),
        does: match &line.doing {
            EncounterTreatment::Refuse => "refuse".to_owned(),
            EncounterTreatment::Codes(treatment) => format!("codes {}", code_word(*treatment)),
            EncounterTreatment::Fields(field) => field_line(field, record),
        },
    });
    let obligations = standing.policies.iter().flat_map(|policy| &policy.obligations);
    Ok(Explanation {
        audience: audience.to_owned(),
        purposes: all(|policy| &policy.purposes),
        not_purposes: all(|policy| &policy.not_purposes),
        domain: domain.name.clone(),
        record: record.name.clone(),
        fields,
        undeclared: if standing.keeps_undeclared() { "keep" } else { "remove" },
        texts: texts(&standing),
        labels: labels(shared, domain, &standing, &conditions, &rules, registry),
        encounters: encounters.collect(),
        requires_consent: granted.requires_consent,
        candidates: showing_word(standing.candidates()),
        findings: showing_word(standing.findings()),
        obligations: obligations.map(|it| it.name.clone()).collect(),
        policy: standing.name,
    })
}

fn explain_fields(
    plan: &[Planned],
    name: &dyn Fn(&LabelId) -> String,
    (guarded, withheld): (u128, u128),
    out: &mut Vec<ExplainedField>,
) {
    for planned in plan {
        let mut shape = &planned.shape;
        while let Shape::List(item) = shape {
            shape = item;
        }
        if let Shape::Record(inner) = shape {
            explain_fields(inner, name, (guarded, withheld), out);
            continue;
        }
        let privacy = &planned.privacy;
        let mut declared = Vec::new();
        declared.extend(planned.identifies.iter().map(|kind| format!("identifies {kind}")));
        declared.extend(privacy.is_quasi_identifier.then(|| "quasi-identifier".to_owned()));
        declared.extend(privacy.is_free.then(|| "free".to_owned()));
        declared.extend(privacy.is_signal.then(|| "signal".to_owned()));
        declared.extend(privacy.is_plain.then(|| "plain".to_owned()));
        declared.extend(privacy.label.map(|label| format!("sensitive {}", name(&label))));
        let is_guarded = privacy.label.is_some_and(|label| label_bit(label) & guarded != 0);
        let speaks = (privacy.is_free || privacy.is_signal) && withheld != 0;
        let mut does = described(&planned.treatment);
        if planned.path == "id" && planned.treatment != Treatment::Keep {
            "pseudonym".clone_into(&mut does);
        }
        let mut why = planned.why.clone();
        if is_guarded && planned.treatment != Treatment::Remove {
            (does, why) = ("withhold".to_owned(), "its label".to_owned());
        } else if speaks && planned.treatment != Treatment::Remove {
            "withheld where the encounter has a withheld label".clone_into(&mut why);
        }
        if does == "keep" && matches!(shape, Shape::Code(_)) {
            "keep, by its labels".clone_into(&mut does);
        }
        out.push(ExplainedField { path: planned.path.clone(), declared, does, why });
    }
}

fn described(treatment: &Treatment) -> String {
    let word = treatment.word();
    match treatment {
        Treatment::Shift(number)
        | Treatment::Band(number)
        | Treatment::Grid(number)
        | Treatment::Group(number)
        | Treatment::First(number)
        | Treatment::Last(number) => format!("{word} {number}"),
        _ => word.to_owned(),
    }
}

fn field_line(line: &FieldLine, record: &Record) -> String {
    use crate::model::policy::Selector;
    let which = match &line.fields {
        Selector::Identifying(kinds) if kinds.is_empty() => "every field that identifies".to_owned(),
        Selector::Identifying(kinds) => format!("every field that identifies {}", kinds.join(", ")),
        Selector::QuasiIdentifying => "every quasi-identifier".to_owned(),
        Selector::Dates => "every date".to_owned(),
        Selector::Free => "every free field".to_owned(),
        Selector::Labelled(_) => "every sensitive field".to_owned(),
        Selector::Plain => "plain".to_owned(),
        Selector::Signals => "every signal field".to_owned(),
        Selector::Every => "every field".to_owned(),
        Selector::Undeclared => "undeclared".to_owned(),
        Selector::Named(name) => name.clone(),
        Selector::At(_, path) => {
            let first = path.slots.first().and_then(|slot| slot.get(&record.fields));
            first.map_or_else(|| "a field".to_owned(), |field| field.name.clone())
        }
    };
    format!("{which} to {}", described(&line.operator))
}

fn texts(standing: &Standing<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for line in standing.policies.iter().flat_map(|policy| &policy.texts) {
        match line {
            TextLine::Keep => out.push("keep".to_owned()),
            TextLine::Remove => out.push("remove".to_owned()),
            TextLine::Mask(kinds, _) if kinds.is_empty() => out.push("all".to_owned()),
            TextLine::Mask(kinds, _) => out.extend(kinds.iter().cloned()),
        }
    }
    out.dedup();
    out
}

fn labels(
    shared: &Shared,
    domain: &Domain,
    standing: &Standing<'_>,
    conditions: &Conditions,
    rules: &CodeRules,
    registry: &Registry,
) -> Vec<ExplainedLabel> {
    let mut counts = vec![0_usize; shared.labels.len()];
    for set in &domain.sets {
        let codes = registry.codes(*set);
        for label in codes.all().flat_map(|code| codes.labels(code)) {
            if let Some(count) = counts.get_mut(label.index()) {
                *count += 1;
            }
        }
    }
    let unless = |label: LabelId| -> Vec<String> {
        let guards = standing.policies.iter().flat_map(|policy| &policy.guards);
        let lifts = guards.filter(|guard| guard.labels.contains(&label)).flat_map(|guard| &guard.unless);
        lifts.map(lift_words).collect()
    };
    let rule = |rule: &LabelRule| {
        let codes = registry.codes(rule.set);
        let end = |(first, last): (CodeId, CodeId)| codes.subtree_end(first).max(codes.subtree_end(last));
        let mut ranges: Vec<(CodeId, CodeId)> = rule.codes.iter().map(|range| (range.0, end(*range))).collect();
        ranges.sort_unstable();
        let (mut count, mut next) = (0, 0);
        for (first, last) in ranges {
            let first = first.index().max(next);
            if first <= last.index() {
                count += last.index() - first + 1;
                next = last.index() + 1;
            }
        }
        ExplainedRule { set: codes.name().to_owned(), days: days(rule), see: rule.see.clone(), code_count: count }
    };
    let explained = |(id, label): (LabelId, &crate::model::policy::Label)| {
        let of_domain = |it: &&LabelRule| it.label == id && domain.sets.contains(&it.set);
        ExplainedLabel {
            label: label.name.clone(),
            title: label.title.clone(),
            codes: code_word(rules.of_label(id)),
            withholds_texts: (conditions.guarded | conditions.hidden) & label_bit(id) != 0,
            unless: if label.is_never_shown { Vec::new() } else { unless(id) },
            count: id.get(&counts).copied().unwrap_or(0),
            words: label.says.len(),
            rules: shared.label_rules.iter().filter(of_domain).map(rule).collect(),
        }
    };
    LabelId::numbered(&shared.labels).map(explained).collect()
}

fn days(rule: &LabelRule) -> String {
    match (rule.from, rule.to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (Some(from), Some(to)) => format!("from {from} to {to}"),
    }
}

fn lift_words(lift: &Lift) -> String {
    match lift {
        Lift::Consent => "consent".to_owned(),
        Lift::Emergency => "emergency".to_owned(),
        Lift::Recipient(states) => format!("recipient in ({})", states.join(", ")),
    }
}

fn code_word(treatment: CodeTreatment) -> &'static str {
    match treatment {
        CodeTreatment::Keep => "keep",
        CodeTreatment::RollUp => "roll up",
        CodeTreatment::Withhold => "withhold",
    }
}

fn showing_word(showing: Showing) -> &'static str {
    match showing {
        Showing::Keep => "keep",
        Showing::CodesOnly => "codes-only",
        Showing::Remove => "remove",
    }
}
