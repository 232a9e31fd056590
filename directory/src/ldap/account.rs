// SPDX-License-Identifier: Apache-2.0
//! Whether the directory lets an account be used, from the attributes in which the common directories
//! say so. An attribute that cannot be understood speaks against the account.

use chrono::{DateTime, TimeDelta, Utc};

use super::entry::Raw;

/// The attributes that are read for it, whichever directory it is.
pub const ATTRIBUTES: [&str; 9] = [
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "lockoutTime",
    "accountExpires",
    "pwdLastSet",
    "nsAccountLock",
    "pwdAccountLockedTime",
    "shadowExpire",
    "loginDisabled",
];

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may, until the moment at which it runs out, if there is one.
    Active {
        /// When the directory will say otherwise by itself.
        until: Option<DateTime<Utc>>,
        /// The password has to be changed before the account is good for a sign-in with it.
        must_change_password: bool,
    },
    /// It may not.
    Closed(Why),
}

/// Why an account may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An administrator disabled it.
    Disabled,
    /// Its time is over.
    Expired,
    /// Too many failures.
    Locked,
    /// The attribute that says so is not understood.
    Unclear,
}

impl Standing {
    /// Whether it may be used.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Active { .. })
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Disabled => "disabled in the directory",
            Self::Expired => "expired in the directory",
            Self::Locked => "locked in the directory",
            Self::Unclear => "the directory's word on the account is not understood",
        })
    }
}

const ACCOUNT_DISABLE: i64 = 0x2;
const LOCKOUT: i64 = 0x10;
const PASSWORD_EXPIRED: i64 = 0x80_0000;
/// Where Active Directory means never.
const NEVER: [i64; 2] = [0, i64::MAX];

/// What the directory says of the account at `now`.
pub fn standing(entry: &Raw, now: DateTime<Utc>) -> Standing {
    match judge(entry, now) {
        Ok(standing) => standing,
        Err(why) => Standing::Closed(why),
    }
}

fn judge(entry: &Raw, now: DateTime<Utc>) -> Result<Standing, Why> {
    let control = number(entry, "userAccountControl")?.unwrap_or(0);
    let computed = number(entry, "msDS-User-Account-Control-Computed")?;
    if control & ACCOUNT_DISABLE != 0 {
        return Err(Why::Disabled);
    }
    // The computed value knows how long a lockout lasts; `lockoutTime` stays until the next sign-in.
    let locked = match computed {
        Some(bits) => bits & LOCKOUT != 0,
        None => number(entry, "lockoutTime")?.is_some_and(|since| since != 0),
    };
    if locked || entry.text("pwdAccountLockedTime").is_some() {
        return Err(Why::Locked);
    }
    for lock in ["nsAccountLock", "loginDisabled"] {
        match entry.text(lock) {
            None => {}
            Some(word) if word.eq_ignore_ascii_case("false") => {}
            Some(word) if word.eq_ignore_ascii_case("true") => return Err(Why::Disabled),
            Some(_) => return Err(Why::Unclear),
        }
    }
    let mut until = None;
    if let Some(end) = number(entry, "accountExpires")?.filter(|end| !NEVER.contains(end)) {
        until = Some(filetime(end).ok_or(Why::Unclear)?);
    }
    if let Some(days) = number(entry, "shadowExpire")?.filter(|days| *days >= 0) {
        let end = TimeDelta::try_days(days).and_then(|days| DateTime::UNIX_EPOCH.checked_add_signed(days));
        let end = end.ok_or(Why::Unclear)?;
        until = Some(until.map_or(end, |other: DateTime<Utc>| other.min(end)));
    }
    if until.is_some_and(|end| end <= now) {
        return Err(Why::Expired);
    }
    let never_set = number(entry, "pwdLastSet")?.is_some_and(|set| set == 0);
    let expired = computed.is_some_and(|bits| bits & PASSWORD_EXPIRED != 0);
    Ok(Standing::Active {
        until,
        must_change_password: never_set || expired,
    })
}

