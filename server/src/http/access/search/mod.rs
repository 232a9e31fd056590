// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/search/…`: the three searches (AuthZEN 1.0, section 8), page by page. All pages of
//! one search are about one world; a page token is good for the server and the search it was given for.

use std::sync::Arc;

use axum::Json;
use countersign_audit::canonical;
use countersign_authn::secret::sha256;
use countersign_authz::Snapshot;
use countersign_directory::{Answers, ConnectedServer};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::wire::{Found, PageAnswer, PageRequest, SearchAnswer, SearchContext};
use super::asked::Asked;
use super::{AccessError, revision};
use crate::app::App;
use crate::asking::search::token::Continued;
use crate::asking::search::{Open, Search, Searching};
use crate::http::problem::Problem;
use crate::http::strict_json::{BodyFault, StrictJson};
use crate::record::searched::Unrecorded;

pub mod action;
pub mod resource;
pub mod subject;
pub mod wire;

/// Answers one page of a search that is written as `T`.
async fn page<T>(app: &App, asked: Asked, open: Open) -> Result<Json<SearchAnswer>, AccessError>
where
    T: DeserializeOwned + Into<Search>,
{
    let Asked { caller, body } = asked;
    let server = &caller.server;
    if !server.may_search {
        let detail = "the record of this server does not let it search: set `may_search` there";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail).into());
    }
    let Value::Object(mut members) = body.0 else {
        return Err(BodyFault::bad("the body must be an object").into());
    };
    let wanted = PageRequest::read(members.remove("page"))?;
    let asked = Value::Object(members);
    let request = hash(open, &asked)?;
    let search: Search = StrictJson(asked).read::<T>()?.into();
    if !search.context.get("session").is_none_or(Value::is_string) {
        return Err(BodyFault::bad("`context.session` must be a string").into());
    }
    let _held = caller.search(app)?;
    let (snapshot, after) = begun(app, server, &search, &wanted, request).await?;
    let searching = Searching {
        search: &search,
        server,
        snapshot: &snapshot,
    };
    let page = app.search(searching, &after, wanted.limit).await;
    app.record_search(searching, &page)
        .await
        .map_err(|fault| unrecorded(&fault))?;
    let next_token = match page.next {
        None => String::new(),
        Some(after) => {
            app.searches.keep(&server.id, &snapshot, app.now());
            let revision = snapshot.revision();
            let place = Continued {
                revision,
                request,
                after,
            };
            app.told_page(&server.id, &place)
        }
    };
    let told = wanted.asked || !next_token.is_empty() || server.answers == Answers::Full;
    Ok(Json(SearchAnswer {
        page: told.then_some(PageAnswer {
            next_token,
            count: page.found.len(),
        }),
        context: (server.answers == Answers::Full).then(|| SearchContext {
            standing: search.is_standing(),
            revision: app.revision_for(server, &snapshot),
            policy_revision: app.engine.policy_revision().to_owned(),
        }),
        results: page.found.into_iter().map(|id| search.found(id)).collect(),
    }))
}

/// Where the search begins or goes on.
async fn begun(
    app: &App,
    server: &Arc<ConnectedServer>,
    search: &Search,
    wanted: &PageRequest,
    request: [u8; 32],
) -> Result<(Arc<Snapshot>, String), AccessError> {
    let at_least = revision::wanted(&search.context, app)?;
    let Some(token) = &wanted.token else {
        let snapshot = revision::reaching(at_least, app).await?;
        revision::reached(at_least, &snapshot)?;
        return Ok((snapshot, String::new()));
    };
    let place = app.read_page(&server.id, token);
    let Some(place) = place.filter(|place| place.request == request) else {
        let fault = "`page.token` was not given for this search: send it with the request it answered";
        return Err(BodyFault::bad(fault).into());
    };
    let newest = app.snapshot();
    let then = if newest.revision() == place.revision {
        Some(newest)
    } else {
        app.searches.find(&server.id, place.revision, app.now())
    };
    // What the server may do and know of has not changed since.
    then.filter(|then| then.server(server.id.as_str()) == Some(server))
        .map(|then| (then, place.after))
        .ok_or_else(gone)
}

/// What cannot be recorded is not told.
fn unrecorded(fault: &Unrecorded) -> AccessError {
    tracing::error!(error = %fault, "a search could not be recorded");
    let detail = "the record cannot be written; try again shortly";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail);
    Problem {
        retry_after: Some(1),
        ..problem
    }
    .into()
}

fn gone() -> AccessError {
    Problem::new(
        StatusCode::GONE,
        "the world in which this search began is forgotten: search again",
    )
    .into()
}

/// All that is asked but where to go on.
fn hash(open: Open, asked: &Value) -> Result<[u8; 32], AccessError> {
    let mut bytes = vec![open as u8];
    canonical::write(asked, &mut bytes);
    let hash = sha256(&bytes).try_into();
    hash.map_err(|_| BodyFault::bad("the body has no hash").into())
}

impl Search {
    /// One of those that were found, as it is written.
    fn found(&self, id: String) -> Found {
        match self.open {
            Open::Action => Found::Action { name: id },
            Open::Resource => Found::entity(&self.resource.kind, id),
            Open::Subject => Found::entity(&self.subject.kind, id),
        }
    }
}
