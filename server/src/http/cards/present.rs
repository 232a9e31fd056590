// SPDX-License-Identifier: Apache-2.0
//! `GET /card/{nonce}` on the card host: judges what the browser presented and sends it back. The
//! nonce is used up, whatever comes of it; the verdict stays on the server under a name that works
//! once, for the browser that began.

use authn::Happened;
use authn::cards as bound;
use authn::factor::card::{Presented, Refused};
use authn::store::ceremonies::{self, Kind};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use serde_json::json;

use super::gone;
use crate::app::{App, House};
use crate::http::authn::card_page::{Back, Verdict};
use crate::http::fault::Fault;
use crate::http::page::see_other;

/// How long a verdict waits for its browser.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// `GET /card/{nonce}`
pub async fn get(
    State(app): State<App>,
    Path(nonce): Path<String>,
    presented: Option<Extension<Presented>>,
) -> Response {
    let presented = presented
        .map(|Extension(presented)| presented)
        .unwrap_or_default();
    match judged(&app, &nonce, &presented).await {
        Ok(Some(location)) => see_other(&location),
        Ok(None) | Err(_) => gone(),
    }
}

async fn judged(house: &House, nonce: &str, presented: &Presented) -> Result<Option<String>, Fault> {
    let mut transaction = house.database.begin_write().await?;
    let taken = ceremonies::take_unbound(nonce, Kind::Card, house.now(), &mut transaction).await?;
    transaction.commit().await?;
    let Some((bound_to, state)) = taken else {
        return Ok(None);
    };
    let back: Back = serde_json::from_str(&state).map_err(|_| Fault::Ours)?;
    let Some(judged) = house.judge_card(presented).await else {
        return Ok(None);
    };
    let now = house.now();
    let mut rng = house.rng();
    let reference = authn::secret::random_id(&mut rng);
    let reference: String = reference
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(6)
        .collect();
    let reference = format!("C-{}", reference.to_ascii_uppercase());
    let mut log = Happened::new();
    if judged.outcome.is_err() {
        tracing::info!(reference, reason = judged.why, "a card was refused");
        let detail = json!({ "factor": "card", "reason": judged.why, "reference": reference });
        log.event("signin.refused", "", detail);
    }
    let cancelled = judged.outcome.as_ref().err().and_then(Refused::cancelled);
    let cancelled = presented.fingerprint().zip(cancelled);
    let verdict = Verdict {
        outcome: judged.outcome,
        reference,
    };
    let result = authn::secret::random_id(&mut rng);
    let state = serde_json::to_string(&verdict).map_err(|_| Fault::Ours)?;
    let mut transaction = house.database.begin_write().await?;
    if let Some((fingerprint, why)) = cancelled {
        bound::cancelled(&fingerprint, why, now, &mut rng, &mut log, &mut transaction).await?;
    }
    let until = now + PATIENCE;
    ceremonies::put(
        &result,
        Kind::CardResult,
        &bound_to,
        &state,
        until,
        &mut transaction,
    )
    .await?;
    house.settle(&Actor::Nobody, &log, now, transaction).await?;
    let Back { path } = back;
    let separator = if path.contains('?') { '&' } else { '?' };
    Ok(Some(format!(
        "{}{path}{separator}result={result}",
        house.config.issuer
    )))
}
