//! One encounter through the rooms: read, derive, classify, validate, redact.

mod error;
mod sets;

pub use error::Error;

use super::batch::Desk;
use super::batch::Outcome;
use super::classify;
use super::classify::Kept;
use super::classify::Scale;
use super::neighbours::Neighbours;
use super::prepare;
use super::read::Raw;
use super::read::Schema;
use super::read::Unreadable;
use super::read::loose::Loose;
use super::validate;
use super::view;
use super::write;
use crate::audit::Access;
use crate::audit::Entry;
use crate::audit::Rows;
use crate::audit::Tokens;
use crate::files::Opened;
use crate::learn::Memory;
use crate::logic::Around;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::Scratch;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::RecordId;
use crate::model::ids::RuleId;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Judgement;
use crate::model::outcome::label_bit;
use crate::model::outcome::label_bits;
use crate::model::program::Domain;
use crate::model::record::Record;
use crate::model::rules::Together;
use crate::privacy::Ask;
use crate::privacy::Denials;
use crate::privacy::Disclosure;
use crate::privacy::Draft;
use crate::privacy::Extent;
use crate::privacy::Redactor;
use crate::privacy::read_by_labels;
use crate::registry::Registry;
use crate::scripts::Runner;
use crate::scripts::ScriptProblem;
use crate::scripts::Scripts;
use crate::scripts::Seen;
use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering;

/// Audience of a domain that names none.
const DEFAULT_AUDIENCE: &str = "desk";

/// How encounters are answered.
#[derive(Clone)]
pub struct Options {
    /// Record they are read against; the first of the domain if `None`.
    pub record: Option<String>,
    /// Who asks; the domain's default if `None`.
    pub audience: Option<String>,
    /// What for, and from where.
    pub ask: Ask,
    /// The day they are judged for; the encounter's own date, else today, if `None`.
    pub on: Option<Day>,
    /// Today.
    pub today: Day,
    /// So many candidates of each code set are shown even if they are below its threshold.
    pub candidates: Option<usize>,
    /// Secret of the pseudonyms.
    pub key: [u8; 32],
}

/// Everything that answers the encounters of one record for one audience. Shared by all threads.
pub struct Engine {
    schema: Schema,
    record: Record,
    logic: Logic,
    scripts: Option<Scripts>,
    redactor: Redactor,
    options: Options,
    /// What scores mean, by classifier.
    scales: Vec<Scale>,
    /// Codes that may be proposed have labels which make a difference to the audience.
    proposes_labels: bool,
    /// Fields on which labels rest, for what holds them under other names.
    loose: Loose,
    audited: Option<Audited>,
    /// The first and the last day that encounters were judged for.
    judged: [AtomicI32; 2],
}

/// What the audit log says of everybody, and the key by which it names them.
pub struct Audited {
    /// Who asks, and by which right.
    pub access: Access,
    /// Tokens of the ids.
    pub tokens: Tokens,
}

impl Engine {
    /// Prepares a domain of the registry.
    ///
    /// # Errors
    /// If there is no such domain or record, no policy for the audience, or a script or pattern cannot be compiled.
    pub fn new(registry: Arc<Registry>, domain: &str, options: Options) -> Result<Engine, Error> {
        let Some(domain) = registry.domain(domain)? else {
            let known = registry.shared()?.domains.join(", ");
            return Err(Error::UnknownDomain { name: domain.to_owned(), known });
        };
        let (id, record) = find_record(&domain, options.record.as_deref())?;
        let record = record.clone();
        let default = Some(domain.default_audience.as_str()).filter(|it| !it.is_empty()).unwrap_or(DEFAULT_AUDIENCE);
        let audience = options.audience.as_deref().unwrap_or(default);
        let (shared, key, today) = (registry.shared()?, options.key, options.today);
        let redactor = Redactor::new(shared, &domain, Arc::clone(&registry), audience, &options.ask, key, today)?;
        let scripts = Scripts::compile(&domain, Arc::clone(&registry));
        let scripts = scripts.map_err(|problems| problems.into_iter().next().map_or_else(no_problem, Error::Script))?;
        let scales = domain.classifiers.iter().map(|classifier| Scale::of(&registry, classifier)).collect();
        let asked = redactor.asked_labels();
        let sets = || domain.classifiers.iter().filter(|it| it.record == id).map(|it| it.set);
        let label_rules = registry.shared()?.label_rules.iter();
        let proposes_labels =
            label_rules.filter(|rule| asked & label_bit(rule.label) != 0).any(|rule| sets().any(|set| set == rule.set));
        let loose = Loose::new(&record.fields, &read_by_labels(&domain, id, asked), Denials::new(registry.shared()?));
        Ok(Engine {
            proposes_labels,
            loose,
            schema: Schema::new(&record, id, Arc::clone(&registry)),
            record,
            scripts: Some(scripts).filter(|scripts| !scripts.is_empty()),
            logic: Logic::new(domain, registry)?,
            redactor,
            options,
            scales,
            audited: None,
            judged: [AtomicI32::new(i32::MAX), AtomicI32::new(i32::MIN)],
        })
    }

