// SPDX-License-Identifier: Apache-2.0
//! Watches that the compiled policies answer as Cedar does.

use crate::app::House;

impl House {
    /// Raises an alarm once the engine has found a difference, and asks Cedar alone since.
    pub fn watch_policies(&self) {
        if self.engine.has_differed() && self.alarms.policies_differ() {
            tracing::error!(
                policy_revision = self.engine.policy_revision(),
                "compiled policies differ from Cedar; Cedar alone decides until the next start"
            );
        }
    }
}
