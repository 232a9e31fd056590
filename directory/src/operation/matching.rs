// SPDX-License-Identifier: Apache-2.0
//! Somebody came from a source, and an account with her name or address is here, which nobody has linked. Under the
//! rule `ask` the source asks whether it is hers; as with whom it brings in, a security officer is the second of the
//! two who are needed, her word carries it out, and her no is for good.
//!
//! It is never asked about an account that holds an office of the house: nobody gets one of those by a name that is
//! the same elsewhere.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::Outcome;
use super::admission::{Asked, file};
use super::amend::{AmendFault, weigh};
use super::approval::{self, Use};
use super::proposal::{ProposalError, open, still_the_same};
use crate::amend::{Amendment, UpstreamLink};
use crate::source::{Conflict, State};
use crate::store::{People, Sources, changes, load};
use crate::{ApprovalId, Person, PersonId, Role, Status};

/// An account that was said to be hers.
#[derive(Debug)]
pub struct Matched {
    /// Whose.
    pub person: PersonId,
    /// Who she is at the source.
    pub link: UpstreamLink,
    /// For the record, and the revision at which it holds.
    pub outcome: Outcome,
}

/// Whether a source may ask about this account at all.
pub fn may_be_asked_about(person: &Person) -> bool {
    let is_office = |role: &Role| matches!(role, Role::Auditor | Role::SecurityOfficer | Role::Sysadmin);
    person.status == Status::Active && !person.roles.iter().any(is_office)
}

/// Files that somebody at a source is said to be this person, unless that is filed, or was refused. The caller has
/// seen that the account has no link to the source. `reason` says by what the two were taken for one.
pub async fn ask(
    id: &PersonId,
    link: &UpstreamLink,
    reason: String,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<Asked, AmendFault> {
    changes::lock(db).await?;
    let act = Amendment::PersonLink {
        id: id.clone(),
        link: link.clone(),
    };
    file(&act, link, reason, now, rng, db).await
}

/// Takes the word that it is she, once. None: it is the proposal of a person, who carries it out herself. The caller
/// makes the link.
pub async fn take(
    id: &ApprovalId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Matched>, ProposalError> {
    changes::lock(db).await?;
    let held = open(id, now, db).await?;
    let (Amendment::PersonLink { id: person, link }, None) = (&held.act, &held.approval.requester) else {
        return Ok(None);
    };
    still_the_same(&held, &weigh(&held.act, now, db).await?)?;
    let source = load::<Sources>(link.source.as_str(), db).await?;
    let asks = source.is_some_and(|source| {
        source.state == State::Active && source.trust.identity && source.linking.conflict == Conflict::Ask
    });
    let known = load::<People>(person.as_str(), db).await?;
    if !asks || !known.is_some_and(|known| may_be_asked_about(&known)) {
        return Err(ProposalError::Changed);
    }
    let (action, kind) = held.act.asks(true);
    let wanted = Use {
        action,
        resource: (kind, person.as_str()),
        parameters: held.approval.parameters,
        by: None,
    };
    let (_, used) = approval::consume(id, wanted, now, db).await?;
    Ok(Some(Matched {
        person: person.clone(),
        link: link.clone(),
        outcome: used,
    }))
}
