// SPDX-License-Identifier: Apache-2.0
//! How long sign-ins last.

use authn::session::{Ends, Lifetimes};
use chrono::TimeDelta;
use countersign_authn as authn;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[sessions]`: how long a sign-in lasts, by its level, and how long without activity. The most is what NIST SP
/// 800-63B-4 sets, which decisions hold sessions to as well; more is refused at start. A session keeps the ends that
/// it was opened with until its next sign-in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Minutes from a sign-in at AAL1 to its end; at most 43200 (30 days).
    pub aal1_minutes: u32,
    /// Minutes without activity after which a session at AAL1 ends; at most 60.
    pub aal1_idle_minutes: u32,
    /// Minutes from a sign-in at AAL2, phishing-resistant or not, to its end; at most 1440 (24 hours).
    pub aal2_minutes: u32,
    /// Minutes without activity after which a session at AAL2 ends; at most 60.
    pub aal2_idle_minutes: u32,
    /// Minutes from a sign-in at AAL3 to its end; at most 720 (12 hours).
    pub aal3_minutes: u32,
    /// Minutes without activity after which a session at AAL3 ends; at most 15.
    pub aal3_idle_minutes: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        let most = Lifetimes::default();
        Self {
            aal1_minutes: minutes(most.aal1.absolute),
            aal1_idle_minutes: minutes(most.aal1.idle),
            aal2_minutes: minutes(most.aal2.absolute),
            aal2_idle_minutes: minutes(most.aal2.idle),
            aal3_minutes: minutes(most.aal3.absolute),
            aal3_idle_minutes: minutes(most.aal3.idle),
        }
    }
}

impl Sessions {
    /// The same, for whoever opens sessions.
    pub fn lifetimes(&self) -> Lifetimes {
        let ends = |absolute: u32, idle: u32| Ends {
            absolute: TimeDelta::minutes(absolute.into()),
            idle: TimeDelta::minutes(idle.into()),
        };
        Lifetimes {
            aal1: ends(self.aal1_minutes, self.aal1_idle_minutes),
            aal2: ends(self.aal2_minutes, self.aal2_idle_minutes),
            aal3: ends(self.aal3_minutes, self.aal3_idle_minutes),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let most = Self::default();
        let levels = [
            (
                "aal1",
                self.aal1_minutes,
                most.aal1_minutes,
                self.aal1_idle_minutes,
                most.aal1_idle_minutes,
            ),
            (
                "aal2",
                self.aal2_minutes,
                most.aal2_minutes,
                self.aal2_idle_minutes,
                most.aal2_idle_minutes,
            ),
            (
                "aal3",
                self.aal3_minutes,
                most.aal3_minutes,
                self.aal3_idle_minutes,
                most.aal3_idle_minutes,
            ),
        ];
        for (level, absolute, most_absolute, idle, most_idle) in levels {
            within(
                &format!("sessions.{level}_minutes"),
                absolute,
                most_absolute,
                "NIST SP 800-63B-4",
            )?;
            within(
                &format!("sessions.{level}_idle_minutes"),
                idle,
                most_idle,
                "NIST SP 800-63B-4",
            )?;
            let own_end = format!("`{level}_minutes`");
            within(
                &format!("sessions.{level}_idle_minutes"),
                idle,
                absolute,
                &own_end,
            )?;
        }
        Ok(())
    }
}

fn within(key: &str, minutes: u32, most: u32, by: &str) -> Result<(), ConfigError> {
    if (1..=most).contains(&minutes) {
        return Ok(());
    }
    Err(ConfigError::Key {
        key: key.to_owned(),
        message: format!("`{minutes}` is not from 1 to {most} minutes, which is the most by {by}"),
    })
}

/// INVARIANT: none of the lifetimes of this file is longer than a month.
fn minutes(time: TimeDelta) -> u32 {
    u32::try_from(time.num_minutes()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn load(text: &str) -> Result<Config, ConfigError> {
        Config::from_table(text.parse().unwrap())
    }

    #[test]
    fn what_nist_allows_at_most_is_taken_and_a_minute_more_is_refused_by_name() {
        for (key, most) in [
            ("aal1_minutes", 43_200),
            ("aal1_idle_minutes", 60),
            ("aal2_minutes", 1440),
            ("aal2_idle_minutes", 60),
            ("aal3_minutes", 720),
            ("aal3_idle_minutes", 15),
        ] {
            load(&format!("[sessions]\n{key} = {most}")).unwrap();
            for wrong in [0, most + 1] {
                let said = load(&format!("[sessions]\n{key} = {wrong}"))
                    .unwrap_err()
                    .to_string();
                assert!(said.contains(&format!("sessions.{key}")), "{said}");
                assert!(said.contains(&format!("1 to {most} minutes")), "{said}");
            }
        }
    }

    #[test]
    fn nothing_is_idle_longer_than_it_lasts() {
        let said = load("[sessions]\naal2_minutes = 30\naal2_idle_minutes = 31").unwrap_err();
        assert!(said.to_string().contains("`aal2_minutes`"), "{said}");
        let config = load("[sessions]\naal2_minutes = 30\naal2_idle_minutes = 30").unwrap();
        let ends = config.sessions.lifetimes().aal2;
        assert_eq!(
            (ends.absolute, ends.idle),
            (TimeDelta::minutes(30), TimeDelta::minutes(30))
        );
    }
}
