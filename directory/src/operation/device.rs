// SPDX-License-Identifier: Apache-2.0
//! Devices: one proves itself for the first time, is lost, and how a management system found it.
//!
//! None of these raises what a device may be trusted with: enrolled, it is unmanaged and unaccredited;
//! what it is worth beyond that is an amendment, for which there are two people.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{Devices, Shelf, StoreError, changes, load, postures, tombstones};
use crate::{Actor, Change, Device, DeviceId, DeviceKey, Event, Noun, Permit, PermitError, PersonId};

/// How long a report of posture counts; an older one says nothing any more.
pub const POSTURE_LASTS: TimeDelta = TimeDelta::days(7);

/// Why something about a device is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// It is in a state in which that is not possible.
    #[error("the device `{0}` is lost: two people can take it up again")]
    Lost(DeviceId),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The report's time.
    #[error("{0}")]
    Report(&'static str),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another device has this id, or had it.
    #[error("the id `{0}` is another device's")]
    Taken(DeviceId),
    /// No device has this id.
    #[error("no device has the id `{0}`")]
    Unknown(DeviceId),
}

/// How a management system found a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// When it looked.
    pub reported_at: DateTime<Utc>,
    /// Whether the device is as it should be. One that is not counts as never reported.
    pub compliant: bool,
}

/// Puts a device on file that proved itself by a key, or notes the key of one that is. It is trusted with
/// nothing that it was not trusted with before.
pub async fn enrol(
    id: &DeviceId,
    key: DeviceKey,
    owner: Option<&PersonId>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    changes::lock(db).await?;
    let held = load::<Devices>(id.as_str(), db).await?;
    let device = match held {
        Some(held) if held.lost => return Err(DeviceError::Lost(id.clone())),
        Some(held) if key == DeviceKey::Certificate && held.key == Some(key) => {
            return unchanged(db).await;
        }
        // What the paper says of a device is not for whoever names a key so: only an authority is believed
        // about a name that others gave.
        Some(held) if key == DeviceKey::Certificate && held.key.is_none() => Device {
            key: Some(key),
            ..held
        },
        Some(_) => return Err(DeviceError::Taken(id.clone())),
        None if !tombstones::among(Noun::Device, &[id.as_str()], db)
            .await?
            .is_empty() =>
        {
            return Err(DeviceError::Taken(id.clone()));
        }
        None => Device {
            key: Some(key),
            owner: owner.cloned(),
            ..Device::default()
        },
    };
    let detail = json!({"key": key, "owner": device.owner});
    write(
        id,
        &device,
        Event::new("device.enrolled", id.as_str(), detail),
        now,
        db,
    )
    .await
}

/// The device is out of hand: nothing that it was trusted with is left, and its key opens nothing. The
/// caller ends its sessions in the same transaction, and has seen that `by` may say so.
pub async fn lose(
    id: &DeviceId,
    by: &Actor,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    changes::lock(db).await?;
    let held = load::<Devices>(id.as_str(), db)
        .await?
        .ok_or_else(|| DeviceError::Unknown(id.clone()))?;
    if held.lost {
        return unchanged(db).await;
    }
    let device = held.without_trust();
    let detail = json!({"by": by.to_string(), "owner": held.owner, "managed": held.managed,
        "accreditation": held.accreditation});
    write(
        id,
        &device,
        Event::new("device.lost", id.as_str(), detail),
        now,
        db,
    )
    .await
}

/// Takes what a management system found. A device that is not as it should be counts as never reported from
/// now on; nothing here raises what it is accredited for.
pub async fn take_report(
    id: &DeviceId,
    report: Report,
    by: &Actor,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    changes::lock(db).await?;
    let mut device = load::<Devices>(id.as_str(), db)
        .await?
        .ok_or_else(|| DeviceError::Unknown(id.clone()))?;
    let Report { compliant, .. } = report;
    let reported_at = to_the_millisecond(report.reported_at);
    if device.lost {
        return Err(DeviceError::Lost(id.clone()));
    }
    if reported_at > now {
        return Err(DeviceError::Report("the report is from the future"));
    }
    if now - reported_at > POSTURE_LASTS {
        return Err(DeviceError::Report("the report is older than seven days"));
    }
    let last = postures::last(id, db).await?.max(device.posture_reported_at);
    // Bad news of the same moment is still news.
    let is_news = last.is_none_or(|last| reported_at > last || (reported_at == last && !compliant));
    if !is_news {
        return Err(DeviceError::Report("there is a report as new as this one"));
    }
    postures::put(id, reported_at, compliant, by, now, db).await?;
    device.posture_reported_at = compliant.then_some(reported_at);
    let detail = json!({"reported_at": reported_at, "compliant": compliant, "by": by.to_string()});
    let event = Event::new("device.posture_reported", id.as_str(), detail);
    write(id, &device, event, now, db).await
}

/// Notes that the posture of a known device was good at the moment `reported_at`, on the operator's word. An
/// older report never takes the place of a newer one.
pub async fn report_posture(
    id: &DeviceId,
    reported_at: DateTime<Utc>,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    permit.covers("device.report", id.as_str())?;
    let report = Report {
        reported_at,
        compliant: true,
    };
    match take_report(id, report, permit.by(), now, db).await {
        Err(DeviceError::Report(_)) => unchanged(db).await,
        taken => taken,
    }
}

async fn write(
    id: &DeviceId,
    device: &Device,
    event: Event,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    Devices::put(&[(id, device)], db).await?;
    let revision = changes::record(&[Change::put(Noun::Device, id.as_str())], now, db).await?;
    Ok(Outcome {
        events: vec![event],
        revision,
    })
}

async fn unchanged(db: &mut AnyConnection) -> Result<Outcome, DeviceError> {
    Ok(Outcome {
        events: Vec::new(),
        revision: changes::head(db).await?,
    })
}

/// As the store keeps times.
fn to_the_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    crate::time::from_millis(at.timestamp_millis()).unwrap_or(at)
}
