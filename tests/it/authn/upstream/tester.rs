// SPDX-License-Identifier: Apache-2.0
//! The tester of an OpenID source: what the provider says of itself is held against the record, and its token
//! endpoint says whether it knows us.

use countersign_server::asking::check::{Line, State};
use countersign_server::sources::test::{Asked, test};
use countersign_tests::provider::{Lie, Token};
use serde_json::{Value, json};

use super::{Stage, stage};

async fn tested(stage: &Stage) -> Vec<Line> {
    let source = stage.house.app.upstream.source(&"mod".parse().unwrap()).unwrap();
    test(&stage.house.app, &source, Asked::default(), None).await
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

#[tokio::test]
async fn a_provider_that_fits_is_told_line_by_line() {
    let stage = stage(json!({})).await;
    stage.provider.lie(Lie {
        says: vec![
            ("acr_values_supported", json!(["gold", "silver"])),
            ("scopes_supported", json!(["openid", "profile", "email"])),
            (
                "token_endpoint_auth_methods_supported",
                json!(["client_secret_basic"]),
            ),
            ("response_modes_supported", json!(["query", "form_post"])),
        ],
        ..Lie::default()
    });
    let lines = tested(&stage).await;
    // The one of the tests speaks no TLS.
    let fits = |line: &Line| line.state == State::Ok || line.name == "tls";
    assert!(lines.iter().all(fits), "{lines:#?}");
    for (name, text) in [
        ("keys", "1 published"),
        ("answers", "with a code, in the address"),
        ("algorithms", "ID tokens signed by `ES256` are taken"),
        ("scopes", "it knows `email`, `openid`, `profile`"),
        ("authentication", "`client_secret_basic`, which it takes"),
        (
            "assurance",
            "for two factors it is asked for `gold`, `silver`, which it knows",
        ),
        ("userinfo", "asks for a token, as it should"),
        ("client", "the token endpoint knows us, and would redeem a code"),
    ] {
        assert_eq!(of(&lines, name), (State::Ok, text.to_owned()));
    }
    assert_eq!(stage.provider.codes_seen(), 1);
}

#[tokio::test]
async fn each_value_that_does_not_fit_is_named() {
    let stage = stage(json!({})).await;
    for (says, name, state, part) in [
        (
            ("acr_values_supported", json!(["silver", "bronze"])),
            "assurance",
            State::Warn,
            "`gold`",
        ),
        (
            ("scopes_supported", json!(["openid", "email"])),
            "scopes",
            State::Warn,
            "`profile`",
        ),
        (
            (
                "token_endpoint_auth_methods_supported",
                json!(["private_key_jwt"]),
            ),
            "authentication",
            State::Warn,
            "`client_secret_basic`",
        ),
        (
            ("response_modes_supported", json!(["fragment"])),
            "answers",
            State::Fail,
            "`query`",
        ),
        (
            ("response_types_supported", json!(["id_token"])),
            "answers",
            State::Fail,
            "`response_types_supported`",
        ),
        (
            ("id_token_signing_alg_values_supported", json!(["HS256", "RS512"])),
            "algorithms",
            State::Fail,
            "`HS256`, `RS512`",
        ),
        // Left out, it is RS256, which is taken as shipped.
        (
            ("id_token_signing_alg_values_supported", Value::Null),
            "algorithms",
            State::Ok,
            "`RS256`",
        ),
        (
            (
                "userinfo_endpoint",
                json!(format!("{}/nowhere", stage.provider.issuer())),
            ),
            "userinfo",
            State::Fail,
            "answers 404",
        ),
    ] {
        stage.provider.lie(Lie {
            says: vec![says],
            ..Lie::default()
        });
        let (found, text) = of(&tested(&stage).await, name);
        assert_eq!(found, state, "{name}: {text}");
        assert!(text.contains(part), "{name}: {text}");
    }
}

#[tokio::test]
async fn a_client_that_is_not_known_there_is_told_before_anybody_signs_in() {
    let right = stage(json!({})).await;
    right.provider.lie(Lie {
        token: Token::Down,
        ..Lie::default()
    });
    assert_eq!(of(&tested(&right).await, "client").0, State::Fail);
    let wrong = stage(json!({ "protocol": { "oidc": { "client_id": "another" } } })).await;
    let (state, text) = of(&tested(&wrong).await, "client");
    assert_eq!(state, State::Fail);
    assert!(text.contains("invalid_client"), "{text}");
}
