// SPDX-License-Identifier: Apache-2.0
//! `countersign doctor`: what is wrong and what mends it, one line each, with this installation or, with
//! `--server ID`, with the wiring of one chat server. It changes nothing.

use std::path::PathBuf;

use clap::Args;
use countersign_authn::certificate::pem_certificates;

use super::opened::Store;
use super::{Failure, block_on};
use crate::asking::check::{Line, State};

mod installation;
mod server;

/// Say what is wrong, and how to mend it.
#[derive(Args, Debug)]
pub struct Doctor {
    #[command(flatten)]
    store: Store,
    /// The connected server whose wiring is looked at, from here, as it would ask.
    #[arg(long, requires = "secret_file")]
    server: Option<String>,
    /// The address of Countersign as the chat server knows it; the configuration's issuer.
    #[arg(long, requires = "server")]
    url: Option<String>,
    /// The server's client; its id.
    #[arg(long, requires = "server")]
    client_id: Option<String>,
    /// A file that holds the client's secret.
    #[arg(long, requires = "server")]
    secret_file: Option<PathBuf>,
    /// A file with certificates of authorities to trust, PEM.
    #[arg(long, requires = "server")]
    ca: Option<PathBuf>,
}

impl Doctor {
    pub(super) fn run(self) -> Result<(), Failure> {
        // Another part of the process may have installed the same provider already.
        let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let lines = match &self.server {
            None => {
                let config = self.store.config()?;
                block_on(async move { Ok(installation::look(&config).await) })?
            }
            Some(id) => {
                let wiring = self.wiring(id)?;
                block_on(async move { Ok(wiring.look().await) })?
            }
        };
        told(&lines)
    }

    fn wiring(&self, id: &str) -> Result<server::Wiring, Failure> {
        let url = match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => self.store.config()?.issuer,
        };
        let read = |file: &PathBuf| {
            std::fs::read(file)
                .map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", file.display())))
        };
        let secret = match &self.secret_file {
            Some(file) => String::from_utf8_lossy(&read(file)?).trim().to_owned(),
            None => String::new(),
        };
        let authorities = self.ca.as_ref().map(read).transpose()?;
        if let (Some(file), Some(pem)) = (&self.ca, &authorities)
            && !pem_certificates(pem).is_ok_and(|all| !all.is_empty())
        {
            let name = file.display();
            return Err(Failure::Input(format!(
                "`--ca`: `{name}` holds no certificate, PEM"
            )));
        }
        server::Wiring::new(
            id,
            &url,
            self.client_id.as_deref().unwrap_or(id),
            secret,
            authorities.as_deref(),
        )
        .map_err(Failure::Input)
    }
}

/// Prints the lines; the worst of them is the outcome.
pub(super) fn told(lines: &[Line]) -> Result<(), Failure> {
    for line in lines {
        println!("{line}");
    }
    let failed: Vec<&str> = lines
        .iter()
        .filter(|line| line.state == State::Fail)
        .map(|line| line.name.as_str())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let told = format!("wrong: {}", failed.join(", "));
    Err(if failed.iter().any(|name| OUTSIDE.contains(name)) {
        Failure::Outside(told)
    } else {
        Failure::No(told)
    })
}

/// What fails outside of Countersign, so that looking again later may find it mended.
const OUTSIDE: [&str; 5] = ["address", "connection", "database", "disk", "name"];
