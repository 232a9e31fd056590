// SPDX-License-Identifier: Apache-2.0
//! A recorded decision explained: over the inputs that were kept with it and the world of then, to a
//! reader as she stands now; or what of it is no longer kept.

use countersign_authz::explain::{Explanation, Horizon, Pseudonyms};
use countersign_authz::{Context, Question};
use sqlx::AnyConnection;

use crate::app::House;
use crate::record::decision::Recorded;
use crate::world::TailError;

impl House {
    /// Explains `recorded`, or says what is missing.
    pub async fn explained(
        &self,
        recorded: &Recorded,
        horizon: Horizon<'_>,
        names: &mut Pseudonyms,
        db: &mut AnyConnection,
    ) -> Result<Result<Explanation, String>, TailError> {
        let kept = self.kept(recorded, db).await?;
        Ok(kept.map(|(inputs, world)| {
            self.engine.explain(
                &world,
                &inputs.question,
                &inputs.facts,
                horizon,
                names,
                inputs.now,
            )
        }))
    }
}

impl Recorded {
    /// The question, as far as it is kept: without the inputs, what the leaf itself names.
    pub fn question(&self) -> Question {
        let kept = self.inputs.as_ref();
        let kept = kept.and_then(|inputs| serde_json::from_slice(&inputs.bytes).ok());
        kept.unwrap_or_else(|| Question {
            subject: self.subject.clone(),
            action: self.body.action.clone(),
            resource: self.body.resource.clone(),
            context: Context::default(),
        })
    }
}
