// SPDX-License-Identifier: Apache-2.0
//! Whose account it is: by source, issuer and subject. A realm of Keycloak has one issuer for both protocols and
//! another subject in each.

use countersign_authn::store::upstream_links;
use countersign_tests::keycloak::visitor::Visitor;
use http::StatusCode;

use super::super::desk::Tab;
use super::super::upstream::leads_to;
use super::{AGENCY, Clock, MOD, stage};

#[tokio::test(flavor = "multi_thread")]
async fn one_realm_by_two_protocols_is_two_links_and_neither_stands_in_for_the_other() {
    let stage = stage("linking", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    stage.sign_in(MOD, &mut tab, &mut nina, "/signin").await;
    let page = stage
        .by(AGENCY, &mut Tab::new(&stage.house), &mut nina, "/signin")
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("There is an account already"), "{}", page.text);

    // Signed in by the one, she links the other herself.
    let csrf = stage.session().await.csrf;
    let fields = [("csrf", csrf.as_str()), ("source", AGENCY)];
    let page = tab.post("/account/sources/link", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let led = nina.sign_in(&leads_to(&page), "nina").await;
    let page = stage.carry(&mut tab, led).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);

    let mut db = stage.house.app.database.pool.acquire().await.unwrap();
    let links = upstream_links::of_person(&"nina".parse().unwrap(), &mut db)
        .await
        .unwrap();
    drop(db);
    let [first, second] = links.as_slice() else {
        panic!("{links:?}")
    };
    assert_eq!(first.identity.issuer, second.identity.issuer);
    let subject = stage.realm.subject("nina").await;
    let by_source = |id: &str| {
        links
            .iter()
            .find(|link| link.identity.source.as_str() == id)
            .unwrap()
    };
    assert_eq!(by_source(MOD).identity.subject, subject);
    assert_ne!(by_source(AGENCY).identity.subject, subject);

    // And each is a way in.
    for source in [MOD, AGENCY] {
        stage
            .sign_in(source, &mut Tab::new(&stage.house), &mut nina, "/signin")
            .await;
    }
    assert_eq!(stage.sessions().await.len(), 3);
}
