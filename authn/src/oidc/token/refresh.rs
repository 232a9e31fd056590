// SPDX-License-Identifier: Apache-2.0
//! A refresh token becomes the next pair (RFC 6749, section 6; RFC 9700, section 4.14.2).
//!
//! A chain has one live pair. The token that came before it is taken once more only while neither half of
//! that pair was used: then the reply was lost, and the pair is replaced. Any other reuse ends the chain.
//! What is decided here is committed before the reply, so that no crash and no restart forgets it.
//!
//! Tokens that are presented at the same moment can be exchanged together: each step is one statement for
//! all of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use countersign_directory::{Event, Person, PersonId};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;

use super::Request;
use super::issue::{About, Means, Unsigned, issue};
use crate::account;
use crate::happened::Happened;
use crate::oidc::client::{Client, Grant, RefreshReuse};
use crate::oidc::code::BoundTo;
use crate::oidc::error::{Code, Error};
use crate::oidc::refresh_token::RefreshToken;
use crate::secret::Sealer;
use crate::session::{Session, SessionId};
use crate::store::accounts::{self, Account};
use crate::store::refresh_families::{self, Family, Rotation};
use crate::store::tokens::{self, Issued};
use crate::store::{StoreError, sessions};

const OVER: &str = "the session of this refresh token is over";
const ENDED: &str = "the refresh token is unknown or has ended";

/// A refresh token as a client presents it, before anything is looked up.
#[derive(Debug)]
pub struct Ask {
    client: Client,
    certificate: Option<String>,
    token: RefreshToken,
    scope: Option<String>,
}

impl Ask {
    /// Reads what a client sent.
    pub fn read(request: Request<'_>, sealer: &Sealer) -> Result<Self, Error> {
        let Request { client, form, .. } = request;
        if !client.may(Grant::RefreshToken) {
            return Err(Error::new(
                Code::UnauthorizedClient,
                "this client gets no refresh tokens",
            ));
        }
        let Some(text) = form.one("refresh_token") else {
            return Err(Error::new(Code::InvalidRequest, "refresh_token is missing"));
        };
        let token = RefreshToken::open(text, sealer)
            .ok_or_else(|| refused("the refresh token is not one of ours"))?;
        Ok(Self {
            client: client.clone(),
            certificate: request.certificate.map(str::to_owned),
            token,
            scope: form.one("scope").map(str::to_owned),
        })
    }

    /// The chain that it belongs to. Of two of one chain, one is exchanged after the other.
    pub fn chain(&self) -> &str {
        &self.token.family
    }
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

/// Exchanges tokens of different chains for their next pairs, in the order of `asks`. Server says whether the
/// person may not be signed in there any more, and why. Commit also what is refused, for a reuse ended its
/// chain; sign after that.
pub async fn exchange(
    asks: &[Ask],
    no_longer: impl Fn(&Presented<'_>) -> Option<&'static str>,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<Result<Unsigned, Error>>, StoreError> {
    let known = Known::of(asks, now, rng, db).await?;
    let mut coming = Vec::with_capacity(asks.len());
    for ask in asks {
        let presented = match known.present(ask, now) {
            Ok(presented) => no_longer(&presented).map_or(Ok(presented), |why| Err(refused(why))),
            Err(Turned::Away(error)) => Err(error),
            Err(Turned::Reused { family, why }) => {
                end(family, why, now, log, db).await?;
                Err(refused(
                    "the refresh token was used before or by another client; all that came of it is revoked",
                ))
            }
        };
        if let Ok(presented) = &presented
            && presented.is_replaced()
        {
            // The pair that nobody got: its access token must not outlive it.
            let client = &presented.client.record.id;
            tokens::revoke(&presented.family.current_access, client, now, db).await?;
        }
        coming.push(presented.map(|presented| presented.next(means, now, rng)));
    }
    let next = || coming.iter().flatten();
    tokens::insert(next().map(|next| &next.access), db).await?;
    let moved = refresh_families::rotate(next().map(|next| &next.rotation), now, db).await?;
    let mut outcome = |next: Next| {
        if !moved.contains(&next.rotation.id) {
            return Err(refused(ENDED));
        }
        log.events.push(next.event);
        Ok(next.unsigned)
    };
    Ok(coming
        .into_iter()
        .map(|next| next.and_then(&mut outcome))
        .collect())
}

/// What is on file of the chains of some tokens.
#[derive(Debug)]
struct Known {
    families: BTreeMap<String, Family>,
    sessions: BTreeMap<SessionId, Session>,
    people: BTreeMap<PersonId, Person>,
    accounts: BTreeMap<PersonId, Account>,
}

/// Why a token is not exchanged.
enum Turned<'a> {
    Away(Error),
    Reused { family: &'a Family, why: &'static str },
}

impl Known {
    async fn of(
        asks: &[Ask],
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        db: &mut AnyConnection,
    ) -> Result<Self, StoreError> {
        let chains: Vec<&str> = asks.iter().map(Ask::chain).collect();
        let families = refresh_families::held(&chains, db).await?;
        let bound_to = || families.values().map(|family| &family.bound_to);
        let sessions: BTreeSet<&SessionId> = bound_to().map(|bound_to| &bound_to.session).collect();
        let sessions = sessions::among(&Vec::from_iter(sessions), db).await?;
        let people: BTreeSet<&PersonId> = bound_to().map(|bound_to| &bound_to.person).collect();
        let people = account::active_among(&Vec::from_iter(people), db).await?;
        let active: Vec<&PersonId> = people.keys().collect();
        let accounts = accounts::ensured(&active, now, rng, db).await?;
        Ok(Self {
            families,
            sessions,
            people,
            accounts,
        })
    }

    fn present<'a>(&'a self, ask: &'a Ask, now: DateTime<Utc>) -> Result<Presented<'a>, Turned<'a>> {
        let away = |why| Turned::Away(refused(why));
        let family = self.families.get(ask.chain());
        let family = family
            .filter(|family| family.ended_at.is_none())
            .ok_or_else(|| away(ENDED))?;
        judge(family, &ask.token.hash(), &ask.client).map_err(|why| Turned::Reused { family, why })?;
        let bound_to = &family.bound_to;
        let session = self.sessions.get(&bound_to.session);
        let session = session
            .filter(|session| session.is_live(now))
            .ok_or_else(|| away(OVER))?;
        let person = self.people.get(&session.person).ok_or_else(|| away(OVER))?;
        let account = self.accounts.get(&session.person).ok_or_else(|| away(OVER))?;
        if session.level < bound_to.level {
            return Err(away("the session was renewed by a weaker sign-in; sign in again"));
        }
        let scope = narrowed(ask.scope.as_deref(), &bound_to.scope).ok_or(Turned::Away(Error::new(
            Code::InvalidScope,
            "scope goes beyond what was granted",
        )))?;
        Ok(Presented {
            client: &ask.client,
            session,
            person,
            account,
            ask,
            family,
            scope,
        })
    }
}

/// A token that may be exchanged, as far as this room can tell.
#[derive(Debug)]
pub struct Presented<'a> {
    /// The client.
    pub client: &'a Client,
    /// The session that it lives by.
    pub session: &'a Session,
    /// Her entry in the directory.
    pub person: &'a Person,
    account: &'a Account,
    ask: &'a Ask,
    family: &'a Family,
    scope: &'a str,
}

