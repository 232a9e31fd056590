// SPDX-License-Identifier: Apache-2.0
//! What a sign-in at a source proves here, and how a requirement is put into a source's own words.
//!
//! The source's table gives the level, never above its cap; a word that is not in it gives the floor.
//! `amr` is evidence and no verdict: it is kept where the source is trusted for it, and never counted.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::source::{Level as Word, Trust};

use super::Claimed;
use crate::assurance::{Level, Method, Proof, Requirement};
use crate::session::{Ends, Lifetimes};

/// How old a sign-in counts of which the source does not say when it was: too old for every `max_age`.
const UNKNOWN_AGE: TimeDelta = TimeDelta::days(30);
/// How long a session lasts whose sign-in is of unknown age.
const UNKNOWN_LASTS: TimeDelta = TimeDelta::hours(1);

impl From<Word> for Level {
    fn from(word: Word) -> Self {
        match word {
            Word::Aal1 => Self::Aal1,
            Word::Aal2 => Self::Aal2,
            Word::Aal2PhishingResistant => Self::Aal2PhishingResistant,
            Word::Aal3 => Self::Aal3,
        }
    }
}

impl From<Level> for Word {
    fn from(level: Level) -> Self {
        match level {
            Level::Aal1 => Self::Aal1,
            Level::Aal2 => Self::Aal2,
            Level::Aal2PhishingResistant => Self::Aal2PhishingResistant,
            Level::Aal3 => Self::Aal3,
        }
    }
}

/// What a source's word is worth here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judged {
    /// What it proves.
    pub proof: Proof,
    /// Whether the source said when it happened.
    pub knows_age: bool,
    /// Until when the session may last, at most.
    pub until: Option<DateTime<Utc>>,
}

/// The source says that somebody proved herself in the future.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the source says that she proved herself in the future")]
pub struct FromTheFuture;

/// Judges what a source said. `skew` is by how much its clock may differ; `need` is what was asked.
pub fn judge(
    claimed: &Claimed,
    trust: &Trust,
    skew: TimeDelta,
    need: &Requirement,
    now: DateTime<Utc>,
) -> Result<Judged, FromTheFuture> {
    let word = trust.level(claimed.context.as_deref());
    let mut level = Level::from(word);
    let believes_methods = trust
        .assurance
        .as_ref()
        .is_some_and(|assurance| assurance.methods);
    let methods = claimed.methods.iter().filter_map(|word| method(word));
    let methods = methods.filter(|_| believes_methods).collect();
    let (at, knows_age) = match claimed.authenticated_at {
        Some(at) if at > now + skew => return Err(FromTheFuture),
        Some(at) => (within_skew(at.min(now), need.after, skew), true),
        None => {
            // Twelve hours are the most that aal3 may last, and nobody can say that they are not over.
            level = level.min(Level::Aal2PhishingResistant);
            (now - UNKNOWN_AGE, false)
        }
    };
    Ok(Judged {
        proof: Proof {
            level,
            methods,
            at,
            attested: level == Level::Aal3,
            by: Vec::new(),
        },
        knows_age,
        until: claimed.session_until,
    })
}

impl Judged {
    /// The lifetimes of a session that begins with it: none outlasts what the source allows.
    pub fn within(&self, lifetimes: &Lifetimes, now: DateTime<Utc>) -> Lifetimes {
        let since = now - self.proof.at;
        let most = self
            .until
            .map(|until| (until - self.proof.at).max(TimeDelta::zero()));
        let bounded = |usual: Ends| {
            let own = if self.knows_age {
                usual.absolute
            } else {
                since + UNKNOWN_LASTS
            };
            Ends {
                absolute: most.map_or(own, |most| own.min(most)),
                ..usual
            }
        };
        Lifetimes {
            aal1: bounded(lifetimes.aal1),
            aal2: bounded(lifetimes.aal2),
            aal3: bounded(lifetimes.aal3),
        }
    }

    /// Whether a session of it would be over before it began: the sign-in there is too old.
    pub fn is_over(&self, lifetimes: &Lifetimes, now: DateTime<Utc>) -> bool {
        let lifetimes = self.within(lifetimes, now);
        now >= self.proof.at + lifetimes.of(self.proof.level).absolute
    }
}

/// What a source is asked for so that its answer can meet `need`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// Its own words for the level, best match first; empty where it has none or none is needed.
    pub contexts: Vec<String>,
    /// The greatest age of the sign-in there, in seconds. Always asked: a source that is asked has to say
    /// when somebody proved herself.
    pub max_age: i64,
    /// Whether she has to prove herself again, whatever session she has there.
    pub anew: bool,
}

