//! A request that the service sends by itself. It goes to public addresses unless the settings say otherwise, and follows
//! nobody elsewhere: a name that leads into the own network must not make us ask there.

use axum::body::Body;
use axum::http::Request;
use axum::http::Uri;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use std::io;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is posted, and where to.
pub struct Letter<'l> {
    pub url: &'l Uri,
    /// Whether the address may be one of the own network.
    pub may_be_private: bool,
    pub headers: &'l [(&'l str, String)],
    /// JSON.
    pub body: String,
}

/// Posts a letter and gives the status of the answer.
///
/// # Errors
/// If there is no such address, it is none that may be asked, or it does not answer in time.
pub async fn post(connector: &TlsConnector, letter: Letter<'_>) -> io::Result<u16> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    tokio::time::timeout(PATIENCE, ask(connector, letter)).await.map_err(late)?
}

async fn ask(connector: &TlsConnector, letter: Letter<'_>) -> io::Result<u16> {
    let Letter { url, may_be_private, headers, body } = letter;
    // An address of six stands in brackets in a URL, and without them in a certificate.
    let host = url.host().ok_or(io::ErrorKind::InvalidInput)?.trim_matches(['[', ']']);
    let is_secure = url.scheme_str() == Some("https");
    let port = url.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let path = url.path_and_query().map_or("/", |it| it.as_str());
    let authority = url.authority().map(ToString::to_string).unwrap_or_default();
    let mut request = Request::post(path).header("host", authority).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(body)).map_err(io::Error::other)?;
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    // The address that was looked at is the one that is asked: the name is not resolved again.
    let address = addresses.into_iter().find(|it| may_be_private || is_public(it.ip()));
    let stream = TcpStream::connect(address.ok_or(io::ErrorKind::PermissionDenied)?).await?;
    if !is_secure {
        return send(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = connector.connect(name, stream).await?;
    send(stream, request).await
}

/// Trusts what this machine trusts now. It is made once: reading all of that takes longer than a post.
///
/// # Errors
/// If the protocol cannot be set up.
pub fn connector() -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(TlsConnector::from(Arc::new(builder.with_root_certificates(roots).with_no_client_auth())))
}

async fn send(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, request: Request<Body>) -> io::Result<u16> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(io::Error::other);
    connection.abort();
    Ok(answer?.status().as_u16())
}

/// Whether anybody on the internet may have this address.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => match it.to_ipv4_mapped() {
            Some(it) => is_public_v4(it),
            // Addresses for everybody begin with 001: others are local, for links, or for several at once.
            None => it.segments().first().is_some_and(|first| first >> 13 == 1),
        },
    }
}

fn is_public_v4(it: Ipv4Addr) -> bool {
    let [first, second, ..] = it.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_kept = it.is_private() || it.is_loopback() || it.is_link_local() || it.is_documentation() || is_shared;
    !is_kept && first != 0 && first < 224
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn addresses_of_own_networks_are_not_public() {
        let is = |text: &str| is_public(text.parse().unwrap());
        for own in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.5.5",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is(own), "{own}");
        }
        for other in ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"] {
            assert!(is(other), "{other}");
        }
    }
}
