// SPDX-License-Identifier: Apache-2.0
//! Asks OCSP responders, where that is allowed: two seconds and no more. What they say is judged by
//! authn; what they do not say leaves the card undetermined.

use std::time::Duration;

use authn::certificate::ocsp::{self, LONGEST_ANSWER};
use authn::certificate::revocation::Ask;
use countersign_authn as authn;
use rand::Rng as _;

use super::Desk;
use crate::app::House;
use crate::config::cards as config;

const PATIENCE: Duration = Duration::from_secs(2);
/// A path has no more certificates than this.
const MOST_ASKS: usize = 8;

impl House {
    /// Asks about each; true when somebody answered.
    pub(super) async fn ask(&self, desk: &Desk, anchor: &config::Anchor, asks: &[Ask]) -> bool {
        let all = asks
            .iter()
            .take(MOST_ASKS)
            .map(|ask| self.ask_one(desk, anchor, ask));
        let answered = tokio::time::timeout(PATIENCE, futures_util::future::join_all(all)).await;
        answered.is_ok_and(|answered| answered.contains(&true))
    }

    async fn ask_one(&self, desk: &Desk, anchor: &config::Anchor, ask: &Ask) -> bool {
        let named = ask.certificate.responders().first();
        let Some(responder) = anchor.ocsp_responder.as_ref().or(named) else {
            return false;
        };
        let mut nonce = [0; 32];
        self.rng().fill_bytes(&mut nonce);
        let question = ocsp::question(&ask.certificate, &ask.issuer, &nonce);
        let said = match self.post_question(responder, question).await {
            Err(fault) => Err(fault),
            Ok(answer) => {
                let needs_nonce = anchor.ocsp == config::Ocsp::WithNonce;
                let (certificate, issuer) = (&ask.certificate, &ask.issuer);
                ocsp::judge(&answer, certificate, issuer, &nonce, needs_nonce, self.now())
                    .map_err(|fault| fault.to_string())
            }
        };
        match said {
            Ok(said) => {
                desk.answers.keep(&ask.certificate, said, self.now());
                true
            }
            Err(fault) => {
                tracing::warn!(responder, error = fault, "an OCSP responder did not help");
                false
            }
        }
    }

    async fn post_question(&self, responder: &str, question: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut answer = self
            .outbound
            .post(responder)
            .header("content-type", "application/ocsp-request")
            .body(question)
            .timeout(PATIENCE)
            .send()
            .await
            .map_err(|fault| fault.to_string())?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|fault| fault.to_string())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_ANSWER {
                return Err("its answer is too long".to_owned());
            }
        }
        Ok(bytes)
    }
}
