// SPDX-License-Identifier: Apache-2.0
//! Every route of `/api/v1` has an owner: nobody without credentials gets in, and each signed-in
//! person only where her office is. Walks the API document, so that a new route cannot be forgotten.

use std::collections::BTreeMap;

use countersign_authn::assurance::Level;
use countersign_tests::house::{open_house, whole_world};
use http::Method;
use serde_json::{Value, json};

/// Who gets past the door of each route: `console` (security officer, sysadmin, auditor), `officer`,
/// `auditor`, `sysadmin`, `simulator` (officer or auditor), `anyone` (signed in), `server`; `sysadmin or server`,
/// of itself alone; `management system`, a client with that right.
fn owners() -> BTreeMap<(&'static str, &'static str), &'static str> {
    BTreeMap::from([
        (("put", "/api/v1/agencies/{id}"), "sysadmin"),
        (("put", "/api/v1/agreements/{id}"), "sysadmin"),
        (("delete", "/api/v1/agreements/{id}"), "sysadmin"),
        (("get", "/api/v1/break-glass"), "console"),
        (("post", "/api/v1/break-glass"), "anyone"),
        (("post", "/api/v1/break-glass/{id}/approve"), "officer"),
        (("post", "/api/v1/break-glass/{id}/reject"), "officer"),
        (("post", "/api/v1/break-glass/{id}/review"), "officer"),
        (("get", "/api/v1/catalog"), "server"),
        (("get", "/api/v1/changes"), "server"),
        (("get", "/api/v1/changes/state"), "server"),
        (("get", "/api/v1/channels"), "console"),
        (("get", "/api/v1/channels/{id}"), "console"),
        (("patch", "/api/v1/channels/{id}"), "officer"),
        (("put", "/api/v1/channels/{id}"), "server"),
        (("get", "/api/v1/channels/{id}/evictions"), "server"),
        (("put", "/api/v1/channels/{id}/members/{user}"), "server"),
        (("delete", "/api/v1/channels/{id}/members/{user}"), "server"),
        (("post", "/api/v1/channels/{id}/federate"), "officer"),
        (("post", "/api/v1/channels/{id}/reclassify"), "officer"),
        (("get", "/api/v1/clients"), "console"),
        (("delete", "/api/v1/clients/{id}"), "sysadmin"),
        (("get", "/api/v1/clients/{id}"), "console"),
        (("put", "/api/v1/clients/{id}"), "sysadmin"),
        (("post", "/api/v1/clients/{id}/secret"), "sysadmin"),
        (("get", "/api/v1/connect/{product}"), "console"),
        (("get", "/api/v1/decisions"), "auditor"),
        (("get", "/api/v1/decisions/stream"), "auditor"),
        (("get", "/api/v1/decisions/{id}"), "auditor"),
        (("get", "/api/v1/devices"), "console"),
        (("get", "/api/v1/devices/{id}"), "console"),
        (("put", "/api/v1/devices/{id}"), "sysadmin"),
        (("post", "/api/v1/devices/{id}/lost"), "officer or sysadmin"),
        (("post", "/api/v1/devices/{id}/posture"), "management system"),
        (("post", "/api/v1/posture-reports"), "management system"),
        (("post", "/api/v1/explain"), "simulator"),
        (("post", "/api/v1/filter"), "server"),
        (("post", "/api/v1/imports"), "officer"),
        (("post", "/api/v1/imports/{id}"), "officer"),
        (("get", "/api/v1/me"), "anyone"),
        (("put", "/api/v1/missions/{id}"), "sysadmin"),
        (("put", "/api/v1/nodes/{id}"), "sysadmin"),
        (("get", "/api/v1/people"), "console"),
        (("post", "/api/v1/people"), "officer"),
        (("get", "/api/v1/people/{id}"), "console"),
        (("patch", "/api/v1/people/{id}"), "officer"),
        (("get", "/api/v1/people/{id}/authenticators"), "console"),
        (
            ("delete", "/api/v1/people/{id}/authenticators/{authenticator}"),
            "officer",
        ),
        (("post", "/api/v1/people/{id}/clearances"), "officer"),
        (("patch", "/api/v1/people/{id}/clearances/{cid}"), "officer"),
        (("post", "/api/v1/people/{id}/clearances/{cid}/resume"), "officer"),
        (("post", "/api/v1/people/{id}/clearances/{cid}/revoke"), "officer"),
        (
            ("post", "/api/v1/people/{id}/clearances/{cid}/suspend"),
            "officer",
        ),
        (("post", "/api/v1/people/{id}/enable"), "officer"),
        (("get", "/api/v1/people/{id}/links"), "console"),
        (("post", "/api/v1/people/{id}/links"), "officer"),
        (("delete", "/api/v1/people/{id}/links/{link}"), "officer"),
        (("post", "/api/v1/people/{id}/recover"), "officer"),
        (("post", "/api/v1/people/{id}/revoke"), "officer"),
        (("post", "/api/v1/people/{id}/sessions/end"), "officer"),
        (("get", "/api/v1/proposals"), "console"),
        (("get", "/api/v1/proposals/{id}"), "console"),
        (("post", "/api/v1/proposals/{id}/approve"), "officer"),
        (("post", "/api/v1/proposals/{id}/execute"), "anyone"),
        (("post", "/api/v1/proposals/{id}/reject"), "officer"),
        (("post", "/api/v1/proposals/{id}/withdraw"), "anyone"),
        (("get", "/api/v1/record/checkpoint"), "auditor"),
        (("get", "/api/v1/record/checkpoints"), "auditor"),
        (("post", "/api/v1/record/cosignatures"), "auditor"),
        (("get", "/api/v1/record/key"), "auditor"),
        (("get", "/api/v1/record/leaves/{index}"), "auditor"),
        (("get", "/api/v1/record/proofs/consistency"), "auditor"),
        (("get", "/api/v1/record/proofs/inclusion"), "auditor"),
        (("get", "/api/v1/revocation-lists"), "console"),
        (("get", "/api/v1/saml/services"), "console"),
        (("post", "/api/v1/saml/services"), "sysadmin"),
        (("delete", "/api/v1/saml/services/{id}"), "sysadmin"),
        (("get", "/api/v1/saml/services/{id}"), "console"),
        (("put", "/api/v1/saml/services/{id}"), "sysadmin"),
        (("get", "/api/v1/schemes"), "anyone"),
        (("post", "/api/v1/sessions/end"), "officer"),
        (("delete", "/api/v1/sessions/{id}"), "officer"),
        (("put", "/api/v1/servers/{id}"), "sysadmin"),
        (("post", "/api/v1/servers/{id}/check"), "sysadmin or server"),
        (("put", "/api/v1/settings"), "sysadmin"),
        (("post", "/api/v1/simulate"), "simulator"),
        (("get", "/api/v1/signing-keys"), "console"),
        (
            ("post", "/api/v1/signing-keys/{id}/withdraw"),
            "officer or sysadmin",
        ),
        (("get", "/api/v1/sources"), "console"),
        (("delete", "/api/v1/sources/{id}"), "sysadmin"),
        (("get", "/api/v1/sources/{id}"), "console"),
        (("put", "/api/v1/sources/{id}"), "sysadmin"),
        (("post", "/api/v1/sources/{id}/disable"), "sysadmin"),
        (("post", "/api/v1/sources/{id}/enable"), "sysadmin"),
        (("get", "/api/v1/sources/{id}/links"), "console"),
        (
            ("post", "/api/v1/sources/{id}/mapping/try"),
            "officer or sysadmin",
        ),
        (("get", "/api/v1/sources/{id}/metadata"), "console"),
        (("post", "/api/v1/sources/{id}/metadata/approve"), "sysadmin"),
        (("post", "/api/v1/sources/{id}/test"), "officer or sysadmin"),
        (("get", "/api/v1/sources/{id}/sync"), "sysadmin"),
        (("post", "/api/v1/sources/{id}/sync"), "sysadmin"),
        (("post", "/api/v1/sources/{id}/sync/release"), "sysadmin"),
        (("get", "/api/v1/stream"), "server"),
        (("post", "/api/v1/weigh"), "officer"),
    ])
}