fn number(entry: &Raw, name: &str) -> Result<Option<i64>, Why> {
    let Some(values) = entry.values(name) else {
        return Ok(None);
    };
    let [value] = values else {
        return if values.is_empty() {
            Ok(None)
        } else {
            Err(Why::Unclear)
        };
    };
    let text = std::str::from_utf8(value).map_err(|_| Why::Unclear)?;
    text.trim().parse().map(Some).map_err(|_| Why::Unclear)
}

/// Ticks of 100 ns since the year 1601.
fn filetime(ticks: i64) -> Option<DateTime<Utc>> {
    const SECONDS_TO_1970: i64 = 11_644_473_600;
    let seconds = ticks.checked_div(10_000_000)?.checked_sub(SECONDS_TO_1970)?;
    DateTime::from_timestamp(seconds, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(attributes: &[(&str, &str)]) -> Standing {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![value.as_bytes().to_vec()]))
            .collect();
        let entry = Raw {
            dn: "cn=a".into(),
            attributes,
        };
        standing(&entry, "2026-11-23T12:00:00Z".parse().unwrap())
    }

    fn closed(attributes: &[(&str, &str)]) -> Option<Why> {
        match judged(attributes) {
            Standing::Closed(why) => Some(why),
            Standing::Active { .. } => None,
        }
    }

    #[test]
    fn accounts_of_active_directory_are_judged_by_its_flags() {
        let uac = "userAccountControl";
        assert_eq!(
            closed(&[(uac, "512"), ("accountExpires", "0"), ("lockoutTime", "0")]),
            None
        );
        assert_eq!(closed(&[(uac, "514")]), Some(Why::Disabled));
        assert_eq!(closed(&[(uac, "66050")]), Some(Why::Disabled));
        assert_eq!(
            closed(&[(uac, "512"), ("lockoutTime", "133454016000000000")]),
            Some(Why::Locked)
        );
        // A lockout that is over, by the directory's own reckoning.
        let over = [
            ("lockoutTime", "133454016000000000"),
            ("msDS-User-Account-Control-Computed", "0"),
        ];
        assert_eq!(closed(&over), None);
        assert_eq!(
            closed(&[("msDS-User-Account-Control-Computed", "16")]),
            Some(Why::Locked)
        );
        assert_eq!(closed(&[("accountExpires", "9223372036854775807")]), None);
        assert_eq!(closed(&[(uac, "many")]), Some(Why::Unclear));
    }

    #[test]
    fn an_account_expires_at_its_tick() {
        // 2026-11-23T12:00:00Z in ticks, and a second later.
        let noon = (1_795_435_200_i64 + 11_644_473_600) * 10_000_000;
        assert_eq!(
            closed(&[("accountExpires", &noon.to_string())]),
            Some(Why::Expired)
        );
        let later = noon + 10_000_000;
        let Standing::Active { until, .. } = judged(&[("accountExpires", &later.to_string())]) else {
            panic!("it is good for a second");
        };
        assert_eq!(until, Some("2026-11-23T12:00:01Z".parse().unwrap()));
        assert_eq!(
            closed(&[("accountExpires", "9223372036854775806")]),
            None,
            "the year 30828"
        );
        assert_eq!(closed(&[("shadowExpire", "1")]), Some(Why::Expired));
        assert_eq!(closed(&[("shadowExpire", "-1")]), None);
    }

    #[test]
    fn a_password_that_was_never_set_must_be_changed() {
        let is_asked = |attributes: &[(&str, &str)]| {
            matches!(
                judged(attributes),
                Standing::Active {
                    must_change_password: true,
                    ..
                }
            )
        };
        assert!(is_asked(&[("userAccountControl", "512"), ("pwdLastSet", "0")]));
        assert!(is_asked(&[("msDS-User-Account-Control-Computed", "8388608")]));
        assert!(!is_asked(&[("pwdLastSet", "133454016000000000")]));
    }

    #[test]
    fn other_directories_lock_accounts_in_their_ways() {
        assert_eq!(closed(&[("nsAccountLock", "TRUE")]), Some(Why::Disabled));
        assert_eq!(closed(&[("nsAccountLock", "false")]), None);
        assert_eq!(closed(&[("nsAccountLock", "perhaps")]), Some(Why::Unclear));
        assert_eq!(
            closed(&[("pwdAccountLockedTime", "000001010000Z")]),
            Some(Why::Locked)
        );
    }
}
