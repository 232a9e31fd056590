// SPDX-License-Identifier: Apache-2.0
//! Device certificates at the house: the authorities of the configuration, their revocation lists in memory,
//! and the listener where certificates are presented. Nothing is fetched.

use std::net::TcpListener;
use std::sync::Arc;

use arc_swap::ArcSwap;
use authn::certificate::build::Store;
use authn::certificate::revocation::Trust;
use authn::certificate::{Certificate, CrlSet, Oid};
use authn::factor::card::Presented;
use authn::factor::device_certificate::{Issuer, Issuers, NameFrom, Refused};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::DeviceId;

use crate::app::{App, House};
use crate::cards::{CardsError, certificates, listener, lists};
use crate::config::devices as config;
use crate::http;
use crate::listen::{ListenError, bind_to};

/// What device certificates need.
#[derive(Debug)]
pub struct Desk {
    /// Whose are accepted.
    pub issuers: Issuers,
    /// Revocation lists at hand.
    pub lists: ArcSwap<CrlSet>,
    read: tokio::sync::Mutex<lists::Read>,
}

impl Desk {
    /// As the configuration says.
    pub fn open(config: &config::Devices) -> Result<Self, CardsError> {
        let issuers: Result<Vec<_>, _> = config.anchors.iter().map(issuer).collect();
        Ok(Self {
            issuers: Issuers(issuers?),
            lists: ArcSwap::from_pointee(CrlSet::default()),
            read: tokio::sync::Mutex::default(),
        })
    }

    /// The authorities' own certificates.
    fn authorities(&self) -> Vec<Certificate> {
        let trusted = self.issuers.0.iter().map(|issuer| &issuer.trust);
        trusted
            .flat_map(|trust| std::iter::once(&trust.anchor).chain(trust.store.all()).cloned())
            .collect()
    }
}

impl House {
    /// Which device a browser proved to be on, by its certificate. `None`: there are no such certificates here.
    pub fn judge_device(&self, presented: &Presented) -> Option<Result<DeviceId, Refused>> {
        let desk = self.devices.as_ref()?;
        Some(desk.issuers.judge(presented, &desk.lists.load(), self.now()))
    }

    /// Looks at the folder of lists about devices, and swaps the lists when something changed.
    pub async fn read_device_lists(&self) {
        let Some((desk, config)) = self.devices.as_ref().zip(self.config.devices.as_ref()) else {
            return;
        };
        let mut read = desk.read.lock().await;
        let (folder, signers) = (config.crl_folder.clone(), desk.authorities());
        let limit = config.crl_memory_mib.saturating_mul(1024 * 1024);
        let mut state = std::mem::take(&mut *read);
        let worked = tokio::task::spawn_blocking(move || {
            let set = state.look(&folder, &signers).then(|| state.set(limit));
            (state, set)
        });
        match worked.await {
            Ok((state, set)) => {
                *read = state;
                if let Some(set) = set {
                    desk.lists.store(Arc::new(set));
                }
            }
            Err(fault) => {
                tracing::error!(error = %fault, "revocation lists about devices could not be read");
            }
        }
    }
}

/// Binds the device host and serves it in the background, where it is configured.
pub fn start(app: &App) -> Result<(), ListenError> {
    let Some(config) = app.config.devices.clone() else {
        return Ok(());
    };
    let listener = bind_to(config.address)?;
    // What cannot be served is said before anything is.
    tls(app, &config)?;
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(fault) = serve(app, listener, &config).await {
            tracing::error!(error = %fault, "the device host is not served any more");
        }
    });
    Ok(())
}

/// Serves the device host until the process is asked to stop.
pub async fn serve(app: App, listener: TcpListener, config: &config::Devices) -> Result<(), ListenError> {
    let tls = tls(&app, config)?;
    listener::serve_with(tls, listener, http::device_host::router(app)).await
}

fn tls(app: &App, config: &config::Devices) -> Result<rustls::ServerConfig, ListenError> {
    let authorities = app.devices.iter().flat_map(Desk::authorities);
    let names = authorities.map(|one| one.subject().der().to_vec()).collect();
    listener::config(names, &config.tls_certificate, &config.tls_key).map_err(ListenError::Tls)
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
