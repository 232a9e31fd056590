// SPDX-License-Identifier: Apache-2.0
//! The reason codes, in the order of their guards: the first that fails is the primary reason.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why something is denied. Ordered as the guards are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The question cannot be used, or names something unknown.
    PdpInput,
    /// The record cannot be written.
    AuditUnavailable,
    /// An account is not active.
    AccountInactive,
    /// The session is revoked.
    SessionRevoked,
    /// The session is too old or was idle too long.
    SessionExpired,
    /// Separation of duties: this office has no right to content.
    SodNoContent,
    /// An office is needed that the person does not hold.
    RoleRequired,
    /// Nobody approves their own request.
    SelfApproval,
    /// A second person must approve.
    DualControl,
    /// The channel takes nothing new.
    ChannelClosed,
    /// The channel takes no externals.
    ExternalsNotAllowed,
    /// There is no agreement with the node.
    NoAgreement,
    /// The node is accredited below the channel.
    NodeCeiling,
    /// The guest has no active sponsor.
    SponsorMissing,
    /// An attestation of the guest was rejected.
    AttestationInvalid,
    /// Guests may not do this.
    GuestAction,
    /// The label does not fit the channel's scheme or its own.
    LabelInvalid,
    /// The label is above the channel's.
    LabelExceedsChannel,
    /// The item's label is not within that of the place it is moved to.
    WriteDown,
    /// Only the originator may pass the item on.
    OriginatorConsent,
    /// The clearance that would suffice is suspended.
    ClearanceSuspended,
    /// The clearance that would suffice is outside its dates.
    ClearanceExpired,
    /// No agreement brings it into this scheme.
    NoEquivalence,
    /// No clearance reaches the level.
    ClearanceLevel,
    /// The briefing is not acknowledged.
    BriefingMissing,
    /// A compartment is not held.
    CompartmentMissing,
    /// Reserved to nationals; every nationality counts.
    NationalOnly,
    /// Not releasable to any nation concerned.
    NotReleasable,
    /// Not before a later moment.
    Embargo,
    /// The channel takes no industry.
    IndustryNotAllowed,
    /// No need-to-know: mission, membership, recipients or sponsor.
    NeedToKnow,
    /// A current member may not receive it.
    MembersNotCleared,
    /// The device is not approved for this.
    DeviceCap,
    /// The device's posture report is missing or old.
    DevicePosture,
    /// Blocked from this location.
    Location,
    /// The media server is accredited below the channel.
    CallCap,
    /// No downloads by guests or onto unmanaged devices.
    ExportDenied,
    /// The sign-in is not strong or not recent enough.
    AalStepUp,
}

struct Entry {
    reason: Reason,
    code: &'static str,
    user: &'static str,
    admin: &'static str,
}

