//! A compiled registry: opened, built, asked about codes.

use crate::day;
use crate::engine::Engine;
use crate::engine::Wanted;
use crate::errors;
use crate::today;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::types::PyList;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use tencode::answers::lookup;
use tencode::answers::map;
use tencode::answers::named;
use tencode::answers::near;
use tencode::answers::search;
use tencode::diagnostics::Diagnostic;
use tencode::diagnostics::span::Lines;
use tencode::files;
use tencode::files::Rights;
use tencode::model::program::Domain;
use tencode::privacy::explain;
use tencode::privacy::text::TextRedactor;
use tencode::registry;
use tencode::workspace::secrets;
use tencode::workspace::session::BUILT_IN;
use tencode::workspace::session::Made;
use tencode::workspace::session::Reach;
use tencode::workspace::session::Session;

/// A compiled registry with the key of its pseudonyms.
#[pyclass(frozen, module = "tencode._tencode")]
pub struct Registry {
    inner: Arc<registry::Registry>,
    key: KeyFrom,
}

/// Where the key of the pseudonyms is from. It is read when it is needed first: codes are looked up without one.
#[derive(Clone)]
enum KeyFrom {
    /// That of this user, as the program has it.
    User,
    /// A file.
    File(PathBuf),
    /// Bytes that somebody gave.
    Given(Vec<u8>),
}

impl KeyFrom {
    fn of(file: Option<PathBuf>, given: Option<Vec<u8>>) -> KeyFrom {
        match (file, given) {
            (_, Some(bytes)) => KeyFrom::Given(bytes),
            (Some(path), None) => KeyFrom::File(path),
            (None, None) => KeyFrom::User,
        }
    }

    fn key(&self) -> PyResult<[u8; 32]> {
        match self {
            KeyFrom::User => secrets::pseudonym_key().map_err(errors::key),
            KeyFrom::File(path) => secrets::named_key(path).map(|(key, _)| key).map_err(errors::key),
            KeyFrom::Given(bytes) => secrets::key_of(bytes).map_err(errors::key),
        }
    }
}

#[pymethods]
impl Registry {
    /// Maps a registry file, and checks the sum over all of it. `expect` is the id it has to have.
    #[staticmethod]
    #[pyo3(signature = (path, expect=None, key_file=None, key=None))]
    fn open(
        python: Python<'_>,
        path: PathBuf,
        expect: Option<&str>,
        key_file: Option<PathBuf>,
        key: Option<Vec<u8>>,
    ) -> PyResult<Registry> {
        let inner = python.detach(|| registry::Registry::open_checked(&path)).map_err(errors::registry)?;
        Registry::expected(inner, expect, KeyFrom::of(key_file, key))
    }

    /// A registry whose file is in memory.
    #[staticmethod]
    #[pyo3(signature = (data, expect=None, key_file=None, key=None))]
    fn from_bytes(
        data: &[u8],
        expect: Option<&str>,
        key_file: Option<PathBuf>,
        key: Option<Vec<u8>>,
    ) -> PyResult<Registry> {
        let inner = registry::Registry::from_bytes(data).map_err(errors::registry)?;
        Registry::expected(inner, expect, KeyFrom::of(key_file, key))
    }

