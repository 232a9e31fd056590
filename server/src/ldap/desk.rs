// SPDX-License-Identifier: Apache-2.0
//! All that this process knows of one directory: its servers and which of them answer, a bounded
//! number of connections, and as whom it is read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign_directory::ldap::bind::{Outcome, Refusal};
use countersign_directory::ldap::settings::{Server, Settings};
use rustls::ClientConfig;
use secrecy::SecretString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, LdapFault};
use super::gate;

/// A server that failed is asked last for this long.
const SHUNNED: Duration = Duration::from_secs(30);
/// A password of ours that was refused is not tried again for this long. All servers know the same one, so each
/// further try is one more failure of an account that the directory locks in the end.
pub(super) const HELD_OFF: Duration = Duration::from_mins(5);

/// A directory. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Inner>);

struct Inner {
    settings: Settings,
    password: Option<SecretString>,
    tls: Arc<ClientConfig>,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
    failed: Mutex<HashMap<Server, Instant>>,
    refused: Mutex<Option<Refused>>,
}

/// That our own account was not let in.
#[derive(Debug, Clone)]
struct Refused {
    at: Instant,
    server: String,
    dn: String,
    refusal: Refusal,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("servers", &self.settings.servers)
            .finish_non_exhaustive()
    }
}

/// A connection that is let in as the source's own account. Give it back when it is still good; dropped,
/// it is closed.
#[derive(Debug)]
pub struct Borrowed {
    /// The connection.
    pub connection: Connection,
    desk: Desk,
    _place: OwnedSemaphorePermit,
}

impl Borrowed {
    /// For the next one.
    pub fn give_back(mut self) {
        if self.connection.is_open() {
            let mut idle = self.desk.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(self.connection);
        }
    }
}

impl From<Refused> for LdapFault {
    fn from(refused: Refused) -> Self {
        Self::Bind {
            server: refused.server,
            dn: refused.dn,
            refusal: refused.refusal,
        }
    }
}

impl Desk {
    /// A desk for a directory; nothing is called yet.
    pub fn new(settings: Settings, password: Option<SecretString>) -> Result<Self, LdapFault> {
        let tls = gate::config(&settings.authorities)?;
        let places = Arc::new(Semaphore::new(usize::from(settings.connections.max(1))));
        Ok(Self(Arc::new(Inner {
            settings,
            password,
            tls,
            places,
            idle: Mutex::default(),
            failed: Mutex::default(),
            refused: Mutex::default(),
        })))
    }

    /// How it is spoken to.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// TLS as it is spoken there.
    pub fn tls(&self) -> Arc<ClientConfig> {
        self.0.tls.clone()
    }

    /// How long an answer is waited for.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(u64::from(self.0.settings.timeout_seconds.max(1)))
    }

    /// A connection that is let in as the source's own account.
    pub async fn borrow(&self) -> Result<Borrowed, LdapFault> {
        let place = self.place().await?;
        loop {
            let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut connection) = idle else { break };
            if connection.is_open() {
                return Ok(self.lent(connection, place));
            }
        }
        let connection = self.connect(true).await?;
        Ok(self.lent(connection, place))
    }

    /// As [`Desk::borrow`], and nothing that was used before: for what must not meet a connection that
    /// the other end has closed in the meantime.
    pub async fn borrow_fresh(&self) -> Result<Borrowed, LdapFault> {
        let place = self.place().await?;
        let connection = self.connect(true).await?;
        Ok(self.lent(connection, place))
    }

    /// As [`Desk::borrow_fresh`], also when our own account was refused a moment ago: for somebody who looks whether
    /// it is mended.
    pub async fn borrow_to_look(&self) -> Result<Borrowed, LdapFault> {
        *self.refused() = None;
        self.borrow_fresh().await
    }

    /// Tries a password, on a connection of its own that nobody uses before or after.
    pub async fn try_password(
        &self,
        dn: &str,
        password: &SecretString,
    ) -> Result<(Outcome, String), LdapFault> {
        let _place = self.place().await?;
        let mut connection = self.connect(false).await?;
        connection.bind(dn, password).await
    }

    /// Proves to a fresh connection that we are the source's own account.
    async fn introduce(&self, connection: &mut Connection) -> Result<(), LdapFault> {
        let (Some(dn), Some(password)) = (&self.0.settings.bind_dn, &self.0.password) else {
            return Ok(());
        };
        match connection.bind(dn, password).await? {
            (Outcome::Bound, _) => Ok(()),
            (Outcome::Refused(refusal), _) => {
                let refused = Refused {
                    at: crate::clock::instant(),
                    server: connection.server().to_string(),
                    dn: dn.clone(),
                    refusal,
                };
                *self.refused() = Some(refused.clone());
                Err(refused.into())
            }
            (Outcome::Unavailable, text) => Err(LdapFault::Unready {
                server: connection.server().to_string(),
                cause: text.chars().filter(|c| !c.is_control()).take(300).collect(),
            }),
        }
    }

    fn lent(&self, connection: Connection, place: OwnedSemaphorePermit) -> Borrowed {
        Borrowed {
            connection,
            desk: self.clone(),
            _place: place,
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, LdapFault> {
        let waited = tokio::time::timeout(self.patience(), self.0.places.clone().acquire_owned()).await;
        match waited {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(LdapFault::Settings(
                "all connections to the directory are in use".to_owned(),
            )),
        }
    }

    async fn connect(&self, introduced: bool) -> Result<Connection, LdapFault> {
        if introduced && let Some(refused) = self.held_off() {
            return Err(refused.into());
        }
        let servers = self.by_health();
        let is_only = servers.len() == 1;
        let mut last = None;
        for server in servers {
            match self.connect_to(&server, introduced).await {
                Ok(connection) => {
                    self.failures(|failed| failed.remove(&server));
                    return Ok(connection);
                }
                // It is not this server that is at fault, and the others would say the same.
                Err(fault @ LdapFault::Bind { .. }) => return Err(fault),
                Err(fault) if is_only => return Err(fault),
                Err(fault) => {
                    tracing::warn!(server = %server, error = %fault, "a server of a directory cannot be used");
                    self.failures(|failed| failed.insert(server.clone(), crate::clock::instant()));
                    last = Some(fault);
                }
            }
        }
        Err(last.map_or_else(
            || LdapFault::Settings("the directory has no server".to_owned()),
            |fault| LdapFault::AllDown(Box::new(fault)),
        ))
    }

    async fn connect_to(&self, server: &Server, introduced: bool) -> Result<Connection, LdapFault> {
        let stream = gate::reach(server, self.patience()).await?;
        let (tls, _) = gate::secure(stream, server, self.tls(), self.patience()).await?;
        let mut connection = Connection::over(tls, server, self.patience()).await?;
        if introduced {
            self.introduce(&mut connection).await?;
        }
        Ok(connection)
    }

    /// Our own account was refused, and it is too early to try again.
    fn held_off(&self) -> Option<Refused> {
        let refused = self.refused().clone();
        refused.filter(|refused| refused.at.elapsed() < HELD_OFF)
    }

    fn refused(&self) -> MutexGuard<'_, Option<Refused>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In the order of the settings, those that failed a moment ago last.
    fn by_health(&self) -> Vec<Server> {
        let mut servers = self.0.settings.servers.clone();
        self.failures(|failed| {
            servers.sort_by_key(|server| failed.get(server).is_some_and(|at| at.elapsed() < SHUNNED));
        });
        servers
    }

    fn failures<T>(&self, with: impl FnOnce(&mut HashMap<Server, Instant>) -> T) -> T {
        with(&mut self.0.failed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
