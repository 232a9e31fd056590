// SPDX-License-Identifier: Apache-2.0
//! Sessions end: one, or all of a person. Its tokens and refresh chains die in the same transaction, and every client
//! that listens is told through the durable outbox.

use chrono::{DateTime, Utc};
use countersign_directory::id::{DeviceId, PersonId};
use countersign_directory::{Change, ChangeKind, Noun};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::board::{AtClient, Board};
use super::{Session, SessionId};
use crate::happened::Happened;
use crate::secret::random_id;
use crate::store::outbox::{self, Notice};
use crate::store::{StoreError, accounts, clients, consents, refresh_families, sessions, tokens};

/// Why a session ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// An administrator ended it.
    Administrator,
    /// The device on which it was is lost.
    DeviceLost,
    /// A factor was reset.
    FactorReset,
    /// Somebody else signed in with the same browser.
    Replaced,
    /// The person was revoked.
    Revoked,
    /// It ran out.
    RanOut,
    /// The person signed out.
    SignedOut,
    /// The source that she came from ended its session.
    Source,
}

impl Reason {
    /// The word in the store and the record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::DeviceLost => "device_lost",
            Self::FactorReset => "factor_reset",
            Self::RanOut => "ran_out",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::SignedOut => "signed_out",
            Self::Source => "source",
        }
    }
}

/// Ends one session. `false`: it was over already, or there is none.
pub async fn end(
    id: &SessionId,
    reason: Reason,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let Some(session) = sessions::by_id(id, db).await? else {
        return Ok(false);
    };
    if reason == Reason::RanOut && session.is_live(now) {
        // Another process knows of activity that the caller's board has not heard of.
        log.change(Change::put(Noun::Session, id.as_str()));
        return Ok(false);
    }
    if !sessions::end(id, reason.word(), now, db).await? {
        return Ok(false);
    }
    refresh_families::end_session(id, None, "session_ended", now, db).await?;
    tokens::revoke_session(id, now, db).await?;
    tell_clients(&session, now, rng, db).await?;
    let detail = json!({ "session": id, "reason": reason.word() });
    log.event("session.ended", session.person.as_str(), detail);
    log.change(Change::new(Noun::Session, id.as_str(), ChangeKind::Ended));
    Ok(true)
}

/// Ends all sessions of a person, but for `except`. Returns those that were ended.
pub async fn end_all(
    person: &PersonId,
    except: Option<&SessionId>,
    reason: Reason,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, StoreError> {
    let mut ended = Vec::new();
    for session in sessions::open_of_person(person, db).await? {
        if Some(&session.id) != except && end(&session.id, reason, now, rng, log, db).await? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

/// Ends all sessions on a device, whoever they are. Returns those that were ended.
pub async fn end_on_device(
    device: &DeviceId,
    reason: Reason,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, StoreError> {
    let mut ended = Vec::new();
    for session in sessions::open_on_device(device, db).await? {
        if end(&session.id, reason, now, rng, log, db).await? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

/// Brings the board up to date with what the store says of `id`. Call it after the commit, and for
/// every change with noun `session`.
pub async fn refresh(id: &SessionId, board: &Board, db: &mut AnyConnection) -> Result<(), StoreError> {
    match sessions::by_id(id, db).await? {
        Some(session) => board.put(session, sessions::clients_of(id, db).await?),
        None => board.remove(id),
    }
    Ok(())
}

/// Fills an empty board from the store.
pub async fn fill(board: &Board, db: &mut AnyConnection) -> Result<(), StoreError> {
    for (session, clients) in sessions::for_board(db).await? {
        board.put(session, clients);
    }
    Ok(())
}

/// Writes down the activity that the board has noted.
pub async fn flush(board: &Board, db: &mut AnyConnection) -> Result<(), StoreError> {
    for (id, at) in board.take_touched() {
        sessions::touch(&id, at, db).await?;
    }
    Ok(())
}

/// Ends what one client holds of a session, which itself goes on: refresh chain and tokens die, the client
/// is told, and what it may know is asked anew. `false`: the session was never there.
pub async fn leave(
    session: &Session,
    client: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let ties = sessions::clients_of(&session.id, db).await?;
    let Some(tie) = ties.into_iter().find(|tie| tie.client == client) else {
        return Ok(false);
    };
    consents::remove(&session.person, client, db).await?;
    refresh_families::end_session(&session.id, Some(client), "left", now, db).await?;
    tokens::revoke_at_client(&session.id, client, now, db).await?;
    if let Some(notice) = notice(session, &tie, rng, db).await? {
        outbox::put(&notice, now, db).await?;
    }
    let detail = json!({ "session": session.id, "client": client });
    log.event("session.left_client", session.person.as_str(), detail);
    Ok(true)
}

async fn tell_clients(
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for tie in sessions::clients_of(&session.id, db).await? {
        match notice(session, &tie, rng, db).await? {
            Some(notice) => outbox::put(&notice, now, db).await?,
            // Nobody listens there: no answer can be waited for.
            None => drop(sessions::confirm_end(&tie.sid, now, db).await?),
        }
    }
    Ok(())
}

/// The message for one client, if it listens.
async fn notice(
    session: &Session,
    tie: &AtClient,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Option<Notice>, StoreError> {
    let account = accounts::by_person(&session.person, db).await?;
    let client = clients::by_id(&tie.client, db).await?;
    let (Some(account), Some(client)) = (account, client) else {
        return Ok(None);
    };
    let sub = account.sub_at(&client.record);
    Ok(client.record.backchannel_logout_uri.map(|uri| Notice {
        id: random_id(rng),
        client: tie.client.clone(),
        uri: uri.into(),
        sid: tie.sid.clone(),
        sub,
        attempts: 0,
    }))
}