/// What comes of it.
struct Next {
    rotation: Rotation,
    access: Issued,
    unsigned: Unsigned,
    event: Event,
}

impl Presented<'_> {
    /// What its sign-in was. A refresh never raises it and never makes it younger.
    pub fn bound_to(&self) -> &BoundTo {
        &self.family.bound_to
    }

    /// Whether it is the one before the current one: nobody got that.
    fn is_replaced(&self) -> bool {
        self.family.current_hash != self.ask.token.hash()
    }

    fn next(&self, means: Means<'_>, now: DateTime<Utc>, rng: &mut impl CryptoRng) -> Next {
        let bound_to = BoundTo {
            // The nonce belongs to the first ID token alone (OpenID Connect Core, section 12.2).
            nonce: None,
            ..self.bound_to().clone()
        };
        let about = About {
            grant: &self.family.grant,
            bound_to: &bound_to,
            scope: self.scope,
            person: self.person,
            account: self.account,
            certificate: self.ask.certificate.as_deref(),
        };
        let (mut unsigned, access) = issue(about, self.client, means, now, rng);
        let token = RefreshToken::next(self.family.id.clone(), rng);
        let rotation = Rotation {
            id: self.family.id.clone(),
            generation: self.family.generation,
            presented_hash: self.ask.token.hash(),
            next_hash: token.hash(),
            access: access.id.clone(),
        };
        unsigned.tokens.refresh_token = Some(token.seal(means.sealer));
        let detail = json!({
            "client": self.client.record.id,
            "session": self.session.id,
            "generation": self.family.generation + 1,
            "reply_was_lost": self.is_replaced(),
        });
        Next {
            rotation,
            access,
            unsigned,
            event: Event::new("oidc.refreshed", self.session.person.as_str(), detail),
        }
    }
}

fn refused(why: &'static str) -> Error {
    Error::new(Code::InvalidGrant, why)
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
fn narrowed<'a>(asked: Option<&'a str>, granted: &'a str) -> Option<&'a str> {
    let Some(asked) = asked else {
        return Some(granted);
    };
    let mut words = asked.split_ascii_whitespace();
    let is_granted = words.all(|word| granted.split(' ').any(|known| known == word));
    is_granted.then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_can_be_narrowed_and_never_widened() {
        assert_eq!(narrowed(None, "openid email"), Some("openid email"));
        assert_eq!(narrowed(Some("openid"), "openid email"), Some("openid"));
        assert_eq!(narrowed(Some("openid profile"), "openid email"), None);
    }
}
