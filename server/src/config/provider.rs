// SPDX-License-Identifier: Apache-2.0
//! What the OpenID provider asks of people, beside what each client asks.

use std::collections::BTreeMap;

use authn::assurance::Level;
use countersign_authn as authn;
use countersign_directory::Role;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[provider]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Provider {
    /// The least sign-in of people in an office, at every client: `security_officer = "aal3"`. Levels are
    /// `aal1`, `aal2`, `aal2_phishing_resistant` and `aal3`.
    #[schemars(with = "BTreeMap<String, String>")]
    pub role_levels: BTreeMap<Role, Level>,
}
