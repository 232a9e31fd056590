// SPDX-License-Identifier: Apache-2.0
//! A code becomes tokens (RFC 6749, section 4.1.3; OpenID Connect Core, section 3.1.3).

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::issue::{About, Means, issue};
use super::{Tokens, refresh};
use crate::account;
use crate::happened::Happened;
use crate::oidc::client::{Client, Grant};
use crate::oidc::code::{self, Presented};
use crate::oidc::error::{Code, Error};
use crate::oidc::keys::SigningError;
use crate::oidc::parameters::Parameters;
use crate::store::{accounts, sessions};

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
    let bound_to = &redeemed.bound_to;
    let over = Error::new(Code::InvalidGrant, "the session of this code is over");
    let session = sessions::by_id(&bound_to.session, db).await?;
    if !session.is_some_and(|session| session.is_live(now)) {
        return Ok(Err(over));
    }
    let Some(person) = account::active(&bound_to.person, db).await? else {
        return Ok(Err(over));
    };
    let account = accounts::ensure(&bound_to.person, now, rng, db).await?;
    let about = About {
        grant: &redeemed.grant,
        bound_to,
        scope: &bound_to.scope,
        person: &person,
        account: &account,
    };
    let (mut tokens, access) = issue(about, client, means, now, rng, db).await?;
    if client.may(Grant::RefreshToken) {
        let first = refresh::begin(&redeemed.grant, bound_to, &access, now, rng, db).await?;
        tokens.refresh_token = Some(first.seal(means.sealer));
    }
    Ok(Ok(tokens))
}
