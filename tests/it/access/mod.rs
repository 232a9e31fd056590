// SPDX-License-Identifier: Apache-2.0
mod approved;
mod evaluation;
mod evaluations;
mod fixture;
mod limits;
mod metadata;
mod request_errors;
mod search;
mod whitelist;
