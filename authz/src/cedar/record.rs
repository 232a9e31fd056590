// SPDX-License-Identifier: Apache-2.0
//! Cedar values, written down one by one.

use cedar_policy::RestrictedExpression;
use chrono::{DateTime, Utc};

use super::request::Unbuildable;

/// A record in the making.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<(String, RestrictedExpression)>);

impl Record {
    pub(super) fn put(&mut self, name: &str, value: RestrictedExpression) -> &mut Self {
        self.0.push((name.to_owned(), value));
        self
    }

    pub(super) fn maybe(&mut self, name: &str, value: Option<RestrictedExpression>) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    pub(super) fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.put(name, RestrictedExpression::new_bool(value))
    }

    pub(super) fn long(&mut self, name: &str, value: impl Into<i64>) -> &mut Self {
        self.put(name, RestrictedExpression::new_long(value.into()))
    }

    pub(super) fn moment(&mut self, name: &str, value: DateTime<Utc>) -> &mut Self {
        self.long(name, value.timestamp_millis())
    }

    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.put(name, text(value))
    }

    pub(super) fn texts<'s>(&mut self, name: &str, values: impl IntoIterator<Item = &'s str>) -> &mut Self {
        self.put(name, RestrictedExpression::new_set(values.into_iter().map(text)))
    }

    pub(super) fn pairs(self) -> Vec<(String, RestrictedExpression)> {
        self.0
    }

    pub(super) fn build(self) -> Result<RestrictedExpression, Unbuildable> {
        RestrictedExpression::new_record(self.0).map_err(|_| Unbuildable)
    }
}

pub(super) fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}
