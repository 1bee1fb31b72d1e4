//! TLS: the certificate of the service, taken anew when its files change.

use crate::files;
use crate::files::KeyError;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::ClientHello;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;

/// Bytes of a file of certificates, or of a key, at most.
const LARGEST: u64 = 1 << 20;

/// Where a certificate is.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The certificate and those that lead from it to a root, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM, which only its owner may read.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The private key cannot be read, or others can read it too.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificate cannot be read.
    #[error("the certificate {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no PEM, or has something else in it.
    #[error("{path} has no {what} in the form of PEM")]
    NoPem {
        /// The file.
        path: String,
        /// What it should have.
        what: &'static str,
    },
    /// They do not fit together, or are of a kind that is not spoken.
    #[error("the certificate {path} cannot be used with its key: {source}")]
    Unusable {
        /// The file of the certificate.
        path: String,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// The certificate in use.
pub struct Tls {
    files: CertificateFiles,
    in_use: Arc<InUse>,
    acceptor: TlsAcceptor,
    /// What the files looked like when they were last read, and why they were not taken if they were not.
    last: Mutex<(Stamps, Option<String>)>,
}

/// When each file was changed last.
type Stamps = [Option<SystemTime>; 2];

#[derive(Debug)]
struct InUse(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for InUse {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// Reads a certificate and its key.
    ///
    /// # Errors
    /// If one of them cannot be read or used, or others can read the key.
    pub fn open(files: CertificateFiles) -> Result<Tls, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let stamps = files.stamps();
        let in_use = Arc::new(InUse(ArcSwap::from_pointee(files.read(&provider)?)));
        let unusable = |source| files.unusable(source);
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<InUse>::clone(&in_use);
        let mut settings = builder.map_err(unusable)?.with_no_client_auth().with_cert_resolver(resolver);
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(settings));
        Ok(Tls { files, in_use, acceptor, last: Mutex::new((stamps, None)) })
    }

    /// What connections are taken with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Reads the files again if they have changed, or if they could not be used when they were last read: a certificate and its
    /// key are replaced one after the other, and until both are there the old ones stay.
    pub fn look(&self) {
        let is_old = {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.1.is_none() && last.0 == self.files.stamps()
        };
        if !is_old {
            self.reload();
        }
    }

    /// Reads the files again. What cannot be used is not taken.
    pub fn reload(&self) {
        let stamps = self.files.stamps();
        let refused = match self.files.read(&ring::default_provider()) {
            Ok(certified) => {
                self.in_use.0.store(Arc::new(certified));
                None
            }
            Err(error) => Some(error.to_string()),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (stamps, refused);
    }

    /// Why the files as they are now are not in use, if they are not.
    pub fn refused(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl CertificateFiles {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateError> {
        let path = || self.certificate.display().to_string();
        let mut text = Vec::new();
        File::open(&self.certificate)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
            .map_err(|source| CertificateError::File { path: path(), source })?;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .ok()
            .filter(|chain: &Vec<_>| !chain.is_empty())
            .ok_or_else(|| CertificateError::NoPem { path: path(), what: "certificate" })?;
        let key = PrivateKeyDer::from_pem_slice(&files::secret(&self.key, LARGEST)?);
        let no_key = |_| CertificateError::NoPem { path: self.key.display().to_string(), what: "private key" };
        CertifiedKey::from_der(chain, key.map_err(no_key)?, provider).map_err(|source| self.unusable(source))
    }

    fn unusable(&self, source: rustls::Error) -> CertificateError {
        CertificateError::Unusable { path: self.certificate.display().to_string(), source }
    }

    fn stamps(&self) -> Stamps {
        [&self.certificate, &self.key].map(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok())
    }
}
