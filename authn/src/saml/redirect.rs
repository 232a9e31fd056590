// SPDX-License-Identifier: Apache-2.0
//! The binding by redirect (SAML bindings, section 3.4): a message is deflated into a query, and the
//! signature is over the octets of the query as they were sent. What is inflated has limits (S11).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use url::form_urlencoded;

use super::certificate::decoded;
use super::credential::{Credential, CredentialError};
use super::gate::{Gated, Limits};
use super::sign::Algorithm;
use super::signature::{self, Verified};
use super::{PeerKey, Refused, relay_state};

/// The longest query that is read, bytes.
const LONGEST_QUERY: usize = 64 * 1024;
/// How many times longer than its deflated bytes a message may be.
const GREATEST_RATIO: usize = 100;

/// Which of the two parameters carries the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl Carrier {
    /// The parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// The address to send a browser to, with the message, signed by `by`.
pub fn address(
    destination: &str,
    carrier: Carrier,
    message: &str,
    relay_state: Option<&str>,
    by: Option<&Credential>,
) -> Result<String, CredentialError> {
    let deflated = STANDARD.encode(compress_to_vec(message.as_bytes(), 6));
    let mut query = parameter(carrier.name(), &deflated);
    if let Some(state) = relay_state {
        query.push('&');
        query.push_str(&parameter("RelayState", state));
    }
    if let Some(by) = by {
        query.push('&');
        query.push_str(&parameter("SigAlg", by.algorithm().uri()));
        let signature = by.sign(query.as_bytes())?;
        query.push('&');
        query.push_str(&parameter("Signature", &STANDARD.encode(signature)));
    }
    let joint = if destination.contains('?') { '&' } else { '?' };
    Ok(format!("{destination}{joint}{query}"))
}

fn parameter(name: &str, value: &str) -> String {
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{name}={value}")
}

/// A message that came in a query. Nothing about it is known to be true.
#[derive(Clone, Debug)]
pub struct Received {
    carrier: Carrier,
    message: Gated,
    relay_state: Option<String>,
    signature: Option<Detached>,
}

/// A signature beside what it is over.
#[derive(Clone, Debug)]
struct Detached {
    algorithm: Algorithm,
    over: String,
    value: Vec<u8>,
}

impl Received {
    /// Reads a query as it was received, without any decoding.
    pub fn read(query: &str) -> Result<Self, Refused> {
        if query.len() > LONGEST_QUERY {
            return Err(Refused::Length(LONGEST_QUERY));
        }
        let parts = Parts::of(query)?;
        let (carrier, raw) = match (parts.request, parts.response) {
            (Some(raw), None) => (Carrier::Request, raw),
            (None, Some(raw)) => (Carrier::Response, raw),
            _ => return Err(Refused::Once("SAMLRequest or SAMLResponse")),
        };
        let deflated = decoded(&value(raw).replace(' ', "+"), LONGEST_QUERY)?;
        let limit = Limits::MESSAGE
            .bytes
            .min(deflated.len().saturating_mul(GREATEST_RATIO));
        let message = decompress_to_vec_with_limit(&deflated, limit).map_err(|_| Refused::Inflation)?;
        Ok(Self {
            carrier,
            message: Gated::admit(&message, &Limits::MESSAGE)?,
            relay_state: relay_state(parts.relay_state.map(value).as_deref())?,
            signature: parts.signature(carrier, raw)?,
        })
    }

    /// Which parameter it came in.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The state that came with it, for the one who made it.
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// The message, for a role in which an unsigned one may be read.
    pub fn unverified(&self) -> &Gated {
        &self.message
    }

    /// Whether it came with a signature.
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// The message, if one of these keys signed the query. A message by redirect has no signature
    /// inside of it (section 3.4.4.1).
    pub fn verify(&self, keys: &[PeerKey]) -> Result<Verified, Refused> {
        let signature = self.signature.as_ref().ok_or(Refused::Unsigned)?;
        if signature::is_signed(&self.message.document()?) {
            return Err(Refused::Place);
        }
        let mut fitting = keys.iter().filter(|key| key.fits(signature.algorithm)).peekable();
        if fitting.peek().is_none() {
            return Err(Refused::NoKey);
        }
        let over = signature.over.as_bytes();
        if fitting.any(|key| key.made(signature.algorithm, over, &signature.value)) {
            Ok(Verified::whole(self.message.clone()))
        } else {
            Err(Refused::Signature)
        }
    }
}

/// The parameters that have a meaning, as they were sent.
#[derive(Default)]
struct Parts<'a> {
    request: Option<&'a str>,
    response: Option<&'a str>,
    relay_state: Option<&'a str>,
    algorithm: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(query: &'a str) -> Result<Self, Refused> {
        let mut parts = Self::default();
        for part in query.split('&') {
            let (name, raw) = part.split_once('=').unwrap_or((part, ""));
            let (slot, known) = match name {
                "SAMLRequest" => (&mut parts.request, "SAMLRequest"),
                "SAMLResponse" => (&mut parts.response, "SAMLResponse"),
                "RelayState" => (&mut parts.relay_state, "RelayState"),
                "SigAlg" => (&mut parts.algorithm, "SigAlg"),
                "Signature" => (&mut parts.signature, "Signature"),
                // The only encoding that there is (section 3.4.4).
                "SAMLEncoding"
                    if value(raw) == "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE" =>
                {
                    continue;
                }
                "SAMLEncoding" => return Err(Refused::Value("SAMLEncoding")),
                _ => continue,
            };
            if slot.replace(raw).is_some() {
                return Err(Refused::Once(known));
            }
        }
        Ok(parts)
    }

    /// The signature over the message, the state and the algorithm, in that order.
    fn signature(&self, carrier: Carrier, message: &str) -> Result<Option<Detached>, Refused> {
        let (algorithm, signature) = match (self.algorithm, self.signature) {
            (Some(algorithm), Some(signature)) => (algorithm, signature),
            (None, None) => return Ok(None),
            _ => return Err(Refused::Once("SigAlg and Signature")),
        };
        let mut over = format!("{}={message}", carrier.name());
        if let Some(state) = self.relay_state {
            over.push_str("&RelayState=");
            over.push_str(state);
        }
        over.push_str("&SigAlg=");
        over.push_str(algorithm);
        Ok(Some(Detached {
            algorithm: Algorithm::named(&value(algorithm)).ok_or(Refused::Algorithm)?,
            over,
            value: decoded(&value(signature).replace(' ', "+"), 2048)?,
        }))
    }
}

