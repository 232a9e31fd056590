// SPDX-License-Identifier: Apache-2.0
//! The step of a card. Like a passkey it proves everything at once, whatever was asked for.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::steps::prove;
use super::{Flow, Problem, Stage, Step, keep};
use crate::account;
use crate::cards::{self, Bound};
use crate::factor::card::Card;
use crate::happened::Happened;
use crate::store::StoreError;

/// What comes of a card that is good.
#[derive(Clone, Debug)]
pub enum CardStep {
    /// It opens two accounts, so it opens none.
    Ambiguous(Flow),
    /// She is who she says, or the step does not belong here.
    Step(Step),
    /// It opens no account.
    Unlinked(Flow),
}

/// Takes a good card. What it returns must be committed.
pub async fn give_card(
    mut flow: Flow,
    card: Card,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<CardStep, StoreError> {
    if matches!(flow.stage, Stage::Finished { .. }) {
        return Ok(CardStep::Step(Step::Again(flow, Problem::Stage)));
    }
    match cards::holder(&card, log, db).await? {
        Bound::To(bound) if account::active(&bound.person, db).await?.is_some() => {
            cards::used(&bound.person, &card, now, log, db).await?;
            let proof = card.proof(&bound.id, now);
            Ok(CardStep::Step(prove(flow, bound.person, proof)?))
        }
        Bound::ToMany => Ok(CardStep::Ambiguous(flow)),
        Bound::To(bound) => {
            let detail = json!({ "factor": "card", "reason": "the person is not active" });
            log.event("signin.refused", bound.person.as_str(), detail);
            Ok(CardStep::Unlinked(flow))
        }
        Bound::ToNobody => {
            if let Some(person) = by_rule(&card, db).await? {
                flow.stage = Stage::ConfirmCard {
                    person,
                    card: Box::new(card),
                };
                keep(&flow, now, db).await?;
                return Ok(CardStep::Step(Step::Next(flow)));
            }
            let detail = json!({ "factor": "card", "reason": "no account", "issuer": card.issuer });
            log.event("signin.refused", "", detail);
            Ok(CardStep::Unlinked(flow))
        }
    }
}

/// Takes the yes to a first use: binds the card and lets its holder in.
pub async fn confirm_card(
    flow: Flow,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    let Stage::ConfirmCard { person, card } = flow.stage.clone() else {
        return Ok(Step::Again(flow, Problem::Stage));
    };
    let is_still_hers = by_rule(&card, db).await?.as_ref() == Some(&person);
    if !is_still_hers || cards::bind(&person, &card, now, rng, log, db).await?.is_err() {
        return Ok(Step::Again(flow, Problem::Stage));
    }
    let Bound::To(bound) = cards::holder(&card, log, db).await? else {
        return Ok(Step::Again(flow, Problem::Stage));
    };
    cards::used(&person, &card, now, log, db).await?;
    prove(flow, person, card.proof(&bound.id, now))
}

/// To whom the issuer's rule gives a card on first use: an active person who never had one of that issuer. What was
/// taken from her does not come back by a rule.
async fn by_rule(card: &Card, db: &mut AnyConnection) -> Result<Option<PersonId>, StoreError> {
    let Some(person) = card.is_for.as_deref().and_then(|id| id.parse::<PersonId>().ok()) else {
        return Ok(None);
    };
    let had_one = cards::had_of_issuer(&person, &card.issuer, db).await?;
    let is_active = account::active(&person, db).await?.is_some();
    Ok((is_active && !had_one).then_some(person))
}
