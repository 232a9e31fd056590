// SPDX-License-Identifier: Apache-2.0
//! What a thing is after an amendment.

use chrono::{DateTime, Utc};
use countersign_labels::{LabelError, Schemes, TermsError};

use super::{Amendment, ChannelPatch, NewPerson, PersonPatch, clearance_id};
use crate::source::{Source, State};
use crate::{
    Accreditation, Channel, Clearance, ClearanceKind, ClearanceState, Device, Entity, Person, Status,
};

/// The longest name, mail address or briefing, in bytes.
const LONGEST_TEXT: usize = 255;
/// The most entries of any list.
const MOST_ENTRIES: usize = 1_000;

/// What becomes of the thing.
#[derive(Debug, Clone, PartialEq)]
pub enum After {
    /// It is this.
    Is(Box<Entity>),
    /// It is gone for good.
    Gone,
    /// It is many things, each with an end of its own, which the act tells.
    Many,
}

/// Why an amendment does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// There is one of that name already.
    #[error("there is already a {0} of that name")]
    Exists(&'static str),
    /// A value is out of bounds.
    #[error("{0}")]
    Invalid(String),
    /// The label cannot be understood.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// The agreement names schemes or levels that do not exist.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// There is no such thing.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// It is not in a state from which that can be done.
    #[error("{0}")]
    WrongState(&'static str),
}

impl Amendment {
    /// What the thing is afterwards; `old` is what it is now.
    pub fn on(&self, old: Option<&Entity>, now: DateTime<Utc>) -> Result<After, AmendError> {
        let is = |entity| Ok(After::Is(Box::new(entity)));
        match self {
            Self::AgencyPut { agency, .. } => is(Entity::Agency(agency.clone())),
            Self::AgreementEnd { .. } => match old {
                Some(Entity::Agreement(_)) => Ok(After::Gone),
                _ => Err(AmendError::Unknown("agreement")),
            },
            Self::AgreementPut { id, agreement } => {
                agreement.understood(id, Schemes::builtin())?;
                bounded(agreement.carries.iter())?;
                is(Entity::Agreement(agreement.clone()))
            }
            Self::ChannelFederate { .. } => is(Entity::Channel(channel(old)?.clone())),
            Self::ChannelPatch { patch, .. } => is(Entity::Channel(patch.on(channel(old)?)?)),
            Self::ChannelReclassify { label, .. } => {
                Schemes::builtin().label(label)?;
                let mut channel = channel(old)?.clone();
                channel.label = label.clone();
                channel.label_drift = false;
                is(Entity::Channel(channel))
            }
            // What a record may say is sign-in's to know, and was looked at before it came here.
            Self::ClientPut { id, client, .. } => {
                if client.record().get("id").and_then(|told| told.as_str()) != Some(id.as_str()) {
                    return Err(AmendError::Invalid("`client.id` is another than `id`".to_owned()));
                }
                is(Entity::Client(client.clone()))
            }
            Self::ClientRemove { .. } => Ok(After::Gone),
            Self::ClientSecret { was, .. } => is(Entity::Client(was.clone())),
            Self::DevicePut { device, .. } => {
                known_level(device.accreditation.as_ref())?;
                let held = match old {
                    Some(Entity::Device(held)) => held.clone(),
                    _ => Device::default(),
                };
                let lost = match (held.lost, device.lost) {
                    (false, Some(true)) => {
                        let elsewhere =
                            "a device is lost by `POST /api/v1/devices/{id}/lost`, which ends its sessions";
                        return Err(AmendError::Invalid(elsewhere.to_owned()));
                    }
                    (true, None | Some(true)) if device.managed || device.accreditation.is_some() => {
                        return Err(AmendError::WrongState(
                            "the device is lost: say `lost: false` to take it up again",
                        ));
                    }
                    (lost, told) => told.unwrap_or(lost),
                };
                is(Entity::Device(Device {
                    managed: device.managed,
                    accreditation: device.accreditation.clone(),
                    lost,
                    ..held
                }))
            }
            Self::DirectoryImport { .. } => Ok(After::Many),
            Self::MissionPut { id, mission } => {
                if id.is_every() {
                    return Err(AmendError::Invalid("`*` stands for every mission".to_owned()));
                }
                bounded([&mission.state])?;
                is(Entity::Mission(mission.clone()))
            }
            Self::NodePut { node, .. } => {
                known_level(node.accreditation.as_ref())?;
                bounded(node.communities.iter())?;
                is(Entity::Node(node.clone()))
            }
            Self::ServerPut { id, server } => {
                if server.id != *id {
                    return Err(AmendError::Invalid("`server.id` is another than `id`".to_owned()));
                }
                super::connected::bounds(server)?;
                is(Entity::Server((**server).clone()))
            }
            Self::SettingsPut { settings } => {
                known_level(settings.accreditation.as_ref())?;
                bounded(settings.blocked_locations.iter())?;
                bounded(settings.communities.keys())?;
                if let Some(fault) = settings.fault() {
                    return Err(AmendError::Invalid(fault));
                }
                if !(1..=3).contains(&settings.administration.aal) {
                    return Err(AmendError::Invalid(
                        "`administration.aal` is 1, 2 or 3".to_owned(),
                    ));
                }
                if let Some(scheme) = &settings.default_scheme
                    && Schemes::builtin().scheme(scheme).is_none()
                {
                    return Err(AmendError::Invalid(format!("there is no scheme `{scheme}`")));
                }
                is(Entity::Settings(settings.clone()))
            }
            Self::SourceDisable { .. } => is(with_state(old, State::Disabled)?),
            Self::SourceEnable { .. } => is(with_state(old, State::Active)?),
            Self::SourcePut { source } => match source.faults().into_iter().next() {
                Some(fault) => Err(AmendError::Invalid(fault.to_string())),
                None => is(Entity::Source(source.clone())),
            },
            Self::SourceRemove { .. } => match old {
                Some(Entity::Source(_)) => Ok(After::Gone),
                _ => Err(AmendError::Unknown("source")),
            },
            // The record stays; what was fetched is kept elsewhere.
            Self::SourceMetadata { .. } => match old {
                Some(source @ Entity::Source(_)) => is(source.clone()),
                _ => Err(AmendError::Unknown("source")),
            },
            // The record stays; whom the synchronisation lets go is kept with it.
            Self::SourceRelease { seal, .. } => match old {
                Some(Entity::Source(_))
                    if seal.len() != 64 || !seal.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
                {
                    Err(AmendError::Invalid("`seal` is that of a report".to_owned()))
                }
                Some(source @ Entity::Source(_)) => is(source.clone()),
                _ => Err(AmendError::Unknown("source")),
            },
            Self::PersonAdmit { link, .. } => match old {
                // Who she then is depends on the source's record: whoever weighs it has that at hand.
                None => link.fits().and(Err(AmendError::Unknown("source"))),
                Some(_) => Err(AmendError::Exists("person")),
            },
            Self::PersonCreate { person, .. } => match old {
                None => is(Entity::Person(person.born()?)),
                Some(_) => Err(AmendError::Exists("person")),
            },
            Self::PersonEnable { .. } => {
                let mut person = person(old)?.clone();
                person.status = Status::Active;
                is(Entity::Person(person))
            }
            // What the directory knows of her stays; how she signs in is kept elsewhere.
            Self::PersonLink { link, .. } => {
                link.fits()?;
                is(Entity::Person(person(old)?.clone()))
            }
            Self::PersonRecover { .. } => is(Entity::Person(person(old)?.clone())),
            Self::PersonPatch { patch, .. } => is(Entity::Person(patch.on(person(old)?)?)),
            Self::ClearanceGrant { clearance, .. } => {
                let mut person = person(old)?.clone();
                grantable(clearance, now)?;
                let id = clearance_id(clearance);
                if person.clearances.iter().any(|held| clearance_id(held) == id) {
                    return Err(AmendError::Exists("clearance"));
                }
                if person.clearances.len() >= MOST_ENTRIES {
                    return Err(AmendError::Invalid(format!(
                        "a person holds at most {MOST_ENTRIES} clearances"
                    )));
                }
                person.clearances.push(clearance.clone());
                is(Entity::Person(person))
            }
            Self::ClearanceRenew {
                clearance,
                valid_until,
                ..
            } => is(Entity::Person(each(old, clearance, |held| {
                if held.state == ClearanceState::Revoked {
                    return Err(AmendError::WrongState(
                        "a revoked clearance is never renewed: grant a new one",
                    ));
                }
                if held.kind == ClearanceKind::Emergency && *valid_until > held.valid_until {
                    return Err(AmendError::WrongState(
                        "an emergency clearance is never renewed: ask again",
                    ));
                }
                held.valid_until = *valid_until;
                Ok(())
            })?)),
            Self::ClearanceResume { clearance, .. } => {
                is(Entity::Person(each(old, clearance, |held| match held.state {
                    ClearanceState::Revoked => Err(AmendError::WrongState(
                        "a revoked clearance is never resumed: grant a new one",
                    )),
                    ClearanceState::Active | ClearanceState::Suspended => {
                        held.state = ClearanceState::Active;
                        Ok(())
                    }
                })?))
            }
            Self::ClearanceRevoke { clearance, .. } => is(Entity::Person(each(old, clearance, |held| {
                held.state = ClearanceState::Revoked;
                Ok(())
            })?)),
            Self::ClearanceSuspend { clearance, .. } => {
                is(Entity::Person(each(old, clearance, |held| match held.state {
                    ClearanceState::Revoked => {
                        Err(AmendError::WrongState("the clearance is revoked already"))
                    }
                    ClearanceState::Active | ClearanceState::Suspended => {
                        held.state = ClearanceState::Suspended;
                        Ok(())
                    }
                })?))
            }
        }
    }
}

impl NewPerson {
    fn born(&self) -> Result<Person, AmendError> {
        let person = Person {
            kind: self.kind,
            status: Status::Active,
            nationalities: self.nationalities.clone(),
            agency: self.agency.clone(),
            roles: self.roles.clone(),
            missions: self.missions.clone(),
            briefings: self.briefings.clone(),
            sponsor: self.sponsor.clone(),
            contract: self.contract.clone(),
            clearances: Vec::new(),
            display_name: self.display_name.clone(),
            email: self.email.clone(),
        };
        person_bounds(person)
    }
}

impl PersonPatch {
    fn on(&self, old: &Person) -> Result<Person, AmendError> {
        let person = Person {
            kind: self.kind.unwrap_or(old.kind),
            status: old.status,
            nationalities: self.nationalities.as_ref().unwrap_or(&old.nationalities).clone(),
            agency: self.agency.as_ref().unwrap_or(&old.agency).clone(),
            roles: self.roles.as_ref().unwrap_or(&old.roles).clone(),
            missions: self.missions.as_ref().unwrap_or(&old.missions).clone(),
            briefings: self.briefings.as_ref().unwrap_or(&old.briefings).clone(),
            sponsor: self.sponsor.as_ref().unwrap_or(&old.sponsor).clone(),
            contract: self.contract.as_ref().unwrap_or(&old.contract).clone(),
            clearances: old.clearances.clone(),
            display_name: self.display_name.as_ref().unwrap_or(&old.display_name).clone(),
            email: self.email.as_ref().unwrap_or(&old.email).clone(),
        };
        person_bounds(person)
    }
}

impl ChannelPatch {
    fn on(&self, old: &Channel) -> Result<Channel, AmendError> {
        let mut new = old.clone();
        if let Some(name) = &self.name {
            bounded(name)?;
            new.name.clone_from(name);
        }
        if let Some(agency) = &self.agency {
            new.agency.clone_from(agency);
        }
        if let Some(missions) = &self.missions {
            new.missions = missions.clone();
        }
        if let Some(recipients) = &self.recipients {
            new.recipients.clone_from(recipients);
        }
        if let Some(owners) = &self.owners {
            new.owners.clone_from(owners);
        }
        new.externals_allowed = self.externals_allowed.unwrap_or(old.externals_allowed);
        new.industry_allowed = self.industry_allowed.unwrap_or(old.industry_allowed);
        new.listed = self.listed.unwrap_or(old.listed);
        new.state = self.state.unwrap_or(old.state);
        new.label_mode = self.label_mode.unwrap_or(old.label_mode);
        Ok(new)
    }
}

fn person(old: Option<&Entity>) -> Result<&Person, AmendError> {
    match old {
        Some(Entity::Person(person)) => Ok(person),
        _ => Err(AmendError::Unknown("person")),
    }
}

fn with_state(old: Option<&Entity>, state: State) -> Result<Entity, AmendError> {
    match old {
        Some(Entity::Source(source)) => Ok(Entity::Source(Box::new(Source {
            state,
            ..(**source).clone()
        }))),
        _ => Err(AmendError::Unknown("source")),
    }
}

fn channel(old: Option<&Entity>) -> Result<&Channel, AmendError> {
    match old {
        Some(Entity::Channel(channel)) => Ok(channel),
        _ => Err(AmendError::Unknown("channel")),
    }
}

/// Changes the clearances of that name: an import may have brought the same one twice.
fn each(
    old: Option<&Entity>,
    id: &str,
    mut change: impl FnMut(&mut Clearance) -> Result<(), AmendError>,
) -> Result<Person, AmendError> {
    let mut person = person(old)?.clone();
    let mut found = false;
    for held in &mut person.clearances {
        if clearance_id(held) == id {
            found = true;
            change(held)?;
        }
    }
    if found {
        Ok(person)
    } else {
        Err(AmendError::Unknown("clearance"))
    }
}

/// A clearance that may be given: of a known level, with an end that is not over, and not of
/// break-glass, which has a way of its own.
fn grantable(clearance: &Clearance, now: DateTime<Utc>) -> Result<(), AmendError> {
    let invalid = |text: &str| Err(AmendError::Invalid(text.to_owned()));
    let level = Schemes::builtin()
        .scheme(&clearance.scheme)
        .and_then(|scheme| scheme.level(&clearance.level));
    if level.is_none() {
        return Err(AmendError::Invalid(format!(
            "scheme `{}` has no level `{}`",
            clearance.scheme, clearance.level
        )));
    }
    bounded(clearance.compartments.iter())?;
    if clearance.state != ClearanceState::Active {
        return invalid("a clearance is granted active");
    }
    if clearance.kind == ClearanceKind::Emergency || clearance.channel.is_some() {
        return invalid("an emergency clearance is asked for at `/api/v1/break-glass`");
    }
    if (clearance.kind == ClearanceKind::Attested) != clearance.attestation.is_some() {
        return invalid("an attested clearance, and no other, says what became of its `attestation`");
    }
    if clearance.valid_until < clearance.valid_from || clearance.valid_until < now {
        return invalid("`valid_until` is before `valid_from`, or over");
    }
    Ok(())
}

pub(super) fn known_level(accreditation: Option<&Accreditation>) -> Result<(), AmendError> {
    let Some(held) = accreditation else {
        return Ok(());
    };
    bounded(held.compartments.iter())?;
    match super::widens::rank(held) {
        Some(_) => Ok(()),
        None => Err(AmendError::Invalid(format!(
            "scheme `{}` has no level `{}`",
            held.scheme, held.level
        ))),
    }
}

fn person_bounds(person: Person) -> Result<Person, AmendError> {
    bounded(
        person
            .briefings
            .iter()
            .chain(person.contract.iter().map(|contract| &contract.reference))
            .chain(&person.display_name)
            .chain(&person.email),
    )?;
    if person.missions.len().max(person.nationalities.len()) > MOST_ENTRIES {
        return Err(AmendError::Invalid(format!(
            "a list has at most {MOST_ENTRIES} entries"
        )));
    }
    Ok(person)
}

fn bounded<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<(), AmendError> {
    for (count, text) in texts.into_iter().enumerate() {
        if count >= MOST_ENTRIES {
            return Err(AmendError::Invalid(format!(
                "a list has at most {MOST_ENTRIES} entries"
            )));
        }
        if text.is_empty() || text.len() > LONGEST_TEXT || text.chars().any(char::is_control) {
            return Err(AmendError::Invalid(format!(
                "a text has 1 to {LONGEST_TEXT} bytes and no control characters"
            )));
        }
    }
    Ok(())
}
