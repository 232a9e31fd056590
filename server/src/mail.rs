// SPDX-License-Identifier: Apache-2.0
//! Sends a message to a person: through the configured mail server, or into a folder.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::config::ConfigError;
use crate::config::mail::{Mail, MailTls};

const PATIENCE: Duration = Duration::from_secs(20);

/// Where messages go.
pub struct Post {
    from: Mailbox,
    way: Way,
}

enum Way {
    Nowhere,
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Spool(PathBuf),
}

/// A message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It never can be: the address or the text is no good.
    #[error("{0}")]
    Never(String),
    /// Not now.
    #[error("{0}")]
    NotNow(String),
}

impl Post {
    /// The way that is configured.
    pub fn new(config: &Mail) -> Result<Self, ConfigError> {
        let from = config
            .from
            .parse()
            .map_err(|_| fault("from", format!("`{}` is no mail address", config.from)))?;
        let way = match (&config.spool, &config.host) {
            (Some(folder), _) => Way::Spool(folder.clone()),
            (None, Some(host)) => Way::Server(server(config, host)?),
            (None, None) => Way::Nowhere,
        };
        Ok(Self { from, way })
    }

    /// Whether messages go anywhere.
    pub fn goes_somewhere(&self) -> bool {
        !matches!(self.way, Way::Nowhere)
    }

    /// Sends `text` to `address`; `id` names the message, also when it is sent twice.
    pub async fn send(&self, id: &str, address: &str, subject: &str, text: String) -> Result<(), PostError> {
        let to: Mailbox = address
            .parse()
            .map_err(|_| PostError::Never(format!("`{address}` is no mail address")))?;
        let message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|fault| PostError::Never(fault.to_string()))?;
        match &self.way {
            Way::Nowhere => Ok(()),
            Way::Server(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(fault) if fault.is_permanent() && !is_about_us(&fault) => {
                    Err(PostError::Never(fault.to_string()))
                }
                Err(fault) => Err(PostError::NotNow(fault.to_string())),
            },
            Way::Spool(folder) => {
                let (part, whole) = (folder.join(format!(".{id}")), folder.join(format!("{id}.eml")));
                let written = async {
                    tokio::fs::create_dir_all(folder).await?;
                    tokio::fs::write(&part, message.formatted()).await?;
                    tokio::fs::rename(&part, &whole).await
                };
                written
                    .await
                    .map_err(|fault| PostError::NotNow(format!("`{}`: {fault}", whole.display())))
            }
        }
    }
}

/// Whether a server refuses us and not the message (RFC 4954, section 6: 530, 534, 535 and 538): an operator can
/// mend that.
fn is_about_us(fault: &lettre::transport::smtp::Error) -> bool {
    let status = fault.status();
    status.is_some_and(|status| status.to_string().starts_with("53"))
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

fn server(config: &Mail, host: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, ConfigError> {
    let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(config.port)
        .timeout(Some(PATIENCE))
        .tls(tls(config, host)?);
    if let (Some(name), Some(file)) = (&config.username, &config.password_file) {
        let password = std::fs::read_to_string(file)
            .map_err(|cause| fault("password_file", format!("`{}`: {cause}", file.display())))?;
        server = server.credentials(Credentials::new(name.clone(), password.trim_end().to_owned()));
    }
    Ok(server.build())
}

fn tls(config: &Mail, host: &str) -> Result<Tls, ConfigError> {
    let Some(file) = config.root.as_ref().filter(|_| config.tls != MailTls::None) else {
        return Ok(Tls::None);
    };
    let pem = std::fs::read(file).map_err(|cause| fault("root", format!("`{}`: {cause}", file.display())))?;
    let no_good =
        |cause: lettre::transport::smtp::Error| fault("root", format!("`{}`: {cause}", file.display()));
    let parameters = TlsParameters::builder(host.to_owned())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(Certificate::from_pem(&pem).map_err(no_good)?)
        .build()
        .map_err(no_good)?;
    Ok(match config.tls {
        MailTls::Wrapped => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

fn fault(key: &str, message: String) -> ConfigError {
    ConfigError::Key {
        key: format!("mail.{key}"),
        message,
    }
}
