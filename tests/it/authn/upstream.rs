// SPDX-License-Identifier: Apache-2.0
//! Signing in by way of an OpenID provider: who gets in, how strongly, and whose account it is.

use chrono::TimeDelta;
use countersign_authn::assurance::{Level, Method};
use countersign_authn::session::Session;
use countersign_authn::store::{sessions, upstream_links};
use countersign_directory::store::{People, Shelf as _, changes};
use countersign_directory::{Change, Noun};
use countersign_tests::house::{Answer, TestHouse, open_house_configured, start};
use countersign_tests::provider::{Lie, Provider, SECRET, asked};
use http::{Method as Verb, StatusCode};
use serde_json::{Value, json};

use super::desk::{Tab, authorize, client, location, passkey, redeem, told};

/// A house and the provider of an agency.
pub(super) struct Stage {
    pub(super) house: TestHouse,
    pub(super) provider: Provider,
    _folder: tempfile::TempDir,
}

/// A source that is trusted with everything that the tests need, changed.
pub(super) async fn stage(changes: Value) -> Stage {
    let provider = Provider::start(start()).await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let mut record = json!({
        "id": "mod",
        "name": "Ministry <b>of</b> Defence",
        "protocol": { "oidc": {
            "issuer": provider.issuer(), "client_id": "countersign", "secret_file": secret, "userinfo": true,
        } },
        "offer": { "button": true, "domains": ["mod.example"] },
        "trust": {
            "identity": true, "attributes": true, "domains": ["mod.example"],
            "assurance": {
                "highest": "aal2_phishing_resistant", "floor": "aal1", "methods": true,
                "contexts": { "gold": "aal2_phishing_resistant", "silver": "aal2" },
            },
        },
        "linking": { "create": "yes", "kind": "government" },
        "mapping": { "rules": [
            { "to": "username", "value": { "from": "preferred_username" } },
            { "to": "display_name", "value": { "from": "name" } },
            { "to": "email", "value": { "from": "email" } },
            { "to": "email_verified", "value": { "from": "email_verified" } },
        ] },
    });
    merge(&mut record, changes);
    let mut sections = toml::Table::new();
    let record = toml::Value::try_from(record).unwrap();
    sections.insert("sources".into(), toml::Value::Array(vec![record]));
    Stage {
        house: open_house_configured(sections).await,
        provider,
        _folder: folder,
    }
}

fn merge(into: &mut Value, changes: Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, value) in changes {
                if value.is_null() {
                    into.remove(&name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, changes) => *into = changes,
    }
}

impl Stage {
    /// Leaves for the source from the sign-in page of `path`: the address there.
    pub(super) async fn leave(&self, tab: &mut Tab<'_>, path: &str) -> String {
        let flow = tab.begin(path).await;
        let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
        assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.text);
        location(&there).to_owned()
    }

    /// Signs in there and comes back.
    pub(super) async fn return_from(&self, tab: &mut Tab<'_>, address: &str, claims: Value) -> Answer {
        let query = self.provider.sign_in(address, claims);
        tab.get(&format!("/oidc/sources/mod/callback?{query}")).await
    }

    /// The whole way from `path` to where a finished sign-in leads.
    pub(super) async fn sign_in(&self, tab: &mut Tab<'_>, path: &str, claims: Value) -> Answer {
        let address = self.leave(tab, path).await;
        let page = self.return_from(tab, &address, claims).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        tab.get(&leads_to(&page)).await
    }

    pub(super) async fn session(&self, person: &str) -> Session {
        let mut db = self.house.app.database.pool.acquire().await.unwrap();
        let all = sessions::open_of_person(&person.parse().unwrap(), &mut db)
            .await
            .unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    }

    pub(super) async fn links(&self, person: &str) -> usize {
        let mut db = self.house.app.database.pool.acquire().await.unwrap();
        upstream_links::of_person(&person.parse().unwrap(), &mut db)
            .await
            .unwrap()
            .len()
    }
}

/// Where a page leads on to by itself.
pub(super) fn leads_to(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("url=")
        .unwrap_or_else(|| panic!("{}", page.text));
    let address = rest.split('"').next().unwrap();
    address.replace("&#38;", "&").replace("&amp;", "&")
}

