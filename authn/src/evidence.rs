// SPDX-License-Identifier: Apache-2.0
//! By which authenticators a session was signed in to. A session rests on all that was ever proven in it: what was
//! given out under an earlier sign-in (tokens, refresh chains) lives on after a later one. When one of them is taken
//! away, or can no longer be trusted, exactly the sessions that rest on it end.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::assurance::Proof;
use crate::happened::Happened;
use crate::session::end::{self, Reason};
use crate::session::{Session, SessionId};
use crate::store::{StoreError, sessions};

/// One authenticator of a person. Of passwords and code generators there is one each.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum AuthenticatorId {
    /// A card, by its binding.
    Card(String),
    /// A sign-in at a source, by its link.
    Link(String),
    /// A passkey, by its credential.
    Passkey(String),
    /// The password.
    Password,
    /// The code generator.
    Totp,
}

impl AuthenticatorId {
    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Card(_) => "card",
            Self::Link(_) => "link",
            Self::Passkey(_) => "passkey",
            Self::Password => "password",
            Self::Totp => "totp",
        }
    }
}

/// That somebody proved herself by an authenticator.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Which.
    pub by: AuthenticatorId,
    /// What it was called then, for people to read; a source by its id. Empty where the kind says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// SHA-256 of a card's certificate, hexadecimal: one binding may outlive several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// A later sign-in in the same session stands in its place. What was given out under it rests on it all the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub superseded: bool,
}

impl Evidence {
    /// That she proved herself by `by`, just now.
    pub fn new(by: AuthenticatorId, name: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self {
            by,
            name: name.into(),
            certificate: None,
            at,
            superseded: false,
        }
    }
}

/// How the record names it: what people call it stays out.
pub(crate) fn on_record(evidence: &Evidence) -> Value {
    let mut named = json!(evidence.by);
    if let (Some(members), Some(certificate)) = (named.as_object_mut(), &evidence.certificate) {
        members.insert("certificate".to_owned(), json!(certificate));
    }
    named
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a session rests on once `proof` was given in it, after what it rested on `before`.
pub(crate) fn with(before: Vec<Evidence>, proof: &Proof) -> Vec<Evidence> {
    let is_anew = |one: &Evidence| {
        proof
            .by
            .iter()
            .any(|new| new.by == one.by && new.certificate == one.certificate)
    };
    let before = before
        .into_iter()
        .filter(|one| !is_anew(one))
        .map(|one| Evidence {
            superseded: true,
            ..one
        });
    before.chain(proof.by.iter().cloned()).collect()
}

/// What is not to be trusted any more.
#[derive(Clone, Copy, Debug)]
pub enum Lost<'a> {
    /// An authenticator.
    Authenticator(&'a AuthenticatorId),
    /// A certificate of a card, by its fingerprint.
    Certificate(&'a str),
}

impl Session {
    /// Whether it rests on what is lost. One that does not know what it was signed in by is taken to.
    pub fn rests_on(&self, lost: Lost<'_>) -> bool {
        self.evidence.is_empty() || self.evidence.iter().any(|one| lost.is(one))
    }

    /// Whether its latest sign-in is known to have been by `authenticator`.
    pub fn was_proven_by(&self, authenticator: &AuthenticatorId) -> bool {
        let mut latest = self.evidence.iter().filter(|one| !one.superseded);
        latest.any(|one| one.by == *authenticator)
    }
}

impl Lost<'_> {
    fn is(self, evidence: &Evidence) -> bool {
        match self {
            Self::Authenticator(id) => evidence.by == *id,
            Self::Certificate(fingerprint) => evidence.certificate.as_deref() == Some(fingerprint),
        }
    }
}

/// Ends the sessions of a person that rest on what is lost. Returns those that were ended.
pub async fn end_resting(
    person: &PersonId,
    lost: Lost<'_>,
    reason: Reason,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, StoreError> {
    let mut ended = Vec::new();
    for session in sessions::open_of_person(person, db).await? {
        if session.rests_on(lost) && end::end(&session.id, reason, now, rng, log, db).await? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance::Level;
    use crate::testing::noon;

    fn proof(by: Vec<Evidence>) -> Proof {
        Proof {
            level: Level::Aal2,
            methods: [].into(),
            at: noon(),
            attested: false,
            by,
        }
    }

    fn passkey(id: &str) -> Evidence {
        Evidence::new(AuthenticatorId::Passkey(id.to_owned()), "Oak Key", noon())
    }

    #[test]
    fn a_later_sign_in_takes_the_place_of_an_earlier_one_and_both_are_known() {
        let password = Evidence::new(AuthenticatorId::Password, "", noon());
        let first = with(Vec::new(), &proof(vec![password.clone()]));
        assert_eq!(first, std::slice::from_ref(&password));
        let both = with(first, &proof(vec![passkey("a")]));
        assert_eq!(
            both,
            [
                Evidence {
                    superseded: true,
                    ..password.clone()
                },
                passkey("a")
            ]
        );
        let again = with(both, &proof(vec![password.clone()]));
        let before = Evidence {
            superseded: true,
            ..passkey("a")
        };
        assert_eq!(again, [before, password], "each once, and the latest counts");
    }

    #[test]
    fn two_certificates_of_one_binding_are_told_apart() {
        let card = |fingerprint: &str| Evidence {
            certificate: Some(fingerprint.to_owned()),
            ..Evidence::new(AuthenticatorId::Card("c".to_owned()), "DOE.ANN", noon())
        };
        let evidence = with(
            with(Vec::new(), &proof(vec![card("old")])),
            &proof(vec![card("new")]),
        );
        assert!(Lost::Certificate("old").is(&evidence[0]));
        assert!(!Lost::Certificate("old").is(&evidence[1]));
        assert!(
            evidence
                .iter()
                .all(|one| Lost::Authenticator(&AuthenticatorId::Card("c".to_owned())).is(one))
        );
    }

    #[test]
    fn evidence_is_kept_as_it_is_and_an_unknown_kind_is_an_error() {
        let text = serde_json::to_string(&passkey("a")).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap(), passkey("a"));
        assert_eq!(
            serde_json::to_value(Evidence::new(AuthenticatorId::Totp, "", noon())).unwrap()["by"],
            serde_json::json!({ "kind": "totp" })
        );
        assert!(serde_json::from_str::<AuthenticatorId>(r#"{"kind":"face","id":"x"}"#).is_err());
    }
}
