//! One redactor a domain and audience: the only maker of disclosures.

use super::asking::Ask;
use super::asking::Granted;
use super::case::Case;
use super::case::Conditions;
use super::choices;
use super::codes::CodeCase;
use super::codes::CodeRules;
use super::codes::PLAIN;
use super::decide::Planned;
use super::decide::Shape;
use super::disclosure::Disclosure;
use super::disclosure::DisclosureParts;
use super::disclosure::Redaction;
use super::disclosure::ShownCandidate;
use super::disclosure::ShownCode;
use super::disclosure::ShownFinding;
use super::disclosure::ShownFix;
use super::disclosure::ShownId;
use super::disclosure::ShownReason;
use super::error::Error;
use super::fields::Rules;
use super::known;
use super::labels::LabelFinder;
use super::operators::Tables;
use super::others;
use super::plan::Naming;
use super::plan::RecordPlan;
use super::plan::find;
use super::plan::planned_at;
use super::plan::shows_free_texts;
use super::plan::value_at;
use super::reads::reads;
use super::reads::tells;
use super::shown::ShownFields;
use super::standing::InForce;
use super::text::Known;
use super::text::TextRule;
use super::tokens::Key;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::CodeId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::outcome::BY_SCRIPT;
use crate::model::outcome::Candidate;
use crate::model::outcome::Finding;
use crate::model::outcome::Given;
use crate::model::outcome::Judgement;
use crate::model::outcome::label_bit;
use crate::model::outcome::label_bits;
use crate::model::policy::FieldLine;
use crate::model::policy::Label;
use crate::model::policy::Showing;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Record;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Turns encounters and what was said of them into disclosures for one audience.
pub struct Redactor {
    audience: String,
    policy: String,
    registry_id: String,
    pub(super) rules: Rules,
    granted: Granted,
    pub(super) conditions: Conditions,
    /// For each record the plans for its fields: which one applies, the labels of the encounter decide.
    pub(super) records: Vec<Vec<RecordPlan>>,
    /// Code sets of the domain: a message must not name a hidden code of theirs.
    sets: Vec<SetId>,
    pub(super) candidates: Showing,
    pub(super) findings: Showing,
    counts: (u32, bool),
    /// The fields that each rule reads.
    reads: HashMap<String, Vec<String>>,
    /// The fields whose values stand in the message of a rule.
    tells: HashMap<String, Vec<String>>,
    /// What rules that look at other encounters read of them.
    others: others::Reading,
}

/// How much of an encounter an audience sees, beside what it sees of every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// As much as of any.
    Whole,
    /// Something is withheld or changed for what it says.
    Part,
    /// Nothing at all.
    Nothing,
}

/// How a finding calls another encounter.
const OTHER: &str = "other";

