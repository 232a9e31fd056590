// SPDX-License-Identifier: Apache-2.0
//! The tester of a SAML source: step by step, each with what was found and what mends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_authn::saml::instant;
use countersign_authn::saml::write::Element;
use countersign_directory::store::{Shelf as _, Sources};
use countersign_server::asking::check::{Line, State};
use countersign_server::sources::test::{Asked, test};
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::saml::{Draft, ENTITY, credential, metadata_element};
use http::Method;
use serde_json::{Value, json};

const CONSUMER: &str = "http://localhost:8080/saml/sources/agency/acs";
const US: &str = "http://localhost:8080/saml/sources/agency/metadata";

fn metadata() -> Element {
    metadata_element("https://idp.example", &[credential()])
}

fn record(document: &str, more: Value) -> Value {
    let mut record = json!({
        "name": "The agency",
        "protocol": {"saml": {"entity_id": ENTITY, "metadata": {"document": document}}},
        "trust": {"identity": true, "attributes": true, "domains": ["agency.example"]},
        "linking": {"create": "yes", "kind": "government"},
        "mapping": {"rules": [{"to": "email", "value": {"from": "mail"}}]},
    });
    for (at, value) in more.as_object().unwrap() {
        *record.pointer_mut(at).unwrap() = value.clone();
    }
    record
}

async fn tested(house: &TestHouse, record: Value, response: Option<&str>) -> Vec<Line> {
    let id = "agency".parse().unwrap();
    let (sealer, mut rng) = (&house.app.sealer, house.app.rng());
    let source = countersign_server::sources::written::kept(record, &id, None, sealer, &mut rng).unwrap();
    let asked = Asked {
        person: None,
        response,
    };
    test(&house.app, &source, asked, None).await
}

fn of(lines: &[Line], name: &str) -> (State, String) {
    let line = lines.iter().find(|line| line.name == name);
    let line = line.unwrap_or_else(|| panic!("no line `{name}`: {lines:#?}"));
    assert_eq!(
        line.mend.is_some(),
        line.state != State::Ok,
        "what is wrong says what mends it: {line:?}"
    );
    (line.state, line.text.clone())
}

fn draft() -> Draft {
    Draft {
        destination: Some(CONSUMER.into()),
        recipient: Some(CONSUMER.into()),
        audience: Some(US.into()),
        ..Draft::default()
    }
}

#[tokio::test]
async fn metadata_keys_and_our_own_request_are_told() {
    let house = open_house().await;
    let lines = tested(&house, record(&metadata().canonical(), json!({})), None).await;
    assert_eq!(of(&lines, "entity"), (State::Ok, format!("`{ENTITY}`")));
    assert_eq!(of(&lines, "metadata").0, State::Ok);
    let (state, key) = of(&lines, "key");
    assert_eq!(state, State::Ok);
    assert!(
        key.starts_with("SHA-256 ") && key.contains("its certificate good until"),
        "{key}"
    );
    let (state, request) = of(&lines, "request");
    assert_eq!(state, State::Ok);
    assert_eq!(
        request,
        format!(
            "by HTTP-Redirect to `https://idp.example/sso`, signed, as `{US}`, asks for no context; the answer has to \
             come to `{CONSUMER}`"
        )
    );
    // Browsers go there; what this machine alone cannot reach is no fault.
    let unknown =
        |line: &&Line| line.name == "name" && line.text.contains("`idp.example` is known to no name server");
    assert_eq!(lines.iter().find(unknown).unwrap().state, State::Warn);
}

#[tokio::test]
async fn metadata_of_another_or_that_has_run_out_is_told_as_such() {
    let house = open_house().await;
    let other = record(
        &metadata().canonical(),
        json!({"/protocol/saml/entity_id": "https://other.example"}),
    );
    let lines = tested(&house, other, None).await;
    let said = format!("the metadata is that of `{ENTITY}`, the record names `https://other.example`");
    assert_eq!(of(&lines, "entity"), (State::Fail, said));
    for (left, state, said) in [
        (
            TimeDelta::zero(),
            State::Fail,
            "it ran out on 2026-11-23 12:00 UTC: nobody signs in by this source",
        ),
        (
            TimeDelta::days(6),
            State::Warn,
            "it runs out on 2026-11-29 12:00 UTC",
        ),
        (TimeDelta::days(8), State::Ok, "good until 2026-12-01 12:00 UTC"),
    ] {
        let until = instant(house.app.now() + left);
        let document = metadata().with("validUntil", until).canonical();
        let lines = tested(&house, record(&document, json!({})), None).await;
        assert_eq!(of(&lines, "metadata end"), (state, said.to_owned()));
    }
}

