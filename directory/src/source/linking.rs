// SPDX-License-Identifier: Apache-2.0
//! How the people of a source become ours.

use serde::{Deserialize, Serialize};

use super::fault::Checks;
use crate::PersonKind;

/// How the people of a source become ours. As shipped, only those who are here already, by a link of their
/// own making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Linking {
    /// What becomes of somebody who is not here yet.
    pub create: Create,
    /// What sort of person she then is.
    pub kind: PersonKind,
    /// What becomes of somebody whose name or mail address is taken by one who is here.
    pub conflict: Conflict,
    /// What it says of a linked person replaces what another source or an administrator said of her. Else it
    /// only fills what nobody else has said, and changes what it said itself.
    pub adopt: bool,
}

impl Default for Linking {
    fn default() -> Self {
        Self {
            create: Create::default(),
            kind: PersonKind::Outsider,
            conflict: Conflict::default(),
            adopt: false,
        }
    }
}

/// What becomes of somebody who is not here yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Create {
    /// She stays outside.
    #[default]
    No,
    /// She gets an account once somebody has approved it.
    WithApproval,
    /// She gets an account.
    Yes,
}

/// What becomes of somebody whose name is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The link is added beside others that the account has.
    Add,
    /// A security officer is asked whether the account is hers.
    Ask,
    /// She is told whom to ask.
    #[default]
    Fail,
    /// The link takes the place of the account's other link to this source.
    Replace,
    /// The link is set if the account has none.
    Set,
}

impl Linking {
    pub(super) fn check(&self, at: &Checks<'_>) {
        if self.kind == PersonKind::Service {
            at.member("kind").fault("a source brings people, and no services");
        }
    }
}
