//! `tencode serve`

use crate::audit::Log;
use crate::audit::Secret;
use crate::cli::commands::office::Office;
use crate::cli::commands::settings::Secrets;
use crate::cli::commands::settings::Settings;
use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::registry::Registry;
use crate::server;
use crate::server::Parts;
use crate::server::Running;
use crate::server::Service;
use crate::store::Grant;
use crate::store::Role;
use crate::store::Store;
use crate::workspace::asking;
use crate::workspace::secrets;
use crate::workspace::session::Progress;
use crate::workspace::session::Reach;
use crate::workspace::session::Session;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How often definitions and certificates are looked at for changes.
const LOOK: Duration = Duration::from_secs(2);
/// How long the one-time key opens a session: 12 hours, in milliseconds.
const KEY_LASTS: i64 = 12 * 60 * 60 * 1000;
/// The user of a service that serves the machine it runs on.
const LOCAL: &str = "local";

/// Serves the desk page and the HTTP API.
///
/// Without a configuration it serves this machine alone: it listens on 127.0.0.1, keeps a store in the user's data folder and
/// prints an address that opens a session, once. An office names a configuration file; users and tokens are added with
/// `tencode user` and `tencode token`.
///
///     tencode serve
///     tencode serve --listen 127.0.0.1:8800
///     tencode serve --config office.toml --check-config
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    office: Office,
    /// Settings of an office, a file of TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Say what is wrong with the settings, and do not serve
    #[arg(long)]
    check_config: bool,
}

impl Serve {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let settings = Settings::read(self.config.as_deref())?;
        let listen = settings.address(self.listen)?;
        let kept = Secrets { tls: settings.certificate()?, hooks: settings.hooks()? };
        self.office.store = self.office.store.take().or_else(|| settings.store.clone());
        let audit_path = match settings.audit.clone() {
            Some(path) => path,
            None => self.office.audit_path()?,
        };
        if self.check_config {
            terminal.line(&format!("the settings are fine: {listen}"))?;
            return Ok(Verdict::Fine);
        }
        let running = Running::bind(listen).map_err(|error| Failure::said(format!("{listen}: {error}")))?;
        let (registry, store) = (context.registry(terminal)?, self.office.open()?);
        let secret = Secret::open(&secrets::audit_key_path()?)?;
        let scheme = if kept.tls.is_some() { "https" } else { "http" };
        let mut lines = vec![format!("tencode listens at {scheme}://{}", running.address)];
        if self.config.is_none() {
            lines.extend(entrance(&store, running.address)?);
        }
        let config = settings.config(running.address, kept, audit_path, secret.keys());
        let log = Log::open(&config.audit_path, secret, asking::now)?;
        let parts = Parts { config, registry, store, log, key: secrets::pseudonym_key()?, today: engine_args::today };
        let service = server::start(parts)?;
        watch(&service, context)?;
        let mut told = Ok(());
        let ready = || {
            told = lines.iter().try_for_each(|line| terminal.line(line)).and_then(|()| terminal.flush());
            told.is_ok()
        };
        server::serve(service, running, ready).map_err(|error| Failure::said(error.to_string()))?;
        told.map(|()| Verdict::Fine)
    }
}

/// What a service says that serves the machine it runs on: an address that opens a session of its one user.
fn entrance(store: &Store, address: SocketAddr) -> Result<[String; 2], Failure> {
    if !store.users()?.iter().any(|user| user.name == LOCAL) {
        store.add_user(LOCAL, None, Role::Administrator, &[Grant::default()])?;
    }
    let key = store.entrance(LOCAL, KEY_LASTS)?;
    let opens = format!("open http://{address}/enter?key={key}");
    Ok([opens, "the key opens one session on this machine, once; stop with Ctrl+C".to_owned()])
}

/// Looks for changed definitions and certificates; what is good is taken, and what is not leaves what is in use as it is.
fn watch(service: &Arc<Service>, context: &Context) -> Result<(), Failure> {
    let (service, domains) = (Arc::clone(service), context.domains.clone());
    // What changed between the building of the registry and now is a change too.
    let mut last = Some(service.loaded().registry.stamp());
    let work = move || {
        let stamp = || Session::new(&domains, Reach::All).and_then(|session| session.stamp()).ok();
        loop {
            thread::sleep(LOOK);
            if let Some(tls) = &service.config.tls {
                tls.look();
            }
            let now = stamp();
            if now.is_some() && now != last {
                last = now;
                service.reload(made(&domains));
            }
        }
    };
    thread::Builder::new().name("reload".to_owned()).spawn(work).map(drop).map_err(Failure::from)
}

/// The registry of the definitions as they are now, or why there is none.
fn made(domains: &[PathBuf]) -> Result<Arc<Registry>, String> {
    let session = Session::new(domains, Reach::All).map_err(|error| error.to_string())?;
    let mut refused = None;
    let registry = session.open(&mut |progress: Progress| {
        if let Progress::Built(outcome) = progress {
            refused = outcome.refused.first().cloned();
        }
    });
    match refused {
        Some(domain) => Err(format!("the domain `{domain}` has errors: see `tencode check`")),
        None => registry.map_err(|error| error.to_string()),
    }
}
