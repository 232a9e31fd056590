// SPDX-License-Identifier: Apache-2.0
//! Sign-in pages and the cost of password hashing.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[login]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Login {
    /// What this deployment is called on its pages.
    pub deployment: String,
    /// Whom to call; shown on sign-in and error pages.
    pub help: String,
    /// A notice above the sign-in form, e.g. consent to monitoring.
    pub notice: String,
    /// The classification banner: the highest marking this console may show. It counts where the settings
    /// name no accreditation; with neither, every page says that its marking is missing.
    pub banner: Option<Banner>,
    /// Argon2id memory, KiB.
    pub argon2_memory_kib: u32,
    /// Argon2id passes.
    pub argon2_passes: u32,
}

/// The classification banner of every page.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// Scheme of the marking, e.g. `NATO`.
    pub scheme: String,
    /// Level of the marking, e.g. `NS`.
    pub level: String,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            deployment: "Countersign".into(),
            help: String::new(),
            notice: String::new(),
            banner: None,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
        }
    }
}
