// SPDX-License-Identifier: Apache-2.0
//! The step of a password that is kept in a directory of an agency. Server asks the directory between two
//! steps; what it answered is taken here, under the same brake as a password of ours.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use serde_json::json;
use sqlx::AnyConnection;

use super::steps::{after_password, brake};
use super::{Flow, Problem, Stage, Step};
use crate::account;
use crate::assurance::Level;
use crate::evidence::AuthenticatorId;
use crate::happened::Happened;
use crate::lockout::{self, Authenticator, Standing};
use crate::store::{StoreError, upstream_links};
use crate::upstream::link::Link;

/// What a directory answered to a name and a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Judged {
    /// It is she, and this account is hers.
    Right(Box<Link>),
    /// It is not, or she may not. Why is for the record alone.
    Wrong {
        /// Which directory, where one was asked.
        source: Option<SourceId>,
        /// Why.
        reason: String,
    },
}

/// Whether a password may be judged now: a directory is not asked while it may not.
pub async fn may_ask(flow: &Flow, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let Stage::Password { name, .. } = &flow.stage else {
        return Ok(false);
    };
    Ok(lockout::standing(name, Authenticator::Password, now, db).await? == Standing::Open)
}

/// Takes what a directory answered. What it returns must be committed.
pub async fn give_directory_password(
    flow: Flow,
    judged: Judged,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    let Stage::Password { name, .. } = flow.stage.clone() else {
        return Ok(Step::Again(flow, Problem::Stage));
    };
    if let Some(problem) = brake(&name, Authenticator::Password, now, db).await? {
        return Ok(Step::Again(flow, problem));
    }
    let link = match judged {
        Judged::Right(link) if account::active(&link.person, db).await?.is_some() => link,
        Judged::Right(link) => {
            let reason = "the person is not active".to_owned();
            let source = Some(link.identity.source);
            return wrong(flow, &name, source, &reason, now, log, db).await;
        }
        Judged::Wrong { source, reason } => {
            return wrong(flow, &name, source, &reason, now, log, db).await;
        }
    };
    lockout::cleared(&name, Authenticator::Password, db).await?;
    let detail = json!({ "source": link.identity.source });
    log.event("signin.by_directory", link.person.as_str(), detail);
    upstream_links::used(&link.id, Level::Aal1, now, db).await?;
    let (by, source) = (AuthenticatorId::Link(link.id), link.identity.source);
    after_password(flow, link.person, by, source.as_str(), now, db).await
}

async fn wrong(
    flow: Flow,
    name: &str,
    source: Option<SourceId>,
    reason: &str,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Step, StoreError> {
    lockout::failed(name, Authenticator::Password, now, log, db).await?;
    let detail = json!({ "factor": "password", "source": source, "reason": reason });
    log.event("signin.refused", name, detail);
    Ok(Step::Again(flow, Problem::Password))
}
