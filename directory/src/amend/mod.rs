// SPDX-License-Identifier: Apache-2.0
//! What administrators do to the directory, as values: one act on one thing, which can be written
//! down, shown to a second person, hashed, and carried out later exactly as it was shown.
//!
//! [`Amendment::on`] says what the thing is afterwards, and [`widening`] which parts of that may turn
//! a deny into an allow. Both are pure. What is not provably narrower counts as wider.

mod apply;
mod client;
mod connected;
mod difference;
mod parts;
mod widens;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_labels::RawLabel;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use apply::{After, AmendError};
pub use difference::{Part, difference};
pub use parts::{
    ChannelPatch, DeviceTerms, LostAuthenticator, NewPerson, PersonPatch, ProviderFacts, UpstreamLink,
    clearance_id,
};
pub(crate) use widens::channel as channel_widening;
pub use widens::widening;

use crate::operation::import::{self, Counts, Wider};
use crate::source::{Source, Sourced, veil};
use crate::{
    Agency, AgencyId, Agreement, AgreementId, ChannelId, Clearance, Client, ConnectedServer, DeviceId,
    Mission, MissionId, Node, NodeId, Noun, ParametersHash, PersonId, ServerId, Settings, SourceId,
};

/// One act on one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the thing and what is to be")]
pub enum Amendment {
    /// An agency comes into being or changes.
    AgencyPut { id: AgencyId, agency: Agency },
    /// An agreement ends, for good.
    AgreementEnd { id: AgreementId },
    /// An agreement comes into being or changes.
    AgreementPut { id: AgreementId, agreement: Agreement },
    /// Attributes of a channel change.
    ChannelPatch { id: ChannelId, patch: ChannelPatch },
    /// A channel is opened to the people of a node. Nothing here changes by it: the chat server asks, once,
    /// and does it.
    ChannelFederate { id: ChannelId, node: NodeId },
    /// A channel gets another label.
    ChannelReclassify { id: ChannelId, label: RawLabel },
    /// A clearance is given.
    ClearanceGrant { id: PersonId, clearance: Clearance },
    /// A clearance gets another end.
    ClearanceRenew {
        id: PersonId,
        clearance: String,
        #[serde(with = "crate::time::at_end")]
        valid_until: DateTime<Utc>,
    },
    /// A suspended clearance counts again.
    ClearanceResume { id: PersonId, clearance: String },
    /// A clearance counts for nothing any more.
    ClearanceRevoke { id: PersonId, clearance: String },
    /// A clearance does not count for now.
    ClearanceSuspend { id: PersonId, clearance: String },
    /// An application comes into being or changes. `was` is what is on file until then.
    ClientPut {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Client>,
        client: Client,
    },
    /// An application is taken away.
    ClientRemove { id: String, was: Client },
    /// An application proves itself with a new secret, in place of the one that it has.
    ClientSecret { id: String, was: Client },
    /// A device comes into being, or what it may be trusted with changes.
    DevicePut { id: DeviceId, device: DeviceTerms },
    /// A world file comes into the store. What it changes is compared with the store again by whoever has the
    /// file, and carries it out: only what was compared then may happen.
    DirectoryImport {
        file: ParametersHash,
        replace: bool,
        counts: BTreeMap<String, Counts>,
        wider: Vec<Wider>,
    },
    /// A mission comes into being or changes.
    MissionPut { id: MissionId, mission: Mission },
    /// A node comes into being or changes.
    NodePut { id: NodeId, node: Node },
    /// Somebody at a source gets an account, as far as the source may give it. The source asks for it; nobody
    /// else can.
    PersonAdmit {
        id: PersonId,
        link: UpstreamLink,
        said: Box<Sourced>,
    },
    /// Somebody new.
    PersonCreate { id: PersonId, person: NewPerson },
    /// A disabled person becomes active again.
    PersonEnable { id: PersonId },
    /// Somebody at a source may sign in as this person from then on.
    PersonLink { id: PersonId, link: UpstreamLink },
    /// Attributes of a person change.
    PersonPatch { id: PersonId, patch: PersonPatch },
    /// A person gets a new way to sign in, in place of those that she lost; absent: she lost all of them. What is
    /// lost is withdrawn with it.
    PersonRecover {
        id: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lost: Option<Vec<LostAuthenticator>>,
    },
    /// The record of a connected server comes into being or changes.
    ServerPut {
        id: ServerId,
        server: Box<ConnectedServer>,
    },
    /// The settings change.
    SettingsPut { settings: Settings },
    /// A source counts no more.
    SourceDisable { id: SourceId },
    /// A disabled source counts again.
    SourceEnable { id: SourceId },
    /// Newer metadata of a SAML provider counts, known by what stands in it.
    SourceMetadata {
        id: SourceId,
        was: ProviderFacts,
        becomes: ProviderFacts,
    },
    /// A source comes into being or changes.
    SourcePut { source: Box<Source> },
    /// A source is taken away, for good.
    SourceRemove { id: SourceId },
    /// Those vanish at whom the synchronisation with a directory has stopped, by the seal of its report.
    SourceRelease { id: SourceId, seal: String },
}

