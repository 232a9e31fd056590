// SPDX-License-Identifier: Apache-2.0
//! A real SimpleSAMLphp as the provider: it reads our metadata, checks our signatures, signs ann in, and
//! takes and sends logouts.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::keys::{Keys, Role};
use countersign_authn::saml::metadata::{Entity, IdentityProvider};
use countersign_authn::saml::redirect::{Carrier, Received};
use countersign_authn::saml::{Credential, Gated, post};
use countersign_authn::upstream::saml::arrival::Arrival;
use countersign_authn::upstream::saml::request::{Ask, Carried, make};
use countersign_authn::upstream::saml::{Fault, Rules, SUCCESS, logout, own, response};
use countersign_authn::{Happened, secret::Sealer};
use countersign_tests::database;
use countersign_tests::saml::{SLO, rules};
use countersign_tests::simplesamlphp::{SimpleSamlPhp, hidden};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// Us, with keys that were kept in a store, and it.
struct Pair {
    peer: SimpleSamlPhp,
    provider: IdentityProvider,
    rules: Rules,
    keys: Keys,
    now: DateTime<Utc>,
}

async fn pair(more: &str) -> Pair {
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    let store = database::fresh().await;
    let mut db = store.pool.acquire().await.unwrap();
    let sealer = Sealer::new(&[7; 32]).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let mut log = Happened::new();
    let keys = Keys::load(
        Role::ServiceProvider,
        "us",
        &sealer,
        now,
        &mut rng,
        &mut log,
        &mut db,
    )
    .await
    .unwrap();
    let by = keys.signing(now).unwrap();
    let ours = own::metadata("us", &rules(), &keys, by, now).unwrap();
    let peer = SimpleSamlPhp::start(&ours, more);
    let entity = Entity::read(peer.metadata().as_bytes(), Some(&peer.entity_id()), now).unwrap();
    let rules = Rules {
        entity_id: peer.entity_id(),
        ..rules()
    };
    Pair {
        peer,
        provider: entity.identity_provider.unwrap(),
        rules,
        keys,
        now,
    }
}

impl Pair {
    fn by(&self) -> &Credential {
        self.keys.signing(self.now).unwrap()
    }

    fn request(&self, by: &Credential) -> String {
        let ask = Ask::default();
        match make(
            "id-asked",
            &ask,
            "state",
            &self.rules,
            &self.provider,
            by,
            self.now,
        )
        .unwrap()
        {
            Carried::Address(address) => address,
            Carried::Form(form) => panic!("it listens to redirects: {form:?}"),
        }
    }

    fn receive(&self, page: &str) -> Result<Arrival, Fault> {
        let message = hidden(page, "SAMLResponse").unwrap_or_else(|| panic!("{page} {}", self.peer.log()));
        assert_eq!(hidden(page, "RelayState").as_deref(), Some("state"));
        let gated: Gated = post::read(&message)?;
        response::receive(
            &gated,
            &self.rules,
            &self.provider,
            &self.keys.decrypting(),
            self.now,
        )
    }
}

#[tokio::test]
async fn simplesamlphp_signs_ann_in_and_out_both_ways() {
    let pair = pair("").await;
    let page = pair.peer.sign_in(&pair.request(pair.by()));
    let arrival = pair.receive(&page).unwrap();
    assert_eq!(arrival.in_response_to.as_deref(), Some("id-asked"));
    assert_eq!(arrival.claimed.attributes["mail"], ["ann@agency.example"]);
    assert_eq!(arrival.claimed.attributes["groups"], ["ops", "north"]);
    let since = pair.now - arrival.claimed.authenticated_at.unwrap();
    assert!(since.abs() < TimeDelta::seconds(30), "{since}");
    assert!(arrival.claimed.session.is_some());

    // We end the session there.
    let index = arrival.claimed.session.as_deref();
    let asked = logout::ask(
        "id-logout",
        &arrival.name,
        index,
        Some("state"),
        &pair.rules,
        &pair.provider,
        pair.by(),
        pair.now,
    );
    let Carried::Address(address) = asked.unwrap() else {
        panic!("it listens to redirects")
    };
    let (sent, page) = pair.peer.follow(&address);
    let sent = sent.unwrap_or_else(|| panic!("{page} {}", pair.peer.log()));
    let query = sent.strip_prefix(&format!("{SLO}?")).unwrap();
    let received = Received::read(query).unwrap();
    assert_eq!(received.carrier(), Carrier::Response);
    assert_eq!(received.relay_state(), Some("state"));
    let verified = received.verify(&pair.provider.role.signing).unwrap();
    let answered = logout::answered(&verified, &pair.rules, pair.now).unwrap();
    assert_eq!(
        (answered.in_response_to.as_str(), answered.is_complete),
        ("id-logout", true)
    );

    // It is over there: a new request asks for her password again. Then it ends the session here.
    let page = pair.peer.sign_in(&pair.request(pair.by()));
    let arrival = pair.receive(&page).unwrap();
    let over = format!(
        "{}/saml2/idp/SingleLogoutService.php?ReturnTo={}/",
        pair.peer.origin(),
        pair.peer.origin()
    );
    let (sent, page) = pair.peer.follow(&over);
    let sent = sent.unwrap_or_else(|| panic!("{page} {}", pair.peer.log()));
    let received = Received::read(sent.strip_prefix(&format!("{SLO}?")).unwrap()).unwrap();
    let verified = received.verify(&pair.provider.role.signing).unwrap();
    let asked = logout::asked(&verified, &pair.rules, pair.now).unwrap();
    assert_eq!(asked.name, arrival.name);
    assert_eq!(
        asked.sessions.first().map(String::as_str),
        arrival.claimed.session.as_deref()
    );
    let answer = logout::answer(
        "id-answer",
        &asked.id,
        SUCCESS,
        received.relay_state(),
        &pair.rules,
        &pair.provider,
        pair.by(),
        pair.now,
    );
    let Carried::Address(address) = answer.unwrap() else {
        panic!("it listens to redirects")
    };
    let (_, page) = pair.peer.follow(&address);
    assert!(!page.contains("UNHANDLEDEXCEPTION"), "{page} {}", pair.peer.log());
}

/// Its assertions are encrypted by a cipher without authentication, which is an oracle: refused, with the one
/// text.
#[tokio::test]
async fn simplesamlphp_encrypts_in_a_way_that_is_refused() {
    let pair = pair("'assertion.encryption' => true,").await;
    let page = pair.peer.sign_in(&pair.request(pair.by()));
    assert_eq!(
        pair.receive(&page).unwrap_err().to_string(),
        "it cannot be decrypted"
    );
}

#[tokio::test]
async fn simplesamlphp_refuses_a_request_that_somebody_else_signed() {
    let pair = pair("").await;
    let mut rng = StdRng::seed_from_u64(9);
    let stranger = Credential::generate(Kind::Rsa, "stranger", pair.now, &mut rng).unwrap();
    let (sent, page) = pair.peer.follow(&pair.request(&stranger));
    assert!(sent.is_none() && hidden(&page, "AuthState").is_none(), "{page}");
}
