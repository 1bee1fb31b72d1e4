//! What all requests share: the registry in use, engines made of it, the store, the audit log.

use super::hook::Hook;
use super::metrics::Metrics;
use super::opened::Opened;
use super::problem::Problem;
use super::streams::Streams;
use super::tls::Tls;
use super::trail::SharedTrail;
use crate::audit::Keys;
use crate::audit::Log;
use crate::audit::Tokens;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Options;
use crate::model::day::Day;
use crate::privacy::Ask;
use crate::registry::Registry;
use crate::store::Millis;
use crate::store::Store;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::thread::Thread;
use std::time::Instant;

/// Engines that are kept of one registry.
const ENGINES: usize = 128;

/// How long encounters of a domain are kept before what was said in them is erased.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The domain.
    pub domain: String,
    /// Only those in this state: `open` or `coded`.
    pub state: Option<String>,
    /// So many days after they were changed last.
    pub days: u32,
}

/// How the service is set.
#[derive(Clone)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Host names under which it is asked, without port; on loopback those of loopback are added.
    pub hosts: Vec<String>,
    /// What connections are encrypted with, if it is done here.
    pub tls: Option<Arc<Tls>>,
    /// Callers come through TLS, here or at a proxy: cookies are for TLS only.
    pub is_secure: bool,
    /// A session ends after so long without a request, in milliseconds.
    pub idle: Millis,
    /// Requests that are answered at once; whoever comes then is told to come again.
    pub in_flight: usize,
    /// Bytes of a batch at most.
    pub batch_bytes: usize,
    /// Programs that are told what happens.
    pub hooks: Vec<Hook>,
    /// How long encounters are kept.
    pub retention: Vec<Retention>,
    /// Origins of other sites whose pages may ask the API, with a token.
    pub origins: Vec<String>,
    /// Origins of other sites whose pages may show the picker in a frame.
    pub frames: Vec<String>,
    /// Audiences that the glass may show; all if empty.
    pub preview: Vec<String>,
    /// The audit log, for reading.
    pub audit_path: PathBuf,
    /// What the audit log is checked with.
    pub audit_keys: Keys,
}

/// What a service is made of.
pub struct Parts {
    /// How it is set.
    pub config: Config,
    /// The registry to begin with.
    pub registry: Arc<Registry>,
    /// The store.
    pub store: Store,
    /// The audit log.
    pub log: Log,
    /// Secret of the pseudonyms.
    pub key: [u8; 32],
    /// The day it is.
    pub today: fn() -> Day,
}

/// What all requests share.
pub struct Service {
    /// How it is set.
    pub config: Config,
    /// The store.
    pub store: Store,
    /// The audit log.
    pub trail: SharedTrail,
    /// What is counted.
    pub metrics: Metrics,
    /// When it began.
    pub started: Instant,
    /// Who has which encounter before them.
    pub opened: Opened,
    /// Places for requests that hold a thread as long as their body comes.
    pub streams: Arc<Streams>,
    /// The thread that answers uploaded files.
    pub(super) jobs: OnceLock<Thread>,
    loaded: ArcSwap<Loaded>,
    key: [u8; 32],
    today: fn() -> Day,
    /// Why the last change of definitions was not taken.
    refused: Mutex<Option<String>>,
    /// Names of writes that are being answered.
    in_flight: Mutex<HashSet<String>>,
}

/// A registry and the engines made of it.
pub struct Loaded {
    /// The registry.
    pub registry: Arc<Registry>,
    /// By what they were made for and the day on which they were made: without a day given, an engine of yesterday would go
    /// on judging by yesterday.
    engines: Mutex<HashMap<(Asked, Day), Arc<Engine>>>,
}

/// What an engine is made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// Domain.
    pub domain: String,
    /// Record; the first of the domain if `None`.
    pub record: Option<String>,
    /// Audience; the default one of the domain if `None`.
    pub audience: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// The day that encounters are judged for.
    pub on: Option<Day>,
}

impl Service {
    /// Starts what runs behind the requests.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn new(parts: Parts, metrics: Metrics) -> std::io::Result<Service> {
        Ok(Service {
            config: parts.config,
            store: parts.store,
            trail: SharedTrail::start(parts.log)?,
            metrics,
            started: Instant::now(),
            opened: Opened::default(),
            streams: Arc::default(),
            jobs: OnceLock::new(),
            loaded: ArcSwap::from_pointee(Loaded::new(parts.registry)),
            key: parts.key,
            today: parts.today,
            refused: Mutex::new(None),
            in_flight: Mutex::new(HashSet::new()),
        })
    }

    /// The registry in use, to be held for a whole request.
    pub fn loaded(&self) -> Arc<Loaded> {
        self.loaded.load_full()
    }

    /// Takes another registry from the next request on, or keeps the one in use and says why.
    pub fn reload(&self, made: Result<Arc<Registry>, String>) {
        let refused = match made {
            Ok(registry) => {
                if registry.id() != self.loaded.load().registry.id() {
                    self.loaded.store(Arc::new(Loaded::new(registry)));
                }
                None
            }
            Err(why) => Some(why),
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// Why the last change of definitions was not taken, if it was not.
    pub fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the certificate as it is now is not in use, if it is not.
    pub fn refused_certificate(&self) -> Option<String> {
        self.config.tls.as_ref().and_then(|tls| tls.refused())
    }

    /// The day it is.
    pub fn today(&self) -> Day {
        (self.today)()
    }

    /// Tokens of subjects in the audit log.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(&self.key)
    }

    /// The engine that was asked for; made once for each registry and day.
    ///
    /// # Errors
    /// If there is no such domain or record, or the audience has no policy for the purpose.
    pub fn engine(&self, loaded: &Loaded, asked: &Asked) -> Result<Arc<Engine>, Problem> {
        let today = self.today();
        let key = (asked.clone(), today);
        if let Some(engine) = loaded.engines.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(engine));
        }
        let options = Options {
            record: asked.record.clone(),
            audience: asked.audience.clone(),
            ask: Ask { purpose: asked.purpose.clone(), ..Ask::default() },
            on: asked.on,
            today,
            candidates: None,
            key: self.key,
        };
        let engine = Arc::new(Engine::new(Arc::clone(&loaded.registry), &asked.domain, options)?);
        let mut engines = loaded.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if engines.len() >= ENGINES {
            engines.clear();
        }
        engines.insert(key, Arc::clone(&engine));
        Ok(engine)
    }

    /// Says that a write of this name is being answered; `false` if one is already.
    pub fn begin(&self, name: &str) -> bool {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned())
    }

    /// Says that it is answered.
    pub fn end(&self, name: &str) {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl Loaded {
    fn new(registry: Arc<Registry>) -> Loaded {
        Loaded { registry, engines: Mutex::new(HashMap::new()) }
    }
}
