// SPDX-License-Identifier: Apache-2.0
//! `/api/v1` for granting and revoking. Each route is one act. What only narrows is answered 200 and
//! holds at once; what may let somebody do more is answered 202 and waits for a second person.

pub mod break_glass;
pub mod channels;
pub mod clearances;
pub mod fault;
pub mod imports;
pub mod links;
pub mod people;
pub mod proposals;
pub mod servers;
pub mod things;
pub mod told;
pub mod weigh;

mod told_file;

use authn::session::Session;
use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use countersign_directory::amend::Amendment;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::asking::amend::Amended;
use crate::http::problem::Problem;

/// Why it is done: shown to the second person, and put on record.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Why {
    /// At most 1000 bytes.
    reason: Option<String>,
}

/// It is done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Applied {
    /// The world's revision.
    pub revision: String,
}

/// It waits for a second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// The proposal, at `/api/v1/proposals/{id}`.
    pub proposal: String,
}

pub(crate) async fn amend(
    app: &App,
    session: &Session,
    act: Amendment,
    why: Why,
) -> Result<Response, Problem> {
    let reason = why.reason.unwrap_or_default();
    match app.amend(session, &act, &reason).await? {
        Amended::Done => Ok(Json(applied(app)).into_response()),
        Amended::Waits(id) => {
            let place = format!("/api/v1/proposals/{id}");
            let waiting = Waiting {
                proposal: id.to_string(),
            };
            Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(waiting)).into_response())
        }
    }
}

fn applied(app: &App) -> Applied {
    Applied {
        revision: app.told_revision(app.snapshot().revision()),
    }
}
