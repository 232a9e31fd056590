// SPDX-License-Identifier: Apache-2.0
//! From a scenario row to what the guards speak about: the action or its likeness, the things named,
//! the item's label and the stake. What is unknown here is guard 1.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::need::Channel;
use super::terms::{Label, accredited, label};
use super::world::{At, entry, flag, text, texts};
use super::{Input, Read};

/// The actions of the guards; those that follow a likeness are it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Discover,
    Join,
    Leave,
    Invite,
    AddGuest,
    Federate,
    Create,
    Reclassify,
    RemoveMember,
    ArchiveChannel,
    Read,
    Post,
    Forward,
    Upload,
    Download,
    Call,
    Record,
    DirectMessage,
    RequestBreakGlass,
    ApproveBreakGlass,
    Grant,
    Import,
    Revoke,
    Publish,
    ReadAudit,
    ReadConsole,
    EndSession,
    ManagePerson,
    ManageServer,
    Simulate,
    TrySource,
}

/// The act that a name stands for.
fn act(name: &str) -> Read<Act> {
    Ok(match name {
        "channel.discover" => Act::Discover,
        "channel.join" => Act::Join,
        "channel.leave" => Act::Leave,
        "channel.invite" => Act::Invite,
        "channel.add_guest" => Act::AddGuest,
        "channel.federate" => Act::Federate,
        "channel.create" => Act::Create,
        "channel.reclassify" | "channel.set_label" => Act::Reclassify,
        "channel.remove_member" => Act::RemoveMember,
        "channel.archive" => Act::ArchiveChannel,
        "message.read" | "archive.read" => Act::Read,
        "message.post" | "message.edit" | "message.react" => Act::Post,
        "message.forward" => Act::Forward,
        "file.upload" => Act::Upload,
        "file.download" => Act::Download,
        "call.join" => Act::Call,
        "call.record" => Act::Record,
        "user.direct_message" => Act::DirectMessage,
        "break_glass.request" => Act::RequestBreakGlass,
        "break_glass.approve" => Act::ApproveBreakGlass,
        "clearance.grant" => Act::Grant,
        "clearance.import" => Act::Import,
        "user.revoke" => Act::Revoke,
        "policy.publish" => Act::Publish,
        "audit.read" => Act::ReadAudit,
        "console.read" => Act::ReadConsole,
        "session.end" => Act::EndSession,
        "person.manage" => Act::ManagePerson,
        "server.manage" => Act::ManageServer,
        "decision.simulate" => Act::Simulate,
        "source.try" => Act::TrySource,
        _ => return Err(Input),
    })
}

impl Act {
    pub(super) fn administrative(self) -> bool {
        use Act::{
            ApproveBreakGlass, EndSession, Grant, Import, ManagePerson, ManageServer, Publish, ReadAudit,
            ReadConsole, Revoke, Simulate, TrySource,
        };
        matches!(
            self,
            ApproveBreakGlass
                | EndSession
                | Grant
                | Import
                | ManagePerson
                | ManageServer
                | Publish
                | ReadAudit
                | ReadConsole
                | Revoke
                | Simulate
                | TrySource
        )
    }

    pub(super) fn content(self) -> bool {
        !self.administrative() && self != Act::RequestBreakGlass
    }

    fn on_item(self) -> bool {
        matches!(self, Act::Read | Act::Forward | Act::Download)
    }
}

/// A message or file that is read, forwarded or quoted.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) channel: Channel<'a>,
    /// The item label: its own, or the channel's.
    pub(super) label: Label,
    /// Who controls its own label, if anybody.
    pub(super) originator: Option<String>,
}

/// What is known of the session.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) aal: u64,
    pub(super) since_sign_in: TimeDelta,
    pub(super) idle: TimeDelta,
    pub(super) revoked: bool,
}

