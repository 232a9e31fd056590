// SPDX-License-Identifier: Apache-2.0
//! Channels and items, with the labels by which they are judged.

use std::borrow::Cow;
use std::sync::Arc;

use countersign_directory::{Channel, ChannelState, Item, LabelMode, Person, PersonKind, Role, Set, Status};
use countersign_labels::{Label, RawLabel, Schemes, join};

use super::Fault;
use crate::snapshot::Members;
use crate::{Reference, Snapshot};

/// A channel with its label understood.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    pub(crate) id: &'a str,
    pub(crate) channel: Cow<'a, Channel<()>>,
    pub(crate) members: Members<'a>,
    pub(crate) label: Arc<Label>,
    /// Every item in it bears its label, by its mode or by rule.
    fixed: bool,
}

impl<'a> Place<'a> {
    pub(crate) fn of(id: &'a str, snapshot: &'a Snapshot, schemes: &Schemes) -> Result<Self, Fault> {
        let (channel, members) = snapshot.channel_and_members(id).ok_or(Fault("unknown channel"))?;
        let label = understood(&channel.label, snapshot, schemes)?;
        Ok(Self {
            id,
            fixed: is_fixed(channel, &label, snapshot),
            label,
            channel: Cow::Borrowed(channel),
            members,
        })
    }

    /// A channel that is to be: what `label` says, and nothing else. One of that id that exists lends nothing,
    /// or an answer would tell of it.
    pub(crate) fn to_be(id: &'a str, label: Arc<Label>, snapshot: &'a Snapshot) -> Self {
        let channel = bare(label.to_raw());
        Self {
            id,
            fixed: is_fixed(&channel, &label, snapshot),
            channel: Cow::Owned(channel),
            members: snapshot.nobody(),
            label,
        }
    }

    /// A channel under the label that its chat server reports. One that is on file bears both labels
    /// together: a report can only raise. One that is not bears what is reported, and nothing else is
    /// known of it.
    pub(crate) fn reported(
        id: &'a str,
        label: &Arc<Label>,
        snapshot: &'a Snapshot,
        schemes: &Schemes,
    ) -> Result<Self, Fault> {
        if snapshot.channel(id).is_none() {
            return Ok(Self::to_be(id, Arc::clone(label), snapshot));
        }
        let mut place = Self::of(id, snapshot, schemes)?;
        let both = join(&place.label, label, schemes);
        let both = both.map_err(|_| Fault("a reported label that does not go with the one on file"))?;
        if both != *place.label {
            place.label = Arc::new(both);
            place.fixed = is_fixed(&place.channel, &place.label, snapshot);
        }
        Ok(place)
    }

    /// Whether it is a channel of the world, not one that is yet to be.
    pub(crate) fn is_on_file(&self) -> bool {
        matches!(self.channel, Cow::Borrowed(_))
    }

    /// In a fixed channel every item bears the channel's label.
    pub(crate) fn is_fixed(&self) -> bool {
        self.fixed
    }

    pub(crate) fn here(&self, person: &str) -> Here {
        let channel = &self.channel;
        Here {
            member: self.members.contains(person),
            recipient: self.is_recipient(person),
            owner: channel
                .owners
                .as_ref()
                .is_some_and(|owners| owners.contains(person)),
        }
    }

    /// Whether the channel names `person` among its readers.
    pub(crate) fn is_recipient(&self, person: &str) -> bool {
        let named = self.channel.recipients.as_ref();
        named.is_some_and(|named| named.contains(person))
    }
}

/// How a person stands to a channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Here {
    pub(crate) member: bool,
    pub(crate) recipient: bool,
    pub(crate) owner: bool,
}

/// A message or file and the channel by which it is judged.
#[derive(Debug, Clone)]
pub(crate) struct Moved<'a> {
    pub(crate) place: Place<'a>,
    /// Its own label, if it has one.
    pub(crate) own: Option<Arc<Label>>,
}

impl<'a> Moved<'a> {
    pub(crate) fn of(named: &'a Reference, snapshot: &'a Snapshot, schemes: &Schemes) -> Result<Self, Fault> {
        let known: Option<&Item> = match named.kind.as_str() {
            "message" => snapshot.message(&named.id).map(AsRef::as_ref),
            "file" => snapshot.file(&named.id).map(AsRef::as_ref),
            _ => return Err(Fault("not an item")),
        };
        let channel = match (known, &named.channel) {
            (Some(item), _) => item.channel.as_str(),
            (None, Some(channel)) => channel.as_str(),
            (None, None) => return Err(Fault("unknown item")),
        };
        let own = known.and_then(|item| item.label.as_ref());
        Ok(Self {
            place: Place::of(channel, snapshot, schemes)?,
            own: own.map(|raw| understood(raw, snapshot, schemes)).transpose()?,
        })
    }

    /// The label by which it is judged.
    pub(crate) fn label(&self) -> &Arc<Label> {
        match &self.own {
            Some(own) if !self.place.is_fixed() => own,
            _ => &self.place.label,
        }
    }
}

pub(crate) fn understood(
    raw: &RawLabel,
    snapshot: &Snapshot,
    schemes: &Schemes,
) -> Result<Arc<Label>, Fault> {
    if let Some(known) = snapshot.label(raw, schemes) {
        return Ok(Arc::clone(known));
    }
    schemes
        .label(raw)
        .map(Arc::new)
        .map_err(|_| Fault("a label that cannot be understood"))
}

pub(crate) fn is_active(person: &Person) -> bool {
    person.status == Status::Active
}

/// Whether her sponsor exists and is active.
pub(crate) fn is_sponsored(person: &Person, snapshot: &Snapshot) -> bool {
    person
        .sponsor
        .as_ref()
        .and_then(|id| snapshot.person(id.as_str()))
        .is_some_and(|sponsor| is_active(sponsor))
}

/// An archiving service passes membership, and every mission where it holds `*`.
pub(crate) fn is_archiving(person: &Person) -> bool {
    person.kind == PersonKind::Service && person.roles.contains(&Role::Archiver)
}

fn is_fixed(channel: &Channel<()>, label: &Label, snapshot: &Snapshot) -> bool {
    let by_rule = snapshot.settings().rules.fixed_from;
    channel.label_mode == LabelMode::Fixed || by_rule.is_some_and(|rank| label.rank() >= rank)
}

fn bare(label: RawLabel) -> Channel<()> {
    Channel {
        label,
        members: (),
        owners: None,
        agency: None,
        missions: Set::default(),
        recipients: None,
        externals_allowed: false,
        industry_allowed: false,
        state: ChannelState::default(),
        label_mode: LabelMode::default(),
        listed: false,
        name: None,
        server: None,
        label_drift: false,
    }
}
