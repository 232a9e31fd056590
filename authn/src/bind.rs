// SPDX-License-Identifier: Apache-2.0
//! Binding authenticators: the first with an enrolment link, more from a signed-in session; and
//! taking passkeys away. Using a link again, or after a way to sign in existed, is a reset: it ends
//! the person's sessions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::account::{self, Ways};
use crate::enrolment;
use crate::evidence::AuthenticatorId;
use crate::factor::passkey::{Adding, CHALLENGE_LIFETIME, Passkeys, Refusal, named};
use crate::factor::totp::{Algorithm, Seed};
use crate::happened::Happened;
use crate::lockout::{self, Authenticator};
use crate::secret::{SealError, Sealer, Secret, random_id};
use crate::session::Session;
use crate::session::end::{self, Reason};
use crate::store::ceremonies::{self, Kind};
use crate::store::passkeys::{self, Passkey};
use crate::store::{StoreError, passwords, recovery_codes, totps};

/// Why nothing was bound. Roll the transaction back on [`BindError::Link`]; commit otherwise.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BindError {
    /// The security code is wrong: the app was not set up with this secret.
    #[error("the security code is not right")]
    Code,
    /// The link is unknown, expired or used.
    #[error("this link is not valid any more")]
    Link,
    /// The passkey was refused.
    #[error(transparent)]
    Passkey(#[from] Refusal),
    /// The page is too old.
    #[error("this page is too old; load it again")]
    Stale,
}

/// Binding failed through no fault of the person.
#[derive(Debug, thiserror::Error)]
pub enum BindFault {
    /// A stored secret does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The name under which ceremonies of an enrolment link are kept; `None` for what is no link.
pub fn bound_to(link: &str) -> Option<String> {
    let hash = Secret::presented(link)?.hash();
    Some(format!("link/{}", STANDARD_NO_PAD.encode(hash)))
}

/// What a passkey's registration answers.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The challenge's name.
    pub challenge: &'a str,
    /// What the browser returned, as JSON.
    pub credential: &'a str,
    /// What the person calls the passkey.
    pub name: &'a str,
}