impl Redactor {
    /// Settles what an audience may see of the records of a domain by the policies as they are `today`. `key` makes the
    /// pseudonyms; each audience has its own, derived from it, so that two releases cannot be joined.
    ///
    /// # Errors
    /// If no policy speaks of the audience, a policy masks a kind of text that does not exist, or one masks names and the
    /// registry was built without the lists of names that were installed.
    pub fn new(
        shared: &Shared,
        domain: &Domain,
        registry: Arc<Registry>,
        audience: &str,
        ask: &Ask,
        key: [u8; 32],
        today: Day,
    ) -> Result<Redactor, Error> {
        let in_force = InForce::on(today, shared, Some(domain));
        let standing = in_force.of(audience)?;
        let granted = Granted::new(shared, &standing, audience, ask)?;
        let codes = CodeRules::new(shared, &standing, granted.guarded, registry.sets().count());
        let speaks = |(id, record): (RecordId, &Record)| {
            record.has_signals() || shows_free_texts(&standing.plan(id, record, &[]))
        };
        let speaks = RecordId::numbered(&domain.records).any(speaks);
        let conditions = Conditions::new(&standing, &granted, if speaks { codes.hidden_labels() } else { 0 });
        let plans = |(id, record): (RecordId, &Record)| {
            let more = |number: usize| conditions.lines(number).collect::<Vec<&FieldLine>>();
            let plan = |number| RecordPlan::new(standing.plan(id, record, &more(number)), standing.shift());
            others::settle_ids((0..conditions.plan_count()).map(plan).collect(), standing.keeps_undeclared())
        };
        let records: Vec<Vec<RecordPlan>> = RecordId::numbered(&domain.records).map(plans).collect();
        let text = TextRule::new(shared, &standing)?;
        let cuts_blocks = records.iter().flatten().any(|plan: &RecordPlan| plan.cuts_blocks);
        let mut rules = Rules {
            codes,
            tables: Tables::new(shared, cuts_blocks.then(|| text.persons(shared))),
            text,
            key: Key::new(*blake3::keyed_hash(&key, audience.as_bytes()).as_bytes()),
            keeps_undeclared: standing.keeps_undeclared(),
            finder: LabelFinder::new(shared, &registry, &domain.sets, conditions.asked),
            secret_names: secret_names(shared, granted.guarded),
            registry,
        };
        if rules.text.wants_names() {
            let names = rules.registry.names()?;
            rules.tables.streets.set_names(&names);
            rules.text.set_names(names);
        }
        let reads = reads(domain);
        let others = others::reading(domain, &records, &reads, rules.keeps_undeclared, granted.guarded != 0);
        Ok(Redactor {
            audience: audience.to_owned(),
            registry_id: rules.registry.id().to_owned(),
            rules,
            granted,
            conditions,
            records,
            sets: domain.sets.clone(),
            candidates: standing.candidates(),
            findings: standing.findings(),
            counts: standing.counts(),
            tells: tells(domain),
            reads,
            others,
            policy: standing.name,
        })
    }

    /// Who asks.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The policy, as `name@version`.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Under which number counts are hidden in statistics, and whether others are hidden with them.
    pub fn counts(&self) -> (u32, bool) {
        self.counts
    }

    /// What happens to a field of a record; `None` if it is hidden or there is none.
    pub fn treatment(&self, record: RecordId, path: &str) -> Option<&Treatment> {
        // The plan without labels is the mildest: what it hides is always hidden.
        let plan = record.get(&self.records)?.first().filter(|plan| !plan.hides(path, false))?;
        find(&plan.fields, path).map(|planned| &planned.treatment)
    }

    /// Whether nothing may be said of what stands at a path of a record, whatever else the encounter says.
    pub fn hides(&self, record: RecordId, path: &str) -> bool {
        let plan = record.get(&self.records).and_then(|plans| plans.first());
        plan.is_none_or(|plan| plan.hides(path, self.rules.keeps_undeclared))
    }

    /// The id of an encounter as it was read, for the keyed tokens of the audit log and the ledger of answers only.
    pub fn identity<'a>(&self, encounter: &'a Encounter<'_>) -> Option<Cow<'a, str>> {
        let slot = encounter.record.get(&self.records)?.first()?.id;
        match slot.and_then(|slot| slot.get(&encounter.slots)) {
            Some(Value::Text(text) | Value::Misfit(text)) => Some(Cow::Borrowed(text)),
            Some(Value::Number(number)) => Some(Cow::Owned(number.to_string())),
            Some(Value::Money(amount)) => Some(Cow::Owned(amount.to_string())),
            Some(_) => None,
            None => match encounter.undeclared.iter().find(|(path, _)| path == "id") {
                Some((_, serde_json::Value::String(text))) => Some(Cow::Borrowed(text)),
                Some((_, serde_json::Value::Number(number))) => Some(Cow::Owned(number.to_string())),
                _ => None,
            },
        }
    }

    /// Whether a rule that looks at other encounters may be told nothing of those of which something is withheld.
    pub fn is_delicate(&self, rule: &str) -> bool {
        self.others.delicate.contains(rule)
    }

    /// Whether it may depend on what an encounter says how much of it this audience sees.
    pub fn discriminates(&self) -> bool {
        self.conditions.asked != 0 || self.granted.wants_consents()
    }

    /// How much of an encounter this audience sees, because of what it says.
    pub fn extent(&self, encounter: &Encounter<'_>, judgement: &Judgement<'_>) -> Extent {
        let Some(plan) = encounter.record.get(&self.records).and_then(|plans| plans.first()) else {
            return Extent::Nothing;
        };
        let case = self.case(plan, encounter, judgement);
        match (case.refusal, case.withholds || case.plan != 0) {
            (Some(_), _) => Extent::Nothing,
            (None, true) => Extent::Part,
            (None, false) => Extent::Whole,
        }
    }

