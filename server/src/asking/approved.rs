// SPDX-License-Identifier: Apache-2.0
//! A chat server carries out what two people have agreed on: its question names the stored approval in
//! `context.approval`. It counts for exactly what was approved, for who proposed it, and once.

use chrono::{DateTime, Utc};
use countersign_authz::{Facts, Question, Snapshot};
use countersign_directory::amend::Amendment;
use countersign_directory::operation::amend::weigh;
use countersign_directory::operation::proposal;
use countersign_directory::store::proposals::{self, Proposal};
use countersign_directory::{ApprovalId, PersonId};
use countersign_labels::RawLabel;

use crate::app::House;
use crate::asking::amend::approver;
use crate::http::problem::Problem;
use crate::record;

impl House {
    /// Spends `id` on `question` and carries out what was approved, if it is good for exactly this and the
    /// question is permitted with it. Gives the second person. One that does not fit is none at all.
    pub(crate) async fn spend(
        &self,
        id: &ApprovalId,
        snapshot: &Snapshot,
        question: &Question,
        facts: &Facts,
    ) -> Result<Option<PersonId>, Problem> {
        let now = self.now();
        // What the decision itself would deny spends nothing.
        if !self.tail.is_fresh(now) {
            return Ok(None);
        }
        let mut transaction = self.database.begin_write().await?;
        let Some(held) = proposals::load(id, &mut transaction).await? else {
            return Ok(None);
        };
        let Ok(subject) = question.subject.parse::<PersonId>() else {
            return Ok(None);
        };
        let Some(approver) = second_person(&held, question, &subject, now) else {
            return Ok(None);
        };
        if weigh(&held.act, now, &mut transaction).await?.parameters != held.approval.parameters {
            return Ok(None);
        }
        let asked = Question {
            action: held.act.asks(true).0.to_owned(),
            context: countersign_authz::Context {
                approver: Some(approver.to_string()),
                ..question.context.clone()
            },
            ..question.clone()
        };
        let Some(permit) = self.engine.decide(snapshot, &asked, facts, now).permit() else {
            return Ok(None);
        };
        let outcome = match proposal::execute(id, &subject, &permit, now, &mut transaction).await {
            Ok(outcome) => outcome,
            Err(fault) => {
                tracing::info!(approval = %id, fault = %fault, "an approval that a chat server named does not count");
                return Ok(None);
            }
        };
        record::append(permit.by(), &outcome.events, now, &mut transaction).await?;
        self.commit(transaction).await?;
        Ok(Some(approver))
    }
}

/// Who has approved exactly this, for this person.
fn second_person(
    held: &Proposal,
    question: &Question,
    subject: &PersonId,
    now: DateTime<Utc>,
) -> Option<PersonId> {
    let own = held.approval.requester.as_ref() == Some(subject);
    let good = own && now <= held.approval.expires_at && is_asked(&held.act, question);
    good.then(|| approver(held).ok().cloned()).flatten()
}

/// Whether a question is about exactly this act.
fn is_asked(act: &Amendment, question: &Question) -> bool {
    let channel = question.resource.kind == "channel" && question.resource.id == act.thing().1;
    let same = match (act, question.action.as_str()) {
        (Amendment::ChannelFederate { node, .. }, "channel.federate") => {
            question.context.node.as_deref() == Some(node.as_str())
        }
        (Amendment::ChannelReclassify { label, .. }, "channel.reclassify" | "channel.set_label") => {
            let sent = question.context.label.clone();
            sent.and_then(|sent| serde_json::from_value::<RawLabel>(sent).ok())
                .as_ref()
                == Some(label)
        }
        _ => false,
    };
    channel && same
}
