// SPDX-License-Identifier: Apache-2.0
mod catalog;
mod changes;
mod channels;
mod decisions;
mod evictions;
mod explain;
mod filter;
mod granting;
mod people;
mod routes;
mod stream;
