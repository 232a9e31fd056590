// SPDX-License-Identifier: Apache-2.0
//! The steps of a SAML identity provider: its metadata, what our request to it would be, and a response of
//! one of its people, which somebody pastes.

use authn::saml::metadata::{Endpoint, Entity, IdentityProvider, verified};
use authn::saml::{Credential, HTTP_POST, HTTP_REDIRECT, PeerKey, Refused, fresh_id};
use authn::store::saml_metadata;
use authn::upstream::saml::Rules;
use authn::upstream::saml::peer::Agreement;
use authn::upstream::saml::request::{self, Ask, Carried};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::source::{Fetched, Level, Metadata, Saml, Source};

use super::{Probed, reach, saml_response};
use crate::app::House;
use crate::asking::check::Line;
use crate::jobs::saml_metadata::FetchFault;
use crate::saml::{aside, partner};
use crate::sources::health;

/// A key's successor is looked for before this much is left of its certificate.
const SOON_ENDS: TimeDelta = TimeDelta::days(21);

/// Looks at a provider as far as this machine and its people's browsers need it.
pub(super) async fn look(house: &House, source: &Source, saml: &Saml, response: Option<&str>) -> Probed {
    let mut probed = Probed::default();
    let Some(document) = document(house, source, &saml.metadata, &mut probed.lines).await else {
        return probed;
    };
    let Some(provider) = read(&document, &saml.entity_id, house.now(), &mut probed.lines) else {
        return probed;
    };
    let rules = partner::rules(&source.id, saml, &house.config.issuer);
    endpoints(saml, &provider, house.now(), &mut probed.lines).await;
    probed.lines.extend(keys(&provider, house.now()));
    match house.saml_keys().await {
        Ok(ours) => {
            let now = house.now();
            let line = match ours.signing(now) {
                Some(by) => asked(house, source, saml, &rules, &provider, by),
                None => unready("no key of ours signs yet"),
            };
            probed.lines.push(line);
            if let Some(text) = response {
                saml_response::look(house, source, rules, provider, ours, text, &mut probed).await;
            }
        }
        Err(fault) => probed.lines.push(unready(&fault.to_string())),
    }
    probed
}

fn unready(why: &str) -> Line {
    Line::fail("request", why, "see `countersign doctor`")
}

/// The metadata as it is now, however it comes here.
async fn document(
    house: &House,
    source: &Source,
    metadata: &Metadata,
    lines: &mut Vec<Line>,
) -> Option<String> {
    match metadata {
        Metadata::Document(document) => {
            lines.push(Line::ok(
                "metadata",
                "stands in the record: two people answer for it, and nobody fetches newer",
            ));
            Some(document.clone())
        }
        Metadata::Fetched(fetched) => {
            lines.extend(waiting(house, source).await);
            match download(house, fetched).await {
                Ok(document) => {
                    lines.push(Line::ok(
                        "metadata",
                        "was fetched just now, and the pinned certificate's key signed it",
                    ));
                    Some(document)
                }
                Err(line) => {
                    lines.push(line);
                    None
                }
            }
        }
    }
}

/// A change that nobody has approved yet.
async fn waiting(house: &House, source: &Source) -> Option<Line> {
    let agreed = Agreement::of(source)?;
    let mut db = house.database.pool.acquire().await.ok()?;
    let (_, why) = saml_metadata::of(&agreed, &mut db).await.ok()??.pending?;
    Some(health::waits(&why))
}

