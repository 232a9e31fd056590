// SPDX-License-Identifier: Apache-2.0
//! Who is at hand: a session whose person may still sign in.

use authn::account;
use authn::session::Session;
use authn::store::accounts::{self, Account};
use countersign_authn as authn;
use countersign_directory::Person;
use sqlx::AnyConnection;

use crate::http::fault::Fault;

/// A session, and whose it is.
pub(crate) struct Known {
    /// The session.
    pub(crate) session: Session,
    /// Her entry.
    pub(crate) person: Person,
    /// Her account.
    pub(crate) account: Account,
}

impl Known {
    /// Whose `session` is, if she may still sign in.
    pub(crate) async fn by(session: Session, db: &mut AnyConnection) -> Result<Option<Self>, Fault> {
        let Some(person) = account::active(&session.person, &mut *db).await? else {
            return Ok(None);
        };
        let account = accounts::by_person(&session.person, db).await?;
        Ok(account.map(|account| Self {
            session,
            person,
            account,
        }))
    }
}
