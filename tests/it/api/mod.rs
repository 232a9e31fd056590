// SPDX-License-Identifier: Apache-2.0
mod changes;
mod channels;
mod decisions;
mod explain;
mod granting;
mod people;
mod routes;
mod stream;
