// SPDX-License-Identifier: Apache-2.0
//! A code becomes tokens (RFC 6749, section 4.1.3; OpenID Connect Core, section 3.1.3).

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::Tokens;
use crate::account;
use crate::happened::Happened;
use crate::oidc::access_token::{AccessToken, Bearer, LIFETIME};
use crate::oidc::client::{Client, Grant};
use crate::oidc::code::{self, Presented};
use crate::oidc::error::{Code, Error};
use crate::oidc::id_token::{self, Subject};
use crate::oidc::keys::{KeyRing, SigningError};
use crate::oidc::parameters::Parameters;
use crate::secret::{Sealer, random_id};
use crate::store::{accounts, sessions, tokens};

/// What the endpoint signs and seals with.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Our name.
    pub issuer: &'a str,
    /// The signing keys.
    pub keys: &'a KeyRing,
    /// The sealing key.
    pub sealer: &'a Sealer,
}

/// Redeems the code in `form` for a client that has authenticated. Commit also when it is refused.
pub async fn redeem(
    form: &Parameters,
    client: &Client,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Tokens, Error>, SigningError> {
    if !client.may(Grant::AuthorizationCode) {
        return Ok(Err(Error::new(
            Code::UnauthorizedClient,
            "this client signs nobody in",
        )));
    }
    let Some(code) = form.one("code") else {
        return Ok(Err(Error::new(Code::InvalidRequest, "code is missing")));
    };
    let presented = Presented {
        code,
        client: &client.record.id,
        redirect_uri: form.one("redirect_uri"),
        verifier: form.one("code_verifier"),
    };
    let redeemed = match code::redeem(presented, now, log, db).await? {
        Ok(redeemed) => redeemed,
        Err(error) => return Ok(Err(error)),
    };
    let grant = &redeemed.bound_to;
    let over = Error::new(Code::InvalidGrant, "the session of this code is over");
    let session = sessions::by_id(&grant.session, db).await?;
    if !session.is_some_and(|session| session.is_live(now)) {
        return Ok(Err(over));
    }
    let Some(person) = account::active(&grant.person, db).await? else {
        return Ok(Err(over));
    };
    let account = accounts::ensure(&grant.person, now, rng, db).await?;
    let token = AccessToken {
        id: random_id(rng),
        client: client.record.id.clone(),
        person: Some(Bearer {
            sub: account.sub.clone(),
            session: grant.session.clone(),
            sid: grant.sid.clone(),
        }),
        scope: grant.scope.clone(),
        issued_at: now.timestamp(),
        expires_at: (now + LIFETIME).timestamp(),
    };
    tokens::insert(
        &token.id,
        &redeemed.grant,
        &grant.session,
        &client.record.id,
        now + LIFETIME,
        db,
    )
    .await?;
    let access_token = token.seal(means.sealer);
    let subject = Subject {
        sub: &account.sub,
        person: &person,
        grant,
    };
    let id_token = id_token::issue(&subject, client, &access_token, means.issuer, means.keys, now)?;
    Ok(Ok(Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        scope: grant.scope.clone(),
        id_token: Some(id_token),
    }))
}
