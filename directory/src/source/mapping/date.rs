// SPDX-License-Identifier: Apache-2.0
//! Moments as sources write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How a source writes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// Days since 1970-01-01, as `shadowExpire` has it.
    DaysSince1970,
    /// Active Directory's: steps of 100 ns since 1601. 0 and 9223372036854775807 are never.
    Filetime,
    /// LDAP's (RFC 4517, 3.3.13): `20281231235959Z`.
    GeneralizedTime,
    /// RFC 3339, or a bare date, which lasts to its end.
    Rfc3339,
    /// Seconds since 1970-01-01.
    Unix,
}

/// The moment that stands for never.
pub(crate) fn never() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(9999, 12, 31)
        .and_then(|day| day.and_hms_opt(23, 59, 59))
        .unwrap_or(NaiveDateTime::MAX)
        .and_utc()
}

impl DateForm {
    /// Reads an end; what no calendar of ours has is none.
    pub fn read(self, text: &str) -> Option<DateTime<Utc>> {
        let moment = match self {
            Self::DaysSince1970 => {
                let days: i64 = number(text)?;
                DateTime::from_timestamp(days.checked_mul(86_400)?.checked_add(86_399)?, 0)?
            }
            Self::Filetime => {
                let steps: i64 = number(text)?;
                if steps == 0 || steps == i64::MAX {
                    return Some(never());
                }
                let since_1601 = steps.checked_div(10)?;
                DateTime::from_timestamp_micros(since_1601.checked_sub(11_644_473_600_000_000)?)?
            }
            Self::GeneralizedTime => generalized(text)?,
            Self::Rfc3339 => crate::time::end(text).ok()?,
            Self::Unix => DateTime::from_timestamp(number(text)?, 0)?,
        };
        let first = DateTime::<Utc>::UNIX_EPOCH;
        (moment >= first).then(|| moment.min(never()))
    }
}

fn number(text: &str) -> Option<i64> {
    // Neither a sign nor blanks: one number is written in one way.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// RFC 4517, 3.3.13: minutes, seconds and a fraction may be missing; the zone may not.
fn generalized(text: &str) -> Option<DateTime<Utc>> {
    if !text.is_ascii() || text.len() > 32 {
        return None;
    }
    let (local, zone) = if let Some(local) = text.strip_suffix('Z') {
        (local, TimeDelta::zero())
    } else {
        let at = text.rfind(['+', '-'])?;
        let (local, zone) = text.split_at_checked(at)?;
        (local, offset(zone)?)
    };
    let (whole, fraction) = match local.find(['.', ',']) {
        Some(at) => {
            let (whole, rest) = local.split_at_checked(at)?;
            (whole, Some(rest.get(1..)?))
        }
        None => (local, None),
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to)?.parse::<u32>().ok();
    let (unit, minute, second) = match whole.len() {
        10 => (3_600_000, 0, 0),
        12 => (60_000, part(10, 12)?, 0),
        14 => (1_000, part(10, 12)?, part(12, 14)?),
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(4, 6)?, part(6, 8)?)?;
    // A leap second is the last of its minute.
    let moment = day.and_hms_opt(part(8, 10)?, minute, second.min(59))?;
    if second > 60 {
        return None;
    }
    let millis = match fraction {
        None => 0,
        Some(digits) => {
            let is_number =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number {
                return None;
            }
            let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
            digits
                .parse::<i64>()
                .ok()?
                .checked_mul(unit)?
                .checked_div(scale)?
        }
    };
    let moment = moment
        .and_utc()
        .checked_add_signed(TimeDelta::milliseconds(millis))?;
    moment.checked_sub_signed(zone)
}

fn offset(text: &str) -> Option<TimeDelta> {
    let (sign, digits) = text.split_at_checked(1)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .map_or(Some(0), |rest| rest.parse().ok())?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let east = if sign == "-" { -1 } else { 1 };
    Some(TimeDelta::minutes(east * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: DateForm, text: &str) -> Option<String> {
        form.read(text).map(|moment| moment.to_rfc3339())
    }

    #[test]
    fn each_form_is_read_to_the_second() {
        for (form, text, moment) in [
            (DateForm::Rfc3339, "2028-12-31", "2028-12-31T23:59:59+00:00"),
            (
                DateForm::Rfc3339,
                "2028-12-31T10:00:00+02:00",
                "2028-12-31T08:00:00+00:00",
            ),
            (
                DateForm::GeneralizedTime,
                "20281231235959Z",
                "2028-12-31T23:59:59+00:00",
            ),
            (
                DateForm::GeneralizedTime,
                "2028123112+0200",
                "2028-12-31T10:00:00+00:00",
            ),
            (
                DateForm::GeneralizedTime,
                "202812311230.5Z",
                "2028-12-31T12:30:30+00:00",
            ),
            (
                DateForm::GeneralizedTime,
                "20281231235960Z",
                "2028-12-31T23:59:59+00:00",
            ),
            (
                DateForm::Filetime,
                "133801632000000000",
                "2025-01-01T00:00:00+00:00",
            ),
            (DateForm::Filetime, "0", "9999-12-31T23:59:59+00:00"),
            (
                DateForm::Filetime,
                "9223372036854775807",
                "9999-12-31T23:59:59+00:00",
            ),
            (DateForm::Unix, "1861919999", "2028-12-31T23:59:59+00:00"),
            (DateForm::DaysSince1970, "0", "1970-01-01T23:59:59+00:00"),
        ] {
            assert_eq!(read(form, text).as_deref(), Some(moment), "{form:?} {text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for (form, text) in [
            (DateForm::Rfc3339, "31.12.2028"),
            (DateForm::GeneralizedTime, "20281231235959"),
            (DateForm::GeneralizedTime, "20281331235959Z"),
            (DateForm::GeneralizedTime, "2028123123595xZ"),
            (DateForm::GeneralizedTime, "20281231235959+9900"),
            (DateForm::GeneralizedTime, "2028é231235959Z"),
            (DateForm::Filetime, "-1"),
            (DateForm::Filetime, "1"),
            (DateForm::Unix, "99999999999999999999"),
            (DateForm::Unix, ""),
            (DateForm::DaysSince1970, "9223372036854775807"),
        ] {
            assert_eq!(read(form, text), None, "{form:?} {text}");
        }
    }
}
