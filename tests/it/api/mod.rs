// SPDX-License-Identifier: Apache-2.0
mod break_glass;
mod changes;
mod channels;
mod decisions;
mod granting;
mod granting;
mod one_person;
mod people;
mod routes;