fn may(owner: &str, person: &str) -> bool {
    match owner {
        "anyone" => true,
        "auditor" => person == "olga",
        "console" => ["hugo", "judy", "olga"].contains(&person),
        "officer" => person == "judy",
        "officer or sysadmin" => ["hugo", "judy"].contains(&person),
        "sysadmin" | "sysadmin or server" => person == "hugo",
        "simulator" => ["judy", "olga"].contains(&person),
        _ => false,
    }
}

/// What is sent: well-formed, so that only the caller can be what is wrong.
fn body(verb: &str, path: &str, settings: &Value) -> Option<Value> {
    let clearance = json!({"kind": "personnel", "scheme": "NATO", "level": "NS", "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2027-01-01T00:00:00Z"});
    Some(match (verb, path) {
        (_, "/api/v1/explain" | "/api/v1/imports" | "/api/v1/imports/{id}" | "/api/v1/simulate")
        | ("patch", "/api/v1/channels/{id}" | "/api/v1/people/{id}") => json!({}),
        (_, "/api/v1/agencies/{id}") => json!({"country": "DEU"}),
        ("put", "/api/v1/agreements/{id}") => json!({"from": "DE", "to": "NATO",
            "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"}),
        ("post", "/api/v1/break-glass") => json!({"channel": "nothing-here", "minutes": 1, "reason": "test"}),
        (_, "/api/v1/break-glass/{id}/review") => json!({"review": "looked at"}),
        (_, "/api/v1/channels/{id}/federate") => json!({"node": "n"}),
        (_, "/api/v1/channels/{id}/reclassify") => json!({"scheme": "NATO", "level": "NS"}),
        (_, "/api/v1/devices/{id}") => json!({"managed": true}),
        (_, "/api/v1/devices/{id}/posture") => {
            json!({"reported_at": "2026-11-23T12:00:00Z", "compliant": true})
        }
        (_, "/api/v1/posture-reports") => json!({"reports": []}),
        (_, "/api/v1/missions/{id}") => json!({"state": "active"}),
        (_, "/api/v1/nodes/{id}") => json!({"agreement": true}),
        ("post", "/api/v1/people") => json!({"id": "somebody", "kind": "government"}),
        (_, "/api/v1/people/{id}/clearances") => clearance,
        ("post", "/api/v1/people/{id}/links") => {
            json!({"source": "mod", "issuer": "https://id.mod.example", "subject": "s"})
        }
        ("patch", "/api/v1/people/{id}/clearances/{cid}") => json!({"valid_until": "2027-01-01T00:00:00Z"}),
        (_, "/api/v1/proposals/{id}/approve") => json!({"parameters": "0".repeat(64)}),
        ("post", "/api/v1/saml/services") => json!({"metadata": "<a/>"}),
        ("put", "/api/v1/clients/{id}" | "/api/v1/saml/services/{id}") => {
            json!({"id": "nothing-here", "name": "n", "grants": ["client_credentials"]})
        }
        ("put", "/api/v1/servers/{id}") => {
            json!({"id": "nothing-here", "kind": "generic", "client_id": "nothing-here",
            "scope": {"people": "all", "channels": "all"}})
        }
        ("put", "/api/v1/sources/{id}") => {
            json!({"name": "n", "protocol": {"oidc": {"issuer": "https://idp.example",
            "client_id": "c", "authentication": "none"}}})
        }
        (_, "/api/v1/sources/{id}/mapping/try") => json!({"attributes": {}}),
        (_, "/api/v1/sources/{id}/test") => json!({}),
        // The settings as they are: others could lock the office out.
        (_, "/api/v1/settings") => settings.clone(),
        ("post", "/api/v1/sources/{id}/sync") => json!({}),
        (_, "/api/v1/sources/{id}/sync/release") => json!({"seal": "0".repeat(64)}),
        ("post", "/api/v1/sessions/end") => json!({"scope": "client", "client": "nothing-here"}),
        (_, "/api/v1/weigh") => json!({"act": "person_enable", "id": "nothing-here"}),
        _ => return None,
    })
}

