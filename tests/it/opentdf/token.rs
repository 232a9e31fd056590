// SPDX-License-Identifier: Apache-2.0
//! The token endpoint where Keycloak has it.

use countersign_tests::house::{open_house, whole_world};
use countersign_tests::process::client;
use countersign_tests::rocket_chat::Build;
use serde_json::Value;

use super::{NS, connected, record};

async fn ask(base: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let address = format!("{base}/protocol/openid-connect/token");
    let answer = client().post(address).form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_token_is_renewed_thirty_seconds_before_it_ends() {
    let (_house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "noah"]);
    assert_eq!(chat.sync(&["alice"]).await.unwrap(), [""; 0]);
    assert_eq!(chat.tokens_fetched, 1);
    chat.now = 269;
    assert_eq!(chat.sync(&["alice"]).await.unwrap(), [""; 0]);
    assert_eq!(chat.tokens_fetched, 1, "good for 300 seconds");
    chat.now = 270;
    assert_eq!(chat.sync(&["noah"]).await.unwrap(), ["noah from ops-ns"]);
    assert_eq!(chat.tokens_fetched, 2);
}

#[tokio::test]
async fn it_gives_clients_of_such_servers_their_own_tokens_and_nothing_else() {
    let house = open_house().await;
    let base = house.serve().await;
    let (_, secret) = house.connect_with_secret(record()).await;
    let (_, other) = house.connect_with_secret(whole_world("demo")).await;
    let own = |client: &'static str, secret: &str, grant: &'static str| {
        let secret = secret.to_owned();
        let base = base.clone();
        async move {
            let form = [
                ("grant_type", grant),
                ("client_id", client),
                ("client_secret", &secret),
            ];
            ask(&base, &form).await
        }
    };
    let (status, told) = own("rocket", &secret, "client_credentials").await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        (&told["expires_in"], &told["token_type"]),
        (&300.into(), &"Bearer".into())
    );
    let (status, told) = own("rocket", &secret, "authorization_code").await;
    assert_eq!((status, &told["error"]), (400, &"unsupported_grant_type".into()));
    let (status, told) = own("rocket", "wrong", "client_credentials").await;
    assert_eq!((status, &told["error"]), (401, &"invalid_client".into()));
    let (status, told) = own("demo", &other, "client_credentials").await;
    assert_eq!((status, &told["error"]), (400, &"unauthorized_client".into()));
    let (status, told) = ask(&base, &[("client_id", "rocket"), ("client_secret", &secret)]).await;
    assert_eq!((status, &told["error"]), (400, &"unsupported_grant_type".into()));
}
