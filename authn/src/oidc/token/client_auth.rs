// SPDX-License-Identifier: Apache-2.0
//! Who is asking: `client_secret_basic`, `client_secret_post`, or `none` for a public client (RFC
//! 6749, section 2.3; OpenID Connect Core, section 9). One way at a time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sqlx::AnyConnection;

use crate::oidc::client::Client;
use crate::oidc::error::{Code, Error};
use crate::oidc::parameters::Parameters;
use crate::store::{StoreError, clients};

/// The client that proved itself with the `Authorization` header or the form.
pub async fn authenticate(
    authorization: Option<&str>,
    form: &Parameters,
    db: &mut AnyConnection,
) -> Result<Result<Client, Error>, StoreError> {
    if form.is_repeated() {
        return Ok(Err(Error::new(
            Code::InvalidRequest,
            "a parameter is there twice",
        )));
    }
    let presented = match presented(authorization, form) {
        Ok(presented) => presented,
        Err(error) => return Ok(Err(error)),
    };
    let client = clients::by_id(&presented.id, db).await?;
    let is_right = |client: &Client| match &presented.secret {
        Some(secret) => client.knows(secret),
        None => client.is_public(),
    };
    Ok(client.filter(is_right).ok_or_else(unproven))
}

struct Presented {
    id: String,
    secret: Option<String>,
}

fn presented(authorization: Option<&str>, form: &Parameters) -> Result<Presented, Error> {
    let in_form = form.one("client_secret");
    let Some(authorization) = authorization else {
        let id = form.one("client_id").ok_or_else(unproven)?.to_owned();
        return Ok(Presented {
            id,
            secret: in_form.map(str::to_owned),
        });
    };
    if in_form.is_some() {
        return Err(Error::new(
            Code::InvalidRequest,
            "the client authenticates in two ways",
        ));
    }
    let presented = basic(authorization).ok_or_else(unproven)?;
    if form.one("client_id").is_some_and(|id| id != presented.id) {
        return Err(Error::new(
            Code::InvalidRequest,
            "client_id differs from the Authorization header",
        ));
    }
    Ok(presented)
}

/// RFC 6749, section 2.3.1: both halves are form-encoded before they are joined.
fn basic(authorization: &str) -> Option<Presented> {
    let (scheme, value) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some(Presented {
        id: form_decoded(id),
        secret: Some(form_decoded(secret)),
    })
}

fn form_decoded(text: &str) -> String {
    // One value without `&` or `=`: the parser sees it as a name.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

fn unproven() -> Error {
    Error::new(
        Code::InvalidClient,
        "the client is unknown or did not prove itself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("a%3Ab:p%2Bq%26r=s+t"));
        let presented = basic(&header).unwrap();
        assert_eq!(presented.id, "a:b");
        assert_eq!(presented.secret.as_deref(), Some("p+q&r=s t"));
    }

    #[test]
    fn two_ways_at_a_time_are_refused() {
        let header = format!("Basic {}", STANDARD.encode("a:b"));
        assert!(presented(Some(&header), &Parameters::read("client_secret=b")).is_err());
        assert!(presented(Some(&header), &Parameters::read("client_id=c")).is_err());
        assert!(presented(Some("Bearer x"), &Parameters::read("client_id=a")).is_err());
        assert!(presented(Some(&header), &Parameters::read("client_id=a")).is_ok());
    }
}
