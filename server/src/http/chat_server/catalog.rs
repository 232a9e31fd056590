// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/catalog?user=`: the labels to offer somebody who writes, with the words and colours to
//! show. Only to a server that may send labels: to it, asking about each would tell the same.

use axum::Json;
use axum::extract::State;
use countersign_authz::Facts;
use countersign_directory::{Assertable, PersonId};
use countersign_labels::RawLabel;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::asking::server_question::Translation;
use crate::http::caller::Server;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Whose {
    /// The person, by the server's name.
    user: String,
}

/// The labels that somebody can use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Catalog {
    /// Lowest first within each scheme.
    pub labels: Vec<CatalogLabel>,
    /// Always: the person alone is asked about, without session and device.
    pub standing: bool,
    /// The world that was asked; opaque.
    pub revision: String,
}

/// A label as it is offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogLabel {
    /// What to send in `context.label`.
    #[schema(value_type = HashMap<String, Value>)]
    pub label: RawLabel,
    /// The words that are shown.
    pub marking: String,
    /// The portion mark.
    pub short: String,
    /// The colour behind the words, `#rrggbb`.
    pub background: String,
    /// The colour of the words.
    pub foreground: String,
    /// What counts where nothing is written.
    pub default: bool,
}

/// Lists the labels that a person can use on this server.
#[utoipa::path(get, path = "/api/v1/catalog", operation_id = "catalog", params(Whose),
    responses((status = 200, body = Catalog), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    Server(server): Server,
    Query(asked): Query<Whose>,
) -> Result<Json<Catalog>, Problem> {
    if !server.may_assert.contains(&Assertable::Label) {
        let detail = "the record of this server does not let it send labels: add `label` to `may_assert`";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let snapshot = app.snapshot();
    let named = Translation::new(&server, &snapshot).person(&asked.user);
    let person: Option<PersonId> = named.and_then(|id| id.parse().ok());
    let person = person.filter(|person| snapshot.person(person.as_str()).is_some());
    let person = person.ok_or_else(Problem::not_found)?;
    let facts = Facts {
        server_node: server.node.clone(),
        supported_obligations: Some(server.supported_obligations.iter().cloned().collect()),
        ..Facts::standing()
    };
    let usable = app.engine.usable_labels(&snapshot, &person, &facts, app.now());
    let unmarked = snapshot.unmarked(app.schemes);
    let offered = usable.into_iter().filter_map(|label| {
        let level = app.schemes.scheme(&label.scheme)?.level(&label.level)?;
        Some(CatalogLabel {
            marking: level.marking.clone(),
            short: level.short.clone(),
            background: level.background.clone(),
            foreground: level.foreground.clone(),
            default: unmarked.as_ref() == Some(&label),
            label,
        })
    });
    Ok(Json(Catalog {
        labels: offered.collect(),
        standing: true,
        revision: app.revision_for(&server, &snapshot),
    }))
}
