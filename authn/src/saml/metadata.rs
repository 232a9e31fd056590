// SPDX-License-Identifier: Apache-2.0
//! Metadata of a peer (SAML metadata): who it is, where it listens, which keys it has. Several keys
//! are a rollover; all of them count. A document may hold a federation; one entity of it is read.

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};
use url::Url;

use super::gate::{Gated, Limits};
use super::read::{self, is};
use super::signature::verify_within;
use super::{DS, MD, PeerKey, Refused, SAMLP};

/// Endpoints, keys and formats of one role that are kept.
const MOST: usize = 64;
/// The longest entity id (SAML core, section 8.3.6).
const LONGEST_ID: usize = 1024;

/// An entity.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub id: String,
    /// Until when this may be used.
    pub valid_until: Option<DateTime<Utc>>,
    /// As an identity provider.
    pub identity_provider: Option<IdentityProvider>,
    /// As a service provider.
    pub service_provider: Option<ServiceProvider>,
}

/// What both roles have.
#[derive(Clone, Debug)]
pub struct Role {
    /// Keys that its signatures are checked with.
    pub signing: Vec<PeerKey>,
    /// Keys to encrypt to it with, and the methods it names beside each.
    pub encryption: Vec<EncryptionKey>,
    /// Where it takes logout messages.
    pub logout: Vec<Endpoint>,
    /// The formats of names that it knows.
    pub name_id_formats: Vec<String>,
}

/// An identity provider.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// What both roles have.
    pub role: Role,
    /// Where it takes requests to authenticate.
    pub sign_on: Vec<Endpoint>,
    /// Whether these have to be signed.
    pub wants_signed_requests: bool,
}

/// A service provider.
#[derive(Clone, Debug)]
pub struct ServiceProvider {
    /// What both roles have.
    pub role: Role,
    /// Where it takes assertions.
    pub consumers: Vec<Consumer>,
    /// Whether it signs its requests.
    pub signs_requests: bool,
    /// Whether it wants assertions signed.
    pub wants_signed_assertions: bool,
}

/// A key to encrypt with.
#[derive(Clone, Debug)]
pub struct EncryptionKey {
    /// The key.
    pub key: PeerKey,
    /// Identifiers of methods, of keys and of texts; empty when it does not say.
    pub methods: Vec<String>,
}

/// An address and how it is spoken to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The binding.
    pub binding: String,
    /// Where requests go.
    pub location: String,
    /// Where responses go, if elsewhere.
    pub response_location: Option<String>,
}

/// An assertion consumer service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consumer {
    /// Its address.
    pub endpoint: Endpoint,
    /// Its number.
    pub index: u16,
    /// Whether it is the default.
    pub is_default: bool,
}

/// What one of `pinned` signed of a document, as a whole. Blocks as [`super::signature::verify`] does.
pub fn verified(bytes: &[u8], pinned: &[PeerKey]) -> Result<String, Refused> {
    let gated = Gated::admit(bytes, &Limits::METADATA)?;
    let verified = verify_within(&gated, pinned, &Limits::METADATA)?;
    Ok(verified.text().to_owned())
}

impl Entity {
    /// Reads the entity of that name, or the only one.
    pub fn read(bytes: &[u8], id: Option<&str>, now: DateTime<Utc>) -> Result<Self, Refused> {
        let gated = Gated::admit(bytes, &Limits::METADATA)?;
        Self::of(&gated.document()?, id, now)
    }

