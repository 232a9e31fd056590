// SPDX-License-Identifier: Apache-2.0
//! The way to a source: its name, its port, its TLS and the certificate behind it. Few bytes are sent, none
//! of them ours to keep secret.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::source::{Metadata, Protocol, Source};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};
use url::Url;

use crate::asking::check::{Line, State};

/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A certificate is renewed before this much is left of it.
const RENEW: TimeDelta = TimeDelta::days(21);
/// The request to turn to TLS (RFC 4511, 4.14.1): message 1, extended request 1.3.6.1.4.1.1466.20037.
const STARTTLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Where a source is.
#[derive(Debug, Clone)]
struct Place {
    host: String,
    port: u16,
    /// Not at all, at once, or once it was asked for.
    tls: Tls,
    authorities: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    Started,
    Wrapped,
}

/// Looks at the way to each place of a source. Several places of one directory stand in for each other: one
/// is enough to go on.
pub(super) async fn look(source: &Source, now: DateTime<Utc>) -> (Vec<Line>, bool) {
    let places = places(source);
    if places.is_empty() {
        return (
            vec![Line::ok("name", "nothing is called: its metadata is a document")],
            true,
        );
    }
    let mut lines = Vec::new();
    let mut is_reached = false;
    for place in places {
        let found = place.look(now).await;
        is_reached |= found.iter().all(|line| line.state != State::Fail);
        lines.extend(found);
    }
    (lines, is_reached)
}

/// Looks at the way to where browsers are sent. This machine never goes there, and need not be able to: what
/// only it would miss is no fault. A certificate that has ended is one for everybody.
pub(super) async fn browsers_way(address: &str, now: DateTime<Utc>) -> Vec<Line> {
    let Some(place) = web(address, None) else {
        return Vec::new();
    };
    let soften = |line: Line| {
        if line.state != State::Fail || line.name == CERTIFICATE {
            return line;
        }
        let mend = "it matters only if browsers cannot either: this machine does not go there itself";
        Line::warn(&line.name, line.text, mend)
    };
    place.look(now).await.into_iter().map(soften).collect()
}

/// Looks at the way to where this machine goes besides.
pub(super) async fn our_way(address: &str, authorities: Option<&String>, now: DateTime<Utc>) -> Vec<Line> {
    match web(address, authorities) {
        Some(place) => place.look(now).await,
        None => Vec::new(),
    }
}

/// Scheme, host and port of an address.
pub(super) fn origin(address: &str) -> Option<String> {
    Some(Url::parse(address).ok()?.origin().ascii_serialization())
}

fn web(address: &str, authorities: Option<&String>) -> Option<Place> {
    let url = Url::parse(address).ok()?;
    Some(Place {
        host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
        port: url.port_or_known_default()?,
        tls: if url.scheme() == "https" {
            Tls::Wrapped
        } else {
            Tls::None
        },
        authorities: authorities.cloned(),
    })
}

fn places(source: &Source) -> Vec<Place> {
    match &source.protocol {
        Protocol::Ldap(ldap) => {
            let place = |address: &String| {
                let url = Url::parse(address).ok()?;
                Some(Place {
                    host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
                    port: url.port().unwrap_or(if ldap.starttls { 389 } else { 636 }),
                    tls: if ldap.starttls { Tls::Started } else { Tls::Wrapped },
                    authorities: Some(ldap.authorities.clone()),
                })
            };
            ldap.urls.iter().filter_map(place).collect()
        }
        Protocol::Oidc(oidc) => web(&oidc.issuer, oidc.authorities.as_ref()).into_iter().collect(),
        Protocol::Saml(saml) => match &saml.metadata {
            Metadata::Document(_) => Vec::new(),
            Metadata::Fetched(fetched) => web(&fetched.url, fetched.authorities.as_ref())
                .into_iter()
                .collect(),
        },
    }
}

