// SPDX-License-Identifier: Apache-2.0
//! The steps of a sign-in. Each consumes the flow; what it returns must be committed, also when the
//! person was wrong: failures count and challenges are used up.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::{Flow, Proven, Stage, keep};
use crate::account;
use crate::assurance::{Level, Method, Proof};
use crate::evidence::{self, AuthenticatorId, Evidence, Lost};
use crate::factor::attestation::Lack;
use crate::factor::passkey::{Passkeys, Refusal};
use crate::factor::password::Verdict;
use crate::factor::totp::Seed;
use crate::happened::Happened;
use crate::lockout::{self, Authenticator, Standing};
use crate::recovery;
use crate::secret::{SealError, Sealer, Secret};
use crate::session::end::Reason;
use crate::store::{StoreError, passwords, totps};

/// What comes after a step.
#[derive(Clone, Debug)]
pub enum Step {
    /// The same again, because of this.
    Again(Flow, Problem),
    /// The next question.
    Next(Flow),
    /// She is who she says.
    Proven(Box<Proven>),
}

/// What was wrong, as far as the person may know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Problem {
    /// The security code is wrong, or was used before.
    Code,
    /// Too many failures: this way is closed for good.
    Disabled,
    /// The passkey was not accepted.
    Passkey,
    /// The rules do not take this kind of passkey.
    PasskeyNotAllowed(Lack),
    /// The passkey is good, but not for what is asked.
    PasskeyTooWeak {
        /// What it lacks.
        lack: Lack,
        /// Models that would do, by name; empty: none is named.
        would_do: Vec<String>,
    },
    /// Name or password is wrong. Which, nobody learns.
    Password,
    /// The recovery code is wrong, or was used before.
    Recovery,
    /// The step does not belong here, e.g. after the back button.
    Stage,
    /// What was proven is not enough for what is asked.
    TooWeak {
        /// What is asked.
        needed: Level,
    },
    /// Too many failures: not before this moment.
    Wait(DateTime<Utc>),
}

/// A sign-in step could not be carried out, through no fault of the person.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A stored secret does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the name that was typed. No password is asked for where it could not be enough; that is the same for
/// names that nobody has.
pub async fn give_name(
    mut flow: Flow,
    name: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    if !flow.purpose.is_within_reach_of_passwords() {
        let needed = flow.purpose.requirement.level;
        return Ok(Step::Again(flow, Problem::TooWeak { needed }));
    }
    let name = name.trim();
    let id = name.parse::<PersonId>().ok();
    let person = match id {
        Some(id) => account::active(&id, db).await?.map(|_| id),
        None => None,
    };
    let kept: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
    flow.stage = Stage::Password { name: kept, person };
    keep(&flow, now, db).await?;
    Ok(Step::Next(flow))
}

/// Takes the verdict on the password that was typed.
pub async fn give_password(
    flow: Flow,
    verdict: &Verdict,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    let Stage::Password { name, person } = flow.stage.clone() else {
        return Ok(Step::Again(flow, Problem::Stage));
    };
    if let Some(problem) = brake(&name, Authenticator::Password, now, db).await? {
        return Ok(Step::Again(flow, problem));
    }
    let person = match person {
        Some(person) => account::active(&person, db).await?.map(|_| person),
        None => None,
    };
    let Some(person) = person.clone().filter(|_| verdict.is_right()) else {
        let is_closed = lockout::failed(&name, Authenticator::Password, now, log, db).await?;
        if let Some(person) = person.filter(|_| is_closed) {
            closed(&person, &AuthenticatorId::Password, now, rng, log, db).await?;
        }
        log.event("signin.refused", name, json!({ "factor": "password" }));
        return Ok(Step::Again(flow, Problem::Password));
    };
    lockout::cleared(&name, Authenticator::Password, db).await?;
    passwords::used(&person, now, db).await?;
    after_password(flow, person, AuthenticatorId::Password, "", now, db).await
}

/// After a right password, ours or that of a source: her security code where she has a code generator, else she
/// has proven what a password proves.
pub(super) async fn after_password(
    mut flow: Flow,
    person: PersonId,
    by: AuthenticatorId,
    name: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    if account::ways(&person, db).await?.totp {
        flow.stage = Stage::Code {
            person,
            password_at: now,
            by,
            name: name.to_owned(),
        };
        keep(&flow, now, db).await?;
        return Ok(Step::Next(flow));
    }
    let proof = Proof {
        level: Level::Aal1,
        methods: [Method::Pwd].into(),
        at: now,
        attested: false,
        by: vec![Evidence::new(by, name, now)],
    };
    prove(flow, person, proof)
}

