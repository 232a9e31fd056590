// SPDX-License-Identifier: Apache-2.0
//! Searches on record: who asked what, how much was told, and nothing of whom or what was found.

use countersign_audit::store::leaves;
use countersign_tests::house::{open_house, whole_world};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_page_of_a_search_leaves_a_leaf() {
    let house = open_house().await;
    let mut record = whole_world("demo");
    record["may_search"] = json!(true);
    let server = house.connect(record).await;
    let body = json!({"subject": {"type": "user"}, "action": {"name": "channel.join"},
        "resource": {"type": "channel", "id": "town"}, "page": {"limit": 2}});
    let path = "/access/v1/search/subject";
    let answer = house.as_server(&server, Method::POST, path, Some(body)).await;
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 2);
    house.app.drain().await.unwrap();
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let all = leaves::page(0, 10_000, &mut db).await.unwrap();
    let found: Vec<_> = all.iter().filter(|leaf| leaf.kind == "search").collect();
    assert_eq!(found.len(), 1);
    let told: Value = serde_json::from_slice(&found[0].record).unwrap();
    let body = &told["body"];
    assert_eq!(body["asker"]["server"], "demo");
    assert_eq!(
        (&body["open"], &body["found"], &body["ended"]),
        (&json!("subject"), &json!(2), &json!(false))
    );
    assert_eq!(body["resource"]["id"], "town");
    assert_eq!(found[0].facets.subject, None);
}