    /// What reading needs of the record.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The record that encounters are read against.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        self.logic.domain()
    }

    /// The same engine with every answer noted: [`Desk::note`], [`Worker::noted`].
    #[must_use]
    pub fn audited(mut self, audited: Audited) -> Engine {
        self.audited = Some(audited);
        self
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        self.logic.registry()
    }

    /// The first and the last day that encounters were judged for; `None` if there were none.
    pub fn judged_days(&self) -> Option<(Day, Day)> {
        let [first, last] = self.judged.each_ref().map(|day| day.load(Ordering::Relaxed));
        (first <= last).then_some((Day(first), Day(last)))
    }

    fn note_day(&self, on: Day) {
        let [first, last] = &self.judged;
        // Nearly every day is within; writing at each encounter would make threads wait for each other.
        if on.0 < first.load(Ordering::Relaxed) {
            first.fetch_min(on.0, Ordering::Relaxed);
        }
        if on.0 > last.load(Ordering::Relaxed) {
            last.fetch_max(on.0, Ordering::Relaxed);
        }
    }

    /// Whether a rule of this record looks at other encounters, so that answers are whole only where all are read together.
    pub fn looks_at_others(&self) -> bool {
        self.rules_together().next().is_some()
    }

    /// The rules of this record that look at other encounters.
    pub(super) fn rules_together(&self) -> impl Iterator<Item = (RuleId, &Together)> {
        let rules = RuleId::numbered(&self.domain().rules).filter(|(_, rule)| rule.record == self.schema.record);
        rules.filter_map(|(id, rule)| Some((id, rule.together.as_ref()?)))
    }

    /// What the domain is evaluated with.
    pub(super) fn logic(&self) -> &Logic {
        &self.logic
    }

    /// Reads one encounter.
    pub(super) fn read<'a>(&self, line: u64, raw: Raw<'a>) -> Result<Encounter<'a>, Unreadable> {
        raw.read(line, &self.schema, self.options.on, self.options.today)
    }

    /// The redactor, for what it says of audience and policy.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// One for each thread.
    pub fn worker(&self) -> Worker<'_> {
        let runner = self.scripts.as_ref().map(Scripts::runner);
        Worker {
            engine: self,
            scratch: Scratch::default(),
            memory: Memory::default(),
            candidates: self.options.candidates,
            runner,
            audited: self.audited.as_ref(),
            noted: None,
            neighbours: None,
            around: None,
            place: 0,
            opened: Opened::default(),
            is_broken: false,
            day: None,
        }
    }
}

/// What one thread needs to answer encounters.
pub struct Worker<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    memory: Memory,
    candidates: Option<usize>,
    runner: Option<Runner>,
    audited: Option<&'e Audited>,
    noted: Option<Entry>,
    /// What encounters of a batch are told of each other, and what the next one is told.
    neighbours: Option<&'e Neighbours>,
    around: Option<Around>,
    place: u64,
    opened: Opened,
    /// What they are told could not be read.
    is_broken: bool,
    /// The day for which the last one was judged.
    day: Option<Day>,
}

