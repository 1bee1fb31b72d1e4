//! Evaluates expressions, tables and rules on an encounter. Imports model, text, registry.
//!
//! [`Logic`](crate::logic::Logic) is prepared once for a domain; a [`Frame`](crate::logic::Frame) is one encounter under it and holds what a judgement needs on
//! the way: variables, texts already searched, the steps left. Everything that is asked is asked of a frame.

mod amounts;
mod around;
mod compare;
mod doubt;
mod expression;
mod frame;
mod function;
pub mod index;
mod label;
mod reading;
pub mod rule;
mod seen;
mod table;
pub mod together;

pub use around::Answer;
pub use around::Around;
pub use around::of_none;
pub use frame::Frame;
pub use seen::Seen;

use crate::model::ids::PatternId;
use crate::model::ids::RecordId;
use crate::model::ids::TooMany;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Classifier;
use crate::registry;
use crate::registry::Registry;
use crate::text::phrases::Memory;
use crate::text::phrases::Phrases;
use crate::text::phrases::Reading;
use regex::Regex;
use std::sync::Arc;

/// Steps an encounter may cost: a step is one expression looked at. Nested loops over huge lists end here.
pub const STEPS_AN_ENCOUNTER: u64 = 5_000_000;

/// Why a domain cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The word lists of the registry cannot be read.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// A domain is larger than its index can be.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// A pattern of `matches` is none.
    #[error("pattern {place} of domain `{domain}`: {source}")]
    Pattern {
        /// Name of the domain.
        domain: String,
        /// Place in its patterns.
        place: usize,
        /// What is wrong with it.
        source: Box<regex::Error>,
    },
}

/// A domain prepared for evaluation. Cheap to share between threads.
pub struct Logic {
    domain: Arc<Domain>,
    registry: Arc<Registry>,
    patterns: Vec<Regex>,
    phrases: Phrases,
    indexes: Vec<index::Index>,
    scopes: rule::Scopes,
    /// For each record, what its fields need.
    needs: Vec<Needs>,
}

/// What the fields of a record need, so that nobody looks for it in vain.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// Some field has a default.
    pub defaults: bool,
    /// Some field is required.
    pub required: bool,
    /// Some field holds a code.
    pub codes: bool,
}

impl Logic {
    /// Prepares a domain: its patterns, one automaton for all phrases, an index of the criteria of each classifier.
    ///
    /// # Errors
    /// A pattern that the regex crate does not take, or that would grow beyond 1 MiB; more criteria than can be told apart.
    pub fn new(domain: Arc<Domain>, registry: Arc<Registry>) -> Result<Logic, Error> {
        let mut patterns = Vec::with_capacity(domain.patterns.len());
        for (place, pattern) in domain.patterns.iter().enumerate() {
            let built = regex::RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(1 << 20).build();
            let fail = |source| Error::Pattern { domain: domain.name.clone(), place, source: Box::new(source) };
            patterns.push(built.map_err(fail)?);
        }
        let lists = [registry.shared()?.lists.as_slice(), &domain.cues].concat();
        let phrases = Phrases::new(&domain.phrases, &lists);
        let index = |classifier: &Classifier| index::Index::new(classifier, &domain, registry.codes(classifier.set));
        let indexes = domain.classifiers.iter().map(index).collect::<Result<_, _>>()?;
        let scopes = rule::Scopes::new(&domain);
        let needs = domain.records.iter().map(|record| Needs::of(&record.fields)).collect();
        Ok(Logic { domain, registry, patterns, phrases, indexes, scopes, needs })
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The registry its code sets are in.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The same registry, to be held by others.
    pub fn shared_registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// The automaton of all phrases.
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// The index of a classifier, by its place in the domain.
    pub fn index(&self, classifier: usize) -> Option<&index::Index> {
        self.indexes.get(classifier)
    }

    /// What the fields of a record need.
    pub fn needs(&self, record: RecordId) -> Needs {
        record.get(&self.needs).copied().unwrap_or_default()
    }

    pub(crate) fn pattern(&self, pattern: PatternId) -> Option<&Regex> {
        pattern.get(&self.patterns)
    }

    pub(crate) fn scopes(&self) -> &rule::Scopes {
        &self.scopes
    }
}

impl Needs {
    fn of(fields: &[Field]) -> Needs {
        let mut needs = Needs::default();
        for field in fields {
            let mut kind = &field.kind;
            while let Kind::List(inner) = kind {
                kind = inner;
            }
            let inner = if let Kind::Record(inner) = kind { Needs::of(inner) } else { Needs::default() };
            needs.defaults |= inner.defaults || !field.default.is_empty();
            needs.required |= inner.required || field.is_required;
            needs.codes |= inner.codes || matches!(kind, Kind::Code(_) | Kind::Codes(_));
        }
        needs
    }
}

/// What is kept from one encounter to the next so that nothing is allocated twice. One a thread.
#[derive(Default)]
pub struct Scratch {
    pub(crate) words: Memory,
    /// The first is for texts that were worked out and may lie anywhere.
    pub(crate) readings: Vec<Reading>,
    pub(crate) readings_used: usize,
    /// What the index of a classifier is asked with.
    pub marks: index::Marks,
}
