// SPDX-License-Identifier: Apache-2.0
//! Tells people by mail what was done in their name, from the durable outbox, again and again until
//! the mail server has taken it. Messages hold no secret and no link to click.

use authn::store::StoreError;
use authn::store::notices::{self, Notice};
use chrono::TimeDelta;
use countersign_authn as authn;

use crate::app::House;
use crate::http::authn::words;
use crate::mail::PostError;

/// Messages sent in one round.
const BATCH: i64 = 16;
/// How long a message that is being sent is left alone by others.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);
const LONGEST_WAIT_MINUTES: i64 = 60;

/// The outbox could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Sends what is due.
    pub async fn send_notices(&self) -> Result<(), NoticeError> {
        if !self.post.goes_somewhere() {
            return Ok(());
        }
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let due = notices::claim(now, now + CLAIMED, BATCH, &mut transaction).await?;
        transaction.commit().await?;
        for notice in due {
            let sent = self.tell(&notice).await;
            let mut transaction = self.database.begin_write().await?;
            match sent {
                Ok(()) => notices::done(&notice.id, None, now, &mut transaction).await?,
                Err(PostError::Never(why)) => {
                    tracing::warn!(person.id = %notice.person, why = %why, "a notice cannot be sent");
                    notices::done(&notice.id, Some(&why), now, &mut transaction).await?;
                }
                Err(PostError::NotNow(why)) => {
                    tracing::warn!(person.id = %notice.person, why = %why, "a notice was not sent, and is tried again");
                    let doubled = 1_i64.checked_shl(u32::try_from(notice.attempts).unwrap_or(0).min(32));
                    let wait = doubled.unwrap_or(LONGEST_WAIT_MINUTES).min(LONGEST_WAIT_MINUTES);
                    let again = now + TimeDelta::minutes(wait);
                    notices::failed(&notice.id, &why, again, &mut transaction).await?;
                }
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    async fn tell(&self, notice: &Notice) -> Result<(), PostError> {
        let snapshot = self.snapshot();
        let person = snapshot.person(notice.person.as_str());
        let Some(address) = person.and_then(|person| person.email.as_deref()) else {
            return Err(PostError::Never(
                "the directory has no mail address of this person".into(),
            ));
        };
        let login = &self.config.login;
        let help = if login.help.is_empty() {
            "the help desk"
        } else {
            &login.help
        };
        let subject = format!("{}: {}", login.deployment, words::notice(&notice.kind));
        let text = format!(
            "{}.\r\n\r\nAccount: {}\r\nWhen: {}\r\n\r\nIf that was you, there is nothing to do. If it \
             was not, call {help} at once.\r\n\r\nThis message holds no link. Open the account page \
             the way that you always do.\r\n",
            words::notice(&notice.kind),
            notice.person,
            words::moment(notice.happened_at),
        );
        self.post.send(&notice.id, address, &subject, text).await
    }
}
