// SPDX-License-Identifier: Apache-2.0
//! Passkeys (WebAuthn Level 2): discoverable, user verification required and checked, origin exact.
//!
//! webauthn-rs-core checks the ceremony (it draws the challenge and reads the clock itself; what we
//! add only ever rejects). Ours on top: a challenge lives at most five minutes on the server and is
//! taken out as it is read; the user handle must be the credential owner's; BE=0 with BS=1 is
//! refused; BE never changes; a counter that goes back refuses and marks the key.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AuthenticationState, Credential, PublicKeyCredential,
    RegisterPublicKeyCredential, RegistrationState, UserVerificationPolicy,
};

use crate::assurance::{Level, Method, Proof};
use crate::happened::Happened;
use crate::secret::random_id;
use crate::store::accounts::{self, Account};
use crate::store::ceremonies::{self, Kind};
use crate::store::passkeys::{self, Passkey};
use crate::store::{StoreError, json_text};

/// How long a challenge can be answered.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
const LONGEST_ANSWER: usize = 64 * 1024;

/// The verifier of passkeys for one origin.
#[derive(Debug)]
pub struct Passkeys {
    core: WebauthnCore,
}

/// A challenge for the browser.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Its name, to be sent back with the answer.
    pub id: String,
    /// The `publicKey` options, in the JSON form of WebAuthn Level 3.
    pub options: Value,
}

/// A passkey that proved itself.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Whose it is.
    pub person: PersonId,
    /// What that proves.
    pub proof: Proof,
    /// Which one it was.
    pub passkey: String,
}

/// Why an answer does not count. The page says no more than "no passkey was used".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The challenge is unknown, expired, used, or of another browser.
    #[error("the challenge is unknown, expired or was answered before")]
    Challenge,
    /// The answer is no answer.
    #[error("the answer cannot be read")]
    Malformed,
    /// No such passkey, or it names another owner.
    #[error("this passkey is not registered here")]
    Unknown,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Known,
    /// The counter went back: there may be a copy.
    #[error("the passkey's counter went back: there may be a copy of it")]
    Counter,
    /// The key claims to be backed up without being able to be, or its kind changed.
    #[error("the passkey's backup flags contradict what is known of it")]
    Backup,
    /// The library found a fault: origin, user verification, signature and the like.
    #[error("the ceremony does not verify: {0}")]
    Ceremony(String),
}

