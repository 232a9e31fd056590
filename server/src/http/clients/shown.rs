// SPDX-License-Identifier: Apache-2.0
//! An application for one reader: its record, how it hears of ends, and what somebody should look at.

use authn::oidc::client::{ClientRecord, Grant, Pkce};
use authn::saml::PeerKey;
use authn::saml::idp::ServiceProvider;
use authn::saml::idp::provider::Encryption;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_authz::explain::Pen;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::asking::check::Line;
use crate::saml::facts::{KeyShown, shown as key_shown};

/// Metadata is renewed before this much is left of it.
const SOON: TimeDelta = TimeDelta::days(7);

/// How an application hears that a session is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hears {
    /// From us, whoever ended it.
    BehindTheScenes,
    /// Through the person's browser: only when she signs out herself.
    ByBrowser,
    /// Not at all.
    Never,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientShown {
    /// Its record. Secrets are not in it.
    #[schema(value_type = HashMap<String, Value>)]
    pub client: Value,
    /// Part of it is above you and has pseudonyms: you cannot give it anew.
    pub withheld: bool,
    /// How it hears that a session is over.
    pub hears: Hears,
    /// The keys of its metadata.
    pub keys: Vec<KeyShown>,
    /// What somebody should look at.
    pub warnings: Vec<Line>,
}

/// An application as this reader may see it.
pub fn shown(record: &ClientRecord, now: DateTime<Utc>, pen: &mut Pen<'_>) -> ClientShown {
    let whole = json!(record);
    let client = pen.value(&whole);
    ClientShown {
        withheld: client != whole,
        client,
        hears: hears(record),
        keys: record.saml.as_ref().map(keys).unwrap_or_default(),
        warnings: warnings(record, now),
    }
}

/// Whether a reader may see all of a record.
pub fn is_all(record: &ClientRecord, pen: &mut Pen<'_>) -> bool {
    let whole = json!(record);
    pen.value(&whole) == whole
}

fn hears(record: &ClientRecord) -> Hears {
    let saml = record.saml.as_ref();
    let is_called = record.backchannel_logout_uri.is_some()
        || saml.is_some_and(|provider| provider.called_logout().is_some());
    if is_called {
        Hears::BehindTheScenes
    } else if saml.is_some_and(|provider| provider.logout_service().is_some()) {
        Hears::ByBrowser
    } else {
        Hears::Never
    }
}

fn keys(provider: &ServiceProvider) -> Vec<KeyShown> {
    let read = |text: &String, purpose| PeerKey::from_text(text).ok().map(|key| key_shown(&key, purpose));
    let signing = provider.signing.iter().filter_map(|text| read(text, "signing"));
    let encryption = provider
        .encryption
        .iter()
        .filter_map(|text| read(text, "encryption"));
    signing.chain(encryption).collect()
}

fn warnings(record: &ClientRecord, now: DateTime<Utc>) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(provider) = &record.saml {
        lines.extend(of_metadata(provider, now));
        if provider.encrypt == Encryption::Never {
            lines.push(Line::warn(
                "encryption",
                "what it is told of people goes through browsers in clear",
                "set `saml.encrypt` to `when_possible`, if it can decrypt",
            ));
        }
    }
    match hears(record) {
        Hears::Never if signs_people_in(record) => lines.push(Line::warn(
            "logout",
            "it is never told that a session is over: people stay signed in there",
            "turn on single logout there (SAML by SOAP, OpenID by back channel), and take its newer metadata",
        )),
        Hears::ByBrowser => lines.push(Line::warn(
            "logout",
            "it hears only of those who sign out themselves, not of a session that you end",
            "turn on single logout by SOAP there, and take its newer metadata",
        )),
        _ => {}
    }
    if record.pkce == Pkce::Exempt {
        lines.push(Line::warn(
            "pkce",
            "it is exempt from PKCE: a stolen code is worth more",
            "have it send a challenge, and require it",
        ));
    }
    lines
}

fn signs_people_in(record: &ClientRecord) -> bool {
    record.saml.is_some() || record.grants.contains(&Grant::AuthorizationCode)
}

fn of_metadata(provider: &ServiceProvider, now: DateTime<Utc>) -> Option<Line> {
    let until = provider.valid_until?;
    let day = until.format("%Y-%m-%d");
    if !provider.is_current(now) {
        let mend = "take newer metadata: until then nobody is signed in there";
        return Some(Line::fail("metadata", format!("it ran out on {day}"), mend));
    }
    let mend = "take newer metadata before: metadata of service providers is never fetched";
    (until - now < SOON).then(|| Line::warn("metadata", format!("it runs out on {day}"), mend))
}