async fn download(house: &House, fetched: &Fetched) -> Result<String, Line> {
    let bytes = house.download_metadata(fetched).await.map_err(|fault| {
        let mend = match fault {
            FetchFault::Client(_) => "`authorities` holds certificates in PEM",
            FetchFault::Length => "name an address that gives this provider alone, not a whole federation",
            _ => "open the address in a browser; the copy that was fetched last counts until it runs out",
        };
        Line::fail("metadata", format!("`{}`: {fault}", fetched.url), mend)
    })?;
    let pinned = partner::pinned(&fetched.certificate).map_err(|fault| {
        Line::fail(
            "metadata",
            fault.to_string(),
            "correct `metadata.fetched.certificate`",
        )
    })?;
    let read = aside(move || verified(&bytes, &pinned)).await;
    let read = read.map_err(|busy| Line::fail("metadata", busy.to_string(), "try again"))?;
    read.map_err(|fault| {
        let (what, mend) = match fault {
            Refused::Unsigned => (
                "what is there is not signed".to_owned(),
                "have the provider sign its metadata, or put the document itself into the record",
            ),
            Refused::Signature | Refused::NoKey => (
                "the pinned certificate's key did not sign it".to_owned(),
                "ask whoever runs the provider, by another way, for the certificate that signs its metadata; it is not \
                 always the one that signs assertions",
            ),
            fault => (
                format!("it cannot be used: {fault}"),
                "ask whoever runs the provider for other metadata",
            ),
        };
        Line::fail("metadata", format!("`{}`: {what}", fetched.url), mend)
    })
}

/// Reads what was vouched for. What has run out is read all the same: the rest may be wrong, too.
fn read(
    document: &str,
    entity_id: &str,
    now: DateTime<Utc>,
    lines: &mut Vec<Line>,
) -> Option<IdentityProvider> {
    let bytes = document.as_bytes();
    let entity = match Entity::read(bytes, Some(entity_id), DateTime::UNIX_EPOCH) {
        Ok(entity) => entity,
        Err(Refused::Once("EntityDescriptor")) => {
            let other = Entity::read(bytes, None, DateTime::UNIX_EPOCH).ok();
            let found = match other {
                Some(other) => format!(
                    "the metadata is that of `{}`, the record names `{entity_id}`",
                    other.id
                ),
                None => format!("the metadata does not name `{entity_id}` once"),
            };
            lines.push(Line::fail(
                "entity",
                found,
                "write `entity_id` byte for byte as the metadata does, or take the metadata of that provider",
            ));
            return None;
        }
        Err(fault) => {
            lines.push(Line::fail(
                "metadata",
                format!("it cannot be used: {fault}"),
                "ask whoever runs the provider for other metadata",
            ));
            return None;
        }
    };
    let Some(provider) = entity.identity_provider else {
        lines.push(Line::fail(
            "entity",
            format!("`{}` is no identity provider that speaks SAML 2.0", entity.id),
            "take the metadata of its identity provider: an application's own is another document",
        ));
        return None;
    };
    lines.push(Line::ok("entity", format!("`{}`", entity.id)));
    lines.push(health::end(entity.valid_until, now));
    Some(provider)
}

