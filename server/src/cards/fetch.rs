// SPDX-License-Identifier: Apache-2.0
//! Revocation lists about cards from their addresses, where calls are allowed.

use std::time::Duration;

use crate::app::House;
use crate::revocation::LONGEST_FILE;

/// A list of 50 MB may take so long.
const DOWNLOAD: Duration = Duration::from_mins(2);

impl House {
    /// Fetches the lists whose addresses are known, where calls are allowed.
    pub async fn fetch_lists(&self) {
        let Some((desk, config)) = self.cards.as_ref().zip(self.config.cards.as_ref()) else {
            return;
        };
        if !config.outbound {
            return;
        }
        for address in desk.addresses() {
            if !desk.lists.is_due(&address, self.now()).await {
                continue;
            }
            match self.download(&address).await {
                Ok(bytes) => desk.lists.take_fetched(address, bytes).await,
                Err(fault) => {
                    tracing::warn!(address, error = fault, "a revocation list could not be fetched");
                }
            }
        }
    }

    async fn download(&self, address: &str) -> Result<Vec<u8>, String> {
        let request = self.outbound.get(address).timeout(DOWNLOAD);
        let mut answer = request.send().await.map_err(|fault| fault.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|fault| fault.to_string())? {
            bytes.extend_from_slice(&part);
            if bytes.len() as u64 > LONGEST_FILE {
                return Err("it is too long".to_owned());
            }
        }
        Ok(bytes)
    }
}
