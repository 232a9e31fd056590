// SPDX-License-Identifier: Apache-2.0
//! A channel is registered, reported again, or reclassified.

use chrono::{DateTime, Utc};
use countersign_labels::{Label, LabelError, RawLabel, Schemes};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use super::label::rises;
use crate::amend::channel_widening;
use crate::store::shelf::known;
use crate::store::{
    Channels, Missions, People, Servers, Shelf, StoreError, changes, channels, load, settings, tombstones,
};
use crate::{
    Actor, Change, ChangeKind, Channel, ChannelId, ChannelState, ConnectedServer, Event, LabelMode,
    MissionId, Noun, Owner, Permit, PermitError, PersonId, ServerId, Set,
};

/// What is reported of a channel. What is absent was not spoken of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registration {
    /// Its label.
    pub label: Option<RawLabel>,
    /// What people call it.
    pub name: Option<String>,
    /// Its missions.
    pub missions: Option<Set<MissionId>>,
    /// Its closed list of readers.
    pub recipients: Option<Set<PersonId>>,
    /// Takes outsiders and guests.
    pub externals_allowed: Option<bool>,
    /// Takes industry.
    pub industry_allowed: Option<bool>,
    /// Open or closed.
    pub state: Option<ChannelState>,
    /// How items are labelled.
    pub label_mode: Option<LabelMode>,
    /// Its existence is no secret.
    pub listed: Option<bool>,
    /// Who owns it.
    pub owners: Option<Set<PersonId>>,
}

/// A channel as it stands after the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// The channel, without its members.
    pub channel: Channel,
    /// Whether it is new.
    pub created: bool,
    /// What happened.
    pub outcome: Outcome,
}

/// Why a channel stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The label is above what this deployment may hold.
    #[error("the label is above this deployment's accreditation")]
    AboveAccreditation,
    /// A lower or wider label needs a second person.
    #[error("a second person must approve a label that the old one is not within")]
    ApprovalMissing,
    /// The identifier belonged to one that is gone.
    #[error("`{0}` is gone, and its name is never given again")]
    Gone(ChannelId),
    /// The label cannot be understood.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A new channel has a label.
    #[error("a new channel is registered with its label")]
    LabelMissing,
    /// The server's record says that we keep its channels' labels.
    #[error("the labels of this server's channels are kept in countersign")]
    NotTheirs,
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The channel does not exist, or the server may not know of it.
    #[error("unknown channel")]
    Unknown,
    /// It names what does not exist.
    #[error("no {noun} has the id `{id}`")]
    UnknownReference {
        /// What kind of thing.
        noun: Noun,
        /// Which.
        id: String,
    },
}

