// SPDX-License-Identifier: Apache-2.0
//! The way to a server of a directory. It is TLS before a word of ours is said (A10): from the first
//! byte, or after StartTLS, whose refusal ends it. Only authorities named for this directory count. Each
//! message that comes back passes a gate that bounds its size and depth before anything parses it.

use std::io;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign_directory::ldap::ber::{self, Elements, tag};
use countersign_directory::ldap::settings::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The longest message: a group of a hundred thousand members fits.
pub const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;
/// The most bytes that may come for one question: what arrives waits in memory for whoever asked.
pub const MOST_FOR_A_QUESTION: usize = 128 * 1024 * 1024;
/// The longest answer to StartTLS.
const LONGEST_GREETING: usize = 4096;

/// The way is not open.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GateFault {
    /// The authorities cannot be used.
    #[error("the authorities of the directory cannot be used: {0}")]
    Authorities(String),
    /// The name has no address.
    #[error("`{host}` has no address: {cause}")]
    Name {
        /// The name.
        host: String,
        /// What the system said.
        cause: String,
    },
    /// Nothing listens, or it is too slow.
    #[error("`{server}` cannot be reached: {cause}")]
    Reach {
        /// Which server.
        server: String,
        /// What the system said.
        cause: String,
    },
    /// The server would go on in the open.
    #[error("`{server}` refuses StartTLS: {cause}")]
    StartTls {
        /// Which server.
        server: String,
        /// What it answered.
        cause: String,
    },
    /// TLS does not come about.
    #[error("TLS with `{server}` does not come about: {cause}")]
    Tls {
        /// Which server.
        server: String,
        /// Why, for instance what is wrong with its certificate.
        cause: String,
    },
}

/// The certificates that an open way showed, the server's own first.
pub type Shown = Vec<CertificateDer<'static>>;

/// TLS as it is spoken with a directory whose certificates lead to `authorities` (PEM). The system's
/// store is not asked.
pub fn config(authorities: &str) -> Result<Arc<ClientConfig>, GateFault> {
    let bad = |cause: &dyn std::fmt::Display| GateFault::Authorities(cause.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
        let certificate = certificate.map_err(|cause| bad(&cause))?;
        roots.add(certificate).map_err(|cause| bad(&cause))?;
    }
    if roots.is_empty() {
        return Err(bad(&"there are none"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| bad(&cause))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Reaches a server by TCP.
pub async fn reach(server: &Server, patience: Duration) -> Result<TcpStream, GateFault> {
    let name = |cause: String| GateFault::Name {
        host: server.host.clone(),
        cause,
    };
    let lookup = tokio::net::lookup_host((server.host.as_str(), server.port));
    let addresses = timeout(patience, lookup)
        .await
        .map_err(|_| name("no answer in time".into()))?
        .map_err(|cause| name(cause.to_string()))?;
    let mut last = "no address".to_owned();
    for address in addresses {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Small questions, each of which waits for its answer.
                if let Err(cause) = stream.set_nodelay(true) {
                    tracing::debug!(error = %cause, "a connection keeps its delay");
                }
                return Ok(stream);
            }
            Ok(Err(cause)) => last = cause.to_string(),
            Err(_) => last = "no answer in time".into(),
        }
    }
    Err(GateFault::Reach {
        server: server.to_string(),
        cause: last,
    })
}

/// Turns a fresh connection to TLS.
pub async fn secure(
    mut stream: TcpStream,
    server: &Server,
    config: Arc<ClientConfig>,
    patience: Duration,
) -> Result<(TlsStream<TcpStream>, Shown), GateFault> {
    if server.starttls {
        let asked = timeout(patience, start_tls(&mut stream)).await;
        let answered = asked.unwrap_or_else(|_| Err("no answer in time".into()));
        answered.map_err(|cause| GateFault::StartTls {
            server: server.to_string(),
            cause,
        })?;
    }
    let fault = |cause: String| GateFault::Tls {
        server: server.to_string(),
        cause,
    };
    let name = ServerName::try_from(server.host.clone()).map_err(|cause| fault(cause.to_string()))?;
    let tls = timeout(patience, TlsConnector::from(config).connect(name, stream))
        .await
        .map_err(|_| fault("no answer in time".into()))?
        .map_err(|cause| fault(cause.to_string()))?;
    let shown = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let shown = shown.iter().map(|one| one.clone().into_owned()).collect();
    Ok((tls, shown))
}

/// An extended request with message id 1 and the name 1.3.6.1.4.1.1466.20037 (RFC 4511, 4.14).
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

async fn start_tls(stream: &mut TcpStream) -> Result<(), String> {
    stream
        .write_all(START_TLS)
        .await
        .map_err(|cause| cause.to_string())?;
    let mut answer = Vec::new();
    let length = loop {
        match ber::message(&answer, LONGEST_GREETING) {
            Ok(Some(length)) => break length,
            Ok(None) => {}
            Err(cause) => return Err(cause.to_string()),
        }
        match stream.read_buf(&mut answer).await {
            Ok(0) => return Err("it hung up".into()),
            Ok(_) => {}
            Err(cause) => return Err(cause.to_string()),
        }
    };
    if answer.len() > length {
        // Somebody in the middle would like this to be read as if it had come by TLS.
        return Err("it went on in the open behind its answer".into());
    }
    agreed(&answer).unwrap_or_else(|cause| Err(cause.to_string()))
}

/// Whether the answer is the one to our question, and yes.
fn agreed(answer: &[u8]) -> Result<Result<(), String>, ber::BerError> {
    const EXTENDED_RESPONSE: u8 = 0x78;
    let content = Elements(answer)
        .take_if(tag::SEQUENCE)?
        .ok_or(ber::BerError::Shape)?;
    let mut parts = Elements(content);
    let id = parts.take_if(tag::INTEGER)?;
    let response = parts.take_if(EXTENDED_RESPONSE)?.ok_or(ber::BerError::Shape)?;
    let code = Elements(response).take_if(tag::ENUMERATED)?;
    Ok(match (id, code) {
        (Some([1]), Some([0])) => Ok(()),
        (Some([1]), Some([code])) => Err(format!("result code {code}")),
        _ => Err("it answered something else".into()),
    })
}

/// A gate as whoever asks through it sees it. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    closed: Arc<OnceLock<String>>,
    /// Bytes that may still come for the question at hand.
    left: Arc<AtomicUsize>,
}

