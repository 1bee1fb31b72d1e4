//! What one encounter changes: the labels it has, wherever it has them from, against what the policies say of them.

use super::asking::Granted;
use super::codes::CodeCase;
use super::codes::PLAIN;
use super::standing::Standing;
use crate::model::day::Day;
use crate::model::outcome::label_bits;
use crate::model::policy::CodeTreatment;
use crate::model::policy::EncounterTreatment;
use crate::model::policy::FieldLine;
use crate::model::policy::Obligation;

/// So many different sets of labels may have field lines of their own; the rest share one, and are as strict as all.
const MOST_GROUPS: usize = 6;

/// Conditions on encounters, settled for an audience.
pub(super) struct Conditions {
    /// Labels that are withheld with all that speaks of them, unless a consent lifts them.
    pub guarded: u128,
    /// Labels that have field lines: each group is one bit of a plan's number.
    groups: Vec<(u128, Vec<FieldLine>)>,
    refused: u128,
    codes: Vec<(u128, CodeTreatment)>,
    /// What recipients are told, and the labels that make it so.
    obligations: Vec<(u128, Obligation)>,
    /// Labels of codes that are not shown as they are: free texts and signals are withheld with them.
    pub hidden: u128,
    /// Labels that make a difference.
    pub asked: u128,
}

/// What one encounter comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    /// Labels it has, as far as they were asked for.
    pub bears: u128,
    /// Labels that are guarded.
    pub guarded: u128,
    /// Labels whose guard is lifted for it.
    pub lifted: u128,
    /// It has a label that is guarded or hides codes: free texts and signals are withheld with them.
    pub withholds: bool,
    /// What happens to its codes.
    pub codes: CodeCase,
    /// Number of the plan for its fields.
    pub plan: usize,
    /// Why nothing of it is shown, if so.
    pub refusal: Option<&'static str>,
}

impl Case {
    /// An encounter about which nothing is conditional.
    pub const PLAIN: Case =
        Case { bears: 0, guarded: 0, lifted: 0, withholds: false, codes: PLAIN, plan: 0, refusal: None };
}

impl Conditions {
    /// `hidden` are the labels of codes that are not shown as they are, if a record has something to withhold with them.
    pub fn new(standing: &Standing<'_>, granted: &Granted, hidden: u128) -> Conditions {
        let mut conditions = Conditions {
            guarded: granted.guarded,
            groups: Vec::new(),
            refused: 0,
            codes: Vec::new(),
            obligations: Vec::new(),
            hidden,
            asked: granted.guarded | hidden,
        };
        for policy in &standing.policies {
            for line in &policy.encounters {
                let bits = label_bits(&line.labels);
                conditions.asked |= bits;
                match &line.doing {
                    EncounterTreatment::Refuse => conditions.refused |= bits,
                    EncounterTreatment::Codes(treatment) => conditions.codes.push((bits, *treatment)),
                    EncounterTreatment::Fields(field) => conditions.add_fields(bits, field.clone()),
                }
            }
            for obligation in &policy.obligations {
                let bits = label_bits(&obligation.labels);
                conditions.asked |= bits;
                conditions.obligations.push((bits, obligation.clone()));
            }
        }
        conditions
    }

    fn add_fields(&mut self, bits: u128, line: FieldLine) {
        if let Some((_, lines)) = self.groups.iter_mut().find(|(labels, _)| *labels == bits) {
            lines.push(line);
        } else if self.groups.len() < MOST_GROUPS {
            self.groups.push((bits, vec![line]));
        } else if let Some((labels, lines)) = self.groups.last_mut() {
            *labels |= bits;
            lines.push(line);
        }
    }

    /// How many plans there are for the fields of a record.
    pub fn plan_count(&self) -> usize {
        1 << self.groups.len()
    }

    /// The field lines that a plan adds to those of every encounter.
    pub fn lines(&self, plan: usize) -> impl Iterator<Item = &FieldLine> {
        let groups = self.groups.iter().enumerate().filter(move |(place, _)| plan >> place & 1 == 1);
        groups.flat_map(|(_, (_, lines))| lines)
    }

    /// What an encounter with these labels comes to; `consented` are the labels its consents cover, `days` those that may be
    /// its own.
    pub fn case(&self, bears: u128, days: Option<(Day, Day)>, consented: Option<u128>, granted: &Granted) -> Case {
        let lifted = consented.unwrap_or(0) & granted.by_consent;
        let raised = self.codes.iter().filter(|(labels, _)| labels & bears != 0).map(|(_, treatment)| *treatment);
        let raised = raised.max().unwrap_or(CodeTreatment::Keep);
        let group = |(place, (labels, _)): (usize, &(u128, Vec<FieldLine>))| usize::from(labels & bears != 0) << place;
        let refusal = if granted.requires_consent && consented.is_none() {
            Some("no consent in force")
        } else {
            (self.refused & bears != 0).then_some("withheld")
        };
        Case {
            bears,
            guarded: self.guarded,
            lifted,
            withholds: bears & (self.guarded & !lifted | self.hidden) != 0,
            codes: CodeCase { lifted, raised, days },
            plan: self.groups.iter().enumerate().map(group).sum(),
            refusal,
        }
    }

    /// What whoever receives the encounter is told: what is shown only by consent speaks of it, what is withheld does not.
    pub fn obligations(&self, case: &Case) -> impl Iterator<Item = &Obligation> {
        let shown = case.bears & !(self.guarded & !case.lifted);
        let told = self.obligations.iter().filter(move |(labels, _)| *labels == 0 || labels & shown != 0);
        told.map(|(_, obligation)| obligation)
    }
}
