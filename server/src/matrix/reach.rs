// SPDX-License-Identifier: Apache-2.0
//! Where homeservers are that the configuration names without an address: looked up as the specification says, for
//! these names alone. What a document or a record leads to is no way into this machine or its own link; addresses
//! are looked up once and connected to as they were judged; redirects are not followed.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use authn::matrix::resolve::{Step, Target, begin};
use countersign_authn as authn;
use hickory_resolver::config::{NameServerConfigGroup, ResolverConfig};
use hickory_resolver::name_server::TokioConnectionProvider;
use hickory_resolver::{Resolver, TokioResolver};

use crate::outbound;

/// How long what was found is believed.
pub(super) const BELIEVED: Duration = Duration::from_hours(1);
/// The most bytes of a `.well-known` document.
const DOCUMENT: usize = 16 * 1024;
const WELL_KNOWN: &str = "/.well-known/matrix/server";

/// Looks things up.
#[derive(Debug)]
pub(super) struct Finder {
    resolver: TokioResolver,
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
    /// By the machine's name servers, or by `server` alone.
    pub(super) fn new(
        server: Option<SocketAddr>,
        well_known: u16,
        authorities: Option<Vec<u8>>,
    ) -> Result<Self, String> {
        let resolver = match server {
            None => TokioResolver::builder_tokio().map_err(|fault| fault.to_string())?,
            Some(at) => {
                let servers = NameServerConfigGroup::from_ips_clear(&[at.ip()], at.port(), true);
                let config = ResolverConfig::from_parts(None, Vec::new(), servers);
                Resolver::builder_with_config(config, TokioConnectionProvider::default())
            }
        };
        Ok(Self {
            resolver: resolver.build(),
            authorities,
            well_known,
        })
    }

    /// The way to the homeserver `name`; `is_local` is whether it may be at this machine or its link, wherever
    /// documents and records say so.
    pub(super) async fn find(&self, name: &str, is_local: bool) -> Result<Reach, String> {
        let mut step = begin(name).ok_or_else(|| format!("`{name}` is no server name"))?;
        loop {
            step = match step {
                Step::Done(target) => return self.reach(target, is_local).await,
                Step::Srv { name, then } => match self.record(&name).await {
                    Some((target, port)) => then.found(Some((&target, port))),
                    None => then.found(None),
                },
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
            }
        }
    }

    async fn reach(&self, target: Target, is_local: bool) -> Result<Reach, String> {
        let addresses = self.addresses(&target.connect, target.port).await?;
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
        let addresses = self.addresses(host, self.well_known).await?;
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

    /// The record to follow: of the lowest priority the one with the greatest weight. A root as its target says
    /// that there is no such service (RFC 2782).
    async fn record(&self, name: &str) -> Option<(String, u16)> {
        let found = self.resolver.srv_lookup(name).await.ok()?;
        let best = found
            .iter()
            .min_by_key(|record| (record.priority(), std::cmp::Reverse(record.weight())))?;
        let target = best.target().to_ascii();
        (target != "." && best.port() > 0).then_some((target, best.port()))
    }

    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        if let Ok(literal) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(literal, port)]);
        }
        let found = self.resolver.lookup_ip(format!("{host}.")).await;
        let found = found.map_err(|fault| format!("`{host}` has no address: {fault}"))?;
        Ok(found.iter().map(|ip| SocketAddr::new(ip, port)).collect())
    }
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