/// Takes the security code that was typed.
pub async fn give_code(
    flow: Flow,
    code: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StepError> {
    let Stage::Code { person, by, name, .. } = flow.stage.clone() else {
        return Ok(Step::Again(flow, Problem::Stage));
    };
    if let Some(problem) = brake(person.as_str(), Authenticator::Totp, now, db).await? {
        return Ok(Step::Again(flow, problem));
    }
    let step = match totps::sealed(&person, db).await? {
        Some(stored) => Seed::open(&person, &stored, sealer)?.matching_step(code, now),
        None => None,
    };
    let is_accepted = match step {
        Some(step) => totps::accept_step(&person, step, now, db).await?,
        None => false,
    };
    if !is_accepted {
        if lockout::failed(person.as_str(), Authenticator::Totp, now, log, db).await? {
            closed(&person, &AuthenticatorId::Totp, now, rng, log, db).await?;
        }
        log.event("signin.refused", person.as_str(), json!({ "factor": "totp" }));
        return Ok(Step::Again(flow, Problem::Code));
    }
    lockout::cleared(person.as_str(), Authenticator::Totp, db).await?;
    let methods = [Method::Pwd, Method::Otp, Method::Mfa].into();
    let proof = Proof {
        level: Level::Aal2,
        methods,
        at: now,
        attested: false,
        by: vec![
            Evidence::new(by, name, now),
            Evidence::new(AuthenticatorId::Totp, "", now),
        ],
    };
    Ok(prove(flow, person, proof)?)
}

/// Takes a saved recovery code in place of a security code. She gets a link with which to bind a new
/// authenticator, and the sign-in ends: a code opens no session.
pub async fn give_recovery_code(
    flow: Flow,
    code: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Secret, Step>, StoreError> {
    let Stage::Code { person, .. } = flow.stage.clone() else {
        return Ok(Err(Step::Again(flow, Problem::Stage)));
    };
    if let Some(problem) = brake(person.as_str(), Authenticator::Recovery, now, db).await? {
        return Ok(Err(Step::Again(flow, problem)));
    }
    if let Some(link) = recovery::redeem(&person, code, sealer, now, rng, log, db).await? {
        lockout::cleared(person.as_str(), Authenticator::Recovery, db).await?;
        super::remove(&flow, db).await?;
        return Ok(Ok(link));
    }
    lockout::failed(person.as_str(), Authenticator::Recovery, now, log, db).await?;
    log.event("signin.refused", person.as_str(), json!({ "factor": "recovery" }));
    Ok(Err(Step::Again(flow, Problem::Recovery)))
}

/// Takes a passkey's answer. It proves everything at once, whatever was asked for.
#[expect(
    clippy::too_many_arguments,
    reason = "an answer, what judges it, and the ambient things"
)]
pub async fn give_passkey(
    flow: Flow,
    passkeys: &Passkeys,
    challenge: &str,
    answer: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    if matches!(flow.stage, Stage::Finished { .. }) {
        return Ok(Step::Again(flow, Problem::Stage));
    }
    let outcome = passkeys
        .finish_authentication(challenge, &flow.id, answer, now, rng, log, db)
        .await?;
    match outcome {
        Ok(passed) => match passed.lack {
            // Another key may do: she is told which, and stays where she is.
            Some(lack) if flow.purpose.requirement.level > passed.proof.level => {
                refused(&passed.person, lack.word(), log);
                let would_do = passed.would_do;
                Ok(Step::Again(flow, Problem::PasskeyTooWeak { lack, would_do }))
            }
            _ => prove(flow, passed.person, passed.proof),
        },
        Err(refusal) => {
            if refusal != Refusal::Challenge {
                let detail = json!({ "factor": "passkey", "reason": refusal.to_string() });
                log.event("signin.refused", "", detail);
            }
            let problem = match refusal {
                Refusal::NotAllowed(lack) => Problem::PasskeyNotAllowed(lack),
                _ => Problem::Passkey,
            };
            Ok(Step::Again(flow, problem))
        }
    }
}

/// Ends what rests on an authenticator that too many guesses have closed: one of them may have been right.
async fn closed(
    person: &PersonId,
    authenticator: &AuthenticatorId,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let lost = Lost::Authenticator(authenticator);
    evidence::end_resting(person, lost, Reason::Untrusted, now, rng, log, db).await?;
    Ok(())
}

fn refused(person: &PersonId, reason: &str, log: &mut Happened) {
    let detail = json!({ "factor": "passkey", "reason": reason });
    log.event("signin.refused", person.as_str(), detail);
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of steps that can fail")]
pub(super) fn prove(flow: Flow, person: PersonId, proof: Proof) -> Result<Step, StoreError> {
    let needed = flow.purpose.requirement.level;
    if proof.level < needed {
        // There is no step left to ask for: what needs more takes another way to sign in.
        return Ok(Step::Again(flow, Problem::TooWeak { needed }));
    }
    Ok(Step::Proven(Box::new(Proven {
        flow,
        person,
        proof,
        arrived: None,
    })))
}

pub(super) async fn brake(
    subject: &str,
    authenticator: Authenticator,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Problem>, StoreError> {
    Ok(match lockout::standing(subject, authenticator, now, db).await? {
        Standing::Open => None,
        Standing::Wait(until) => Some(Problem::Wait(until)),
        Standing::Disabled => Some(Problem::Disabled),
    })
}
