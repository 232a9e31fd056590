// SPDX-License-Identifier: Apache-2.0
//! What leaves the house: a code can betray a label. The true one goes out only when every channel that
//! is concerned is listed, or the person alone would discover it.

use chrono::{DateTime, Utc};

use crate::action::Kind;
use crate::resolve::Case;
use crate::{Context, Question, Reference};

/// Whether, where there is no channel yet or none at all, she alone is cleared for the label itself.
pub(crate) fn cleared(case: &Case<'_>, now: DateTime<Utc>) -> bool {
    match case.action.kind {
        Kind::Create | Kind::Direct => case
            .asked
            .as_ref()
            .is_some_and(|asked| asked.denied(now).is_none()),
        _ => true,
    }
}

/// The standing questions that must all be answered yes. None: nothing can be betrayed. That a listed
/// channel exists is no secret, so of such a one nothing is asked.
pub(crate) fn questions(case: &Case<'_>) -> Vec<Question> {
    let discover = |id: &str| Question {
        subject: case.subject.id.to_owned(),
        action: "channel.discover".to_owned(),
        resource: Reference::new("channel", id),
        context: Context::default(),
    };
    match case.action.kind {
        Kind::Create | Kind::Direct => Vec::new(),
        _ => {
            let named = [&case.place, &case.to].into_iter().flatten();
            let quoted = case.quotes.iter().map(|item| &item.place);
            let concerned = named.chain(quoted).filter(|place| !place.channel.listed);
            let mut channels: Vec<&str> = concerned.map(|place| place.id).collect();
            channels.sort_unstable();
            channels.dedup();
            channels.into_iter().map(discover).collect()
        }
    }
}
