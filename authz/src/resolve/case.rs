// SPDX-License-Identifier: Apache-2.0
//! One question with everything that it depends on looked up.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_directory::{Accreditation, DeviceKey, Node, Noun, Person};
use countersign_labels::{Label, Rank, RawLabel, Schemes};

use super::Fault;
use super::clearance::{Asked, Where, ask};
use super::members::{Members, members, recipients};
use super::moved::{Load, load};
use super::place::{Moved, Place, understood};
use crate::action::{Action, Kind};
use crate::facts::DeviceFacts;
use crate::remember::Turn;
use crate::{Facts, Question, Reference, Snapshot};

/// A person with her identifier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) id: &'a str,
    pub(crate) person: &'a Person,
}

/// A node with what it is accredited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accredited<'a> {
    pub(crate) id: &'a str,
    pub(crate) node: &'a Node,
    pub(crate) rank: Rank,
}

/// The device as the guards see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Device<'a> {
    pub(crate) managed: bool,
    pub(crate) rank: Rank,
    /// The scheme that it is accredited in.
    pub(crate) scheme: Option<&'a str>,
    pub(crate) posture_reported_at: Option<DateTime<Utc>>,
}

/// A question, resolved.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) action: Action,
    pub(crate) subject: Named<'a>,
    pub(crate) resource: &'a Reference,
    pub(crate) facts: &'a Facts,
    pub(crate) device: Device<'a>,
    pub(crate) server: Option<Accredited<'a>>,
    pub(crate) approver: Option<Named<'a>>,
    /// What is at stake; an administrative act has none.
    pub(crate) stake: Option<Arc<Label>>,
    pub(crate) place: Option<Place<'a>>,
    pub(crate) to: Option<Place<'a>>,
    pub(crate) asked: Option<Asked<'a>>,
    pub(crate) target: Option<Named<'a>>,
    pub(crate) target_asked: Option<Asked<'a>>,
    pub(crate) node: Option<Accredited<'a>>,
    /// The label that came with the question.
    pub(crate) sent: Option<Arc<Label>>,
    pub(crate) load: LoadFacts,
    pub(crate) members: Members,
    pub(crate) requester: Option<&'a str>,
    /// Items that are quoted, for what may be disclosed.
    pub(crate) quotes: Vec<Moved<'a>>,
}

/// [`Load`], owned.
#[derive(Debug, Default)]
pub(crate) struct LoadFacts {
    pub(crate) label: Option<super::moved::Joined>,
    pub(crate) originators: Vec<String>,
    pub(crate) foreign: Vec<String>,
    pub(crate) turn: Turn,
}

/// What a question names, found.
struct Found<'a> {
    place: Option<Place<'a>>,
    item: Option<Moved<'a>>,
}