impl Place {
    async fn look(self, now: DateTime<Utc>) -> Vec<Line> {
        let at = format!("{}:{}", self.host, self.port);
        let found =
            tokio::time::timeout(PATIENCE, tokio::net::lookup_host((self.host.clone(), self.port))).await;
        let addresses: Vec<SocketAddr> = match found {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        let Some(address) = addresses.first().copied() else {
            return vec![Line::fail(
                "name",
                format!("`{}` is known to no name server", self.host),
                "see that it is spelled right, and that this machine asks the right name servers",
            )];
        };
        let mut lines = vec![Line::ok("name", format!("`{}` is {}", self.host, address.ip()))];
        // A handshake is a conversation of short messages: it is had on a thread of its own.
        let rest = tokio::task::spawn_blocking(move || self.connect(address, &at, now)).await;
        match rest {
            Ok(rest) => lines.extend(rest),
            Err(fault) => lines.push(Line::fail("connection", fault.to_string(), "try again")),
        }
        lines
    }

    fn connect(&self, address: SocketAddr, at: &str, now: DateTime<Utc>) -> Vec<Line> {
        let connected = TcpStream::connect_timeout(&address, PATIENCE).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        let mut stream = match connected {
            Ok(stream) => stream,
            Err(cause) => {
                return vec![Line::fail(
                    "connection",
                    format!("`{at}` takes no connection: {cause}"),
                    "see that the port is right, that the service runs, and that no firewall is in between",
                )];
            }
        };
        let mut lines = vec![Line::ok("connection", format!("`{at}` answers"))];
        match self.tls {
            Tls::None => lines.push(Line::warn(
                "tls",
                "none: plain http, on this machine alone",
                "https",
            )),
            Tls::Started if !starts_tls(&mut stream) => lines.push(Line::fail(
                "tls",
                format!("`{at}` does not turn to TLS (StartTLS)"),
                "turn it on there, or use `ldaps://`; nothing is said without TLS",
            )),
            Tls::Started | Tls::Wrapped => lines.extend(self.shake_hands(&mut stream, at, now)),
        }
        lines
    }

    fn shake_hands(&self, stream: &mut TcpStream, at: &str, now: DateTime<Utc>) -> Vec<Line> {
        let seen = Arc::new(Mutex::new(None));
        let connection = self
            .verifier(&seen)
            .and_then(|verifier| client(verifier, &self.host));
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(fault) => {
                return vec![Line::fail(
                    "tls",
                    fault,
                    "`authorities` holds the certificates, PEM, to which the source's own leads",
                )];
            }
        };
        let shaken = loop {
            if !connection.is_handshaking() {
                break Ok(());
            }
            match connection.complete_io(stream) {
                Ok((0, 0)) => break Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
                Ok(_) => {}
                Err(cause) => break Err(cause),
            }
        };
        let end = seen
            .lock()
            .ok()
            .and_then(|seen| seen.clone())
            .and_then(|der: Vec<u8>| ends(&der));
        let certificate = end.map(|end| certificate(end, now));
        match shaken {
            Ok(()) => {
                let version = connection.protocol_version().and_then(|version| version.as_str());
                let mut lines = vec![Line::ok(
                    "tls",
                    format!("{} with `{at}`", version.unwrap_or("agreed")),
                )];
                lines.extend(certificate);
                lines
            }
            Err(cause) => {
                // An expired certificate says all there is to say.
                if let Some(line) = certificate.filter(|line| line.state == State::Fail) {
                    return vec![line];
                }
                vec![Line::fail(
                    "tls",
                    format!("`{at}`: {}", in_words(&cause)),
                    mend(&cause),
                )]
            }
        }
    }

