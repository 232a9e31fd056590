// SPDX-License-Identifier: Apache-2.0
//! Tells clients that sessions are over (OpenID Connect Back-Channel Logout 1.0; SAML, by SOAP), from the
//! durable outbox, again and again until each has heard.

use std::collections::BTreeMap;

use authn::Happened;
use authn::oidc::backchannel::{delivered, failed, token};
use authn::oidc::client::{Client, ClientRecord};
use authn::oidc::keys::SigningError;
use authn::saml::Limits;
use authn::saml::credential::CredentialError;
use authn::saml::idp::logout::Participant;
use authn::saml::idp::{Entity, call};
use authn::store::outbox::{self, Notice, Protocol};
use authn::store::{StoreError, clients, saml_services};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{StatusCode, header};

use crate::app::{App, House};
use crate::outbound::innermost;
use crate::record;

/// Messages taken in one round.
const BATCH: i64 = 64;
/// Messages on their way to one client.
const EACH: usize = 8;
/// Longer than a message can be on its way: who has not said by then how it went is gone.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// The outbox could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// One of SAML could not.
    #[error(transparent)]
    Saml(#[from] CredentialError),
    /// There is nothing to sign it with.
    #[error("no key of our SAML identity provider signs now")]
    NoKey,
    /// A delivery could not be put on record.
    #[error(transparent)]
    Record(#[from] record::RecordError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl App {
    /// Begins to send what is due, each message on its own: a client that does not answer holds up nobody else.
    pub async fn begin_logouts(&self) -> Result<(), LogoutError> {
        let mut under_way = self.logouts_under_way.lock().await;
        for notice in self.logouts_to_send(&under_way).await? {
            *under_way.entry(notice.client.clone()).or_default() += 1;
            let app = self.clone();
            tokio::spawn(async move {
                if let Err(fault) = app.send_logout(&notice).await {
                    tracing::error!(error = %fault, "a logout message waits");
                }
                let mut under_way = app.logouts_under_way.lock().await;
                if let Some(count) = under_way.get_mut(&notice.client) {
                    *count -= 1;
                }
                under_way.retain(|_, count| *count > 0);
            });
        }
        Ok(())
    }
}

impl House {
    /// Takes what is due, but for clients that have enough to answer.
    async fn logouts_to_send(&self, under_way: &BTreeMap<String, usize>) -> Result<Vec<Notice>, LogoutError> {
        let now = self.now();
        let mut db = self.database.pool.acquire().await?;
        if outbox::due(now, 1, &mut db).await?.is_empty() {
            return Ok(Vec::new());
        }
        drop(db);
        let busy = under_way.iter().filter(|(_, count)| **count >= EACH);
        let busy: Vec<&str> = busy.map(|(client, _)| client.as_str()).collect();
        let mut transaction = self.database.begin_write().await?;
        let taken = outbox::claim(&busy, EACH as i64, BATCH, now, now + LEASE, &mut transaction).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    async fn send_logout(&self, notice: &Notice) -> Result<(), LogoutError> {
        let heard = self.send(notice).await?;
        self.note(notice, heard).await
    }

    /// Sends one message; the inner error is the client's, and means "again later".
    async fn send(&self, notice: &Notice) -> Result<Result<(), String>, LogoutError> {
        let client = {
            let mut db = self.database.pool.acquire().await?;
            clients::by_id(&notice.client, &mut db).await?
        };
        // A client that is gone hears nothing any more.
        let Some(client) = client else { return Ok(Ok(())) };
        match notice.protocol {
            Protocol::Openid => self.post_token(notice, &client).await,
            Protocol::Saml => self.call(notice, client.record).await,
        }
    }

    async fn post_token(&self, notice: &Notice, client: &Client) -> Result<Result<(), String>, LogoutError> {
        let keys = self.keys.load();
        let token = token(notice, client, &self.config.issuer, &keys, self.now())?;
        let posted = self
            .outbound
            .post(&notice.uri)
            .form(&[("logout_token", token.as_str())])
            .send()
            .await;
        Ok(match posted {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("the client answered {}", answer.status())),
            Err(fault) => Err(innermost(&fault)),
        })
    }

    /// Calls a service provider of SAML. What people are called there is kept for as long as their session
    /// there lasts: without it there is nothing left to end.
    async fn call(&self, notice: &Notice, record: ClientRecord) -> Result<Result<(), String>, LogoutError> {
        let name = {
            let mut db = self.database.pool.acquire().await?;
            saml_services::name_of(&notice.sid, &notice.client, &mut db).await?
        };
        let (Some(name), Some(provider)) = (name, record.saml) else {
            return Ok(Ok(()));
        };
        let to = Participant {
            client: record.id,
            client_name: record.name,
            entity_id: provider.entity_id,
            sid: notice.sid.as_str().to_owned(),
            name,
        };
        let keys = self
            .identity_provider()
            .await
            .map_err(|_logged| LogoutError::NoKey)?;
        let now = self.now();
        let key = keys.signing(now).ok_or(LogoutError::NoKey)?;
        let entity = Entity::of(&self.config.issuer);
        let call = call::call(&to, &notice.uri, &entity, key, now, &mut self.rng())?;
        let answer = match self.post_call(notice, call.envelope).await {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        Ok(call::heard(&answer, &call.id, &to.entity_id).map_err(|why| why.to_string()))
    }

    /// What is answered, whatever its status: faults of SOAP come with 500.
    async fn post_call(&self, notice: &Notice, envelope: String) -> Result<Vec<u8>, String> {
        let (action, value) = call::ACTION;
        let posted = self
            .outbound
            .post(&notice.uri)
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .header(action, value)
            .body(envelope)
            .send()
            .await;
        let mut answer = posted.map_err(|fault| innermost(&fault))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|fault| innermost(&fault))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > Limits::MESSAGE.bytes {
                return Err("its answer is longer than may be".to_owned());
            }
        }
        if status.is_success() || status == StatusCode::INTERNAL_SERVER_ERROR {
            Ok(bytes)
        } else {
            Err(format!("the service provider answered {status}"))
        }
    }

    async fn note(&self, notice: &Notice, heard: Result<(), String>) -> Result<(), LogoutError> {
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        match heard {
            Ok(()) => {
                let mut log = Happened::new();
                delivered(notice, now, &mut log, &mut transaction).await?;
                record::happened(&Actor::Operator, &log, now, &mut transaction).await?;
            }
            Err(why) => {
                tracing::warn!(client = %notice.client, why = %why, "a logout message was not heard");
                failed(notice, &why, now, &mut transaction).await?;
            }
        }
        self.commit(transaction).await?;
        Ok(())
    }
}
