// SPDX-License-Identifier: Apache-2.0
//! What the list of checks lets through, and what becomes of the rest.

use chrono::TimeDelta;

use super::*;
use crate::assurance::Requirement;
use crate::oidc::client::{ClientRecord, Grant, Pkce};
use crate::oidc::error::Code;
use crate::session::{Lifetimes, Place, Session, SessionId};
use crate::testing::noon;

const ISSUER: &str = "https://id.example";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "https://chat.example/callback";

fn client() -> Client {
    let record = ClientRecord {
        redirect_uris: vec![REDIRECT.into(), "http://127.0.0.1/cb".into()],
        ..ClientRecord::new("chat", "Chat", vec![Grant::AuthorizationCode])
    };
    Client {
        record,
        secret_hash: Some(vec![1]),
    }
}

fn query(changes: &[(&str, &str)]) -> Parameters {
    let mut values = vec![
        ("client_id", "chat"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid profile unheard-of"),
        ("state", "s&t=a te"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        values.retain(|(name, _)| name != &change.0);
        values.push(*change);
    }
    let text = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(values)
        .finish();
    Parameters::read(&text)
}

fn checked(parameters: &Parameters, client: &Client) -> Result<Request, Refusal> {
    check(
        parameters,
        Some(client),
        Came::ByBrowser,
        &KeyRing::default(),
        ISSUER,
        noon(),
    )
}

#[track_caller]
fn told(changes: &[(&str, &str)]) -> Code {
    match checked(&query(changes), &client()) {
        Err(Refusal::Redirect(response)) => {
            let says = |name: &str, value: &str| {
                response
                    .parameters
                    .iter()
                    .any(|(known, says)| *known == name && says == value)
            };
            assert!(says("iss", ISSUER), "an error names us too");
            assert!(says("state", "s&t=a te"), "an error carries the state");
            assert_eq!(response.redirect_uri, REDIRECT);
            let error = response
                .parameters
                .iter()
                .find(|(name, _)| *name == "error")
                .unwrap();
            ALL.into_iter().find(|code| code.as_str() == error.1).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

const ALL: [Code; 6] = [
    Code::InvalidRequest,
    Code::InvalidScope,
    Code::RequestNotSupported,
    Code::RequestUriNotSupported,
    Code::UnmetAuthenticationRequirements,
    Code::UnsupportedResponseType,
];

#[test]
fn a_good_request_is_frozen_with_the_scopes_that_are_known() {
    let request = checked(&query(&[]), &client()).unwrap();
    assert_eq!(request.scope, "openid profile");
    assert_eq!(request.state.as_deref(), Some("s&t=a te"));
    assert_eq!(request.challenge.as_deref(), Some(CHALLENGE));
}

#[test]
fn a_wrong_client_or_address_never_redirects() {
    assert!(matches!(
        check(
            &query(&[]),
            None,
            Came::ByBrowser,
            &KeyRing::default(),
            ISSUER,
            noon()
        ),
        Err(Refusal::Page(_))
    ));
    for address in [
        "",
        "https://chat.example/callback/",
        "https://chat.example/callback?x",
        "https://chat.example/callback#x",
        "https://chat.example/callback%2F..",
        "https://chat.example:443/callback",
        "https://CHAT.example/callback",
        "https://chat.example\\@evil.example/callback",
        "https://chat.example@evil.example/callback",
        "https://evil.example/https://chat.example/callback",
        "https://chat.example.evil.example/callback",
        "https://xn--cht-sna.example/callback",
        "//chat.example/callback",
        "javascript:alert(1)",
        "http://127.0.0.1:80@evil.example/cb",
        "http://localhost/cb",
    ] {
        let outcome = checked(&query(&[("redirect_uri", address)]), &client());
        assert!(matches!(outcome, Err(Refusal::Page(_))), "{address}");
    }
    let twice = Parameters::read(&format!(
        "client_id=chat&redirect_uri={REDIRECT}&redirect_uri={REDIRECT}"
    ));
    assert!(matches!(checked(&twice, &client()), Err(Refusal::Page(_))));
}

#[test]
fn the_port_of_a_loopback_address_is_free() {
    let request = checked(
        &query(&[("redirect_uri", "http://127.0.0.1:49152/cb")]),
        &client(),
    );
    assert_eq!(request.unwrap().redirect_uri, "http://127.0.0.1:49152/cb");
}

#[test]
fn only_the_code_flow_with_s256_goes_on() {
    assert_eq!(told(&[("response_type", "token")]), Code::UnsupportedResponseType);
    assert_eq!(
        told(&[("response_type", "code id_token")]),
        Code::UnsupportedResponseType
    );
    assert_eq!(told(&[("response_type", "")]), Code::InvalidRequest);
    assert_eq!(told(&[("response_mode", "fragment")]), Code::InvalidRequest);
    assert_eq!(told(&[("code_challenge_method", "plain")]), Code::InvalidRequest);
    assert_eq!(told(&[("code_challenge_method", "")]), Code::InvalidRequest);
    assert_eq!(told(&[("code_challenge", "short")]), Code::InvalidRequest);
    assert_eq!(
        told(&[("code_challenge", ""), ("code_challenge_method", "")]),
        Code::InvalidRequest
    );
    assert_eq!(told(&[("scope", "profile")]), Code::InvalidScope);
    assert_eq!(told(&[("request", "x")]), Code::RequestNotSupported);
    assert_eq!(told(&[("request_uri", "x")]), Code::RequestUriNotSupported);
    assert_eq!(told(&[("prompt", "none login")]), Code::InvalidRequest);
    assert_eq!(told(&[("prompt", "perhaps")]), Code::InvalidRequest);
    assert_eq!(told(&[("max_age", "-1")]), Code::InvalidRequest);
    assert_eq!(told(&[("id_token_hint", "a.b.c")]), Code::InvalidRequest);
    assert_eq!(told(&[("claims", "[]")]), Code::InvalidRequest);
    let unknown = r#"{"id_token":{"acr":{"essential":true,"values":["loa9"]}}}"#;
    assert_eq!(
        told(&[("claims", unknown)]),
        Code::UnmetAuthenticationRequirements
    );
}

#[test]
fn only_a_confidential_client_can_be_exempt_from_pkce() {
    let without = query(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let mut exempt = client();
    exempt.record.pkce = Pkce::Exempt;
    assert_eq!(checked(&without, &exempt).unwrap().challenge, None);
    exempt.secret_hash = None;
    assert!(checked(&without, &exempt).is_err());
}

#[test]
fn the_answer_keeps_the_query_of_the_address() {
    let mut request = checked(&query(&[]), &client()).unwrap();
    request.redirect_uri = "https://chat.example/cb?a=b".into();
    let error = Error::new(Code::AccessDenied, "no");
    let location = Response::error(&request, &error, ISSUER).location();
    assert_eq!(
        location,
        "https://chat.example/cb?a=b&error=access_denied&error_description=no&\
         state=s%26t%3Da+te&iss=https%3A%2F%2Fid.example"
    );
}

fn session(level: Level, age: i64) -> Session {
    let auth_time = noon() - TimeDelta::seconds(age);
    Session {
        id: SessionId::from_text("s"),
        person: "alice".parse().unwrap(),
        level,
        methods: [].into(),
        attested: false,
        evidence: Vec::new(),
        auth_time,
        started_at: auth_time,
        last_activity: noon(),
        ends_at: auth_time + Lifetimes::default().aal2.absolute,
        idle: Lifetimes::default().aal2.idle,
        place: Place::default(),
        csrf: String::new(),
        ended_at: None,
    }
}

fn judged(changes: &[(&str, &str)], session: Option<&Session>, required: Level) -> Verdict {
    let request = checked(&query(changes), &client()).unwrap();
    judge(
        &request,
        &client(),
        session.map(|session| (session, "sub-a")),
        required,
        None,
        noon(),
    )
}

fn error_of(verdict: &Verdict) -> Code {
    match verdict {
        Verdict::Error(error) => error.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_session_is_reused_only_at_the_level_that_is_required() {
    let weak = session(Level::Aal1, 10);
    assert_eq!(judged(&[], Some(&weak), Level::Aal1), Verdict::Enough);
    let need = Requirement::level(Level::Aal2);
    assert_eq!(judged(&[], Some(&weak), Level::Aal2), Verdict::SignIn(need));
    let asked = judged(&[("acr_values", "phrh phr")], Some(&weak), Level::Aal1);
    assert_eq!(
        asked,
        Verdict::SignIn(Requirement::level(Level::Aal2PhishingResistant))
    );
    assert_eq!(
        judged(&[("acr_values", "loa9")], Some(&weak), Level::Aal1),
        Verdict::Enough
    );
}

#[test]
fn prompt_none_never_asks() {
    let weak = session(Level::Aal1, 100);
    let none = ("prompt", "none");
    assert_eq!(error_of(&judged(&[none], None, Level::Aal1)), Code::LoginRequired);
    assert_eq!(
        error_of(&judged(&[none], Some(&weak), Level::Aal2)),
        Code::InteractionRequired
    );
    assert_eq!(
        error_of(&judged(&[none, ("max_age", "99")], Some(&weak), Level::Aal1)),
        Code::LoginRequired
    );
    assert_eq!(
        judged(&[none, ("max_age", "100")], Some(&weak), Level::Aal1),
        Verdict::Enough
    );
}

#[test]
fn prompt_login_and_max_age_zero_want_a_sign_in_after_the_request() {
    for change in [
        ("prompt", "login"),
        ("prompt", "select_account"),
        ("max_age", "0"),
    ] {
        let old = session(Level::Aal2, 1);
        assert!(
            matches!(judged(&[change], Some(&old), Level::Aal1), Verdict::SignIn(_)),
            "{change:?}"
        );
        let new = session(Level::Aal2, 0);
        assert_eq!(
            judged(&[change], Some(&new), Level::Aal1),
            Verdict::Enough,
            "{change:?}"
        );
    }
}

#[test]
fn a_hint_must_name_the_person_who_is_signed_in() {
    let mut request = checked(&query(&[]), &client()).unwrap();
    request.expected_sub = Some("sub-b".into());
    let alice = session(Level::Aal2, 1);
    let judge = |request: &Request, asked| {
        judge(
            request,
            &client(),
            Some((&alice, "sub-a")),
            Level::Aal1,
            asked,
            noon(),
        )
    };
    assert!(matches!(judge(&request, None), Verdict::SignIn(_)));
    assert_eq!(error_of(&judge(&request, Some(Level::Aal1))), Code::LoginRequired);
    request.prompt.insert(Prompt::None);
    assert_eq!(error_of(&judge(&request, None)), Code::LoginRequired);
}

#[test]
fn a_sign_in_that_falls_short_ends_with_an_error_and_not_in_a_circle() {
    let request = checked(&query(&[]), &client()).unwrap();
    let weak = session(Level::Aal2, 0);
    let judged = |asked| {
        let at_hand = Some((&weak, "sub-a"));
        judge(&request, &client(), at_hand, Level::Aal3, asked, noon())
    };
    let verdict = judged(Some(Level::Aal3));
    assert_eq!(error_of(&verdict), Code::UnmetAuthenticationRequirements);
    // What she needs was not known when she was asked: then she is asked for that.
    for asked in [None, Some(Level::Aal1), Some(Level::Aal2PhishingResistant)] {
        assert_eq!(judged(asked), Verdict::SignIn(Requirement::level(Level::Aal3)));
    }
}