    fn verifier(&self, seen: &Arc<Mutex<Option<Vec<u8>>>>) -> Result<Arc<Looking>, String> {
        let mut roots = RootCertStore::empty();
        if let Some(pem) = &self.authorities {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate =
                    certificate.map_err(|cause| format!("`authorities` cannot be read: {cause}"))?;
                roots
                    .add(certificate)
                    .map_err(|cause| format!("`authorities` holds one that cannot be used: {cause}"))?;
            }
        } else {
            let system = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(system.certs);
        }
        let inner = WebPkiServerVerifier::builder(Arc::new(roots))
            .build()
            .map_err(|cause| format!("there are no authorities to trust: {cause}"))?;
        Ok(Arc::new(Looking {
            inner,
            seen: Arc::clone(seen),
        }))
    }
}

fn client(verifier: Arc<Looking>, host: &str) -> Result<ClientConnection, String> {
    let config = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|cause| cause.to_string())?;
    ClientConnection::new(Arc::new(config), name).map_err(|cause| cause.to_string())
}

/// Asks a directory to turn to TLS; anything but its plain yes is a no.
fn starts_tls(stream: &mut TcpStream) -> bool {
    let mut answer = [0_u8; 256];
    let read = stream
        .write_all(STARTTLS)
        .and_then(|()| stream.read(&mut answer))
        .unwrap_or_default();
    let answer = answer.get(..read).unwrap_or_default();
    // Extended response (0x78) with its result 0: tag, length, then `0a 01 00`.
    let at = answer.iter().position(|byte| *byte == 0x78);
    at.and_then(|at| answer.get(at + 1..))
        .is_some_and(|rest| rest.windows(3).take(6).any(|bytes| bytes == [0x0a, 0x01, 0x00]))
}

/// What a line about a certificate is called.
const CERTIFICATE: &str = "certificate";

fn certificate(end: DateTime<Utc>, now: DateTime<Utc>) -> Line {
    let day = end.format("%Y-%m-%d");
    if end <= now {
        Line::fail(
            CERTIFICATE,
            format!("the source's certificate ended on {day}"),
            "whoever runs the source renews it; until then nobody signs in by it",
        )
    } else if end - now < RENEW {
        Line::warn(
            CERTIFICATE,
            format!("the source's certificate ends on {day}"),
            "tell whoever runs the source; after that day nobody signs in by it",
        )
    } else {
        Line::ok(CERTIFICATE, format!("good until {day}"))
    }
}

fn ends(der: &[u8]) -> Option<DateTime<Utc>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0)
}

fn in_words(cause: &std::io::Error) -> String {
    let text = cause.to_string();
    match tls_fault(cause) {
        Some(rustls::Error::InvalidCertificate(fault)) => match fault {
            // The right name, and another key: as good as unknown.
            rustls::CertificateError::UnknownIssuer | rustls::CertificateError::BadSignature => {
                "its certificate leads to none of the authorities that are trusted for it".to_owned()
            }
            rustls::CertificateError::NotValidForName
            | rustls::CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name".to_owned()
            }
            rustls::CertificateError::NotValidYet | rustls::CertificateError::NotValidYetContext { .. } => {
                "its certificate is not good yet".to_owned()
            }
            _ => text,
        },
        _ => text,
    }
}

fn mend(cause: &std::io::Error) -> &'static str {
    match tls_fault(cause) {
        Some(rustls::Error::InvalidCertificate(
            rustls::CertificateError::UnknownIssuer | rustls::CertificateError::BadSignature,
        )) => "put the authority of its certificate, PEM, into `authorities`",
        Some(rustls::Error::InvalidCertificate(_)) => {
            "use the name that stands in its certificate; whoever runs the source can tell"
        }
        _ => "see that the port speaks TLS 1.2 or 1.3, and that nothing in between opens it",
    }
}

fn tls_fault(cause: &std::io::Error) -> Option<&rustls::Error> {
    cause.get_ref()?.downcast_ref()
}

/// Judges as always, and remembers which certificate it was: of one that is refused, its end is told.
#[derive(Debug)]
struct Looking {
    inner: Arc<WebPkiServerVerifier>,
    seen: Arc<Mutex<Option<Vec<u8>>>>,
}

impl ServerCertVerifier for Looking {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(end_entity.to_vec());
        }
        self.inner
            .verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
