//! The context of compiling: what every step needs, in one value that is handed on whole.

use super::report::Report;
use super::texts::Texts;
use super::world::DomainNames;
use super::world::World;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::ids::DomainId;
use crate::registry::segments::Segments;
use std::path::Path;
use std::path::PathBuf;

/// The official releases there are.
#[derive(Clone, Copy)]
pub struct Releases<'r> {
    /// Their files, in the order in which they are searched.
    pub files: &'r [PathBuf],
    /// Where what they came to is kept from one build to the next.
    pub segments: &'r Segments,
    /// The file of examples that the environment names.
    pub examples: Option<&'r Path>,
}

impl Default for Releases<'_> {
    /// None at all.
    fn default() -> Self {
        static NOTHING_KEPT: Segments = Segments::none();
        Releases { files: &[], segments: &NOTHING_KEPT, examples: None }
    }
}

/// One attempt to compile all domains together.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// The domains, those that are extended first.
    pub sources: &'a [DomainSource],
    /// The official releases there are.
    pub releases: Releases<'a>,
    /// Where mistakes go.
    pub report: &'a Report,
    /// Phrases and patterns of each domain.
    pub texts: &'a [Texts],
}

/// What is known where a statement of one domain is compiled.
#[derive(Clone, Copy)]
pub(super) struct Compiler<'a> {
    /// The domain.
    pub domain: DomainId,
    /// Its files.
    pub source: &'a DomainSource,
    /// All domains.
    pub sources: &'a [DomainSource],
    /// The official releases there are.
    pub releases: Releases<'a>,
    /// What is known everywhere.
    pub world: &'a World,
    /// Where mistakes go.
    pub report: &'a Report,
    /// Phrases and patterns of the domain.
    pub texts: &'a Texts,
}

impl<'a> Attempt<'a> {
    /// The ids of the domains.
    pub fn ids(self) -> impl Iterator<Item = DomainId> {
        DomainId::first(self.sources.len())
    }

    /// The context of each domain, in their order.
    pub fn domains(self, world: &'a World) -> impl Iterator<Item = Compiler<'a>> {
        self.ids().filter_map(move |domain| self.of_domain(domain, world))
    }

    /// The context of one domain; `None` if there is no domain of that number.
    pub fn of_domain(self, domain: DomainId, world: &'a World) -> Option<Compiler<'a>> {
        let Attempt { sources, releases, report, texts } = self;
        let (source, texts) = domain.get(sources).zip(domain.get(texts))?;
        Some(Compiler { domain, source, sources, releases, world, report, texts })
    }
}

impl<'a> Compiler<'a> {
    /// The names of the domain.
    pub fn names(self) -> Option<&'a DomainNames> {
        self.domain.get(&self.world.domains)
    }

    /// Whether the domain is another or extends it.
    pub fn stands_on(self, other: DomainId) -> bool {
        self.world.stands_on(self.domain, other)
    }

    /// What stands at a span, as written.
    pub fn written(self, span: Span) -> &'a str {
        let file = self.sources.iter().flat_map(|source| &source.files).find(|file| file.id == span.file);
        file.and_then(|file| file.text.get(span.start..span.end)).unwrap_or_default()
    }

    /// Says one thing about the file of the span.
    pub fn say(self, span: Span, problem: Problem, help: Option<String>) {
        self.report.say(span, problem, help);
    }
}
