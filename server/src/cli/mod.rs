// SPDX-License-Identifier: Apache-2.0
//! The command line: one file per verb.

use std::process::ExitCode;

use clap::Parser;

use crate::config::ConfigError;
use crate::database::DatabaseError;
use crate::house::OpenError;

mod audit;
mod client;
mod client_saml;
mod config;
mod connect;
mod demo;
mod directory;
mod doctor;
mod init;
mod key;
mod label;
mod matrix;
mod openapi;
mod opened;
mod passkey;
mod person;
mod policy;
mod serve;
mod server;
mod source;
mod source_metadata;
mod source_sync;

/// Identity and policy control plane for chat servers.
#[derive(Debug, Parser)]
#[command(name = "countersign", version)]
pub enum Command {
    /// Check the record.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Register applications.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Check configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Say what to enter at a product so that its people sign in here.
    #[command(subcommand)]
    Connect(connect::ConnectCommand),
    /// Serve the coalition world, to try things out.
    Demo(demo::Demo),
    /// Bring in people, channels and the rest.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Say what is wrong, with this installation or with one chat server's wiring, and how to mend it.
    Doctor(doctor::Doctor),
    /// Set up an empty store: the first two security officers, the first connected server.
    Init(init::Init),
    /// Look at signing keys, and take one out at once.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Read labels and write them in other formats.
    #[command(subcommand)]
    Label(label::LabelCommand),
    /// Be a server of the Matrix federation.
    #[command(subcommand)]
    Matrix(matrix::MatrixCommand),
    /// Print the OpenAPI document of the administration API.
    Openapi,
    /// Bring in the list of authenticator models, and see what rules on passkeys do.
    #[command(subcommand)]
    Passkey(passkey::PasskeyCommand),
    /// Give people a way to sign in.
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// Check policies and run their scenarios.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Serve sign-in, decisions and administration.
    Serve(serve::Serve),
    /// Connect chat servers.
    #[command(subcommand)]
    Server(server::ServerCommand),
    /// Look at sources of people: whether one is wired, what a mapping makes of a sample.
    #[command(subcommand)]
    Source(source::SourceCommand),
}

/// Why a command did not succeed; the exit code says which kind.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The answer is no: a test failed, a proof was refuted. Exit code 1.
    #[error("{0}")]
    No(String),
    /// The input cannot be used; one line per fault. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// Something outside failed. Exit code 3.
    #[error("{0}")]
    Outside(String),
}

impl Failure {
    /// 1: the answer is no; 2: the input cannot be used; 3: something outside failed.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::No(_) => 1,
            Self::Input(_) => 2,
            Self::Outside(_) => 3,
        })
    }
}

impl From<ConfigError> for Failure {
    fn from(fault: ConfigError) -> Self {
        Self::Input(fault.to_string())
    }
}

impl From<DatabaseError> for Failure {
    fn from(fault: DatabaseError) -> Self {
        match fault {
            DatabaseError::Address(_) => Self::Input(fault.to_string()),
            _ => Self::Outside(fault.to_string()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(fault: OpenError) -> Self {
        match fault {
            OpenError::Database(fault) => fault.into(),
            fault => Self::Outside(fault.to_string()),
        }
    }
}

impl Command {
    /// Runs the command to its end.
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Audit(command) => command.run(),
            Self::Client(command) => command.run(),
            Self::Config(command) => command.run(),
            Self::Connect(command) => command.run(),
            Self::Demo(command) => command.run(),
            Self::Directory(command) => command.run(),
            Self::Doctor(command) => command.run(),
            Self::Init(command) => command.run(),
            Self::Key(command) => command.run(),
            Self::Label(command) => command.run(),
            Self::Matrix(command) => command.run(),
            Self::Openapi => openapi::run(),
            Self::Passkey(command) => command.run(),
            Self::Person(command) => command.run(),
            Self::Policy(command) => command.run(),
            Self::Serve(command) => command.run(),
            Self::Server(command) => command.run(),
            Self::Source(command) => command.run(),
        }
    }
}

/// The environment, read once and passed on.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars()
}

/// Runs a future on a runtime of its own.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::Outside(format!("the runtime cannot start: {cause}")))?
        .block_on(future)
}