/// A question, read.
#[derive(Debug, Clone)]
pub(super) struct Case<'a> {
    pub(super) world: &'a Value,
    pub(super) now: DateTime<Utc>,
    pub(super) subject_id: &'a str,
    pub(super) subject: &'a Value,
    pub(super) act: Act,
    pub(super) resource_id: &'a str,
    pub(super) channel: Option<Channel<'a>>,
    pub(super) item: Option<Item<'a>>,
    pub(super) sent: Option<Label>,
    pub(super) stake: Option<Label>,
    pub(super) quotes: Vec<Item<'a>>,
    pub(super) recipients: Vec<(&'a str, &'a Value)>,
    pub(super) to: Option<Channel<'a>>,
    pub(super) target: Option<(&'a str, &'a Value)>,
    pub(super) node: Option<&'a Value>,
    pub(super) approver: Option<&'a str>,
    pub(super) requester: Option<&'a str>,
    pub(super) session: Option<Session>,
    /// The device's entry; none when it is unknown.
    pub(super) device: Option<&'a Value>,
    pub(super) location: Option<String>,
    pub(super) record: bool,
}

pub(super) fn read<'a>(
    world: &'a Value,
    row: &'a Value,
    facts: &Value,
    now: DateTime<Utc>,
) -> Read<Case<'a>> {
    let act = act(row.get("action").and_then(Value::as_str).ok_or(Input)?)?;
    let subject_id = row.get("subject").and_then(Value::as_str).ok_or(Input)?;
    let subject = entry(world, "users", subject_id)?;
    let resource = row.get("resource").ok_or(Input)?;
    let (kind, resource_id) = (text(resource, "type"), text(resource, "id"));
    let nothing = &Value::Null;
    let context = row.get("context").unwrap_or(nothing);

    let at = At { world, now };
    let sent = sent_with(context, "label")
        .map(|raw| sent_label(raw, at))
        .transpose()?;
    let (mut channel, mut item) = (None, None);
    match kind {
        // A channel that is about to be created is not known yet: it is what its label says.
        "channel" if act == Act::Create => {
            let label = sent.clone().ok_or(Input)?;
            channel = Some(Channel {
                id: resource_id,
                entry: nothing,
                label,
                fixed_from: fixed_from(world),
            });
        }
        "channel" => channel = Some(self::channel(at, resource_id)?),
        "message" | "file" => {
            let read = self::item(at, resource)?;
            channel = Some(read.channel.clone());
            item = Some(read);
        }
        "user" => {
            entry(world, "users", resource_id)?;
        }
        "policy" | "import" | "audit_log" => {}
        _ => return Err(Input),
    }

    let mut quotes = Vec::new();
    for quote in context
        .get("quotes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        quotes.push(self::item(at, quote)?);
    }
    let mut recipients = Vec::new();
    for recipient in context
        .get("recipients")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let id = text(recipient, "id");
        recipients.push((id, entry(world, "users", id)?));
    }
    let to = match sent_with(context, "to") {
        Some(to) => Some(self::channel(at, text(to, "id"))?),
        None => None,
    };
    let mut target = None;
    if let Some(named) = sent_with(context, "target") {
        let id = text(named, "id");
        target = Some((id, entry(world, "users", id)?));
    } else if kind == "user" && matches!(act, Act::DirectMessage | Act::Grant) {
        target = Some((resource_id, entry(world, "users", resource_id)?));
    }
    let node = match context.get("node").and_then(Value::as_str) {
        Some(id) => Some(entry(world, "nodes", id)?),
        None => None,
    };

    let missing = match act {
        Act::Create => sent.is_none() || channel.is_none(),
        Act::DirectMessage => kind != "user" || target.is_none(),
        Act::Invite | Act::AddGuest => channel.is_none() || target.is_none(),
        Act::Federate | Act::Call | Act::Record => channel.is_none() || node.is_none(),
        Act::Reclassify => channel.is_none() || sent.is_none(),
        Act::Forward => item.is_none() || to.is_none(),
        act if act.on_item() => item.is_none(),
        act if act.content() => channel.is_none(),
        _ => false,
    };
    if missing {
        return Err(Input);
    }

    let ceiling = channel.as_ref().map(|channel| channel.label.clone());
    let stake = match act {
        act if act.administrative() => None,
        Act::Read | Act::Forward | Act::Download => item.as_ref().map(|item| item.label.clone()),
        Act::Post | Act::Upload if channel.as_ref().is_some_and(Channel::fixed) => ceiling,
        Act::Post | Act::Upload => sent.clone().or(ceiling),
        Act::Create | Act::DirectMessage => sent.clone(),
        _ => ceiling,
    };
    let device = facts.get("device").and_then(Value::as_str);
    // A break-glass that names no request is about the user whom the resource names.
    let requester = context.get("requester").and_then(Value::as_str);
    Ok(Case {
        world,
        now,
        subject_id,
        subject,
        act,
        resource_id,
        channel,
        item,
        sent,
        stake,
        quotes,
        recipients,
        to,
        target,
        node,
        approver: context.get("approver").and_then(Value::as_str),
        requester: requester.or((kind == "user").then_some(resource_id)),
        session: facts.get("session").map(session),
        // One that is lost is as good as unknown.
        device: device
            .and_then(|id| entry(world, "devices", id).ok())
            .filter(|device| !flag(device, "lost")),
        location: facts.get("location").and_then(Value::as_str).map(str::to_owned),
        record: facts.get("audit").and_then(Value::as_str) != Some("unavailable"),
    })
}

