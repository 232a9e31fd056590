// SPDX-License-Identifier: Apache-2.0
//! On which device a sign-in happens: keys are enrolled, proven against a challenge that works once and in
//! one browser, and the session is born on the device that was proven.
//!
//! A proof is kept beside the flow, and looked at anew when the session is born, in the same transaction: a
//! device that was lost meanwhile, or a key in a browser that somebody else enrolled, names no device.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::{DeviceId, PersonId};
use countersign_directory::operation::device::{self, DeviceError};
use countersign_directory::store::{Devices, changes, load};
use countersign_directory::{Actor, Device, DeviceKey};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::factor::device_key::{PublicKey, Purpose};
use crate::flow::Flow;
use crate::happened::Happened;
use crate::secret::random_id;
use crate::session::SessionId;
use crate::session::end::{Reason, end_on_device};
use crate::store::ceremonies::{self, Kind};
use crate::store::device_keys::{self, EnrolledKey};
use crate::store::{StoreError, flows};

/// How long a challenge waits for its answer.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// The most keys of one person.
const MOST_KEYS: usize = 20;
const LONGEST_NAME: usize = 100;

/// What a browser sends to show that it holds a key.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The public key, or its thumbprint where it is on file.
    pub key: &'a str,
    /// The signature, base64url.
    pub signature: &'a str,
}

/// Why a key proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The challenge is not one of this browser's, ran out or was used.
    #[error("the challenge is not valid any more")]
    Challenge,
    /// The device is lost.
    #[error("the device is lost")]
    Lost,
    /// The person has as many as anybody may have.
    #[error("there are too many devices")]
    Many,
    /// The key is on file already.
    #[error("the key is on file already")]
    Taken,
    /// No such key is on file.
    #[error("no such key is on file")]
    Unknown,
    /// The signature is not this key's under this challenge, or no signature at all.
    #[error("the signature does not fit")]
    Unproven,
}