    fn of(document: &Document<'_>, id: Option<&str>, now: DateTime<Utc>) -> Result<Self, Refused> {
        let root = document.root_element();
        let mut found = root
            .descendants()
            .filter(|node| is(*node, MD, "EntityDescriptor"))
            .filter(|entity| id.is_none_or(|id| entity.attribute("entityID") == Some(id)))
            .filter(|entity| is_in_place(*entity, root));
        let (Some(entity), None) = (found.next(), found.next()) else {
            return Err(Refused::Once("EntityDescriptor"));
        };
        let name = read::attribute(entity, "entityID")?;
        if name.is_empty() || name.len() > LONGEST_ID || name.chars().any(char::is_control) {
            return Err(Refused::Value("entityID"));
        }
        let roles = [
            role(entity, "IDPSSODescriptor")?,
            role(entity, "SPSSODescriptor")?,
        ];
        let mut valid_until = None;
        for node in entity.ancestors().chain(roles.iter().flatten().copied()) {
            if let Some(until) = read::moment(node, "validUntil")? {
                valid_until = Some(valid_until.map_or(until, |known: DateTime<Utc>| known.min(until)));
            }
        }
        if valid_until.is_some_and(|until| until <= now) {
            return Err(Refused::Expired);
        }
        let [provider, service] = roles;
        Ok(Self {
            id: name.to_owned(),
            valid_until,
            identity_provider: provider.map(IdentityProvider::read).transpose()?,
            service_provider: service.map(ServiceProvider::read).transpose()?,
        })
    }
}

/// An entity is the document, or stands in groups alone.
fn is_in_place(entity: Node<'_, '_>, root: Node<'_, '_>) -> bool {
    entity
        .ancestors()
        .skip(1)
        .take_while(Node::is_element)
        .all(|above| is(above, MD, "EntitiesDescriptor"))
        && (entity == root || is(root, MD, "EntitiesDescriptor"))
}

/// The descriptor of a role that speaks SAML 2.0.
fn role<'a>(entity: Node<'a, 'a>, name: &'static str) -> Result<Option<Node<'a, 'a>>, Refused> {
    let mut found = read::children(entity, MD, name).filter(|role| {
        role.attribute("protocolSupportEnumeration")
            .is_some_and(|protocols| protocols.split_ascii_whitespace().any(|one| one == SAMLP))
    });
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(Refused::Once(name)),
    }
}

impl IdentityProvider {
    fn read(descriptor: Node<'_, '_>) -> Result<Self, Refused> {
        Ok(Self {
            role: Role::read(descriptor)?,
            sign_on: endpoints(descriptor, "SingleSignOnService")?,
            wants_signed_requests: read::flag(descriptor, "WantAuthnRequestsSigned")?,
        })
    }

    /// Where requests go by that binding.
    pub fn sign_on_by(&self, binding: &str) -> Option<&str> {
        location(&self.sign_on, binding)
    }
}

impl ServiceProvider {
    fn read(descriptor: Node<'_, '_>) -> Result<Self, Refused> {
        let consumers = bounded(descriptor, "AssertionConsumerService")?
            .into_iter()
            .map(|node| {
                let index = read::attribute(node, "index")?;
                Ok(Consumer {
                    endpoint: endpoint(node)?,
                    index: index.parse().map_err(|_| Refused::Value("index"))?,
                    is_default: read::flag(node, "isDefault")?,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            role: Role::read(descriptor)?,
            consumers,
            signs_requests: read::flag(descriptor, "AuthnRequestsSigned")?,
            wants_signed_assertions: read::flag(descriptor, "WantAssertionsSigned")?,
        })
    }
}

impl Role {
    fn read(descriptor: Node<'_, '_>) -> Result<Self, Refused> {
        let (mut signing, mut encryption) = (Vec::new(), Vec::new());
        for node in bounded(descriptor, "KeyDescriptor")? {
            let (signs, encrypts) = match node.attribute("use") {
                None => (true, true),
                Some("signing") => (true, false),
                Some("encryption") => (false, true),
                Some(_) => return Err(Refused::Value("use")),
            };
            let methods: Vec<String> = read::children(node, MD, "EncryptionMethod")
                .filter_map(|method| method.attribute("Algorithm"))
                .map(str::to_owned)
                .take(MOST)
                .collect();
            for key in keys(node)? {
                if signs && !signing.contains(&key) {
                    signing.push(key.clone());
                }
                if encrypts {
                    encryption.push(EncryptionKey {
                        key,
                        methods: methods.clone(),
                    });
                }
            }
        }
        let name_id_formats = bounded(descriptor, "NameIDFormat")?
            .into_iter()
            .map(read::text)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            signing,
            encryption,
            logout: endpoints(descriptor, "SingleLogoutService")?,
            name_id_formats,
        })
    }

