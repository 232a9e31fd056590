// SPDX-License-Identifier: Apache-2.0
//! Somebody came from a source that may bring people in with approval only. The source is the first of the two
//! who are needed, a security officer the second; her word carries it out, because who asks is always there.
//!
//! An officer's no is for good: the source does not ask again for whom she turned away.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::Outcome;
use super::amend::{AmendFault, weigh};
use super::approval::{self, Request, Use};
use super::proposal::{ProposalError, open, still_the_same};
use crate::amend::{After, AmendError, Amendment, UpstreamLink};
use crate::source::apply::{ApplyError, Entry, Refused, Tie, apply, would_apply};
use crate::source::{Sourced, State};
use crate::store::{Sources, admissions, changes, load, proposals};
use crate::{ApprovalId, ApprovalState, Entity, Permit, PersonId};

/// How long somebody waits before she has to come again: over a weekend and a holiday.
pub const LASTS: Duration = Duration::days(7);
/// The most people of one source who wait at once. Where anybody may sign up at a source, nobody fills the list.
pub const MOST: i64 = 200;

/// What became of somebody who asks for an account.
#[derive(Debug)]
pub enum Asked {
    /// An officer has turned her away.
    Rejected,
    /// Too many of that source wait: nothing was filed.
    TooMany,
    /// She waits.
    Waits,
    /// She waits from now on; this goes on record.
    Filed(Outcome),
}

/// Somebody for whom an account was opened.
#[derive(Debug)]
pub struct Admitted {
    /// Her name here.
    pub person: PersonId,
    /// Who she is at the source.
    pub link: UpstreamLink,
    /// What she is called there.
    pub said: Sourced,
    /// For the record, and the revision at which it holds.
    pub outcome: Outcome,
}

/// Files that somebody at a source gets an account, unless that is filed, or was refused.
pub async fn ask(
    id: &PersonId,
    link: &UpstreamLink,
    said: &Sourced,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<Asked, AmendFault> {
    changes::lock(db).await?;
    let act = Amendment::PersonAdmit {
        id: id.clone(),
        link: link.clone(),
        said: Box::new(said.clone()),
    };
    file(
        &act,
        link,
        format!("signed in at `{}`", link.source),
        now,
        rng,
        db,
    )
    .await
}

/// Files what a source asks for about one of its people, unless something is filed about her already, or was
/// refused.
pub(super) async fn file(
    act: &Amendment,
    link: &UpstreamLink,
    reason: String,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<Asked, AmendFault> {
    let weighed = weigh(act, now, db).await?;
    if let Some(latest) = admissions::latest(link, db).await?
        && let Some(held) = proposals::load(&latest, db).await?
    {
        if held.ended.is_some() {
            return Ok(Asked::Rejected);
        }
        let is_open = held.approval.state == ApprovalState::Requested && now <= held.approval.expires_at;
        // One that starts from another record of the source can be approved no more.
        let still_fits = match weigh(&held.act, now, db).await {
            Ok(weighed) => weighed.parameters == held.approval.parameters,
            Err(AmendFault::Store(cause)) => return Err(cause.into()),
            Err(_) => false,
        };
        if is_open && still_fits {
            return Ok(Asked::Waits);
        }
    }
    if admissions::waiting(&link.source, now, db).await? >= MOST {
        return Ok(Asked::TooMany);
    }
    let (action, kind) = act.asks(true);
    let request = Request {
        action: action.to_owned(),
        resource_kind: kind.to_owned(),
        resource_id: act.thing().1.to_owned(),
        parameters: weighed.parameters,
        requester: None,
        reason,
        lasts: LASTS,
    };
    let (proposal, outcome) =
        approval::request(request, now, rng, db)
            .await
            .map_err(|cause| match cause {
                approval::ApprovalError::Store(cause) => AmendFault::Store(cause),
                other => AmendError::Invalid(other.to_string()).into(),
            })?;
    proposals::insert(&proposal, act, &weighed.widens, db).await?;
    admissions::put(link, &proposal, db).await?;
    Ok(Asked::Filed(outcome))
}

/// Opens the account that was approved, exactly that, once. None: it is the proposal of a person, who carries it
/// out herself. The caller makes the link.
pub async fn open_account(
    id: &ApprovalId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Admitted>, ProposalError> {
    changes::lock(db).await?;
    let held = open(id, now, db).await?;
    let Amendment::PersonAdmit {
        id: person,
        link,
        said,
    } = &held.act
    else {
        return Ok(None);
    };
    let weighed = weigh(&held.act, now, db).await?;
    still_the_same(&held, &weighed)?;
    let (action, kind) = held.act.asks(true);
    let wanted = Use {
        action,
        resource: (kind, person.as_str()),
        parameters: weighed.parameters,
        by: None,
    };
    let (approver, used) = approval::consume(id, wanted, now, db).await?;
    let permit = Permit::source(link.source.clone(), Some(approver));
    let entry = Entry {
        person: person.clone(),
        tie: Tie::New,
        said: (**said).clone(),
    };
    let applied = apply(&link.source, &[entry], &permit, now, db)
        .await
        .map_err(unfit)?;
    if !applied.created.contains(person) {
        return Err(ProposalError::Changed);
    }
    let events = used.events.into_iter().chain(applied.outcome.events).collect();
    Ok(Some(Admitted {
        person: person.clone(),
        link: link.clone(),
        said: (**said).clone(),
        outcome: Outcome {
            events,
            revision: applied.outcome.revision,
        },
    }))
}

/// Who she would be, and what that starts from besides her: the record of the source. When that changes, what was
/// approved no longer fits.
pub(super) async fn weighed(
    id: &PersonId,
    link: &UpstreamLink,
    said: &Sourced,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(After, Value), AmendFault> {
    let source = load::<Sources>(link.source.as_str(), db)
        .await?
        .ok_or(AmendError::Unknown("source"))?;
    if source.state != State::Active || !source.trust.identity {
        return Err(AmendError::WrongState("nobody signs in by that source any more").into());
    }
    let entry = Entry {
        person: id.clone(),
        tie: Tie::New,
        said: said.clone(),
    };
    let would = would_apply(&source, &entry, true, now, db).await.map_err(unfit)?;
    let Some(person) = would.person else {
        let why: Vec<String> = would.refused.iter().map(Refused::to_string).collect();
        let why = format!("the source may not bring her in: {}", why.join("; "));
        return Err(AmendError::Invalid(why).into());
    };
    Ok((
        After::Is(Box::new(Entity::Person(person))),
        json!({ "source": source }),
    ))
}

fn unfit(cause: ApplyError) -> AmendFault {
    match cause {
        ApplyError::Store(cause) => AmendFault::Store(cause),
        other => AmendError::Invalid(other.to_string()).into(),
    }
}
