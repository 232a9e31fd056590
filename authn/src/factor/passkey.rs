// SPDX-License-Identifier: Apache-2.0
//! Passkeys (WebAuthn Level 2): discoverable, user verification required and checked, origin exact.
//!
//! webauthn-rs-core checks the ceremony (it draws the challenge and reads the clock itself; what we
//! add only ever rejects). Ours on top: a challenge lives at most five minutes on the server and is
//! taken out as it is read; the user handle must be the credential owner's; BE=0 with BS=1 is
//! refused; BE never changes; a counter that goes back refuses and marks the key. How far a key is
//! trusted says [`super::attestation`]: the library checks that an attestation is sound, we check at
//! the injected time where its certificates lead.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;
use url::Url;
use uuid::Uuid;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AttestationFormat, AuthenticationState, Credential,
    ParsedAttestationData, PublicKeyCredential, RegisterPublicKeyCredential, RegistrationState,
    SerialisableAttestationData, UserVerificationPolicy,
};

use super::attestation::{Fit, Key, Lack, Trust, models};
use crate::account;
use crate::assurance::{Level, Method, Proof};
use crate::evidence::{self, AuthenticatorId, Evidence, Lost};
use crate::happened::Happened;
use crate::secret::random_id;
use crate::session::end::Reason;
use crate::store::accounts::{self, Account};
use crate::store::ceremonies::{self, Kind};
use crate::store::passkeys::{self, Passkey};
use crate::store::{StoreError, json_text};

/// How long a challenge can be answered.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
const LONGEST_ANSWER: usize = 64 * 1024;
const LONGEST_NAME: usize = 100;
const MOST_NAMED: usize = 5;

/// The verifier of passkeys for one origin.
#[derive(Debug)]
pub struct Passkeys {
    core: WebauthnCore,
    trust: ArcSwap<Trust>,
}

/// A passkey to be.
#[derive(Clone, Copy, Debug)]
pub struct Adding<'a> {
    /// Whose it will be.
    pub person: &'a PersonId,
    /// What she calls it; empty: what its model is called.
    pub name: &'a str,
    /// Whether it is added from a sign-in below aal3, above which it may not lift her.
    pub capped: bool,
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
    /// What it lacks for aal3, if anything.
    pub lack: Option<Lack>,
    /// Models that lack nothing, by name.
    pub would_do: Vec<String>,
}

/// Why an answer does not count. The page says no more than "no passkey was used".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The challenge is unknown, expired, used, or of another browser.
    #[error("the challenge is unknown, expired or was answered before")]
    Challenge,
    /// The person may not sign in at all.
    #[error("the person is not active")]
    Inactive,
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
    /// The rules do not take this kind of passkey.
    #[error("the rules do not take this kind of passkey: {}", .0.word())]
    NotAllowed(Lack),
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
        Some(Self {
            core,
            trust: ArcSwap::default(),
        })
    }

    /// What is trusted from now on.
    pub fn trust(&self, trust: Trust) {
        self.trust.store(Arc::new(trust));
    }

    /// What is trusted now.
    pub fn trusted(&self) -> Arc<Trust> {
        self.trust.load_full()
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
    #[expect(
        clippy::too_many_arguments,
        reason = "an answer, what it is bound to, and the ambient things"
    )]
    pub async fn finish_authentication(
        &self,
        challenge: &str,
        bound_to: &str,
        answer: &str,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
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
                let trust = self.trusted();
                let Some(person) = account::active(&passkey.person, db).await? else {
                    return Ok(Err(Refusal::Inactive));
                };
                let fit = trust.judge_kept(&passkey.key(), passkey.kept(), &person, now);
                if let Fit::Refused(lack) = fit {
                    let detail = json!({ "passkey": id, "aaguid": passkey.aaguid, "lacks": lack.word() });
                    log.event("passkey.refused", passkey.person.as_str(), detail);
                    return Ok(Err(Refusal::NotAllowed(lack)));
                }
                passkey.credential.counter = result.counter();
                passkey.credential.backup_state = result.backup_state();
                passkeys::used(&id, &passkey.credential, now, db).await?;
                let lack = match fit {
                    Fit::Lower(lack) | Fit::Refused(lack) => Some(lack),
                    Fit::High => None,
                };
                let proof = proof(&passkey, lack.is_none(), now);
                Ok(Ok(Passed {
                    person: passkey.person,
                    proof,
                    passkey: passkey.id,
                    lack,
                    would_do: trust.would_do(&person, MOST_NAMED),
                }))
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
                    // Whoever has the copy may be in.
                    let key = AuthenticatorId::Passkey(id);
                    let lost = Lost::Authenticator(&key);
                    evidence::end_resting(&passkey.person, lost, Reason::Untrusted, now, rng, log, db)
                        .await?;
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
            .attestation(self.conveyance())
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
        adding: Adding<'_>,
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
        let Some(aaguid) = model_of(&answer.response.attestation_object) else {
            return Ok(Err(Refusal::Malformed));
        };
        let Some(person) = account::active(adding.person, db).await? else {
            return Ok(Err(Refusal::Inactive));
        };
        let trust = self.trusted();
        let (attestation, chain) = attestation(&credential);
        let key = Key {
            aaguid,
            attested: trust.attests(aaguid, &chain, now),
            synced: credential.backup_eligible,
        };
        let fit = trust.judge_new(&key, &person, now);
        if let Fit::Refused(lack) = fit {
            let detail = json!({ "aaguid": aaguid, "lacks": lack.word() });
            log.event("passkey.refused", adding.person.as_str(), detail);
            return Ok(Err(Refusal::NotAllowed(lack)));
        }
        let passkey = Passkey {
            id: URL_SAFE_NO_PAD.encode(&credential.cred_id),
            person: adding.person.clone(),
            name: named(adding.name)
                .map_or_else(|| models::name(aaguid, trust.metadata.as_ref()), str::to_owned),
            aaguid,
            format: format_name(&credential.attestation_format).to_owned(),
            attestation: attestation.to_owned(),
            credential,
            attested: key.attested,
            allowed: fit == Fit::High,
            capped: adding.capped,
            suspect: false,
            created_at: now,
            last_used_at: None,
        };
        if !passkeys::add(&passkey, db).await? {
            return Ok(Err(Refusal::Known));
        }
        let detail = json!({
            "passkey": passkey.id,
            "aaguid": aaguid,
            "format": passkey.format,
            "attestation": passkey.attestation,
            "attested": passkey.attested,
            "backup_eligible": passkey.credential.backup_eligible,
            "capped": passkey.capped,
        });
        log.event("passkey.added", adding.person.as_str(), detail);
        Ok(Ok(passkey))
    }

    /// Makers are asked for where something is known that their word can be held against.
    fn conveyance(&self) -> AttestationConveyancePreference {
        match self.trust.load().metadata {
            Some(_) => AttestationConveyancePreference::Direct,
            None => AttestationConveyancePreference::None,
        }
    }
}

