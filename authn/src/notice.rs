// SPDX-License-Identifier: Apache-2.0
//! Which events a person is told of by another channel than the one at hand, so that she notices what
//! somebody else does in her name. A notice is written in the transaction of the event.

use chrono::{DateTime, Utc};
use countersign_directory::{Event, PersonId};
use sqlx::AnyConnection;

use crate::secret::sha256;
use crate::store::notices::{self, Notice};
use crate::store::{StoreError, json_text};
use crate::upstream::link::Made;

/// The events. Their subject is the person; that of a device has its owner in the detail.
pub const KINDS: [&str; 24] = [
    "authenticator.disabled",
    "card.added",
    "card.removed",
    "card.revoked",
    "device.enrolled",
    "device.lost",
    "enrolment.issued",
    "link.made",
    "link.removed",
    "passkey.added",
    "passkey.counter_went_back",
    "passkey.model_compromised",
    "passkey.removed",
    "password.changed",
    "password.removed",
    "password.set",
    "recovery_codes.made",
    "recovery_codes.removed",
    "recovery_codes.used",
    "signin.new_browser",
    "totp.added",
    "totp.removed",
    "enrolment.issued_alone",
    "enrolment.used",
];

/// Files what of `events` a person is told.
pub async fn file(events: &[Event], now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    for event in events.iter().filter(|event| is_told(event)) {
        let Some(person) = whom(event) else {
            continue;
        };
        let detail = json_text(&event.detail);
        let told = format!(
            "{}/{}/{}/{detail}",
            event.kind,
            event.subject,
            now.timestamp_millis()
        );
        let notice = Notice {
            // The same event twice in a moment is told once.
            id: hex(&sha256(told.as_bytes())),
            person,
            kind: event.kind.to_owned(),
            happened_at: now,
            attempts: 0,
        };
        notices::put(&notice, &detail, db).await?;
    }
    Ok(())
}

/// Who comes here with a source's account is not told that she has it: nothing of hers has changed.
fn is_told(event: &Event) -> bool {
    let comes_with_it = event.kind == "link.made"
        && event
            .detail
            .get("by")
            .is_some_and(|by| *by == Made::Creation.word());
    KINDS.contains(&event.kind) && !comes_with_it
}

/// Who is told.
fn whom(event: &Event) -> Option<PersonId> {
    if event.kind.starts_with("device.") {
        return event.detail.get("owner")?.as_str()?.parse().ok();
    }
    event.subject.parse().ok()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().take(16).fold(String::new(), |mut text, byte| {
        // INVARIANT: writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
