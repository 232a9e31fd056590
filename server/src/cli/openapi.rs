// SPDX-License-Identifier: Apache-2.0
//! `countersign openapi`: the OpenAPI document of `/api/v1`.

use super::Failure;
use crate::http;

pub(super) fn run() -> Result<(), Failure> {
    let (_, document) = http::api::api();
    let text = document.to_pretty_json().map_err(super::opened::outside)?;
    println!("{text}");
    Ok(())
}
