// SPDX-License-Identifier: Apache-2.0
//! The test of a source that is a directory, as whoever runs it reads it.

use countersign_directory::store::{Sources, load};
use countersign_server::asking::check::Line;
use countersign_server::sources::test::{Asked, test};
use countersign_tests::authority::Authority;
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::slapd::{Slapd, person};
use serde_json::{Value, json};

use super::journey::{directory, put};

async fn lines(house: &TestHouse, person: Option<&str>) -> Vec<Line> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let source = load::<Sources>("agency", &mut db).await.unwrap().unwrap();
    drop(db);
    let asked = Asked {
        person,
        response: None,
    };
    test(&house.app, &source, asked, None).await
}

/// What `countersign source test` prints, but for the port.
async fn printed(house: &TestHouse, slapd: &Slapd, person: Option<&str>) -> String {
    let lines: Vec<String> = lines(house, person).await.iter().map(Line::to_string).collect();
    let text = lines.join("\n").replace(&slapd.tls_port.to_string(), "PORT");
    text.replace("::1", "127.0.0.1")
}

#[tokio::test]
async fn a_good_directory_is_told_to_the_end_of_one_person() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    insta::assert_snapshot!(printed(&house, &slapd, Some("anna")).await, @r"
    ok    record           trusted for identity, attributes
    ok    name             `localhost` is 127.0.0.1
    ok    connection       `localhost:PORT` answers
    ok    tls              TLSv1_3 with `localhost:PORT`
    ok    certificate      good until 2040-01-01
    ok    bind             let in as `cn=reader,dc=agency,dc=example`
    ok    search           `uid=anna,ou=people,dc=agency,dc=example`
    ok    account          good
    ok    groups           3: baltic, ns-cleared, staff
    ok    mapping          8 rules read what they name
    ok    attributes       somebody new: username = anna, display_name = anna, agency = BMVg, nationalities = [DEU], missions = [BALTIC], briefings = [NATO], roles = [member]
    ok    clearance        NATO NS until 2026-12-23
    ");
    assert!(
        house.app.snapshot().person("anna").is_none(),
        "nothing is changed"
    );
    let nobody = lines(&house, Some("*")).await;
    let last = nobody.last().unwrap().to_string();
    assert!(
        last.starts_with("FAIL  search           nobody has this name"),
        "{last}"
    );
    slapd.stop();
    let down = printed(&house, &slapd, None).await;
    assert!(
        down.contains("FAIL  connection       `localhost:PORT` takes no connection"),
        "{down}"
    );
}

#[tokio::test]
async fn an_account_that_is_not_let_in_is_told_with_what_mends_it() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |record| {
        record["protocol"]["ldap"]["bind_dn"] = json!("cn=someone-else,dc=agency,dc=example");
    })
    .await;
    insta::assert_snapshot!(printed(&house, &slapd, Some("anna")).await, @r"
    ok    record           trusted for identity, attributes
    ok    name             `localhost` is 127.0.0.1
    ok    connection       `localhost:PORT` answers
    ok    tls              TLSv1_3 with `localhost:PORT`
    ok    certificate      good until 2040-01-01
    FAIL  bind             `localhost:PORT` does not let us in as `cn=someone-else,dc=agency,dc=example`: name or password is wrong
                           mend: correct `bind_dn` or its password in the record; until then it is tried every 5 minutes and no more often, lest the account be locked
    ");
}

#[tokio::test]
async fn a_certificate_that_ended_is_told_with_the_day() {
    let house = open_house().await;
    let authority = Authority::new("Agency Root");
    let certificate = authority.certify("localhost", 2024);
    let slapd = Slapd::start_with(&person("anna", ""), &authority.pem, certificate);
    put(&house, &slapd, |_| {}).await;
    insta::assert_snapshot!(printed(&house, &slapd, Some("anna")).await, @r"
    ok    record           trusted for identity, attributes
    ok    name             `localhost` is 127.0.0.1
    ok    connection       `localhost:PORT` answers
    FAIL  certificate      the source's certificate ended on 2024-01-01
                           mend: whoever runs the source renews it; until then nobody signs in by it
    ");
}

#[tokio::test]
async fn an_attribute_that_is_not_there_is_told_beside_those_that_are() {
    let (house, slapd) = (open_house().await, directory());
    let wrong = |attribute: &'static str| {
        move |record: &mut Value| {
            record["mapping"]["rules"][7]["clearance"]["level"]["from"] = json!(attribute);
        }
    };
    put(&house, &slapd, wrong("clearanceLevel")).await;
    insta::assert_snapshot!(printed(&house, &slapd, Some("anna")).await, @r"
    ok    record           trusted for identity, attributes
    ok    name             `localhost` is 127.0.0.1
    ok    connection       `localhost:PORT` answers
    ok    tls              TLSv1_3 with `localhost:PORT`
    ok    certificate      good until 2040-01-01
    ok    bind             let in as `cn=reader,dc=agency,dc=example`
    ok    search           `uid=anna,ou=people,dc=agency,dc=example`
    ok    account          good
    ok    groups           3: baltic, ns-cleared, staff
    warn  mapping          the source does not say `clearanceLevel`
                           mend: it says: cn, groups, groupsDn, mail, uid. Name one of these, or ask the source to release it
    ok    attributes       somebody new: username = anna, display_name = anna, agency = BMVg, nationalities = [DEU], missions = [BALTIC], briefings = [NATO], roles = [member]
    warn  clearance        none: she may read what bears no classification
                           mend: see the lines above: its rules for `clearances` give none that `cap` lets pass; or grant one by hand
    ");
    // Without a name she does not get in at all.
    put(&house, &slapd, |record| {
        record["mapping"]["rules"][0]["value"]["from"] = json!("loginName");
    })
    .await;
    insta::assert_snapshot!(printed(&house, &slapd, Some("anna")).await, @r"
    ok    record           trusted for identity, attributes
    ok    name             `localhost` is 127.0.0.1
    ok    connection       `localhost:PORT` answers
    ok    tls              TLSv1_3 with `localhost:PORT`
    ok    certificate      good until 2040-01-01
    ok    bind             let in as `cn=reader,dc=agency,dc=example`
    ok    search           `uid=anna,ou=people,dc=agency,dc=example`
    ok    account          good
    ok    groups           3: baltic, ns-cleared, staff
    FAIL  mapping          rules[0] for `username` from `loginName`: nothing comes of it
                           mend: it says: cn, employeeType, groups, groupsDn, mail, uid. Name one of these, or ask the source to release it
    ");
}