impl<'e> Worker<'e> {
    /// The same worker, and so many candidates of each code set are shown even if they are below its threshold.
    #[must_use]
    pub fn showing(mut self, candidates: usize) -> Worker<'e> {
        self.candidates = Some(candidates);
        self
    }

    /// The same worker for a batch whose encounters are told of each other.
    #[must_use]
    pub fn among(mut self, neighbours: Option<&'e Neighbours>) -> Worker<'e> {
        self.neighbours = neighbours;
        self
    }

    /// The same worker, with every answer noted as that of another asking than the engine's.
    #[must_use]
    pub fn noting(mut self, audited: &'e Audited) -> Worker<'e> {
        self.audited = Some(audited);
        self
    }

    /// The same worker, and what scripts print is kept until it is taken.
    #[must_use]
    pub fn tracing(mut self) -> Worker<'e> {
        self.runner.iter_mut().for_each(Runner::keep_trace);
        self
    }

    /// What scripts printed since the last time, a line each.
    pub fn take_trace(&mut self) -> Vec<String> {
        self.runner.as_mut().map(Runner::take_trace).unwrap_or_default()
    }

    /// What the audience may see of one encounter, given as the JSON text of its record.
    pub fn disclose<'a>(&mut self, line: u64, text: Result<&'a str, Unreadable>) -> Disclosure<'a>
    where
        'e: 'a,
    {
        self.disclose_raw(line, text.map(Raw::from))
    }

    /// What the audience may see of one encounter as it came.
    pub fn disclose_raw<'a>(&mut self, line: u64, raw: Result<Raw<'a>, Unreadable>) -> Disclosure<'a>
    where
        'e: 'a,
    {
        self.disclose_of(line, raw, &mut |_| {})
    }

    /// The same; `whose` is given the id before it is hidden, for keyed tokens only.
    pub fn disclose_of<'a>(
        &mut self,
        line: u64,
        raw: Result<Raw<'a>, Unreadable>,
        whose: &mut dyn FnMut(Option<&str>),
    ) -> Disclosure<'a>
    where
        'e: 'a,
    {
        let engine = self.engine;
        let mut subject = None;
        self.look_around();
        self.day = None;
        let disclosure = match raw.and_then(|raw| engine.read(line, raw)) {
            Ok(mut encounter) => {
                self.day = Some(encounter.on);
                subject = self.subject(&encounter);
                whose(engine.redactor.identity(&encounter).as_deref());
                if self.runner.is_some() {
                    self.with_scripts(encounter)
                } else {
                    let judgement = self.judge(&mut encounter);
                    engine.redactor.redact(encounter, judgement)
                }
            }
            Err(why) => engine.redactor.unreadable(line, why.reason()),
        };
        self.noted = self.audited.map(|_| Entry { line: Some(line), subject, ..disclosure.entry() });
        disclosure
    }

    /// Asks what the encounter at this place is told of the others.
    fn look_around(&mut self) {
        let around = self.neighbours.map(|neighbours| neighbours.around(self.place, &mut self.opened));
        self.is_broken |= around.as_ref().is_some_and(Result::is_err);
        self.around = around.and_then(Result::ok);
    }

    /// The day for which the last encounter was judged; `None` if it could not be read.
    pub fn day(&self) -> Option<Day> {
        self.day
    }

    /// Takes what the audit log says of the last disclosure, if there is a log.
    pub fn take_entry(&mut self) -> Option<Entry> {
        self.noted.take()
    }

    /// What the audit log says of the last disclosure, if there is one: to be noted before it is shown.
    pub fn noted(&mut self) -> Rows {
        let mut rows = Rows::default();
        if let (Some(audited), Some(entry)) = (self.audited, self.noted.take()) {
            rows.push(&audited.access, &entry);
        }
        rows
    }

    /// What the audience may see of the codes that a search for `query` finds: for words that no phrase has, misspelt or
    /// half typed. They stand as candidates below the threshold, with reason `search`; at most `most` of each set.
    pub fn suggest<'a>(&mut self, text: &'a str, query: &str, sets: &[SetId], most: usize) -> Disclosure<'a>
    where
        'e: 'a,
    {
        let engine = self.engine;
        match engine.read(1, text.into()) {
            Ok(encounter) => {
                let registry = engine.logic.registry();
                let found = sets.iter().flat_map(|set| classify::found(registry, *set, query, encounter.on, most));
                let candidates = found.collect();
                let asked = engine.redactor.asked_labels();
                let loose = self.loose_labels(&encounter);
                let labels = loose | Frame::new(&engine.logic, &encounter, &mut self.scratch).labels(asked);
                let judgement = Judgement { candidates, labels, ..Judgement::default() };
                engine.redactor.redact(encounter, judgement)
            }
            Err(why) => engine.redactor.unreadable(1, why.reason()),
        }
    }

    /// Everything that the definitions say of an encounter, before anybody is shown it; scripts have no part in it. Fields
    /// are derived on the way.
    pub fn judge(&mut self, encounter: &mut Encounter<'_>) -> Judgement<'e> {
        let engine = self.engine;
        engine.note_day(encounter.on);
        let loose = self.loose_labels(encounter);
        prepare::prepare(encounter, &engine.logic, &mut self.scratch);
        let mut frame = Frame::new(&engine.logic, encounter, &mut self.scratch).among(self.around.as_ref());
        let kept = match (&self.runner, self.candidates) {
            (Some(_), _) => Kept::All,
            (None, Some(count)) => Kept::Best(count),
            (None, None) => Kept::Over,
        };
        let said = classify::classify(&mut frame, &engine.logic, &engine.scales, kept, &mut self.memory);
        let findings = validate::validate(&mut frame);
        let asked = engine.redactor.asked_labels();
        let mut labels = if asked == 0 { 0 } else { loose | frame.labels(asked) };
        if engine.proposes_labels && frame.has_left_out() {
            // What a mail quotes proposes nothing, but it is shown with the rest.
            frame.hear_all();
            labels |= engine.labels_proposed(&mut frame, &mut self.memory);
        }
        Judgement { given: said.given, candidates: said.candidates, findings, missing: said.missing, labels }
    }

    /// How much of an encounter the audience sees, because of what it says. Fields are derived on the way; no rule is asked.
    pub(super) fn extent(&mut self, encounter: &mut Encounter<'_>) -> Extent {
        let engine = self.engine;
        let loose = self.loose_labels(encounter);
        prepare::prepare(encounter, &engine.logic, &mut self.scratch);
        if !engine.redactor.discriminates() {
            return Extent::Whole;
        }
        let mut frame = Frame::new(&engine.logic, encounter, &mut self.scratch);
        let given = classify::given(&frame);
        let asked = engine.redactor.asked_labels();
        let mut labels = if asked == 0 { 0 } else { loose | frame.labels(asked) };
        if engine.proposes_labels {
            frame.hear_all();
            labels |= engine.labels_proposed(&mut frame, &mut self.memory);
        }
        engine.redactor.extent(encounter, &Judgement { given, labels, ..Judgement::default() })
    }

    /// The labels that an encounter has by fields that hold under another name what a label rests on.
    fn loose_labels(&mut self, encounter: &Encounter<'_>) -> u128 {
        let (engine, asked) = (self.engine, self.engine.redactor.asked_labels());
        if asked == 0 || encounter.undeclared.is_empty() {
            return 0;
        }
        let Some(variants) = engine.loose.variants(&engine.schema, encounter) else { return asked };
        let mut found = 0;
        for mut variant in variants {
            prepare::prepare(&mut variant, &engine.logic, &mut self.scratch);
            found |= Frame::new(&engine.logic, &variant, &mut self.scratch).labels(asked);
        }
        found
    }

    /// What the audience may see of an encounter and of what scripts say about what the audience sees.
    ///
    /// The definitions judge the whole record, the policy makes a view of it, and hooks are given the view alone. A field
    /// that `derive` set is judged like one that the encounter brought; labels are only added by it.
    fn with_scripts<'a>(&mut self, encounter: Encounter<'a>) -> Disclosure<'a>
    where
        'e: 'a,
    {
        let engine = self.engine;
        let derives = self.runner.as_ref().is_some_and(Runner::derives);
        let brought = derives.then(|| encounter.clone());
        let mut draft = match self.draft(encounter, 0) {
            Ok(draft) => draft,
            Err(refused) => return *refused,
        };
        let mut told = Vec::new();
        if let (Some(mut brought), Some(runner)) = (brought, &mut self.runner) {
            let (derived, found) = runner.derive(&mut engine.seen(&draft));
            told = found;
            let fields = &engine.record.fields;
            if derived.set_in(fields, &mut brought.slots, |path| draft.may_set(path)) {
                draft = match self.draft(brought, draft.labels()) {
                    Ok(draft) => draft,
                    Err(refused) => return *refused,
                };
            }
        }
        let seen = engine.seen(&draft);
        draft.drop_hidden_candidates();
        if !draft.is_whole() {
            classify::choose(draft.candidates_mut(), self.candidates);
        }
        if let Some(runner) = &mut self.runner {
            told.extend(runner.classify(&seen, draft.candidates_mut()));
            told.extend(runner.validate(&seen));
        }
        classify::rank_again(engine.registry(), draft.candidates_mut(), &engine.scales);
        classify::choose(draft.candidates_mut(), self.candidates);
        draft.add(told);
        draft.finish()
    }

    /// What the audience will see by the definitions alone; `labels` are added to those of the encounter.
    fn draft<'a>(&mut self, mut encounter: Encounter<'a>, labels: u128) -> Result<Draft<'a>, Box<Disclosure<'a>>>
    where
        'e: 'a,
    {
        let mut judgement = self.judge(&mut encounter);
        judgement.labels |= labels;
        self.engine.redactor.draft(encounter, judgement)
    }
}

