// SPDX-License-Identifier: Apache-2.0
//! Where homeservers are that the configuration names without an address: looked up as the specification says, for
//! these names alone. What a document or a record leads to is no way into this machine or its own link; addresses
//! are looked up once and connected to as they were judged; redirects are not followed.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use authn::matrix::resolve::{Step, Target, begin};
use countersign_authn as authn;

use crate::outbound;

/// How long what was found is believed.
pub(super) const BELIEVED: Duration = Duration::from_hours(1);
/// The most bytes of a `.well-known` document.
const DOCUMENT: usize = 16 * 1024;
const WELL_KNOWN: &str = "/.well-known/matrix/server";

/// Looks things up.
#[derive(Debug)]
pub(super) struct Finder {
    authorities: Option<Vec<u8>>,
    /// The port of `.well-known`.
    well_known: u16,
}

/// A way to a homeserver.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// Connects to the addresses that were found, and to no others.
    pub(super) client: reqwest::Client,
    /// The address, without a trailing slash.
    pub(super) base: String,
    /// What the `Host` header says; none, what the address says.
    pub(super) header: Option<String>,
}

impl Finder {
    /// That trusts the authorities of a PEM file, too. `well_known` is the port of `.well-known`.
    pub(super) fn new(well_known: u16, authorities: Option<Vec<u8>>) -> Self {
        Self {
            authorities,
            well_known,
        }
    }

    /// The way to the homeserver `name`; `is_local` is whether its document may lead to this machine or its link.
    pub(super) async fn find(&self, name: &str, is_local: bool) -> Result<Reach, String> {
        let target = match begin(name).ok_or_else(|| format!("`{name}` is no server name"))? {
            Step::Done(target) => target,
            Step::WellKnown(asked) => {
                let document = self.document(asked.host()).await;
                if let Err(fault) = &document {
                    tracing::debug!(
                        host = asked.host(),
                        error = fault,
                        "no `.well-known` of a homeserver"
                    );
                }
                asked.found(document.ok().as_deref())
            }
        };
        self.reach(target, is_local).await
    }

    async fn reach(&self, target: Target, is_local: bool) -> Result<Reach, String> {
        let addresses = addresses(&target.host, target.port).await?;
        let is_refused = |at: &SocketAddr| target.is_delegated && !is_local && is_here(at.ip());
        if let Some(at) = addresses.iter().find(|at| is_refused(at)) {
            return Err(format!(
                "`{}` leads to {}, an address of this machine or its link",
                target.host,
                at.ip()
            ));
        }
        let shown = if target.host.contains(':') {
            format!("[{}]", target.host)
        } else {
            target.host.clone()
        };
        let client = outbound::client_to(self.authorities.as_deref(), &target.host, &addresses);
        Ok(Reach {
            client: client.map_err(|fault| fault.to_string())?,
            base: format!("https://{shown}:{}", target.port),
            header: Some(target.header),
        })
    }

    async fn document(&self, host: &str) -> Result<Vec<u8>, String> {
        let addresses = addresses(host, self.well_known).await?;
        let client = outbound::client_to(self.authorities.as_deref(), host, &addresses);
        let client = client.map_err(|fault| fault.to_string())?;
        let address = format!("https://{host}:{}{WELL_KNOWN}", self.well_known);
        let sent = client.get(address).send().await;
        let mut answer = sent.map_err(|fault| fault.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|fault| fault.to_string())? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > DOCUMENT {
                return Err("it is too long".to_owned());
            }
        }
        Ok(bytes)
    }
}

async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<SocketAddr> = found.map_err(|fault| fault.to_string())?.collect();
    if found.is_empty() {
        return Err(format!("`{host}` has no address"));
    }
    Ok(found)
}

/// Whether an address is this machine's, its link's, or nobody's in particular.
fn is_here(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_unspecified()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_multicast()
        }
    }
}