pub(super) fn nina() -> Value {
    json!({
        "sub": "n-1", "preferred_username": "nina", "name": "Nina <i>N</i>", "email": "nina@mod.example",
        "email_verified": true, "acr": "silver", "amr": ["pwd", "otp", "x"], "sid": "there-1",
    })
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_a_code_for_the_client() {
    let stage = stage(json!({})).await;
    let secret = client(&stage.house, json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let answer = stage.sign_in(&mut tab, &authorize(&[]), nina()).await;
    let code = told(&answer)["code"].clone();
    let tokens = redeem(&stage.house, &secret, &code, &[]).await.json();
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let session = stage.session("nina").await;
    assert_eq!(session.level, Level::Aal2);
    assert_eq!(session.methods, [Method::Otp, Method::Pwd].into());
    assert_eq!(session.auth_time, start());
    let snapshot = stage.house.app.snapshot();
    let person = snapshot.person("nina").unwrap();
    assert_eq!(person.email.as_deref(), Some("nina@mod.example"));
    assert!(person.clearances.is_empty() && person.roles.is_empty());
    // The second time she is known by her link, whatever she is called then.
    let mut renamed = nina();
    renamed["preferred_username"] = json!("other");
    renamed["email"] = json!("other@mod.example");
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", renamed)
        .await;
    assert!(stage.house.app.snapshot().person("other").is_none());
    assert_eq!(stage.links("nina").await, 1);
}

#[tokio::test]
async fn what_the_client_asks_is_asked_there_in_its_own_words() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let path = authorize(&[
        ("acr_values", "phr"),
        ("max_age", "60"),
        ("login_hint", "nina"),
        ("ui_locales", "de fr"),
    ]);
    let said = asked(&stage.leave(&mut Tab::new(&stage.house), &path).await);
    for (name, value) in [
        ("acr_values", "gold"),
        ("max_age", "60"),
        ("login_hint", "nina"),
        ("ui_locales", "de fr"),
        ("redirect_uri", "http://localhost:8080/oidc/sources/mod/callback"),
    ] {
        assert_eq!(said[name], value);
    }
    assert!(!said.contains_key("prompt"));
    let again = stage
        .leave(&mut Tab::new(&stage.house), &authorize(&[("prompt", "login")]))
        .await;
    assert_eq!(asked(&again)["prompt"], "login");
}

#[tokio::test]
async fn a_session_never_exceeds_the_sources_cap_and_unknown_words_give_the_floor() {
    for (acr, level) in [
        (json!("gold"), Level::Aal2PhishingResistant),
        (json!("phrh"), Level::Aal1),
        (json!("urn:x:aal:3"), Level::Aal1),
        (Value::Null, Level::Aal1),
    ] {
        let stage = stage(json!({})).await;
        let mut who = nina();
        who["acr"] = acr;
        stage.sign_in(&mut Tab::new(&stage.house), "/signin", who).await;
        assert_eq!(stage.session("nina").await.level, level);
    }
}

#[tokio::test]
async fn a_source_that_falls_short_is_followed_by_a_local_step_up_of_the_same_session() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let mut key = passkey(&stage.house, "dave").await;
    link(&stage, "dave", "d-1").await;
    let who = json!({ "sub": "d-1", "acr": "silver" });
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin(&authorize(&[("acr_values", "phr")])).await;
    let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    let page = stage.return_from(&mut tab, location(&there), who).await;
    assert_eq!(leads_to(&page), format!("/signin?flow={flow}"), "{}", page.text);
    let before = stage.session("dave").await;
    assert_eq!(before.level, Level::Aal2);
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(
        page.text.contains("One more step") && page.text.contains("Chat needs a passkey"),
        "{}",
        page.text
    );
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    let page = tab.post("/signin/passkey", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let answer = tab.get(&leads_to(&page)).await;
    assert!(told(&answer).contains_key("code"));
    let after = stage.session("dave").await;
    assert_eq!((after.id, after.level), (before.id, Level::Aal2PhishingResistant));
}

#[tokio::test]
async fn a_source_that_falls_short_without_a_way_of_her_own_is_the_right_error() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let path = authorize(&[("acr_values", "phrh")]);
    let answer = stage.sign_in(&mut tab, &path, nina()).await;
    assert_eq!(told(&answer)["error"], "unmet_authentication_requirements");
    assert_eq!(
        stage.session("nina").await.level,
        Level::Aal2,
        "she is signed in, but not for that"
    );
}

