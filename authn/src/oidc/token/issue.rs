// SPDX-License-Identifier: Apache-2.0
//! Tokens for a client about a person: an access token, on file so that it can be revoked, and an ID token.

use chrono::{DateTime, Utc};
use countersign_directory::Person;
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::{Binding, Tokens};
use crate::oidc::access_token::{AccessToken, Bearer, LIFETIME};
use crate::oidc::client::Client;
use crate::oidc::code::BoundTo;
use crate::oidc::id_token::{self, Subject};
use crate::oidc::keys::{KeyRing, SigningError};
use crate::secret::{Sealer, random_id};
use crate::store::accounts::Account;
use crate::store::tokens;

/// What the endpoint signs and seals with, and the certificate beside which it was asked.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Our name.
    pub issuer: &'a str,
    /// The signing keys.
    pub keys: &'a KeyRing,
    /// The sealing key.
    pub sealer: &'a Sealer,
    /// The client's certificate, if it showed one.
    pub certificate: Option<&'a str>,
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
}

/// Issues both; also tells the access token's name. No refresh token yet.
pub(super) async fn issue(
    about: About<'_>,
    client: &Client,
    means: Means<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<(Tokens, String), SigningError> {
    let bound_to = about.bound_to;
    let sub = about.account.sub_at(&client.record);
    let token = AccessToken {
        id: random_id(rng),
        client: client.record.id.clone(),
        person: Some(Bearer {
            sub: sub.clone(),
            session: bound_to.session.clone(),
            sid: bound_to.sid.clone(),
        }),
        scope: about.scope.to_owned(),
        issued_at: now.timestamp(),
        expires_at: (now + LIFETIME).timestamp(),
        cnf: Binding::of(client, means.certificate),
    };
    tokens::insert(
        &token.id,
        about.grant,
        &bound_to.session,
        &client.record.id,
        now + LIFETIME,
        db,
    )
    .await?;
    let access_token = token.seal(means.sealer);
    let subject = Subject {
        sub: &sub,
        person: about.person,
        grant: bound_to,
        scope: about.scope,
    };
    let id_token = id_token::issue(&subject, client, &access_token, means.issuer, means.keys, now)?;
    let tokens = Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        scope: about.scope.to_owned(),
        id_token: Some(id_token),
        refresh_token: None,
    };
    Ok((tokens, token.id))
}
