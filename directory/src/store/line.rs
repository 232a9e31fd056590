// SPDX-License-Identifier: Apache-2.0
//! Rows as text. To carry a value out of the database costs more than to read it, so rows of a large table leave it
//! together, as one text. Identifiers, words, levels and JSON hold none of the separators, nor does anything that
//! people write on one line.

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
/// Between a row and a list that belongs to it.
const PARTS: char = '\u{1d}';
/// Between the rows of a page.
const PAGE: char = '\u{1c}';

/// `columns` as one text. None of them may be NULL.
pub(super) fn joined(columns: &str) -> String {
    format!("concat_ws('{VALUES}', {columns})")
}

/// The rows that `from` selects, each [`joined`], as one text.
pub(super) fn listed(columns: &str, from: &str) -> String {
    format!("(SELECT string_agg({}, '{ROWS}') FROM {from})", joined(columns))
}

/// `column` as it is said in a [`joined`] row where it may be NULL; [`Line::said`] reads it.
pub(super) fn said(column: &str) -> String {
    format!("COALESCE('=' || {column}, '')")
}

/// A [`joined`] row and a [`listed`] list that belongs to it, as one text.
pub(super) fn with_list(row: &str, list: &str) -> String {
    format!("{row} || '{PARTS}' || COALESCE({list}, '')")
}

/// All rows that `from` selects as `line`, as one text.
pub(super) fn page(from: &str) -> String {
    format!("SELECT string_agg(line, '{PAGE}'), MAX(id) FROM ({from}) AS page")
}

/// What [`page`] put together, row by row, each with the list that belongs to it.
pub(super) fn of_page(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(PAGE)
        .map(|row| row.split_once(PARTS).unwrap_or((row, "")))
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

    /// What [`said`] selected.
    pub(super) fn said(&mut self) -> Result<Option<&'a str>, StoreError> {
        let text = self.text()?;
        match text.strip_prefix('=') {
            None if !text.is_empty() => Err(self.bad(format_args!("`{text}` is not what was selected"))),
            said => Ok(said),
        }
    }

    pub(super) fn optional_moment(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let millis: Option<i64> = self.optional_parsed()?;
        millis.map(|millis| self.calendar(millis)).transpose()
    }

    pub(super) fn moment(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let millis: i64 = self.parsed()?;
        self.calendar(millis)
    }

    fn calendar(&self, millis: i64) -> Result<DateTime<Utc>, StoreError> {
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
    fn a_page_is_read_row_by_row_each_with_its_list() {
        let page = "a\u{1f}=\u{1d}x\u{1e}y\u{1c}b\u{1f}\u{1d}";
        let read: Vec<_> = of_page(page).collect();
        assert_eq!(read, [("a\u{1f}=", "x\u{1e}y"), ("b\u{1f}", "")]);
        let said = |row| {
            let mut line = Line::new("people", row);
            line.text().unwrap();
            line.said().map(|said| said.map(str::to_owned))
        };
        assert_eq!(said("a\u{1f}=").unwrap().as_deref(), Some(""));
        assert_eq!(said("a\u{1f}=Anna").unwrap().as_deref(), Some("Anna"));
        assert_eq!(said("b\u{1f}").unwrap(), None);
        assert!(said("b\u{1f}Anna").is_err());
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
