// SPDX-License-Identifier: Apache-2.0
//! The step of a source: somebody went to sign in elsewhere and came back. What the source's word is
//! worth was judged before; if that is less than what is needed, the session opens all the same and
//! one of her own ways raises it.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::{Flow, Problem, Proven, Stage, Step};
use crate::account;
use crate::evidence::{AuthenticatorId, Evidence};
use crate::happened::Happened;
use crate::store::StoreError;
use crate::store::upstream_links;
use crate::store::upstream_sessions::CameFrom;
use crate::upstream::assurance::Judged;
use crate::upstream::link::Link;

/// Where somebody came from, and what that is worth.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arrived {
    /// What the source's word is worth.
    pub judged: Judged,
    /// Who she is there, in which of its sessions.
    pub from: CameFrom,
}

/// What comes of somebody who came back.
#[derive(Clone, Debug)]
pub enum SourceStep {
    /// The account that the link opens may not be signed in to.
    Inactive(Flow),
    /// She is who she says, or the step does not belong here.
    Step(Step),
}

/// Takes who came back by a link of hers. What it returns must be committed.
pub async fn give_source(
    flow: Flow,
    link: &Link,
    arrived: Arrived,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<SourceStep, StoreError> {
    if matches!(flow.stage, Stage::Finished { .. }) {
        return Ok(SourceStep::Step(Step::Again(flow, Problem::Stage)));
    }
    if account::active(&link.person, db).await?.is_none() {
        let source = &link.identity.source;
        let detail = json!({ "factor": "source", "source": source, "reason": "the person is not active" });
        log.event("signin.refused", link.person.as_str(), detail);
        return Ok(SourceStep::Inactive(flow));
    }
    upstream_links::used(&link.id, arrived.judged.proof.level, now, db).await?;
    let mut proof = arrived.judged.proof.clone();
    let by = AuthenticatorId::Link(link.id.clone());
    proof.by = vec![Evidence::new(by, link.identity.source.as_str(), proof.at)];
    Ok(SourceStep::Step(Step::Proven(Box::new(Proven {
        flow,
        person: link.person.clone(),
        proof,
        arrived: Some(arrived),
    }))))
}
