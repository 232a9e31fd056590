// SPDX-License-Identifier: Apache-2.0
//! A Rocket.Chat as its decision point sees it: the calls that its attribute-based access control makes
//! (health, token, `GetDecisions`, `GetDecisionBulk`, `GetEntitlements`), in its sizes, with its time-outs
//! and its caches, and what it does to members upon each answer. Written from the published protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

/// Which of the builds, as far as they differ before us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// 8.4: opens rooms by `GetDecisions`; in bulk, what is no permit removes; a user without a key is passed over,
    /// and an entry without an answer lets in.
    Early,
    /// Later: opens rooms by `GetDecisionBulk`; on a schedule only a deny removes; a user without a key is removed.
    Late,
}

/// How it names people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// By the first address on the account.
    Email,
    /// By the username.
    Username,
}

/// An account.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// Addresses, the first of which counts.
    pub emails: Vec<String>,
}

/// A room under attribute-based access control.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Its attributes.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Who is in it.
    pub members: BTreeSet<String>,
}

/// Settings, accounts, rooms, and what is cached.
#[derive(Debug)]
pub struct RocketChat {
    /// Where the decision point is.
    pub base: String,
    /// Where the token endpoint is, in Keycloak's shape.
    pub oidc: String,
    /// Its client.
    pub client: (String, String),
    /// The namespace of attribute names.
    pub namespace: String,
    /// How it names people.
    pub key: Key,
    /// Which build.
    pub build: Build,
    /// For how long a permit is used again, seconds.
    pub cache_seconds: u64,
    /// Accounts by username.
    pub users: BTreeMap<String, User>,
    /// Rooms by id.
    pub rooms: BTreeMap<String, Room>,
    /// Its clock, seconds.
    pub now: u64,
    /// How many tokens it fetched.
    pub tokens_fetched: usize,
    /// The sizes of the bulk calls it made.
    pub calls: Vec<usize>,
    token: Option<(String, u64)>,
    permits: BTreeMap<(String, String), u64>,
    http: reqwest::Client,
}

/// Nobody was let in, and nobody was removed.
#[derive(Debug)]
pub struct Failed(pub String);

const BATCH: usize = 200;
const AT_ONCE: usize = 4;
/// It gives up after 10 seconds, and after 5 on health; unoptimised, on a busy machine, that says nothing.
const REQUEST: Duration = Duration::from_secs(60);
const HEALTH: Duration = Duration::from_secs(30);
const PERMIT: &str = "DECISION_PERMIT";

impl RocketChat {
    /// One that asks at `base`.
    pub fn new(base: &str, client: (&str, &str), build: Build, key: Key) -> Self {
        Self {
            base: base.to_owned(),
            oidc: base.to_owned(),
            client: (client.0.to_owned(), client.1.to_owned()),
            namespace: "labels.example.org".to_owned(),
            key,
            build,
            cache_seconds: 60,
            users: BTreeMap::new(),
            rooms: BTreeMap::new(),
            now: 0,
            tokens_fetched: 0,
            calls: Vec::new(),
            token: None,
            permits: BTreeMap::new(),
            http: crate::process::client(),
        }
    }

    /// Accounts whose address is `NAME@example.org`.
    pub fn with_users(mut self, names: &[&str]) -> Self {
        for name in names {
            let emails = vec![format!("{name}@example.org")];
            self.users.insert((*name).to_owned(), User { emails });
        }
        self
    }

    /// A room with attributes and members, as if it had always been there.
    pub fn with_room(mut self, id: &str, attributes: &[(&str, &[&str])], members: &[&str]) -> Self {
        let room = Room {
            attributes: owned(attributes),
            members: members.iter().map(|name| (*name).to_owned()).collect(),
        };
        self.rooms.insert(id.to_owned(), room);
        self
    }

    /// Who is in a room.
    pub fn members(&self, room: &str) -> Vec<&str> {
        self.rooms[room].members.iter().map(String::as_str).collect()
    }

