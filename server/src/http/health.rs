// SPDX-License-Identifier: Apache-2.0
//! `/healthz` (the process answers) and `/readyz` (it may decide).

/// `GET /healthz`.
pub async fn live() -> &'static str {
    "ok\n"
}
