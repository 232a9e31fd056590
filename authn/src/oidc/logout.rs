// SPDX-License-Identifier: Apache-2.0
//! Logout begun by a client (OpenID Connect RP-Initiated Logout 1.0). An ID token of ours as a hint
//! ends its session without a question; without a valid one the person is asked.

use sqlx::AnyConnection;
use url::Url;

use super::jws;
use super::keys::KeyRing;
use super::parameters::Parameters;
use crate::session::{SessionId, Sid};
use crate::store::{StoreError, clients, sessions};

/// What a logout request amounts to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Logout {
    /// The session that the hint proves; ask the person when there is none.
    pub session: Option<SessionId>,
    /// Where to go afterwards; our own page when there is none.
    pub location: Option<String>,
    /// The name of the client that asks, for the page.
    pub client: Option<String>,
}

/// Reads a logout request (section 2). An expired hint is good if its signature fits; an address is
/// followed only if it is registered, byte by byte, for the client that the hint or `client_id`
/// names and the two agree.
pub async fn read(
    parameters: &Parameters,
    issuer: &str,
    keys: &KeyRing,
    db: &mut AnyConnection,
) -> Result<Logout, StoreError> {
    let hint = parameters
        .one("id_token_hint")
        .and_then(|hint| jws::verify(keys, hint))
        .filter(|claims| claims.get("iss").and_then(|iss| iss.as_str()) == Some(issuer));
    let text = |name: &str| hint.as_ref().and_then(|claims| claims.get(name)?.as_str());
    let hinted = text("aud");
    let named = parameters.one("client_id");
    if hinted.is_some() && named.is_some() && hinted != named {
        return Ok(Logout::default());
    }
    let Some(client) = hinted.or(named) else {
        return Ok(Logout::default());
    };
    let session = match (hinted, text("sid")) {
        (Some(client), Some(sid)) => sessions::by_sid(client, &Sid::from_text(sid), db).await?,
        _ => None,
    };
    let wanted = parameters.one("post_logout_redirect_uri");
    let record = clients::by_id(client, db).await?.map(|client| client.record);
    let (registered, name) = match record {
        Some(record) => (record.post_logout_redirect_uris, Some(record.name)),
        None => (Vec::new(), None),
    };
    let location = wanted
        .filter(|wanted| registered.iter().any(|known| known == wanted))
        .map(|wanted| with_state(wanted, parameters.one("state")));
    Ok(Logout {
        session,
        location,
        client: name,
    })
}

fn with_state(address: &str, state: Option<&str>) -> String {
    let (Some(state), Ok(mut url)) = (state, Url::parse(address)) else {
        return address.to_owned();
    };
    url.query_pairs_mut().append_pair("state", state);
    url.into()
}
