// SPDX-License-Identifier: Apache-2.0
//! The routes below `/saml/sources/{id}`, as a browser between us and a provider meets them.

use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn::Happened;
use countersign_authn::saml::metadata::Entity;
use countersign_authn::saml::redirect::{Carrier, Received, address};
use countersign_authn::saml::sign::signed;
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Gated, HTTP_POST, HTTP_REDIRECT, Limits, PeerKey, instant, signature};
use countersign_authn::upstream::link::{self, Identity, Made};
use countersign_directory::source::{Conflict, Source};
use countersign_directory::store::{Shelf as _, Sources};
use countersign_tests::house::{Answer, TestHouse, open_house};
use countersign_tests::saml::{Draft, ENTITY, credential, metadata, now};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A house with the provider as the source `agency`.
async fn house_with(more: Value) -> TestHouse {
    let house = open_house().await;
    let mut saml = json!({ "entity_id": ENTITY, "metadata": { "document": metadata(&[credential()]) } });
    for (name, value) in more.as_object().unwrap() {
        saml[name] = value.clone();
    }
    let source: Source = serde_json::from_value(json!({
        "id": "agency", "name": "The agency", "protocol": { "saml": saml }, "trust": { "identity": true },
    }))
    .unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    Sources::put(&[(&source.id, &source)], &mut db).await.unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([source]);
    house
}

/// A draft with the addresses that this house has for the provider.
fn draft(house: &TestHouse) -> Draft {
    let (_, rules) = house.app.saml_source("agency").unwrap();
    Draft {
        destination: Some(rules.consumer.clone()),
        recipient: Some(rules.consumer),
        audience: Some(rules.own_entity_id),
        ..Draft::default()
    }
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        // As it is when another site's page sends it.
        .header("origin", "https://idp.example")
        .header("sec-fetch-site", "cross-site")
        .body(body.finish().into())
        .unwrap()
}

async fn post(house: &TestHouse, message: &str, state: Option<&str>) -> Answer {
    let message = STANDARD.encode(message);
    let mut fields = vec![("SAMLResponse", message.as_str())];
    fields.extend(state.map(|state| ("RelayState", state)));
    house.send(form("/saml/sources/agency/acs", &fields)).await
}

async fn get(house: &TestHouse, path: &str, cookie: &str) -> Answer {
    let request = Request::builder().uri(path).header("cookie", cookie);
    house.send(request.body(Body::empty()).unwrap()).await
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let start = format!("{name}=");
    answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|line| line.to_str().ok()?.split(';').next())
        .find(|pair| pair.starts_with(&start) && pair.len() > start.len())
        .map(str::to_owned)
}

