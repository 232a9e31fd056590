// SPDX-License-Identifier: Apache-2.0
//! Device certificates at the house: the authorities of the configuration, their revocation lists in memory,
//! and the listener where certificates are presented. Nothing is fetched.

use std::net::TcpListener;
use std::path::Path;

use authn::certificate::Oid;
use authn::certificate::build::Store;
use authn::certificate::revocation::Trust;
use authn::factor::card::Presented;
use authn::factor::device_certificate::{Issuer, Issuers, NameFrom, Refused};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::DeviceId;

use crate::app::{App, House};
use crate::cards::{CardsError, certificates, known, listener};
use crate::config::devices as config;
use crate::http;
use crate::listen::{ListenError, bind_to};
use crate::proxies::{self, Proxies};
use crate::revocation::Lists;

/// What device certificates need.
#[derive(Debug)]
pub struct Desk {
    /// Whose are accepted.
    pub issuers: Issuers,
    /// Revocation lists at hand.
    pub lists: Lists,
    /// Proxies that end TLS in front of us.
    pub proxies: Option<Proxies>,
}

impl Desk {
    /// As the configuration says.
    pub fn open(config: &config::Devices) -> Result<Self, CardsError> {
        let issuers: Result<Vec<_>, _> = config.anchors.iter().map(issuer).collect();
        let issuers = issuers?;
        let signers = issuers.iter().flat_map(|issuer| known(&issuer.trust)).collect();
        let folder = Some(config.crl_folder.clone());
        Ok(Self {
            issuers: Issuers(issuers),
            lists: Lists::new("devices", folder, config.crl_memory_mib, signers),
            proxies: config.proxy.as_ref().map(Proxies::open).transpose()?,
        })
    }
}

impl House {
    /// Which device a browser proved to be on, by its certificate. `None`: there are no such certificates here.
    pub fn judge_device(&self, presented: &Presented) -> Option<Result<DeviceId, Refused>> {
        let desk = self.devices.as_ref()?;
        Some(desk.issuers.judge(presented, &desk.lists.load(), self.now()))
    }
}

/// Binds what the configuration names and serves it in the background.
pub fn start(app: &App) -> Result<(), ListenError> {
    let Some(config) = app.config.devices.clone() else {
        return Ok(());
    };
    if let Some((address, certificate, key)) = config.tls() {
        // What cannot be served is said before anything is.
        let tls = tls(app, certificate, key)?;
        let listener = bind_to(address)?;
        let router = http::device_host::direct(app.clone());
        tokio::spawn(async move {
            if let Err(fault) = listener::serve_with(tls, listener, router).await {
                tracing::error!(error = %fault, "the device host is not served any more");
            }
        });
    }
    if let Some(proxy) = &config.proxy {
        proxies::start(app, proxy, http::device_host::behind_proxy(app.clone()))?;
    }
    Ok(())
}

/// Serves the device host until the process is asked to stop.
pub async fn serve(
    app: App,
    listener: TcpListener,
    certificate: &Path,
    key: &Path,
) -> Result<(), ListenError> {
    let tls = tls(&app, certificate, key)?;
    listener::serve_with(tls, listener, http::device_host::direct(app)).await
}

fn tls(app: &App, certificate: &Path, key: &Path) -> Result<rustls::ServerConfig, ListenError> {
    let signers = app.devices.iter().flat_map(|desk| desk.lists.signers());
    let names = signers.map(|one| one.subject().der().to_vec()).collect();
    listener::config(names, certificate, key).map_err(ListenError::Tls)
}

fn issuer(anchor: &config::Anchor) -> Result<Issuer, CardsError> {
    let mut anchors = certificates(&anchor.certificate)?;
    let certificate = anchors.pop().filter(|_| anchors.is_empty());
    let certificate = certificate.ok_or_else(|| CardsError::Count {
        file: anchor.certificate.display().to_string(),
        wanted: "exactly one certificate",
    })?;
    let below = match &anchor.intermediates {
        Some(file) => certificates(file)?,
        None => Vec::new(),
    };
    let oid = |text: &String| {
        Oid::new(text).map_err(|_| CardsError::Oid {
            anchor: anchor.name.clone(),
            text: text.clone(),
        })
    };
    Ok(Issuer {
        name: anchor.name.clone(),
        trust: Trust {
            anchor: certificate,
            store: Store::of(below),
            indirect: Vec::new(),
            grace: TimeDelta::hours(anchor.grace_hours.into()),
        },
        policies: anchor.policies.iter().map(oid).collect::<Result<_, _>>()?,
        uses: anchor
            .extended_key_usage
            .iter()
            .map(oid)
            .collect::<Result<_, _>>()?,
        name_from: match anchor.id_from {
            config::IdFrom::Dns => NameFrom::Dns,
            config::IdFrom::Serial => NameFrom::Serial,
            config::IdFrom::Uri => NameFrom::Uri,
        },
        prefix: anchor.id_prefix.clone(),
    })
}
