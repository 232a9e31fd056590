// SPDX-License-Identifier: Apache-2.0
//! When a directory is synchronised, how far, and what is given anew then.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::ldap::report::Asked;
use countersign_directory::ldap::sync::Mode;
use countersign_directory::source::{Changes, Source, Sync};
use countersign_directory::store::source_syncs::Standing;

/// What is due at a directory, if anything.
pub(super) fn due(sync: &Sync, standing: Option<&Standing>, now: DateTime<Utc>) -> Option<Asked> {
    let asked = standing.and_then(|standing| standing.asked.as_deref());
    if let Some(asked) = asked.and_then(|asked| serde_json::from_str(asked).ok()) {
        return Some(asked);
    }
    let since = |at: Option<DateTime<Utc>>, seconds: u32| {
        at.is_none_or(|at| now - at >= TimeDelta::seconds(i64::from(seconds)))
    };
    if !since(
        standing.and_then(|standing| standing.began_at),
        sync.every_seconds,
    ) {
        return None;
    }
    let full = sync.changes == Changes::None
        || since(
            standing.and_then(|standing| standing.full_at),
            sync.full_every_seconds,
        );
    let mode = if full { Mode::Full } else { Mode::Incremental };
    Some(Asked { mode, dry_run: false })
}

/// What a source gives runs out: it is given anew after half of its time.
pub(super) fn renew_before(source: &Source, now: DateTime<Utc>) -> DateTime<Utc> {
    let half = TimeDelta::hours(i64::from(source.cap.clearance_days) * 12);
    if half.is_zero() {
        DateTime::<Utc>::MIN_UTC
    } else {
        now - half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn sync(changes: Changes) -> Sync {
        Sync {
            every_seconds: 60,
            full_every_seconds: 3_600,
            changes,
            ..Sync::default()
        }
    }

    #[test]
    fn a_pass_is_due_after_its_time_and_when_somebody_asks() {
        let mode =
            |sync: &Sync, standing: &Standing, now| due(sync, Some(standing), now).map(|asked| asked.mode);
        let marks = sync(Changes::Marks);
        assert_eq!(due(&marks, None, at(0)).map(|asked| asked.mode), Some(Mode::Full));
        let mut standing = Standing {
            began_at: Some(at(10)),
            full_at: Some(at(10)),
            ..Standing::default()
        };
        assert_eq!(mode(&marks, &standing, at(11) - TimeDelta::seconds(1)), None);
        assert_eq!(mode(&marks, &standing, at(11)), Some(Mode::Incremental));
        assert_eq!(mode(&sync(Changes::None), &standing, at(11)), Some(Mode::Full));
        assert_eq!(mode(&marks, &standing, at(70)), Some(Mode::Full));
        standing.asked = Some(r#"{"mode":"full","dry_run":true}"#.into());
        let asked = due(&marks, Some(&standing), at(10)).unwrap();
        assert!(asked.dry_run && asked.mode == Mode::Full);
    }
}