/// Looks up everything that `question` names.
pub(crate) fn resolve<'a>(
    question: &'a Question,
    facts: &'a Facts,
    snapshot: &'a Snapshot,
    schemes: &'a Schemes,
    now: DateTime<Utc>,
) -> Result<Case<'a>, Fault> {
    if snapshot.is_unreadable(Noun::Settings, "") {
        return Err(Fault("settings that cannot be read"));
    }
    let context = &question.context;
    let action = Action::named(&question.action).ok_or(Fault("unknown action"))?;
    let subject = named(&question.subject, snapshot)?;
    let sent = context
        .label
        .as_ref()
        .map(|label| sent_label(label, snapshot, schemes))
        .transpose()?;
    let reported = context
        .reported
        .as_ref()
        .map(|label| sent_label(label, snapshot, schemes))
        .transpose()?;
    let quotes: Vec<Moved<'a>> = context
        .quotes
        .iter()
        .map(|item| Moved::of(item, snapshot, schemes))
        .collect::<Result<_, _>>()?;
    let to = context.to.as_ref().map(|to| of_kind("channel", to)).transpose()?;
    let to = to.map(|id| Place::of(id, snapshot, schemes)).transpose()?;
    let named_recipients: Vec<Named<'a>> = context
        .recipients
        .iter()
        .map(|recipient| named(of_kind("user", recipient)?, snapshot))
        .collect::<Result<_, _>>()?;
    let target = context
        .target
        .as_ref()
        .map(|target| of_kind("user", target))
        .transpose()?;
    let target = target.map(|id| named(id, snapshot)).transpose()?;
    let node = context
        .node
        .as_deref()
        .map(|id| accredited(id, snapshot, schemes))
        .transpose()?;
    let server = facts
        .server_node
        .as_ref()
        .map(|id| accredited(id.as_str(), snapshot, schemes))
        .transpose()?;
    let mut found = match (&reported, action.kind) {
        (Some(reported), Kind::Join) => {
            let id = of_kind("channel", &question.resource)?;
            let place = Some(Place::reported(id, reported, snapshot, schemes)?);
            Found { place, item: None }
        }
        _ => find(action, &question.resource, sent.as_ref(), snapshot, schemes)?,
    };
    if let (Some(reported), Kind::Read, Some(item)) = (&reported, action.kind, &mut found.item) {
        item.place = Place::reported(item.place.id, reported, snapshot, schemes)?;
        found.place = Some(item.place.clone());
    }
    let target = match action.kind {
        Kind::Direct => Some(target.map_or_else(|| named(&question.resource.id, snapshot), Ok)?),
        Kind::Guest | Kind::Invite => Some(target.ok_or(Fault("a target is missing"))?),
        _ => target,
    };
    match action.kind {
        Kind::Call | Kind::Federate if node.is_none() => return Err(Fault("a node is missing")),
        Kind::Classify if sent.is_none() => return Err(Fault("a label is missing")),
        Kind::Forward if to.is_none() => return Err(Fault("a destination is missing")),
        _ => {}
    }
    let stake = stake(action, &found, sent.as_ref(), snapshot, schemes)?;
    let asking = Asking {
        snapshot,
        schemes,
        now,
    };
    let asked = asking.of_subject(action, subject.person, &found, stake.as_ref())?;
    let target_asked = asking.of_target(action, target, &found, stake.as_ref())?;
    let shared = Shared {
        quotes: &quotes,
        recipients: &named_recipients,
        to: to.as_ref(),
    };
    let (load, members) = asking.sharing(action, &found, &shared, stake.as_ref())?;
    Ok(Case {
        action,
        subject,
        resource: &question.resource,
        facts,
        device: device(facts, snapshot, schemes)?,
        server,
        approver: context
            .approver
            .as_deref()
            .and_then(|id| named(id, snapshot).ok()),
        stake,
        place: found.place,
        to,
        asked,
        target,
        target_asked,
        node,
        sent,
        load,
        members,
        requester: requester(question),
        quotes,
    })
}

/// Who asked for break-glass: as stored; where nothing is said, the person it is about.
fn requester(question: &Question) -> Option<&str> {
    let about = (question.resource.kind == "user").then_some(question.resource.id.as_str());
    question.context.requester.as_deref().or(about)
}

fn named<'a>(id: &'a str, snapshot: &'a Snapshot) -> Result<Named<'a>, Fault> {
    let person = snapshot.person(id).ok_or(Fault("unknown person"))?;
    Ok(Named { id, person })
}

fn of_kind<'a>(kind: &str, named: &'a Reference) -> Result<&'a str, Fault> {
    if named.kind == kind {
        Ok(&named.id)
    } else {
        Err(Fault("a thing of another type is expected"))
    }
}

fn sent_label(
    label: &serde_json::Value,
    snapshot: &Snapshot,
    schemes: &Schemes,
) -> Result<Arc<Label>, Fault> {
    let raw: RawLabel =
        serde::Deserialize::deserialize(label).map_err(|_| Fault("a label that cannot be understood"))?;
    let label = understood(&raw, snapshot, schemes)?;
    if let Some(accreditation) = &snapshot.settings().accreditation {
        let above = rank(accreditation, schemes)? < label.rank()
            || label
                .by_clearance()
                .any(|tag| !accreditation.compartments.contains(tag));
        if above {
            return Err(Fault("a label above the deployment's accreditation"));
        }
    }
    Ok(label)
}

fn rank(accreditation: &Accreditation, schemes: &Schemes) -> Result<Rank, Fault> {
    schemes
        .scheme(&accreditation.scheme)
        .and_then(|scheme| scheme.level(&accreditation.level))
        .map(|level| level.rank)
        .ok_or(Fault("an accreditation of a level that no scheme has"))
}

fn accredited<'a>(id: &'a str, snapshot: &'a Snapshot, schemes: &Schemes) -> Result<Accredited<'a>, Fault> {
    let node: &Node = snapshot.node(id).ok_or(Fault("unknown node"))?;
    let rank = node
        .accreditation
        .as_ref()
        .map_or(Ok(0), |held| rank(held, schemes))?;
    Ok(Accredited { id, node, rank })
}

