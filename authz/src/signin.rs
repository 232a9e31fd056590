// SPDX-License-Identifier: Apache-2.0
//! Sign-in is itself a decision: most chat servers never ask before a read, so a session at one
//! must meet what the highest label among her memberships there needs.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::PersonKind;
use countersign_labels::{Rank, Schemes};
use serde::Serialize;

use crate::resolve::device;
use crate::{Facts, Reason, Snapshot};

/// What a sign-in at a chat server must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SignInRequirement {
    /// The highest rank among her memberships at that server.
    pub rank: Rank,
    /// The assurance level it needs.
    pub aal: u8,
    /// The rank for which the device must be accredited.
    pub device_rank: Rank,
    /// Whether the device's posture must have been reported within seven days.
    pub posture: bool,
    /// Whether a blocked location is refused.
    pub location: bool,
}

/// The assurance level that a rank needs.
pub(crate) fn needed_at(rank: Rank) -> u8 {
    match rank {
        0 => 1,
        1 => 2,
        _ => 3,
    }
}

/// What `person` must reach to sign in at `server`, by the channels there of which she is a member.
/// A channel belongs to a server that registered it or has it in its scope. A label that cannot be
/// understood counts as the highest rank.
pub fn signin_requirement(
    snapshot: &Snapshot,
    schemes: &Schemes,
    person: &str,
    server: &str,
) -> SignInRequirement {
    let record = snapshot.server(server);
    let rank = snapshot
        .memberships(person)
        .iter()
        .filter_map(|id| Some((id, snapshot.channel(id.as_str())?)))
        .filter(|(id, channel)| record.is_some_and(|record| record.sees_channel(id, channel)))
        .map(|(_, channel)| {
            schemes
                .label(&channel.label)
                .map_or(Rank::MAX, |label| label.rank())
        })
        .max()
        .unwrap_or_default();
    let service = snapshot
        .person(person)
        .is_some_and(|person| person.kind == PersonKind::Service);
    SignInRequirement {
        rank,
        aal: if service { 0 } else { needed_at(rank) },
        device_rank: rank,
        posture: rank >= 1,
        location: rank >= 2,
    }
}

impl SignInRequirement {
    /// Which guard a sign-in from this device and place fails, if any: its accreditation, its posture
    /// report, its location. Assurance is for authn to compare.
    pub fn unmet(
        &self,
        snapshot: &Snapshot,
        schemes: &Schemes,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> Option<Reason> {
        let Ok(device) = device(facts, snapshot, schemes) else {
            return Some(Reason::PdpInput);
        };
        let reported = device.posture_reported_at;
        let fresh = reported.is_some_and(|at| at <= now && now - at <= POSTURE_LASTS);
        let blocked = &snapshot.settings().blocked_locations;
        if device.rank < self.device_rank {
            Some(Reason::DeviceCap)
        } else if self.posture && !fresh {
            Some(Reason::DevicePosture)
        } else if self.location && facts.location.as_ref().is_some_and(|at| blocked.contains(at)) {
            Some(Reason::Location)
        } else {
            None
        }
    }
}

/// How long a posture report counts.
const POSTURE_LASTS: TimeDelta = TimeDelta::days(7);
