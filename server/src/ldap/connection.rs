// SPDX-License-Identifier: Apache-2.0
//! A connection to a server of a directory: bind, search page by page. Referrals are not followed, and
//! every question has a time within which it must be answered.

use std::ops::ControlFlow;
use std::time::Duration;

use countersign_directory::ldap::ber::BerError;
use countersign_directory::ldap::bind::{Outcome, Refusal};
use countersign_directory::ldap::content_sync::{self, Done, EntryState, Info};
use countersign_directory::ldap::entry::Raw;
use countersign_directory::ldap::settings::Server;
use ldap3::controls::{MakeCritical as _, PagedResults, RawControl};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchOptions, StdStream};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::answer::{control, in_words, info, raw, sent};
use super::gate::{self, Gate, GateFault};

const SYNC_DONE: &str = "1.3.6.1.4.1.4203.1.9.1.3";
const PAGED: &str = "1.2.840.113556.1.4.319";
const SUCCESS: u32 = 0;
const SIZE_LIMIT_EXCEEDED: u32 = 4;
/// The most that the entries of one answer may take in memory.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// A directory did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LdapFault {
    /// Its account for us is not let in.
    #[error(
        "`{server}` does not let us in as `{dn}`: {refusal}; correct `bind_dn` or its password in the source. Until \
         then it is tried again every {} minutes and no more often, lest the account be locked there",
        super::desk::HELD_OFF.as_secs() / 60
    )]
    Bind {
        /// Which server.
        server: String,
        /// As whom.
        dn: String,
        /// What it answered.
        refusal: Refusal,
    },
    /// Its answer would never end.
    #[error("`{server}` answers page after page {what}: its answer would never end")]
    Endless {
        /// Which server.
        server: String,
        /// With what.
        what: &'static str,
    },
    /// It cannot be reached.
    #[error(transparent)]
    Gate(#[from] GateFault),
    /// It answers what cannot be understood.
    #[error("`{server}` sent what cannot be understood: {cause}")]
    Message {
        /// Which server.
        server: String,
        /// What is wrong with it.
        cause: String,
    },
    /// It refused.
    #[error("`{server}` answered {code}: {cause}")]
    Refused {
        /// Which server.
        server: String,
        /// Its result code.
        code: u32,
        /// What it says.
        cause: String,
    },
    /// Its settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// It did not answer in time.
    #[error("`{server}` did not answer within {seconds} s")]
    Slow {
        /// Which server.
        server: String,
        /// How long was waited.
        seconds: u64,
    },
    /// It sends more than is held in memory.
    #[error("`{server}` sends more than {mebibytes} MiB that would have to be kept at once")]
    TooLarge {
        /// Which server.
        server: String,
        /// How much is kept.
        mebibytes: usize,
    },
    /// It sends more than is read.
    #[error("`{server}` sends more than {most} entries")]
    TooMany {
        /// Which server.
        server: String,
        /// How many are read.
        most: usize,
    },
    /// The connection ended.
    #[error("the connection to `{server}` ended: {cause}")]
    Ended {
        /// Which server.
        server: String,
        /// Why, as far as is known.
        cause: String,
    },
    /// None of its servers can be used.
    #[error("no server of the directory can be used; the last: {0}")]
    AllDown(Box<LdapFault>),
    /// It cannot judge a password now.
    #[error("`{server}` cannot let anybody in now: {cause}")]
    Unready {
        /// Which server.
        server: String,
        /// What it answered.
        cause: String,
    },
}

impl LdapFault {
    /// Whether another server may do better.
    pub fn is_of_this_server(&self) -> bool {
        !matches!(
            self,
            Self::Settings(_) | Self::TooMany { .. } | Self::AllDown(_) | Self::Bind { .. }
        ) && !matches!(self, Self::Refused { code, .. } if *code != 51 && *code != 52 && *code != 80 && *code != 1)
    }
}

/// A search.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Below what.
    pub base: &'a str,
    /// How far.
    pub scope: Scope,
    /// Which entries.
    pub filter: &'a str,
    /// Which of their attributes.
    pub attributes: &'a [&'a str],
}

/// One page of a search.
#[derive(Debug, Default)]
pub struct Page {
    /// Its entries.
    pub entries: Vec<Raw>,
    /// Where the next one begins; empty: there is none.
    pub next: Vec<u8>,
}

/// What a synchronising search says, one by one.
#[derive(Debug)]
pub enum Told {
    /// An entry, and what became of it.
    Entry(Raw, EntryState),
    /// Entries by their names.
    Info(Info),
}