/// A name as a person may give it; `None` for what is no name.
pub fn named(name: &str) -> Option<&str> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
    is_name.then_some(name)
}

/// The AAGUID in an attestation object that the library has read: bytes 37 to 53 of its
/// authenticator data (WebAuthn Level 2, 6.5.1).
pub fn model_of(attestation_object: &[u8]) -> Option<Uuid> {
    let object = serde_cbor_2::from_slice(attestation_object).ok()?;
    let serde_cbor_2::Value::Map(members) = object else {
        return None;
    };
    let data = members.get(&serde_cbor_2::Value::Text("authData".to_owned()))?;
    let serde_cbor_2::Value::Bytes(data) = data else {
        return None;
    };
    Uuid::from_slice(data.get(37..53)?).ok()
}

/// The kind of attestation, and its certificates.
fn attestation(credential: &Credential) -> (&'static str, Vec<Vec<u8>>) {
    let kind = match &credential.attestation.data {
        ParsedAttestationData::AnonCa(_) => "anonymous_ca",
        ParsedAttestationData::AttCa(_) => "attestation_ca",
        ParsedAttestationData::Basic(_) => "basic",
        ParsedAttestationData::Self_ => "self",
        ParsedAttestationData::ECDAA | ParsedAttestationData::None | ParsedAttestationData::Uncertain => {
            "none"
        }
    };
    let data: SerialisableAttestationData = credential.attestation.data.clone().into();
    let chain = match data {
        SerialisableAttestationData::AnonCa(chain)
        | SerialisableAttestationData::AttCa(chain)
        | SerialisableAttestationData::Basic(chain) => chain,
        _ => Vec::new(),
    };
    (kind, chain)
}

fn format_name(format: &AttestationFormat) -> &'static str {
    match format {
        AttestationFormat::AndroidKey => "android-key",
        AttestationFormat::AndroidSafetyNet => "android-safetynet",
        AttestationFormat::AppleAnonymous => "apple",
        AttestationFormat::FIDOU2F => "fido-u2f",
        AttestationFormat::None => "none",
        AttestationFormat::Packed => "packed",
        AttestationFormat::Tpm => "tpm",
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

/// What a verified use proves: aal3 only for a key that lacks nothing and cannot leave its device.
fn proof(passkey: &Passkey, lacks_nothing: bool, at: DateTime<Utc>) -> Proof {
    let bound = !passkey.credential.backup_eligible;
    let high = bound && lacks_nothing;
    let level = if high {
        Level::Aal3
    } else {
        Level::Aal2PhishingResistant
    };
    let key = if bound { Method::Hwk } else { Method::Swk };
    Proof {
        level,
        methods: [key, Method::Mfa, Method::Pop, Method::User].into(),
        at,
        attested: high,
        by: vec![Evidence::new(
            AuthenticatorId::Passkey(passkey.id.clone()),
            passkey.name.as_str(),
            at,
        )],
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
