// SPDX-License-Identifier: Apache-2.0
//! Break-glass: anybody may ask for one channel, another person with the office grants it for a few
//! hours, it ends by itself, and somebody looks at it afterwards.

use chrono::{DateTime, Duration, Utc};
use countersign_labels::Schemes;
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::break_glass::{self as store, BreakGlass};
use crate::store::{People, Shelf, StoreError, changes, channels, load};
use crate::{
    Actor, ApprovalId, Change, ChangeKind, ChannelId, Clearance, ClearanceKind, ClearanceState, Event, Noun,
    Permit, PermitError, PersonId, Role, Set, Status,
};

/// The longest that it lasts.
pub const LONGEST: Duration = Duration::hours(4);
/// How long a request waits for an answer.
pub const WAITS: Duration = Duration::hours(1);
/// How long after its end the review is due.
pub const REVIEW_WITHIN: Duration = Duration::hours(24);
/// The longest reason or review, in bytes.
pub const LONGEST_TEXT: usize = 2_000;
/// Requests of one person that may wait at once.
const MOST_WAITING: i64 = 5;

/// Why nothing happens.
#[derive(Debug, thiserror::Error)]
pub enum BreakGlassError {
    /// It was answered, reviewed, or ran out.
    #[error("this was answered or reviewed already, or has run out")]
    Done,
    /// A value is out of bounds.
    #[error("{0}")]
    Invalid(&'static str),
    /// The approver is no active security officer.
    #[error("`{0}` is no active security officer")]
    NoOffice(PersonId),
    /// Nobody answers or reviews her own.
    #[error("nobody answers or reviews her own request")]
    Own,
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is none.
    #[error("no request has the id `{0}`")]
    Unknown(ApprovalId),
    /// The channel that was asked for does not exist, or its label cannot be understood.
    #[error("the channel that was asked for does not exist, or its label cannot be understood")]
    UnknownChannel,
}

/// Files a request. Whether the channel exists is not told.
pub async fn request(
    channel: &ChannelId,
    minutes: i64,
    reason: &str,
    by: &PersonId,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<(ApprovalId, Outcome), BreakGlassError> {
    if !(1..=LONGEST.num_minutes()).contains(&minutes) {
        return Err(BreakGlassError::Invalid("`minutes` is 1 to 240"));
    }
    if reason.trim().is_empty() || reason.len() > LONGEST_TEXT {
        return Err(BreakGlassError::Invalid("`reason` has 1 to 2000 bytes"));
    }
    changes::lock(db).await?;
    if store::waiting_of(by, now, db).await? >= MOST_WAITING {
        return Err(BreakGlassError::Invalid("five requests of yours wait already"));
    }
    let id = ApprovalId::random(rng);
    let asked = BreakGlass {
        requester: by.clone(),
        channel: channel.clone(),
        minutes,
        reason: reason.to_owned(),
        requested_at: now,
        expires_at: now + WAITS,
        answer: None,
        granted: None,
        reviewed: None,
    };
    store::insert(&id, &asked, db).await?;
    let detail = json!({"by": by, "channel": channel, "minutes": minutes, "reason": reason});
    Ok((
        id.clone(),
        Outcome {
            events: vec![Event::new("break_glass.requested", id.as_str(), detail)],
            revision: changes::head(db).await?,
        },
    ))
}

/// Grants a request: an emergency clearance for its one channel, of that channel's label, from now on.
/// `permit` is for `break_glass.approve` on the requester.
pub async fn approve(
    id: &ApprovalId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, BreakGlassError> {
    changes::lock(db).await?;
    let asked = waiting(id, now, db).await?;
    permit.covers("break_glass.approve", asked.requester.as_str())?;
    let approver = another(&asked, permit)?;
    holds_office(&approver, db).await?;
    let channel = channels::load_flags(&asked.channel, db)
        .await?
        .ok_or(BreakGlassError::UnknownChannel)?;
    let label = Schemes::builtin()
        .label(&channel.label)
        .map_err(|_| BreakGlassError::UnknownChannel)?;
    let mut person = load::<People>(asked.requester.as_str(), db)
        .await?
        .filter(|person| person.status == Status::Active)
        .ok_or(BreakGlassError::Invalid("who asked is not active any more"))?;
    let minutes = asked.minutes.min(LONGEST.num_minutes());
    let ends_at = now + Duration::minutes(minutes);
    person.clearances.push(Clearance {
        scheme: label.scheme().to_owned(),
        level: channel.label.level.clone(),
        compartments: label.compartments().iter().cloned().collect::<Set<String>>(),
        kind: ClearanceKind::Emergency,
        state: ClearanceState::Active,
        valid_from: now,
        valid_until: ends_at,
        attestation: None,
        channel: Some(asked.channel.clone()),
    });
    let due = ends_at + REVIEW_WITHIN;
    if !store::answer(id, ("approved", &approver), Some((ends_at, due)), now, db).await? {
        return Err(BreakGlassError::Done);
    }
    People::put(&[(&asked.requester, &person)], db).await?;
    let change = Change::new(Noun::Person, asked.requester.as_str(), ChangeKind::Began);
    let revision = changes::record(&[change], now, db).await?;
    let detail = json!({
        "alarm": true, "person": asked.requester, "channel": asked.channel, "approved_by": approver,
        "reason": asked.reason, "ends_at": ends_at, "review_due": due,
    });
    Ok(Outcome {
        events: vec![Event::new("break_glass.granted", id.as_str(), detail)],
        revision,
    })
}

/// Refuses a request.
pub async fn reject(
    id: &ApprovalId,
    by: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, BreakGlassError> {
    changes::lock(db).await?;
    let asked = waiting(id, now, db).await?;
    if !store::answer(id, ("rejected", by), None, now, db).await? {
        return Err(BreakGlassError::Done);
    }
    let detail = json!({"by": by, "person": asked.requester, "channel": asked.channel});
    Ok(Outcome {
        events: vec![Event::new("break_glass.rejected", id.as_str(), detail)],
        revision: changes::head(db).await?,
    })
}

/// Closes the review of what was granted. Who had it does not review it.
pub async fn review(
    id: &ApprovalId,
    by: &PersonId,
    text: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, BreakGlassError> {
    if text.trim().is_empty() || text.len() > LONGEST_TEXT {
        return Err(BreakGlassError::Invalid("`review` has 1 to 2000 bytes"));
    }
    changes::lock(db).await?;
    let asked = store::load(id, db)
        .await?
        .ok_or_else(|| BreakGlassError::Unknown(id.clone()))?;
    if asked.requester == *by {
        return Err(BreakGlassError::Own);
    }
    if asked.granted.is_some_and(|(ends, _)| now <= ends) {
        return Err(BreakGlassError::Invalid("it is reviewed once it is over"));
    }
    if !store::review(id, by, text, now, db).await? {
        return Err(BreakGlassError::Done);
    }
    let detail = json!({"by": by, "person": asked.requester, "channel": asked.channel, "review": text});
    Ok(Outcome {
        events: vec![Event::new("break_glass.reviewed", id.as_str(), detail)],
        revision: changes::head(db).await?,
    })
}

/// Alarms about reviews that are overdue, each once.
pub async fn note_overdue(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<Vec<Event>, BreakGlassError> {
    let mut events = Vec::new();
    for (id, asked) in store::overdue(now, db).await? {
        if store::note_overdue(&id, db).await? {
            let detail = json!({"alarm": true, "person": asked.requester, "channel": asked.channel,
                "review_due": asked.granted.map(|(_, due)| due)});
            events.push(Event::new("break_glass.review_overdue", id.as_str(), detail));
        }
    }
    Ok(events)
}

async fn waiting(
    id: &ApprovalId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<BreakGlass, BreakGlassError> {
    let asked = store::load(id, db)
        .await?
        .ok_or_else(|| BreakGlassError::Unknown(id.clone()))?;
    if asked.answer.is_some() || now > asked.expires_at {
        return Err(BreakGlassError::Done);
    }
    Ok(asked)
}

fn another(asked: &BreakGlass, permit: &Permit) -> Result<PersonId, BreakGlassError> {
    match permit.by() {
        Actor::Person(by) if *by != asked.requester => Ok(by.clone()),
        _ => Err(BreakGlassError::Own),
    }
}

async fn holds_office(id: &PersonId, db: &mut AnyConnection) -> Result<(), BreakGlassError> {
    let person = load::<People>(id.as_str(), db).await?;
    let holds = person
        .is_some_and(|held| held.status == Status::Active && held.roles.contains(&Role::SecurityOfficer));
    if holds {
        Ok(())
    } else {
        Err(BreakGlassError::NoOffice(id.clone()))
    }
}
