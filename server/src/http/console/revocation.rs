// SPDX-License-Identifier: Apache-2.0
//! The revocation lists at hand and their age: without one that is in force, cards, devices and programs are
//! refused.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authn::certificate::Crl;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::revocation::{Age, Lists};

/// A revocation list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevocationList {
    /// What it is about: `cards`, `devices` or `machines`.
    pub about: &'static str,
    /// Who issued it.
    pub issuer: String,
    /// Its number.
    pub number: String,
    /// Whether it says only what changed since another one.
    pub delta: bool,
    /// How many certificates it names.
    pub entries: usize,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When its successor is due.
    pub due_at: DateTime<Utc>,
    /// How old it is: `fresh`; `old`, past four fifths of its time; `overdue`, past all of it.
    pub age: Age,
}

/// All lists, and what none is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevocationLists {
    /// The lists, by what they are about.
    pub items: Vec<RevocationList>,
    /// Authorities, by what they issue certificates for, that no list at hand is from: whoever has a certificate
    /// of theirs is refused.
    pub missing: Vec<MissingList>,
}

/// An authority without a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingList {
    /// What it issues certificates for.
    pub about: &'static str,
    /// The authority.
    pub issuer: String,
}

/// Lists the revocation lists that this process has, and the authorities without one.
#[utoipa::path(get, path = "/api/v1/revocation-lists", operation_id = "revocation_lists",
    responses((status = 200, body = RevocationLists), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn get(State(app): State<App>, Person(session): Person) -> Result<Json<RevocationLists>, Problem> {
    app.act(&session, "console.read", "console", "revocation-lists")
        .await?;
    let now = app.now();
    let mut told = RevocationLists {
        items: Vec::new(),
        missing: Vec::new(),
    };
    for lists in app.revocation_lists() {
        let set = lists.load();
        let mut items: Vec<_> = set.all().map(|list| shown(lists, list, now)).collect();
        items.sort_by(|a, b| (&a.issuer, a.delta).cmp(&(&b.issuer, b.delta)));
        told.items.extend(items);
        let silent = lists.signers().iter().filter(|one| {
            let subject = one.subject();
            set.all().all(|list| list.issuer() != subject)
        });
        told.missing.extend(silent.map(|one| MissingList {
            about: lists.about,
            issuer: one.subject().to_string(),
        }));
    }
    Ok(Json(told))
}

fn shown(lists: &Lists, list: &Crl, now: DateTime<Utc>) -> RevocationList {
    RevocationList {
        about: lists.about,
        issuer: list.issuer().to_string(),
        number: list.number(),
        delta: list.is_delta(),
        entries: list.len(),
        made_at: list.this_update(),
        due_at: list.next_update(),
        age: Lists::age(list, now),
    }
}
