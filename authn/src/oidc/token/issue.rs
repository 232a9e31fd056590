// SPDX-License-Identifier: Apache-2.0
//! Tokens for a client about a person: an access token, kept so that it can be revoked, and an ID token.

use chrono::{DateTime, Utc};
use countersign_directory::Person;
use rand::CryptoRng;
use serde_json::Value;

use super::{Binding, Tokens};
use crate::oidc::access_token::{AccessToken, Bearer, LIFETIME};
use crate::oidc::client::Client;
use crate::oidc::code::BoundTo;
use crate::oidc::id_token::{self, Subject};
use crate::oidc::jws;
use crate::oidc::keys::{Algorithm, KeyRing, SigningError};
use crate::secret::{Sealer, random_id};
use crate::store::accounts::Account;
use crate::store::tokens::Issued;

/// What the endpoint names itself by, and seals with.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Our name.
    pub issuer: &'a str,
    /// The sealing key.
    pub sealer: &'a Sealer,
}

/// About whom, and what came before.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    /// What the tokens have in common.
    pub(super) grant: &'a str,
    /// The sign-in.
    pub(super) bound_to: &'a BoundTo,
    /// The scopes granted now.
    pub(super) scope: &'a str,
    /// Her entry in the directory.
    pub(super) person: &'a Person,
    /// Her account.
    pub(super) account: &'a Account,
    /// The certificate beside which it was asked.
    pub(super) certificate: Option<&'a str>,
}

/// Tokens whose ID token is not signed yet. That takes longer than all else, and nobody has to wait for it: what
/// was decided is committed first.
#[derive(Debug)]
pub struct Unsigned {
    pub(super) tokens: Tokens,
    claims: Value,
    algorithm: Algorithm,
}

impl Unsigned {
    /// Signs the ID token.
    pub fn sign(self, keys: &KeyRing, now: DateTime<Utc>) -> Result<Tokens, SigningError> {
        let id_token = jws::sign(keys, self.algorithm, "JWT", &self.claims, now)?;
        Ok(Tokens {
            id_token: Some(id_token),
            ..self.tokens
        })
    }
}

/// Makes both, and what is to be kept of the access token. No refresh token yet.
pub(super) fn issue(
    about: About<'_>,
    client: &Client,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> (Unsigned, Issued) {
    let bound_to = about.bound_to;
    let sub = about.account.sub_at(&client.record);
    let token = AccessToken {
        id: random_id(rng),
        client: client.record.id.clone(),
        person: Some(Bearer {
            sub: sub.clone(),
            session: bound_to.session.clone(),
            sid: bound_to.sid.clone(),
            level: bound_to.level,
            methods: bound_to.methods.clone(),
            auth_time: bound_to.auth_time,
        }),
        scope: about.scope.to_owned(),
        issued_at: now.timestamp(),
        expires_at: (now + LIFETIME).timestamp(),
        cnf: Binding::of(client, about.certificate),
    };
    let access_token = token.seal(means.sealer);
    let subject = Subject {
        sub: &sub,
        person: about.person,
        grant: bound_to,
        scope: about.scope,
    };
    let unsigned = Unsigned {
        claims: id_token::claims(&subject, client, &access_token, means.issuer, now),
        algorithm: client.record.id_token_algorithm,
        tokens: Tokens {
            access_token,
            token_type: "Bearer",
            expires_in: LIFETIME.num_seconds(),
            scope: about.scope.to_owned(),
            id_token: None,
            refresh_token: None,
        },
    };
    let kept = Issued {
        id: token.id,
        grant: about.grant.to_owned(),
        session: bound_to.session.clone(),
        client: token.client,
        expires_at: now + LIFETIME,
    };
    (unsigned, kept)
}