    /// Compiles folders of domains; without any, the domains that are in the package. Kept in the cache of this user unless a
    /// file is named.
    #[staticmethod]
    #[pyo3(signature = (domains, path=None, key_file=None, key=None))]
    fn build(
        python: Python<'_>,
        domains: Vec<PathBuf>,
        path: Option<PathBuf>,
        key_file: Option<PathBuf>,
        key: Option<Vec<u8>>,
    ) -> PyResult<Registry> {
        let folders = if domains.is_empty() { vec![PathBuf::from(BUILT_IN)] } else { domains };
        let session = Session::new(&folders, Reach::Own).map_err(errors::registry)?;
        let key = KeyFrom::of(key_file, key);
        let Some(path) = path else {
            let inner = python.detach(|| session.open(&mut |_| {})).map_err(errors::registry)?;
            refuse_errors(python, &session, &inner)?;
            return Ok(Registry { inner, key });
        };
        let made = python.detach(|| session.make()).map_err(errors::registry)?;
        let Made { bytes, outcome, .. } = &made;
        if outcome.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(definition_error(python, &outcome.diagnostics));
        }
        files::replace(&path, Rights::Usual, bytes).map_err(errors::registry)?;
        let inner = registry::Registry::open_checked(&path).map_err(errors::registry)?;
        Ok(Registry { inner: Arc::new(inner), key })
    }

    /// Its id: the sum over its content.
    #[getter]
    fn id(&self) -> &str {
        self.inner.id()
    }

    /// Its domains.
    #[getter]
    fn domains(&self) -> Vec<String> {
        self.inner.domain_names().map(str::to_owned).collect()
    }

    /// Its code sets.
    #[getter]
    fn sets(&self) -> Vec<String> {
        self.inner.sets().map(|set| self.inner.codes(set).full_name().to_owned()).collect()
    }

    /// The code with everything that is known of it, from each code set that has it; a list as JSON.
    #[pyo3(signature = (code, set=None, domain=None, on=None))]
    fn lookup(&self, code: &str, set: Option<&str>, domain: Option<&str>, on: Option<&str>) -> PyResult<String> {
        let (sets, on) = (self.asked(set, domain)?, day(on, "on")?.unwrap_or_else(today));
        let found = sets.iter().filter(|set| !named::is_repeated(&self.inner, **set, &sets, code));
        let found = found.filter_map(|set| Some((*set, self.inner.codes(*set).find(code)?)));
        let all: Result<Vec<_>, _> = found.map(|(set, code)| lookup::whole(&self.inner, set, code, on)).collect();
        json(&all.map_err(errors::registry)?)
    }

    /// Codes that are written nearly so.
    #[pyo3(signature = (code, set=None, domain=None))]
    fn near(&self, code: &str, set: Option<&str>, domain: Option<&str>) -> PyResult<Vec<String>> {
        let sets = self.asked(set, domain)?;
        Ok(near::codes(&self.inner, &sets, code).into_iter().map(str::to_owned).collect())
    }

    /// Codes by words, the best first; a list as JSON.
    #[pyo3(signature = (query, set=None, domain=None, on=None, limit=10))]
    fn search(
        &self,
        query: &str,
        set: Option<&str>,
        domain: Option<&str>,
        on: Option<&str>,
        limit: usize,
    ) -> PyResult<String> {
        let (sets, on) = (self.asked(set, domain)?, day(on, "on")?.unwrap_or_else(today));
        json(&search::hits(&self.inner, &sets, query, on, limit))
    }

    /// Where crosswalks lead from a code, as JSON.
    #[pyo3(signature = (code, to, set, on=None))]
    fn map(&self, code: &str, to: &str, set: &str, on: Option<&str>) -> PyResult<String> {
        let on = day(on, "on")?.unwrap_or_else(today);
        let to = named::set(&self.inner, to).map_err(errors::request)?;
        let from = named::set(&self.inner, set).map_err(errors::request)?;
        let found = self.inner.codes(from).find(code);
        let found = found.ok_or_else(|| errors::request(format!("the code set `{set}` has no code `{code}`")))?;
        json(&map::follow(&self.inner, (from, found), to, on, &[]))
    }

    /// What a policy does to a record, as JSON.
    #[pyo3(signature = (audience, domain, record=None, today=None))]
    fn explain_policy(
        &self,
        audience: &str,
        domain: &str,
        record: Option<&str>,
        today: Option<&str>,
    ) -> PyResult<String> {
        let today = day(today, "today")?.unwrap_or_else(crate::today);
        let of = self.domain(domain)?;
        let shared = self.inner.shared().map_err(errors::registry)?;
        let explained = explain::explain(shared, &of, record, audience, &self.inner, today);
        json(&explained.map_err(errors::request)?)
    }

    /// Texts as an audience may see them, and where something was masked in each, as JSON.
    #[pyo3(signature = (texts, audience, domain=None, today=None))]
    fn redact(
        &self,
        python: Python<'_>,
        texts: Vec<Option<String>>,
        audience: &str,
        domain: Option<&str>,
        today: Option<&str>,
    ) -> PyResult<String> {
        let today = day(today, "today")?.unwrap_or_else(crate::today);
        let domain = domain.map(|name| self.domain(name)).transpose()?;
        if domain.as_ref().is_some_and(|domain| domain.requires_audit) {
            return Err(errors::audit("this domain requires an audit log: redact with the program"));
        }
        let shared = self.inner.shared().map_err(errors::registry)?;
        let redactor = TextRedactor::new(shared, domain.as_deref(), audience, today).map_err(errors::request)?;
        let redactor = if redactor.wants_names() {
            redactor.with_names(self.inner.names().map_err(errors::registry)?)
        } else {
            redactor
        };
        let masked = python.detach(|| {
            let mask = |text: &Option<String>| text.as_deref().map(|text| Masked::of(&redactor, text));
            texts.iter().map(mask).collect::<Vec<Option<Masked>>>()
        });
        json(&masked)
    }

    /// What answers encounters of a domain for an audience.
    #[pyo3(signature = (domain, **wanted))]
    fn engine(&self, domain: &str, wanted: Option<&Bound<'_, PyDict>>) -> PyResult<Engine> {
        let wanted = wanted.map(Wanted::of).transpose()?.unwrap_or_default();
        Engine::new(Arc::clone(&self.inner), domain, &wanted, self.key.key()?)
    }

    /// Reads the key, so that one that is missing is told before anything else is done.
    fn check_key(&self) -> PyResult<()> {
        self.key.key().map(|_| ())
    }

    fn __repr__(&self) -> String {
        format!("<tencode registry {} of {}>", self.inner.id(), self.domains().join(", "))
    }
}

