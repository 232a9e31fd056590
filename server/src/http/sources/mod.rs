// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/sources`: where people come from. A record that may widen waits for a second person; one that
//! only narrows, and disabling, hold at once. Secrets go in and never come out.

pub mod linked;
pub mod metadata;
pub mod records;
pub mod test;
pub mod try_mapping;

use authn::session::Session;
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::source::Source;
use countersign_directory::source::apply::ApplyError;

use crate::app::App;
use crate::http::problem::Problem;
use crate::sources::health::HealthFault;

/// A source that somebody wants to try out. That is a right of its own: whoever may see a record may not
/// therefore run it.
async fn to_try(app: &App, session: &Session, id: &SourceId) -> Result<Source, Problem> {
    app.act(session, "source.try", "console", "sources").await?;
    let held = records::held(app, id).await?;
    held.map(|(source, _)| source).ok_or_else(Problem::not_found)
}

impl From<ApplyError> for Problem {
    fn from(fault: ApplyError) -> Self {
        match fault {
            ApplyError::Store(cause) => cause.into(),
            fault => Self::bad_request(fault.to_string()),
        }
    }
}

impl From<HealthFault> for Problem {
    fn from(fault: HealthFault) -> Self {
        match fault {
            HealthFault::Directory(cause) => cause.into(),
            HealthFault::SignIn(cause) => cause.into(),
        }
    }
}
