// SPDX-License-Identifier: Apache-2.0
mod catalog;
mod changes;
mod channels;
mod check;
mod decisions;
mod evictions;
mod explain;
mod filter;
mod granting;
mod metrics;
mod people;
mod routes;
mod saml_tester;
mod services;
mod sources;
mod stream;
mod traces;
