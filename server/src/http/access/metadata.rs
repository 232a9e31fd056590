// SPDX-License-Identifier: Apache-2.0
//! `GET /.well-known/authzen-configuration`: what this decision point offers, and where (AuthZEN 1.0,
//! section 9). A member that would be empty is left out.

use authn::oidc::jws;
use authn::oidc::keys::Algorithm;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use http::header;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::{App, House};

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

/// The duties that may come with a permit for a chat server (AuthZEN's profile of obligations).
const OBLIGATIONS: [&str; 7] = [
    "bind_label",
    "breakglass_review",
    "display_marking",
    "log_disclosure",
    "reevaluate_members",
    "retain",
    "watermark",
];

/// The document.
#[derive(Debug, Serialize)]
struct Document {
    policy_decision_point: String,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    search_subject_endpoint: String,
    search_resource_endpoint: String,
    search_action_endpoint: String,
    capabilities: [&'static str; CAPABILITIES.len()],
    supported_obligations: [&'static str; OBLIGATIONS.len()],
    /// All of it once more, signed by a key of `/oauth2/jwks`; it wins over what stands beside it (section
    /// 9.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_metadata: Option<String>,
}

/// Tells anybody.
pub async fn get(State(app): State<App>) -> Response {
    let issuer = &app.config.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let mut metadata = Document {
        policy_decision_point: issuer.clone(),
        access_evaluation_endpoint: at("/access/v1/evaluation"),
        access_evaluations_endpoint: at("/access/v1/evaluations"),
        search_subject_endpoint: at("/access/v1/search/subject"),
        search_resource_endpoint: at("/access/v1/search/resource"),
        search_action_endpoint: at("/access/v1/search/action"),
        capabilities: CAPABILITIES,
        supported_obligations: OBLIGATIONS,
        signed_metadata: None,
    };
    metadata.signed_metadata = signed(&metadata, &app);
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, Json(metadata)).into_response()
}

/// The document as the claims of a token, with who says so. Unsigned it is as true: a fault is logged.
fn signed(metadata: &Document, house: &House) -> Option<String> {
    let now = house.now();
    let mut claims = json!(metadata);
    if let Value::Object(members) = &mut claims {
        members.insert("iss".to_owned(), json!(house.config.issuer));
        members.insert("iat".to_owned(), json!(now.timestamp()));
    }
    let signed = jws::sign(&house.keys.load(), Algorithm::Es256, "JWT", &claims, now);
    signed
        .inspect_err(|fault| tracing::error!(error = %fault, "the metadata could not be signed"))
        .ok()
}
