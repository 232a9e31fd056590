// SPDX-License-Identifier: Apache-2.0
//! A code becomes tokens (RFC 6749, section 4.1.3; OpenID Connect Core, section 3.1.3).

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::issue::{About, Means, Unsigned, issue};
use super::{Request, refresh};
use crate::account;
use crate::happened::Happened;
use crate::oidc::client::Grant;
use crate::oidc::code::{self, Presented};
use crate::oidc::error::{Code, Error};
use crate::store::{StoreError, accounts, sessions, tokens};

/// Redeems the code that a client presents. Commit also when it is refused; sign after that.
pub async fn redeem(
    request: Request<'_>,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Unsigned, Error>, StoreError> {
    let Request { client, form, .. } = request;
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
        certificate: request.certificate,
    };
    let (mut unsigned, access) = issue(about, client, means, now, rng);
    tokens::insert([&access], db).await?;
    if client.may(Grant::RefreshToken) {
        let first = refresh::begin(&redeemed.grant, bound_to, &access.id, now, rng, db).await?;
        unsigned.tokens.refresh_token = Some(first.seal(means.sealer));
    }
    Ok(Ok(unsigned))
}