    /// What a line that cannot be read becomes. `reason` is of the program, never of the line.
    pub fn unreadable(&self, line: u64, reason: &'static str) -> Disclosure<'static> {
        Disclosure::unreadable(line, reason)
    }

    /// The labels that make a difference to this audience, as bits: what an encounter says is searched for these.
    pub fn asked_labels(&self) -> u128 {
        self.conditions.asked
    }

    /// What an encounter's labels and consents come to.
    pub(super) fn case(&self, plan: &RecordPlan, encounter: &Encounter<'_>, judgement: &Judgement<'_>) -> Case {
        if self.conditions.asked == 0 && !self.granted.wants_consents() {
            return Case { codes: CodeCase { days: encounter.days, ..PLAIN }, ..Case::PLAIN };
        }
        let registry = &self.rules.registry;
        let mut bears = judgement.labels;
        for given in &judgement.given {
            bears |= label_bits(&registry.codes(given.set).labels_within(given.code, encounter.days));
        }
        if plan.has_coded_texts {
            coded_labels((registry, encounter.days), &plan.fields, &encounter.slots, &mut bears);
        }
        // What is proposed was found in what the encounter says.
        for candidate in judgement.candidates.iter().filter(|it| !it.is_below) {
            bears |= label_bits(&registry.codes(candidate.set).labels_within(candidate.code, encounter.days));
        }
        if let Some(finder) = &self.rules.finder {
            bears |= finder.of_encounter(&plan.fields, encounter);
        }
        let mut consented = None;
        if self.granted.wants_consents() {
            let fields = plan.consents.iter();
            let fields = fields.filter_map(|slot| Some((slot.get(&plan.fields)?, slot.get(&encounter.slots)?)));
            let covered = fields.filter_map(|(it, field)| self.granted.consented(field, &it.path, encounter));
            consented = covered.reduce(|one, other| one | other);
        }
        self.conditions.case(bears & self.conditions.asked, encounter.days, consented, &self.granted)
    }

    /// What is left of an encounter of which nothing may be shown.
    pub(super) fn refused<'a>(
        &'a self,
        plan: &RecordPlan,
        encounter: &Encounter<'a>,
        why: &'static str,
    ) -> Disclosure<'a> {
        let withheld = Redaction { path: Cow::Borrowed(""), did: "withhold", why: Cow::Borrowed(why) };
        let id = self.id(plan, encounter, true);
        Disclosure::refused(DisclosureParts { redactions: vec![withheld], ..self.empty(id) })
    }

    pub(super) fn empty<'a>(&'a self, id: ShownId<'a>) -> DisclosureParts<'a> {
        DisclosureParts {
            id,
            audience: &self.audience,
            purpose: self.granted.purpose.as_deref(),
            policy: &self.policy,
            registry: &self.registry_id,
            codes: Vec::new(),
            candidates: Vec::new(),
            findings: Vec::new(),
            missing: Vec::new(),
            encounter: ShownFields::default(),
            obligations: Vec::new(),
            redactions: Vec::new(),
        }
    }

    /// Whether the audience sees a code as it is, whatever encounter it is given to beside its record.
    pub fn shows_code(&self, set: SetId, code: CodeId) -> bool {
        self.rules.codes.is_shown(&self.rules.registry, set, code, PLAIN)
    }

    /// Whether the audience sees candidates at all.
    pub fn shows_candidates(&self) -> bool {
        self.candidates != Showing::Remove
    }

    /// Whether the audience sees what no record declares.
    pub fn keeps_undeclared(&self) -> bool {
        self.rules.keeps_undeclared
    }

    /// By how many days the dates of the encounter's subject move; `None` if it names no subject.
    ///
    /// They hang on the subject's pseudonym, which stays as it is when it comes in again: what is redacted twice moves
    /// twice by the same days, never back to where it was.
    pub(super) fn days(&self, plan: &RecordPlan, encounter: &Encounter<'_>, multiple: u32) -> Option<i32> {
        let text = |value: &Value<'_>| match value {
            Value::Text(text) => Some(text.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Money(amount) => Some(amount.to_string()),
            _ => None,
        };
        let slots = plan.subject.clone().or_else(|| plan.id.map(|slot| vec![slot]))?;
        let subject = text(value_at(&encounter.slots, &slots)?)?;
        let kind = planned_at(&plan.fields, &slots).and_then(|it| it.identifies.as_deref()).unwrap_or_default();
        Some(self.rules.key.days(&self.rules.key.pseudonym(kind, &subject), multiple))
    }

    pub(super) fn known(&self, plan: &RecordPlan, encounter: &Encounter<'_>) -> Known {
        let mut known = Known::default();
        if self.rules.keeps_undeclared {
            return known;
        }
        known::gather(&mut known, &plan.fields, &encounter.slots);
        for (_, value) in &encounter.undeclared {
            known::gather_undeclared(&mut known, value);
        }
        known
    }

    /// The `id` of the record, or a pseudonym where the id itself is not to be seen, or the line. One that does not fit its
    /// type may say anything, so it goes with what is withheld.
    pub(super) fn id<'a>(&self, plan: &RecordPlan, encounter: &Encounter<'a>, withholds: bool) -> ShownId<'a> {
        let declared = plan.id.and_then(|slot| Some((slot.get(&plan.fields)?, slot.get(&encounter.slots)?)));
        let is_kept = declared.map_or(self.rules.keeps_undeclared, |(planned, _)| planned.treatment == Treatment::Keep);
        let text: Cow<'a, str> = match declared {
            Some((_, Value::Text(text))) => text.clone(),
            Some((_, Value::Number(number))) => Cow::Owned(number.to_string()),
            Some((_, Value::Money(amount))) => Cow::Owned(amount.to_string()),
            Some((_, Value::Misfit(text))) if self.rules.keeps_undeclared && !withholds => text.clone(),
            Some(_) => return ShownId::Line(i64::try_from(encounter.line).unwrap_or(i64::MAX)),
            None => match encounter.undeclared.iter().find(|(path, _)| path == "id") {
                Some((_, serde_json::Value::String(text))) => Cow::Owned(text.clone()),
                Some((_, serde_json::Value::Number(number))) => Cow::Owned(number.to_string()),
                _ => return ShownId::Line(i64::try_from(encounter.line).unwrap_or(i64::MAX)),
            },
        };
        let kind = declared.and_then(|(planned, _)| planned.identifies.as_deref()).unwrap_or_default();
        if is_kept { ShownId::Text(text) } else { ShownId::Text(self.rules.key.pseudonym(kind, &text).into()) }
    }

    pub(super) fn given<'a>(&'a self, view: &View<'_>, given: &Given) -> Option<ShownCode<'a>> {
        if view.plan.hides(&given.path, self.rules.keeps_undeclared) {
            return None;
        }
        let codes = self.rules.registry.codes(given.set);
        let code = self.rules.codes.shown(&self.rules.registry, given.set, given.code, view.case.codes)?;
        let names = codes.property_names();
        let is_itself = code == given.code;
        let raised = given.raised.iter().filter(|_| is_itself).filter_map(|(property, value)| {
            Some((property.get(&names)?.clone(), codes.property_text(*property, value)))
        });
        Some(ShownCode {
            set: codes.name(),
            code: codes.code(code),
            display: codes.display(code),
            from: "given",
            raised: raised.collect(),
        })
    }

    /// Whether a candidate is shown.
    pub(super) fn shows(&self, view: &View<'_>, candidate: &Candidate<'_>) -> bool {
        self.candidates != Showing::Remove
            // A code proposed from what is withheld would tell of it.
            && !view.case.withholds
            && self.rules.codes.is_shown(&self.rules.registry, candidate.set, candidate.code, view.case.codes)
            && !candidate.because.iter().any(|reason| view.plan.hides(&reason.path, self.rules.keeps_undeclared))
    }

    pub(super) fn candidate<'a>(&'a self, view: &View<'_>, candidate: Candidate<'a>) -> Option<ShownCandidate<'a>> {
        if !self.shows(view, &candidate) {
            return None;
        }
        let registry = &self.rules.registry;
        let is_changed = candidate.because.iter().any(|reason| reason.kind == BY_SCRIPT);
        let codes = registry.codes(candidate.set);
        let reasons = candidate.because.into_iter().filter(|_| self.candidates == Showing::Keep);
        let reasons = reasons.map(|reason| ShownReason {
            kind: reason.kind,
            path: reason.path,
            what: reason.what,
            points: rounded(reason.points),
        });
        Some(ShownCandidate {
            set: codes.name(),
            code: codes.code(candidate.code),
            display: codes.display(candidate.code),
            score: rounded(candidate.score),
            confidence: rounded(candidate.confidence),
            below: candidate.is_below,
            by: is_changed.then_some(BY_SCRIPT),
            because: reasons.collect(),
        })
    }

    pub(super) fn finding<'a>(&'a self, view: &View<'_>, finding: Finding) -> Option<ShownFinding<'a>> {
        let is_closed = self.findings == Showing::Remove
            || view.plan.hides(&finding.path, self.rules.keeps_undeclared)
            || view.withheld.contains(&finding.path)
            || self.others.closed.contains(&finding.rule)
            || self.rests_on_hidden(view, &finding.rule);
        if is_closed {
            return None;
        }
        let may_say = |text: &str| !view.known.is_in(text) && !self.names_hidden(text, view.case);
        let is_whole = self.findings == Showing::Keep
            && may_say(&finding.message)
            && may_say(&finding.help)
            && !self.tells_changed(view, &finding.rule);
        // A value that no code set has is shown to those who see what does not fit.
        let shows_value = self.rules.keeps_undeclared && !view.case.withholds;
        let may_mend = is_whole && (!finding.choices.tell_value || shows_value);
        let (fix, help) = if may_mend { self.mended(&finding, view.case.codes) } else { (None, finding.help) };
        let mut extra = finding.extra;
        if let Some(other) = &finding.other {
            extra.push((OTHER.to_owned(), self.other(view.plan, other)));
        }
        Some(ShownFinding {
            rule: finding.rule,
            severity: finding.severity,
            path: finding.path,
            message: is_whole.then_some(finding.message),
            see: finding.see,
            help: if is_whole { help } else { String::new() },
            fix,
            extra,
        })
    }

    /// The id by which findings of others may call an encounter: one that fits its type, as others may say anything.
    pub fn name_for_others<'a>(&self, encounter: &'a Encounter<'_>) -> Option<Cow<'a, str>> {
        let slot = encounter.record.get(&self.records)?.first()?.id;
        let is_misfit = matches!(slot.and_then(|slot| slot.get(&encounter.slots)), Some(Value::Misfit(_)));
        self.identity(encounter).filter(|_| !is_misfit)
    }

    /// How another encounter is named: by its id where this audience is shown the id of every one, else by a pseudonym.
    fn other(&self, plan: &RecordPlan, id: &str) -> String {
        if plan.others == Naming::Id {
            return id.to_owned();
        }
        let own = plan.id.and_then(|slot| slot.get(&plan.fields));
        let kind = own.and_then(|planned| planned.identifies.as_deref()).unwrap_or_default();
        self.rules.key.pseudonym(kind, id)
    }

    /// The code that would mend a finding, and its help with the codes to choose from: those that are shown.
    pub(super) fn mended<'a>(&'a self, finding: &Finding, case: CodeCase) -> (Option<ShownFix<'a>>, String) {
        let registry = &self.rules.registry;
        let is_shown = |(set, code): &(SetId, CodeId)| self.rules.codes.is_shown(registry, *set, *code, case);
        let fix = finding.fix.filter(is_shown).map(|(set, code)| {
            let codes = registry.codes(set);
            ShownFix { set: codes.name(), code: codes.code(code) }
        });
        let choose = choices::help(registry, &finding.choices, is_shown);
        let help = [Some(finding.help.clone()).filter(|help| !help.is_empty()), choose];
        (fix, help.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }

    /// Whether a rule reads a field that is hidden or withheld: that it was broken or kept would tell of it.
    fn rests_on_hidden(&self, view: &View<'_>, rule: &str) -> bool {
        let keeps = self.rules.keeps_undeclared;
        if keeps && !view.plan.hides_any && view.withheld.is_empty() {
            return false;
        }
        let Some(read) = self.reads.get(rule) else { return false };
        let is_withheld = |path: &String| view.withheld.iter().any(|withheld| is_at(withheld, path));
        read.iter().any(|path| view.plan.hides(path, keeps) || is_withheld(path))
    }

    /// Whether the message of a rule tells the value of a field that is shown changed.
    fn tells_changed(&self, view: &View<'_>, rule: &str) -> bool {
        let Some(paths) = self.tells.get(rule) else { return false };
        let is_changed =
            |path: &String| find(&view.plan.fields, path).is_some_and(|planned| planned.treatment != Treatment::Keep);
        paths.iter().any(is_changed)
    }

    /// Whether a message names a code that is not shown.
    fn names_hidden(&self, message: &str, case: &Case) -> bool {
        if !self.rules.codes.hides_any(case.codes) {
            return false;
        }
        let words = message.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-' || c == '/'));
        let words = words.map(|word| word.trim_matches(['.', '-', '/'])).filter(|word| word.len() > 1);
        words.into_iter().any(|word| {
            self.sets.iter().any(|set| {
                let code = self.rules.registry.codes(*set).find(word);
                code.is_some_and(|code| !self.rules.codes.is_shown(&self.rules.registry, *set, code, case.codes))
            })
        })
    }

    pub(super) fn missing<'a>(&self, plan: &RecordPlan, mut missing: Vec<&'a str>) -> Vec<&'a str> {
        if self.candidates != Showing::Keep {
            return Vec::new();
        }
        missing.retain(|name| !plan.hides(name, self.rules.keeps_undeclared));
        missing
    }
}