/// Takes a report. A new channel is taken as reported. Of a known one only what narrows is taken: a
/// higher label, fewer missions, readers and owners, fewer flags. A label that is lower, wider,
/// missing or not understood keeps the old one, sets drift and raises an alarm, until an approved
/// [`reclassify`].
pub async fn register(
    id: &ChannelId,
    report: &Registration,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Registered, ChannelError> {
    changes::lock(db).await?;
    let server = if let Actor::Server(server) = permit.by() {
        let server = load::<Servers>(server.as_str(), db).await?;
        Some(server.ok_or(ChannelError::Unknown)?)
    } else {
        permit.covers("channel.register", id.as_str())?;
        None
    };
    references(report, db).await?;
    match channels::load_flags(id, db).await? {
        None => create(id, report, server.as_ref(), permit, now, db).await,
        Some(known)
            if server
                .as_ref()
                .is_none_or(|server| server.sees_channel(id, &known)) =>
        {
            update(id, known, report, server.as_ref(), permit, now, db).await
        }
        Some(_) => Err(ChannelError::Unknown),
    }
}

/// Sets a channel's label as given and ends its drift. One that the old label is not within needs a
/// second person.
pub async fn reclassify(
    id: &ChannelId,
    label: &RawLabel,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ChannelError> {
    permit.covers("channel.reclassify", id.as_str())?;
    changes::lock(db).await?;
    let mut channel = channels::load_flags(id, db).await?.ok_or(ChannelError::Unknown)?;
    let new = understood(label, db).await?;
    let higher = Schemes::builtin()
        .label(&channel.label)
        .is_ok_and(|old| rises(&old, &new, Schemes::builtin(), now));
    if !(higher || permit.approved_by().is_some() || *permit.by() == Actor::Operator) {
        return Err(ChannelError::ApprovalMissing);
    }
    let old = std::mem::replace(&mut channel.label, label.clone());
    channel.label_drift = false;
    channels::put_flags(&[(id, &channel)], db).await?;
    let revision = changes::record(
        &[Change::new(Noun::Channel, id.as_str(), ChangeKind::Label)],
        now,
        db,
    )
    .await?;
    let detail =
        json!({"by": permit.by().to_string(), "approved_by": permit.approved_by(), "old": old, "new": label});
    Ok(Outcome {
        events: vec![Event::new("channel.reclassified", id.as_str(), detail)],
        revision,
    })
}

async fn create(
    id: &ChannelId,
    report: &Registration,
    server: Option<&ConnectedServer>,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Registered, ChannelError> {
    if server.is_some_and(|server| server.labels_owner == Owner::Countersign) {
        return Err(ChannelError::NotTheirs);
    }
    if !tombstones::among(Noun::Channel, &[id.as_str()], db)
        .await?
        .is_empty()
    {
        return Err(ChannelError::Gone(id.clone()));
    }
    let label = report.label.clone().ok_or(ChannelError::LabelMissing)?;
    understood(&label, db).await?;
    let channel = Channel {
        label,
        members: Set::default(),
        owners: report.owners.clone(),
        agency: None,
        missions: report.missions.clone().unwrap_or_default(),
        recipients: report.recipients.clone(),
        externals_allowed: report.externals_allowed.unwrap_or_default(),
        industry_allowed: report.industry_allowed.unwrap_or_default(),
        state: report.state.unwrap_or_default(),
        label_mode: report.label_mode.unwrap_or_default(),
        listed: report.listed.unwrap_or_default(),
        name: report.name.clone(),
        server: server.map(|server| server.id.clone()),
        label_drift: false,
    };
    Channels::put(&[(id, &channel)], db).await?;
    let revision = changes::record(&[Change::put(Noun::Channel, id.as_str())], now, db).await?;
    let detail = json!({"by": permit.by().to_string(), "label": channel.label, "name": channel.name});
    let events = vec![Event::new("channel.registered", id.as_str(), detail)];
    Ok(Registered {
        channel,
        created: true,
        outcome: Outcome { events, revision },
    })
}

async fn update(
    id: &ChannelId,
    known: Channel,
    report: &Registration,
    server: Option<&ConnectedServer>,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Registered, ChannelError> {
    let mut channel = known.clone();
    let mut events = Vec::new();
    if server.is_none_or(|server| server.labels_owner == Owner::Server) {
        let taken = match &report.label {
            None => Err("missing"),
            Some(label) => take_label(&mut channel, label, now, db).await?,
        };
        if let Err(why) = taken {
            channel.label_drift = true;
            let detail =
                json!({"by": server_id(server), "why": why, "kept": known.label, "reported": report.label});
            // One alarm per drift: a connector that reports every minute would drown it.
            if !known.label_drift {
                events.push(Event::new("channel.label_drifted", id.as_str(), detail));
            }
        } else if channel.label != known.label {
            let detail = json!({"by": permit.by().to_string(), "old": known.label, "new": channel.label});
            events.push(Event::new("channel.label_raised", id.as_str(), detail));
        }
    }
    let refused = narrow(&mut channel, report, now);
    if channel == known {
        let revision = changes::head(db).await?;
        return Ok(Registered {
            channel,
            created: false,
            outcome: Outcome { events, revision },
        });
    }
    channels::put_flags(&[(id, &channel)], db).await?;
    let relabelled = channel.label != known.label || channel.label_drift != known.label_drift;
    let kind = if relabelled {
        ChangeKind::Label
    } else {
        ChangeKind::Put
    };
    let revision = changes::record(&[Change::new(Noun::Channel, id.as_str(), kind)], now, db).await?;
    let detail = json!({"by": permit.by().to_string(), "not_taken": refused});
    events.push(Event::new("channel.updated", id.as_str(), detail));
    Ok(Registered {
        channel,
        created: false,
        outcome: Outcome { events, revision },
    })
}

/// Takes a label that is the same or higher; otherwise says why not.
async fn take_label(
    channel: &mut Channel,
    label: &RawLabel,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Result<(), &'static str>, ChannelError> {
    if channel.label == *label {
        return Ok(Ok(()));
    }
    let schemes = Schemes::builtin();
    let Ok(new) = schemes.label(label) else {
        return Ok(Err("not understood"));
    };
    let Ok(old) = schemes.label(&channel.label) else {
        return Ok(Err("the label on file is not understood"));
    };
    if old == new {
        return Ok(Ok(()));
    }
    if !rises(&old, &new, schemes, now) {
        return Ok(Err("lower or wider"));
    }
    match understood(label, db).await {
        Ok(_) => channel.label = label.clone(),
        Err(ChannelError::AboveAccreditation) => return Ok(Err("above this deployment's accreditation")),
        Err(other) => return Err(other),
    }
    Ok(Ok(()))
}

/// A part of a report: its name, and how it is taken over where it was spoken of.
type Part = (&'static str, fn(&mut Channel, &Registration));

/// What may change a decision.
const PARTS: [Part; 8] = [
    ("externals_allowed", |channel, report| {
        take(&mut channel.externals_allowed, report.externals_allowed);
    }),
    ("industry_allowed", |channel, report| {
        take(&mut channel.industry_allowed, report.industry_allowed);
    }),
    ("listed", |channel, report| {
        take(&mut channel.listed, report.listed);
    }),
    ("state", |channel, report| take(&mut channel.state, report.state)),
    ("label_mode", |channel, report| {
        take(&mut channel.label_mode, report.label_mode);
    }),
    ("missions", |channel, report| {
        take(&mut channel.missions, report.missions.clone());
    }),
    ("owners", |channel, report| {
        take(&mut channel.owners, report.owners.clone().map(Some));
    }),
    ("recipients", |channel, report| {
        take(&mut channel.recipients, report.recipients.clone().map(Some));
    }),
];

fn take<T>(held: &mut T, reported: Option<T>) {
    if let Some(reported) = reported {
        *held = reported;
    }
}

/// Takes what narrows, by the same rule as for administrators; names what does not.
fn narrow(channel: &mut Channel, report: &Registration, now: DateTime<Utc>) -> Vec<&'static str> {
    if report.name.is_some() {
        channel.name.clone_from(&report.name);
    }
    let mut refused = Vec::new();
    for (name, take_over) in PARTS {
        let mut reported = channel.clone();
        take_over(&mut reported, report);
        if channel_widening(channel, &reported, now).is_empty() {
            *channel = reported;
        } else {
            refused.push(name);
        }
    }
    refused
}

/// The label, if it is understood and this deployment may hold it.
pub(super) async fn understood(label: &RawLabel, db: &mut AnyConnection) -> Result<Label, ChannelError> {
    let schemes = Schemes::builtin();
    let understood = schemes.label(label)?;
    let Some(ceiling) = settings::load(db).await?.unwrap_or_default().accreditation else {
        return Ok(understood);
    };
    let rank = schemes
        .scheme(&ceiling.scheme)
        .and_then(|scheme| scheme.level(&ceiling.level))
        .map_or(0, |l| l.rank);
    let opened = understood
        .compartments()
        .iter()
        .all(|held| ceiling.compartments.contains(held));
    if understood.rank() > rank || !opened {
        return Err(ChannelError::AboveAccreditation);
    }
    Ok(understood)
}

async fn references(report: &Registration, db: &mut AnyConnection) -> Result<(), ChannelError> {
    let missions: Vec<&str> = report.missions.iter().flatten().map(MissionId::as_str).collect();
    missing::<Missions>(&missions, db).await?;
    let people = report
        .owners
        .iter()
        .flatten()
        .chain(report.recipients.iter().flatten());
    let people: Vec<&str> = people.map(PersonId::as_str).collect();
    missing::<People>(&people, db).await
}

async fn missing<S: Shelf>(ids: &[&str], db: &mut AnyConnection) -> Result<(), ChannelError> {
    let known = known::<S>(ids, db).await?;
    match ids.iter().find(|id| !known.iter().any(|known| known == *id)) {
        None => Ok(()),
        Some(id) => Err(ChannelError::UnknownReference {
            noun: S::NOUN,
            id: (*id).to_owned(),
        }),
    }
}

fn server_id(server: Option<&ConnectedServer>) -> Option<&ServerId> {
    server.map(|server| &server.id)
}