/// An unknown device is unmanaged, rank 0.
pub(crate) fn device<'a>(
    facts: &'a Facts,
    snapshot: &'a Snapshot,
    schemes: &Schemes,
) -> Result<Device<'a>, Fault> {
    let unknown = Device {
        managed: false,
        rank: 0,
        scheme: None,
        posture_reported_at: None,
    };
    let of = |managed: bool, accreditation: Option<&'a Accreditation>, posture_reported_at| {
        let rank = accreditation.map_or(Ok(0), |held| rank(held, schemes))?;
        Ok(Device {
            managed,
            rank,
            scheme: accreditation.map(|held| held.scheme.as_str()),
            posture_reported_at,
        })
    };
    match &facts.device {
        DeviceFacts::Registered(id) if snapshot.is_unreadable(Noun::Device, id.as_str()) => {
            Err(Fault("a device that cannot be read"))
        }
        DeviceFacts::Registered(id) => match snapshot.device(id.as_str()) {
            // A lost device is nothing, whatever is on file.
            Some(known) if known.lost => Ok(unknown),
            Some(known) => {
                let device = of(
                    known.managed,
                    known.accreditation.as_ref(),
                    known.posture_reported_at,
                )?;
                // A key that can be copied proves less than the paper that names it.
                let most = match known.key {
                    Some(DeviceKey::Browser) => snapshot.settings().browser_key_rank(),
                    Some(DeviceKey::Certificate) | None => Rank::MAX,
                };
                Ok(Device {
                    rank: device.rank.min(most),
                    ..device
                })
            }
            None => Ok(unknown),
        },
        DeviceFacts::Stated {
            managed,
            accreditation,
            posture_reported_at,
        } => of(*managed, accreditation.as_ref(), *posture_reported_at),
        DeviceFacts::Unknown => Ok(unknown),
    }
}

/// Types of resources that are not looked up.
const NOT_LOOKED_UP: [&str; 7] = [
    "audit_log",
    "console",
    "decision",
    "import",
    "policy",
    "server",
    "session",
];

fn find<'a>(
    action: Action,
    resource: &'a Reference,
    sent: Option<&Arc<Label>>,
    snapshot: &'a Snapshot,
    schemes: &Schemes,
) -> Result<Found<'a>, Fault> {
    let nothing = Found {
        place: None,
        item: None,
    };
    let is_item = matches!(resource.kind.as_str(), "file" | "message");
    let place = || Place::of(of_kind("channel", resource)?, snapshot, schemes);
    let in_place = |place| Found {
        place: Some(place),
        item: None,
    };
    match action.kind {
        Kind::Administration | Kind::Ask => match resource.kind.as_str() {
            "channel" => Ok(in_place(place()?)),
            "file" | "message" => Ok(in_place(Moved::of(resource, snapshot, schemes)?.place)),
            "user" => named(&resource.id, snapshot).map(|_| nothing),
            kind if NOT_LOOKED_UP.contains(&kind) => Ok(nothing),
            _ => Err(Fault("unknown resource")),
        },
        Kind::Create => {
            let label = sent.ok_or(Fault("a label is missing"))?;
            let id = of_kind("channel", resource)?;
            Ok(in_place(Place::to_be(id, Arc::clone(label), snapshot)))
        }
        Kind::Direct => {
            named(of_kind("user", resource)?, snapshot)?;
            Ok(nothing)
        }
        Kind::Download | Kind::Forward | Kind::Read => {
            let item = Moved::of(resource, snapshot, schemes)?;
            Ok(Found {
                place: Some(item.place.clone()),
                item: Some(item),
            })
        }
        Kind::Post | Kind::Upload if is_item => Ok(in_place(Moved::of(resource, snapshot, schemes)?.place)),
        _ => Ok(in_place(place()?)),
    }
}

fn stake(
    action: Action,
    found: &Found<'_>,
    sent: Option<&Arc<Label>>,
    snapshot: &Snapshot,
    schemes: &Schemes,
) -> Result<Option<Arc<Label>>, Fault> {
    let place = found.place.as_ref();
    let of_place = place.map(|place| Arc::clone(&place.label));
    Ok(Some(match action.kind {
        Kind::Administration => return Ok(None),
        Kind::Direct => match sent {
            Some(label) => Arc::clone(label),
            None => unmarked(snapshot, schemes)?,
        },
        Kind::Download | Kind::Forward | Kind::Read => {
            Arc::clone(found.item.as_ref().ok_or(Fault("unknown item"))?.label())
        }
        Kind::Post | Kind::Upload if place.is_some_and(|place| !place.is_fixed()) => {
            sent.cloned().or(of_place).ok_or(Fault("unknown channel"))?
        }
        Kind::Ask => of_place.map_or_else(|| unmarked(snapshot, schemes), Ok)?,
        _ => of_place.ok_or(Fault("unknown channel"))?,
    }))
}

