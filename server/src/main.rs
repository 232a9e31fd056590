// SPDX-License-Identifier: Apache-2.0
//! The `countersign` binary: parse the command, run it, map the outcome to an exit code.

use std::process::ExitCode;

use clap::Parser;
use countersign_server::cli::Command;

fn main() -> ExitCode {
    let command = Command::parse();
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.to_string();
            if !message.is_empty() {
                eprintln!("{message}");
            }
            failure.exit_code()
        }
    }
}
