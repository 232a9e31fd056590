// SPDX-License-Identifier: Apache-2.0
//! Where a provider is found: fixed by the source's record, or as its discovery document says (OpenID
//! Connect Discovery 1.0, section 4). The document's issuer must be the configured one, byte for byte.

use countersign_directory::json;
use countersign_directory::source::Oidc;
use serde_json::{Map, Value};
use url::{Host, Url};

use super::{Fault, LONGEST_BODY};

/// Where a provider is found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoints {
    /// Where browsers are sent.
    pub authorization: Url,
    /// Where codes are redeemed.
    pub token: Url,
    /// Where its keys are.
    pub jwks: Url,
    /// Where more is said of people.
    pub userinfo: Option<Url>,
    /// Where its sessions are ended.
    pub end_session: Option<Url>,
    /// Whether it says that its answers name it (RFC 9207).
    pub names_itself: bool,
}

/// The address of the discovery document of `issuer` (section 4.1).
pub fn discovery_address(issuer: &str) -> Option<Url> {
    let address = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    Url::parse(&address).ok()
}

impl Endpoints {
    /// As the record fixes them; `None` where the provider is to be asked.
    pub fn fixed(oidc: &Oidc) -> Option<Result<Self, Fault>> {
        let fixed = oidc.endpoints.as_ref()?;
        let address =
            |text: &str| Url::parse(text).map_err(|_| Fault::Unreadable("an address of the record"));
        let optional = |text: &Option<String>| text.as_deref().map(address).transpose();
        Some((|| {
            Ok(Self {
                authorization: address(&fixed.authorization)?,
                token: address(&fixed.token)?,
                jwks: address(&fixed.jwks)?,
                userinfo: optional(&fixed.userinfo)?,
                end_session: optional(&fixed.end_session)?,
                names_itself: oidc.response_issuer,
            })
        })())
    }

    /// Reads a discovery document that was fetched for `issuer`.
    pub fn read(body: &[u8], issuer: &str) -> Result<Self, Fault> {
        let document = object(body, "the discovery document")?;
        let said = document.get("issuer").and_then(Value::as_str);
        if said != Some(issuer) {
            return Err(Fault::MixUp("its discovery document names another issuer"));
        }
        let may_be_plain = Url::parse(issuer).is_ok_and(|issuer| is_here(&issuer));
        let needed =
            |name: &str| address(&document, name, may_be_plain)?.ok_or(Fault::Unreadable("an address"));
        let methods = document
            .get("code_challenge_methods_supported")
            .and_then(Value::as_array);
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(Fault::Unreadable("a provider without PKCE S256"));
        }
        let names_itself = document
            .get("authorization_response_iss_parameter_supported")
            .and_then(Value::as_bool);
        Ok(Self {
            authorization: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            jwks: needed("jwks_uri")?,
            userinfo: address(&document, "userinfo_endpoint", may_be_plain)?,
            end_session: address(&document, "end_session_endpoint", may_be_plain)?,
            names_itself: names_itself.unwrap_or_default(),
        })
    }
}

/// An object of JSON, read strictly.
pub(crate) fn object(body: &[u8], what: &'static str) -> Result<Map<String, Value>, Fault> {
    if body.len() > LONGEST_BODY {
        return Err(Fault::Unreadable(what));
    }
    match json::strict(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Fault::Unreadable(what)),
    }
}

/// An address that may be called: https, without a name, a password or a fragment. Plain http only where
/// the issuer itself is this machine.
fn address(document: &Map<String, Value>, name: &str, may_be_plain: bool) -> Result<Option<Url>, Fault> {
    let Some(said) = document.get(name) else {
        return Ok(None);
    };
    let url = said.as_str().and_then(|text| Url::parse(text).ok());
    let url = url.filter(|url| {
        (url.scheme() == "https" || (url.scheme() == "http" && may_be_plain && is_here(url)))
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.as_str().len() <= 2000
    });
    url.map(Some)
        .ok_or(Fault::Unreadable("an address in the discovery document"))
}

/// Whether an address is of this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.mod.example/realms/people";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/auth"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/jwks"),
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn read(document: &Value) -> Result<Endpoints, Fault> {
        Endpoints::read(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn a_document_of_another_issuer_is_refused() {
        assert!(read(&document()).unwrap().names_itself);
        for other in [
            "https://id.mod.example/realms/people/",
            "https://ID.mod.example/realms/people",
            "https://evil.example",
        ] {
            let mut document = document();
            document["issuer"] = json!(other);
            assert!(matches!(read(&document), Err(Fault::MixUp(_))), "{other}");
        }
    }

    #[test]
    fn no_address_leads_into_the_open_or_to_another_scheme() {
        for address in [
            "http://id.mod.example/token",
            "http://127.0.0.1/token",
            "ftp://id.mod.example/token",
            "https://a:b@id.mod.example/token",
            "https://id.mod.example/token#x",
            "token",
        ] {
            let mut document = document();
            document["token_endpoint"] = json!(address);
            assert!(read(&document).is_err(), "{address}");
        }
    }

    #[test]
    fn a_provider_that_says_it_has_no_s256_is_refused() {
        let mut document = document();
        document["code_challenge_methods_supported"] = json!(["plain"]);
        assert!(read(&document).is_err());
        document["code_challenge_methods_supported"] = json!(["plain", "S256"]);
        assert!(read(&document).is_ok());
    }

    #[test]
    fn two_issuers_in_one_document_are_none() {
        let text = document()
            .to_string()
            .replacen('{', "{\"issuer\":\"https://evil.example\",", 1);
        assert!(Endpoints::read(text.as_bytes(), ISSUER).is_err());
    }
}
