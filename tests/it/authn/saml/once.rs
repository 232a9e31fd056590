// SPDX-License-Identifier: Apache-2.0
//! What is good once is good once, also when two processes are asked at a time.

use chrono::TimeDelta;
use countersign_authn::saml::{Gated, Limits};
use countersign_authn::secret::Secret;
use countersign_authn::upstream::saml::arrival::{self, ArrivalError};
use countersign_authn::upstream::saml::response::receive;
use countersign_authn::upstream::saml::{Fault, logout};
use countersign_tests::house::open_house;
use countersign_tests::saml::{Draft, credential, now, provider, rules};

/// S10: the same response twice, the second time at another process.
#[tokio::test]
async fn an_assertion_is_used_once_on_every_process() {
    let house = open_house().await;
    let sealer = &house.app.sealer;
    let gated = Gated::admit(Draft::default().assertion_signed().as_bytes(), &Limits::MESSAGE).unwrap();
    let rules = rules();
    let received = receive(&gated, &rules, &provider(&[credential()]), &[], now()).unwrap();
    let mut rng = house.app.rng();
    let mut first = house.app.database.begin_write().await.unwrap();
    let secret = arrival::keep(&received, Some("state"), sealer, now(), &mut rng, &mut first)
        .await
        .unwrap();
    first.commit().await.unwrap();
    let mut second = house.database.pool.begin().await.unwrap();
    let again = arrival::keep(&received, Some("state"), sealer, now(), &mut rng, &mut second).await;
    assert!(matches!(again, Err(ArrivalError::Fault(Fault::Again))));
    drop(second);

    // What waits is handed out once, to the source that it came from, and not for long.
    let mut db = house.app.database.begin_write().await.unwrap();
    let elsewhere = "other".parse().unwrap();
    let wrong = arrival::take(&secret, &elsewhere, sealer, now(), &mut db).await;
    assert!(wrong.unwrap().is_none());
    let waiting = arrival::take(&secret, &rules.source, sealer, now(), &mut db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(waiting.claimed, received.claimed);
    assert_eq!(waiting.relay_state.as_deref(), Some("state"));
    let twice = arrival::take(&secret, &rules.source, sealer, now(), &mut db).await;
    assert!(twice.unwrap().is_none());
    let unknown = Secret::generate(&mut rng);
    let nothing = arrival::take(&unknown, &rules.source, sealer, now(), &mut db).await;
    assert!(nothing.unwrap().is_none());
}

/// The name by which a provider speaks of somebody finds her sessions there, and no others.
#[tokio::test]
async fn a_logout_finds_the_sessions_of_that_name_and_no_others() {
    let house = open_house().await;
    let sealer = &house.app.sealer;
    let rules = rules();
    let mut rng = house.app.rng();
    let mut db = house.app.database.begin_write().await.unwrap();
    for (subject, id) in [("alice", "a"), ("bob", "b")] {
        let draft = Draft {
            subject: subject.into(),
            id: id.into(),
            ..Draft::default()
        };
        let gated = Gated::admit(draft.assertion_signed().as_bytes(), &Limits::MESSAGE).unwrap();
        let received = receive(&gated, &rules, &provider(&[credential()]), &[], now()).unwrap();
        let secret = arrival::keep(&received, None, sealer, now(), &mut rng, &mut db)
            .await
            .unwrap();
        let waiting = arrival::take(&secret, &rules.source, sealer, now(), &mut db)
            .await
            .unwrap()
            .unwrap();
        arrival::remember_name(&waiting, sealer, now(), &mut rng, &mut db)
            .await
            .unwrap();
    }
    let name = arrival::name_of(&rules.source, "alice", Some("session-1"), sealer, &mut db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(name.value, "alice");
    let mut asked = logout::Asked {
        id: "logout".into(),
        name,
        sessions: vec!["session-1".into()],
        remember_until: now() + TimeDelta::minutes(5),
    };
    let found = arrival::sessions_of(&asked, &rules.source, &mut db)
        .await
        .unwrap();
    assert_eq!(found, [("alice".to_owned(), Some("session-1".to_owned()))]);
    asked.sessions = vec!["session-2".into()];
    assert!(
        arrival::sessions_of(&asked, &rules.source, &mut db)
            .await
            .unwrap()
            .is_empty()
    );
    asked.sessions.clear();
    assert_eq!(
        arrival::sessions_of(&asked, &rules.source, &mut db)
            .await
            .unwrap()
            .len(),
        1
    );
    asked.name.sp_name_qualifier = Some("https://other.example".into());
    assert!(
        arrival::sessions_of(&asked, &rules.source, &mut db)
            .await
            .unwrap()
            .is_empty()
    );
}