/// A browser that went from the sign-in page to the provider: its cookie, the request and the state.
async fn sent_away(house: &TestHouse) -> (String, String, String) {
    let begun = get(house, "/signin", "").await;
    let browser = cookie(&begun, "countersign-browser").unwrap();
    let flow = location(&begun).split_once("flow=").unwrap().1.to_owned();
    let away = get(
        house,
        &format!("/signin/source?flow={flow}&source=agency"),
        &browser,
    )
    .await;
    let query = location(&away)
        .strip_prefix("https://idp.example/sso?")
        .unwrap()
        .to_owned();
    let received = Received::read(&query).unwrap();
    let ours = get(house, "/saml/sources/agency/metadata", "").await.text;
    let entity = Entity::read(ours.as_bytes(), None, now()).unwrap();
    let verified = received
        .verify(&entity.service_provider.unwrap().role.signing)
        .unwrap();
    let id = verified
        .text()
        .split_once(" ID=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0
        .to_owned();
    (browser, id, received.relay_state().unwrap().to_owned())
}

/// The person whom the provider calls `alice` is alice here.
async fn link_alice(house: &TestHouse) {
    let identity = Identity {
        source: "agency".parse().unwrap(),
        issuer: ENTITY.into(),
        subject: "alice".into(),
    };
    let mut log = Happened::new();
    let mut db = house.app.database.begin_write().await.unwrap();
    let person = "alice".parse().unwrap();
    let rng = &mut house.app.rng();
    link::make(
        identity,
        &person,
        "alice",
        Made::Administrators,
        Conflict::Add,
        now(),
        rng,
        &mut log,
        &mut db,
    )
    .await
    .unwrap()
    .unwrap();
    db.commit().await.unwrap();
}

/// Signs alice in through the provider; returns the cookies of her browser.
async fn signed_in(house: &TestHouse) -> String {
    let (browser, id, state) = sent_away(house).await;
    let answer = Draft {
        in_response_to: Some(id.clone()),
        response_to: Some(id.clone()),
        id: format!("assertion-{id}"),
        ..draft(house)
    };
    let posted = post(house, &answer.assertion_signed(), Some(&state)).await;
    let arrived = get(house, location(&posted), &browser).await;
    let session = cookie(&arrived, "countersign").unwrap_or_else(|| panic!("{}", arrived.text));
    format!("{browser}; {session}")
}

#[tokio::test]
async fn our_metadata_is_signed_and_has_a_key_for_each_use() {
    let house = house_with(json!({})).await;
    let answer = get(&house, "/saml/sources/agency/metadata", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/samlmetadata+xml");
    let entity = Entity::read(answer.text.as_bytes(), None, now()).unwrap();
    assert!(entity.id.ends_with("/saml/sources/agency/metadata"));
    assert_eq!(entity.valid_until, Some(now() + TimeDelta::days(30)));
    let role = entity.service_provider.unwrap();
    assert!(role.wants_signed_assertions && role.signs_requests);
    let [signing] = role.role.signing.as_slice() else {
        panic!("{role:?}")
    };
    let [encryption] = role.role.encryption.as_slice() else {
        panic!("{role:?}")
    };
    assert_ne!(signing.der(), encryption.key.der());
    let gated = Gated::admit(answer.text.as_bytes(), &Limits::METADATA).unwrap();
    assert!(signature::verify(&gated, std::slice::from_ref(signing)).is_ok());
    // The same keys at the next process.
    let other = house.reopened().await;
    let keys = other.saml_keys().await.unwrap();
    assert_eq!(keys.signing(now()).unwrap().certificate(), signing.der());
    assert_eq!(
        get(&house, "/saml/sources/other/metadata", "").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn somebody_signs_in_through_a_provider_and_the_session_is_hers() {
    let house = house_with(json!({})).await;
    link_alice(&house).await;
    let cookies = signed_in(&house).await;
    let account = get(&house, "/account", &cookies).await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.text.contains("alice"));
}

/// A response belongs to the browser that was sent away, and to no other; and once.
#[tokio::test]
async fn a_response_in_another_browser_or_to_no_request_opens_nothing() {
    let house = house_with(json!({})).await;
    link_alice(&house).await;
    let (browser, id, state) = sent_away(&house).await;
    let (other, _, other_state) = sent_away(&house).await;
    let attempt = |number: usize, id: String, state: String, cookie: String| {
        let answer = Draft {
            in_response_to: Some(id.clone()),
            response_to: Some(id),
            id: format!("assertion-{number}"),
            ..draft(&house)
        };
        let house = &house;
        async move {
            let posted = post(house, &answer.assertion_signed(), Some(&state)).await;
            get(house, location(&posted), &cookie).await
        }
    };
    for (number, (id, state, cookie)) in [
        (id.clone(), state.clone(), other.clone()),
        (id.clone(), other_state.clone(), other.clone()),
        ("somebody-elses".to_owned(), other_state, other.clone()),
        (id.clone(), state.clone(), String::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = attempt(number, id, state, cookie).await;
        assert!(cookie_of_session(&answer).is_none(), "{number}: {}", answer.text);
        assert!(answer.status.is_client_error(), "{number}: {}", answer.status);
    }
    // Attempts with its state used the trip up: the right browser has to begin again, too.
    let answer = attempt(9, id, state, browser).await;
    assert!(cookie_of_session(&answer).is_none());
}

fn cookie_of_session(answer: &Answer) -> Option<String> {
    cookie(answer, "countersign")
}

/// S10, by the routes: the same form at two processes, and the same redirect twice.
#[tokio::test]
async fn a_form_and_its_redirect_are_good_once() {
    let house = house_with(json!({})).await;
    link_alice(&house).await;
    let (browser, id, state) = sent_away(&house).await;
    let answer = Draft {
        in_response_to: Some(id.clone()),
        response_to: Some(id),
        ..draft(&house)
    };
    let message = answer.assertion_signed();
    let posted = post(&house, &message, Some(&state)).await;
    let onward = location(&posted).to_owned();
    let other = house.reopened().await;
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 40_000));
    let second = countersign_server::http::router(other).layer(MockConnectInfo(peer));
    let field = STANDARD.encode(&message);
    let again = form(
        "/saml/sources/agency/acs",
        &[("SAMLResponse", &field), ("RelayState", &state)],
    );
    let again = second.oneshot(again).await.unwrap();
    assert!(again.status().is_client_error(), "{}", again.status());
    let first = get(&house, &onward, &browser).await;
    assert!(cookie_of_session(&first).is_some(), "{}", first.text);
    let twice = get(&house, &onward, &browser).await;
    assert_eq!(twice.status, StatusCode::GONE);
}

/// S14: a RelayState is opaque, short, and never a place to go to.
#[tokio::test]
async fn a_relay_state_is_never_a_target() {
    let house = house_with(json!({ "idp_initiated": true })).await;
    link_alice(&house).await;
    let unasked = |id: &str| Draft {
        in_response_to: None,
        response_to: None,
        id: id.into(),
        ..draft(&house)
    };
    let posted = post(
        &house,
        &unasked("a").assertion_signed(),
        Some("https://evil.example/"),
    )
    .await;
    assert!(location(&posted).starts_with("/saml/sources/agency/acs?arrival="));
    let arrived = get(&house, location(&posted), "").await;
    assert!(cookie_of_session(&arrived).is_some(), "{}", arrived.text);
    let target = arrived
        .headers
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    assert!(!target.unwrap_or_default().contains("evil.example"));
    assert!(!arrived.text.contains("evil.example"));
    let long = post(&house, &unasked("b").assertion_signed(), Some(&"a".repeat(81))).await;
    assert!(long.status.is_client_error());
    let longest = post(&house, &unasked("c").assertion_signed(), Some(&"a".repeat(80))).await;
    assert_eq!(longest.status, StatusCode::SEE_OTHER);
    // Where it was not agreed, nobody begins a sign-in from outside.
    let closed = house_with(json!({})).await;
    let refused = post(&closed, &unasked("d").assertion_signed(), None).await;
    assert!(refused.status.is_client_error());
}

/// Whatever is wrong, the page is the same and tells nothing of why.
#[tokio::test]
async fn a_refused_response_says_nothing_of_why() {
    let house = house_with(json!({})).await;
    let good = draft(&house);
    let altered = good.assertion_signed().replace(">alice<", ">mallory<");
    let other = Draft {
        audience: Some("https://other.example".into()),
        ..good.clone()
    };
    let mut pages = Vec::new();
    for message in [
        altered,
        other.assertion_signed(),
        "no xml".to_owned(),
        "<!DOCTYPE a><a/>".to_owned(),
    ] {
        let answer = post(&house, &message, None).await;
        assert!(answer.status.is_client_error());
        for word in ["signature", "audience", "XML", "document type", "mallory"] {
            assert!(!answer.text.contains(word), "{word}");
        }
        pages.push((answer.status, answer.text.len()));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
}

/// How many refusals are on record, and what they say of others that they stand for.
async fn refusals(house: &TestHouse) -> (usize, u64) {
    house.app.drain().await.unwrap();
    let filter = Filter {
        kind: Some("signin.refused".to_owned()),
        limit: 100,
        ..Filter::default()
    };
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let found = leaves::list(&filter, &mut db).await.unwrap();
    let more = found.iter().map(|leaf| {
        let text = String::from_utf8_lossy(&leaf.record).into_owned();
        let more = text.split_once("\"more\":").map_or("0", |(_, rest)| rest);
        let end = more.find(|c: char| !c.is_ascii_digit()).unwrap_or(more.len());
        more[..end].parse::<u64>().unwrap()
    });
    (found.len(), more.sum())
}

/// Anybody may post here. What she posts is counted, and fills no record.
#[tokio::test]
async fn nonsense_of_strangers_is_one_entry_a_minute_and_a_number() {
    let house = house_with(json!({ "logout": true })).await;
    let altered = draft(&house).assertion_signed().replace(">alice<", ">mallory<");
    for round in 0..10 {
        for message in ["no xml", "<!DOCTYPE a><a/>", &altered] {
            let answer = post(&house, message, None).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{round}");
            assert!(answer.text.contains("Reference: <code>S-"), "{}", answer.text);
        }
        let slo = form("/saml/sources/agency/slo", &[("SAMLRequest", "bm8geG1s")]);
        assert!(house.send(slo).await.status.is_client_error());
    }
    assert_eq!(refusals(&house).await, (1, 0));
    house.app.note_refused_messages().await.unwrap();
    assert_eq!(refusals(&house).await, (1, 0), "the minute is not over");
    // The next stands for those before it as well.
    house.advance(TimeDelta::seconds(60)).await;
    post(&house, "no xml", None).await;
    assert_eq!(refusals(&house).await, (2, 39));
    // Where none follows, the number goes on record by itself.
    post(&house, "no xml", None).await;
    post(&house, "no xml", None).await;
    house.advance(TimeDelta::seconds(60)).await;
    house.app.note_refused_messages().await.unwrap();
    house.app.note_refused_messages().await.unwrap();
    assert_eq!(refusals(&house).await, (3, 41));
    let metrics = countersign_server::metrics::text::of(&house.app).unwrap();
    let line = "countersign_refused_messages_total{source=\"agency\"} 43";
    assert!(metrics.contains(line), "{metrics}");
    // Somebody who signs in meanwhile is taken, and who comes with another's response is on record by herself.
    link_alice(&house).await;
    signed_in(&house).await;
    let (_, id, state) = sent_away(&house).await;
    let answer = Draft {
        in_response_to: Some(id.clone()),
        response_to: Some(id),
        id: "assertion-of-another".to_owned(),
        ..draft(&house)
    };
    let posted = post(&house, &answer.assertion_signed(), Some(&state)).await;
    get(&house, location(&posted), "").await;
    assert_eq!(refusals(&house).await, (4, 41));
}

/// Single logout from there: the session here is over before it is answered; the message is good once.
#[tokio::test]
async fn a_provider_ends_the_sessions_that_came_from_it() {
    let house = house_with(json!({})).await;
    link_alice(&house).await;
    let cookies = signed_in(&house).await;
    let (_, rules) = house.app.saml_source("agency").unwrap();
    let request = |id: &str, name: &str, index: &str| {
        Element::new(Space::Samlp, "LogoutRequest")
            .with("ID", id)
            .with("Version", "2.0")
            .with("IssueInstant", instant(now()))
            .with("Destination", rules.logout.clone())
            .child(Element::new(Space::Saml, "Issuer").text(ENTITY))
            .child(
                Element::new(Space::Saml, "NameID")
                    .with("Format", countersign_authn::upstream::saml::PERSISTENT)
                    .text(name),
            )
            .child(Element::new(Space::Samlp, "SessionIndex").text(index))
    };
    let by_redirect = |message: Element, by| {
        let sent = address(
            "/saml/sources/agency/slo",
            Carrier::Request,
            &message.canonical(),
            Some("s"),
            by,
        );
        sent.unwrap()
    };
    let is_signed_in = async || get(&house, "/account", &cookies).await.status == StatusCode::OK;
    // Unsigned, of another session, of somebody else: nothing ends.
    for path in [
        by_redirect(request("a", "alice", "session-1"), None),
        by_redirect(request("b", "alice", "session-2"), Some(credential())),
        by_redirect(request("c", "bob", "session-1"), Some(credential())),
    ] {
        let _ = get(&house, &path, "").await;
        assert!(is_signed_in().await, "{path}");
    }
    let unsigned = STANDARD.encode(request("d", "alice", "session-1").canonical());
    let answer = house
        .send(form("/saml/sources/agency/slo", &[("SAMLRequest", &unsigned)]))
        .await;
    assert!(answer.status.is_client_error() && is_signed_in().await);

    let text = signed(request("e", "alice", "session-1"), credential())
        .unwrap()
        .canonical();
    let message = STANDARD.encode(text);
    let fields = [("SAMLRequest", message.as_str()), ("RelayState", "theirs")];
    let answer = house.send(form("/saml/sources/agency/slo", &fields)).await;
    let query = location(&answer)
        .strip_prefix("https://idp.example/slo?")
        .unwrap()
        .to_owned();
    let received = Received::read(&query).unwrap();
    assert_eq!(
        (received.carrier(), received.relay_state()),
        (Carrier::Response, Some("theirs"))
    );
    assert!(received.unverified().text().contains("InResponseTo=\"e\""));
    assert!(received.unverified().text().contains("status:Success"));
    assert!(!is_signed_in().await);
    let again = house.send(form("/saml/sources/agency/slo", &fields)).await;
    assert!(again.status.is_client_error());
}

async fn sign_out(house: &TestHouse, cookies: &str) -> Answer {
    let page = get(house, "/account/signout", cookies).await.text;
    let csrf = countersign_tests::simplesamlphp::hidden(&page, "csrf").unwrap();
    let mut request = form("/account/signout", &[("csrf", &csrf)]);
    let issuer = house.app.config.issuer.clone();
    request.headers_mut().insert("cookie", cookies.parse().unwrap());
    request.headers_mut().insert("origin", issuer.parse().unwrap());
    request
        .headers_mut()
        .insert("sec-fetch-site", "same-origin".parse().unwrap());
    house.send(request).await
}

/// A provider that takes logout by form alone is not passed over: the page holds the form, and may post there.
#[tokio::test]
async fn signing_out_goes_on_by_a_form_where_the_provider_takes_no_address() {
    let by_form = metadata(&[credential()]).replacen(HTTP_REDIRECT, HTTP_POST, 1);
    assert!(by_form.contains("SingleLogoutService") && by_form.contains(HTTP_REDIRECT));
    let house = house_with(json!({ "metadata": { "document": by_form } })).await;
    link_alice(&house).await;
    let cookies = signed_in(&house).await;
    let answer = sign_out(&house, &cookies).await;
    assert_ne!(get(&house, "/account", &cookies).await.status, StatusCode::OK);
    assert!(
        answer
            .text
            .contains(r#"<form method="post" action="https://idp.example/slo">"#),
        "{}",
        answer.text
    );
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' https://idp.example;"),
        "{policy}"
    );
    let field = countersign_tests::simplesamlphp::hidden(&answer.text, "SAMLRequest").unwrap();
    let request = countersign_authn::saml::post::read(&field).unwrap();
    let (_, rules) = house.app.saml_source("agency").unwrap();
    let ours = house.app.saml_keys().await.unwrap();
    let ours = PeerKey::from_der(ours.signing(house.app.now()).unwrap().certificate()).unwrap();
    let verified = signature::verify(&request, &[ours]).unwrap();
    let text = verified.text();
    assert!(
        text.contains("LogoutRequest") && text.contains(&rules.own_entity_id),
        "{text}"
    );
    assert!(text.contains(">alice<") && text.contains(">session-1<"), "{text}");
}

/// Single logout from here: her session here is over, and her browser goes on to the provider.
#[tokio::test]
async fn signing_out_here_goes_on_at_the_provider() {
    let house = house_with(json!({})).await;
    link_alice(&house).await;
    let cookies = signed_in(&house).await;
    let answer = sign_out(&house, &cookies).await;
    let onward = countersign_tests::simplesamlphp::hidden(&answer.text, "SAMLRequest").is_some()
        || answer
            .headers
            .get("location")
            .is_some_and(|to| to.to_str().unwrap().starts_with("https://idp.example/slo?"))
        || answer.text.contains("https://idp.example/slo?");
    assert!(onward, "{} {}", answer.status, answer.text);
    assert_ne!(get(&house, "/account", &cookies).await.status, StatusCode::OK);

    // The provider's answer finds its request, once.
    let query = match answer.headers.get("location") {
        Some(to) => to.to_str().unwrap().split_once('?').unwrap().1.to_owned(),
        None => {
            let start = answer.text.find("https://idp.example/slo?").unwrap();
            let rest = &answer.text[start..];
            let end = rest.find('"').unwrap();
            rest[..end]
                .split_once('?')
                .unwrap()
                .1
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        }
    };
    let received = Received::read(&query).unwrap();
    let text = received.unverified().text().to_owned();
    let id = text
        .split_once(" ID=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0
        .to_owned();
    assert!(text.contains(">alice<") && text.contains(">session-1<"));
    let (_, rules) = house.app.saml_source("agency").unwrap();
    let response = |to: &str| {
        let code = Element::new(Space::Samlp, "StatusCode")
            .with("Value", "urn:oasis:names:tc:SAML:2.0:status:Success");
        let element = Element::new(Space::Samlp, "LogoutResponse")
            .with("ID", "answer")
            .with("Version", "2.0")
            .with("IssueInstant", instant(now()))
            .with("InResponseTo", to)
            .with("Destination", rules.logout.clone())
            .child(Element::new(Space::Saml, "Issuer").text(ENTITY))
            .child(Element::new(Space::Samlp, "Status").child(code));
        let text = element.canonical();
        address(
            "/saml/sources/agency/slo",
            Carrier::Response,
            &text,
            None,
            Some(credential()),
        )
        .unwrap()
    };
    assert_eq!(get(&house, &response(&id), "").await.status, StatusCode::OK);
    assert!(get(&house, &response(&id), "").await.status.is_client_error());
    assert!(
        get(&house, &response("another"), "")
            .await
            .status
            .is_client_error()
    );
}
