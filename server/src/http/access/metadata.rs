// SPDX-License-Identifier: Apache-2.0
//! `GET /.well-known/authzen-configuration`: what this decision point offers, and where (AuthZEN 1.0,
//! section 9). A member that would be empty is left out.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;

use crate::app::App;

/// What goes beyond the standard, by names of ours. Callers may rely on each.
const CAPABILITIES: [&str; 4] = [
    // A request may name a revision in `context.at_least_revision`, and answers name theirs.
    "urn:countersign:authzen:at-least-revision",
    // `options.evaluations_semantic`, all three.
    "urn:countersign:authzen:evaluations-semantic",
    // Duties come with a permit, and a caller may say in `context.supported_obligations` which it can do.
    "urn:countersign:authzen:obligations",
    // All pages of a search are about one world.
    "urn:countersign:authzen:search-at-one-revision",
];

/// The document.
#[derive(Debug, Serialize)]
struct Metadata {
    policy_decision_point: String,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    search_subject_endpoint: String,
    search_resource_endpoint: String,
    search_action_endpoint: String,
    capabilities: [&'static str; CAPABILITIES.len()],
}

/// Tells anybody.
pub async fn get(State(app): State<App>) -> Response {
    let issuer = &app.config.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let metadata = Metadata {
        policy_decision_point: issuer.clone(),
        access_evaluation_endpoint: at("/access/v1/evaluation"),
        access_evaluations_endpoint: at("/access/v1/evaluations"),
        search_subject_endpoint: at("/access/v1/search/subject"),
        search_resource_endpoint: at("/access/v1/search/resource"),
        search_action_endpoint: at("/access/v1/search/action"),
        capabilities: CAPABILITIES,
    };
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, Json(metadata)).into_response()
}
