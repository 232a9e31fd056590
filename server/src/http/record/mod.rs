// SPDX-License-Identifier: Apache-2.0
//! The record, for those who watch over it: checkpoints, proofs and witnesses' signatures. An auditor
//! reads them at her browser, a witness with its token; leaves are the auditor's alone.

pub mod checkpoints;
pub mod cosignatures;
pub mod leaves;
pub mod proofs;

use aws_lc_rs::digest;
use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;
use subtle::ConstantTimeEq as _;

use crate::app::{App, House};
use crate::http::caller::Person;
use crate::http::problem::Problem;

/// Somebody who may read checkpoints and proofs, and hand in signatures.
#[derive(Debug)]
pub struct Watcher;

impl FromRequestParts<App> for Watcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(sent) = parts.headers.get(header::AUTHORIZATION) {
            let token = sent.to_str().ok().and_then(|sent| sent.strip_prefix("Bearer "));
            let known = token.is_some_and(|token| is_witness(app, token));
            return known.then_some(Self).ok_or_else(Problem::unauthorized);
        }
        let Person(session) = Person::from_request_parts(parts, app).await?;
        app.act(&session, "audit.read", "audit_log", "record").await?;
        Ok(Self)
    }
}

fn is_witness(house: &House, token: &str) -> bool {
    let sent = digest::digest(&digest::SHA256, token.as_bytes());
    let mut hashes = house
        .config
        .record
        .witnesses
        .iter()
        .filter_map(|witness| hex::decode(witness.token_sha256.as_deref()?).ok());
    hashes.any(|hash| hash.ct_eq(sent.as_ref()).into())
}
