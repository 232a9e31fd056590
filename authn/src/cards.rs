// SPDX-License-Identifier: Apache-2.0
//! Whose card is it: binding cards to accounts, finding the account that a card opens, and taking
//! cards away. A card that would open two accounts opens none, and that is an alarm.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::account;
use crate::bind::{self, Removed};
use crate::evidence::{self, AuthenticatorId, Lost};
use crate::factor::card::{Cancelled, Card};
use crate::happened::Happened;
use crate::secret::random_id;
use crate::session::Session;
use crate::session::end::Reason;
use crate::store::cards::{self, BoundCard};
use crate::store::{StoreError, accounts, card_certificates};

/// The account that a card opens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Bound {
    /// This one's.
    To(Box<BoundCard>),
    /// More than one: nobody's.
    ToMany,
    /// None.
    ToNobody,
}

/// Why a card was not bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BindRefusal {
    /// It is somebody else's.
    #[error("this card opens another account")]
    Another,
    /// Its state is not known well enough to bind it for good.
    #[error("nobody can say at this time whether the card was revoked")]
    Unsure,
}

/// Whose account a card opens.
pub async fn holder(card: &Card, log: &mut Happened, db: &mut AnyConnection) -> Result<Bound, StoreError> {
    // A name is bound to a person once.
    let mut bound = cards::by_name(card, db).await?;
    Ok(match (bound.pop(), bound.is_empty()) {
        (None, _) => Bound::ToNobody,
        (Some(one), true) => Bound::To(Box::new(one)),
        (Some(one), false) => {
            bound.push(one);
            let people: Vec<&str> = bound.iter().map(|one| one.person.as_str()).collect();
            alarm(log, card, &people);
            Bound::ToMany
        }
    })
}

fn alarm(log: &mut Happened, card: &Card, people: &[&str]) {
    let detail = json!({ "issuer": card.issuer, "fingerprint": card.fingerprint, "people": people });
    log.event("card.ambiguous", "", detail);
}

/// Notes that a card let its holder in.
pub async fn used(
    person: &PersonId,
    card: &Card,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    if card.is_unsure {
        let detail = json!({ "issuer": card.issuer, "fingerprint": card.fingerprint });
        log.event("card.revocation_undetermined", person.as_str(), detail);
    }
    card_certificates::seen(person, card, now, db).await?;
    cards::used(person, card, now, db).await
}

/// Binds a card to an account. The caller has seen a fresh sign-in at the account's level, or a rule.
pub async fn bind(
    person: &PersonId,
    card: &Card,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<(), BindRefusal>, StoreError> {
    if card.is_unsure {
        return Ok(Err(BindRefusal::Unsure));
    }
    let others = cards::by_name(card, db).await?;
    if others.iter().any(|other| other.person != *person) {
        let detail = json!({ "issuer": card.issuer, "fingerprint": card.fingerprint });
        log.event("card.bound_to_another", person.as_str(), detail);
        return Ok(Err(BindRefusal::Another));
    }
    accounts::ensure(person, now, rng, db).await?;
    let bound = BoundCard {
        id: random_id(rng),
        person: person.clone(),
        subject: card.subject.clone(),
        issued_by: card.issued_by.clone(),
        issuer: card.issuer.clone(),
        level: card.level,
        expires_at: card.expires_at,
        created_at: now,
        last_used_at: None,
    };
    if cards::add(&bound, card, db).await? {
        let detail = json!({ "card": bound.id, "issuer": card.issuer, "fingerprint": card.fingerprint });
        log.event("card.added", person.as_str(), detail);
    }
    Ok(Ok(()))
}

/// Takes a card away from whoever has `session`, unless it is the last way that resists phishing. Her other
/// sessions end: whoever has the card may be in; and so does this one when it was signed in by it.
pub async fn remove(
    id: &str,
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Removed, StoreError> {
    let person = &session.person;
    if !account::has_strong_without(id, person, now, db).await? {
        return Ok(Removed::Stays);
    }
    if !cards::withdraw(id, person, now, db).await? {
        return Ok(Removed::Stays);
    }
    log.event("card.removed", person.as_str(), json!({ "card": id }));
    let card = AuthenticatorId::Card(id.to_owned());
    bind::removed(&card, session, now, rng, log, db).await
}

/// Whether a person ever had a card of a set.
pub(crate) async fn had_of_issuer(
    person: &PersonId,
    issuer: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    cards::had_of_issuer(person, issuer, db).await
}

/// Notes that a certificate of a card was found to be good for nothing, and ends what rests on it. Nothing happens
/// when it opened nothing, or that was noted before.
pub async fn cancelled(
    fingerprint: &str,
    why: Cancelled,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let Some(person) = card_certificates::take(fingerprint, db).await? else {
        return Ok(());
    };
    let kind = match why {
        Cancelled::Expired => "card.expired",
        Cancelled::Revoked => "card.revoked",
    };
    log.event(kind, person.as_str(), json!({ "fingerprint": fingerprint }));
    let lost = Lost::Certificate(fingerprint);
    evidence::end_resting(&person, lost, Reason::Untrusted, now, rng, log, db).await?;
    Ok(())
}