    /// Where logout requests go by that binding.
    pub fn logout_by(&self, binding: &str) -> Option<&Endpoint> {
        self.logout.iter().find(|endpoint| endpoint.binding == binding)
    }
}

impl Endpoint {
    /// Where responses go.
    pub fn for_responses(&self) -> &str {
        self.response_location.as_deref().unwrap_or(&self.location)
    }
}

/// The keys of a descriptor. One that is too weak to count is left out, as if it were not there.
fn keys(descriptor: Node<'_, '_>) -> Result<Vec<PeerKey>, Refused> {
    let mut keys = Vec::new();
    let info = read::only(descriptor, DS, "KeyInfo")?;
    for data in read::children(info, DS, "X509Data") {
        for certificate in read::children(data, DS, "X509Certificate") {
            match PeerKey::from_text(&read::text(certificate)?) {
                Ok(key) => keys.push(key),
                Err(Refused::Algorithm) => {}
                Err(fault) => return Err(fault),
            }
            if keys.len() > MOST {
                return Err(Refused::Count("keys"));
            }
        }
    }
    Ok(keys)
}

fn bounded<'a>(of: Node<'a, 'a>, name: &'static str) -> Result<Vec<Node<'a, 'a>>, Refused> {
    let found: Vec<_> = read::children(of, MD, name).take(MOST + 1).collect();
    if found.len() > MOST {
        return Err(Refused::Count(name));
    }
    Ok(found)
}

fn endpoints(of: Node<'_, '_>, name: &'static str) -> Result<Vec<Endpoint>, Refused> {
    bounded(of, name)?.into_iter().map(endpoint).collect()
}

fn endpoint(node: Node<'_, '_>) -> Result<Endpoint, Refused> {
    Ok(Endpoint {
        binding: read::attribute(node, "Binding")?.to_owned(),
        location: address(read::attribute(node, "Location")?)?,
        response_location: node.attribute("ResponseLocation").map(address).transpose()?,
    })
}

/// An address that a browser may be sent to: https, or this machine.
fn address(text: &str) -> Result<String, Refused> {
    let url = Url::parse(text).map_err(|_| Refused::Value("Location"))?;
    let is_here = || matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here());
    let is_plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if is_safe && is_plain && text.len() <= 2048 {
        Ok(text.to_owned())
    } else {
        Err(Refused::Value("Location"))
    }
}