fn value(raw: &str) -> String {
    form_urlencoded::parse(format!("v={raw}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::credential::Kind;
    use crate::testing::{noon, rng};

    const MESSAGE: &str =
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"a\"/>";

    fn credential(kind: Kind) -> Credential {
        Credential::generate(kind, "peer", noon(), &mut rng()).unwrap()
    }

    fn key(of: &Credential) -> [PeerKey; 1] {
        [PeerKey::from_der(of.certificate()).unwrap()]
    }

    fn query(address: &str) -> &str {
        address.split_once('?').unwrap().1
    }

    #[test]
    fn what_is_signed_is_the_query_as_it_was_sent() {
        for kind in [Kind::Ecdsa, Kind::Rsa] {
            let by = credential(kind);
            let address = address(
                "https://p.example/slo",
                Carrier::Request,
                MESSAGE,
                Some("st~ate"),
                Some(&by),
            );
            let address = address.unwrap();
            let received = Received::read(query(&address)).unwrap();
            assert_eq!(received.relay_state(), Some("st~ate"));
            assert_eq!(received.verify(&key(&by)).unwrap().text(), MESSAGE);
            assert_eq!(
                received.verify(&key(&credential(kind))).unwrap_err(),
                Refused::Signature
            );
            let parts: Vec<&str> = query(&address).split('&').collect();
            // Another order of the same parameters is the same message.
            let turned: Vec<&str> = parts.iter().rev().copied().collect();
            assert!(
                Received::read(&turned.join("&"))
                    .unwrap()
                    .verify(&key(&by))
                    .is_ok()
            );
            // Another spelling of the same value is not: the octets are what was signed.
            let respelled = query(&address).replace("RelayState=st%7Eate", "RelayState=st~ate");
            assert_ne!(respelled, query(&address));
            assert_eq!(
                Received::read(&respelled).unwrap().verify(&key(&by)).unwrap_err(),
                Refused::Signature
            );
            // Without the state, or with another.
            for altered in [
                query(&address).replace("&RelayState=st%7Eate", ""),
                query(&address).replace("ate", "ates"),
            ] {
                assert_eq!(
                    Received::read(&altered).unwrap().verify(&key(&by)).unwrap_err(),
                    Refused::Signature
                );
            }
        }
    }

    /// S12.
    #[test]
    fn sha1_and_a_parameter_given_twice_are_refused() {
        let by = credential(Kind::Rsa);
        let sent = address(
            "https://p.example/slo",
            Carrier::Request,
            MESSAGE,
            None,
            Some(&by),
        )
        .unwrap();
        let query = query(&sent);
        let weak = query.replace(
            "2001%2F04%2Fxmldsig-more%23rsa-sha256",
            "2000%2F09%2Fxmldsig%23rsa-sha1",
        );
        assert_ne!(weak, query);
        assert_eq!(Received::read(&weak).unwrap_err(), Refused::Algorithm);
        for name in ["SAMLRequest", "RelayState", "SigAlg", "Signature"] {
            let part = query
                .split('&')
                .find(|part| part.starts_with(name))
                .unwrap_or("RelayState=x");
            let twice = format!("{query}&{part}&{part}");
            assert_eq!(Received::read(&twice).unwrap_err(), Refused::Once(name));
        }
        let both = format!("{query}&SAMLResponse=a");
        assert!(Received::read(&both).is_err());
        let unsigned = address(
            "https://p.example/slo?a=b",
            Carrier::Response,
            MESSAGE,
            None,
            None,
        )
        .unwrap();
        assert!(unsigned.starts_with("https://p.example/slo?a=b&SAMLResponse="));
        let received = Received::read(super::tests::query(&unsigned)).unwrap();
        assert_eq!(received.verify(&key(&by)).unwrap_err(), Refused::Unsigned);
    }

    /// S11: a bomb of DEFLATE.
    #[test]
    fn inflation_stops_at_its_limits() {
        for length in [300 * 1024, 5 * 1024 * 1024] {
            let sent = address(
                "https://p.example",
                Carrier::Request,
                &"A".repeat(length),
                None,
                None,
            )
            .unwrap();
            assert_eq!(Received::read(query(&sent)).unwrap_err(), Refused::Inflation);
        }
        // Within the length, and still too good to be true.
        let sent = address(
            "https://p.example",
            Carrier::Request,
            &"A".repeat(200 * 1024),
            None,
            None,
        )
        .unwrap();
        assert_eq!(Received::read(query(&sent)).unwrap_err(), Refused::Inflation);
    }
}