/// Binds a passkey with an enrolment link, which is used up by it.
pub async fn passkey_with_link(
    link: &str,
    passkeys: &Passkeys,
    answer: Answer<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Passkey, BindError>, StoreError> {
    let (Some(bound_to), Some(person)) = (bound_to(link), enrolment::look(link, now, db).await?) else {
        return Ok(Err(BindError::Link));
    };
    let before = account::ways(&person, db).await?;
    let Answer {
        challenge,
        credential,
        name,
    } = answer;
    let adding = Adding {
        person: &person,
        name,
        capped: enrolment::is_capped(link, db).await?,
    };
    let passkey = match passkeys
        .finish_registration(challenge, adding, &bound_to, credential, now, log, db)
        .await?
    {
        Ok(passkey) => passkey,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    if enrolment::redeem(link, now, log, db).await?.is_none() {
        return Ok(Err(BindError::Link));
    }
    reset(&person, before, now, rng, log, db).await?;
    Ok(Ok(passkey))
}

/// A code generator on offer: its ceremony and its secret, for the page.
pub async fn offer_code(
    link: &str,
    person: &PersonId,
    algorithm: Algorithm,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Option<(String, Seed)>, BindFault> {
    let Some(bound_to) = bound_to(link) else {
        return Ok(None);
    };
    let seed = Seed::generate(algorithm, rng);
    let id = random_id(rng);
    let state = STANDARD_NO_PAD.encode(seed.seal(person, sealer, rng)?);
    // Setting up an app takes longer than touching a key.
    let expires_at = now + CHALLENGE_LIFETIME * 4;
    ceremonies::put(&id, Kind::Code, &bound_to, &state, expires_at, db).await?;
    Ok(Some((id, seed)))
}

/// A code generator that was offered before, for the page that says what was wrong.
pub async fn offered_code(
    link: &str,
    ceremony: &str,
    person: &PersonId,
    sealer: &Sealer,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Seed>, BindFault> {
    let Some(bound_to) = bound_to(link) else {
        return Ok(None);
    };
    match ceremonies::look(ceremony, Kind::Code, &bound_to, now, db).await? {
        Some(state) => Ok(Some(open(&state, person, sealer)?)),
        None => Ok(None),
    }
}

/// Binds a password and the offered code generator with an enrolment link. `hash` comes from the
/// hasher, outside the transaction; the code proves that the app has the secret.
#[expect(
    clippy::too_many_arguments,
    reason = "two authenticators, their link, and the ambient things"
)]
pub async fn password_with_link(
    link: &str,
    ceremony: &str,
    hash: &str,
    code: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<PersonId, BindError>, BindFault> {
    let (Some(bound_to), Some(person)) = (bound_to(link), enrolment::look(link, now, db).await?) else {
        return Ok(Err(BindError::Link));
    };
    let Some(state) = ceremonies::look(ceremony, Kind::Code, &bound_to, now, db).await? else {
        return Ok(Err(BindError::Stale));
    };
    let seed = open(&state, &person, sealer)?;
    let Some(step) = seed.matching_step(code, now) else {
        return Ok(Err(BindError::Code));
    };
    if enrolment::redeem(link, now, log, db).await?.is_none() {
        return Ok(Err(BindError::Link));
    }
    let before = account::ways(&person, db).await?;
    ceremonies::take(ceremony, Kind::Code, &bound_to, now, db).await?;
    passwords::put(&person, hash, now, db).await?;
    totps::put(&person, &seed.seal(&person, sealer, rng)?, step, now, db).await?;
    lockout::cleared(person.as_str(), Authenticator::Password, db).await?;
    lockout::cleared(person.as_str(), Authenticator::Totp, db).await?;
    log.event("password.set", person.as_str(), json!({}));
    log.event("totp.added", person.as_str(), json!({}));
    reset(&person, before, now, rng, log, db).await?;
    Ok(Ok(person))
}

/// Takes a passkey away from whoever has `session`, unless it is the last way that resists phishing. Her other
/// sessions end: whoever has the key may be in; and so does this one when it was signed in by it.
pub async fn remove_passkey(
    id: &str,
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Removed, StoreError> {
    let person = &session.person;
    if !account::has_strong_without(id, person, now, db).await? || !passkeys::remove(id, person, db).await? {
        return Ok(Removed::Stays);
    }
    log.event("passkey.removed", person.as_str(), json!({ "passkey": id }));
    let passkey = AuthenticatorId::Passkey(id.to_owned());
    removed(&passkey, session, now, rng, log, db).await
}

/// What became of an authenticator that its owner takes away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// It is gone, and with it the session in which that was asked for: it was signed in by it.
    GoneWithSession,
    /// It stays.
    Stays,
}

/// Ends what ends when the owner of `session` has taken an authenticator away: all her other sessions, and this one
/// when its latest sign-in was by it.
pub(crate) async fn removed(
    authenticator: &AuthenticatorId,
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Removed, StoreError> {
    let stays = (!session.was_proven_by(authenticator)).then_some(&session.id);
    end::end_all(&session.person, stays, Reason::FactorReset, now, rng, log, db).await?;
    Ok(if stays.is_some() {
        Removed::Gone
    } else {
        Removed::GoneWithSession
    })
}

/// Gives a passkey another name. `false`: that is no name, or no passkey of hers.
pub async fn rename_passkey(
    id: &str,
    person: &PersonId,
    name: &str,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let Some(name) = named(name) else { return Ok(false) };
    let is_renamed = passkeys::rename(id, person, name, db).await?;
    if is_renamed {
        log.event("passkey.renamed", person.as_str(), json!({ "passkey": id }));
    }
    Ok(is_renamed)
}

/// Takes the password and the code generator beside it away from whoever has `session`, if a passkey is left. What
/// ends is as when she removes a passkey.
pub async fn remove_password(
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Removed, StoreError> {
    let person = &session.person;
    if passkeys::of_person(person, db).await?.is_empty() || !passwords::remove(person, db).await? {
        return Ok(Removed::Stays);
    }
    totps::remove(person, db).await?;
    recovery_codes::remove(person, db).await?;
    log.event("password.removed", person.as_str(), json!({}));
    removed(&AuthenticatorId::Password, session, now, rng, log, db).await
}

/// Sets another password in place of that of whoever has `session`. Her other sessions end: whoever knows the old one
/// may be in. `false`: she has none. `hash` comes from the hasher, outside the transaction.
pub async fn change_password(
    session: &Session,
    hash: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let person = &session.person;
    if !passwords::replace(person, hash, now, db).await? {
        return Ok(false);
    }
    lockout::cleared(person.as_str(), Authenticator::Password, db).await?;
    log.event("password.changed", person.as_str(), json!({}));
    end::end_all(person, Some(&session.id), Reason::FactorReset, now, rng, log, db).await?;
    Ok(true)
}

async fn reset(
    person: &PersonId,
    before: Ways,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    // Whoever had the old authenticator may have the codes too.
    recovery_codes::remove(person, db).await?;
    if before != Ways::default() {
        end::end_all(person, None, Reason::FactorReset, now, rng, log, db).await?;
    }
    Ok(())
}

fn open(state: &str, person: &PersonId, sealer: &Sealer) -> Result<Seed, BindFault> {
    let stored = STANDARD_NO_PAD.decode(state).map_err(|_| StoreError::Row {
        table: "ceremonies",
        column: "state",
    })?;
    Ok(Seed::open(person, &stored, sealer)?)
}
