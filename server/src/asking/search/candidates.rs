// SPDX-License-Identifier: Apache-2.0
//! Who and what a search asks about: of whom and what the server may know, in the order of our
//! identifiers, by an index where there is one. Outside its scope nothing is counted as looked at.

use countersign_authz::search::{channels_of, is_for_members, members_and_services};
use countersign_authz::snapshot::Found;
use countersign_authz::{Question, Snapshot, actions};
use countersign_directory::{ChannelId, PersonId, Reasons, Within};

use super::{Open, Searching};
use crate::asking::server_question::Translation;

/// One of those that are asked about.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    /// Our identifier.
    pub(super) ours: &'a str,
    /// The server's.
    pub(super) theirs: String,
}

type Candidates<'a> = Box<dyn Iterator<Item = Candidate<'a>> + Send + 'a>;

/// All candidates behind `after`.
pub(super) fn candidates<'a>(asked: &'a Searching<'a>, after: &'a str) -> Candidates<'a> {
    let names = Translation::new(asked.server, asked.snapshot);
    let question = names.question(asked.search.words()).question;
    let snapshot = asked.snapshot;
    let known_action = actions().any(|action| action == question.action);
    match asked.search.open {
        Open::Action => Box::new(
            actions()
                .filter(move |action| *action > after)
                .map(|action| Candidate {
                    ours: action,
                    theirs: action.to_owned(),
                }),
        ),
        Open::Subject if known_action && asked.search.subject.kind == "user" => {
            if !is_there(&question, snapshot) {
                Box::new(std::iter::empty())
            } else if is_for_members(&question.action, snapshot) {
                let channel = place(&question, snapshot).unwrap_or_default();
                let could = members_and_services(snapshot, channel, after);
                people(asked, names, could)
            } else {
                people(asked, names, in_scope(asked, after))
            }
        }
        Open::Resource if known_action && is_listable(asked, &question) => {
            match asked.search.resource.kind.as_str() {
                "channel" => channels(asked, names, &question, after),
                "file" => items(asked, &question, |of| snapshot.files_after(of, after)),
                "message" => items(asked, &question, |of| snapshot.messages_after(of, after)),
                "user" => people(asked, names, in_scope(asked, after)),
                _ => Box::new(std::iter::empty()),
            }
        }
        Open::Resource | Open::Subject => Box::new(std::iter::empty()),
    }
}

/// Whether what it is done to is there. Whom could it be done by, where it is not?
fn is_there(question: &Question, snapshot: &Snapshot) -> bool {
    let resource = &question.resource;
    match (question.action.as_str(), resource.kind.as_str()) {
        ("break_glass.request" | "channel.create", _) => true,
        (_, "channel") => snapshot.channel(&resource.id).is_some(),
        (_, "file" | "message") => place(question, snapshot).is_some(),
        (_, "user") => snapshot.person(&resource.id).is_some(),
        _ => true,
    }
}

/// Whether there is a list at all: she is known, and it is not something that may be done to what need
/// not be there, since a list of that would tell what is.
fn is_listable(asked: &Searching<'_>, question: &Question) -> bool {
    let answers_alike = match question.action.as_str() {
        "break_glass.request" => asked.server.reasons != Reasons::Full,
        action => action == "channel.create",
    };
    !answers_alike && asked.snapshot.person(&question.subject).is_some()
}

/// The channel that the question's resource is or is in.
fn place<'a>(question: &'a Question, snapshot: &'a Snapshot) -> Option<&'a str> {
    let resource = &question.resource;
    let registered = match resource.kind.as_str() {
        "channel" => return Some(&resource.id),
        "file" => snapshot.file(&resource.id),
        "message" => snapshot.message(&resource.id),
        _ => return None,
    };
    let channel = registered.map(|item| item.channel.as_str());
    channel
        .or(resource.channel.as_deref())
        .filter(|channel| snapshot.channel(channel).is_some())
}

fn in_scope<'a>(asked: &Searching<'a>, after: &'a str) -> Box<dyn Iterator<Item = &'a PersonId> + Send + 'a> {
    match &asked.server.scope.people {
        Within::All => Box::new(asked.snapshot.people_after(after)),
        Within::List(people) => Box::new(people.iter().filter(move |id| id.as_str() > after)),
    }
}

fn people<'a>(
    asked: &Searching<'a>,
    names: Translation<'a>,
    ids: impl Iterator<Item = &'a PersonId> + Send + 'a,
) -> Candidates<'a> {
    let server = asked.server;
    let seen = ids.filter(|id| server.sees_person(id));
    Box::new(seen.filter_map(move |id| {
        let theirs = names.person_theirs(id)?;
        let ours = id.as_str();
        Some(Candidate { ours, theirs })
    }))
}

fn channels<'a>(
    asked: &Searching<'a>,
    names: Translation<'a>,
    question: &Question,
    after: &'a str,
) -> Candidates<'a> {
    let (server, snapshot) = (asked.server, asked.snapshot);
    let hers = is_for_members(&question.action, snapshot).then(|| channels_of(snapshot, &question.subject));
    let ids: Box<dyn Iterator<Item = &'a ChannelId> + Send + 'a> = match hers.flatten() {
        Some(hers) => Box::new(hers.filter(move |id| id.as_str() > after)),
        None => Box::new(snapshot.channels_after(after)),
    };
    Box::new(ids.filter_map(move |id| {
        let channel = snapshot.channel(id.as_str())?;
        let theirs = server
            .sees_channel(id, channel)
            .then(|| names.channel_theirs(id))??;
        let ours = id.as_str();
        Some(Candidate { ours, theirs })
    }))
}

/// Items bear one name for everybody. Of what is for members, those in her channels are gone through and no
/// other.
fn items<'a>(
    asked: &Searching<'a>,
    question: &Question,
    found: impl FnOnce(Option<&[&ChannelId]>) -> Found<'a>,
) -> Candidates<'a> {
    let (server, snapshot) = (asked.server, asked.snapshot);
    let hers = is_for_members(&question.action, snapshot).then(|| channels_of(snapshot, &question.subject));
    let hers: Option<Vec<&ChannelId>> = hers.flatten().map(Iterator::collect);
    let seen = found(hers.as_deref()).filter(move |(_, item)| {
        let channel = snapshot.channel(item.channel.as_str());
        channel.is_some_and(|channel| server.sees_channel(&item.channel, channel))
    });
    Box::new(seen.map(|(id, _)| Candidate {
        ours: id.as_str(),
        theirs: id.to_string(),
    }))
}