/// Rank 0 of the deployment's default scheme; of NATO where that has none.
fn unmarked(snapshot: &Snapshot, schemes: &Schemes) -> Result<Arc<Label>, Fault> {
    let raw = snapshot
        .unmarked(schemes)
        .ok_or(Fault("no scheme has a rank 0"))?;
    understood(&raw, snapshot, schemes)
}

/// What comes along, and for whom it is.
struct Shared<'s, 'a> {
    quotes: &'s [Moved<'a>],
    recipients: &'s [Named<'a>],
    to: Option<&'s Place<'a>>,
}

struct Asking<'a> {
    snapshot: &'a Snapshot,
    schemes: &'a Schemes,
    now: DateTime<Utc>,
}

impl<'a> Asking<'a> {
    fn ask(&self, person: &'a Person, label: &Arc<Label>, at: Where<'a>) -> Result<Asked<'a>, Fault> {
        ask(person, label, at, self.snapshot, self.schemes, self.now)
    }

    /// Which label the subject must be cleared for.
    fn of_subject(
        &self,
        action: Action,
        person: &'a Person,
        found: &Found<'a>,
        stake: Option<&Arc<Label>>,
    ) -> Result<Option<Asked<'a>>, Fault> {
        let place = found.place.as_ref();
        let label = match action.kind {
            Kind::Call | Kind::Create | Kind::Discover | Kind::Join | Kind::Post | Kind::Upload => {
                place.map(|place| &place.label)
            }
            Kind::Direct | Kind::Download | Kind::Forward | Kind::Read => stake,
            _ => None,
        };
        let at = Where {
            place: place.map(|place| place.id),
            emergency: action.takes_emergency(),
        };
        label.map(|label| self.ask(person, label, at)).transpose()
    }

    /// Which label the target must be cleared for. Emergency clearances do not help.
    fn of_target(
        &self,
        action: Action,
        target: Option<Named<'a>>,
        found: &Found<'a>,
        stake: Option<&Arc<Label>>,
    ) -> Result<Option<Asked<'a>>, Fault> {
        let place = found.place.as_ref();
        let label = match action.kind {
            Kind::Guest | Kind::Invite => place.map(|place| &place.label),
            Kind::Direct => stake,
            _ => None,
        };
        let at = Where {
            place: place.map(|place| place.id),
            emergency: false,
        };
        match (label, target) {
            (Some(label), Some(target)) => self.ask(target.person, label, at).map(Some),
            _ => Ok(None),
        }
    }

    /// What is moved where, and whether the members there may receive it.
    fn sharing(
        &self,
        action: Action,
        found: &Found<'a>,
        shared: &Shared<'_, 'a>,
        stake: Option<&Arc<Label>>,
    ) -> Result<(LoadFacts, Members), Fault> {
        let into = match action.kind {
            Kind::Forward => shared.to,
            Kind::Post | Kind::Upload => found.place.as_ref(),
            _ => None,
        };
        let receive = |label, into| {
            recipients(
                shared.recipients,
                label,
                into,
                self.snapshot,
                self.schemes,
                self.now,
            )
        };
        let (Some(into), Some(stake)) = (into, stake) else {
            let members = match stake {
                Some(stake) if action.kind == Kind::Direct => receive(stake, None)?,
                _ => Members::default(),
            };
            return Ok((LoadFacts::default(), members));
        };
        let label = if into.is_fixed() { &into.label } else { stake };
        let members = members(into, label, self.snapshot, self.schemes, self.now)?;
        let members = members.and(receive(label, Some(into))?);
        let items = match action.kind {
            Kind::Forward => found.item.as_slice(),
            _ => shared.quotes,
        };
        Ok((
            load(items, into, self.snapshot, self.schemes, self.now)?.into(),
            members,
        ))
    }
}

impl From<Load<'_>> for LoadFacts {
    fn from(load: Load<'_>) -> Self {
        Self {
            label: load.label,
            originators: load.originators.into_iter().map(str::to_owned).collect(),
            foreign: load.foreign.into_iter().collect(),
            turn: load.turn,
        }
    }
}
