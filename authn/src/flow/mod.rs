// SPDX-License-Identifier: Apache-2.0
//! A sign-in under way: an enum whose variants own what that step knows. A step consumes the flow
//! and says what comes next; cryptography stays with the factors.
//!
//! ```text
//! Identify --name--> Password --right--> Code --right--> (proven) --> Finished
//!    \------ a passkey, a card or a source, at any step --^
//!  StepUp -- the same ways, those of hers that are strong enough --^
//! ```
//!
//! A flow begins at `StepUp` where somebody is signed in already, and comes to it from a source whose word is
//! not enough.
//!
//! Flows live in SQL, bound to the browser that began them by the hash of its cookie. A stored
//! stage that is not recognised is an error, never the first stage.

mod card;
mod directory;
pub mod finish;
mod source;
mod steps;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::SourceId;
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;

use crate::assurance::{Level, Proof, Requirement, Unmet};
use crate::evidence::AuthenticatorId;
use crate::factor::card::Card;
use crate::oidc::authorize;
use crate::saml::idp;
use crate::secret::{Secret, random_id};
use crate::session::SessionId;
use crate::store::flows::{self, FlowRow};
use crate::store::{StoreError, json_text};

pub use card::{CardStep, confirm_card, give_card};
pub use directory::{Judged, give_directory_password, may_ask};
pub use source::{Arrived, SourceStep, give_source};
pub use steps::{
    Problem, Step, StepError, give_code, give_name, give_passkey, give_password, give_recovery_code,
};

/// How long a person may take from one step to the next.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// Where to go when the sign-in is done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Back to a client: the frozen request.
    Authorize(Box<authorize::Request>),
    /// A page of our own, by its path.
    Page(String),
    /// Back to a service provider: the frozen request.
    Saml(Box<idp::Request>),
}

/// What a sign-in is for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// What it must reach.
    pub requirement: Requirement,
    /// Where it leads.
    pub then: Then,
    /// A name to fill in.
    pub login_hint: Option<String>,
    /// The act of ours that asks, by its name in the policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
}

impl Purpose {
    /// Whether a password can reach what is asked, with or without a security code. Where it cannot, none is
    /// asked for.
    pub fn is_within_reach_of_passwords(&self) -> bool {
        self.requirement.level <= Level::Aal2
    }
}

/// Where a sign-in stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// The password was right; a security code is asked for.
    Code {
        /// Who the password says she is.
        person: PersonId,
        /// When it was given.
        password_at: DateTime<Utc>,
        /// Whose password it is: ours, or a source's.
        #[serde(default = "ours")]
        by: AuthenticatorId,
        /// What the source is called.
        #[serde(default)]
        name: String,
    },
    /// A card that nobody has used yet was presented; its first use waits for a yes.
    ConfirmCard {
        /// Whose account it would open.
        person: PersonId,
        /// The card.
        card: Box<Card>,
    },
    /// The session is open; the client waits for its answer.
    Finished {
        /// The session.
        session: SessionId,
    },
    /// Nobody has said anything yet.
    Identify,
    /// A name was given; a password is asked for. It looks the same for names that nobody has.
    Password {
        /// What was typed.
        name: String,
        /// Whose name it is, if it is an active person's.
        person: Option<PersonId>,
    },
    /// She is signed in, and that is not enough for what is asked: one of her ways has to raise the session.
    StepUp {
        /// The session.
        session: SessionId,
        /// Whose it is.
        person: PersonId,
        /// The source that she has just come back from, if she has.
        #[serde(default)]
        source: Option<SourceId>,
        /// What is missing.
        unmet: Unmet,
    },
}

/// A sign-in under way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flow {
    /// Its name, in addresses and forms.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it stands.
    pub stage: Stage,
    browser_hash: Vec<u8>,
}

/// Somebody who proved who she is, in a flow that waits for its session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proven {
    /// The flow.
    pub flow: Flow,
    /// Who.
    pub person: PersonId,
    /// What she proved.
    pub proof: Proof,
    /// Where she came from, if she proved it elsewhere.
    pub arrived: Option<Arrived>,
}

/// What a password was that was given before it was noted whose it is.
fn ours() -> AuthenticatorId {
    AuthenticatorId::Password
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    purpose: Purpose,
    stage: Stage,
}

/// Begins a sign-in in the browser that holds `browser`: at its first question, with the session that is to be
/// raised, or done but for a question to the person, e.g. what the client may know.
pub async fn begin(
    purpose: Purpose,
    stage: Stage,
    browser: &Secret,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Flow, StoreError> {
    let flow = Flow {
        id: random_id(rng),
        purpose,
        stage,
        browser_hash: browser.hash(),
    };
    keep(&flow, now, db).await?;
    Ok(flow)
}

/// Notes that the person was asked what the client may know.
pub async fn consented(
    flow: &mut Flow,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    if let Then::Authorize(request) = &mut flow.purpose.then {
        request.prompt.remove(&authorize::Prompt::Consent);
    }
    keep(flow, now, db).await
}

/// Notes the name that somebody typed, for whoever signs her in.
pub async fn hint(
    flow: &mut Flow,
    name: String,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    flow.purpose.login_hint = Some(name);
    keep(flow, now, db).await
}

/// The flow named `id`, if this browser began it and it has not run out.
pub async fn resume(
    id: &str,
    browser: &Secret,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Flow>, StoreError> {
    let Some(row) = flows::by_id(id, db).await? else {
        return Ok(None);
    };
    let is_same_browser: bool = row.browser_hash.ct_eq(&browser.hash()).into();
    if !is_same_browser || now > row.expires_at {
        return Ok(None);
    }
    let state: State = serde_json::from_str(&row.state).map_err(|_| StoreError::Row {
        table: "flows",
        column: "state",
    })?;
    Ok(Some(Flow {
        id: id.to_owned(),
        purpose: state.purpose,
        stage: state.stage,
        browser_hash: row.browser_hash,
    }))
}

/// Ends a flow for good. `false`: somebody else did.
pub async fn remove(flow: &Flow, db: &mut AnyConnection) -> Result<bool, StoreError> {
    flows::remove(&flow.id, db).await
}

pub(crate) async fn keep(flow: &Flow, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    let state = State {
        purpose: flow.purpose.clone(),
        stage: flow.stage.clone(),
    };
    let row = FlowRow {
        browser_hash: flow.browser_hash.clone(),
        state: json_text(&state),
        expires_at: now + PATIENCE,
    };
    flows::put(&flow.id, &row, db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_stage_is_an_error_and_not_a_beginning() {
        for text in [
            "\"enrolled\"",
            "{}",
            "null",
            "{\"code\":{\"person\":\"alice\"}}",
            "\"Identify\"",
        ] {
            assert!(serde_json::from_str::<Stage>(text).is_err(), "{text}");
        }
        assert_eq!(
            serde_json::from_str::<Stage>("\"identify\"").unwrap(),
            Stage::Identify
        );
    }
}