    /// What the administrator's health check says.
    pub async fn check(&mut self) -> Result<(), Failed> {
        self.is_serving().await?;
        self.token = None;
        let token = self.token().await?;
        let (call, body) = match self.build {
            Build::Early => (GET_DECISIONS, json!({"decisionRequests": []})),
            Build::Late => {
                let entity = json!({"id": "health-check", "clientId": self.client.0});
                (
                    GET_ENTITLEMENTS,
                    json!({"entityIdentifier": {"entityChain": {"entities": [entity]}}}),
                )
            }
        };
        self.call(call, &token, &body).await.map(drop)
    }

    /// A member opens a room. Says whether she gets in; removes her if the answer is a no.
    pub async fn open(&mut self, user: &str, room: &str) -> Result<bool, Failed> {
        assert!(
            self.rooms[room].members.contains(user),
            "only members are asked about"
        );
        if self.rooms[room].attributes.is_empty() {
            return Ok(true);
        }
        let place = (user.to_owned(), room.to_owned());
        let kept = self.permits.get(&place).copied();
        if kept.is_some_and(|at| self.now < at + self.cache_seconds) {
            return Ok(true);
        }
        self.is_serving().await?;
        let Some(entity) = self.entity(user) else {
            return Ok(false);
        };
        let names = self.names(&self.rooms[room].attributes);
        let decision = match self.build {
            Build::Early => {
                let request = json!({"decisionRequests": [{
                    "actions": [{"standard": 1}],
                    "resourceAttributes": [{"resourceAttributesId": room, "attributeValueFqns": names}],
                    "entityChains": [{"id": "rc-access-check", "entities": [entity]}],
                }]});
                let token = self.token().await?;
                let answer = self.call(GET_DECISIONS, &token, &request).await?;
                answer["decisionResponses"][0]["decision"].clone()
            }
            Build::Late => {
                let answers = self.bulk(vec![request(&entity, room, &names)]).await?;
                let decisions = answers[0]["resourceDecisions"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                decisions
                    .first()
                    .map_or(Value::Null, |decision| decision["decision"].clone())
            }
        };
        if decision == PERMIT {
            self.permits.insert(place, self.now);
            return Ok(true);
        }
        if decision == "DECISION_DENY" {
            self.remove(user, room);
        }
        Ok(false)
    }

    /// Somebody adds people to a room: all of them or nobody.
    pub async fn add(&mut self, users: &[&str], room: &str) -> Result<bool, Failed> {
        let names = self.names(&self.rooms[room].attributes);
        self.is_serving().await?;
        let mut requests = Vec::new();
        for user in users {
            match self.entity(user) {
                Some(entity) => requests.push(request(&entity, room, &names)),
                None if self.build == Build::Early => {}
                None => return Ok(false),
            }
        }
        let answers = self.bulk(requests).await?;
        let compliant = |answer: &Value| match answer["resourceDecisions"].as_array() {
            Some(decisions) => decisions.iter().all(|decision| decision["decision"] == PERMIT),
            None => self.build == Build::Early,
        };
        if !answers.iter().all(compliant) {
            return Ok(false);
        }
        let there = &mut self.rooms.get_mut(room).expect("a room").members;
        there.extend(users.iter().map(|user| (*user).to_owned()));
        Ok(true)
    }

    /// Somebody changes a room's attributes; who does not comply is removed. Says who.
    pub async fn set_attributes(
        &mut self,
        room: &str,
        attributes: &[(&str, &[&str])],
    ) -> Result<Vec<String>, Failed> {
        self.rooms.get_mut(room).expect("a room").attributes = owned(attributes);
        let members = self.rooms[room].members.iter().cloned();
        let pairs = members.map(|user| (user, room.to_owned())).collect();
        self.look_through(pairs, self.build == Build::Early).await
    }

    /// The schedule, or `users/sync`: every room of these people. Says who was removed from what.
    pub async fn sync(&mut self, users: &[&str]) -> Result<Vec<String>, Failed> {
        self.look_through(self.rooms_of(users), self.build == Build::Early)
            .await
    }

    /// The directory says less of somebody than before; every build takes what is no permit for a no.
    pub async fn attributes_shrank(&mut self, user: &str) -> Result<Vec<String>, Failed> {
        self.look_through(self.rooms_of(&[user]), true).await
    }

    /// What it offers to `user` for a room: values by key.
    pub async fn assignable(&mut self, user: &str) -> Result<BTreeMap<String, BTreeSet<String>>, Failed> {
        self.is_serving().await?;
        let entity = self.entity(user).ok_or_else(|| Failed("no key".to_owned()))?;
        let request = json!({
            "entityIdentifier": {"entityChain": {"entities": [entity]}},
            "withComprehensiveHierarchy": true,
        });
        let token = self.token().await?;
        let answer = self.call(GET_ENTITLEMENTS, &token, &request).await?;
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let named = answer["entitlements"][0]["actionsPerAttributeValueFqn"]
            .as_object()
            .cloned();
        for name in named.unwrap_or_default().keys() {
            let rest = name
                .strip_prefix("https://")
                .and_then(|rest| rest.split_once("/attr/"));
            if let Some((key, value)) = rest.and_then(|(_, rest)| rest.split_once("/value/")) {
                found.entry(key.to_owned()).or_default().insert(value.to_owned());
            }
        }
        Ok(found)
    }

    fn rooms_of(&self, users: &[&str]) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for user in users {
            for (id, room) in &self.rooms {
                if room.members.contains(*user) && !room.attributes.is_empty() {
                    pairs.push(((*user).to_owned(), id.clone()));
                }
            }
        }
        pairs
    }

