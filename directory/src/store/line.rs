// SPDX-License-Identifier: Apache-2.0
//! Rows as one text each. To carry a value out of the database costs more than to read it, so a row of a large
//! table leaves it in one piece. Identifiers, words, levels and JSON hold none of the separators; what people
//! write freely stays a column of its own.

use std::collections::HashMap;
use std::str::{FromStr, Split};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::StoreError;
use super::row::word;
use crate::Set;

/// Between the values of a row.
const VALUES: char = '\u{1f}';
/// Between the rows of a list that is itself a value.
const ROWS: char = '\u{1e}';

/// `columns` as one text. None of them may be NULL.
pub(super) fn joined(columns: &str) -> String {
    format!("concat_ws('{VALUES}', {columns})")
}

/// The rows that `from` selects, each [`joined`], as one text.
pub(super) fn listed(columns: &str, from: &str) -> String {
    format!("(SELECT string_agg({}, '{ROWS}') FROM {from})", joined(columns))
}

/// A list that [`listed`] put together, row by row.
pub(super) fn rows(list: &str) -> impl Iterator<Item = &str> {
    list.split(ROWS).filter(|row| !row.is_empty())
}

/// A row of `table`, read value by value in the order of its columns.
pub(super) struct Line<'a> {
    table: &'static str,
    row: &'a str,
    rest: Split<'a, char>,
}

impl<'a> Line<'a> {
    pub(super) fn new(table: &'static str, row: &'a str) -> Self {
        Self {
            table,
            row,
            rest: row.split(VALUES),
        }
    }

    fn bad(&self, message: impl std::fmt::Display) -> StoreError {
        let key = self.row.split(VALUES).next().unwrap_or_default();
        StoreError::BadRow {
            table: self.table,
            row: key.to_owned(),
            message: message.to_string(),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, StoreError> {
        self.rest.next().ok_or_else(|| self.bad("a value is missing"))
    }

    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        text.parse()
            .map_err(|error| self.bad(format_args!("`{text}`: {error}")))
    }

    pub(super) fn optional_parsed<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
    ) -> Result<Option<T>, StoreError> {
        let text = self.text()?;
        let value = (!text.is_empty()).then(|| text.parse()).transpose();
        value.map_err(|error| self.bad(format_args!("`{text}`: {error}")))
    }

    pub(super) fn word<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        word(text).map_err(|error| self.bad(error))
    }

    pub(super) fn optional_word<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let text = self.text()?;
        let value = (!text.is_empty()).then(|| word(text)).transpose();
        value.map_err(|error| self.bad(error))
    }

    pub(super) fn moment(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let millis: i64 = self.parsed()?;
        crate::time::from_millis(millis).ok_or_else(|| self.bad(format_args!("no calendar has {millis} ms")))
    }

    /// A set in JSON, shared with whoever was seen to hold the same.
    pub(super) fn set<T>(&mut self, seen: &mut Seen<T>) -> Result<Set<T>, StoreError>
    where
        T: Ord + Clone + DeserializeOwned,
    {
        let text = self.text()?;
        if let Some(set) = seen.0.get(text) {
            return Ok(set.clone());
        }
        let set: Set<T> = serde_json::from_str(text).map_err(|error| self.bad(error))?;
        seen.0.insert(text.to_owned(), set.clone());
        Ok(set)
    }

    /// There is no further value: none was torn in two.
    pub(super) fn end(mut self) -> Result<(), StoreError> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err(self.bad("there is a value too many")),
        }
    }
}

/// Sets that were read before. A million people hold few different ones, and share them.
pub(super) struct Seen<T>(HashMap<String, Set<T>>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_value_by_value_and_to_its_end() {
        let mut line = Line::new("people", "alice\u{1f}\u{1f}42\u{1f}[\"b\",\"a\"]");
        let mut seen = Seen::default();
        assert_eq!(line.text().unwrap(), "alice");
        assert_eq!(line.optional_parsed::<i64>().unwrap(), None);
        assert_eq!(line.moment().unwrap().timestamp_millis(), 42);
        let set: Set<String> = line.set(&mut seen).unwrap();
        assert_eq!(set.as_slice(), ["a", "b"]);
        line.end().unwrap();
    }

    #[test]
    fn a_torn_row_is_named() {
        let told = |error: StoreError| error.to_string();
        let mut short = Line::new("people", "alice");
        short.text().unwrap();
        let missing = told(short.text().unwrap_err());
        assert!(
            missing.contains("people") && missing.contains("alice"),
            "{missing}"
        );
        assert!(Line::new("people", "alice\u{1f}x").end().is_err());
        assert!(Line::new("people", "x").parsed::<i64>().is_err());
        assert_eq!(rows("").count(), 0);
        assert_eq!(rows("a\u{1e}b").collect::<Vec<_>>(), ["a", "b"]);
    }
}
