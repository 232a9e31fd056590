// SPDX-License-Identifier: Apache-2.0
//! How a source stands, as far as it shows without calling it.

use authn::saml::metadata::Entity;
use authn::store::saml_metadata::{self, MetadataRow};
use authn::upstream::saml::peer::Agreement;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::ldap::report::Report;
use countersign_directory::source::{Ldap, Metadata, Protocol, Saml, Source, State};
use countersign_directory::store::source_syncs;
use sqlx::AnyConnection;

use crate::asking::check::Line;

/// Metadata is renewed before this much is left of it.
const SOON: TimeDelta = TimeDelta::days(7);

/// It does not show how a source stands.
#[derive(Debug, thiserror::Error)]
pub enum HealthFault {
    /// The directory's part of the store.
    #[error(transparent)]
    Directory(#[from] countersign_directory::store::StoreError),
    /// Sign-in's part.
    #[error(transparent)]
    SignIn(#[from] authn::store::StoreError),
}

/// A line for each thing.
pub async fn of(
    source: &Source,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Line>, HealthFault> {
    let mut lines = vec![record(source)];
    match &source.protocol {
        Protocol::Ldap(ldap) => lines.extend(synchronised(source, ldap, now, db).await?),
        Protocol::Oidc(_) => {}
        Protocol::Saml(saml) => lines.push(metadata(source, saml, now, db).await?),
    }
    Ok(lines)
}

/// What it is trusted for.
pub fn record(source: &Source) -> Line {
    if source.state == State::Disabled {
        return Line::warn(
            "record",
            "the source is disabled",
            "two people enable it, on its page or by `POST /api/v1/sources/{id}/enable`",
        );
    }
    let trusted: Vec<&str> = [
        (source.trust.identity, "identity"),
        (source.trust.attributes, "attributes"),
        (source.trust.assurance.is_some(), "assurance"),
    ]
    .into_iter()
    .filter_map(|(is_trusted, word)| is_trusted.then_some(word))
    .collect();
    if trusted.is_empty() {
        return Line::warn(
            "record",
            "it is trusted for nothing, and changes nothing",
            "set `trust.identity` for sign-in, `trust.attributes` for what people are like",
        );
    }
    Line::ok("record", format!("trusted for {}", trusted.join(", ")))
}

async fn synchronised(
    source: &Source,
    ldap: &Ldap,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Line>, HealthFault> {
    let Some(sync) = &ldap.sync else { return Ok(None) };
    let standing = source_syncs::standing(&source.id, db).await?.unwrap_or_default();
    let report: Option<Report> = standing
        .report
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let Some(report) = report else {
        let mend = "wait for the first pass, or ask for one";
        return Ok(Some(Line::warn("sync", "nothing was read yet", mend)));
    };
    let at = report.ended_at.format("%Y-%m-%d %H:%M UTC");
    Ok(Some(if let Some(fault) = &report.fault {
        let mend = "test the source: each step says what mends it";
        Line::fail("sync", format!("the pass of {at} failed: {fault}"), mend)
    } else if let Some(braked) = &report.braked {
        Line::fail(
            "sync",
            format!(
                "the pass of {at} stopped: {} of {} would vanish",
                braked.vanish, braked.of
            ),
            "look at who that is; if it is right, two people let them go",
        )
    } else if overdue(standing.began_at, sync.every_seconds, now) {
        let mend = "see that the service runs, and what its log says";
        Line::warn("sync", format!("the last pass was that of {at}"), mend)
    } else if report.counts.bad > 0 {
        Line::warn(
            "sync",
            format!("the pass of {at} could not use {} entries", report.counts.bad),
            "each is named with why; correct them in the directory",
        )
    } else {
        Line::ok("sync", format!("{} entries were read, {at}", report.counts.read))
    }))
}

/// Whether several passes have not come.
fn overdue(began_at: Option<DateTime<Utc>>, every_seconds: u32, now: DateTime<Utc>) -> bool {
    let patience = TimeDelta::seconds(i64::from(every_seconds) * 3) + TimeDelta::minutes(5);
    began_at.is_some_and(|began| now - began > patience)
}

async fn metadata(
    source: &Source,
    saml: &Saml,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Line, HealthFault> {
    let document = match &saml.metadata {
        Metadata::Document(document) => document.clone(),
        Metadata::Fetched(_) => match fetched(source, db).await? {
            None => {
                let mend = "test the source: each step says what mends it";
                return Ok(Line::warn("metadata", "none was fetched yet", mend));
            }
            Some(row) => {
                if let Some((_, why)) = &row.pending {
                    return Ok(waits(why));
                }
                row.document
            }
        },
    };
    let entity = Entity::read(document.as_bytes(), Some(&saml.entity_id), DateTime::UNIX_EPOCH);
    Ok(match entity {
        Ok(entity) => end(entity.valid_until, now),
        Err(fault) => Line::fail(
            "metadata",
            format!("it cannot be used: {fault}"),
            "test the source: each step says what mends it",
        ),
    })
}

/// What was fetched under what is agreed now.
async fn fetched(source: &Source, db: &mut AnyConnection) -> Result<Option<MetadataRow>, HealthFault> {
    Ok(match Agreement::of(source) {
        Some(agreed) => saml_metadata::of(&agreed, db).await?,
        None => None,
    })
}

/// A change of metadata that nobody has approved yet.
pub fn waits(why: &str) -> Line {
    let what = match why {
        "host_changed" => "sends browsers to another host",
        _ => "has lost a key that it had",
    };
    Line::fail(
        "approval",
        format!("newer metadata {what}, and waits: nobody signs in by this source"),
        "compare its keys with whoever runs the provider, by another way than this one; then two people approve it, \
         on the source's page or by `POST /api/v1/sources/{id}/metadata/approve`",
    )
}

/// Until when metadata counts.
pub fn end(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Line {
    let Some(until) = until else {
        return Line::ok("metadata end", "none: it counts until there is newer");
    };
    let day = until.format("%Y-%m-%d %H:%M UTC");
    if until <= now {
        Line::fail(
            "metadata end",
            format!("it ran out on {day}: nobody signs in by this source"),
            "take newer metadata; where it is fetched, ask whoever runs the provider why there is none",
        )
    } else if until - now < SOON {
        Line::warn(
            "metadata end",
            format!("it runs out on {day}"),
            "take newer metadata before; where it is fetched, that happens by itself if there is some",
        )
    } else {
        Line::ok("metadata end", format!("good until {day}"))
    }
}
