// SPDX-License-Identifier: Apache-2.0
//! Signs the tree while it grows, as often as the configuration says.

use crate::app::House;
use crate::record::RecordError;

impl House {
    /// Signs what was appended since the last checkpoint, when it is time again.
    pub async fn keep_signing(&self) -> Result<(), RecordError> {
        let now = self.now();
        let mut signed = self.signed_at.lock().await;
        let pause = chrono::TimeDelta::seconds(self.config.record.checkpoint_seconds as i64);
        if signed.is_none_or(|last| now - last >= pause) {
            self.sign_checkpoint().await?;
            *signed = Some(now);
        }
        Ok(())
    }
}
