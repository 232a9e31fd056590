// SPDX-License-Identifier: Apache-2.0
//! UTCTime and GeneralizedTime as RFC 5280, section 4.1.2.5 wants them: seconds, `Z`, no fraction.

use chrono::{DateTime, NaiveDate, Utc};

use super::cursor::{Cursor, Element, GENERALIZED_TIME, UTC_TIME};
use super::parsed::Malformed;

/// The next element, as a time.
pub(super) fn next(cursor: &mut Cursor<'_>) -> Result<DateTime<Utc>, Malformed> {
    read(cursor.next()?)
}

/// The next element as a time, if it is one.
pub(super) fn maybe(cursor: &mut Cursor<'_>) -> Result<Option<DateTime<Utc>>, Malformed> {
    match cursor.maybe(UTC_TIME)? {
        Some(element) => read(element).map(Some),
        None => cursor.maybe(GENERALIZED_TIME)?.map(read).transpose(),
    }
}

/// An element as a time.
pub(super) fn read(element: Element<'_>) -> Result<DateTime<Utc>, Malformed> {
    parse(element.tag, element.value).ok_or(Malformed::Encoding("a time"))
}

fn parse(tag: u8, text: &[u8]) -> Option<DateTime<Utc>> {
    let (digits, year_digits) = match (tag, text.len()) {
        (UTC_TIME, 13) => (text.strip_suffix(b"Z")?, 2),
        (GENERALIZED_TIME, 15) => (text.strip_suffix(b"Z")?, 4),
        _ => return None,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, rest) = digits.split_at_checked(year_digits)?;
    let year = match (year_digits, number(year)) {
        (2, year @ 50..) => 1900 + year,
        (2, year) => 2000 + year,
        (_, year) => year,
    };
    let mut pairs = rest.chunks(2).map(number);
    let mut pair = || pairs.next();
    let (month, day, hour, minute, second) = (pair()?, pair()?, pair()?, pair()?, pair()?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.and_hms_opt(hour, minute, second)?.and_utc())
}

fn number(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit.saturating_sub(b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digit_years_turn_at_fifty_and_a_fraction_is_refused() {
        let year = |text: &[u8]| parse(UTC_TIME, text).map(|at| at.format("%Y").to_string());
        assert_eq!(year(b"500101000000Z").as_deref(), Some("1950"));
        assert_eq!(year(b"491231235959Z").as_deref(), Some("2049"));
        assert_eq!(year(b"4912312359Z"), None);
        assert_eq!(parse(GENERALIZED_TIME, b"20500101000000.5Z"), None);
        assert_eq!(parse(GENERALIZED_TIME, b"20500231000000Z"), None);
    }
}