impl Amendment {
    /// What it is done to.
    pub fn thing(&self) -> (Noun, &str) {
        match self {
            Self::AgencyPut { id, .. } => (Noun::Agency, id.as_str()),
            Self::AgreementEnd { id } | Self::AgreementPut { id, .. } => (Noun::Agreement, id.as_str()),
            Self::ChannelFederate { id, .. }
            | Self::ChannelPatch { id, .. }
            | Self::ChannelReclassify { id, .. } => (Noun::Channel, id.as_str()),
            Self::ClearanceGrant { id, .. }
            | Self::ClearanceRenew { id, .. }
            | Self::ClearanceResume { id, .. }
            | Self::ClearanceRevoke { id, .. }
            | Self::ClearanceSuspend { id, .. }
            | Self::PersonAdmit { id, .. }
            | Self::PersonCreate { id, .. }
            | Self::PersonEnable { id }
            | Self::PersonLink { id, .. }
            | Self::PersonPatch { id, .. }
            | Self::PersonRecover { id, .. } => (Noun::Person, id.as_str()),
            Self::ClientPut { id, .. } | Self::ClientRemove { id, .. } | Self::ClientSecret { id, .. } => {
                (Noun::Client, id.as_str())
            }
            Self::DevicePut { id, .. } => (Noun::Device, id.as_str()),
            Self::DirectoryImport { .. } => (Noun::World, import::RESOURCE.1),
            Self::MissionPut { id, .. } => (Noun::Mission, id.as_str()),
            Self::NodePut { id, .. } => (Noun::Node, id.as_str()),
            Self::ServerPut { id, .. } => (Noun::Server, id.as_str()),
            Self::SettingsPut { .. } => (Noun::Settings, "settings"),
            Self::SourceDisable { id }
            | Self::SourceEnable { id }
            | Self::SourceMetadata { id, .. }
            | Self::SourceRelease { id, .. }
            | Self::SourceRemove { id } => (Noun::Source, id.as_str()),
            Self::SourcePut { source } => (Noun::Source, source.id.as_str()),
        }
    }