/// Translates `need` down into the words of a source.
pub fn ask(need: &Requirement, trust: &Trust, lifetimes: &Lifetimes) -> Asked {
    let contexts = match &trust.assurance {
        Some(assurance) if need.level > Level::Aal1 => {
            let mut words: Vec<(Word, String)> = assurance
                .words_for(need.level.into())
                .map(|word| (assurance.level(Some(word)), word.to_owned()))
                .collect();
            words.sort();
            words.into_iter().map(|(_, word)| word).collect()
        }
        _ => Vec::new(),
    };
    let highest = trust.assurance.as_ref().map(|assurance| assurance.highest.into());
    // Whatever level comes back, its session must not be over before it begins.
    let longest = lifetimes
        .of(highest.unwrap_or(Level::Aal1).max(need.level))
        .absolute
        .num_seconds();
    Asked {
        contexts,
        max_age: need.max_age.map_or(longest, |asked| asked.min(longest)).max(0),
        anew: need.after.is_some() || need.max_age == Some(0),
    }
}

/// A sign-in that was asked for at `after` and whose clock is a little behind came after it.
fn within_skew(at: DateTime<Utc>, after: Option<DateTime<Utc>>, skew: TimeDelta) -> DateTime<Utc> {
    match after {
        Some(after) if at < after && at + skew >= after => after,
        _ => at,
    }
}

