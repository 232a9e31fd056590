// SPDX-License-Identifier: Apache-2.0
//! The keys that we sign with, of OpenID and of SAML, as operators see them; and taking one out at once that
//! somebody else may know.

use authn::Happened;
use authn::oidc::keys::SigningError;
use authn::oidc::withdraw::withdraw;
use authn::saml::keys::{self as saml, KeysError, Role};
use authn::store::{StoreError, saml_keys, signing_keys};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::House;
use crate::record::RecordError;

const SAML: [(Role, UsedBy); 2] = [
    (Role::IdentityProvider, UsedBy::SamlIdentityProvider),
    (Role::ServiceProvider, UsedBy::SamlServiceProvider),
];

/// A key whose public half others know.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedKey {
    /// Its name: for OpenID the `kid`.
    pub id: String,
    /// As what we use it.
    pub used_by: UsedBy,
    /// What it is for: an algorithm of OpenID; `signing` or `encryption` in SAML.
    pub purpose: String,
    /// Since when it is published.
    pub published_at: DateTime<Utc>,
    /// From when it signs.
    pub use_from: DateTime<Utc>,
    /// When it leaves, if it was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<DateTime<Utc>>,
}

/// As what we use a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsedBy {
    /// The OpenID provider.
    OpenidProvider,
    /// The SAML identity provider.
    SamlIdentityProvider,
    /// The SAML service provider that signs people in with their agency's provider.
    SamlServiceProvider,
}

/// Keys cannot be looked at or taken out.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// A key of OpenID.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A key of SAML.
    #[error(transparent)]
    Saml(#[from] KeysError),
    /// The record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The store.
    #[error("the store cannot be used: {0}")]
    Sql(#[from] sqlx::Error),
    /// What sign-in keeps.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl House {
    /// All keys that are published, oldest first within their use.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, KeyFault> {
        let now = self.now();
        let mut db = self.database.pool.acquire().await?;
        let openid = signing_keys::published(now, &mut db).await?;
        let mut all: Vec<PublishedKey> = openid
            .into_iter()
            .map(|key| PublishedKey {
                id: key.kid,
                used_by: UsedBy::OpenidProvider,
                purpose: key.algorithm.name().to_owned(),
                published_at: key.term.published_at,
                use_from: key.term.use_from,
                gone_at: key.term.gone_at,
            })
            .collect();
        for (role, used_by) in SAML {
            let keys = saml_keys::published(role, now, &mut db).await?;
            all.extend(keys.into_iter().map(|key| PublishedKey {
                id: key.id,
                used_by,
                purpose: key.purpose.name().to_owned(),
                published_at: key.term.published_at,
                use_from: key.term.use_from,
                gone_at: key.term.gone_at,
            }));
        }
        Ok(all)
    }

    /// Takes a key out of what we publish, everywhere and at once; a fresh one signs in its place. False: no such
    /// key is published.
    pub async fn withdraw_key(&self, id: &str, by: &Actor) -> Result<bool, KeyFault> {
        let (now, mut rng, mut log) = (self.now(), self.rng(), Happened::new());
        let (sealer, issuer) = (&self.sealer, &self.config.issuer);
        let mut db = self.database.begin_write().await?;
        let mut is_done = withdraw(id, sealer, now, &mut rng, &mut log, &mut db).await?;
        for (role, _) in SAML {
            is_done =
                is_done || saml::withdraw(id, role, issuer, sealer, now, &mut rng, &mut log, &mut db).await?;
        }
        self.settle(by, &log, now, db).await?;
        Ok(is_done)
    }
}