/// What of an encounter is being shown, and how.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    pub plan: &'v RecordPlan,
    pub case: &'v Case,
    pub known: &'v Known,
    /// Paths of what is withheld.
    pub withheld: &'v [String],
}

/// Whether a written path with places in lists is that of a field, or of what it stands in: `visits[0].code`, `visits.code`.
fn is_at(written: &str, path: &str) -> bool {
    let mut plain = path.chars();
    let mut is_inside = false;
    for sign in written.chars() {
        match sign {
            '[' => is_inside = true,
            ']' => is_inside = false,
            sign if !is_inside && plain.next() != Some(sign) => return false,
            _ => {}
        }
    }
    plain.next().is_none_or(|next| next == '.')
}

/// Names of fields that have a label which is withheld, with its bit.
fn secret_names(shared: &Shared, guarded: u128) -> Vec<(Label, u128)> {
    let named = LabelId::numbered(&shared.labels)
        .filter(|(id, label)| !label.fields.is_empty() && guarded & label_bit(*id) != 0);
    named.map(|(id, label)| (label.clone(), label_bit(id))).collect()
}

/// Adds the labels of the codes that stand in texts.
fn coded_labels(under: Coding<'_>, plan: &[Planned], values: &[Value<'_>], bears: &mut u128) {
    for (planned, value) in plan.iter().zip(values) {
        coded_labels_of(under, planned, &planned.shape, value, bears);
    }
}

/// What texts are codes under: the code sets, and the days that may be the encounter's.
type Coding<'r> = (&'r Registry, Option<(Day, Day)>);

fn coded_labels_of(under: Coding<'_>, planned: &Planned, shape: &Shape, value: &Value<'_>, bears: &mut u128) {
    match (shape, value) {
        (Shape::Record(plan), Value::Record(slots)) => coded_labels(under, plan, slots, bears),
        (Shape::List(item), Value::List(values)) => {
            values.iter().for_each(|value| coded_labels_of(under, planned, item, value, bears));
        }
        (_, Value::Text(text)) => {
            for set in &planned.privacy.code_sets {
                let codes = under.0.codes(*set);
                if let Some(code) = codes.find(text) {
                    *bears |= label_bits(&codes.labels_within(code, under.1));
                }
            }
        }
        _ => {}
    }
}

/// A score with four decimals: enough to compare, short to read.
pub(super) fn rounded(number: f32) -> f64 {
    (f64::from(number) * 10_000.0).round() / 10_000.0
}