impl Gate {
    /// Why the way that was open is not any more, where the gate closed it.
    pub fn closed(&self) -> Option<&String> {
        self.closed.get()
    }

    /// A question is about to be asked: its answer may have so many bytes ([`MOST_FOR_A_QUESTION`]).
    pub fn expect_answer(&self) {
        self.left.store(MOST_FOR_A_QUESTION, Ordering::Relaxed);
    }

    /// Whether so many bytes more may come.
    fn lets_pass(&self, bytes: usize) -> Result<(), String> {
        let left = self.left.load(Ordering::Relaxed);
        let Some(left) = left.checked_sub(bytes) else {
            return Err(format!(
                "more than {} MiB came for one question",
                MOST_FOR_A_QUESTION / (1024 * 1024)
            ));
        };
        self.left.store(left, Ordering::Relaxed);
        Ok(())
    }
}

/// Puts the gate on an open way: what is written to the end that is returned goes to the server, and
/// what the server sends comes out of it message by message.
pub fn gate(tls: TlsStream<TcpStream>) -> io::Result<(StdUnixStream, Gate)> {
    let (ours, theirs) = StdUnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let ours = UnixStream::from_std(ours)?;
    let gate = Gate::default();
    let seen = gate.clone();
    tokio::spawn(async move {
        let (mut from_server, mut to_server) = tokio::io::split(tls);
        let (mut from_us, mut to_us) = ours.into_split();
        let out = async {
            let copied = tokio::io::copy(&mut from_us, &mut to_server).await;
            copied.map(drop).and(to_server.shutdown().await)
        };
        let passed = tokio::select! {
            sent = out => sent.map_err(|cause| cause.to_string()),
            passed = pass(&mut from_server, &mut to_us, &gate) => passed,
        };
        if let Err(cause) = passed {
            tracing::debug!(error = %cause, "the way to a directory is closed");
            // Set once; nobody else sets it.
            let _first = gate.closed.set(cause);
        }
    });
    Ok((theirs, seen))
}

/// Lets whole messages through.
async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    gate: &Gate,
) -> Result<(), String> {
    let mut held = Vec::with_capacity(16 * 1024);
    loop {
        let mut start = 0;
        while let Some(length) = ber::message(held.get(start..).unwrap_or_default(), LONGEST_MESSAGE)
            .map_err(|cause| cause.to_string())?
        {
            start += length;
        }
        if start > 0 {
            gate.lets_pass(start)?;
            let whole = held.get(..start).unwrap_or_default();
            to.write_all(whole).await.map_err(|cause| cause.to_string())?;
            held.drain(..start);
        }
        if from
            .read_buf(&mut held)
            .await
            .map_err(|cause| cause.to_string())?
            == 0
        {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whole_messages_pass_and_nothing_else() {
        let message: &[u8] = &[0x30, 5, 2, 1, 3, 0x64, 0];
        let mut sent = message.repeat(3);
        sent.extend(b"\x30\x05\x02");
        let mut out = Vec::new();
        let gate = Gate::default();
        gate.expect_answer();
        pass(&mut sent.as_slice(), &mut out, &gate).await.unwrap();
        assert_eq!(out, message.repeat(3));
        let mut sent = message.to_vec();
        sent.extend(b"\x30\x84\x7f\xff\xff\xff");
        let mut out = Vec::new();
        let refused = pass(&mut sent.as_slice(), &mut out, &gate).await.unwrap_err();
        assert!(refused.contains("bytes"), "{refused}");
    }

    #[tokio::test]
    async fn what_comes_for_one_question_has_an_end_and_unasked_nothing_comes() {
        // A message of a mebibyte: its header, its number, and an operation that is all content.
        let mut message = b"\x30\x84\x00\x0f\xff\xfa\x02\x01\x03\x44\x84\x00\x0f\xff\xf1".to_vec();
        message.resize(1024 * 1024, 0);
        let gate = Gate::default();
        let unasked = pass(&mut message.as_slice(), &mut tokio::io::sink(), &gate).await;
        assert!(unasked.is_err());
        gate.expect_answer();
        let within = message.repeat(MOST_FOR_A_QUESTION / message.len());
        pass(&mut within.as_slice(), &mut tokio::io::sink(), &gate)
            .await
            .unwrap();
        let beyond = pass(&mut message.as_slice(), &mut tokio::io::sink(), &gate).await;
        assert_eq!(beyond.unwrap_err(), "more than 128 MiB came for one question");
    }

    #[test]
    fn only_yes_to_our_own_question_is_yes() {
        let yes = [0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0];
        assert_eq!(agreed(&yes).unwrap(), Ok(()));
        let mut refused = yes;
        refused[9] = 2;
        assert_eq!(agreed(&refused).unwrap(), Err("result code 2".into()));
        let mut other = yes;
        other[4] = 2;
        assert!(agreed(&other).unwrap().is_err());
        let mut bind = yes;
        bind[5] = 0x61;
        assert!(agreed(&bind).is_err());
    }

    #[test]
    fn a_directory_without_authorities_is_not_spoken_to() {
        assert!(config("").is_err());
        assert!(config("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
    }
}