/// A member of the context; null is absent.
fn sent_with<'a>(context: &'a Value, name: &str) -> Option<&'a Value> {
    context.get(name).filter(|value| !value.is_null())
}

/// A label that came with the question. One above what the deployment is accredited for is not understood.
fn sent_label(raw: &Value, at: At<'_>) -> Read<Label> {
    let label = label(raw, at)?;
    let settings = at.world.get("settings").unwrap_or(&Value::Null);
    if settings.get("accreditation").is_some_and(|held| !held.is_null()) {
        let held = texts(settings["accreditation"].get("compartments"));
        let mut asked = label
            .compartments
            .iter()
            .filter(|name| !label.by_recipients(name));
        if accredited(settings)? < label.rank || asked.any(|name| !held.contains(name.as_str())) {
            return Err(Input);
        }
    }
    Ok(label)
}

fn channel<'a>(at: At<'a>, id: &'a str) -> Read<Channel<'a>> {
    let entry = entry(at.world, "channels", id)?;
    Ok(Channel {
        id,
        entry,
        label: label(entry.get("label").ok_or(Input)?, at)?,
        fixed_from: fixed_from(at.world),
    })
}

fn fixed_from(world: &Value) -> Option<u64> {
    world["settings"]["rules"]["fixed_from"].as_u64()
}

/// A message or file. One that is not registered is judged by the channel that the request names.
fn item<'a>(at: At<'a>, named: &'a Value) -> Read<Item<'a>> {
    let map = match text(named, "type") {
        "message" => "messages",
        "file" => "files",
        _ => return Err(Input),
    };
    let Ok(entry) = entry(at.world, map, text(named, "id")) else {
        let properties = named.get("properties").unwrap_or(named);
        let channel = channel(at, text(properties, "channel"))?;
        return Ok(Item {
            label: channel.label.clone(),
            channel,
            originator: None,
        });
    };
    let channel = channel(at, text(entry, "channel"))?;
    let own = entry.get("label").map(|raw| label(raw, at)).transpose()?;
    let originator = own.as_ref().and_then(|own| own.originator.clone());
    let label = match own {
        Some(own) if !channel.fixed() => own,
        _ => channel.label.clone(),
    };
    Ok(Item {
        channel,
        label,
        originator,
    })
}

fn session(facts: &Value) -> Session {
    let minutes = |name: &str| {
        let minutes = facts.get(name).and_then(Value::as_f64).unwrap_or_default();
        TimeDelta::milliseconds((minutes * 60_000.0) as i64)
    };
    Session {
        aal: facts.get("aal").and_then(Value::as_u64).unwrap_or_default(),
        since_sign_in: minutes("auth_age_minutes"),
        idle: minutes("idle_minutes"),
        revoked: flag(facts, "revoked"),
    }
}
