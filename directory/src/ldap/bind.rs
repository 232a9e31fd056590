// SPDX-License-Identifier: Apache-2.0
//! What a refused bind says. Active Directory answers 49 to everything and hides what happened in the
//! text: `80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data 52e, v4563`.

use std::fmt;

/// Why a password does not let her in. For the record; she herself learns none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The account's own time is over (701).
    AccountExpired,
    /// The account is disabled (533).
    Disabled,
    /// Too many failures (775, or what others answer then).
    Locked,
    /// The password must be changed first (773).
    MustChangePassword,
    /// Not at this hour (530).
    NotNow,
    /// Not from here (531).
    NotHere,
    /// The password is right and too old (532).
    PasswordExpired,
    /// Name or password is wrong (52e, 525).
    Wrong,
}

/// What a directory answered to a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// She is who she says.
    Bound,
    /// She is not let in.
    Refused(Refusal),
    /// The directory could not judge: nobody guessed.
    Unavailable,
}

impl Outcome {
    /// Reads a result code and its text. Only 0 lets anybody in.
    pub fn read(code: u32, text: &str) -> Self {
        match code {
            0 => Self::Bound,
            49 => Self::Refused(sub_code(text)),
            // 389 Directory Server and others: too many failures, or locked by an administrator.
            19 if text.to_lowercase().contains("password retry") => Self::Refused(Refusal::Locked),
            53 if text.to_lowercase().contains("inactivated") => Self::Refused(Refusal::Disabled),
            // inappropriateAuthentication: the entry has no password. invalidDNSyntax, noSuchObject: it is gone.
            32 | 34 | 48 => Self::Refused(Refusal::Wrong),
            _ => Self::Unavailable,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountExpired => "the account expired",
            Self::Disabled => "the account is disabled",
            Self::Locked => "the account is locked",
            Self::MustChangePassword => "the password must be changed first",
            Self::NotNow => "not at this hour",
            Self::NotHere => "not from this machine",
            Self::PasswordExpired => "the password expired",
            Self::Wrong => "name or password is wrong",
        })
    }
}

fn sub_code(text: &str) -> Refusal {
    let code = text.split("data ").nth(1).unwrap_or_default();
    let code: String = code.chars().take_while(char::is_ascii_hexdigit).collect();
    match code.to_ascii_lowercase().as_str() {
        "530" => Refusal::NotNow,
        "531" => Refusal::NotHere,
        "532" => Refusal::PasswordExpired,
        "533" => Refusal::Disabled,
        "701" => Refusal::AccountExpired,
        "773" => Refusal::MustChangePassword,
        "775" => Refusal::Locked,
        _ => Refusal::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_directory_says_what_happened_in_the_text() {
        for (data, expected) in [
            ("525", Refusal::Wrong),
            ("52e", Refusal::Wrong),
            ("530", Refusal::NotNow),
            ("531", Refusal::NotHere),
            ("532", Refusal::PasswordExpired),
            ("533", Refusal::Disabled),
            ("701", Refusal::AccountExpired),
            ("773", Refusal::MustChangePassword),
            ("775", Refusal::Locked),
            ("0", Refusal::Wrong),
        ] {
            let text = format!(
                "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data {data}, v4563"
            );
            assert_eq!(Outcome::read(49, &text), Outcome::Refused(expected), "{data}");
        }
        assert_eq!(Outcome::read(49, ""), Outcome::Refused(Refusal::Wrong));
    }

    #[test]
    fn an_outage_is_no_wrong_password_and_nothing_but_success_is_one() {
        for code in [1, 2, 3, 7, 8, 10, 11, 13, 14, 50, 51, 52, 53, 80, 88] {
            assert_eq!(Outcome::read(code, "data 775"), Outcome::Unavailable, "{code}");
        }
        assert_eq!(Outcome::read(0, ""), Outcome::Bound);
        assert_eq!(
            Outcome::read(19, "Exceed password retry limit. Please try later."),
            Outcome::Refused(Refusal::Locked)
        );
    }
}
