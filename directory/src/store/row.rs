// SPDX-License-Identifier: Apache-2.0
//! Columns into values, with errors that name table and row.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::StoreError;

/// A row of `table`, whose first column is its key.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) table: &'static str,
    pub(super) row: &'a AnyRow,
}

impl Columns<'_> {
    pub(super) fn bad(self, column: usize, message: impl std::fmt::Display) -> StoreError {
        let row = self.row.try_get::<String, _>(0).unwrap_or_default();
        StoreError::BadRow {
            table: self.table,
            row,
            message: format!("column {column}: {message}"),
        }
    }

    pub(super) fn text(self, column: usize) -> Result<String, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn optional_text(self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn bytes<const N: usize>(self, column: usize) -> Result<[u8; N], StoreError> {
        let bytes: Vec<u8> = self.row.try_get(column)?;
        bytes
            .try_into()
            .map_err(|_| self.bad(column, format_args!("{N} bytes are expected")))
    }

    pub(super) fn number(self, column: usize) -> Result<i64, StoreError> {
        Ok(self.row.try_get(column)?)
    }

    pub(super) fn flag(self, column: usize) -> Result<bool, StoreError> {
        match self.number(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.bad(column, format_args!("{other} is neither 0 nor 1"))),
        }
    }

    pub(super) fn moment(self, column: usize) -> Result<DateTime<Utc>, StoreError> {
        let millis = self.number(column)?;
        crate::time::from_millis(millis)
            .ok_or_else(|| self.bad(column, format_args!("no calendar has {millis} ms")))
    }

    pub(super) fn optional_moment(self, column: usize) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self.row.try_get::<Option<i64>, _>(column)? {
            None => Ok(None),
            Some(_) => self.moment(column).map(Some),
        }
    }

    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(self, column: usize) -> Result<T, StoreError> {
        self.text(column)?
            .parse()
            .map_err(|error| self.bad(column, error))
    }

    pub(super) fn optional_parsed<T: FromStr<Err: std::fmt::Display>>(
        self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| text.parse().map_err(|error| self.bad(column, error)))
            .transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| self.bad(column, error))
    }

    pub(super) fn optional_json<T: DeserializeOwned>(self, column: usize) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| self.bad(column, error)))
            .transpose()
    }

    /// A word that serde spells: an enum of the entities.
    pub(super) fn word<T: DeserializeOwned>(self, column: usize) -> Result<T, StoreError> {
        word(&self.text(column)?).map_err(|error| self.bad(column, error))
    }
}

/// The value that serde spells so.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, serde::de::value::Error> {
    T::deserialize(serde::de::value::StrDeserializer::new(text))
}

/// JSON for a column.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
}

/// The word of an enum of the entities, for a column.
pub(super) fn spelled<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::Database(sqlx::Error::Encode(
            format!("`{other}` is no word").into(),
        ))),
        Err(error) => Err(StoreError::Database(sqlx::Error::Encode(error.into()))),
    }
}
