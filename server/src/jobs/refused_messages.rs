// SPDX-License-Identifier: Apache-2.0
//! Puts on record how many messages were refused that did not go on record one by one.

use authn::Happened;
use countersign_authn as authn;
use countersign_directory::Actor;
use serde_json::json;

use crate::app::House;
use crate::record::RecordError;

impl House {
    /// Those of minutes that are over.
    pub async fn note_refused_messages(&self) -> Result<(), RecordError> {
        let now = self.now();
        let left = self.upstream.refusals.left(now);
        if left.is_empty() {
            return Ok(());
        }
        let mut log = Happened::new();
        for (source, more) in left {
            let detail = json!({ "factor": "source", "source": source, "more": more });
            log.event("signin.refused", "", detail);
        }
        let transaction = self.database.begin_write().await?;
        self.settle(&Actor::Nobody, &log, now, transaction).await
    }
}
