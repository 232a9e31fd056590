// SPDX-License-Identifier: Apache-2.0
//! Writes down when sessions were last used, and ends those that have run out.

use authn::Happened;
use authn::session::end;
use authn::store::sessions;
use countersign_authn as authn;
use countersign_directory::Actor;

use crate::app::House;
use crate::record::RecordError;

impl House {
    /// Keeps the activity noted in memory, and ends what has run out.
    pub async fn keep_activity(&self) -> Result<(), RecordError> {
        let now = self.now();
        let touched = self.board.take_touched();
        let over = self.board.run_out(now);
        if touched.is_empty() && over.is_empty() {
            return Ok(());
        }
        let mut log = Happened::new();
        let mut transaction = self.database.begin_write().await?;
        for (session, at) in touched {
            sessions::touch(&session, at, &mut transaction).await?;
        }
        for session in over {
            let reason = end::Reason::RanOut;
            end::end(&session, reason, now, &mut self.rng(), &mut log, &mut transaction).await?;
        }
        self.settle(&Actor::Operator, &log, now, transaction).await?;
        Ok(())
    }
}