/// Makes a challenge for the flow or session `bound_to`.
pub async fn challenge(
    purpose: Purpose,
    bound_to: &str,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<String, StoreError> {
    let challenge = random_id(rng);
    ceremonies::put(&challenge, kind(purpose), bound_to, "", now + PATIENCE, db).await?;
    Ok(challenge)
}

/// Enrols a key that `person` holds: a device of its own that is trusted with nothing. The caller has seen a
/// fresh sign-in.
#[expect(
    clippy::too_many_arguments,
    reason = "what was answered, whose, what it is bound to, and the ambient things"
)]
pub async fn enrol(
    answer: Answer<'_>,
    name: &str,
    person: &PersonId,
    bound_to: &str,
    origin: &str,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<DeviceId, Refusal>, StoreError> {
    if !take(Purpose::Enrol, answer, bound_to, now, db).await? {
        return Ok(Err(Refusal::Challenge));
    }
    let Ok(key) = PublicKey::read(answer.key) else {
        return Ok(Err(Refusal::Unproven));
    };
    if !key.signed(answer.signature, Purpose::Enrol, origin, answer.challenge) {
        return Ok(Err(Refusal::Unproven));
    }
    let Ok(id) = key.device() else {
        return Ok(Err(Refusal::Unproven));
    };
    if device_keys::of_person(person, db).await?.len() >= MOST_KEYS {
        return Ok(Err(Refusal::Many));
    }
    match device::enrol(&id, DeviceKey::Browser, Some(person), now, db).await {
        Ok(outcome) => log.carried_out(outcome),
        Err(DeviceError::Taken(_) | DeviceError::Lost(_)) => return Ok(Err(Refusal::Taken)),
        Err(fault) => return Err(StoreError::Directory(fault.to_string())),
    }
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    let enrolled = EnrolledKey {
        device: id.clone(),
        person: person.clone(),
        name,
        key,
        created_at: now,
        last_used_at: None,
    };
    if !device_keys::add(&enrolled, db).await? {
        return Err(StoreError::Row {
            table: "device_keys",
            column: "device",
        });
    }
    Ok(Ok(id))
}

/// Takes a browser's word that `flow` happens on the device of a key on file, if it signed for that.
pub async fn prove(
    flow: &Flow,
    answer: Answer<'_>,
    origin: &str,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<DeviceId, Refusal>, StoreError> {
    let judged = judge(flow, answer, origin, now, db).await?;
    match &judged {
        Ok(id) => {
            device_keys::used(id, now, db).await?;
            flows::name_device(&flow.id, id, db).await?;
        }
        Err(refusal) => {
            let detail = json!({"reason": refusal.to_string(), "key": short(answer.key)});
            log.event("device.refused", "", detail);
        }
    }
    Ok(judged)
}

/// Takes the word of a device's certificate, which has been judged, for `flow`. Its device is on file from now
/// on. `None`: the device is lost, or its name is that of another kind of device.
pub async fn certified(
    flow: &Flow,
    id: &DeviceId,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<(), Refusal>, StoreError> {
    let refusal = match device::enrol(id, DeviceKey::Certificate, None, now, db).await {
        Ok(outcome) => {
            log.carried_out(outcome);
            flows::name_device(&flow.id, id, db).await?;
            return Ok(Ok(()));
        }
        Err(DeviceError::Lost(_)) => Refusal::Lost,
        Err(DeviceError::Taken(_)) => Refusal::Taken,
        Err(fault) => return Err(StoreError::Directory(fault.to_string())),
    };
    let detail = json!({"reason": refusal.to_string(), "key": "certificate"});
    log.event("device.refused", id.as_str(), detail);
    Ok(Err(refusal))
}

/// The device on which the session of `person` that ends `flow` is born.
pub async fn of_flow(
    flow: &Flow,
    person: &PersonId,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<DeviceId>, StoreError> {
    let Some(id) = flows::device(&flow.id, db).await? else {
        return Ok(None);
    };
    // Who says that it is lost waits for us, or we for her: no session slips in between.
    changes::lock(db).await.map_err(directory)?;
    let device = load::<Devices>(id.as_str(), db).await.map_err(directory)?;
    let why = match device {
        None => "the device is not on file any more",
        Some(Device { lost: true, .. }) => "the device is lost",
        Some(Device {
            key: Some(DeviceKey::Browser),
            owner,
            ..
        }) if owner.as_ref() != Some(person) => "the key is somebody else's",
        Some(_) => return Ok(Some(id)),
    };
    log.event(
        "device.refused",
        id.as_str(),
        json!({"reason": why, "person": person}),
    );
    Ok(None)
}

/// The device is out of hand: all sessions on it end, with what hangs on them. `None`: there is no such device.
pub async fn lose(
    id: &DeviceId,
    by: &Actor,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<Vec<SessionId>>, StoreError> {
    match device::lose(id, by, now, db).await {
        Ok(outcome) => log.carried_out(outcome),
        Err(DeviceError::Unknown(_)) => return Ok(None),
        Err(fault) => return Err(StoreError::Directory(fault.to_string())),
    }
    end_on_device(id, Reason::DeviceLost, now, rng, log, db)
        .await
        .map(Some)
}

/// What a challenge for this flow's device is bound to.
pub fn bound_to(flow: &Flow) -> String {
    format!("device/flow/{}", flow.id)
}

async fn judge(
    flow: &Flow,
    answer: Answer<'_>,
    origin: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Result<DeviceId, Refusal>, StoreError> {
    if !take(Purpose::Prove, answer, &bound_to(flow), now, db).await? {
        return Ok(Err(Refusal::Challenge));
    }
    let Some(known) = device_keys::by_thumbprint(answer.key, db).await? else {
        return Ok(Err(Refusal::Unknown));
    };
    if !known
        .key
        .signed(answer.signature, Purpose::Prove, origin, answer.challenge)
    {
        return Ok(Err(Refusal::Unproven));
    }
    let device = load::<Devices>(known.device.as_str(), db)
        .await
        .map_err(directory)?;
    Ok(match device {
        None => Err(Refusal::Unknown),
        Some(Device { lost: true, .. }) => Err(Refusal::Lost),
        Some(_) => Ok(known.device),
    })
}

async fn take(
    purpose: Purpose,
    answer: Answer<'_>,
    bound_to: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let taken = ceremonies::take(answer.challenge, kind(purpose), bound_to, now, db).await?;
    Ok(taken.is_some())
}

fn kind(purpose: Purpose) -> Kind {
    match purpose {
        Purpose::Enrol => Kind::DeviceEnrol,
        Purpose::Prove => Kind::DeviceProve,
    }
}

/// As much of what was sent as the record needs.
fn short(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).take(64).collect()
}

fn directory(fault: countersign_directory::store::StoreError) -> StoreError {
    StoreError::Directory(fault.to_string())
}
