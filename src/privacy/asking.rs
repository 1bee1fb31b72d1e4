//! Who asks what for, and what a record's consents allow: settled before a field is looked at.
//!
//! Denied unless a policy allows it. Of several policies the strictest decides: a purpose has to be allowed by all, a
//! guard is lifted only if every policy that has it would lift it.

use super::error::Error;
use super::standing::Standing;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::LabelId;
use crate::model::outcome::label_bit;
use crate::model::outcome::label_bits;
use crate::model::policy::Lift;
use crate::model::policy::Purposes;
use crate::model::program::Shared;
use crate::model::value::Value;

/// What is asked besides the audience.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// What for; the policy's own purpose if `None`.
    pub purpose: Option<String>,
    /// Why, in an emergency.
    pub reason: Option<String>,
    /// State of the recipient, such as `CA`.
    pub recipient: Option<String>,
}

/// An ask that was allowed, and what it lifts.
pub(super) struct Granted {
    /// The purpose, if one was named.
    pub purpose: Option<String>,
    /// Labels that some policy withholds and this ask does not lift.
    pub guarded: u128,
    /// Those of them that a consent lifts.
    pub by_consent: u128,
    /// Nothing is shown of a record without a consent in force.
    pub requires_consent: bool,
    audience: String,
    recipient: Option<String>,
    /// The purpose asked for or assumed, and all it is part of.
    within: Vec<String>,
    labels: Vec<(String, bool)>,
    /// What a consent may hold besides its own fields and still be one, as `field: value`.
    harmless: Vec<String>,
}

/// List of `domains/shared`: codes of states.
const STATES: &str = "state-codes";

/// List of `domains/shared`: what a consent may hold besides its own fields.
const HARMLESS: &str = "consent-in-force";