    async fn look_through(
        &mut self,
        pairs: Vec<(String, String)>,
        what_is_no_permit_removes: bool,
    ) -> Result<Vec<String>, Failed> {
        let mut asked = Vec::new();
        let mut requests = Vec::new();
        let mut out = Vec::new();
        for (user, room) in pairs {
            match self.entity(&user) {
                Some(entity) => {
                    let names = self.names(&self.rooms[&room].attributes);
                    requests.push(request(&entity, &room, &names));
                    asked.push((user, room));
                }
                None if self.build == Build::Early => {}
                None => out.push((user, room)),
            }
        }
        let answers = self.bulk(requests).await?;
        for ((user, room), answer) in asked.into_iter().zip(&answers) {
            let decisions = answer["resourceDecisions"].as_array();
            let stays = if what_is_no_permit_removes {
                decisions.is_some_and(|decisions| decisions.iter().all(|one| one["decision"] == PERMIT))
            } else {
                let denies = |one: &Value| one["decision"] == "DECISION_DENY";
                !decisions.is_some_and(|decisions| decisions.iter().any(denies))
            };
            if !stays {
                out.push((user, room));
            }
        }
        for (user, room) in &out {
            self.remove(user, room);
        }
        Ok(out
            .into_iter()
            .map(|(user, room)| format!("{user} from {room}"))
            .collect())
    }

    fn remove(&mut self, user: &str, room: &str) {
        self.rooms.get_mut(room).expect("a room").members.remove(user);
        self.permits.remove(&(user.to_owned(), room.to_owned()));
    }

    fn entity(&self, user: &str) -> Option<Value> {
        match self.key {
            Key::Email => {
                let address = self.users[user].emails.first()?;
                Some(json!({"emailAddress": address}))
            }
            Key::Username => Some(json!({"id": user})),
        }
    }

    fn names(&self, attributes: &[(String, Vec<String>)]) -> Vec<String> {
        let named = attributes.iter().flat_map(|(key, values)| {
            let of = move |value| format!("https://{}/attr/{key}/value/{value}", self.namespace);
            values.iter().map(of)
        });
        named.collect()
    }