#[tokio::test]
async fn an_age_that_was_asked_for_is_required_again_on_return() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    passkey(&stage.house, "dave").await;
    link(&stage, "dave", "d-1").await;
    let old = start().timestamp() - 61;
    for (auth_time, is_enough) in [
        (json!(start().timestamp() - 60), true),
        (json!(old), false),
        (Value::Null, false),
    ] {
        let mut tab = Tab::new(&stage.house);
        let address = stage.leave(&mut tab, &authorize(&[("max_age", "60")])).await;
        let who = json!({ "sub": "d-1", "acr": "silver", "auth_time": auth_time });
        let page = stage.return_from(&mut tab, &address, who).await;
        let next = leads_to(&page);
        assert_eq!(
            next.starts_with("/signin/continue"),
            is_enough,
            "{auth_time} {next}"
        );
        let answer = tab.get(&next).await;
        if is_enough {
            assert!(told(&answer).contains_key("code"));
        } else {
            assert!(
                answer.text.contains("nobody can say when you last did"),
                "{}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn a_typed_address_of_its_domain_leads_to_the_source() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab
        .post("/signin/name", &[("flow", &flow), ("name", "Nina@MOD.example")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let there = tab.get(&leads_to(&page)).await;
    let said = asked(location(&there));
    assert_eq!(said["login_hint"], "Nina@MOD.example");
    let flow = tab.begin("/signin").await;
    let page = tab
        .post(
            "/signin/name",
            &[("flow", &flow), ("name", "nina@evilmod.example")],
        )
        .await;
    assert_eq!(
        page.status,
        StatusCode::SEE_OTHER,
        "others are asked for a password"
    );
}

/// O17: what a source or its people are called is text and nothing else.
#[tokio::test]
async fn o17_names_are_escaped_on_every_page() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(
        page.text
            .contains("Sign in with Ministry &#60;b&#62;of&#60;/b&#62; Defence"),
        "{}",
        page.text
    );
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let page = tab.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Nina &#60;i&#62;N"), "{}", page.text);
    let mut stranger = Tab::new(&stage.house);
    let address = stage.leave(&mut stranger, "/signin").await;
    let state = asked(&address)["state"].clone();
    let query = stage.provider.answer(
        &state,
        &[("error", "access_denied"), ("error_description", "<script>")],
    );
    let refused = stranger.get(&format!("/oidc/sources/mod/callback?{query}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for page in [page, refused] {
        assert!(
            !page.text.contains("<b>of") && !page.text.contains("<i>N") && !page.text.contains("<script>")
        );
    }
}

/// O6: an address, verified or not, links nothing where nobody made the source authoritative for it, and
/// nothing either where the rule is to ask somebody.
#[tokio::test]
async fn o6_a_mail_address_alone_links_nothing() {
    let dave = "dave@agency.example";
    let domain = "agency.example";
    let own = json!([domain]);
    let who = |verified: Value| json!({ "sub": "evil", "preferred_username": "mallory", "email": dave, "email_verified": verified });
    for (changes, who, is_linked) in [
        (json!({}), who(json!(true)), false),
        (json!({"trust": {"domains": own}}), who(json!(true)), false),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "add"}}),
            who(json!(false)),
            false,
        ),
        (json!({"linking": {"conflict": "add"}}), who(json!(true)), false),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "add"}}),
            who(json!(true)),
            true,
        ),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "set"}}),
            who(json!(true)),
            true,
        ),
    ] {
        let stage = stage(changes.clone()).await;
        give_address(&stage, "dave", dave).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, who.clone()).await;
        assert_eq!(
            page.status == StatusCode::OK,
            is_linked,
            "{changes} {who} {}",
            page.text
        );
        assert_eq!(stage.links("dave").await, usize::from(is_linked));
        if !is_linked {
            assert!(page.text.contains("There is an account already"), "{}", page.text);
            assert!(page.text.contains("Reference: <code>S-"), "{}", page.text);
        }
    }
}

#[tokio::test]
async fn where_nobody_is_created_she_is_told_how_to_link() {
    for (create, words) in [
        ("no", "aren&#39;t linked to an account here"),
        ("with_approval", "Somebody has to approve your account here first"),
    ] {
        let stage = stage(json!({ "linking": { "create": create } })).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let text = page.text.replace("&#x27;", "&#39;");
        assert!(text.contains(words), "{text}");
        assert!(stage.house.app.snapshot().person("nina").is_none());
    }
}