/// A passkey operation could not be carried out, through no fault of the caller.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The library could not make a challenge.
    #[error("a challenge cannot be made: {0}")]
    Library(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Passkeys {
    /// A verifier for `origin`; its host is the relying party id.
    pub fn new(deployment: &str, origin: &Url) -> Option<Self> {
        let host = origin.host_str()?.to_owned();
        let lifetime = Duration::from_secs(CHALLENGE_LIFETIME.num_seconds().unsigned_abs());
        let origins = vec![origin.clone()];
        let core = WebauthnCore::new_unsafe_experts_only(
            deployment,
            &host,
            origins,
            lifetime,
            Some(false),
            Some(false),
        );
        Some(Self { core })
    }

    /// A challenge to sign in with any passkey, bound to `bound_to` (a flow).
    pub async fn begin_authentication(
        &self,
        bound_to: &str,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        db: &mut AnyConnection,
    ) -> Result<Challenge, PasskeyError> {
        let builder = self
            .core
            .new_challenge_authenticate_builder(Vec::new(), Some(UserVerificationPolicy::Required))
            .map_err(|error| PasskeyError::Library(error.to_string()))?;
        let (challenge, state) = self
            .core
            .generate_challenge_authenticate(builder)
            .map_err(|error| PasskeyError::Library(error.to_string()))?;
        let id = random_id(rng);
        ceremonies::put(
            &id,
            Kind::Authenticate,
            bound_to,
            &json_text(&state),
            now + CHALLENGE_LIFETIME,
            db,
        )
        .await?;
        Ok(Challenge {
            id,
            options: json!(challenge.public_key),
        })
    }

    /// Judges the answer to a sign-in challenge. Commit also when it is refused: the challenge is
    /// used up either way.
    pub async fn finish_authentication(
        &self,
        challenge: &str,
        bound_to: &str,
        answer: &str,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Result<Passed, Refusal>, StoreError> {
        let state = ceremonies::take(challenge, Kind::Authenticate, bound_to, now, db).await?;
        let Some(state) = state else {
            return Ok(Err(Refusal::Challenge));
        };
        let Ok(state) = serde_json::from_str::<AuthenticationState>(&state) else {
            return Err(StoreError::Row {
                table: "ceremonies",
                column: "state",
            });
        };
        let Some(answer) = read::<PublicKeyCredential>(answer) else {
            return Ok(Err(Refusal::Malformed));
        };
        let id = URL_SAFE_NO_PAD.encode(&answer.raw_id);
        let Some(mut passkey) = passkeys::by_id(&id, db).await? else {
            return Ok(Err(Refusal::Unknown));
        };
        let owner = accounts::by_person(&passkey.person, db).await?;
        if !owner.is_some_and(|owner| is_handle_of(&answer, &owner)) {
            return Ok(Err(Refusal::Unknown));
        }
        match self
            .core
            .authenticate_single_credential(&answer, &state, &passkey.credential)
        {
            Ok(result) => {
                passkey.credential.counter = result.counter();
                passkey.credential.backup_state = result.backup_state();
                passkeys::used(&id, &passkey.credential, now, db).await?;
                Ok(Ok(passed(passkey, now)))
            }
            Err(error) => {
                let refusal = refusal(error);
                if refusal == Refusal::Counter {
                    passkeys::suspect(&id, db).await?;
                    log.event(
                        "passkey.counter_went_back",
                        passkey.person.as_str(),
                        json!({ "passkey": id }),
                    );
                }
                Ok(Err(refusal))
            }
        }
    }

    /// A challenge to add a passkey to `account`, bound to `bound_to` (a link or a session).
    pub async fn begin_registration(
        &self,
        account: &Account,
        display_name: &str,
        bound_to: &str,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        db: &mut AnyConnection,
    ) -> Result<Challenge, PasskeyError> {
        let known = passkeys::of_person(&account.person, db).await?;
        let known = known
            .into_iter()
            .map(|passkey| passkey.credential.cred_id)
            .collect();
        let builder = self
            .core
            .new_challenge_register_builder(&account.user_handle, account.person.as_str(), display_name)
            .map_err(|error| PasskeyError::Library(error.to_string()))?
            .attestation(AttestationConveyancePreference::None)
            .user_verification_policy(UserVerificationPolicy::Required)
            .exclude_credentials(Some(known))
            .require_resident_key(true);
        let (challenge, state) = self
            .core
            .generate_challenge_register(builder)
            .map_err(|error| PasskeyError::Library(error.to_string()))?;
        let id = random_id(rng);
        ceremonies::put(
            &id,
            Kind::Register,
            bound_to,
            &json_text(&state),
            now + CHALLENGE_LIFETIME,
            db,
        )
        .await?;
        Ok(Challenge {
            id,
            options: json!(challenge.public_key),
        })
    }

    /// Judges the answer to a registration challenge and keeps the passkey. Commit also when it is
    /// refused.
    #[expect(
        clippy::too_many_arguments,
        reason = "an answer, whom it is for, and the three ambient things"
    )]
    pub async fn finish_registration(
        &self,
        challenge: &str,
        person: &PersonId,
        name: &str,
        bound_to: &str,
        answer: &str,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Result<Passkey, Refusal>, StoreError> {
        let state = ceremonies::take(challenge, Kind::Register, bound_to, now, db).await?;
        let Some(state) = state else {
            return Ok(Err(Refusal::Challenge));
        };
        let Ok(state) = serde_json::from_str::<RegistrationState>(&state) else {
            return Err(StoreError::Row {
                table: "ceremonies",
                column: "state",
            });
        };
        let Some(answer) = read::<RegisterPublicKeyCredential>(answer) else {
            return Ok(Err(Refusal::Malformed));
        };
        let credential = match self.core.register_credential(&answer, &state, None) {
            Ok(credential) => credential,
            Err(error) => return Ok(Err(refusal(error))),
        };
        if credential.backup_state && !credential.backup_eligible {
            return Ok(Err(Refusal::Backup));
        }
        let passkey = Passkey {
            id: URL_SAFE_NO_PAD.encode(&credential.cred_id),
            person: person.clone(),
            name: name.to_owned(),
            credential,
            // No maker is trusted yet, so nothing is attested and no passkey reaches aal3.
            attested: false,
            suspect: false,
            created_at: now,
            last_used_at: None,
        };
        if !passkeys::add(&passkey, db).await? {
            return Ok(Err(Refusal::Known));
        }
        let detail = json!({ "passkey": passkey.id, "backup_eligible": passkey.credential.backup_eligible });
        log.event("passkey.added", person.as_str(), detail);
        Ok(Ok(passkey))
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Option<T> {
    (answer.len() <= LONGEST_ANSWER)
        .then(|| serde_json::from_str(answer).ok())
        .flatten()
}

fn is_handle_of(answer: &PublicKeyCredential, owner: &Account) -> bool {
    answer
        .get_user_unique_id()
        .is_some_and(|handle| handle.ct_eq(&owner.user_handle).into())
}

fn passed(passkey: Passkey, now: DateTime<Utc>) -> Passed {
    let proof = proof(&passkey.credential, passkey.attested, now);
    Passed {
        person: passkey.person,
        proof,
        passkey: passkey.id,
    }
}

/// What a verified use proves: aal3 only for an attested key that cannot leave its device.
fn proof(credential: &Credential, attested: bool, at: DateTime<Utc>) -> Proof {
    let bound = !credential.backup_eligible;
    let level = if bound && attested {
        Level::Aal3
    } else {
        Level::Aal2PhishingResistant
    };
    let key = if bound { Method::Hwk } else { Method::Swk };
    Proof {
        level,
        methods: [key, Method::Mfa, Method::Pop, Method::User].into(),
        at,
        attested,
    }
}

fn refusal(error: WebauthnError) -> Refusal {
    match error {
        WebauthnError::CredentialPossibleCompromise => Refusal::Counter,
        WebauthnError::CredentialBackupEligibilityInconsistent
        | WebauthnError::CredentialMayNotBeHardwareBound => Refusal::Backup,
        other => Refusal::Ceremony(other.to_string()),
    }
}