    /// At most 200 at once, in at most four calls at a time; answers in the order of the requests.
    async fn bulk(&mut self, requests: Vec<Value>) -> Result<Vec<Value>, Failed> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let token = self.token().await?;
        let batches: Vec<Value> = requests
            .chunks(BATCH)
            .map(|batch| json!({"decisionRequests": batch}))
            .collect();
        self.calls.extend(requests.chunks(BATCH).map(<[Value]>::len));
        let this = &*self;
        let calls = batches
            .iter()
            .map(|body| this.call(GET_DECISION_BULK, &token, body));
        let answers: Vec<Result<Value, Failed>> = stream::iter(calls).buffered(AT_ONCE).collect().await;
        let mut all = Vec::new();
        for answer in answers {
            all.extend(
                answer?["decisionResponses"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            );
        }
        // Matched by position; a missing one is an undefined one.
        all.resize(requests.len(), Value::Null);
        Ok(all)
    }

    async fn is_serving(&self) -> Result<(), Failed> {
        let asked = self
            .http
            .get(format!("{}/healthz", self.base))
            .timeout(HEALTH)
            .send()
            .await;
        let answer = asked.map_err(|cause| Failed(cause.to_string()))?;
        if !answer.status().is_success() {
            return Err(Failed(format!("health: {}", answer.status())));
        }
        let body: Value = answer.json().await.map_err(|cause| Failed(cause.to_string()))?;
        if body["status"] == "SERVING" {
            Ok(())
        } else {
            Err(Failed(format!("health: {body}")))
        }
    }

    async fn token(&mut self) -> Result<String, Failed> {
        if let Some((token, until)) = &self.token
            && self.now < *until
        {
            return Ok(token.clone());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client.0),
            ("client_secret", &self.client.1),
        ];
        let address = format!("{}/protocol/openid-connect/token", self.oidc);
        let asked = self.http.post(address).timeout(REQUEST).form(&form).send().await;
        let answer = asked.map_err(|cause| Failed(cause.to_string()))?;
        if !answer.status().is_success() {
            return Err(Failed(format!("token: {}", answer.status())));
        }
        let body: Value = answer.json().await.map_err(|cause| Failed(cause.to_string()))?;
        let token = body["access_token"].as_str().unwrap_or_default().to_owned();
        let lasts = body["expires_in"].as_u64().unwrap_or(300);
        self.tokens_fetched += 1;
        self.token = Some((token.clone(), self.now + lasts.saturating_sub(30)));
        Ok(token)
    }

    /// One call, as it is.
    pub async fn call(&self, call: &str, token: &str, body: &Value) -> Result<Value, Failed> {
        let request = self.http.post(format!("{}{call}", self.base)).timeout(REQUEST);
        let request = request.bearer_auth(token).json(body);
        let answer = request.send().await.map_err(|cause| Failed(cause.to_string()))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|cause| Failed(cause.to_string()))?;
        if !status.is_success() {
            return Err(Failed(format!("{status}: {text}")));
        }
        serde_json::from_str(&text).map_err(|cause| Failed(cause.to_string()))
    }
}

/// v1.
pub const GET_DECISIONS: &str = "/authorization.AuthorizationService/GetDecisions";
/// v2.
pub const GET_DECISION_BULK: &str = "/authorization.v2.AuthorizationService/GetDecisionBulk";
/// v2.
pub const GET_ENTITLEMENTS: &str = "/authorization.v2.AuthorizationService/GetEntitlements";

fn owned(attributes: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    attributes
        .iter()
        .map(|(key, values)| ((*key).to_owned(), owned(values)))
        .collect()
}

/// One entry of a bulk call.
pub fn request(entity: &Value, room: &str, names: &[String]) -> Value {
    json!({
        "entityIdentifier": {"entityChain": {"entities": [entity]}},
        "action": {"name": "read"},
        "resources": [{"ephemeralId": room, "attributeValues": {"fqns": names}}],
    })
}
