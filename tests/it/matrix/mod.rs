// SPDX-License-Identifier: Apache-2.0
//! A server of the Matrix federation: what homeservers may ask of it, and what it signs. The federation with real
//! homeservers is in `tests/federation`.

mod reach;
mod sign;
mod unsigned;

use countersign_authn::matrix::event::made;
use countersign_authn::matrix::key::SigningKey;
use countersign_authn::matrix::request::authorization;
use countersign_authn::matrix::version::RoomVersion;
use countersign_authn::store::matrix::{Room, put_room};
use countersign_tests::house::{Answer, TestHouse, open_house_configured, request};
use http::Method;
use serde_json::{Value, json};

const US: &str = "policy.example:8448";
const THEM: &str = "chat.example";
const ROOM: &str = "ops-ns";

/// A house in the federation, its homeserver's pinned key, and a room that both are in.
struct Federation {
    house: TestHouse,
    key: SigningKey,
}

async fn open() -> Federation {
    let key = SigningKey::from_seed("ed25519:them", &[9; 32]).unwrap();
    let section = format!(
        "[matrix]\nserver_name = \"{US}\"\n[[matrix.homeservers]]\nname = \"{THEM}\"\nrecord = \"synapse\"\nkeys = {{ \"{}\" = \"{}\" }}",
        key.id(),
        key.public()
    );
    let house = open_house_configured(section.parse().unwrap()).await;
    let record = json!({
        "id": "synapse", "kind": "synapse", "client_id": "synapse",
        "user_id": {"template": format!("@{{id}}:{THEM}")},
        "scope": {"people": "all", "channels": "all"},
        "may_assert": ["label", "target"], "labels_owner": "server", "members_owner": "server"
    });
    house.connect(record).await;
    let federation = Federation { house, key };
    federation.enter(ROOM).await;
    federation
}

impl Federation {
    async fn enter(&self, room: &str) {
        let room = Room {
            id: room.to_owned(),
            version: version(),
            via: THEM.to_owned(),
            joined: true,
        };
        let mut transaction = self.house.app.database.begin_write().await.unwrap();
        put_room(US, &room, self.house.app.now(), &mut transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// An event of somebody, signed by her homeserver.
    fn event(&self, sender: &str, kind: &str, state_key: Option<&str>, content: Value) -> Value {
        let mut event = json!({
            "type": kind, "room_id": ROOM, "sender": format!("@{sender}:{THEM}"), "content": content,
            "origin_server_ts": 1, "depth": 9, "auth_events": [], "prev_events": [],
        });
        if let Some(key) = state_key {
            event["state_key"] = key.into();
        }
        let event = made(event.as_object().unwrap().clone(), version()).unwrap();
        event.signed(THEM, &self.key).unwrap()
    }

    fn message(&self, sender: &str) -> Value {
        self.event(
            sender,
            "m.room.message",
            None,
            json!({"msgtype": "m.text", "body": "hello"}),
        )
    }

    /// A request that the homeserver signs.
    async fn ask(&self, verb: Method, path: &str, content: &Value) -> Answer {
        let signed = authorization(&self.key, THEM, verb.as_str(), path, US, Some(content)).unwrap();
        let headers = [("authorization", signed.as_str())];
        self.house
            .send(request(verb, path, &headers, Some(content.clone())))
            .await
    }

    async fn sign(&self, event: &Value) -> Answer {
        self.ask(Method::POST, "/_matrix/policy/v1/sign", event).await
    }
}

fn version() -> RoomVersion {
    "11".parse().unwrap()
}
