// SPDX-License-Identifier: Apache-2.0
//! Several directories: what is wrong with one is nothing to the others.

use std::time::Duration;

use countersign_directory::ldap::sync::Mode;
use countersign_tests::house::open_house;
use countersign_tests::slapd::{Slapd, group, person};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::journey::{at_password, directory, drained, pass, put};
use crate::authn::desk::Tab;
use crate::authn::password::enrol;

/// Takes connections and says nothing.
async fn stalling() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

#[tokio::test]
async fn a_directory_that_stalls_holds_up_no_other() {
    let (house, slapd) = (open_house().await, directory());
    let port = stalling().await;
    put(&house, &slapd, |record| {
        // Its turn comes first.
        record["id"] = json!("a-slow-one");
        record["protocol"]["ldap"]["urls"] = json!([format!("ldaps://localhost:{port}")]);
        record["protocol"]["ldap"]["timeout_seconds"] = json!(60);
    })
    .await;
    put(&house, &slapd, |_| {}).await;
    let begun = house.app.synchronise_directories().await.unwrap();
    assert_eq!(begun.len(), 2);
    let brought_in = async {
        let good = "agency".parse().unwrap();
        let is_at_it = || house.app.directories.progress(&good).is_some();
        while house.app.snapshot().person("anna").is_none() || is_at_it() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), brought_in)
        .await
        .expect("the good one is not held up");
    let slow = "a-slow-one".parse().unwrap();
    assert!(
        house.app.directories.progress(&slow).is_some(),
        "the slow one is still at it"
    );
    // The next round neither waits for it nor begins it a second time.
    house.advance(chrono::TimeDelta::days(2)).await;
    assert_eq!(drained(&house).await, 1);
}

fn known_as(id: &'static str) -> impl FnOnce(&mut Value) {
    move |record| {
        record["protocol"]["ldap"]["sync"].take();
        record["id"] = json!(id);
    }
}

#[tokio::test]
async fn a_directory_that_is_down_keeps_out_nobody_of_another() {
    let house = open_house().await;
    let first = Slapd::start(&[person("bert", ""), group("first", &["uid=bert"])].concat());
    let second = Slapd::start(&[person("anna", ""), group("second", &["uid=anna"])].concat());
    put(&house, &first, known_as("agency")).await;
    put(&house, &second, known_as("bureau")).await;
    first.stop();
    let status = async |name: &str, password: &str| at_password(&house, name, password).await.2;
    assert_eq!(status("anna", "password of anna").await, StatusCode::OK);
    // He may be in the one that is down: that is said as a wrong password is.
    for _ in 0..4 {
        assert_eq!(
            status("bert", "password of bert").await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    first.run();
    assert_eq!(status("bert", "password of bert").await, StatusCode::OK);
    assert_eq!(
        status("nobody", "password of anna").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

/// While a directory is down, no answer tells whose name is one of ours, whose is that directory's, and whose is
/// nobody's: not the first, and not the one that says that she has to wait.
#[tokio::test]
async fn a_directory_that_is_down_tells_nobody_who_is_local() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    enrol(&house, "dave").await;
    slapd.stop();
    let mut all = Vec::new();
    // Of ours with a password and without, linked to an entry there, and nobody.
    for name in ["dave", "noah", "anna", "nobody", "nobody@agency.example"] {
        let mut answers = Vec::new();
        for _ in 0..6 {
            let mut tab = Tab::new(&house);
            let flow = tab.begin("/signin").await;
            let next = tab.post("/signin/name", &[("flow", &flow), ("name", name)]).await;
            let fields = [("flow", flow.as_str()), ("password", "a wrong one")];
            let answer = tab.post("/signin/password", &fields).await;
            let text = answer.text.replace(&flow, "").replace(name, "");
            answers.push((next.status, answer.status, text));
        }
        all.push(answers);
    }
    assert_eq!(all[0][0].1, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        all[0][0].2.contains("may not answer right now"),
        "{}",
        all[0][0].2
    );
    assert!(all[0][5].2.contains("Too many attempts"), "{}", all[0][5].2);
    for others in &all[1..] {
        assert_eq!(others, &all[0]);
    }
}