impl Granted {
    /// Whether an audience may ask this.
    ///
    /// # Errors
    /// The purpose is unknown, not one the policies are for, or an emergency without a reason.
    pub fn new(shared: &Shared, standing: &Standing<'_>, audience: &str, ask: &Ask) -> Result<Granted, Error> {
        let purposes = Purposes(&shared.purposes);
        let assumed = || standing.policies.iter().find_map(|policy| policy.purposes.first().cloned());
        let is_named = ask.purpose.is_some();
        let purpose = ask.purpose.clone().or_else(assumed).unwrap_or_default();
        if is_named && purposes.find(&purpose).is_none() {
            let known: Vec<&str> = shared.purposes.iter().map(|it| it.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::UnknownPurpose { purpose, known });
        }
        if let Some(policy) = standing.policies.iter().find(|it| is_named && !purposes.allows(it, &purpose)) {
            let allowed = policy.purposes.join(", ");
            return Err(Error::Denied { purpose, policy: policy.name.clone(), allowed });
        }
        let is_emergency = purposes.find(&purpose).is_some_and(|it| it.is_emergency);
        if is_emergency && ask.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Error::NoReason { purpose });
        }
        check_recipient(shared, standing, ask)?;
        let lifts = |lift: &Lift| match lift {
            Lift::Consent => false,
            Lift::Emergency => is_emergency,
            Lift::Recipient(states) => ask.recipient.as_ref().is_some_and(|state| is_among(states, state)),
        };
        let (mut guarded, mut never) = (0, 0);
        for guard in standing.policies.iter().flat_map(|policy| &policy.guards) {
            let bits = label_bits(&guard.labels);
            if !guard.unless.iter().any(lifts) {
                guarded |= bits;
                if !guard.unless.contains(&Lift::Consent) {
                    never |= bits;
                }
            }
        }
        for (label, _) in LabelId::numbered(&shared.labels).filter(|(_, label)| label.is_never_shown) {
            guarded |= label_bit(label);
            never |= label_bit(label);
        }
        let within = shared.purposes.iter().map(|it| it.name.clone()).filter(|it| purposes.is_within(&purpose, it));
        Ok(Granted {
            guarded,
            by_consent: guarded & !never,
            requires_consent: standing.policies.iter().any(|policy| policy.requires_consent),
            audience: audience.to_owned(),
            recipient: ask.recipient.clone(),
            within: within.chain([purpose.clone()]).collect(),
            labels: shared.labels.iter().map(|label| (label.name.clone(), label.wants_own_consent)).collect(),
            harmless: list(shared, HARMLESS),
            purpose: is_named.then_some(purpose),
        })
    }

    /// Whether a consent has to be looked for in each record.
    pub fn wants_consents(&self) -> bool {
        self.requires_consent || self.by_consent != 0
    }

    /// The labels that the consents in a field cover today, or `None` if none of them is in force.
    ///
    /// A consent counts from the day it was granted to the day it expires, and no longer once it is revoked; what was
    /// disclosed before stays disclosed. One that holds what nobody can read, or a field that a consent does not have,
    /// is none: it may say that the consent was taken back.
    pub fn consented(&self, field: &Value<'_>, path: &str, encounter: &Encounter<'_>) -> Option<u128> {
        match field {
            Value::List(items) => {
                let item = |(index, item)| self.consented(item, &format!("{path}[{index}]"), encounter);
                items.iter().enumerate().filter_map(item).reduce(|one, other| one | other)
            }
            Value::Record(slots) if self.is_understood(path, encounter) => self.covered(slots, encounter.today),
            _ => None,
        }
    }

    /// Whether all that the consent at a path holds is understood.
    fn is_understood(&self, path: &str, encounter: &Encounter<'_>) -> bool {
        let inside = |at: &'_ str| at.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let is_harmless = |at: &str, value: &serde_json::Value| {
            let name = at.get(path.len() + 1..).unwrap_or_default();
            value.as_str().is_some_and(|value| {
                let said = format!("{name}: {}", value.trim());
                self.harmless.iter().any(|harmless| harmless.eq_ignore_ascii_case(&said))
            })
        };
        let strange = || encounter.undeclared.iter().filter(|(at, _)| inside(at));
        encounter.misfits.iter().all(|(at, _)| !inside(at)) && strange().all(|(at, value)| is_harmless(at, value))
    }

    fn covered(&self, slots: &[Value<'_>], today: Day) -> Option<u128> {
        let [labels, audiences, purposes, states, granted, expires, revoked] = slots else { return None };
        let is_begun = matches!(granted, Value::Day(day) if *day <= today);
        let is_open = match expires {
            Value::Absent => true,
            Value::Day(day) => today <= *day,
            _ => false,
        };
        let is_standing = match revoked {
            Value::Absent => true,
            Value::Day(day) => today < *day,
            _ => false,
        };
        let is_for = |field: &Value<'_>, holds: &dyn Fn(&str) -> bool| match field {
            Value::Absent => true,
            Value::List(items) => items.iter().any(|item| matches!(item, Value::Text(text) if holds(text))),
            _ => false,
        };
        let is_meant = is_for(audiences, &|it| it == self.audience)
            && is_for(purposes, &|it| self.within.iter().any(|purpose| purpose == it))
            && is_for(states, &|it| self.recipient.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(it)));
        (is_begun && is_open && is_standing && is_meant).then(|| self.named(labels))
    }

    /// The labels that a consent names; without any, all but those that want to be named alone.
    fn named(&self, labels: &Value<'_>) -> u128 {
        let known = || LabelId::numbered(&self.labels);
        match labels {
            Value::Absent => known().filter(|(_, (_, alone))| !alone).fold(0, |bits, (it, _)| bits | label_bit(it)),
            Value::List(items) => {
                let names: Vec<&str> = items
                    .iter()
                    .filter_map(|it| if let Value::Text(text) = it { Some(text.as_ref()) } else { None })
                    .collect();
                let covers = |name: &str, alone: bool| names.contains(&name) && (!alone || items.len() == 1);
                let covered = known().filter(|(_, (name, alone))| covers(name, *alone));
                covered.fold(0, |bits, (it, _)| bits | label_bit(it))
            }
            _ => 0,
        }
    }
}

/// Refuses a state that neither `shared` lists nor a policy of the audience names: nothing would be lifted for it.
fn check_recipient(shared: &Shared, standing: &Standing<'_>, ask: &Ask) -> Result<(), Error> {
    let known = list(shared, STATES);
    let Some(state) = ask.recipient.as_ref().filter(|_| !known.is_empty()) else { return Ok(()) };
    let mut lifts = standing.policies.iter().flat_map(|policy| &policy.guards).flat_map(|guard| &guard.unless);
    let is_named = lifts.any(|lift| matches!(lift, Lift::Recipient(states) if is_among(states, state)));
    let is_known = is_named || is_among(&known, state);
    is_known.then_some(()).ok_or_else(|| Error::UnknownState { state: state.clone() })
}

fn is_among(states: &[String], state: &str) -> bool {
    states.iter().any(|it| it.eq_ignore_ascii_case(state))
}

fn list(shared: &Shared, name: &str) -> Vec<String> {
    shared.lists.iter().find(|(it, _)| it == name).map(|(_, words)| words.clone()).unwrap_or_default()
}
