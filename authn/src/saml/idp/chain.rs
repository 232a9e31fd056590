// SPDX-License-Identifier: Apache-2.0
//! A logout that goes from one service provider to the next. The session here is over before the
//! first of them hears of it; whatever becomes of the rest, that stays so.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::logout::Participant;
use super::status::Status;
use crate::oidc::backchannel;
use crate::secret::random_id;
use crate::session::{SessionId, Sid};
use crate::store::{StoreError, clients, outbox, saml_services, sessions};

/// How long a whole logout may take.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// How long one service provider may take to count as having answered in time.
pub const TURN: TimeDelta = TimeDelta::seconds(30);

/// A logout under way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// Its name, which nobody can guess.
    pub id: String,
    /// The service provider that waits for the outcome; none when it began here.
    pub asked_by: Option<AskedBy>,
    /// Those that have yet to be told.
    pub waiting: Vec<Participant>,
    /// The one whose turn it is.
    pub under_way: Option<UnderWay>,
    /// Names of applications that said they are closed.
    pub closed: Vec<String>,
    /// Names of applications that may still be open.
    pub open: Vec<String>,
    /// Where the person is led when it began here: address and name.
    #[serde(default)]
    pub back: Option<(String, String)>,
}

/// Who asked for a logout.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AskedBy {
    /// The client.
    pub client: String,
    /// Its request.
    pub request: String,
    /// Its state, returned as it came.
    pub relay_state: Option<String>,
}

/// A service provider that was told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnderWay {
    /// Which.
    pub to: Participant,
    /// Our request to it.
    pub request: String,
    /// When it was told.
    pub since: DateTime<Utc>,
}

impl Chain {
    /// Those who take part in `over`, which are sessions that have just ended. The one that asked
    /// knows already.
    pub async fn of(
        over: &[SessionId],
        asked_by: Option<AskedBy>,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        db: &mut AnyConnection,
    ) -> Result<Self, StoreError> {
        let mut chain = Self {
            id: random_id(rng),
            asked_by,
            waiting: Vec::new(),
            under_way: None,
            closed: Vec::new(),
            open: Vec::new(),
            back: None,
        };
        let asked_by = chain.asked_by.as_ref().map(|asked| asked.client.clone());
        for session in over {
            for tie in sessions::clients_of(session, db).await? {
                if Some(&tie.client) == asked_by.as_ref() {
                    // Nobody has to tell it.
                    backchannel::no_need(&tie.sid, now, db).await?;
                    continue;
                }
                let Some(client) = clients::by_id(&tie.client, db).await? else {
                    continue;
                };
                let record = client.record;
                let name = saml_services::name_of(&tie.sid, &tie.client, db).await?;
                let told_behind = !outbox::of_session(&tie.sid, db).await?.is_empty();
                match (record.saml, name) {
                    (Some(provider), Some(name)) if provider.logout_service().is_some() => {
                        chain.waiting.push(Participant {
                            client: record.id,
                            client_name: record.name,
                            entity_id: provider.entity_id,
                            sid: tie.sid.as_str().to_owned(),
                            name,
                        });
                    }
                    // It is told behind the scenes, again and again until it has heard.
                    _ if told_behind => {}
                    _ => chain.leave_open(record.name),
                }
            }
        }
        Ok(chain)
    }

    /// Says that it goes through a browser, which is quicker than a call and brings the person's cookies. Who
    /// can be called is, if the browser does not get there.
    pub async fn set_out(&self, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
        for to in &self.waiting {
            outbox::put_off(&Sid::from_text(&to.sid), now + PATIENCE, db).await?;
        }
        Ok(())
    }

    /// The request that waits for its answer.
    pub fn asked(&self) -> Option<&str> {
        self.under_way.as_ref().map(|turn| turn.request.as_str())
    }

    /// The next to be told. One that was told before and is still silent is given up.
    pub fn advance(&mut self) -> Option<Participant> {
        if let Some(silent) = self.under_way.take() {
            self.leave_open(silent.to.client_name);
        }
        if self.waiting.is_empty() {
            None
        } else {
            Some(self.waiting.remove(0))
        }
    }

    /// Notes that `to` was told by `request`.
    pub fn told(&mut self, to: Participant, request: String, now: DateTime<Utc>) {
        self.under_way = Some(UnderWay {
            to,
            request,
            since: now,
        });
    }

    /// Notes the answer of `client`. `false`: nothing was asked of it.
    pub fn answered(&mut self, client: &str, request: &str, is_success: bool, now: DateTime<Utc>) -> bool {
        let is_its = self
            .under_way
            .as_ref()
            .is_some_and(|turn| turn.to.client == client && turn.request == request);
        let Some(turn) = self.under_way.take_if(|_| is_its) else {
            return false;
        };
        if is_success && now - turn.since <= TURN {
            self.closed.push(turn.to.client_name);
        } else {
            self.leave_open(turn.to.client_name);
        }
        true
    }

    /// Whether there is nobody left to be told.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_none()
    }

    /// What became of it, for the one that asked.
    pub fn outcome(&self) -> Option<Status> {
        (!self.open.is_empty()).then_some(Status::PartialLogout)
    }

    fn leave_open(&mut self, name: String) {
        if !self.open.contains(&name) {
            self.open.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::idp::name_id::{Format, Name};

    fn participant(client: &str) -> Participant {
        Participant {
            client: client.into(),
            client_name: client.to_uppercase(),
            entity_id: format!("https://{client}.example"),
            sid: "sid".into(),
            name: Name {
                value: "name".into(),
                format: Format::Persistent,
            },
        }
    }

    fn chain(clients: &[&str]) -> Chain {
        Chain {
            id: "id".into(),
            asked_by: None,
            waiting: clients.iter().map(|client| participant(client)).collect(),
            under_way: None,
            closed: Vec::new(),
            open: Vec::new(),
            back: None,
        }
    }

    #[test]
    fn each_is_told_once_and_who_is_silent_late_or_unwilling_may_still_be_open() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let mut chain = chain(&["a", "b", "c", "d"]);
        let first = chain.advance().unwrap();
        chain.told(first, "r1".into(), now);
        assert!(!chain.answered("b", "r1", true, now), "another's answer");
        assert!(!chain.answered("a", "r2", true, now), "to another request");
        assert!(chain.answered("a", "r1", true, now + TURN));
        assert!(!chain.answered("a", "r1", true, now), "twice");
        let second = chain.advance().unwrap();
        chain.told(second, "r2".into(), now);
        let third = chain.advance().unwrap();
        chain.told(third, "r3".into(), now);
        assert!(chain.answered("c", "r3", false, now));
        let fourth = chain.advance().unwrap();
        chain.told(fourth, "r4".into(), now);
        assert!(chain.answered("d", "r4", true, now + TURN + TimeDelta::seconds(1)));
        assert_eq!(chain.advance(), None);
        assert!(chain.is_done());
        assert_eq!(chain.closed, ["A"]);
        assert_eq!(chain.open, ["B", "C", "D"]);
        assert_eq!(chain.outcome(), Some(Status::PartialLogout));
    }
}
