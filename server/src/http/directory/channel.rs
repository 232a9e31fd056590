// SPDX-License-Identifier: Apache-2.0
//! `PUT /api/v1/channels/{id}`: a chat server reports a channel with its label. What it reports may
//! only raise; a lower, wider or missing label keeps the old one and stops posting.

use axum::Json;
use axum::extract::State;
use countersign_directory::operation::channel::{ChannelError, Registration, register};
use countersign_directory::{ChannelId, ChannelState, LabelMode, MissionId, Permit, PersonId, Set};
use countersign_labels::RawLabel;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::asking::server_question::Translation;
use crate::http::caller::Server;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::record;

/// What is reported of a channel. What is absent was not spoken of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelReport {
    /// Its label.
    #[schema(value_type = Option<HashMap<String, Value>>)]
    label: Option<RawLabel>,
    /// What people call it.
    name: Option<String>,
    /// Its missions.
    #[schema(value_type = Option<Vec<String>>)]
    missions: Option<Set<MissionId>>,
    /// Its closed list of readers, by the server's names.
    recipients: Option<Vec<String>>,
    /// Takes outsiders and guests.
    externals_allowed: Option<bool>,
    /// Takes industry.
    industry_allowed: Option<bool>,
    /// `open` or `closed`.
    #[schema(value_type = Option<String>)]
    state: Option<ChannelState>,
    /// `fixed`, `floating`, `portion`.
    #[schema(value_type = Option<String>)]
    label_mode: Option<LabelMode>,
    /// Its existence is no secret.
    listed: Option<bool>,
    /// Who owns it, by the server's names.
    owners: Option<Vec<String>>,
}

/// A channel as it stands after the report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelReported {
    /// The server's name of it.
    pub id: String,
    /// The label that holds.
    #[schema(value_type = HashMap<String, Value>)]
    pub label: RawLabel,
    /// The world's revision.
    pub revision: String,
    /// The reported label was not taken: posting has stopped until a reclassification.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drift: bool,
}

/// Registers a channel or takes a later report of it.
#[utoipa::path(put, path = "/api/v1/channels/{id}", operation_id = "register_channel",
    params(("id" = String, Path)), request_body = ChannelReport,
    responses((status = 200, body = ChannelReported), (status = 201, body = ChannelReported),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    Server(server): Server,
    Path(theirs): Path<String>,
    body: StrictJson,
) -> Result<(StatusCode, Json<ChannelReported>), Problem> {
    let report: ChannelReport = body.read()?;
    let snapshot = app.snapshot();
    let names = Translation::new(&server, &snapshot);
    let id = ours(&server, &names, &theirs)?;
    let registration = report.registration(&names)?;
    let now = app.now();
    let permit = Permit::server(server.id.clone());
    let mut transaction = app.database.begin_write().await?;
    let registered = register(&id, &registration, &permit, now, &mut transaction).await?;
    record::append(permit.by(), &registered.outcome.events, now, &mut transaction).await?;
    app.commit(transaction).await?;
    let status = if registered.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let reported = ChannelReported {
        id: theirs,
        label: registered.channel.label,
        revision: app.revision_for(&server, &app.snapshot()),
        drift: registered.channel.label_drift,
    };
    Ok((status, Json(reported)))
}

/// Our id of a channel that may be new.
fn ours(
    server: &countersign_directory::ConnectedServer,
    names: &Translation<'_>,
    theirs: &str,
) -> Result<ChannelId, Problem> {
    server
        .channel_id
        .channel(theirs, names.table())
        .ok_or_else(|| Problem::bad_request("the id does not fit this server's `channel_id` rule"))
}

impl ChannelReport {
    /// In our terms.
    pub(crate) fn registration(self, names: &Translation<'_>) -> Result<Registration, Problem> {
        Ok(Registration {
            label: self.label,
            name: self.name,
            missions: self.missions,
            recipients: people(self.recipients, names)?,
            externals_allowed: self.externals_allowed,
            industry_allowed: self.industry_allowed,
            state: self.state,
            label_mode: self.label_mode,
            listed: self.listed,
            owners: people(self.owners, names)?,
        })
    }
}

fn people(theirs: Option<Vec<String>>, names: &Translation<'_>) -> Result<Option<Set<PersonId>>, Problem> {
    let Some(theirs) = theirs else { return Ok(None) };
    let ours = theirs.iter().map(|name| {
        let id = names.person(name).and_then(|id| id.parse().ok());
        id.ok_or_else(|| Problem::bad_request(format!("`{name}` is nobody here")))
    });
    ours.collect::<Result<Set<PersonId>, Problem>>().map(Some)
}

impl From<ChannelError> for Problem {
    fn from(error: ChannelError) -> Self {
        let message = error.to_string();
        match error {
            ChannelError::Store(cause) => cause.into(),
            ChannelError::Unknown => Self::not_found(),
            ChannelError::Permit(_) | ChannelError::NotTheirs | ChannelError::ApprovalMissing => {
                Self::new(StatusCode::FORBIDDEN, message)
            }
            ChannelError::Gone(_) => Self::new(StatusCode::GONE, message),
            _ => Self::bad_request(message),
        }
    }
}
