// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/devices/{id}/posture`, `POST /api/v1/posture-reports`: a management system says how it found
//! devices. It is a client with that right in its record, and it can raise nothing: good news is as old as the
//! look, bad news holds at once.

use authn::oidc::access_token::AccessToken;
use authn::store::clients;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::operation::device::{DeviceError, Report, take_report};
use countersign_directory::{Accreditation, Actor, DeviceId, Event};
use countersign_labels::Rank;
use http::request::Parts;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;

use crate::app::{App, House};
use crate::http::caller::certificate;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::record;

/// The most reports of one request.
const MOST: usize = 1_000;

/// A management system, by the access token of its client.
#[derive(Debug)]
pub struct Reporter {
    client: String,
    /// Whether its token is worth something only beside its certificate.
    bound: bool,
}

/// How a device was found.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// When it was looked at: not in the future, within seven days, newer than the last report.
    pub reported_at: DateTime<Utc>,
    /// Whether it is as it should be. One that is not counts as never reported, at once.
    pub compliant: bool,
}

/// How one device of many was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundOf {
    /// The device.
    pub device: String,
    /// When it was looked at.
    pub reported_at: DateTime<Utc>,
    /// Whether it is as it should be.
    pub compliant: bool,
}

/// Many reports.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    /// At most 1000.
    pub reports: Vec<FoundOf>,
}

/// What became of one report of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportOutcome {
    /// The device.
    pub device: String,
    /// Whether it was taken.
    pub taken: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What became of each, in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportOutcomes {
    /// One for each report.
    pub outcomes: Vec<ReportOutcome>,
}

/// Takes a report about one device.
#[utoipa::path(post, path = "/api/v1/devices/{id}/posture", operation_id = "report_posture",
    params(("id" = String, Path)), request_body = Found,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Path(id): Path<DeviceId>,
    reporter: Reporter,
    body: StrictJson,
) -> Result<StatusCode, Problem> {
    let Found {
        reported_at,
        compliant,
    } = body.read()?;
    let report = Report {
        reported_at,
        compliant,
    };
    let now = app.now();
    let mut db = app.database.begin_write().await?;
    let events = take(&app, &reporter, &id, report, now, &mut db).await?;
    record::append(&reporter.actor(), &events, now, &mut db).await?;
    app.commit(db).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes reports about many devices. What is wrong with one does not hold up the others.
#[utoipa::path(post, path = "/api/v1/posture-reports", operation_id = "report_postures", request_body = Reports,
    responses((status = 200, body = ReportOutcomes), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn post_many(
    State(app): State<App>,
    reporter: Reporter,
    body: StrictJson,
) -> Result<Json<ReportOutcomes>, Problem> {
    let Reports { reports } = body.read()?;
    if reports.len() > MOST {
        return Err(Problem::bad_request("at most 1000 reports at once"));
    }
    let now = app.now();
    let mut events = Vec::new();
    let mut outcomes = Vec::with_capacity(reports.len());
    let mut db = app.database.begin_write().await?;
    for found in reports {
        let report = Report {
            reported_at: found.reported_at,
            compliant: found.compliant,
        };
        let taken = match found.device.parse::<DeviceId>() {
            Ok(id) => take(&app, &reporter, &id, report, now, &mut db).await,
            Err(_) => Err(Problem::not_found()),
        };
        let problem = match taken {
            Ok(happened) => {
                events.extend(happened);
                None
            }
            // The store itself: nothing of this request holds.
            Err(problem) if problem.status >= 500 => return Err(problem),
            Err(problem) => Some(problem.detail.unwrap_or(problem.title)),
        };
        outcomes.push(ReportOutcome {
            device: found.device,
            taken: problem.is_none(),
            problem,
        });
    }
    record::append(&reporter.actor(), &events, now, &mut db).await?;
    app.commit(db).await?;
    Ok(Json(ReportOutcomes { outcomes }))
}

async fn take(
    house: &House,
    reporter: &Reporter,
    id: &DeviceId,
    report: Report,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Event>, Problem> {
    let snapshot = house.snapshot();
    let accreditation = snapshot
        .device(id.as_str())
        .and_then(|device| device.accreditation.as_ref());
    // Bad news is taken from whoever may bring news at all.
    if report.compliant && !reporter.bound && house.config.machines.must_be_bound(rank(house, accreditation))
    {
        return Err(Problem::forbidden(
            "TOKEN_NOT_BOUND",
            "reports about a device of this accreditation need an access token that is bound to a certificate",
        ));
    }
    match take_report(id, report, &reporter.actor(), now, db).await {
        Ok(outcome) => Ok(outcome.events),
        Err(DeviceError::Unknown(_)) => Err(Problem::not_found()),
        Err(DeviceError::Store(cause)) => Err(cause.into()),
        Err(refused) => Err(Problem::new(StatusCode::CONFLICT, refused.to_string())),
    }
}

/// One that is not understood counts as the highest.
fn rank(house: &House, accreditation: Option<&Accreditation>) -> Rank {
    accreditation.map_or(0, |held| {
        let scheme = house.schemes.scheme(&held.scheme);
        let level = scheme.and_then(|scheme| scheme.level(&held.level));
        level.map_or(Rank::MAX, |level| level.rank)
    })
}

impl Reporter {
    fn actor(&self) -> Actor {
        Actor::Client(self.client.clone())
    }
}

impl FromRequestParts<App> for Reporter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|sent| sent.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|sent| AccessToken::open(sent, &app.sealer, app.now()))
            .filter(|token| token.person.is_none())
            .filter(|token| {
                let held = certificate(&parts.extensions);
                token.fits(held.map(|one| one.thumbprint.as_str()))
            })
            .ok_or_else(Problem::unauthorized)?;
        let client = {
            let mut db = app.database.pool.acquire().await?;
            clients::by_id(&token.client, &mut db).await?
        };
        // Also a client that was taken off the list while its token lasts has no right any more.
        if !client.is_some_and(|client| client.record.reports_posture) {
            return Err(Problem::forbidden(
                "POSTURE_RIGHT",
                "this client may not report postures: its record has no `reports_posture`",
            ));
        }
        Ok(Self {
            client: token.client,
            bound: token.cnf.is_some(),
        })
    }
}
