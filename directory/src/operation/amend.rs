// SPDX-License-Identifier: Apache-2.0
//! An amendment is weighed, and carried out. What may widen needs the second person in the permit.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::server::{self, ServerError};
use super::{Outcome, admission, channel, import};
use crate::amend::{After, AmendError, Amendment, widening};
use crate::source::mapping::Target;
use crate::source::veil;
use crate::store::shelf::known;
use crate::store::sources::KeptBy;
use crate::store::{
    Agencies, Agreements, Devices, Missions, Nodes, People, Servers, Shelf, Sources, StoreError, changes,
    channels, entity, people, person_sources, settings, sources, tombstones,
};
use crate::{
    Actor, Change, ChangeKind, Device, Entity, Event, Noun, ParametersHash, Permit, PermitError, Person,
};

/// Why nothing changes.
#[derive(Debug, thiserror::Error)]
pub enum AmendFault {
    /// It does not fit what is on file.
    #[error(transparent)]
    Amend(#[from] AmendError),
    /// The label is above what this deployment may hold.
    #[error("the label is above this deployment's accreditation")]
    AboveAccreditation,
    /// It may widen, and nobody else has approved it.
    #[error("a second person must approve: {} may let somebody do more than before", .0.join(", "))]
    ApprovalMissing(Vec<&'static str>),
    /// The identifier belonged to one that is gone.
    #[error("`{0}` is gone, and its name is never given again")]
    Gone(String),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// Another server, or the node, stands against it.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It names what does not exist.
    #[error("no {noun} has the id `{id}`")]
    UnknownReference {
        /// What kind of thing.
        noun: Noun,
        /// Which.
        id: String,
    },
}

/// What an amendment would do, as things stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// The thing now.
    pub old: Option<Entity>,
    /// The thing afterwards.
    pub after: After,
    /// The parts that may widen.
    pub widens: Vec<&'static str>,
    /// The hash of the amendment together with what it starts from: what a second person approves.
    /// When the thing changes in between, her word no longer fits.
    pub parameters: ParametersHash,
}

/// Weighs an amendment against what is on file.
pub async fn weigh(
    amendment: &Amendment,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Weighed, AmendFault> {
    if let Amendment::DirectoryImport {
        file, replace, wider, ..
    } = amendment
    {
        // Whoever has the file compares it again, and holds that against what was approved.
        return Ok(Weighed {
            old: None,
            after: After::Many,
            widens: wider
                .first()
                .map(|_| "what the file brings")
                .into_iter()
                .collect(),
            parameters: import::parameters(*file, *replace, wider),
        });
    }
    let (noun, id) = amendment.thing();
    let old = match amendment {
        // The list of members may be long, and is not what is amended.
        Amendment::ChannelFederate { id, .. }
        | Amendment::ChannelPatch { id, .. }
        | Amendment::ChannelReclassify { id, .. } => channels::load_flags(id, db).await?.map(Entity::Channel),
        // Sign-in keeps it; whoever carries this out holds `was` against what is on file.
        Amendment::ClientPut { was, .. } => was.clone().map(Entity::Client),
        Amendment::ClientRemove { was, .. } | Amendment::ClientSecret { was, .. } => {
            Some(Entity::Client(was.clone()))
        }
        _ => entity(noun, id, db).await?,
    };
    if old.is_none() && !tombstones::among(noun, &[id], db).await?.is_empty() {
        return Err(AmendFault::Gone(id.to_owned()));
    }
    let (after, basis) = match amendment {
        Amendment::PersonAdmit { id, link, said } if old.is_none() => {
            admission::weighed(id, link, said, now, db).await?
        }
        _ => (
            amendment.on(old.as_ref(), now)?,
            old.as_ref().map(basis).unwrap_or_default(),
        ),
    };
    if let Amendment::ChannelReclassify { label, .. } = amendment {
        channel::understood(label, db)
            .await
            .map_err(|error| match error {
                channel::ChannelError::Store(cause) => AmendFault::Store(cause),
                channel::ChannelError::Label(cause) => AmendError::Label(cause).into(),
                _ => AmendFault::AboveAccreditation,
            })?;
    }
    references(old.as_ref(), &after, db).await?;
    let mut widens = widening(old.as_ref(), &after, now);
    if let Amendment::ChannelFederate { node, .. } = amendment {
        missing::<Nodes>(&[node.as_str()], db).await?;
        widens.push("federation");
    }
    if matches!(amendment, Amendment::SourceMetadata { .. }) {
        // Whoever holds a key of it says who people are.
        widens.push("keys and addresses of the provider");
    }
    if matches!(amendment, Amendment::SourceRelease { .. }) {
        // It lets nobody do more. It takes two because one mistyped branch would empty an agency.
        widens.push("people who vanish");
    }
    if matches!(amendment, Amendment::ClientSecret { .. }) {
        // Whoever is told it is the application from then on.
        widens.push("secret");
    }
    if matches!(
        amendment,
        Amendment::PersonLink { .. } | Amendment::PersonRecover { .. }
    ) {
        // Whoever holds the new one is her from then on.
        widens.push("ways to sign in");
    }
    let parameters = json!({"amendment": amendment, "basis": basis});
    Ok(Weighed {
        widens,
        parameters: ParametersHash::of(&parameters),
        old,
        after,
    })
}

/// Carries an amendment out.
pub async fn apply(
    amendment: &Amendment,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, AmendFault> {
    changes::lock(db).await?;
    if matches!(amendment, Amendment::PersonAdmit { .. }) {
        // Where each part of her comes from has to be noted with it.
        return Err(AmendError::WrongState("a source asks for this, and its approval carries it out").into());
    }
    if matches!(amendment, Amendment::DirectoryImport { .. }) {
        return Err(AmendError::WrongState("whoever has the file carries this out, with the file").into());
    }
    let weighed = weigh(amendment, now, db).await?;
    let (noun, id) = amendment.thing();
    let (action, kind) = amendment.asks(!weighed.widens.is_empty());
    permit.covers(action, if kind == "console" { "people" } else { id })?;
    let alone = permit.approved_by().is_none() && !may_alone(&weighed, permit, db).await?;
    if alone && !weighed.widens.is_empty() {
        return Err(AmendFault::ApprovalMissing(weighed.widens));
    }
    let same = matches!(&weighed.after, After::Is(new) if weighed.old.as_ref() == Some(&**new));
    let event = Event::new(amendment.event(), id, detail(amendment, &weighed, permit));
    if same {
        // To federate is done at the chat server; ways to sign in and secrets are kept elsewhere: nothing changes here,
        // and it goes on record all the same.
        let done = !weighed.widens.is_empty();
        return Ok(Outcome {
            events: done.then_some(event).into_iter().collect(),
            revision: changes::head(db).await?,
        });
    }
    if *permit.by() != Actor::Operator {
        not_of_the_configuration(amendment, db).await?;
    }
    write(amendment, &weighed.after, now, db).await?;
    taken_over(amendment, db).await?;
    let change = match (amendment, &weighed.after) {
        (_, After::Gone) => ChangeKind::Removed,
        (Amendment::ChannelReclassify { .. }, _) => ChangeKind::Label,
        (Amendment::PersonEnable { .. }, _) => ChangeKind::Active,
        _ => ChangeKind::Put,
    };
    let revision = changes::record(&[Change::new(noun, id, change)], now, db).await?;
    Ok(Outcome {
        events: vec![event],
        revision,
    })
}

/// Whether nobody has to be asked: the operator sets up what is not there yet. Once there are people, a connected
/// server that is there gets more by two of them alone.
async fn may_alone(weighed: &Weighed, permit: &Permit, db: &mut AnyConnection) -> Result<bool, StoreError> {
    Ok(match (permit.by(), &weighed.old) {
        (Actor::Operator, Some(Entity::Server(_))) => people::is_empty(db).await?,
        (Actor::Operator, _) => true,
        _ => false,
    })
}

fn detail(amendment: &Amendment, weighed: &Weighed, permit: &Permit) -> Value {
    let mut detail = json!({
        "by": permit.by().to_string(),
        "approved_by": permit.approved_by(),
        "amendment": amendment,
        "widens": weighed.widens,
        "old": weighed.old.as_ref().map(basis),
    });
    veil(&mut detail);
    detail
}

/// The record of a source that the configuration keeps is not changed elsewhere, but for its state.
async fn not_of_the_configuration(amendment: &Amendment, db: &mut AnyConnection) -> Result<(), AmendFault> {
    let id = match amendment {
        Amendment::SourcePut { source } => &source.id,
        Amendment::SourceRemove { id } => id,
        _ => return Ok(()),
    };
    match sources::kept_by(id, db).await? {
        Some(KeptBy::Configuration) => {
            Err(AmendError::WrongState("the record of this source stands in the configuration").into())
        }
        Some(KeptBy::Administrators) | None => Ok(()),
    }
}

/// What an administrator says of a person comes from no source any more. A clearance of a source that an
/// administrator ends stays the source's: it must not give it anew.
async fn taken_over(amendment: &Amendment, db: &mut AnyConnection) -> Result<(), AmendFault> {
    match amendment {
        Amendment::PersonPatch { id, patch } => {
            let parts: Vec<Target> = [
                (Target::Agency, patch.agency.is_some()),
                (Target::Briefings, patch.briefings.is_some()),
                (Target::DisplayName, patch.display_name.is_some()),
                (Target::Email, patch.email.is_some()),
                (Target::Missions, patch.missions.is_some()),
                (Target::Nationalities, patch.nationalities.is_some()),
                (Target::Roles, patch.roles.is_some()),
            ]
            .into_iter()
            .filter_map(|(part, is_said)| is_said.then_some(part))
            .collect();
            Ok(person_sources::forget(id, &parts, None, db).await?)
        }
        Amendment::PersonEnable { id } => {
            Ok(person_sources::forget(id, &[Target::IsActive], None, db).await?)
        }
        Amendment::ClearanceRenew { id, clearance, .. } | Amendment::ClearanceResume { id, clearance } => {
            Ok(person_sources::forget(id, &[], Some(clearance), db).await?)
        }
        _ => Ok(()),
    }
}

async fn write(
    amendment: &Amendment,
    after: &After,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), AmendFault> {
    async fn put<S: Shelf>(id: &str, thing: &S::Thing, db: &mut AnyConnection) -> Result<(), AmendFault> {
        let id: S::Id = id
            .parse()
            .map_err(|error: crate::IdError| AmendError::Invalid(error.to_string()))?;
        Ok(S::put(&[(&id, thing)], db).await?)
    }
    let (noun, id) = amendment.thing();
    let After::Is(entity) = after else {
        match noun {
            Noun::Client => return Ok(()),
            Noun::Source => Sources::remove(&[id], db).await?,
            _ => Agreements::remove(&[id], db).await?,
        }
        return Ok(tombstones::put(noun, &[id], now, db).await?);
    };
    match &**entity {
        Entity::Agency(agency) => put::<Agencies>(id, agency, db).await,
        Entity::Agreement(agreement) => put::<Agreements>(id, agreement, db).await,
        // Its record is sign-in's to write.
        Entity::Client(_) => Ok(()),
        Entity::Channel(channel) => {
            let id = id
                .parse()
                .map_err(|error: crate::IdError| AmendError::Invalid(error.to_string()))?;
            Ok(channels::put_flags(&[(&id, channel)], db).await?)
        }
        Entity::Device(device) => put::<Devices>(id, device, db).await,
        Entity::Server(server) => put::<Servers>(id, server, db).await,
        Entity::Mission(mission) => put::<Missions>(id, mission, db).await,
        Entity::Node(node) => put::<Nodes>(id, node, db).await,
        Entity::Person(person) => put::<People>(id, person, db).await,
        Entity::Settings(new) => Ok(settings::put(new, db).await?),
        Entity::Source(source) => put::<Sources>(id, source, db).await,
        _ => Err(AmendError::Invalid("this is not amended here".to_owned()).into()),
    }
}

/// What the thing is, for the hash and the record. A device goes on reporting its posture, and a
/// channel its members, while somebody waits for a second person.
pub(crate) fn basis(entity: &Entity) -> Value {
    match entity {
        Entity::Agency(agency) => json!(agency),
        Entity::Agreement(agreement) => json!(agreement),
        Entity::Channel(channel) => json!(crate::Channel {
            members: crate::Set::default(),
            ..channel.clone()
        }),
        Entity::Client(client) => Value::Object(client.parts()),
        Entity::Device(device) => json!(Device {
            posture_reported_at: None,
            ..device.clone()
        }),
        Entity::Item(item) => json!(item),
        Entity::Mission(mission) => json!(mission),
        Entity::Node(node) => json!(node),
        Entity::Person(person) => json!(person),
        Entity::Server(server) => json!(server),
        Entity::Settings(settings) => json!(settings),
        Entity::Source(source) => json!(source),
        _ => Value::Null,
    }
}

/// What the thing newly names has to exist.
async fn references(old: Option<&Entity>, after: &After, db: &mut AnyConnection) -> Result<(), AmendFault> {
    let After::Is(new) = after else { return Ok(()) };
    match (&**new, old) {
        (Entity::Person(new), old) => {
            let old = match old {
                Some(Entity::Person(person)) => Some(person),
                _ => None,
            };
            person_references(old, new, db).await
        }
        (Entity::Channel(channel), _) => {
            let missions: Vec<&str> = channel.missions.iter().map(AsRef::as_ref).collect();
            missing::<Missions>(&missions, db).await?;
            let agency: Vec<&str> = channel.agency.iter().map(AsRef::as_ref).collect();
            missing::<Agencies>(&agency, db).await?;
            let named = channel.owners.iter().chain(&channel.recipients).flatten();
            let named: Vec<&str> = named.map(AsRef::as_ref).collect();
            missing::<People>(&named, db).await
        }
        (Entity::Server(server), _) => {
            let node: Vec<&str> = server.node.iter().map(AsRef::as_ref).collect();
            missing::<Nodes>(&node, db).await?;
            Ok(server::fits(server, db).await?)
        }
        _ => Ok(()),
    }
}

async fn person_references(
    old: Option<&Person>,
    new: &Person,
    db: &mut AnyConnection,
) -> Result<(), AmendFault> {
    let fresh = |id: &&crate::MissionId| !id.is_every() && !old.is_some_and(|old| old.missions.contains(*id));
    let missions: Vec<&str> = new.missions.iter().filter(fresh).map(AsRef::as_ref).collect();
    missing::<Missions>(&missions, db).await?;
    let agency: Vec<&str> = new.agency.iter().map(AsRef::as_ref).collect();
    missing::<Agencies>(&agency, db).await?;
    let sponsor: Vec<&str> = new.sponsor.iter().map(AsRef::as_ref).collect();
    missing::<People>(&sponsor, db).await
}

async fn missing<S: Shelf>(ids: &[&str], db: &mut AnyConnection) -> Result<(), AmendFault> {
    let known = known::<S>(ids, db).await?;
    match ids.iter().find(|id| !known.iter().any(|known| known == *id)) {
        None => Ok(()),
        Some(id) => Err(AmendFault::UnknownReference {
            noun: S::NOUN,
            id: (*id).to_owned(),
        }),
    }
}
