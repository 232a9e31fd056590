// SPDX-License-Identifier: Apache-2.0
//! Sources that the configuration names. They are brought in at each start, as the operator's acts; nobody
//! else changes them, but whoever may disable sources may disable these too, and that holds across starts.

use authn::secret::Sealer;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::Amendment;
use countersign_directory::operation::amend::{AmendFault, apply};
use countersign_directory::source::{Source, State};
use countersign_directory::store::sources::{self, KeptBy};
use countersign_directory::store::{Sources, load};
use countersign_directory::{Event, Permit, SourceId};
use rand::CryptoRng;
use serde_json::{Map, Value};
use sqlx::AnyConnection;

use super::written;
use crate::config::{ConfigError, named};

/// Why the sources of the configuration cannot be brought in.
#[derive(Debug, thiserror::Error)]
pub enum ConfiguredError {
    /// A record does not fit.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store.
    #[error("the sources of the configuration cannot be written: {0}")]
    Store(#[from] AmendFault),
}

impl From<countersign_directory::store::StoreError> for ConfiguredError {
    fn from(cause: countersign_directory::store::StoreError) -> Self {
        Self::Store(cause.into())
    }
}

/// Brings them in, in the caller's transaction; what happened belongs on record.
pub async fn bring_in(
    records: &[Map<String, Value>],
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Event>, ConfiguredError> {
    let mut events = Vec::new();
    for (index, record) in records.iter().enumerate() {
        events.extend(bring_in_one(index, record, sealer, rng, now, &mut *db).await?);
    }
    Ok(events)
}

/// Brings in one of them, as it stands in the configuration and in the files that it names now.
pub async fn bring_in_one(
    index: usize,
    record: &Map<String, Value>,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Event>, ConfiguredError> {
    let id = id(index, record)?;
    let old = load::<Sources>(id.as_str(), &mut *db).await?;
    let keeper = sources::kept_by(&id, &mut *db).await?;
    let mut source = read(index, record, old.as_ref(), sealer, rng)?;
    if keeper == Some(KeptBy::Configuration) && old.is_some_and(|old| old.state == State::Disabled) {
        source.state = State::Disabled;
    }
    let act = Amendment::SourcePut {
        source: Box::new(source),
    };
    let done = apply(&act, &Permit::operator(), now, &mut *db).await?;
    sources::keep(&id, KeptBy::Configuration, db).await?;
    Ok(done.events)
}

/// Metadata of a SAML provider that the configuration names as a file.
#[derive(Debug)]
pub struct MetadataFile<'a> {
    /// The place of its record.
    pub index: usize,
    /// Its record.
    pub record: &'a Map<String, Value>,
    /// The source.
    pub source: SourceId,
    /// The file.
    pub file: &'a str,
}

/// All of them.
pub fn metadata_files(records: &[Map<String, Value>]) -> impl Iterator<Item = MetadataFile<'_>> {
    records.iter().enumerate().filter_map(|(index, record)| {
        let metadata = record.get("protocol")?.pointer("/saml/metadata")?;
        Some(MetadataFile {
            index,
            record,
            source: id(index, record).ok()?,
            file: metadata.get("document_file")?.as_str()?,
        })
    })
}

/// Disables those that the configuration once named and names no more. Only a process that serves knows the whole
/// configuration: a command may have been told no more than the folder.
pub async fn retire(
    records: &[Map<String, Value>],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Event>, ConfiguredError> {
    let mut events = Vec::new();
    for (source, keeper) in sources::all(&mut *db).await? {
        if keeper == KeptBy::Configuration && !named::has(records, source.id.as_str()) {
            let act = Amendment::SourceDisable {
                id: source.id.clone(),
            };
            let done = apply(&act, &Permit::operator(), now, &mut *db).await?;
            events.extend(done.events);
            sources::keep(&source.id, KeptBy::Administrators, &mut *db).await?;
        }
    }
    Ok(events)
}

/// Reads one record with the files that it names.
pub fn read(
    index: usize,
    record: &Map<String, Value>,
    old: Option<&Source>,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
) -> Result<Source, ConfigError> {
    let id = id(index, record)?;
    let mut record = Value::Object(record.clone());
    files(&mut record, &format!("sources[{index}]"))?;
    written::kept(record, &id, old, sealer, rng).map_err(|faults| {
        let first = faults.into_iter().next();
        let (path, message) = first.map_or_else(Default::default, |fault| (fault.path, fault.message));
        ConfigError::Key {
            key: format!("sources[{index}].{path}"),
            message,
        }
    })
}

fn id(index: usize, record: &Map<String, Value>) -> Result<SourceId, ConfigError> {
    let id = record.get("id").and_then(Value::as_str);
    id.and_then(|id| id.parse().ok()).ok_or_else(|| ConfigError::Key {
        key: format!("sources[{index}].id"),
        message: "is missing: `a-z`, `0-9` and `-`".to_owned(),
    })
}

/// Puts in the place of each `NAME_file` what that file holds, as `NAME`.
fn files(value: &mut Value, at: &str) -> Result<(), ConfigError> {
    let Value::Object(members) = value else {
        return Ok(());
    };
    let names: Vec<String> = members.keys().cloned().collect();
    for name in names {
        let place = format!("{at}.{name}");
        let Some(target) = name.strip_suffix("_file") else {
            if let Some(below) = members.get_mut(&name) {
                files(below, &place)?;
            }
            continue;
        };
        let Some(Value::String(file)) = members.remove(&name) else {
            return Err(fault(&place, "is the name of a file"));
        };
        let text = named::content(&file).map_err(|cause| fault(&place, &format!("`{file}`: {cause}")))?;
        if members.insert(target.to_owned(), Value::String(text)).is_some() {
            return Err(fault(&place, &format!("stands beside `{target}`")));
        }
    }
    Ok(())
}

fn fault(key: &str, message: &str) -> ConfigError {
    ConfigError::Key {
        key: key.to_owned(),
        message: message.to_owned(),
    }
}
