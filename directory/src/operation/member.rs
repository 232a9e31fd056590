// SPDX-License-Identifier: Apache-2.0
//! Who is in a channel, as the one who keeps its members reports it.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::change::member_id;
use crate::store::{People, Servers, StoreError, changes, channels, load, members};
use crate::{Actor, Change, ChannelId, Event, Noun, Owner, Permit, PermitError, PersonId};

/// Why a report is not taken.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The server's record says that we keep the members of its channels.
    #[error("the members of this server's channels are kept in countersign")]
    NotTheirs,
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The channel or the person does not exist, or the server may not know of it.
    #[error("unknown channel or person")]
    Unknown,
}

/// A person came into a channel. May be repeated.
pub async fn put(
    channel: &ChannelId,
    person: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, MemberError> {
    allowed(channel, person, permit, db).await?;
    let changed = members::put(channel, person, db).await?;
    let change = Change::put(Noun::Member, member_id(channel, person));
    finish(
        changed.then_some((change, "member.added")),
        channel,
        person,
        permit,
        now,
        db,
    )
    .await
}

/// A person left a channel. May be repeated.
pub async fn remove(
    channel: &ChannelId,
    person: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, MemberError> {
    allowed(channel, person, permit, db).await?;
    let changed = members::remove(channel, person, db).await?;
    let change = Change::removed(Noun::Member, member_id(channel, person));
    finish(
        changed.then_some((change, "member.removed")),
        channel,
        person,
        permit,
        now,
        db,
    )
    .await
}

async fn allowed(
    id: &ChannelId,
    person: &PersonId,
    permit: &Permit,
    db: &mut AnyConnection,
) -> Result<(), MemberError> {
    changes::lock(db).await?;
    let channel = channels::load_flags(id, db).await?.ok_or(MemberError::Unknown)?;
    if load::<People>(person.as_str(), db).await?.is_none() {
        return Err(MemberError::Unknown);
    }
    let Actor::Server(server) = permit.by() else {
        return Ok(permit.covers("channel.set_members", id.as_str())?);
    };
    let server = load::<Servers>(server.as_str(), db)
        .await?
        .ok_or(MemberError::Unknown)?;
    if !server.sees_channel(id, &channel) || !server.sees_person(person) {
        return Err(MemberError::Unknown);
    }
    if server.members_owner == Owner::Countersign {
        return Err(MemberError::NotTheirs);
    }
    Ok(())
}

async fn finish(
    change: Option<(Change, &'static str)>,
    channel: &ChannelId,
    person: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, MemberError> {
    let Some((change, event)) = change else {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    };
    let revision = changes::record(&[change], now, db).await?;
    let detail = json!({"person": person, "by": permit.by().to_string()});
    Ok(Outcome {
        events: vec![Event::new(event, channel.as_str(), detail)],
        revision,
    })
}
