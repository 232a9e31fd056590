// SPDX-License-Identifier: Apache-2.0
//! Sessions are born, found by their cookie, and raised.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use countersign_directory::{Change, Noun};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::{Lifetimes, Place, Session, SessionId, Sid};
use crate::assurance::Proof;
use crate::evidence;
use crate::happened::Happened;
use crate::secret::{Secret, random_id};
use crate::store::{StoreError, accounts, sessions};

/// Opens a session for a person who proved who she is. The secret goes into the cookie.
#[expect(
    clippy::too_many_arguments,
    reason = "who, how, where, how long, and the ambient things"
)]
pub async fn open(
    person: &PersonId,
    proof: &Proof,
    place: Place,
    lifetimes: &Lifetimes,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(Session, Secret), StoreError> {
    let secret = Secret::generate(rng);
    let session = Session {
        id: SessionId::from_text(random_id(rng)),
        person: person.clone(),
        level: proof.level,
        methods: proof.methods.clone(),
        attested: proof.attested,
        evidence: proof.by.clone(),
        auth_time: proof.at,
        started_at: now,
        last_activity: now,
        ends_at: proof.at + lifetimes.of(proof.level).absolute,
        idle: lifetimes.of(proof.level).idle,
        place,
        csrf: random_id(rng),
        ended_at: None,
    };
    accounts::ensure(person, now, rng, db).await?;
    accounts::signed_in(person, now, db).await?;
    sessions::insert(&session, &secret.hash(), db).await?;
    note("session.opened", &session, log);
    Ok((session, secret))
}

/// Gives a live session the assurance of a new sign-in by the same person: new secret, new ends.
/// The old cookie dies. `None`: the session was ended meanwhile.
pub async fn renew(
    session: Session,
    proof: &Proof,
    lifetimes: &Lifetimes,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<(Session, Secret)>, StoreError> {
    let secret = Secret::generate(rng);
    let session = Session {
        level: proof.level,
        methods: proof.methods.clone(),
        attested: proof.attested,
        evidence: evidence::with(session.evidence, proof),
        auth_time: proof.at,
        last_activity: now,
        ends_at: proof.at + lifetimes.of(proof.level).absolute,
        idle: lifetimes.of(proof.level).idle,
        csrf: random_id(rng),
        ..session
    };
    if !sessions::renew(&session, &secret.hash(), db).await? {
        return Ok(None);
    }
    accounts::signed_in(&session.person, now, db).await?;
    note("session.renewed", &session, log);
    Ok(Some((session, secret)))
}

/// The live session of a cookie.
pub async fn resume(
    cookie: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Session>, StoreError> {
    let Some(secret) = Secret::presented(cookie) else {
        return Ok(None);
    };
    let session = sessions::by_secret(&secret.hash(), db).await?;
    Ok(session.filter(|session| session.is_live(now)))
}

/// The session's name towards `client`; the same one each time.
pub async fn tie(
    session: &Session,
    client: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Sid, StoreError> {
    if let Some(sid) = sessions::tied(&session.id, client, db).await? {
        return Ok(sid);
    }
    let sid = sessions::tie(session, client, Sid::from_text(random_id(rng)), now, db).await?;
    log.change(Change::put(Noun::Session, session.id.as_str()));
    Ok(sid)
}

fn note(kind: &'static str, session: &Session, log: &mut Happened) {
    let detail = json!({
        "session": session.id,
        "acr": session.level.acr(),
        "amr": session.methods,
        "by": session.evidence.iter().filter(|one| !one.superseded).map(evidence::on_record).collect::<Vec<_>>(),
        "auth_time": session.auth_time,
        "ends_at": session.ends_at,
        "device": session.place.device,
    });
    log.event(kind, session.person.as_str(), detail);
    log.change(Change::put(Noun::Session, session.id.as_str()));
}