/// A connection.
pub struct Connection {
    ldap: Ldap,
    server: Server,
    gate: Gate,
    patience: Duration,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Speaks LDAP over an open way.
    pub async fn over(
        tls: TlsStream<TcpStream>,
        server: &Server,
        patience: Duration,
    ) -> Result<Self, LdapFault> {
        let ended = |cause: String| LdapFault::Ended {
            server: server.to_string(),
            cause,
        };
        let (stream, gate) = gate::gate(tls).map_err(|cause| ended(cause.to_string()))?;
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(stream));
        let (driver, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///")
            .await
            .map_err(|cause| ended(cause.to_string()))?;
        tokio::spawn(async move {
            if let Err(cause) = driver.drive().await {
                tracing::debug!(error = %cause, "a connection to a directory ended");
            }
        });
        Ok(Self {
            ldap,
            server: server.clone(),
            gate,
            patience,
        })
    }

    /// Whether it can still be used.
    pub fn is_open(&mut self) -> bool {
        !self.ldap.is_closed() && self.gate.closed().is_none()
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Proves to be `dn`. An empty password would be no proof (RFC 4513, 5.1.2), and one with NUL is cut by
    /// some: neither is ever sent (A9).
    pub async fn bind(&mut self, dn: &str, password: &SecretString) -> Result<(Outcome, String), LdapFault> {
        let password = password.expose_secret();
        if password.is_empty() || password.contains('\0') || dn.is_empty() || dn.contains('\0') {
            return Ok((Outcome::Refused(Refusal::Wrong), String::new()));
        }
        self.gate.expect_answer();
        let bound = timeout(self.patience, self.ldap.simple_bind(dn, password)).await;
        let result = bound
            .map_err(|_| self.slow())?
            .map_err(|cause| self.fault(&cause))?;
        Ok((Outcome::read(result.rc, &result.text), result.text))
    }

    /// A search of which at most `most` entries are wanted; one more than that is an error only for the caller.
    pub async fn few(&mut self, search: &Search<'_>, most: usize) -> Result<Vec<Raw>, LdapFault> {
        let limit = i32::try_from(most).unwrap_or(i32::MAX);
        let options = SearchOptions::new().sizelimit(limit).timelimit(self.seconds());
        self.ldap.with_search_options(options);
        let (entries, result) = timeout(self.patience, self.run(search, Vec::new(), most))
            .await
            .map_err(|_| self.slow())??;
        match result.rc {
            SUCCESS | SIZE_LIMIT_EXCEEDED => Ok(entries),
            code => Err(self.refused(code, &result.text)),
        }
    }

    /// One page of a search, from `cookie` on.
    pub async fn page(&mut self, search: &Search<'_>, size: u16, cookie: Vec<u8>) -> Result<Page, LdapFault> {
        let paged = PagedResults {
            size: i32::from(size),
            cookie,
        };
        self.paged(search, size, vec![paged.critical().into()]).await
    }

    /// As [`Connection::page`], with the control that shows deleted entries (Active Directory).
    pub async fn page_of_deleted(
        &mut self,
        search: &Search<'_>,
        size: u16,
        cookie: Vec<u8>,
    ) -> Result<Page, LdapFault> {
        let paged = PagedResults {
            size: i32::from(size),
            cookie,
        };
        let show_deleted = RawControl {
            ctype: "1.2.840.113556.1.4.417".into(),
            crit: true,
            val: None,
        };
        self.paged(search, size, vec![paged.critical().into(), show_deleted])
            .await
    }

    async fn paged(
        &mut self,
        search: &Search<'_>,
        size: u16,
        controls: Vec<RawControl>,
    ) -> Result<Page, LdapFault> {
        // A server that ignores the page size is not read to its end.
        let most = usize::from(size) * 4;
        let patience = self.patience * 4;
        let run = self.run(search, controls, most);
        let (entries, result) = timeout(patience, run).await.map_err(|_| self.slow())??;
        if result.rc != SUCCESS {
            return Err(self.refused(result.rc, &result.text));
        }
        let next = match control(&result.ctrls, PAGED) {
            None => Vec::new(),
            Some(value) => content_sync::next_page(value).map_err(|cause| self.message(&cause))?,
        };
        Ok(Page { entries, next })
    }

    async fn run(
        &mut self,
        search: &Search<'_>,
        controls: Vec<RawControl>,
        most: usize,
    ) -> Result<(Vec<Raw>, ldap3::LdapResult), LdapFault> {
        self.gate.expect_answer();
        if !controls.is_empty() {
            self.ldap.with_controls(controls);
        }
        let attributes: Vec<&str> = search.attributes.to_vec();
        let begun = self
            .ldap
            .streaming_search(search.base, search.scope, search.filter, attributes);
        let mut stream = begun.await.map_err(|cause| self.fault(&cause))?;
        let mut entries = Vec::new();
        let mut held = 0_usize;
        while let Some(item) = stream.next().await.map_err(|cause| self.fault(&cause))? {
            // Referrals are not followed: whoever they name is nobody we were told to trust (A10).
            if item.is_ref() || item.is_intermediate() {
                continue;
            }
            let fault = if entries.len() == most {
                Some(self.too_many(most))
            } else {
                let raw = raw(item.0).map_err(|cause| self.message(&cause))?;
                held = held.saturating_add(raw.cost());
                entries.push(raw);
                (held > MOST_HELD).then(|| self.too_large(MOST_HELD))
            };
            if let Some(fault) = fault {
                let id = stream.ldap_handle().last_id();
                drop(stream);
                let abandoned = self.ldap.abandon(id).await;
                abandoned.map_err(|cause| self.fault(&cause))?;
                return Err(fault);
            }
        }
        let result = stream.finish().await;
        Ok((entries, result))
    }

    /// A search that tells what changed since `cookie` (RFC 4533, refreshOnly); `hear` is told one by one, until it
    /// has heard enough. Nothing comes of it then, nor when the directory says that all is to be read
    /// ([`content_sync::REFRESH_REQUIRED`]).
    pub async fn changed(
        &mut self,
        search: &Search<'_>,
        cookie: Option<Vec<u8>>,
        mut hear: impl FnMut(Told) -> ControlFlow<()>,
    ) -> Result<Option<Done>, LdapFault> {
        self.gate.expect_answer();
        let request = ldap3::controls::SyncRequest {
            cookie,
            ..ldap3::controls::SyncRequest::default()
        };
        self.ldap.with_controls(vec![request.critical().into()]);
        let attributes: Vec<&str> = search.attributes.to_vec();
        let begun = self
            .ldap
            .streaming_search(search.base, search.scope, search.filter, attributes);
        let begun = timeout(self.patience, begun).await.map_err(|_| self.slow())?;
        let mut stream = begun.map_err(|cause| self.fault(&cause))?;
        loop {
            let next = timeout(self.patience, stream.next())
                .await
                .map_err(|_| self.slow())?;
            let Some(item) = next.map_err(|cause| self.fault(&cause))? else {
                break;
            };
            if item.is_ref() {
                continue;
            }
            let told = if item.is_intermediate() {
                info(item.0)
            } else {
                sent(item)
            };
            if let Some(told) = told.map_err(|cause| self.message(&cause))?
                && hear(told).is_break()
            {
                let id = stream.ldap_handle().last_id();
                drop(stream);
                let abandoned = self.ldap.abandon(id).await;
                abandoned.map_err(|cause| self.fault(&cause))?;
                return Ok(None);
            }
        }
        let result = stream.finish().await;
        match result.rc {
            SUCCESS => {}
            content_sync::REFRESH_REQUIRED => return Ok(None),
            code => return Err(self.refused(code, &result.text)),
        }
        let done = control(&result.ctrls, SYNC_DONE).map(content_sync::done);
        let done = done.transpose().map_err(|cause| self.message(&cause))?;
        done.map(Some).ok_or_else(|| self.message(&BerError::Shape))
    }

    fn seconds(&self) -> i32 {
        i32::try_from(self.patience.as_secs().max(1)).unwrap_or(i32::MAX)
    }

    fn slow(&self) -> LdapFault {
        LdapFault::Slow {
            server: self.server.to_string(),
            seconds: self.patience.as_secs(),
        }
    }

    pub(super) fn too_many(&self, most: usize) -> LdapFault {
        LdapFault::TooMany {
            server: self.server.to_string(),
            most,
        }
    }

    pub(super) fn too_large(&self, bytes: usize) -> LdapFault {
        LdapFault::TooLarge {
            server: self.server.to_string(),
            mebibytes: bytes / (1024 * 1024),
        }
    }

    pub(super) fn endless(&self, what: &'static str) -> LdapFault {
        LdapFault::Endless {
            server: self.server.to_string(),
            what,
        }
    }

    fn message(&self, cause: &dyn std::fmt::Display) -> LdapFault {
        LdapFault::Message {
            server: self.server.to_string(),
            cause: cause.to_string(),
        }
    }

    fn refused(&self, code: u32, text: &str) -> LdapFault {
        LdapFault::Refused {
            server: self.server.to_string(),
            code,
            cause: in_words(code, text),
        }
    }

    fn fault(&self, cause: &LdapError) -> LdapFault {
        match cause {
            LdapError::FilterParsing => LdapFault::Settings("a filter of the source cannot be used".into()),
            other => LdapFault::Ended {
                server: self.server.to_string(),
                cause: self.gate.closed().cloned().unwrap_or_else(|| other.to_string()),
            },
        }
    }
}
