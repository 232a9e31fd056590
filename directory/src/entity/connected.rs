// SPDX-License-Identifier: Apache-2.0
//! The record of a chat server that asks us.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Accreditation, Channel, ChannelId, Mapping, NodeId, PersonId, ServerId, Set};

/// All of a kind, or those named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within<T: Ord> {
    /// All.
    All,
    /// Those named.
    List(Set<T>),
}

impl<T: Ord> Within<T> {
    /// Whether `item` is among them.
    pub fn contains(&self, item: &T) -> bool {
        match self {
            Self::All => true,
            Self::List(items) => items.contains(item),
        }
    }
}

/// Whom and what a server may ask about. Outside it everything is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The people.
    pub people: Within<PersonId>,
    /// The channels, besides those that it registered itself.
    pub channels: Within<ChannelId>,
}

/// What a question may bring along because the chat server alone can know it. Anything else in a
/// question is ignored and named in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assertable {
    /// The label of the new message.
    Label,
    /// From where the person uses it: a country or a network, as the settings name them.
    Location,
    /// The peer or media server.
    Node,
    /// The items that it quotes.
    Quotes,
    /// Those who are to receive it.
    Recipients,
    /// Who is invited.
    Target,
    /// The channel into which is forwarded.
    To,
}

/// Who keeps an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// We do; what the chat server reports is ignored.
    Countersign,
    /// The chat server does; labels that it reports may only rise.
    Server,
}

/// What all clients of a server are held to, where no device is known by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientsHeldTo {
    /// Whether somebody administers them.
    pub managed: bool,
    /// What they are accredited for, at most the server's own accreditation.
    pub accreditation: Accreditation,
    /// Whether their posture counts as reported.
    pub posture: Posture,
}

/// Whether the server vouches for its clients' posture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// It does not: from rank 1 up its clients are refused.
    Unreported,
    /// It does, for as long as the record stands.
    Vouched,
}

/// Actions that fail alike when we cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionClass {
    /// Creating channels and setting labels.
    Create,
    /// Sending to other servers.
    Federate,
    /// Join, invite, add guest.
    Membership,
    /// Posting and editing.
    Post,
    /// Receipts, typing, reactions.
    Receipts,
    /// Upload and download.
    Transfer,
}

impl ActionClass {
    /// All of them.
    pub const EVERY: [Self; 6] = [
        Self::Create,
        Self::Federate,
        Self::Membership,
        Self::Post,
        Self::Receipts,
        Self::Transfer,
    ];
}

/// What a connector does when we cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailMode {
    /// Obey a permit in the cache until it expires, then refuse.
    Cached,
    /// Refuse.
    Closed,
    /// Let pass. Only for receipts.
    Open,
}

/// How much an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// Yes or no.
    Bare,
    /// With reason, obligations and the rest.
    Full,
}

/// Which reasons a server is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reasons {
    /// Always the true code. Two people set this.
    Full,
    /// The true code only where it betrays nothing.
    Public,
}

/// By what a server that speaks OpenTDF's protocol names people. It does so in one way for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKey {
    /// By the mail address, as the directory has it.
    Email,
    /// By its own name of them, read as `user_id` says.
    Username,
}

/// By which call a server asks before it opens a room to somebody who is in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessCheck {
    /// By `GetDecisionBulk` with one request and one resource in it.
    Bulk,
    /// By `GetDecisions`.
    #[default]
    Single,
}

/// What is agreed with a server that asks in OpenTDF's decision protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenTdf {
    /// The namespace of its attribute names.
    pub namespace: String,
    /// By what it names people.
    pub entity: EntityKey,
    /// By which call it asks before it opens a room.
    #[serde(default)]
    pub access_check: AccessCheck,
    /// Whether it may list what somebody is entitled to. Two people set this.
    #[serde(default)]
    pub entitlements: bool,
}

/// A connected server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectedServer {
    /// Its identifier.
    pub id: ServerId,
    /// What it is: `synapse`.
    pub kind: String,
    /// The node that it runs on. None: unaccredited, rank 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The OAuth client as which it calls.
    pub client_id: String,
    /// How its names of people become ours.
    #[serde(default)]
    pub user_id: Mapping,
    /// How its names of channels become ours.
    #[serde(default)]
    pub channel_id: Mapping,
    /// Whom and what it may ask about.
    pub scope: Scope,
    /// What its questions may bring along.
    #[serde(default)]
    pub may_assert: Set<Assertable>,
    /// Whether it may ask who-may and what-may.
    #[serde(default)]
    pub may_search: bool,
    /// Who keeps the labels of its channels.
    #[serde(default = "countersign")]
    pub labels_owner: Owner,
    /// Who keeps the members of its channels.
    #[serde(default = "countersign")]
    pub members_owner: Owner,
    /// What its clients are held to. Two people set this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<ClientsHeldTo>,
    /// What its connector does when we cannot be reached; closed where nothing is said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fail_mode: BTreeMap<ActionClass, FailMode>,
    /// For how many seconds it may keep an answer, at most 60.
    #[serde(default = "a_minute")]
    pub cache_max: u32,
    /// How much an answer says.
    #[serde(default = "full")]
    pub answers: Answers,
    /// Which reasons it is told.
    #[serde(default = "public")]
    pub reasons: Reasons,
    /// The obligations that it honours.
    #[serde(default)]
    pub supported_obligations: Set<String>,
    /// Where it asks in OpenTDF's decision protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opentdf: Option<OpenTdf>,
}

impl ConnectedServer {
    /// Whether it may ask about this person.
    pub fn sees_person(&self, person: &PersonId) -> bool {
        self.scope.people.contains(person)
    }

    /// Whether it may ask about this channel: it is in its scope, or it registered the channel, and
    /// no other server did.
    pub fn sees_channel<M>(&self, id: &ChannelId, channel: &Channel<M>) -> bool {
        match &channel.server {
            Some(server) => *server == self.id || self.scope.channels.contains(id),
            None => self.scope.channels.contains(id),
        }
    }

    /// What its connector does for this class of actions when we cannot be reached.
    pub fn fail_mode(&self, class: ActionClass) -> FailMode {
        self.fail_mode.get(&class).copied().unwrap_or(FailMode::Closed)
    }
}

fn a_minute() -> u32 {
    60
}

fn countersign() -> Owner {
    Owner::Countersign
}

fn full() -> Answers {
    Answers::Full
}

fn public() -> Reasons {
    Reasons::Public
}