const TABLE: [Entry; 38] = [
    Entry {
        reason: Reason::PdpInput,
        code: "PDP_INPUT",
        user: "That is not available.",
        admin: "The question cannot be used, or names something unknown.",
    },
    Entry {
        reason: Reason::AuditUnavailable,
        code: "AUDIT_UNAVAILABLE",
        user: "The record cannot be written at the moment. Try again later.",
        admin: "The record cannot be written.",
    },
    Entry {
        reason: Reason::AccountInactive,
        code: "ACCOUNT_INACTIVE",
        user: "This account is not active.",
        admin: "An account is not active.",
    },
    Entry {
        reason: Reason::SessionRevoked,
        code: "SESSION_REVOKED",
        user: "Your session was ended. Sign in again.",
        admin: "The session is revoked.",
    },
    Entry {
        reason: Reason::SessionExpired,
        code: "SESSION_EXPIRED",
        user: "Your session has run out. Sign in again.",
        admin: "The session is too old or was idle too long.",
    },
    Entry {
        reason: Reason::SodNoContent,
        code: "SOD_NO_CONTENT",
        user: "Your office has no access to content.",
        admin: "Separation of duties: this office has no right to content.",
    },
    Entry {
        reason: Reason::RoleRequired,
        code: "ROLE_REQUIRED",
        user: "You need another role for this.",
        admin: "An office is needed that the person does not hold.",
    },
    Entry {
        reason: Reason::SelfApproval,
        code: "SELF_APPROVAL",
        user: "You cannot approve your own request.",
        admin: "Nobody approves their own request.",
    },
    Entry {
        reason: Reason::DualControl,
        code: "DUAL_CONTROL",
        user: "A second person must approve this.",
        admin: "A second person must approve.",
    },
    Entry {
        reason: Reason::ChannelClosed,
        code: "CHANNEL_CLOSED",
        user: "This channel is closed.",
        admin: "The channel takes nothing new.",
    },
    Entry {
        reason: Reason::ExternalsNotAllowed,
        code: "EXTERNALS_NOT_ALLOWED",
        user: "This channel takes no guests or outsiders.",
        admin: "The channel takes no externals.",
    },
    Entry {
        reason: Reason::NoAgreement,
        code: "NO_AGREEMENT",
        user: "There is no agreement with that organisation.",
        admin: "There is no agreement with the node.",
    },
    Entry {
        reason: Reason::NodeCeiling,
        code: "NODE_CEILING",
        user: "That server is not approved for this channel.",
        admin: "The node is accredited below the channel.",
    },
    Entry {
        reason: Reason::SponsorMissing,
        code: "SPONSOR_MISSING",
        user: "The guest needs a sponsor.",
        admin: "The guest has no active sponsor.",
    },
    Entry {
        reason: Reason::AttestationInvalid,
        code: "ATTESTATION_INVALID",
        user: "The guest's attestation was not accepted.",
        admin: "An attestation of the guest was rejected.",
    },
    Entry {
        reason: Reason::GuestAction,
        code: "GUEST_ACTION",
        user: "Guests cannot do this.",
        admin: "Guests may not do this.",
    },
    Entry {
        reason: Reason::LabelInvalid,
        code: "LABEL_INVALID",
        user: "This label cannot be used here.",
        admin: "The label does not fit the channel's scheme or its own.",
    },
    Entry {
        reason: Reason::LabelExceedsChannel,
        code: "LABEL_EXCEEDS_CHANNEL",
        user: "This label is above what the channel takes.",
        admin: "The label is above the channel's.",
    },
    Entry {
        reason: Reason::WriteDown,
        code: "WRITE_DOWN",
        user: "This content may not go there.",
        admin: "The item's label is not within that of the place it is moved to.",
    },
    Entry {
        reason: Reason::OriginatorConsent,
        code: "ORIGINATOR_CONSENT",
        user: "Only its originator may pass this on.",
        admin: "Only the originator may pass the item on.",
    },
    Entry {
        reason: Reason::ClearanceSuspended,
        code: "CLEARANCE_SUSPENDED",
        user: "Your clearance is suspended.",
        admin: "The clearance that would suffice is suspended.",
    },
    Entry {
        reason: Reason::ClearanceExpired,
        code: "CLEARANCE_EXPIRED",
        user: "Your clearance is not valid at this time.",
        admin: "The clearance that would suffice is outside its dates.",
    },
    Entry {
        reason: Reason::NoEquivalence,
        code: "NO_EQUIVALENCE",
        user: "No agreement covers this.",
        admin: "No agreement brings it into this scheme.",
    },
    Entry {
        reason: Reason::ClearanceLevel,
        code: "CLEARANCE_LEVEL",
        user: "Your clearance does not reach this.",
        admin: "No clearance reaches the level.",
    },
    Entry {
        reason: Reason::BriefingMissing,
        code: "BRIEFING_MISSING",
        user: "A briefing is needed first.",
        admin: "The briefing is not acknowledged.",
    },
    Entry {
        reason: Reason::CompartmentMissing,
        code: "COMPARTMENT_MISSING",
        user: "You do not hold what this needs.",
        admin: "A compartment is not held.",
    },
    Entry {
        reason: Reason::NationalOnly,
        code: "NATIONAL_ONLY",
        user: "This is reserved to nationals.",
        admin: "Reserved to nationals; every nationality counts.",
    },
    Entry {
        reason: Reason::NotReleasable,
        code: "NOT_RELEASABLE",
        user: "This is not releasable to your nation.",
        admin: "Not releasable to any nation concerned.",
    },
    Entry {
        reason: Reason::Embargo,
        code: "EMBARGO",
        user: "This is not available yet.",
        admin: "Not before a later moment.",
    },
    Entry {
        reason: Reason::IndustryNotAllowed,
        code: "INDUSTRY_NOT_ALLOWED",
        user: "This channel takes no contractors.",
        admin: "The channel takes no industry.",
    },
    Entry {
        reason: Reason::NeedToKnow,
        code: "NEED_TO_KNOW",
        user: "You have no need-to-know here.",
        admin: "No need-to-know: mission, membership, recipients or sponsor.",
    },
    Entry {
        reason: Reason::MembersNotCleared,
        code: "MEMBERS_NOT_CLEARED",
        user: "Not every member may receive this.",
        admin: "A current member may not receive it.",
    },
    Entry {
        reason: Reason::DeviceCap,
        code: "DEVICE_CAP",
        user: "Use a device that is approved for this.",
        admin: "The device is not approved for this.",
    },
    Entry {
        reason: Reason::DevicePosture,
        code: "DEVICE_POSTURE",
        user: "Your device must report its state first.",
        admin: "The device's posture report is missing or old.",
    },
    Entry {
        reason: Reason::Location,
        code: "LOCATION",
        user: "This is not available from where you are.",
        admin: "Blocked from this location.",
    },
    Entry {
        reason: Reason::CallCap,
        code: "CALL_CAP",
        user: "This call cannot be carried here.",
        admin: "The media server is accredited below the channel.",
    },
    Entry {
        reason: Reason::ExportDenied,
        code: "EXPORT_DENIED",
        user: "Downloads are not possible here.",
        admin: "No downloads by guests or onto unmanaged devices.",
    },
    Entry {
        reason: Reason::AalStepUp,
        code: "AAL_STEP_UP",
        user: "Sign in again with a stronger factor.",
        admin: "The sign-in is not strong or not recent enough.",
    },
];

