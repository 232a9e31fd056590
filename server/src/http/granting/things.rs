// SPDX-License-Identifier: Apache-2.0
//! Agencies, missions, devices, nodes, agreements and settings.

use axum::extract::State;
use axum::response::Response;
use countersign_directory::amend::Amendment;
use countersign_directory::{AgencyId, AgreementId, DeviceId, MissionId, NodeId};

use super::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// An agency, new or in place of the one with its id. Two people.
#[utoipa::path(put, path = "/api/v1/agencies/{id}", operation_id = "put_agency",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`country`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_agency(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<AgencyId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::AgencyPut {
        id,
        agency: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// A mission, new or in place of the one with its id. Two people.
#[utoipa::path(put, path = "/api/v1/missions/{id}", operation_id = "put_mission",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`state`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_mission(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<MissionId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::MissionPut {
        id,
        mission: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// What a device may be trusted with. A lower accreditation, or no management, holds at once.
#[utoipa::path(put, path = "/api/v1/devices/{id}", operation_id = "put_device",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`managed`, `accreditation`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_device(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<DeviceId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::DevicePut {
        id,
        device: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// What a node may be trusted with. A lower accreditation, no agreement and fewer communities hold at once.
#[utoipa::path(put, path = "/api/v1/nodes/{id}", operation_id = "put_node",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`accreditation`, `agreement`, `communities`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_node(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<NodeId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::NodePut {
        id,
        node: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// An agreement between schemes. A shorter one that covers and carries less holds at once.
#[utoipa::path(put, path = "/api/v1/agreements/{id}", operation_id = "put_agreement",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`from`, `to`, `valid_from`, `valid_until`, `covers`, `carries`, `levels`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_agreement(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<AgreementId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::AgreementPut {
        id,
        agreement: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// An agreement ends, for good. One person.
#[utoipa::path(delete, path = "/api/v1/agreements/{id}", operation_id = "end_agreement",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn end_agreement(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<AgreementId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    let act = Amendment::AgreementEnd { id };
    amend(&app, &session, act, why).await
}

/// The settings. More blocked locations, stricter administration and a lower accreditation hold at once.
#[utoipa::path(put, path = "/api/v1/settings", operation_id = "put_settings",
    params(Why, ("X-CSRF-Token" = String, Header)),
    request_body(content = HashMap<String, Value>, description = "`blocked_locations`, `administration`, `accreditation`, `default_scheme`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put_settings(
    State(app): State<App>,
    Person(session): Person,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::SettingsPut {
        settings: body.read()?,
    };
    amend(&app, &session, act, why).await
}
