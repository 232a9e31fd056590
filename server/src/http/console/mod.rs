// SPDX-License-Identifier: Apache-2.0
//! `/api/v1` for the administrators' console. Each route asks for its administrative act first.

pub mod authenticators;
pub mod channels;
pub mod connect;
pub mod decisions;
pub mod devices;
pub mod explain;
pub mod explanation;
pub mod me;
pub mod people;
pub mod revocation;
pub mod schemes;
pub mod sessions;
pub mod sessions_end;
pub mod shapes;
pub mod simulate;

use authn::session::Session;
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_authz::explain::Horizon;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::House;

impl House {
    /// What the signed-in person may know of the world: what she dominates, she alone.
    pub fn horizon<'a>(&self, session: &Session, snapshot: &'a Snapshot) -> Horizon<'a> {
        Horizon::of(session.person.as_str(), snapshot, self.now())
    }
}

/// How a list is searched and paged. Pages go by key, so that no page is skipped or shown twice.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Page {
    /// Text that the id or name contains.
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 200.
    limit: Option<usize>,
}

impl Page {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(50).clamp(1, 200)
    }

    /// Whether a row is behind the cursor and fits the search.
    fn takes(&self, id: &str, name: Option<&str>) -> bool {
        let behind = self.cursor.as_deref().is_none_or(|cursor| id > cursor);
        let fits = self.q.as_deref().is_none_or(|q| {
            let q = q.to_lowercase();
            id.to_lowercase().contains(&q) || name.is_some_and(|name| name.to_lowercase().contains(&q))
        });
        behind && fits
    }
}

/// Cuts a list that was read one row too far, and names where the next page begins.
fn cut<T>(mut rows: Vec<T>, limit: usize, id: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| id(last).to_owned());
    (rows, next)
}
