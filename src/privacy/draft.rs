//! A disclosure that scripts may still add to. What they add is a function of what the audience sees already, so nothing
//! here may hang on what it does not see: hidden values, labels, consents.

use super::case::Case;
use super::codes::PLAIN;
use super::disclosure::Disclosure;
use super::disclosure::DisclosureParts;
use super::disclosure::Redaction;
use super::disclosure::ShownFinding;
use super::disclosure::ShownObligation;
use super::fields::FieldRedactor;
use super::operators::Setting;
use super::plan::RecordPlan;
use super::redactor::Redactor;
use super::redactor::View;
use super::redactor::rounded;
use super::shown::ShownFields;
use super::text::Known;
use super::words::hide_words;
use crate::model::encounter::Encounter;
use crate::model::outcome::BY_SCRIPT;
use crate::model::outcome::Candidate;
use crate::model::outcome::Finding;
use crate::model::outcome::Judgement;
use crate::model::policy::Showing;
use crate::model::rules::Severity;
use std::borrow::Cow;

/// What an audience will see of an encounter, before scripts have added to it.
pub struct Draft<'a> {
    pub(super) redactor: &'a Redactor,
    pub(super) plan: &'a RecordPlan,
    pub(super) case: Case,
    pub(super) known: Known,
    /// Paths of what is withheld.
    pub(super) withheld: Vec<String>,
    /// All but the candidates.
    pub(super) parts: DisclosureParts<'a>,
    pub(super) candidates: Vec<Candidate<'a>>,
    pub(super) has_errors: bool,
    /// Labels of the encounter.
    pub(super) labels: u128,
}

impl Redactor {
    /// What the audience may see of one encounter.
    pub fn redact<'a>(&'a self, encounter: Encounter<'a>, judgement: Judgement<'a>) -> Disclosure<'a> {
        self.draft(encounter, judgement).map_or_else(|refused| *refused, Draft::finish)
    }

    /// Like [`Redactor::redact`], and scripts may still add to it.
    ///
    /// # Errors
    /// What is left of an encounter of which nothing may be shown.
    pub fn draft<'a>(
        &'a self,
        encounter: Encounter<'a>,
        judgement: Judgement<'a>,
    ) -> Result<Draft<'a>, Box<Disclosure<'a>>> {
        let plans = encounter.record.get(&self.records).map_or(&[][..], Vec::as_slice);
        let Some(plan) = plans.first() else {
            return Err(Box::new(Disclosure::unreadable(encounter.line, "no such record")));
        };
        let case = self.case(plan, &encounter, &judgement);
        if let Some(why) = case.refusal {
            return Err(Box::new(self.refused(plan, &encounter, why)));
        }
        let plan = plans.get(case.plan).unwrap_or(plan);
        let has_errors = judgement.findings.iter().any(|finding| finding.severity == Severity::Error);
        let known = self.known(plan, &encounter);
        let id = self.id(plan, &encounter, case.withholds);
        let days = plan.shift.and_then(|multiple| self.days(plan, &encounter, multiple));
        let setting = Setting { tables: &self.rules.tables, known: &known, on: encounter.on, days };
        let mut redactor = FieldRedactor::new(&self.rules, &known, &case, setting, plan.shift.is_some());
        let keeps_undeclared = self.rules.keeps_undeclared && !case.withholds;
        let leaves_out = !keeps_undeclared && !encounter.undeclared.is_empty();
        let undeclared = if keeps_undeclared { encounter.undeclared } else { Vec::new() };
        let fields = redactor.fields(&plan.fields, encounter.slots, undeclared);
        let FieldRedactor { mut redactions, withheld, .. } = redactor;
        redactions.extend(plan.removed.iter().map(|(path, why)| Redaction {
            path: Cow::Borrowed(path),
            did: "remove",
            why: Cow::Borrowed(why),
        }));
        if leaves_out {
            redactions.push(Redaction { path: "?".into(), did: "remove", why: "undeclared".into() });
        }
        let shown = View { plan, case: &case, known: &known, withheld: &withheld };
        let parts = DisclosureParts {
            codes: judgement.given.iter().filter_map(|given| self.given(&shown, given)).collect(),
            findings: judgement.findings.into_iter().filter_map(|it| self.finding(&shown, it)).collect(),
            missing: self.missing(plan, judgement.missing),
            encounter: fields,
            obligations: self.conditions.obligations(&case).map(ShownObligation::of).collect(),
            redactions,
            ..self.empty(id)
        };
        let (candidates, labels) = (judgement.candidates, judgement.labels);
        Ok(Draft { redactor: self, plan, case, known, withheld, parts, candidates, has_errors, labels })
    }
}