/// What a person or server is told who may not know the true code.
pub const NOT_AVAILABLE: &str = "NOT_AVAILABLE";

/// The text that goes with [`NOT_AVAILABLE`].
pub const NOT_AVAILABLE_TEXT: &str = "That is not available.";

impl Reason {
    /// How many there are.
    pub const COUNT: usize = TABLE.len();

    /// All of them, in guard order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.reason)
    }

    /// The guard's number, 1 to 38.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        self.entry().map_or(NOT_AVAILABLE, |entry| entry.code)
    }

    /// What the person is told. It names no label, channel, compartment or count.
    pub fn user_text(self) -> &'static str {
        self.entry().map_or(NOT_AVAILABLE_TEXT, |entry| entry.user)
    }

    /// What an administrator is told.
    pub fn admin_text(self) -> &'static str {
        self.entry().map_or(NOT_AVAILABLE_TEXT, |entry| entry.admin)
    }

    fn entry(self) -> Option<&'static Entry> {
        // INVARIANT: the table has an entry per variant, in order; a test says so.
        TABLE.get(self as usize)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that is no reason code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no reason code")]
pub struct UnknownReason(pub String);

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(code: &str) -> Result<Self, UnknownReason> {
        TABLE
            .iter()
            .find(|entry| entry.code == code)
            .map(|entry| entry.reason)
            .ok_or_else(|| UnknownReason(code.to_owned()))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_guard_order() {
        for (at, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.reason as usize, at);
            assert_eq!(entry.code.parse::<Reason>().unwrap(), entry.reason);
        }
        assert_eq!((Reason::Embargo.number(), Reason::AalStepUp.number()), (29, 38));
    }
}