#[tokio::test]
async fn every_route_has_an_owner_and_lets_nobody_else_in() {
    let house = open_house().await;
    let (_, document) = countersign_server::http::api::api();
    let document = serde_json::to_value(&document).unwrap();
    let owners = owners();
    let server = house.connect(whole_world("demo")).await;
    let mut browsers = Vec::new();
    for person in ["alice", "hugo", "judy", "olga"] {
        browsers.push((person, house.browser(person, Level::Aal2, None).await));
    }
    let settings = json!(house.app.snapshot().settings());
    let mut met = 0;
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for verb in verbs.as_object().unwrap().keys() {
            let owner = owners.get(&(verb.as_str(), path.as_str()));
            let owner = owner.unwrap_or_else(|| panic!("{verb} {path} has no owner in this test"));
            met += 1;
            let method: Method = verb.to_uppercase().parse().unwrap();
            let address = path
                .replace("{id}", "nothing-here")
                .replace("{index}", "nothing-here")
                .replace("{product}", "nothing-here")
                .replace("{cid}", "nothing-here")
                .replace("{link}", "nothing-here")
                .replace("{user}", "nobody");
            let body = body(verb, path, &settings);
            let anonymous = house.anonymous(method.clone(), &address, body.clone()).await;
            assert_eq!(anonymous.status, 401, "{verb} {path} without credentials");
            for (person, browser) in &browsers {
                if path == "/api/v1/decisions/stream" && may(owner, person) {
                    continue;
                }
                let answer = house
                    .as_person(browser, method.clone(), &address, body.clone())
                    .await;
                let refused = [401, 403].contains(&answer.status.as_u16());
                assert_eq!(
                    !refused,
                    may(owner, person) || answer.status == 404,
                    "{verb} {path} as {person}: {}",
                    answer.status
                );
                if !may(owner, person) && *owner != "server" {
                    assert_ne!(answer.status, 200, "{verb} {path} as {person}");
                }
            }
            if *owner == "management system" {
                let answer = house.as_server(&server, method.clone(), &address, body).await;
                assert_eq!(answer.status, 403, "{verb} {path} as a connected server");
            } else if !["server", "console", "sysadmin or server"].contains(owner) {
                let answer = house.as_server(&server, method.clone(), &address, body).await;
                assert_eq!(answer.status, 401, "{verb} {path} as a connected server");
            }
        }
    }
    assert_eq!(met, owners.len(), "an owner is named for a route that is gone");
}