    /// The administrative act that it is: the action that is asked about, and the type of the resource.
    /// Giving clearance is an act of its own; taking it away is not.
    pub fn asks(&self, widens: bool) -> (&'static str, &'static str) {
        match self {
            Self::AgencyPut { .. }
            | Self::AgreementEnd { .. }
            | Self::AgreementPut { .. }
            | Self::ClientPut { .. }
            | Self::ClientRemove { .. }
            | Self::ClientSecret { .. }
            | Self::DevicePut { .. }
            | Self::MissionPut { .. }
            | Self::NodePut { .. }
            | Self::ServerPut { .. }
            | Self::SettingsPut { .. }
            | Self::SourceDisable { .. }
            | Self::SourceEnable { .. }
            | Self::SourceMetadata { .. }
            | Self::SourcePut { .. }
            | Self::SourceRemove { .. }
            | Self::SourceRelease { .. } => ("server.manage", "server"),
            Self::ChannelFederate { .. } => ("channel.federate", "channel"),
            Self::ChannelPatch { .. } | Self::ChannelReclassify { .. } => ("channel.reclassify", "channel"),
            Self::ClearanceGrant { .. }
            | Self::ClearanceRenew { .. }
            | Self::ClearanceResume { .. }
            | Self::ClearanceRevoke { .. }
            | Self::ClearanceSuspend { .. }
                if widens =>
            {
                ("clearance.grant", "user")
            }
            Self::DirectoryImport { .. } => (import::ACTION, import::RESOURCE.0),
            Self::PersonAdmit { .. } | Self::PersonCreate { .. } => ("person.manage", "console"),
            _ => ("person.manage", "user"),
        }
    }

    /// Whether it is about this person. She neither asks for more of herself nor approves it.
    pub fn is_about(&self, person: &PersonId) -> bool {
        match (self, self.thing()) {
            (Self::DirectoryImport { wider, .. }, _) => wider.iter().any(|thing| thing.is(person)),
            (_, (Noun::Person, id)) => id == person.as_str(),
            _ => false,
        }
    }

    /// The act as it is told and recorded: what is sealed within stays with the house, and of a file no more than
    /// the first of the things that it changes.
    pub fn told(&self) -> Value {
        let mut told = match self {
            Self::DirectoryImport {
                file,
                replace,
                counts,
                wider,
            } => json!(Self::DirectoryImport {
                file: *file,
                replace: *replace,
                counts: counts.clone(),
                wider: wider.iter().take(import::LISTED).map(Wider::in_short).collect(),
            }),
            other => json!(other),
        };
        veil(&mut told);
        told
    }

    /// What the record calls it.
    pub fn event(&self) -> &'static str {
        match self {
            Self::AgencyPut { .. } => "agency.changed",
            Self::AgreementEnd { .. } => "agreement.ended",
            Self::AgreementPut { .. } => "agreement.changed",
            Self::ChannelFederate { .. } => "channel.federated",
            Self::ChannelPatch { .. } => "channel.changed",
            Self::ChannelReclassify { .. } => "channel.reclassified",
            Self::ClearanceGrant { .. } => "clearance.granted",
            Self::ClearanceRenew { .. } => "clearance.renewed",
            Self::ClearanceResume { .. } => "clearance.resumed",
            Self::ClearanceRevoke { .. } => "clearance.revoked",
            Self::ClearanceSuspend { .. } => "clearance.suspended",
            Self::ClientPut { .. } => "client.changed",
            Self::ClientRemove { .. } => "client.removed",
            Self::ClientSecret { .. } => "client.secret_renewed",
            Self::DevicePut { .. } => "device.changed",
            Self::DirectoryImport { .. } => "directory.imported",
            Self::MissionPut { .. } => "mission.changed",
            Self::NodePut { .. } => "node.changed",
            Self::PersonAdmit { .. } => "person.admitted",
            Self::PersonCreate { .. } => "person.created",
            Self::PersonEnable { .. } => "person.activated",
            Self::PersonLink { .. } => "person.link_granted",
            Self::PersonPatch { .. } => "person.changed",
            Self::PersonRecover { .. } => "person.recovery_granted",
            Self::ServerPut { .. } => "server.changed",
            Self::SettingsPut { .. } => "settings.changed",
            Self::SourceDisable { .. } => "source.disabled",
            Self::SourceEnable { .. } => "source.enabled",
            Self::SourceMetadata { .. } => "source.metadata_approved",
            Self::SourcePut { .. } => "source.changed",
            Self::SourceRemove { .. } => "source.removed",
            Self::SourceRelease { .. } => "source.removals_released",
        }
    }
}
