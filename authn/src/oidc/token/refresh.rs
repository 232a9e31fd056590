// SPDX-License-Identifier: Apache-2.0
//! A refresh token becomes the next pair (RFC 6749, section 6; RFC 9700, section 4.14.2).
//!
//! A chain has one live pair. The token that came before it is taken once more only while neither half of
//! that pair was used: then the reply was lost, and the pair is replaced. Any other reuse ends the chain.
//! What is decided here is committed before the reply, so that no crash and no restart forgets it.
//!
//! Server calls [`present`], asks whether the person may still be signed in there, and calls [`rotate`].

use chrono::{DateTime, Utc};
use countersign_directory::Person;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;

use super::Tokens;
use super::issue::{About, Means, issue};
use crate::account;
use crate::happened::Happened;
use crate::oidc::client::{Client, Grant, RefreshReuse};
use crate::oidc::code::BoundTo;
use crate::oidc::error::{Code, Error};
use crate::oidc::keys::SigningError;
use crate::oidc::parameters::Parameters;
use crate::oidc::refresh_token::RefreshToken;
use crate::secret::Sealer;
use crate::session::Session;
use crate::store::refresh_families::{self, Family};
use crate::store::{StoreError, accounts, sessions, tokens};

/// A refresh token that may be exchanged, as far as this room can tell.
#[derive(Debug)]
pub struct Presented {
    /// The session that it lives by.
    pub session: Session,
    /// Her entry in the directory.
    pub person: Person,
    family: Family,
    hash: Vec<u8>,
    scope: String,
}