/// O5: a link needs a fresh sign-in of the account, is never repointed, and the API takes two people.
#[tokio::test]
async fn o5_she_links_herself_and_nobody_repoints_a_link() {
    let stage = stage(json!({ "linking": { "create": "no" } })).await;
    let mut key = passkey(&stage.house, "dave").await;
    let mut tab = Tab::new(&stage.house);
    tab.sign_in("/signin", &mut key).await;
    let csrf = stage.session("dave").await.csrf;
    let fields = [("csrf", csrf.as_str()), ("source", "mod")];
    let forged = tab
        .post("/account/sources/link", &[("csrf", "x"), ("source", "mod")])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let page = tab.post("/account/sources/link", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let there = leads_to(&page);
    let who = json!({ "sub": "d-1", "name": "Dave there", "acr": "silver" });
    let page = stage.return_from(&mut tab, &there, who.clone()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("Dave there at Ministry"), "{}", page.text);
    assert_eq!(stage.links("dave").await, 1);
    // The same person there, to another account: it stays where it is.
    let mut other = passkey(&stage.house, "noah").await;
    let mut noah = Tab::new(&stage.house);
    noah.sign_in("/signin", &mut other).await;
    let csrf = stage.session("noah").await.csrf;
    let page = noah
        .post("/account/sources/link", &[("csrf", &csrf), ("source", "mod")])
        .await;
    let page = stage.return_from(&mut noah, &leads_to(&page), who.clone()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("opens another account"), "{}", page.text);
    assert_eq!((stage.links("dave").await, stage.links("noah").await), (1, 0));
    // A second identity of the same source beside the first needs the source's rule.
    let page = tab.post("/account/sources/link", &fields).await;
    let page = stage
        .return_from(&mut tab, &leads_to(&page), json!({ "sub": "d-2" }))
        .await;
    assert!(page.text.contains("linked to somebody else"), "{}", page.text);
    // An old sign-in links nothing.
    stage.house.advance(TimeDelta::seconds(601)).await;
    let answer = tab.post("/account/sources/link", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(location(&answer).starts_with("/signin?then=/account&max_age=600"));
    // By the API: filed, and nothing happens before a second person's word.
    let judy = stage.house.browser("judy", Level::Aal2, None).await;
    let body = json!({ "source": "mod", "issuer": stage.provider.issuer(), "subject": "d-3" });
    let answer = stage
        .house
        .as_person(&judy, Verb::POST, "/api/v1/people/noah/links", Some(body))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(stage.links("noah").await, 0);
    let listed = stage
        .house
        .as_person(&judy, Verb::GET, "/api/v1/people/dave/links", None)
        .await
        .json();
    assert_eq!(listed["items"][0]["subject"], "d-1");
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/people/noah/links/{id}");
    let wrong = stage.house.as_person(&judy, Verb::DELETE, &path, None).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/people/dave/links/{id}");
    let gone = stage.house.as_person(&judy, Verb::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert_eq!(stage.links("dave").await, 0);
}

#[tokio::test]
async fn her_last_way_to_sign_in_cannot_be_removed() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let session = stage.session("nina").await;
    let mut db = stage.house.app.database.pool.acquire().await.unwrap();
    let links = upstream_links::of_person(&session.person, &mut db).await.unwrap();
    drop(db);
    let fields = [("csrf", session.csrf.as_str()), ("link", links[0].id.as_str())];
    let page = tab.post("/account/sources/unlink", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(stage.links("nina").await, 1);
}

/// O4: what was proven is bound to the issuer and the subject: a second account of the source with the same
/// name and address is somebody else.
#[tokio::test]
async fn o4_a_second_account_there_with_the_same_address_is_somebody_else() {
    let stage = stage(json!({})).await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let mut second = nina();
    second["sub"] = json!("n-2");
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let page = stage.return_from(&mut tab, &there, second).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("There is an account already"), "{}", page.text);
    assert_eq!(stage.links("nina").await, 1);
}

#[tokio::test]
async fn a_logout_from_there_ends_what_came_from_there_once() {
    let stage = stage(json!({})).await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let mut elsewhere = nina();
    elsewhere["sid"] = json!("there-2");
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", elsewhere)
        .await;
    let open = || async {
        let mut db = stage.house.app.database.pool.acquire().await.unwrap();
        let all = sessions::open_of_person(&"nina".parse().unwrap(), &mut db)
            .await
            .unwrap();
        all.len()
    };
    assert_eq!(open().await, 2);
    let send = |token: String| async {
        let token = token;
        super::desk::call(
            &stage.house,
            "/oidc/sources/mod/backchannel-logout",
            &[("logout_token", &token)],
        )
        .await
    };
    let of_sid = [("sub", json!("n-1")), ("sid", json!("there-1"))];
    for wrong in [
        stage
            .provider
            .logout_token("a", &[("sub", json!("n-1")), ("nonce", json!("x"))]),
        stage
            .provider
            .logout_token("b", &[("sub", json!("n-1")), ("aud", json!("sibling"))]),
        stage
            .provider
            .logout_token("c", &[("sub", json!("n-1")), ("events", json!({}))]),
        stage.provider.logout_token("d", &[]),
        "no token".to_owned(),
    ] {
        let answer = send(wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(open().await, 2);
    let token = stage.provider.logout_token("e", &of_sid);
    let answer = send(token.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(open().await, 1, "the other session there goes on");
    assert_eq!(
        send(token.clone()).await.status,
        StatusCode::BAD_REQUEST,
        "the same message again"
    );
    // Another process has heard of it too.
    let other = stage.house.reopened().await;
    let mut db = other.database.begin_write().await.unwrap();
    let mut log = countersign_authn::Happened::new();
    let ended = countersign_authn::upstream::logout::Ended {
        issuer: stage.provider.issuer().to_owned(),
        subject: Some("n-1".into()),
        session: None,
        message: "e".into(),
        remember_until: start() + TimeDelta::minutes(20),
    };
    let source = "mod".parse().unwrap();
    let taken = countersign_authn::upstream::logout::end_all(
        &source,
        &ended,
        start(),
        &mut other.rng(),
        &mut log,
        &mut db,
    )
    .await
    .unwrap();
    assert_eq!(taken, countersign_authn::upstream::logout::Taken::Again);
    drop(db);
    let all = stage.provider.logout_token("f", &[("sub", json!("n-1"))]);
    assert_eq!(send(all).await.status, StatusCode::OK);
    assert_eq!(open().await, 0);
}

#[tokio::test]
async fn signing_out_offers_to_sign_out_there_too() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let csrf = stage.session("nina").await.csrf;
    let page = tab.post("/account/signout", &[("csrf", &csrf)]).await;
    let there = format!("{}/logout?client_id=countersign", stage.provider.issuer());
    assert!(page.text.contains(&there), "{}", page.text);
}

#[tokio::test]
async fn without_a_secret_we_sign_who_we_are() {
    let stage = stage(json!({ "protocol": { "oidc": {
        "secret_file": null, "authentication": "private_key_jwt",
    } } }))
    .await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let assertion = stage.provider.assertion().unwrap();
    let keys = stage
        .house
        .anonymous(Verb::GET, "/oauth2/jwks", None)
        .await
        .json();
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
    let header = jsonwebtoken::decode_header(&assertion).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.set_audience(&[stage.provider.issuer()]);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&assertion, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!("countersign"), &json!("countersign"))
    );
    assert!(claims["jti"].is_string());
}

/// An administrator has put down her address.
async fn give_address(stage: &Stage, person: &str, address: &str) {
    let id = person.parse().unwrap();
    let mut person = stage
        .house
        .app
        .snapshot()
        .people()
        .find(|(known, _)| **known == id)
        .unwrap()
        .1
        .as_ref()
        .clone();
    person.email = Some(address.to_owned());
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    People::put(&[(&id, &person)], &mut db).await.unwrap();
    let change = Change::put(Noun::Person, id.as_str());
    changes::record(&[change], stage.house.app.now(), &mut db)
        .await
        .unwrap();
    stage.house.app.commit(db).await.unwrap();
}

/// Links somebody there to a person here, as two administrators would.
pub(super) async fn link(stage: &Stage, person: &str, subject: &str) {
    use countersign_authn::upstream::link::{Identity, Made, make};
    let mut log = countersign_authn::Happened::new();
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    let identity = Identity {
        source: "mod".parse().unwrap(),
        issuer: stage.provider.issuer().into(),
        subject: subject.into(),
    };
    make(
        identity,
        &person.parse().unwrap(),
        subject,
        Made::Administrators,
        countersign_directory::source::Conflict::Fail,
        start(),
        &mut stage.house.app.rng(),
        &mut log,
        &mut db,
    )
    .await
    .unwrap()
    .unwrap();
    stage.house.app.commit(db).await.unwrap();
    stage.provider.lie(Lie::default());
}
