//! The configuration file of `tencode serve`.

use crate::audit::Keys;
use crate::cli::exit::Failure;
use crate::files;
use crate::server;
use crate::server::CertificateFiles;
use crate::server::Config;
use crate::server::Hook;
use crate::server::Retention;
use crate::server::Tls;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Where it listens if nothing is said.
const LISTEN: &str = "127.0.0.1:8700";
/// 30 minutes.
const IDLE_MINUTES: i64 = 30;

/// A batch is never held whole, so it may be long: 1 GiB.
const BATCH_MIB: usize = 1024;

/// What a configuration may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    listen: Option<SocketAddr>,
    hosts: Vec<String>,
    behind_proxy: bool,
    tls: Option<TlsSettings>,
    /// The store.
    pub store: Option<PathBuf>,
    /// The audit log.
    pub audit: Option<PathBuf>,
    idle_minutes: Option<i64>,
    in_flight: Option<usize>,
    batch_mib: Option<usize>,
    preview: Vec<String>,
    origins: Vec<String>,
    frames: Vec<String>,
    retention: Vec<Retention>,
    hooks: Vec<HookSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HookSettings {
    name: String,
    url: String,
    /// A file.
    secret: PathBuf,
    domain: String,
    audience: Option<String>,
    purpose: Option<String>,
    #[serde(default)]
    private: bool,
}

impl HookSettings {
    /// The hook, with its secret read.
    fn hook(&self) -> Result<Hook, Failure> {
        let odd = |what: &str| Failure::said(format!("the hook `{}`: {what}", self.name));
        let url = server::hook_address(&self.url);
        let url = url.ok_or_else(|| odd("`url` is no address that begins with https"))?;
        let text = files::secret(&self.secret, LONGEST_SECRET).map_err(|error| Failure::said(error.to_string()))?;
        let secret = std::str::from_utf8(&text).ok().and_then(server::hook_secret);
        let secret =
            secret.ok_or_else(|| odd("the secret is no text such as `whsec_` and at least 24 bytes in base64"))?;
        Ok(Hook {
            name: self.name.clone(),
            url,
            secret,
            domain: self.domain.clone(),
            audience: self.audience.clone(),
            purpose: self.purpose.clone(),
            is_private: self.private,
        })
    }
}

/// Bytes of the file of a secret at most.
const LONGEST_SECRET: u64 = 1 << 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsSettings {
    certificate: PathBuf,
    key: PathBuf,
}

/// What stands in other files, which only the user of the service may read.
pub(crate) struct Secrets {
    /// The certificate, if there is one.
    pub tls: Option<Arc<Tls>>,
    /// Programs that are told.
    pub hooks: Vec<Hook>,
}

impl Settings {
    /// The settings of a file; without one, those of a service for this machine alone.
    pub fn read(path: Option<&Path>) -> Result<Settings, Failure> {
        let Some(path) = path else { return Ok(Settings::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
        let settings: Settings =
            toml::from_str(&text).map_err(|error| Failure::said(format!("{}: {error}", path.display())))?;
        let is_odd = |it: &&Retention| it.days == 0 || !matches!(it.state.as_deref(), None | Some("open" | "coded"));
        if let Some(odd) = settings.retention.iter().find(is_odd) {
            return Err(Failure::said(format!(
                "{}: the retention of `{}` needs at least one day, and the state `open` or `coded` or none",
                path.display(),
                odd.domain
            )));
        }
        match settings.origins.iter().chain(&settings.frames).find(|it| !is_origin(it)) {
            Some(odd) => Err(Failure::said(format!(
                "{}: `{odd}` is no origin such as https://cad.example.org, without a path and without `*`",
                path.display()
            ))),
            None => Ok(settings),
        }
    }

    /// Where it listens. What leaves the machine has to be encrypted, here or at a proxy.
    pub fn address(&self, given: Option<SocketAddr>) -> Result<SocketAddr, Failure> {
        let address = match given.or(self.listen) {
            Some(address) => address,
            None => LISTEN.parse().map_err(|_| Failure::said("no address to listen at"))?,
        };
        if !address.ip().is_loopback() && !self.is_secure() {
            return Err(Failure::said(format!(
                "{address} can be reached from other machines without encryption: name `certificate` and `key` under `[tls]` in \
                 the configuration, or put a proxy with TLS before it and say `behind_proxy = true`"
            )));
        }
        if !address.ip().is_loopback() && self.hosts.is_empty() {
            return Err(Failure::said("`hosts` is needed: the names under which browsers ask for the desk"));
        }
        Ok(address)
    }

    /// Browsers come through TLS.
    fn is_secure(&self) -> bool {
        self.tls.is_some() || self.behind_proxy
    }

    /// The certificate, read.
    pub fn certificate(&self) -> Result<Option<Arc<Tls>>, Failure> {
        let Some(TlsSettings { certificate, key }) = &self.tls else { return Ok(None) };
        let files = CertificateFiles { certificate: certificate.clone(), key: key.clone() };
        Tls::open(files).map(|tls| Some(Arc::new(tls))).map_err(|error| Failure::said(error.to_string()))
    }

    /// Programs that are told, with their secrets read.
    pub fn hooks(&self) -> Result<Vec<Hook>, Failure> {
        self.hooks.iter().map(HookSettings::hook).collect()
    }

    /// How the service is set.
    pub fn config(self, listen: SocketAddr, secrets: Secrets, audit_path: PathBuf, audit_keys: Keys) -> Config {
        let Secrets { tls, hooks } = secrets;
        Config {
            hooks,
            listen,
            is_secure: self.is_secure(),
            hosts: self.hosts,
            tls,
            idle: self.idle_minutes.unwrap_or(IDLE_MINUTES).max(1) * 60 * 1000,
            in_flight: self.in_flight.unwrap_or(256).max(1),
            batch_bytes: self.batch_mib.unwrap_or(BATCH_MIB).min(usize::MAX >> 20) << 20,
            origins: self.origins,
            frames: self.frames,
            retention: self.retention,
            preview: self.preview,
            audit_path,
            audit_keys,
        }
    }
}

/// Whether a text is the origin of a site as browsers write it: scheme, host and perhaps a port. Without TLS only this machine
/// is one: what a page that anybody on the way can change is told, anybody is told.
fn is_origin(text: &str) -> bool {
    let (host, is_safe) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(host), _) => (host, true),
        (None, Some(host)) => (host, matches!(host.split(':').next(), Some("localhost" | "127.0.0.1"))),
        (None, None) => return false,
    };
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_name = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '-');
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    is_safe && is_port && !name.is_empty() && name.chars().all(is_name)
}