/// Begins the chain of a grant, beside its first access token.
pub(super) async fn begin(
    grant: &str,
    bound_to: &BoundTo,
    access: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<RefreshToken, StoreError> {
    let token = RefreshToken::first(rng);
    let family = Family {
        id: token.family.clone(),
        grant: grant.to_owned(),
        bound_to: bound_to.clone(),
        generation: 0,
        current_hash: token.hash(),
        previous_hash: None,
        current_access: access.to_owned(),
        current_used: false,
        ended_at: None,
    };
    refresh_families::insert(&family, now, db).await?;
    Ok(token)
}

/// Reads the refresh token in `form` of a client that has authenticated. Commit also when it is refused: a
/// reuse ended its chain.
pub async fn present(
    form: &Parameters,
    client: &Client,
    sealer: &Sealer,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Presented, Error>, StoreError> {
    if !client.may(Grant::RefreshToken) {
        return Ok(Err(Error::new(
            Code::UnauthorizedClient,
            "this client gets no refresh tokens",
        )));
    }
    let Some(text) = form.one("refresh_token") else {
        return Ok(Err(Error::new(Code::InvalidRequest, "refresh_token is missing")));
    };
    let refused = |description| Ok(Err(Error::new(Code::InvalidGrant, description)));
    let Some(token) = RefreshToken::open(text, sealer) else {
        return refused("the refresh token is not one of ours");
    };
    let Some(family) = refresh_families::held(&token.family, db).await? else {
        return refused("the refresh token is unknown or has ended");
    };
    if family.ended_at.is_some() {
        return refused("the refresh token is unknown or has ended");
    }
    if let Err(why) = judge(&family, &token.hash(), client) {
        end(&family, why, now, log, db).await?;
        return refused(
            "the refresh token was used before or by another client; all that came of it is revoked",
        );
    }
    let over = "the session of this refresh token is over";
    let session = sessions::by_id(&family.bound_to.session, db).await?;
    let Some(session) = session.filter(|session| session.is_live(now)) else {
        return refused(over);
    };
    let Some(person) = account::active(&session.person, db).await? else {
        return refused(over);
    };
    if session.level < family.bound_to.level {
        return refused("the session was renewed by a weaker sign-in; sign in again");
    }
    let Some(scope) = narrowed(form.one("scope"), &family.bound_to.scope) else {
        let error = Error::new(Code::InvalidScope, "scope goes beyond what was granted");
        return Ok(Err(error));
    };
    Ok(Ok(Presented {
        session,
        person,
        hash: token.hash(),
        scope,
        family,
    }))
}

impl Presented {
    /// What its sign-in was. A refresh never raises it and never makes it younger.
    pub fn bound_to(&self) -> &BoundTo {
        &self.family.bound_to
    }
}

/// Exchanges it for the next pair.
pub async fn rotate(
    presented: Presented,
    client: &Client,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Tokens, Error>, SigningError> {
    let family = &presented.family;
    let is_replaced = family.current_hash != presented.hash;
    if is_replaced {
        // The pair that nobody got: its access token must not outlive it.
        let client = &client.record.id;
        tokens::revoke(&family.current_access, client, now, db).await?;
    }
    let account = accounts::ensure(&presented.session.person, now, rng, db).await?;
    let bound_to = BoundTo {
        // The nonce belongs to the first ID token alone (OpenID Connect Core, section 12.2).
        nonce: None,
        ..family.bound_to.clone()
    };
    let about = About {
        grant: &family.grant,
        bound_to: &bound_to,
        scope: &presented.scope,
        person: &presented.person,
        account: &account,
    };
    let (mut issued, access) = issue(about, client, means, now, rng, db).await?;
    let next = RefreshToken::next(family.id.clone(), rng);
    let hash = next.hash();
    if !refresh_families::rotate(family, &presented.hash, &hash, &access, now, db).await? {
        return Ok(Err(Error::new(
            Code::InvalidGrant,
            "the refresh token is unknown or has ended",
        )));
    }
    issued.refresh_token = Some(next.seal(means.sealer));
    let detail = json!({
        "client": client.record.id,
        "session": presented.session.id,
        "generation": family.generation + 1,
        "reply_was_lost": is_replaced,
    });
    log.event("oidc.refreshed", presented.session.person.as_str(), detail);
    Ok(Ok(issued))
}

/// Whether the token with this hash may move the chain on; else why the chain must end.
fn judge(family: &Family, hash: &[u8], client: &Client) -> Result<(), &'static str> {
    if family.bound_to.client != client.record.id {
        return Err("presented by another client");
    }
    let is = |known: &[u8]| bool::from(known.ct_eq(hash));
    if is(&family.current_hash) {
        return Ok(());
    }
    let is_previous = family.previous_hash.as_deref().is_some_and(is);
    match (is_previous, family.current_used, client.record.refresh_reuse) {
        (true, false, RefreshReuse::LostReply) => Ok(()),
        (true, true, _) => Err("used again after its successor was used"),
        (true, false, RefreshReuse::Never) => Err("used again"),
        (false, ..) => Err("used again after it was replaced"),
    }
}

async fn end(
    family: &Family,
    why: &str,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    if refresh_families::end(&family.id, "reused", now, db).await? {
        tokens::revoke_grant(&family.grant, now, db).await?;
        let bound_to = &family.bound_to;
        let detail = json!({ "client": bound_to.client, "session": bound_to.session, "why": why });
        log.event("oidc.refresh_reused", bound_to.person.as_str(), detail);
    }
    Ok(())
}

/// The scopes asked for, all of which must have been granted (RFC 6749, section 6).
fn narrowed(asked: Option<&str>, granted: &str) -> Option<String> {
    let Some(asked) = asked else {
        return Some(granted.to_owned());
    };
    let mut words = asked.split_ascii_whitespace();
    words
        .all(|word| granted.split(' ').any(|known| known == word))
        .then(|| asked.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_can_be_narrowed_and_never_widened() {
        assert_eq!(narrowed(None, "openid email").as_deref(), Some("openid email"));
        assert_eq!(
            narrowed(Some("openid"), "openid email").as_deref(),
            Some("openid")
        );
        assert_eq!(narrowed(Some("openid profile"), "openid email"), None);
    }
}