impl Registry {
    fn expected(inner: registry::Registry, expect: Option<&str>, key: KeyFrom) -> PyResult<Registry> {
        if let Some(expected) = expect.filter(|expected| *expected != inner.id()) {
            return Err(errors::registry(format!("the id of the registry is {}, not {expected}", inner.id())));
        }
        Ok(Registry { inner: Arc::new(inner), key })
    }

    fn domain(&self, name: &str) -> PyResult<Arc<Domain>> {
        let known = || self.domains().join(", ");
        let found = self.inner.domain(name).map_err(errors::registry)?;
        found.ok_or_else(|| errors::request(format!("there is no domain `{name}`; there is {}", known())))
    }

    fn asked(&self, set: Option<&str>, domain: Option<&str>) -> PyResult<Vec<tencode::model::ids::SetId>> {
        named::sets_for(&self.inner, set, domain).map_err(errors::request)
    }
}

/// The key of this user, to be sent to workers that have no home.
#[pyfunction]
pub fn user_key() -> PyResult<Vec<u8>> {
    KeyFrom::User.key().map(|key| key.to_vec())
}

/// A text as somebody may see it.
#[derive(Serialize)]
struct Masked {
    text: String,
    spans: Vec<Span>,
}

/// Where something was masked: characters of the text that came in.
#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Masked {
    fn of(redactor: &TextRedactor, text: &str) -> Masked {
        let masked = redactor.redact(text);
        let points = masked.points(text).into_iter();
        let spans = points.map(|span| Span { start: span.start, end: span.end, kind: span.kind.type_name() }).collect();
        Masked { text: masked.text, spans }
    }
}

/// Refuses definitions with errors: in Python nobody reads a note beside.
fn refuse_errors(python: Python<'_>, session: &Session, registry: &registry::Registry) -> PyResult<()> {
    let folders = session.folders().map_err(errors::registry)?;
    let names = folders.iter().filter_map(|folder| folder.file_name()?.to_str());
    let is_there = |name: &str| name == "shared" || registry.domain_names().any(|known| known == name);
    if names.into_iter().all(is_there) {
        return Ok(());
    }
    let outcome = session.compile().map_err(errors::registry)?;
    Err(definition_error(python, &outcome.diagnostics))
}

fn definition_error(python: Python<'_>, diagnostics: &[Diagnostic]) -> PyErr {
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|it| it.is_error()).collect();
    let listed = list(python, &errors);
    let first = errors.first().map(|it| format!("{}: {}", it.kind.code(), it.kind)).unwrap_or_default();
    let error = errors::DefinitionError::new_err(format!("the definitions have {} errors; {first}", errors.len()));
    match listed.and_then(|listed| error.value(python).setattr("diagnostics", listed)) {
        Ok(()) => error,
        Err(other) => other,
    }
}

fn list<'py>(python: Python<'py>, errors: &[&Diagnostic]) -> PyResult<Bound<'py, PyList>> {
    let all = PyList::empty(python);
    for error in errors {
        let about = PyDict::new(python);
        let text = std::fs::read_to_string(&error.file).unwrap_or_default();
        about.set_item("number", error.kind.code())?;
        about.set_item("file", error.file.display().to_string())?;
        about.set_item("line", Lines::of(&text).place(&text, error.span.start).0)?;
        about.set_item("message", error.kind.to_string())?;
        about.set_item("help", error.help.as_deref())?;
        all.append(about)?;
    }
    Ok(all)
}

fn json<T: Serialize>(answer: &T) -> PyResult<String> {
    serde_json::to_string(answer).map_err(|_| errors::registry("the answer cannot be written"))
}
