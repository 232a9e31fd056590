// SPDX-License-Identifier: Apache-2.0
//! Tells clients that sessions are over (OpenID Connect Back-Channel Logout 1.0), from the durable
//! outbox, again and again until each has heard.

use authn::Happened;
use authn::oidc::backchannel::{delivered, failed, token};
use authn::oidc::keys::SigningError;
use authn::store::outbox::{self, Notice};
use authn::store::{StoreError, clients};
use countersign_authn as authn;
use countersign_directory::Actor;

use crate::app::{App, House};
use crate::record;

/// Messages sent in one round.
const BATCH: i64 = 64;

/// The outbox could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
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
        let due = {
            let mut db = self.database.pool.acquire().await?;
            outbox::due(self.now(), BATCH, &mut db).await?
        };
        for notice in due {
            if !self.logouts_under_way.lock().await.insert(notice.id.clone()) {
                continue;
            }
            let app = self.clone();
            tokio::spawn(async move {
                if let Err(fault) = app.send_logout(&notice).await {
                    tracing::error!(error = %fault, "a logout message waits");
                }
                app.logouts_under_way.lock().await.remove(&notice.id);
            });
        }
        Ok(())
    }
}

impl House {
    async fn send_logout(&self, notice: &Notice) -> Result<(), LogoutError> {
        let heard = self.send(notice).await?;
        self.note(notice, heard).await
    }

    /// Posts one message; the inner error is the client's, and means "again later".
    async fn send(&self, notice: &Notice) -> Result<Result<(), String>, LogoutError> {
        let client = {
            let mut db = self.database.pool.acquire().await?;
            clients::by_id(&notice.client, &mut db).await?
        };
        // A client that is gone hears nothing any more.
        let Some(client) = client else { return Ok(Ok(())) };
        let keys = self.keys.load();
        let token = token(notice, &client, &self.config.issuer, &keys, self.now())?;
        let posted = self
            .outbound
            .post(&notice.uri)
            .form(&[("logout_token", token.as_str())])
            .send()
            .await;
        Ok(match posted {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("the client answered {}", answer.status())),
            Err(fault) => Err(fault.to_string()),
        })
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
