// SPDX-License-Identifier: Apache-2.0
//! Channels as administrators and owners change them.

use axum::extract::State;
use axum::response::Response;
use countersign_directory::amend::Amendment;
use countersign_directory::{ChannelId, NodeId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// Changes attributes of a channel. One person may close it, unlist it, take fewer missions, recipients, outsiders or industry.
#[utoipa::path(patch, path = "/api/v1/channels/{id}", operation_id = "change_channel",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "What changes: `name`, `agency`, `missions`, `recipients`, `owners`, `externals_allowed`, `industry_allowed`, `listed`, `state`, `label_mode`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn patch(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ChannelId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::ChannelPatch {
        id,
        patch: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// With whom a channel is to be shared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Federation {
    /// The node.
    #[schema(value_type = String)]
    node: NodeId,
}

/// Files, for a second person, that a channel may be shared with a node. It is carried out by the chat server, which asks
/// `channel.federate` with the proposal's id in `context.approval`.
#[utoipa::path(post, path = "/api/v1/channels/{id}/federate", operation_id = "federate_channel",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)), request_body = Federation,
    responses((status = 202, body = Waiting), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn federate(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ChannelId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let Federation { node } = body.read()?;
    amend(&app, &session, Amendment::ChannelFederate { id, node }, why).await
}

/// Gives a channel another label and ends its drift. One person may raise it.
#[utoipa::path(post, path = "/api/v1/channels/{id}/reclassify", operation_id = "reclassify_channel",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "The label, as world files write it"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn reclassify(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ChannelId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::ChannelReclassify {
        id,
        label: body.read()?,
    };
    amend(&app, &session, act, why).await
}
