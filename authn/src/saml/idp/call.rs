// SPDX-License-Identifier: Apache-2.0
//! A service provider is told of an end without any browser (SAML bindings, section 3.2: SOAP): for sessions
//! that somebody else ended than the person herself.
//!
//! Our request is signed. The answer comes back on the connection that we opened to the address of its
//! metadata, over TLS: that is who it is from, and all that hangs on it is whether we ask again.

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use roxmltree::Node;

use super::Entity;
use super::logout::{self, Participant};
use super::status::{SUCCESS, Status};
use crate::saml::credential::{Credential, CredentialError};
use crate::saml::gate::{Gated, Limits};
use crate::saml::read::{self, is};
use crate::saml::sign::signed;
use crate::saml::{Refused, SAML, SAMLP};

/// The namespace of SOAP 1.1.
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The header that goes with a call (SAML bindings, section 3.2.3.1).
pub const ACTION: (&str, &str) = ("soapaction", "http://www.oasis-open.org/committees/security");

/// A call: what is posted, and the request in it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name of the request.
    pub id: String,
    /// The body.
    pub envelope: String,
}

/// A service provider did not end what it was asked to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unheard {
    /// What came back cannot be read as an answer.
    #[error("its answer cannot be used: {0}")]
    Refused(#[from] Refused),
    /// It could not be called at all, in words of SOAP.
    #[error("it answers with the fault `{0}`")]
    Fault(String),
    /// It says no.
    #[error("it answers with the status `{0}`")]
    Status(String),
}

/// Calls for the end of a session.
pub fn call(
    to: &Participant,
    destination: &str,
    entity: &Entity,
    by: &Credential,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<Call, CredentialError> {
    let (id, request) = logout::ask(to, destination, entity, now, rng);
    let request = signed(request, by)?.canonical();
    let envelope =
        format!("<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Body>{request}</soap:Body></soap:Envelope>");
    Ok(Call { id, envelope })
}

/// Reads the answer to the request `id` of the service provider `entity_id`. One that knows nobody of that
/// name any more has nothing to end.
pub fn heard(bytes: &[u8], id: &str, entity_id: &str) -> Result<(), Unheard> {
    let gated = Gated::admit(bytes, &Limits::MESSAGE)?;
    let document = gated.document()?;
    let root = document.root_element();
    if !is(root, SOAP, "Envelope") {
        return Err(Refused::Once("Envelope").into());
    }
    let body = read::only(root, SOAP, "Body")?;
    if let Some(fault) = read::maybe(body, SOAP, "Fault")? {
        return Err(Unheard::Fault(told(fault)));
    }
    let answer = read::only(body, SAMLP, "LogoutResponse")?;
    if answer.attribute("InResponseTo") != Some(id) {
        return Err(Refused::Value("InResponseTo").into());
    }
    if read::text(read::only(answer, SAML, "Issuer")?)? != entity_id {
        return Err(Refused::Value("Issuer").into());
    }
    let code = read::only(read::only(answer, SAMLP, "Status")?, SAMLP, "StatusCode")?;
    let first = read::attribute(code, "Value")?;
    let second = read::maybe(code, SAMLP, "StatusCode")?.and_then(|code| code.attribute("Value"));
    match (first, second) {
        (SUCCESS, None) => Ok(()),
        (_, Some(second)) if second == Status::UnknownPrincipal.code() => Ok(()),
        (first, second) => Err(Unheard::Status(last(second.unwrap_or(first)))),
    }
}

/// The words of a fault. Its members have no namespace (SOAP 1.1, section 4.4).
fn told(fault: Node<'_, '_>) -> String {
    let words = fault
        .children()
        .find(|child| child.is_element() && child.tag_name().name() == "faultstring")
        .and_then(|child| child.text());
    plain(words.unwrap_or("unknown"))
}

fn last(status: &str) -> String {
    plain(status.rsplit(':').next().unwrap_or_default())
}

/// Somebody else's words, as far as they are fit for a log.
fn plain(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::PeerKey;
    use crate::saml::credential::Kind;
    use crate::saml::idp::name_id::{Format, Name};
    use crate::saml::signature::verify;
    use crate::testing::{noon, rng};

    const SP: &str = "https://wiki.example";

    fn answer(id: &str, issuer: &str, status: &str) -> String {
        format!(
            "<S:Envelope xmlns:S=\"{SOAP}\"><S:Body><p:LogoutResponse xmlns:p=\"{SAMLP}\" ID=\"a\" Version=\"2.0\" \
             InResponseTo=\"{id}\"><a:Issuer xmlns:a=\"{SAML}\">{issuer}</a:Issuer><p:Status>{status}</p:Status>\
             </p:LogoutResponse></S:Body></S:Envelope>"
        )
    }

    fn code(value: &str, inner: &str) -> String {
        format!("<p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{value}\">{inner}</p:StatusCode>")
    }

    #[test]
    fn our_call_is_signed_and_names_the_session() {
        let key = Credential::generate(Kind::Rsa, "us", noon(), &mut rng()).unwrap();
        let to = Participant {
            client: "wiki".into(),
            client_name: "Wiki".into(),
            entity_id: SP.into(),
            sid: "the-session".into(),
            name: Name {
                value: "her".into(),
                format: Format::Persistent,
            },
        };
        let entity = Entity::of("https://us.example");
        let call = call(
            &to,
            "https://wiki.example/soap",
            &entity,
            &key,
            noon(),
            &mut rng(),
        )
        .unwrap();
        let (_, rest) = call.envelope.split_once("<soap:Body>").unwrap();
        let (inner, _) = rest.split_once("</soap:Body>").unwrap();
        let gated = Gated::admit(inner.as_bytes(), &Limits::MESSAGE).unwrap();
        let ours = [PeerKey::from_der(key.certificate()).unwrap()];
        let verified = verify(&gated, &ours).unwrap();
        assert!(verified.text().contains(&call.id) && verified.text().contains(">the-session<"));
        assert!(Gated::admit(call.envelope.as_bytes(), &Limits::MESSAGE).is_ok());
    }

    #[test]
    fn an_answer_is_heard_only_from_whom_it_was_asked_and_as_a_success() {
        let good = code("Success", "");
        let read = |text: String| heard(text.as_bytes(), "id1", SP);
        assert_eq!(read(answer("id1", SP, &good)), Ok(()));
        let unknown = code("Requester", &code("UnknownPrincipal", ""));
        assert_eq!(
            read(answer("id1", SP, &unknown)),
            Ok(()),
            "there is nothing to end"
        );
        assert!(matches!(read(answer("id2", SP, &good)), Err(Unheard::Refused(_))));
        assert!(matches!(
            read(answer("id1", "https://other.example", &good)),
            Err(Unheard::Refused(_))
        ));
        let partial = code("Success", &code("PartialLogout", ""));
        assert_eq!(
            read(answer("id1", SP, &partial)),
            Err(Unheard::Status("PartialLogout".into()))
        );
        let no = code("Responder", "");
        assert_eq!(
            read(answer("id1", SP, &no)),
            Err(Unheard::Status("Responder".into()))
        );
        let fault = format!(
            "<S:Envelope xmlns:S=\"{SOAP}\"><S:Body><S:Fault><faultcode>S:Server</faultcode>\
             <faultstring>down</faultstring></S:Fault></S:Body></S:Envelope>"
        );
        assert_eq!(read(fault), Err(Unheard::Fault("down".into())));
        for nonsense in ["", "<a/>", "no", &answer("id1", SP, "")] {
            assert!(read(nonsense.to_owned()).is_err(), "{nonsense}");
        }
    }
}
