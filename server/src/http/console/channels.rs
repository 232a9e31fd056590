// SPDX-License-Identifier: Apache-2.0
//! Channels as administrators see them: the label, who is there, and who may be.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authz::Snapshot;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_directory::{self as directory, ChannelId};
use countersign_labels::RawLabel;

use super::shapes::{Channel, ChannelMember, ChannelPage, ChannelSummary, word, words};
use super::{Page, cut};
use crate::app::{App, House};
use crate::asking::server_question::Translation;
use crate::http::caller::{self, Caller};
use crate::http::directory::channel::ChannelReported;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Lists channels.
#[utoipa::path(get, path = "/api/v1/channels", operation_id = "channels", params(Page),
    responses((status = 200, body = ChannelPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    caller::Person(session): caller::Person,
    Query(page): Query<Page>,
) -> Result<Json<ChannelPage>, Problem> {
    app.act(&session, "console.read", "console", "channels").await?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(horizon, &mut names);
    // Neither a search nor a cursor tells of a channel that is above the reader.
    let rows = snapshot
        .channels()
        .filter(|(id, channel)| page.takes(id.as_str(), channel.name.as_deref()))
        .filter(|(id, _)| horizon.channel(id.as_str()))
        .take(page.limit() + 1)
        .map(|(id, channel)| summary(&app, &snapshot, id, channel, &mut pen))
        .collect();
    let (items, next_cursor) = cut(rows, page.limit(), |row: &ChannelSummary| &row.id);
    Ok(Json(ChannelPage { items, next_cursor }))
}

/// Shows one channel: to an administrator in full, to a connected server what it reported.
#[utoipa::path(get, path = "/api/v1/channels/{id}", operation_id = "channel", params(("id" = String, Path)),
    responses((status = 200, body = Channel), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshot();
    match caller {
        Caller::Server(caller::Server(server)) => {
            let ours = Translation::new(&server, &snapshot).channel(&id);
            let channel = ours.as_deref().and_then(|ours| snapshot.channel(ours));
            let channel = channel.ok_or_else(Problem::not_found)?;
            let reported = ChannelReported {
                id,
                label: channel.label.clone(),
                revision: app.revision_for(&server, &snapshot),
                drift: channel.label_drift,
            };
            Ok(Json(reported).into_response())
        }
        Caller::Person(session) => {
            app.act(&session, "console.read", "console", "channels").await?;
            let id: ChannelId = id.parse().map_err(|_| Problem::not_found())?;
            let channel = snapshot.channel(id.as_str()).ok_or_else(Problem::not_found)?;
            let horizon = app.horizon(&session, &snapshot);
            if !horizon.channel(id.as_str()) {
                return Err(Problem::not_found());
            }
            let mut names = Pseudonyms::default();
            let mut pen = Pen::new(horizon, &mut names);
            Ok(Json(in_full(&app, &snapshot, &id, channel, &mut pen)).into_response())
        }
    }
}

fn summary(
    house: &House,
    snapshot: &Snapshot,
    id: &ChannelId,
    channel: &directory::Channel<()>,
    pen: &mut Pen<'_>,
) -> ChannelSummary {
    let label = pen.label(&channel.label);
    ChannelSummary {
        id: id.to_string(),
        name: channel.name.clone(),
        label: (&label).into(),
        marking: marking(house, &label),
        state: word(channel.state),
        label_mode: word(channel.label_mode),
        listed: channel.listed,
        member_count: snapshot.members(id.as_str()).len(),
        server: channel.server.as_ref().map(ToString::to_string),
    }
}

fn in_full(
    house: &House,
    snapshot: &Snapshot,
    id: &ChannelId,
    channel: &directory::Channel<()>,
    pen: &mut Pen<'_>,
) -> Channel {
    let label = pen.label(&channel.label);
    let mut named = channel.missions.iter();
    let missions = named.all(|mission| pen.horizon().mission(mission.as_str()));
    let members = snapshot.members(id.as_str()).iter().map(|person| {
        let reason = house.may_not_stay(snapshot, person, id);
        let known = snapshot.person(person.as_str());
        ChannelMember {
            id: person.to_string(),
            display_name: known.and_then(|known| known.display_name.clone()),
            member_allowed: reason.is_none(),
            reason: reason.map(|reason| reason.code().to_owned()),
            reason_text: reason.map(|reason| reason.admin_text().to_owned()),
        }
    });
    Channel {
        id: id.to_string(),
        name: channel.name.clone(),
        label: (&label).into(),
        marking: marking(house, &label),
        state: word(channel.state),
        label_mode: word(channel.label_mode),
        listed: channel.listed,
        externals_allowed: channel.externals_allowed,
        industry_allowed: channel.industry_allowed,
        missions: channel
            .missions
            .iter()
            .map(|mission| pen.mission(mission.as_str()))
            .collect(),
        agency: channel.agency.as_ref().map(ToString::to_string),
        owners: channel.owners.as_ref().map(|owners| words(owners.iter())),
        recipients: channel.recipients.as_ref().map(|named| words(named.iter())),
        server: channel.server.as_ref().map(ToString::to_string),
        label_drift: channel.label_drift,
        withheld: if missions {
            Vec::new()
        } else {
            vec!["missions".to_owned()]
        },
        members: members.collect(),
    }
}

/// The label in marking words; nothing when it cannot be understood.
fn marking(house: &House, raw: &RawLabel) -> Option<String> {
    let label = house.schemes.label(raw).ok()?;
    let level = house.schemes.scheme(label.scheme())?.level(label.level())?;
    let mut text = level.marking.clone();
    for compartment in label.compartments() {
        text.push(' ');
        text.push_str(compartment);
    }
    Some(text)
}