/// An address whose names are no text is answered as every other fault is, by every route.
#[tokio::test]
async fn an_address_that_cannot_be_read_is_a_problem() {
    let house = open_house().await;
    let (_, document) = countersign_server::http::api::api();
    let document = serde_json::to_value(&document).unwrap();
    let server = house.connect(whole_world("demo")).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let settings = json!({});
    let mut met = 0;
    for (path, verbs) in document["paths"].as_object().unwrap() {
        if !path.contains('{') {
            continue;
        }
        for verb in verbs.as_object().unwrap().keys() {
            met += 1;
            let method: Method = verb.to_uppercase().parse().unwrap();
            let names = ["{id}", "{index}", "{product}", "{cid}", "{user}"];
            let address = names
                .iter()
                .fold(path.clone(), |address, name| address.replace(name, "%FF"));
            let body = body(verb, path, &settings);
            let hers = house
                .as_person(&judy, method.clone(), &address, body.clone())
                .await;
            let its = house.as_server(&server, method, &address, body).await;
            for answer in [&hers, &its] {
                assert_eq!(
                    answer.headers["content-type"], "application/problem+json",
                    "{verb} {path}: {}",
                    answer.text
                );
            }
            let unread = [&hers, &its].into_iter().any(|answer| answer.status == 400);
            assert!(unread, "{verb} {path}: {} and {}", hers.status, its.status);
        }
    }
    assert!(met > 30, "{met} routes");
}