#[tokio::test]
async fn a_response_is_followed_from_its_signature_to_what_becomes_of_her() {
    let house = open_house().await;
    let record = record(&metadata().canonical(), json!({}));
    let xml = draft().both_signed();
    for pasted in [xml.clone(), STANDARD.encode(&xml)] {
        let lines = tested(&house, record.clone(), Some(&pasted)).await;
        for name in [
            "response",
            "status",
            "issuer",
            "destination",
            "signature",
            "audience",
            "recipient",
            "answers",
        ] {
            assert_eq!(of(&lines, name).0, State::Ok, "{name}: {lines:#?}");
        }
        assert_eq!(of(&lines, "audience").1, format!("`{US}`"));
        assert_eq!(
            of(&lines, "assurance"),
            (
                State::Warn,
                "counts as aal1: it is not trusted to say how people prove themselves".to_owned()
            )
        );
        assert_eq!(
            of(&lines, "account"),
            (State::Warn, "`alice` is linked to nobody here".to_owned())
        );
        assert_eq!(of(&lines, "released"), (State::Ok, "mail".to_owned()));
        let (_, attributes) = of(&lines, "attributes");
        assert!(
            attributes.contains("email = alice@agency.example"),
            "{attributes}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_response_says_what_mends_it() {
    let house = open_house().await;
    let good = record(&metadata().canonical(), json!({}));
    let for_another = Draft {
        audience: Some("https://other.example".into()),
        ..draft()
    };
    let lines = tested(&house, good.clone(), Some(&for_another.assertion_signed())).await;
    assert_eq!(
        of(&lines, "audience"),
        (
            State::Fail,
            format!("it is for `https://other.example`, and we are `{US}`")
        )
    );
    let unsigned = draft().around([draft().assertion()]).canonical();
    let lines = tested(&house, good.clone(), Some(&unsigned)).await;
    assert_eq!(
        of(&lines, "signature"),
        (State::Fail, "it is not signed".to_owned())
    );
    let mend = lines
        .iter()
        .find(|line| line.name == "signature")
        .unwrap()
        .mend
        .clone();
    assert_eq!(mend.as_deref(), Some("have the provider sign assertions"));
    assert!(
        lines.iter().all(|line| line.name != "attributes"),
        "nothing comes of it"
    );
    let lines = tested(&house, good.clone(), Some("no response")).await;
    assert_eq!(of(&lines, "response").0, State::Fail);
    // A recording is only late.
    house.advance(TimeDelta::days(2)).await;
    let lines = tested(&house, good, Some(&draft().both_signed())).await;
    let (state, text) = of(&lines, "time");
    assert_eq!(state, State::Warn);
    assert!(text.ends_with("and that is over or has not come"), "{text}");
    assert_eq!(of(&lines, "released").0, State::Ok);
}

/// What a real person holds, what the source says of her and what it may not give her: of each, a reader sees what
/// she may know, by the tester as by trying a mapping.
#[tokio::test]
async fn the_tester_shows_a_reader_nothing_that_is_above_her() {
    let house = open_house().await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let mut record = record(&metadata().canonical(), json!({}));
    record["mapping"]["rules"] = json!([
        {"to": "missions", "value": {"from": "mission"}},
        {"to": "clearances", "clearance": {
            "scheme": {"constant": "NATO"}, "level": {"from": "level"}, "compartments": {"from": "tags"},
            "valid_until": {"constant": "2030-01-01T00:00:00Z", "date": "rfc3339"}}},
    ]);
    let id = "agency".parse().unwrap();
    let (sealer, mut rng) = (&house.app.sealer, house.app.rng());
    let source = countersign_server::sources::written::kept(record, &id, None, sealer, &mut rng).unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    Sources::put(&[(&id, &source)], &mut db).await.unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([source.clone()]);
    let draft = Draft {
        subject: "quin".into(),
        attributes: vec![
            ("mission", vec!["NUC".into()]),
            ("level", vec!["CTS".into()]),
            ("tags", vec!["ATOMAL".into()]),
        ],
        ..draft()
    };
    let response = draft.both_signed();
    let above = ["NUC", "CTS", "ATOMAL", "STRENG GEHEIM"];
    let told = |lines: &[Line]| {
        let of_her = lines
            .iter()
            .filter(|line| ["attributes", "cap", "clearance"].contains(&line.name.as_str()));
        of_her.map(|line| format!("{}\n", line.text)).collect::<String>()
    };
    let asked = Asked {
        person: Some("quin"),
        response: Some(&response),
    };
    let operator = told(&test(&house.app, &source, asked, None).await);
    for word in above {
        assert!(operator.contains(word), "{word}: {operator}");
    }
    let answer = house
        .as_person(
            &hugo,
            Method::POST,
            "/api/v1/sources/agency/test",
            Some(json!({"person": "quin", "response": response})),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let lines: Vec<(String, String)> = answer.json()["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            (text("name"), text("text"))
        })
        .collect();
    assert!(
        lines
            .iter()
            .any(|(name, text)| name == "attributes" && text.contains("`quin`"))
    );
    assert_eq!(
        lines.iter().filter(|(name, _)| name == "cap").count(),
        2,
        "{lines:?}"
    );
    for word in above {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
    let sample = json!({"attributes": {"mission": "x", "level": "CTS", "tags": "ATOMAL"}, "person": "quin"});
    let tried = house
        .as_person(
            &hugo,
            Method::POST,
            "/api/v1/sources/agency/mapping/try",
            Some(sample),
        )
        .await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    assert!(tried.text.contains("\"refused\":[{"), "{}", tried.text);
    for word in above {
        assert!(!tried.text.contains(word), "{word}: {}", tried.text);
    }
}
