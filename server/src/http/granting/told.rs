// SPDX-License-Identifier: Apache-2.0
//! An act as far as its reader may see it: what is to be done, what it starts from, and what that becomes.

use countersign_authz::explain::{Horizon, Pen, Pseudonyms};
use countersign_directory::Noun;
use countersign_directory::amend::{Amendment, LostAuthenticator, Part, difference};
use countersign_directory::operation::amend::Weighed;
use countersign_directory::source::veil;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::sources::shown;

/// One part that becomes another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    /// Its name, as world files write it; each clearance is a part of its own.
    pub part: String,
    /// What it is now; absent, there is none.
    #[schema(value_type = Option<Value>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What it becomes; absent, it goes.
    #[schema(value_type = Option<Value>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub becomes: Option<Value>,
    /// It may let somebody do more than before.
    pub widens: bool,
}

/// An act for one reader.
#[derive(Debug)]
pub struct Told {
    /// What is to be done.
    pub act: Value,
    /// What it changes, as things stand.
    pub changes: Vec<Changed>,
    /// Nothing of it is above the reader.
    pub is_all: bool,
}

/// Tells an act. Without the weighing, what it changes is not known.
pub fn told(act: &Amendment, weighed: Option<&Weighed>, horizon: Horizon<'_>) -> Told {
    let mut whole = act.told();
    if let (Amendment::DirectoryImport { .. }, Some(members)) = (act, whole.as_object_mut()) {
        // Its changes say it, as far as the reader may see it.
        members.remove("wider");
    }
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(horizon, &mut names);
    let mut told = match act {
        Amendment::SourcePut { .. } => {
            let mut told = whole.clone();
            let members = told.get_mut("source").and_then(Value::as_object_mut);
            for (name, value) in members.into_iter().flatten() {
                shown::part(name, value, &mut pen);
            }
            told
        }
        Amendment::ServerPut { .. } => {
            let mut told = pen.value(&whole);
            let scope = whole.pointer("/server/scope");
            if let (Some(scope), Some(shown)) = (scope, told.pointer_mut("/server/scope")) {
                // `all` is no name.
                shown.clone_from(scope);
                of_scope(shown, &mut pen);
            }
            told
        }
        _ => pen.value(&whole),
    };
    let thing = match act.thing() {
        (Noun::Channel, id) => Some(pen.channel(id)),
        (Noun::Device, id) => Some(pen.device(id)),
        (Noun::Node, id) => Some(pen.node(id)),
        _ => None,
    };
    if let (Some(members), Some(id)) = (told.as_object_mut(), thing) {
        members.insert("id".to_owned(), id.into());
    }
    let mut is_all = told == whole;
    let parts = weighed
        .map(|weighed| difference(weighed.old.as_ref(), &weighed.after, &weighed.widens))
        .unwrap_or_default();
    let mut changes: Vec<Changed> = parts
        .into_iter()
        .map(|part| changed(part, act.thing().0, &mut pen, &mut is_all))
        .collect();
    if let Amendment::DirectoryImport { wider, .. } = act {
        changes.extend(super::told_file::changes(wider, &mut pen, &mut is_all));
    }
    if weighed.is_some() {
        changes.extend(elsewhere(act));
    }
    Told {
        act: told,
        changes,
        is_all,
    }
}

/// What changes outside of the directory's record of the thing.
fn elsewhere(act: &Amendment) -> Vec<Changed> {
    let part = |name: &str, was: Option<Value>, becomes: Value| Changed {
        part: name.to_owned(),
        was,
        becomes: Some(becomes),
        widens: true,
    };
    match act {
        Amendment::PersonLink { link, .. } => {
            let text = format!("{} as {}", link.source, link.subject);
            vec![part("sign_in_by", None, text.into())]
        }
        Amendment::ClientSecret { .. } => vec![part("secret", None, "a new one".into())],
        Amendment::PersonRecover { lost, .. } => vec![
            part("ways_to_sign_in", None, "a new one".into()),
            Changed {
                part: "ways_withdrawn".to_owned(),
                was: None,
                becomes: Some(withdrawn(lost.as_deref())),
                widens: false,
            },
        ],
        Amendment::SourceMetadata { was, becomes, .. } => vec![
            part("keys", Some(json!(was.keys)), json!(becomes.keys)),
            part("addresses", Some(json!(was.addresses)), json!(becomes.addresses)),
        ],
        Amendment::SourceRelease { seal, .. } => {
            let report: String = seal.chars().take(12).collect();
            vec![part(
                "people_who_vanish",
                None,
                format!("those of report {report}").into(),
            )]
        }
        _ => Vec::new(),
    }
}

/// What a recovery withdraws, in words.
fn withdrawn(lost: Option<&[LostAuthenticator]>) -> Value {
    let Some(lost) = lost else {
        return "all of hers".into();
    };
    let words = lost.iter().map(|one| match &one.called {
        Some(called) => format!("{} {called}", one.kind),
        None => one.kind.clone(),
    });
    json!(words.collect::<Vec<_>>())
}

fn changed(part: Part, noun: Noun, pen: &mut Pen<'_>, is_all: &mut bool) -> Changed {
    let Part {
        name,
        was,
        becomes,
        widens,
    } = part;
    let mut cut = |mut value: Value| match noun {
        Noun::Source => {
            veil(&mut value);
            let mut told = value.clone();
            shown::part(&name, &mut told, pen);
            *is_all &= told == value;
            told
        }
        Noun::Server if name == "scope" => {
            let mut told = value.clone();
            of_scope(&mut told, pen);
            *is_all &= told == value;
            told
        }
        _ => cut(&name, value, pen, is_all),
    };
    let (was, becomes) = (was.map(&mut cut), becomes.map(&mut cut));
    Changed {
        part: name,
        was,
        becomes,
        widens,
    }
}

/// A part of a thing without what is above the reader. The name tells the pen what kind of thing the words
/// within are.
pub(super) fn cut(name: &str, value: Value, pen: &mut Pen<'_>, is_all: &mut bool) -> Value {
    let mut shown = pen.value(&json!({ name: value }));
    let shown = shown.get_mut(name).map(Value::take).unwrap_or_default();
    *is_all &= shown == value;
    shown
}

/// The channels that a connected server may ask about, by their names.
fn of_scope(scope: &mut Value, pen: &mut Pen<'_>) {
    let channels = scope.pointer_mut("/channels/list").and_then(Value::as_array_mut);
    for channel in channels.into_iter().flatten() {
        if let Some(id) = channel.as_str() {
            *channel = pen.channel(id).into();
        }
    }
}
