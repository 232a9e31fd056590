// SPDX-License-Identifier: Apache-2.0
//! The SQL of this room, a file per noun. Functions take a borrowed connection; they never open or
//! commit a transaction and never read a clock. One wording runs on both engines.

pub mod accounts;
pub mod assertions;
pub mod browsers;
pub mod card_certificates;
pub mod cards;
pub mod ceremonies;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod device_keys;
pub mod enrolment;
pub mod flows;
pub mod lockouts;
pub mod matrix;
pub mod metadata;
pub mod notices;
pub mod outbox;
pub mod passkeys;
pub mod passwords;
pub mod pushed_requests;
pub mod recovery_codes;
pub mod refresh_families;
pub mod saml_keys;
pub mod saml_metadata;
pub mod saml_names;
pub mod saml_pending;
pub mod saml_services;
pub mod saml_used;
pub mod sessions;
pub mod signing_keys;
pub mod tokens;
pub mod totps;
pub mod upstream_links;
pub mod upstream_sessions;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

/// The store did not answer, or holds something that this version does not understand.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine refused or could not be reached.
    #[error("the store cannot be used: {0}")]
    Engine(#[from] sqlx::Error),
    /// A row that is not understood. It is an error, never a default.
    #[error("the store holds a row of `{table}` whose `{column}` is not understood")]
    Row {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The directory's part of the store did not answer.
    #[error("the directory cannot be read: {0}")]
    Directory(String),
}

pub(crate) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A row under its table's name, so that a bad value is reported with its place.
pub(crate) struct Columns<'a> {
    table: &'static str,
    row: &'a AnyRow,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(table: &'static str, row: &'a AnyRow) -> Self {
        Self { table, row }
    }

    pub(crate) fn bad(&self, column: &'static str) -> StoreError {
        StoreError::Row {
            table: self.table,
            column,
        }
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn text_option(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn number(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn number_option(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        match self.number(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.bad(column)),
        }
    }

    pub(crate) fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn bytes_option(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        DateTime::from_timestamp_millis(self.number(column)?).ok_or_else(|| self.bad(column))
    }

    pub(crate) fn time_option(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let stored: Option<i64> = self.row.try_get(column)?;
        stored
            .map(|ms| DateTime::from_timestamp_millis(ms).ok_or_else(|| self.bad(column)))
            .transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.bad(column))
    }

    pub(crate) fn parsed<T: std::str::FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.bad(column))
    }
}

/// JSON text of a value that is ours.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    // INVARIANT: our own types have string keys and no failing serialisers.
    serde_json::to_string(value).unwrap_or_default()
}
