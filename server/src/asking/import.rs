// SPDX-License-Identifier: Apache-2.0
//! A world file comes in over the wire: compared with the store, filed for a second person, and carried out by
//! who filed it, with the same file.

use authn::session::Session;
use countersign_authn as authn;
use countersign_authz::{Context, Reference};
use countersign_directory::ApprovalId;
use countersign_directory::amend::Amendment;
use countersign_directory::operation::import::{
    ACTION, ImportError, Options, RESOURCE, Report, Source, compare, import,
};
use countersign_directory::operation::proposal::{self, ProposalError};
use countersign_directory::store::proposals;

use crate::app::House;
use crate::asking::amend::approver;
use crate::http::problem::Problem;
use crate::record;

impl House {
    /// Lets in whoever lacks no more than a second person.
    pub(crate) async fn may_file_imports(&self, session: &Session) -> Result<(), Problem> {
        let resource = Reference::new(RESOURCE.0, RESOURCE.1);
        let permit = self.permit(session, ACTION, resource, Context::default()).await;
        permit.map(drop)
    }

    /// Says what a file would do.
    pub(crate) async fn compare_import(&self, source: &Source, replace: bool) -> Result<Report, Problem> {
        let mut db = self.database.pool.acquire().await?;
        Ok(compare(source, replace, self.now(), &mut db).await?)
    }

    /// Imports the file that a second person has approved, as it was approved, once.
    pub(crate) async fn carry_out_import(
        &self,
        session: &Session,
        id: &ApprovalId,
        source: Source,
    ) -> Result<(), Problem> {
        let held = {
            let mut db = self.database.pool.acquire().await?;
            proposals::load(id, &mut db).await?
        };
        let held = held.ok_or_else(|| ProposalError::Unknown(id.clone()))?;
        proposal::proposed_by(&held, &session.person)?;
        let Amendment::DirectoryImport { file, replace, .. } = &held.act else {
            return Err(Problem::not_found());
        };
        if *file != source.hash {
            return Err(ImportError::Changed(id.clone()).into());
        }
        let context = Context {
            approver: Some(approver(&held)?.to_string()),
            ..Context::default()
        };
        let resource = Reference::new(RESOURCE.0, RESOURCE.1);
        let permit = self.permit(session, ACTION, resource, context).await?;
        let permit = permit.ok_or_else(Problem::second_person_missing)?;
        let options = Options {
            dry_run: false,
            replace: *replace,
            approval: Some(id.clone()),
        };
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let report = import(source, &options, &permit, now, &mut transaction).await?;
        record::append(permit.by(), &report.events, now, &mut transaction).await?;
        Ok(self.commit(transaction).await?)
    }
}