impl Engine {
    /// The labels of all codes that are proposed.
    fn labels_proposed<'f>(&'f self, frame: &mut Frame<'f>, memory: &mut Memory) -> u128 {
        let days = frame.encounter().days;
        let said = classify::classify(frame, &self.logic, &self.scales, Kept::Over, memory);
        let of = |it: &Candidate<'_>| label_bits(&self.registry().codes(it.set).labels_within(it.code, days));
        said.candidates.iter().filter(|it| !it.is_below).map(of).fold(0, |labels, more| labels | more)
    }

    /// What hooks are given. The day is one that the audience knows.
    fn seen(&self, draft: &Draft<'_>) -> Seen {
        let slots = view::slots(draft.fields(), &self.record.fields, self.registry());
        let today = self.options.today;
        let on = self.options.on.or_else(|| self.schema.day(&slots)).unwrap_or(today);
        Seen { record: self.schema.record, slots: Arc::new(slots), on, today }
    }
}

impl Desk for Worker<'_> {
    fn at(&mut self, place: u64) {
        self.place = place;
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let disclosure = self.disclose_raw(line, raw);
        write::line(&disclosure, out);
        Outcome::of(&disclosure)
    }

    fn note(&mut self, line: u64, is_failed: bool, rows: &mut Rows) {
        let Some(audited) = self.audited else { return };
        let entry = self.noted.take().filter(|_| !is_failed);
        let failed = || Entry { line: Some(line), ..Entry::new(crate::audit::Outcome::Error) };
        rows.push(&audited.access, &entry.unwrap_or_else(failed));
    }

    fn needs_stack(&self) -> bool {
        self.runner.is_some()
    }

    fn failure(&self) -> Option<&'static str> {
        if self.is_broken {
            return Some("what was put aside of other encounters cannot be read");
        }
        let has_run_out = self.runner.as_ref().is_some_and(Runner::has_run_out);
        has_run_out.then_some("a script took more time or memory than its limits allow on any machine")
    }
}

impl Worker<'_> {
    /// The token of whom an encounter is about, if it has an id and is noted.
    fn subject(&self, encounter: &Encounter<'_>) -> Option<String> {
        let (engine, audited) = (self.engine, self.audited?);
        let id = engine.redactor.identity(encounter)?;
        Some(audited.tokens.token(&engine.domain().name, &engine.record.name, &id))
    }
}

fn no_problem() -> Error {
    let message = "the scripts could not be compiled".to_owned();
    Error::Script(ScriptProblem { file: "scripts".to_owned(), line: 0, column: 0, message })
}

fn find_record<'d>(domain: &'d Domain, name: Option<&str>) -> Result<(RecordId, &'d Record), Error> {
    let mut records = RecordId::numbered(&domain.records);
    let found = match name {
        Some(name) => records.find(|(_, record)| record.name == name),
        None => records.next(),
    };
    found.ok_or_else(|| {
        let Some(name) = name else { return Error::NoRecord(domain.name.clone()) };
        let known: Vec<&str> = domain.records.iter().map(|record| record.name.as_str()).collect();
        Error::UnknownRecord { domain: domain.name.clone(), name: name.to_owned(), known: known.join(", ") }
    })
}
