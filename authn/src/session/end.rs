// SPDX-License-Identifier: Apache-2.0
//! Sessions end: one, or all of a person. Its tokens and refresh chains die in the same transaction, and every client
//! that listens is told through the durable outbox.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_directory::id::{DeviceId, PersonId};
use countersign_directory::{Change, ChangeKind, Noun};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::board::{AtClient, Board};
use super::{Session, SessionId};
use crate::happened::Happened;
use crate::oidc::client::{ClientRecord, Grant};
use crate::secret::random_id;
use crate::store::outbox::{self, Notice, Protocol};
use crate::store::{
    StoreError, accounts, clients, consents, refresh_families, saml_services, sessions, tokens,
};

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
    /// The link by which she came in is no more.
    Unlinked,
    /// What it was signed in by can no longer be trusted.
    Untrusted,
    /// She signed in with the same browser by a weaker way.
    Weaker,
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
            Self::Unlinked => "unlinked",
            Self::Untrusted => "authenticator_untrusted",
            Self::Weaker => "weaker",
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
    let not_called = tell_clients(&session, now, rng, db).await?;
    let mut detail = json!({ "session": id, "reason": reason.word() });
    if let Some(members) = detail.as_object_mut().filter(|_| !not_called.is_empty()) {
        members.insert("not_called".to_owned(), json!(not_called));
    }
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

/// A client at which a person may still be signed in, because nobody can call it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct OutOfReach {
    /// Its id.
    pub client: String,
    /// What people read.
    pub name: String,
}

/// Of the clients that take part in `over`, sessions that have ended, those that cannot be called: whoever
/// ended them has to see to it there.
pub async fn out_of_reach(over: &[SessionId], db: &mut AnyConnection) -> Result<Vec<OutOfReach>, StoreError> {
    let mut found = BTreeSet::new();
    for session in over {
        for tie in sessions::clients_of(session, db).await? {
            let Some(client) = clients::by_id(&tie.client, db).await? else {
                continue;
            };
            if channel(&tie, &client.record, db).await? == Channel::None {
                found.insert(OutOfReach {
                    client: client.record.id,
                    name: client.record.name,
                });
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// How a client is told that a session there is over.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Channel {
    /// A call to this address.
    Call(Protocol, String),
    /// There is no way, and people sign in there.
    None,
    /// There is none, and nobody signs in there by it.
    NotNeeded,
}

async fn channel(
    tie: &AtClient,
    record: &ClientRecord,
    db: &mut AnyConnection,
) -> Result<Channel, StoreError> {
    // A name of hers there is given with an assertion: then it is as a service provider that it knows her.
    if let Some(provider) = &record.saml
        && saml_services::name_of(&tie.sid, &tie.client, db).await?.is_some()
    {
        let service = provider.called_logout();
        return Ok(service.map_or(Channel::None, |service| {
            Channel::Call(Protocol::Saml, service.location.clone())
        }));
    }
    Ok(match &record.backchannel_logout_uri {
        Some(uri) => Channel::Call(Protocol::Openid, uri.to_string()),
        None if record.grants.contains(&Grant::AuthorizationCode) => Channel::None,
        None => Channel::NotNeeded,
    })
}

/// Puts a message for each client into the outbox. Returns those that cannot be called.
async fn tell_clients(
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Vec<String>, StoreError> {
    let mut not_called = Vec::new();
    for tie in sessions::clients_of(&session.id, db).await? {
        if let Some(notice) = notice(session, &tie, rng, db).await? {
            outbox::put(&notice, now, db).await?;
            continue;
        }
        // Nobody listens there: no answer can be waited for.
        sessions::confirm_end(&tie.sid, now, db).await?;
        let client = clients::by_id(&tie.client, db).await?;
        if let Some(client) = client
            && channel(&tie, &client.record, db).await? == Channel::None
        {
            not_called.push(tie.client);
        }
    }
    Ok(not_called)
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
    let Channel::Call(protocol, uri) = channel(tie, &client.record, db).await? else {
        return Ok(None);
    };
    Ok(Some(Notice {
        id: random_id(rng),
        client: tie.client.clone(),
        protocol,
        uri,
        sid: tie.sid.clone(),
        sub: account.sub_at(&client.record),
        attempts: 0,
    }))
}
