// SPDX-License-Identifier: Apache-2.0
//! A recorded decision is taken again: the same bytes, or what is missing.

use chrono::TimeDelta;
use countersign_audit::store::leaves;
use countersign_authn::assurance::Level;
use countersign_authz::StepUp;
use countersign_directory::operation::{device, member, person};
use countersign_directory::{Administration, Permit};
use countersign_server::record::Recorded;
use countersign_server::record::replay::Replayed;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, question, whole_world};
use serde_json::json;

async fn replayed(house: &TestHouse, id: &str) -> Replayed {
    let mut db = house.database.pool.acquire().await.unwrap();
    let leaf = leaves::decision(id, &mut db).await.unwrap().expect("on record");
    let recorded = Recorded::of(&leaf).unwrap();
    house.app.replay(&recorded, &mut db).await.unwrap()
}

/// Asks of everybody what may change with the world, and gives the decisions' names.
async fn ask_all(house: &TestHouse, server: &ServerCaller) -> Vec<String> {
    let mut ids = Vec::new();
    for person in ["alice", "bob", "dave", "noah", "paul", "hugo", "nobody"] {
        for action in ["channel.join", "message.read", "message.post", "channel.invite"] {
            for channel in ["ops-ns", "mixed", "town", "nowhere"] {
                let told = house.ask(server, question(person, action, channel)).await;
                ids.push(told["context"]["decision_id"].as_str().unwrap().to_owned());
            }
        }
    }
    ids
}

async fn revoke(house: &TestHouse, id: &str) {
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let id = id.parse().unwrap();
    let done = person::revoke(&id, &Permit::operator(), house.app.now(), &mut transaction).await;
    drop(done.unwrap());
    house.app.commit(transaction).await.unwrap();
}

async fn change_the_world(house: &TestHouse) {
    let (permit, now) = (Permit::operator(), house.app.now());
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let (channel, noah) = ("ops-ns".parse().unwrap(), "noah".parse().unwrap());
    drop(
        member::put(&channel, &noah, &permit, now, &mut transaction)
            .await
            .unwrap(),
    );
    let device = "ns".parse().unwrap();
    drop(
        device::report_posture(&device, now, &permit, now, &mut transaction)
            .await
            .unwrap(),
    );
    let mut settings = house.app.snapshot().settings().clone();
    settings.administration = Administration {
        aal: 3,
        managed_device: true,
    };
    let put = countersign_directory::operation::settings::put(&settings, &permit, now, &mut transaction);
    drop(put.await.unwrap());
    house.app.commit(transaction).await.unwrap();
}

#[tokio::test]
async fn decisions_come_to_the_same_bytes_however_the_world_moved_on() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let mut asked = ask_all(&house, &server).await;
    change_the_world(&house).await;
    house.advance(TimeDelta::minutes(3)).await;
    asked.extend(ask_all(&house, &server).await);
    revoke(&house, "alice").await;
    asked.extend(ask_all(&house, &server).await);
    revoke(&house, "bob").await;
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let mut allowed = 0;
    for id in &asked {
        let found = replayed(&house, id).await;
        assert_eq!(found, Replayed::Same, "{id}");
        let leaf = leaves::decision(id, &mut db).await.unwrap().unwrap();
        allowed += u32::from(leaf.facets.outcome.as_deref() == Some("allow"));
    }
    assert!(allowed > 0, "not only refusals were taken again");
}

#[tokio::test]
async fn what_is_no_longer_kept_is_said() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let told = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    let id = told["context"]["decision_id"].as_str().unwrap();
    house.advance(TimeDelta::days(401)).await;
    revoke(&house, "alice").await;
    house.advance(TimeDelta::days(401)).await;
    house.app.drain().await.unwrap();
    let missing = async || match replayed(&house, id).await {
        Replayed::NotKept(what) => what,
        other => panic!("{other:?}"),
    };
    let mut db = house.database.pool.acquire().await.unwrap();
    let before = house.app.now() - TimeDelta::days(400);
    countersign_directory::store::history::forget_before(before, &mut db)
        .await
        .unwrap();
    assert!(
        missing().await.contains("the world at revision"),
        "{}",
        missing().await
    );
    house.app.sweep().await.unwrap();
    assert!(
        missing().await.contains("record.inputs_days"),
        "{}",
        missing().await
    );
    let leaf = leaves::decision(id, &mut db).await.unwrap().unwrap();
    let mut recorded = Recorded::of(&leaf).unwrap();
    recorded.body.policy_revision = "another".to_owned();
    let found = house.app.replay(&recorded, &mut db).await.unwrap();
    assert!(
        matches!(&found, Replayed::NotKept(what) if what.contains("policies another")),
        "{found:?}"
    );
    countersign_audit::verify::database(&mut db, |_, _| {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_record_that_was_bent_does_not_replay() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let told = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    let id = told["context"]["decision_id"].as_str().unwrap();
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let leaf = leaves::decision(id, &mut db).await.unwrap().unwrap();
    let recorded = Recorded::of(&leaf).unwrap();
    let bent: [fn(&mut Recorded); 4] = [
        |recorded| recorded.outcome = "allow".to_owned(),
        |recorded| recorded.body.disclosed = true,
        |recorded| {
            recorded.body.step_up = Some(StepUp {
                aal: 2,
                max_age: None,
            })
        },
        |recorded| recorded.body.failing.clear(),
    ];
    for (at, bend) in bent.into_iter().enumerate() {
        let mut recorded = recorded.clone();
        bend(&mut recorded);
        let found = house.app.replay(&recorded, &mut db).await.unwrap();
        assert!(matches!(found, Replayed::Differs { .. }), "{at}: {found:?}");
    }
}

#[tokio::test]
async fn what_was_told_is_compared_too() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record["clients"] =
        json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"});
    record["node"] = json!("sfu-ns");
    let server = house.connect(record).await;
    let stepped = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(stepped["context"]["reason"], "AAL_STEP_UP", "{stepped}");
    let told = house
        .ask(&server, question("noah", "channel.join", "log-nr"))
        .await;
    assert_eq!(told["context"]["reason"], "BRIEFING_MISSING", "{told}");
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let mut on_record = Vec::new();
    for answer in [&stepped, &told] {
        let id = answer["context"]["decision_id"].as_str().unwrap();
        assert_eq!(replayed(&house, id).await, Replayed::Same);
        let leaf = leaves::decision(id, &mut db).await.unwrap().unwrap();
        on_record.push(Recorded::of(&leaf).unwrap());
    }
    let [stepped, told] = on_record.try_into().unwrap();
    let needed = Some(StepUp {
        aal: 3,
        max_age: None,
    });
    assert_eq!((stepped.body.step_up, told.body.step_up), (needed, None));

    let mut weaker = stepped.clone();
    weaker.body.step_up = Some(StepUp {
        aal: 2,
        max_age: None,
    });
    let mut silent = told.clone();
    silent.body.disclosed = false;
    for bent in [weaker, silent] {
        let found = house.app.replay(&bent, &mut db).await.unwrap();
        assert!(matches!(found, Replayed::Differs { .. }), "{found:?}");
    }
    let mut older = stepped;
    older.body.step_up = None;
    let found = house.app.replay(&older, &mut db).await.unwrap();
    assert_eq!(
        found,
        Replayed::Same,
        "a record of a release that did not keep it"
    );
}
