// SPDX-License-Identifier: Apache-2.0
//! Revocation (RFC 7009): an unknown token is no error, and another client's is never touched.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use crate::happened::Happened;
use crate::oidc::access_token::AccessToken;
use crate::oidc::client::Client;
use crate::oidc::refresh_token::RefreshToken;
use crate::secret::Sealer;
use crate::store::{StoreError, refresh_families, tokens};

/// Revokes a token of a client that has authenticated. A refresh token takes its chain along, and every
/// access token that came of it.
pub async fn revoke(
    text: &str,
    client: &Client,
    sealer: &Sealer,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    if let Some(token) = AccessToken::open(text, sealer, now) {
        return tokens::revoke(&token.id, &client.record.id, now, db).await;
    }
    let Some(token) = RefreshToken::open(text, sealer) else {
        return Ok(());
    };
    let family = refresh_families::held(&[&token.family], db)
        .await?
        .into_values()
        .next();
    let Some(family) = family.filter(|family| family.bound_to.client == client.record.id) else {
        return Ok(());
    };
    if refresh_families::end(&family.id, "revoked", now, db).await? {
        tokens::revoke_grant(&family.grant, now, db).await?;
        let detail = json!({ "client": family.bound_to.client, "session": family.bound_to.session });
        log.event("oidc.refresh_revoked", family.bound_to.person.as_str(), detail);
    }
    Ok(())
}
