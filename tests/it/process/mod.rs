// SPDX-License-Identifier: Apache-2.0
//! The binary as a process: killed, without its store, on an empty store.

mod abandoned;
mod command_line;
mod doctor;
mod follow;
mod full_disk;
mod key_commands;
mod killed;
mod label_commands;
mod passkey_commands;
mod record_commands;
mod refresh;
mod rocket_chat;
mod saml_commands;
mod simplesamlphp;
mod source_commands;
mod witness;
