// SPDX-License-Identifier: Apache-2.0
//! Moments as files and the store write them: RFC 3339, kept to the millisecond, which is what a
//! BIGINT column holds. A bare date begins at midnight UTC and ends with its last second.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a moment; a bare date is its first second.
pub(crate) fn start(text: &str) -> Result<DateTime<Utc>, &'static str> {
    read(text, NaiveTime::MIN)
}

/// Reads a moment; a bare date is its last second, because validity ends are inclusive.
pub(crate) fn end(text: &str) -> Result<DateTime<Utc>, &'static str> {
    read(
        text,
        NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN),
    )
}

/// A stored number of Unix milliseconds, or nothing when no calendar has it.
pub(crate) fn from_millis(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

const WRONG: &str = "a moment is written as in RFC 3339, for example 2028-06-30T23:59:59Z, or as a bare date";

fn read(text: &str, of_day: NaiveTime) -> Result<DateTime<Utc>, &'static str> {
    let moment = match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => moment.to_utc(),
        Err(_) => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| WRONG)?
            .and_time(of_day)
            .and_utc(),
    };
    from_millis(moment.timestamp_millis()).ok_or(WRONG)
}

fn write<S: Serializer>(moment: DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

macro_rules! serde_with {
    ($($(#[$doc:meta])* $name:ident = $read:path;)+) => {$(
        $(#[$doc])*
        pub(crate) mod $name {
            use super::{DateTime, Deserialize, Deserializer, Serializer, Utc};

            pub(crate) fn serialize<S: Serializer>(moment: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
                super::write(*moment, to)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                $read(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serde_with! {
    /// For `valid_from` and plain moments.
    at_start = super::start;
    /// For `valid_until`.
    at_end = super::end;
}

/// For moments that may be missing.
pub(crate) mod optional {
    use super::{DateTime, Deserialize, Deserializer, Serializer, Utc};

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(moment: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) => super::write(*moment, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::<std::borrow::Cow<'de, str>>::deserialize(from)?
            .map(|text| super::start(&text).map_err(serde::de::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_date_lasts_to_the_end_of_its_day() {
        assert_eq!(end("2028-06-30").unwrap(), start("2028-06-30T23:59:59Z").unwrap());
        assert_eq!(
            start("2028-06-30").unwrap(),
            start("2028-06-30T00:00:00Z").unwrap()
        );
        assert!(end("30.06.2028").is_err());
    }

    #[test]
    fn moments_are_kept_to_the_millisecond() {
        let moment = start("2028-06-30T23:59:59.123456Z").unwrap();
        assert_eq!(moment.timestamp_subsec_nanos(), 123_000_000);
    }
}
