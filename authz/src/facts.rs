// SPDX-License-Identifier: Apache-2.0
//! What Countersign knows by itself about the moment of a question. Server gathers it; authz never
//! sees authn.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use countersign_directory::{Accreditation, DeviceId, NodeId};
use serde::{Deserialize, Serialize};

/// The session, the device and the surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Facts {
    /// Whether the record can be written.
    pub audit_available: bool,
    /// The device.
    pub device: DeviceFacts,
    /// Where the request comes from.
    pub location: Option<String>,
    /// The node of the connected server that asks.
    pub server_node: Option<NodeId>,
    /// The session. None is assurance 0.
    pub session: Option<SessionFacts>,
    /// Asks about the person alone, without session and device.
    pub standing: bool,
    /// The obligations that the asker honours; unknown when it has not said.
    pub supported_obligations: Option<BTreeSet<String>>,
}

impl Facts {
    /// The facts of a standing question: the person alone.
    pub fn standing() -> Self {
        Self {
            standing: true,
            ..Self::default()
        }
    }

    /// Whether `later` are the same facts but for a session that was used again, at `now` at the latest.
    pub(crate) fn differ_in_later_activity(&self, later: &Self, now: DateTime<Utc>) -> bool {
        let Self {
            audit_available,
            device,
            location,
            server_node,
            session,
            standing,
            supported_obligations,
        } = self;
        let (Some(then), Some(used)) = (session, &later.session) else {
            return false;
        };
        then.last_activity < used.last_activity
            && used.last_activity <= now
            && SessionFacts {
                last_activity: used.last_activity,
                ..*then
            } == *used
            && *audit_available == later.audit_available
            && *device == later.device
            && *location == later.location
            && *server_node == later.server_node
            && *standing == later.standing
            && *supported_obligations == later.supported_obligations
    }
}

impl Default for Facts {
    /// Nothing known: no session, no device, but a record that can be written.
    fn default() -> Self {
        Self {
            session: None,
            device: DeviceFacts::Unknown,
            location: None,
            audit_available: true,
            server_node: None,
            supported_obligations: None,
            standing: false,
        }
    }
}

/// What the decision needs to know of a session. Authn's board fills it, by way of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct SessionFacts {
    /// The assurance level, 0 to 3.
    pub aal: u8,
    /// When she proved who she is.
    pub auth_time: DateTime<Utc>,
    /// When she was last seen.
    pub last_activity: DateTime<Utc>,
    /// Whether it was ended for cause.
    pub revoked: bool,
}

impl Hash for SessionFacts {
    /// Of all but the last activity, which most answers do not hang on: what is remembered of a question is
    /// looked for by this, and compared in full where that counts.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            aal,
            auth_time,
            last_activity: _,
            revoked,
        } = self;
        (aal, auth_time, revoked).hash(state);
    }
}

/// What is known of the device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceFacts {
    /// One of the directory, named by a certificate or key. Unknown there, it is unknown.
    Registered(DeviceId),
    /// What the connected server's record states of all its clients.
    Stated {
        /// What they are accredited for.
        accreditation: Option<Accreditation>,
        /// Whether somebody administers them.
        managed: bool,
        /// When their posture was last reported.
        posture_reported_at: Option<DateTime<Utc>>,
    },
    /// Nothing: unmanaged, rank 0.
    Unknown,
}
