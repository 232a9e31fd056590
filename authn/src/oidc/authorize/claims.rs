// SPDX-License-Identifier: Apache-2.0
//! An essential `acr` in the claims parameter (OpenID Connect Core, section 5.5.1.1): one of its
//! values must be reached, or the request fails.

use serde_json::Value;

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let Some(text) = checking.parameters.one("claims") else {
        return Ok(());
    };
    let claims = Some(text)
        .filter(|text| text.len() <= 4096)
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .filter(Value::is_object);
    let Some(claims) = claims else {
        return Err(Error::new(Code::InvalidRequest, "claims is not a JSON object"));
    };
    let Some(acr) = claims.pointer("/id_token/acr").and_then(Value::as_object) else {
        return Ok(());
    };
    if acr.get("essential") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    let listed = acr.get("values").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<&str> = listed.chain(acr.get("value")).filter_map(Value::as_str).collect();
    let record = &checking.client.record;
    let level = values.iter().filter_map(|value| record.level_of(value)).min();
    if level.is_none() && !values.is_empty() {
        return Err(Error::new(
            Code::UnmetAuthenticationRequirements,
            "none of the essential acr values is known here",
        ));
    }
    let known = values.iter().filter(|value| record.level_of(value).is_some());
    checking.request.acr_values = known.map(|value| (*value).to_owned()).collect();
    checking.request.level = checking.request.level.max(level);
    checking.request.level_is_essential = true;
    Ok(())
}
