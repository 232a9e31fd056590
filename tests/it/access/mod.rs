// SPDX-License-Identifier: Apache-2.0
mod evaluation;
mod request_errors;
mod whitelist;