/// The names of RFC 8176 that we know.
fn method(word: &str) -> Option<Method> {
    match word {
        "hwk" => Some(Method::Hwk),
        "mfa" => Some(Method::Mfa),
        "otp" => Some(Method::Otp),
        "pin" => Some(Method::Pin),
        "pop" => Some(Method::Pop),
        "pwd" => Some(Method::Pwd),
        "sc" => Some(Method::Sc),
        "swk" => Some(Method::Swk),
        "user" => Some(Method::User),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use countersign_directory::source::Assurance;

    use super::*;
    use crate::assurance::Unmet;
    use crate::testing::noon;

    fn trust() -> Trust {
        Trust {
            identity: true,
            assurance: Some(Assurance {
                highest: Word::Aal2PhishingResistant,
                floor: Word::Aal1,
                contexts: BTreeMap::from([
                    ("gold".to_owned(), Word::Aal2PhishingResistant),
                    ("silver".to_owned(), Word::Aal2),
                ]),
                methods: true,
            }),
            ..Trust::default()
        }
    }

    fn claimed(context: Option<&str>, at: Option<DateTime<Utc>>) -> Claimed {
        Claimed {
            source: "mod".parse().unwrap(),
            issuer: "https://id.mod.example".into(),
            subject: "s".into(),
            attributes: BTreeMap::new(),
            context: context.map(str::to_owned),
            methods: vec!["pwd".into(), "otp".into(), "phase-of-moon".into()],
            authenticated_at: at,
            session_until: None,
            session: None,
            id_token: None,
        }
    }

    fn need(level: Level) -> Requirement {
        Requirement::level(level)
    }

    fn judged(claimed: &Claimed, trust: &Trust, need: &Requirement) -> Result<Judged, FromTheFuture> {
        judge(claimed, trust, TimeDelta::seconds(60), need, noon())
    }

    #[test]
    fn a_word_that_is_not_in_the_table_gives_the_floor_and_none_exceeds_the_cap() {
        for (context, level) in [
            (Some("gold"), Level::Aal2PhishingResistant),
            (Some("silver"), Level::Aal2),
            (Some("phrh"), Level::Aal1),
            (None, Level::Aal1),
        ] {
            let judged = judged(&claimed(context, Some(noon())), &trust(), &need(Level::Aal1)).unwrap();
            assert_eq!(judged.proof.level, level, "{context:?}");
        }
        let mut capped = trust();
        capped.assurance.as_mut().unwrap().highest = Word::Aal1;
        let judged = judged(&claimed(Some("gold"), Some(noon())), &capped, &need(Level::Aal1)).unwrap();
        assert_eq!(judged.proof.level, Level::Aal1);
    }

    #[test]
    fn methods_are_believed_only_where_the_source_is_trusted_for_them() {
        let said = claimed(Some("gold"), Some(noon()));
        let believed = judged(&said, &trust(), &need(Level::Aal1)).unwrap();
        assert_eq!(believed.proof.methods, [Method::Otp, Method::Pwd].into());
        let mut wary = trust();
        wary.assurance.as_mut().unwrap().methods = false;
        let unbelieved = judged(&said, &wary, &need(Level::Aal1)).unwrap();
        assert!(unbelieved.proof.methods.is_empty());
        assert_eq!(
            unbelieved.proof.level, believed.proof.level,
            "evidence is no verdict"
        );
    }

    #[test]
    fn a_sign_in_of_unknown_age_is_too_old_for_every_max_age_and_never_aal3() {
        let mut high = trust();
        high.assurance.as_mut().unwrap().highest = Word::Aal3;
        high.assurance
            .as_mut()
            .unwrap()
            .contexts
            .insert("top".into(), Word::Aal3);
        let need = Requirement {
            max_age: Some(86_000),
            ..need(Level::Aal1)
        };
        let judged = judged(&claimed(Some("top"), None), &high, &need).unwrap();
        assert_eq!(judged.proof.level, Level::Aal2PhishingResistant);
        assert_eq!(
            need.unmet(judged.proof.level, judged.proof.at, noon()),
            Some(Unmet::Age)
        );
        let lifetimes = Lifetimes::default();
        assert!(!judged.is_over(&lifetimes, noon()));
        let ends = judged.proof.at + judged.within(&lifetimes, noon()).aal2.absolute;
        assert_eq!(ends, noon() + UNKNOWN_LASTS);
    }

    #[test]
    fn an_old_sign_in_there_gives_no_session_here() {
        let lifetimes = Lifetimes::default();
        let at = noon() - TimeDelta::hours(24);
        let old = judged(&claimed(Some("silver"), Some(at)), &trust(), &need(Level::Aal1)).unwrap();
        assert!(old.is_over(&lifetimes, noon()));
        let at = at + TimeDelta::seconds(1);
        let young = judged(&claimed(Some("silver"), Some(at)), &trust(), &need(Level::Aal1)).unwrap();
        assert!(!young.is_over(&lifetimes, noon()));
    }

    #[test]
    fn no_session_outlasts_the_sources() {
        let mut said = claimed(Some("silver"), Some(noon()));
        said.session_until = Some(noon() + TimeDelta::minutes(20));
        let judged = judged(&said, &trust(), &need(Level::Aal1)).unwrap();
        let lifetimes = judged.within(&Lifetimes::default(), noon());
        assert_eq!(
            judged.proof.at + lifetimes.aal2.absolute,
            noon() + TimeDelta::minutes(20)
        );
    }

    #[test]
    fn a_clock_a_little_behind_has_signed_in_after_it_was_asked_and_one_far_behind_has_not() {
        let need = Requirement {
            after: Some(noon()),
            ..need(Level::Aal1)
        };
        for (behind, unmet) in [(0, None), (60, None), (61, Some(Unmet::Age))] {
            let at = noon() - TimeDelta::seconds(behind);
            let judged = judged(&claimed(None, Some(at)), &trust(), &need).unwrap();
            assert_eq!(
                need.unmet(judged.proof.level, judged.proof.at, noon()),
                unmet,
                "{behind}"
            );
        }
    }

    #[test]
    fn nobody_signs_in_tomorrow() {
        for (ahead, is_good) in [(60, true), (61, false)] {
            let at = noon() + TimeDelta::seconds(ahead);
            let outcome = judged(&claimed(None, Some(at)), &trust(), &need(Level::Aal1));
            assert_eq!(outcome.is_ok(), is_good);
            assert!(outcome.is_err() || outcome.unwrap().proof.at <= noon());
        }
    }

    #[test]
    fn what_is_needed_is_asked_in_the_sources_own_words_weakest_first() {
        let asked = |need: &Requirement| ask(need, &trust(), &Lifetimes::default());
        assert_eq!(asked(&need(Level::Aal2)).contexts, ["silver", "gold"]);
        assert_eq!(asked(&need(Level::Aal2PhishingResistant)).contexts, ["gold"]);
        assert!(asked(&need(Level::Aal3)).contexts.is_empty());
        assert!(asked(&need(Level::Aal1)).contexts.is_empty());
        let fresh = Requirement {
            max_age: Some(60),
            ..need(Level::Aal1)
        };
        assert_eq!((asked(&fresh).max_age, asked(&fresh).anew), (60, false));
        let anew = Requirement {
            after: Some(noon()),
            ..need(Level::Aal1)
        };
        assert!(asked(&anew).anew);
    }
}
