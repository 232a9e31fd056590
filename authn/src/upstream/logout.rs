// SPDX-License-Identifier: Apache-2.0
//! A source ended a session: ours that came from it end too.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::happened::Happened;
use crate::secret::sha256;
use crate::session::SessionId;
use crate::session::end::{self, Reason};
use crate::store::{StoreError, upstream_sessions};

/// Whose sessions at a source are over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// The issuer.
    pub issuer: String,
    /// The subject; absent, whoever's session it was.
    pub subject: Option<String>,
    /// The source's name of the session; absent, all of the subject.
    pub session: Option<String>,
    /// The name of the message that says so, which is taken once.
    pub message: String,
    /// Until when that name has to be remembered.
    pub remember_until: DateTime<Utc>,
}

/// What came of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Taken {
    /// These of our sessions were ended.
    Ended(Vec<SessionId>),
    /// The message was taken before.
    Again,
    /// It names neither a subject nor a session.
    Nobody,
}

/// Ends every session that came from there.
pub async fn end_all(
    source: &SourceId,
    ended: &Ended,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Taken, StoreError> {
    if ended.subject.is_none() && ended.session.is_none() {
        return Ok(Taken::Nobody);
    }
    let name = sha256(ended.message.as_bytes());
    if !upstream_sessions::take_message(source, &name, ended.remember_until, db).await? {
        return Ok(Taken::Again);
    }
    let subject = ended.subject.as_deref();
    let upstream = ended.session.as_deref();
    let found = upstream_sessions::that_came_from(source, &ended.issuer, subject, upstream, db).await?;
    let mut over = Vec::new();
    for session in found {
        if end::end(&session, Reason::Source, now, rng, log, db).await? {
            over.push(session);
        }
    }
    let detail = json!({ "issuer": ended.issuer, "subject": subject, "sessions": over.len() });
    log.event("source.logged_out", source.as_str(), detail);
    Ok(Taken::Ended(over))
}
