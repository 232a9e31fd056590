// SPDX-License-Identifier: Apache-2.0
//! A call to a provider: ten seconds, no redirects, and no more bytes than are read of any answer.

use authn::upstream::oidc::LONGEST_BODY;
use countersign_authn as authn;
use http::StatusCode;
use reqwest::RequestBuilder;

/// A provider did not answer as it should. Its text is for the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallFault {
    /// It could not be reached, or not in time.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It sends us elsewhere.
    #[error("it answers {0}, which is not followed")]
    Status(StatusCode),
    /// Its answer is too long.
    #[error("its answer is longer than {LONGEST_BODY} bytes")]
    TooLong,
}

/// Sends a request; the status and the body of its answer.
pub(super) async fn send(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), CallFault> {
    let unreachable = |cause: reqwest::Error| CallFault::Unreachable(cause.without_url().to_string());
    let mut answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    if answer
        .content_length()
        .is_some_and(|length| length > LONGEST_BODY as u64)
    {
        return Err(CallFault::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(CallFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

/// Fetches a document.
pub(super) async fn fetch(request: RequestBuilder) -> Result<Vec<u8>, CallFault> {
    match send(request.header("accept", "application/json")).await? {
        (StatusCode::OK, body) => Ok(body),
        (status, _) => Err(CallFault::Status(status)),
    }
}