fn location<'a>(endpoints: &'a [Endpoint], binding: &str) -> Option<&'a str> {
    endpoints
        .iter()
        .find(|endpoint| endpoint.binding == binding)
        .map(|endpoint| endpoint.location.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::credential::{Credential, Kind};
    use crate::saml::{HTTP_POST, HTTP_REDIRECT};
    use crate::testing::{noon, rng};

    fn certificate() -> Credential {
        Credential::generate(Kind::Ecdsa, "peer", noon(), &mut rng()).unwrap()
    }

    fn key(of: &Credential, use_: &str) -> String {
        format!(
            "<md:KeyDescriptor{use_}><ds:KeyInfo xmlns:ds=\"{DS}\"><ds:X509Data><ds:X509Certificate>\n{}\n\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            of.certificate_text()
        )
    }

    fn provider(id: &str, inside: &str) -> String {
        format!(
            "<md:EntityDescriptor xmlns:md=\"{MD}\" entityID=\"{id}\"><md:IDPSSODescriptor \
             WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"{SAMLP}\">{inside}\
             <md:SingleLogoutService Binding=\"{HTTP_POST}\" Location=\"https://idp.example/slo\" \
             ResponseLocation=\"https://idp.example/back\"/>\
             <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>\
             <md:SingleSignOnService Binding=\"{HTTP_REDIRECT}\" Location=\"https://idp.example/sso?a=b\"/>\
             </md:IDPSSODescriptor></md:EntityDescriptor>"
        )
    }

    fn read(text: &str, id: Option<&str>) -> Result<Entity, Refused> {
        Entity::read(text.as_bytes(), id, noon())
    }

    #[test]
    fn several_keys_are_a_rollover_and_each_has_its_use() {
        let (first, second, third) = (certificate(), certificate(), certificate());
        let keys = [
            key(&first, " use=\"signing\""),
            key(&second, ""),
            key(&third, " use=\"encryption\""),
        ]
        .concat();
        let entity = read(&provider("https://idp.example", &keys), None).unwrap();
        let provider = entity.identity_provider.unwrap();
        assert!(provider.wants_signed_requests && entity.service_provider.is_none());
        let der = |keys: &[PeerKey]| keys.iter().map(|key| key.der().to_vec()).collect::<Vec<_>>();
        assert_eq!(
            der(&provider.role.signing),
            [first.certificate(), second.certificate()]
        );
        assert_eq!(provider.role.encryption.len(), 2);
        assert_eq!(
            provider.sign_on_by(HTTP_REDIRECT),
            Some("https://idp.example/sso?a=b")
        );
        assert_eq!(provider.sign_on_by(HTTP_POST), None);
        let logout = provider.role.logout_by(HTTP_POST).unwrap();
        assert_eq!(logout.for_responses(), "https://idp.example/back");
    }

    #[test]
    fn an_entity_of_a_federation_is_found_by_its_name_and_only_where_entities_stand() {
        let one = provider("https://one.example", "");
        let two = provider("https://two.example", "");
        let group = |inside: &str| {
            format!("<md:EntitiesDescriptor xmlns:md=\"{MD}\">{inside}</md:EntitiesDescriptor>")
        };
        let both = group(&format!("{}{two}", group(&one)));
        assert_eq!(
            read(&both, Some("https://one.example")).unwrap().id,
            "https://one.example"
        );
        assert_eq!(read(&both, None).unwrap_err(), Refused::Once("EntityDescriptor"));
        assert_eq!(
            read(&both, Some("https://three.example")).unwrap_err(),
            Refused::Once("EntityDescriptor")
        );
        let hidden = group(&format!("<md:Extensions>{one}</md:Extensions>"));
        assert_eq!(
            read(&hidden, Some("https://one.example")).unwrap_err(),
            Refused::Once("EntityDescriptor")
        );
    }

    #[test]
    fn what_has_run_out_is_refused_and_the_earliest_end_counts() {
        let until = |moment: &str| {
            provider("https://idp.example", "")
                .replace(" entityID", &format!(" validUntil=\"{moment}\" entityID"))
        };
        // Noon is 2027-01-15T08:00:00Z.
        assert_eq!(
            read(&until("2027-01-15T08:00:00Z"), None).unwrap_err(),
            Refused::Expired
        );
        let entity = read(&until("2027-01-15T08:00:01Z"), None).unwrap();
        assert_eq!(entity.valid_until, Some(noon() + chrono::TimeDelta::seconds(1)));
        let around = format!(
            "<md:EntitiesDescriptor xmlns:md=\"{MD}\" validUntil=\"2027-01-15T08:00:00Z\">{}</md:EntitiesDescriptor>",
            until("2028-01-01T00:00:00Z")
        );
        assert_eq!(read(&around, None).unwrap_err(), Refused::Expired);
        assert_eq!(
            read(&until("soon"), None).unwrap_err(),
            Refused::Value("validUntil")
        );
    }

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for bad in [
            "http://idp.example/sso",
            "javascript:alert(1)",
            "https://a@b.example/",
            "/sso",
            "data:,x",
        ] {
            let text = provider("https://idp.example", "").replace("https://idp.example/sso?a=b", bad);
            assert_eq!(
                read(&text, None).unwrap_err(),
                Refused::Value("Location"),
                "{bad}"
            );
        }
        let text = provider("https://idp.example", "")
            .replace("https://idp.example/sso?a=b", "http://127.0.0.1:8080/");
        assert!(read(&text, None).is_ok());
    }
}