impl<'a> Draft<'a> {
    /// The fields that are shown.
    pub fn fields(&self) -> &ShownFields<'a> {
        &self.parts.encounter
    }

    /// Labels that the encounter has from what it says.
    pub fn labels(&self) -> u128 {
        self.labels
    }

    /// Whether the audience sees the encounter as it is, candidates with it: nothing in it was hidden or changed.
    pub fn is_whole(&self) -> bool {
        self.redactor.keeps_undeclared()
            && self.parts.redactions.is_empty()
            && self.redactor.candidates == Showing::Keep
    }

    /// Whether a script may set the field at a path of names: what it sets is shown, not kept from its audience.
    pub fn may_set(&self, path: &str) -> bool {
        !self.plan.hides(path, self.redactor.keeps_undeclared())
    }

    /// Drops the candidates that are not shown, and what is too fine to be shown from the scores of the others.
    pub fn drop_hidden_candidates(&mut self) {
        let view = View { plan: self.plan, case: &self.case, known: &self.known, withheld: &self.withheld };
        let redactor = self.redactor;
        self.candidates.retain(|candidate| redactor.shows(&view, candidate));
        if !self.is_whole() {
            for candidate in &mut self.candidates {
                candidate.score = shortened(candidate.score);
                candidate.confidence = shortened(candidate.confidence);
            }
        }
    }

    /// The candidates, for a script to change.
    pub fn candidates_mut(&mut self) -> &mut Vec<Candidate<'a>> {
        &mut self.candidates
    }

    /// Adds what scripts found. Their rules and messages stand in the scripts word by word, so they are shown as findings
    /// of the policy are.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.has_errors |= findings.iter().any(|finding| finding.severity == Severity::Error);
        let showing = self.redactor.findings;
        if showing == Showing::Remove {
            return;
        }
        let open = findings.into_iter().filter(|finding| {
            !self.plan.hides(&finding.path, self.redactor.keeps_undeclared()) && !self.withheld.contains(&finding.path)
        });
        let shown: Vec<ShownFinding<'a>> = open
            .map(|finding| {
                // Whether a code is shown must not hang on this encounter's labels and consents.
                let mended = (showing == Showing::Keep).then(|| self.redactor.mended(&finding, PLAIN));
                let (fix, help) = mended.unwrap_or_default();
                ShownFinding {
                    rule: finding.rule,
                    severity: finding.severity,
                    path: finding.path,
                    message: (showing == Showing::Keep).then_some(finding.message),
                    see: finding.see,
                    help,
                    fix,
                    extra: finding.extra,
                }
            })
            .collect();
        self.parts.findings.extend(shown);
    }

    /// The disclosure.
    pub fn finish(mut self) -> Disclosure<'a> {
        let mut candidates = std::mem::take(&mut self.candidates);
        if !self.parts.redactions.is_empty() {
            candidates.iter_mut().for_each(|it| hide_words(&mut it.because, &self.parts.encounter));
        }
        let view = View { plan: self.plan, case: &self.case, known: &self.known, withheld: &self.withheld };
        let shown = candidates.into_iter().filter_map(|candidate| {
            if candidate.because.iter().any(|reason| reason.kind != BY_SCRIPT) || candidate.because.is_empty() {
                return self.redactor.candidate(&view, candidate);
            }
            // Proposed by a script alone: whether it is shown must not hang on this encounter's labels and consents.
            let case = Case { codes: PLAIN, ..Case::PLAIN };
            self.redactor.candidate(&View { case: &case, ..view }, candidate)
        });
        self.parts.candidates = shown.collect();
        Disclosure::whole(self.parts, self.has_errors)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it was as short before")]
fn shortened(number: f32) -> f32 {
    rounded(number) as f32
}