/// Where browsers go, and whether this machine finds the way, too.
async fn endpoints(saml: &Saml, provider: &IdentityProvider, now: DateTime<Utc>, lines: &mut Vec<Line>) {
    let speaks = |endpoint: &&Endpoint| [HTTP_POST, HTTP_REDIRECT].contains(&endpoint.binding.as_str());
    let named = |endpoint: &Endpoint| {
        let binding = endpoint.binding.rsplit(':').next().unwrap_or_default();
        format!("{binding} at `{}`", endpoint.location)
    };
    let list = |all: &[Endpoint]| {
        all.iter()
            .filter(speaks)
            .map(named)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let sign_on = list(&provider.sign_on);
    if sign_on.is_empty() {
        lines.push(Line::fail(
            "sign-on",
            "its metadata has no address for requests by HTTP-Redirect or HTTP-POST",
            "have whoever runs the provider turn one of them on, and take newer metadata",
        ));
    } else {
        lines.push(Line::ok("sign-on", sign_on));
    }
    let logout = list(&provider.role.logout);
    lines.push(match (saml.logout, logout.is_empty()) {
        (true, false) => Line::ok("logout", logout),
        (true, true) => Line::warn(
            "logout",
            "its metadata has no address for logout: who signs out here stays signed in there",
            "have it turned on there, or set `logout` to false so that people are told",
        ),
        (false, _) => Line::ok("logout", "turned off in the record"),
    });
    let mut places: Vec<&str> = Vec::new();
    for endpoint in provider.sign_on.iter().filter(speaks) {
        let at = reach::origin(&endpoint.location);
        if places.iter().all(|known| reach::origin(known) != at) {
            places.push(&endpoint.location);
        }
    }
    for place in places.into_iter().take(3) {
        lines.extend(reach::browsers_way(place, now).await);
    }
}

/// The keys that its signatures are checked with. Their certificates are wrapping, and their ends bind
/// nobody here; other software minds them, and an old certificate is a sign of an old key.
fn keys(provider: &IdentityProvider, now: DateTime<Utc>) -> Vec<Line> {
    if provider.role.signing.is_empty() {
        return vec![Line::fail(
            "key",
            "its metadata has no key that could be used to check signatures",
            "ask for metadata with a signing key: RSA of 2048 bits or more, or ECDSA",
        )];
    }
    provider
        .role
        .signing
        .iter()
        .map(|key| one_key(key, now))
        .collect()
}

fn one_key(key: &PeerKey, now: DateTime<Utc>) -> Line {
    let until = key.certificate().not_after();
    let day = until.format("%Y-%m-%d");
    let print = key.fingerprint();
    if until <= now {
        Line::warn(
            "key",
            format!("SHA-256 {print}: its certificate ended on {day}"),
            "signatures by it still count, because the metadata says so; ask whoever runs the provider to renew it",
        )
    } else if until - now < SOON_ENDS {
        Line::warn(
            "key",
            format!("SHA-256 {print}: its certificate ends on {day}"),
            "a new key is about to come: it has to be in the metadata, beside this one, before it signs",
        )
    } else {
        Line::ok(
            "key",
            format!("SHA-256 {print}, its certificate good until {day}"),
        )
    }
}

/// What would be sent there for somebody who signs in now.
fn asked(
    house: &House,
    source: &Source,
    saml: &Saml,
    rules: &Rules,
    provider: &IdentityProvider,
    by: &Credential,
) -> Line {
    let contexts: Vec<String> = match &source.trust.assurance {
        Some(assurance) if saml.ask_context => assurance.words_for(Level::Aal2).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let ask = Ask {
        contexts: contexts.clone(),
        provider_name: Some(house.config.login.deployment.clone()),
        ..Ask::default()
    };
    let id = fresh_id(&mut house.rng());
    let carried = match request::make(&id, &ask, "test", rules, provider, by, house.now()) {
        Ok(carried) => carried,
        Err(fault) => return Line::fail("request", fault.to_string(), "see `sign-on`"),
    };
    let way = match &carried {
        Carried::Address(address) => {
            let there = address
                .split_once('?')
                .map_or(address.as_str(), |(there, _)| there);
            format!("by HTTP-Redirect to `{there}`")
        }
        Carried::Form(form) => format!("by HTTP-POST to `{}`", form.destination),
    };
    let is_signed = rules.sign_requests || provider.wants_signed_requests;
    let signed = if is_signed { "signed" } else { "not signed" };
    let wants = if contexts.is_empty() {
        "no context".to_owned()
    } else {
        format!("for two factors one of `{}`", contexts.join("`, `"))
    };
    let text = format!(
        "{way}, {signed}, as `{}`, asks for {wants}; the answer has to come to `{}`",
        rules.own_entity_id, rules.consumer
    );
    if saml.ask_context && contexts.is_empty() {
        return Line::warn(
            "request",
            text,
            "`ask_context` is set, and the table `trust.assurance.contexts` has no word for two factors: add them",
        );
    }
    Line::ok("request", text)
}
