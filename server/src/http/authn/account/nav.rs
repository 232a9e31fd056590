// SPDX-License-Identifier: Apache-2.0
//! What the account pages have in common: where one is, and when the session ends.

use authn::session::Session;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;

use crate::http::authn::words;

/// The pages, in their order.
pub const PAGES: [(&str, &str); 5] = [
    ("/account", "Overview"),
    ("/account/devices", "Devices"),
    ("/account/apps", "Apps with access"),
    ("/account/access", "My access"),
    ("/account/activity", "Activity"),
];

/// How long before the end people are warned (WCAG 2.2.1).
const WARNING: TimeDelta = TimeDelta::minutes(2);

/// The head of an account page.
#[derive(Clone, Debug)]
pub(super) struct Nav {
    /// The page's own address.
    pub(super) here: &'static str,
    /// The form's token.
    pub(super) csrf: String,
    /// When the session ends for want of activity.
    pub(super) idle_ends: String,
    /// Its absolute end.
    pub(super) ends: String,
    /// After how many seconds to warn.
    pub(super) warn_after: i64,
}

impl Nav {
    /// The head of the page at `here`.
    pub(super) fn of(here: &'static str, session: &Session, now: DateTime<Utc>) -> Self {
        // This very visit is activity.
        let idle_ends = (now + session.idle).min(session.ends_at);
        Self {
            here,
            csrf: session.csrf.clone(),
            idle_ends: words::moment(idle_ends),
            ends: words::moment(session.ends_at),
            warn_after: (idle_ends - WARNING - now).num_seconds().max(0),
        }
    }

    /// Whether this is the page at `address`.
    pub(super) fn is(&self, address: &str) -> bool {
        self.here == address
    }

    /// A page of ours to come back to.
    pub(super) fn page(wanted: Option<&str>) -> &'static str {
        let known = PAGES.iter().find(|(address, _)| Some(*address) == wanted);
        known.map_or("/account", |(address, _)| address)
    }
}
