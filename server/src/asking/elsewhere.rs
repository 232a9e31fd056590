// SPDX-License-Identifier: Apache-2.0
//! Acts on what the directory weighs and does not keep: how people sign in, applications, metadata that was
//! fetched, removals that a synchronisation waits with. Each is carried out in the transaction of its event.

use authn::authenticators::{self, Lost};
use authn::oidc::client::{ClientRecord, new_secret};
use authn::secret::Secret;
use authn::store::{clients, saml_metadata, saml_services};
use authn::upstream::link::{self, Identity, Made};
use authn::upstream::saml::peer::Agreement;
use authn::{Happened, enrolment};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::{Amendment, ProviderFacts, UpstreamLink};
use countersign_directory::operation::admission::{self, Admitted};
use countersign_directory::operation::matching;
use countersign_directory::store::{proposals, source_syncs};
use countersign_directory::{Actor, ApprovalId, Client, Noun, PersonId, SourceId};
use http::StatusCode;
use secrecy::SecretString;
use serde_json::Value;
use sqlx::AnyConnection;

use crate::app::House;
use crate::http::problem::Problem;
use crate::record;
use crate::saml::facts;
use crate::upstream::names::{NameSeen, still_free};
use crate::upstream::person::label as label_there;

/// What whoever carries an act out is told, this once, to hand it over.
#[derive(Debug)]
pub enum Handed {
    /// The secret of an application.
    ClientSecret(Secret),
    /// The one-time address of a new way to sign in.
    EnrolUrl(SecretString),
}

impl House {
    /// Whether what an act says that it starts from is what is on file.
    pub(crate) async fn stands(&self, act: &Amendment, db: &mut AnyConnection) -> Result<bool, Problem> {
        if let (Noun::Client, id) = act.thing()
            && clients::is_configured(id, db).await?
        {
            return Err(conflict(
                "the record of this application stands in the configuration",
            ));
        }
        match act {
            Amendment::ClientPut { id, was, .. } => Ok(on_file(id, db).await? == *was),
            Amendment::ClientRemove { id, was } | Amendment::ClientSecret { id, was } => {
                Ok(on_file(id, db).await?.as_ref() == Some(was))
            }
            // The document is fetched anew while somebody waits: what stands in it is what was approved.
            Amendment::SourceMetadata { id, was, becomes } => {
                let waits = self.metadata_that_waits(id, db).await?;
                Ok(waits.as_ref() == Some(&(was.clone(), becomes.clone())))
            }
            _ => Ok(true),
        }
    }

    /// Does what is to be done outside of the directory, and hands out what came of it.
    pub(super) async fn carry_out_elsewhere(
        &self,
        act: &Amendment,
        by: &Actor,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Option<Handed>, Problem> {
        if !self.stands(act, db).await? {
            return Err(changed());
        }
        match act {
            Amendment::ClientPut { was, client, .. } => {
                let record = put_client(client, now, db).await?;
                let had_secret = match was {
                    Some(was) => read(was)?.has_secret(),
                    None => false,
                };
                match (had_secret, record.has_secret()) {
                    (false, true) => return Ok(Some(self.renew_secret(&record.id, db).await?)),
                    (true, false) => drop(clients::set_secret(&record.id, None, db).await?),
                    (true, true) | (false, false) => {}
                }
            }
            Amendment::ClientSecret { id, .. } => return Ok(Some(self.renew_secret(id, db).await?)),
            Amendment::ClientRemove { id, .. } => {
                clients::remove(id, db).await?;
            }
            Amendment::PersonLink { id, link } => {
                let (made, label) = (Made::Administrators, &link.subject);
                self.link(id, link, label, made, by, now, db).await?;
            }
            Amendment::PersonRecover { id, lost } => {
                let mut log = Happened::new();
                let rng = &mut self.rng();
                // At once: a thief has no use of it until she has set up the new way.
                let named: Option<Vec<String>> = lost
                    .as_ref()
                    .map(|lost| lost.iter().map(|one| one.authenticator.clone()).collect());
                let what = named.as_deref().map_or(Lost::All, Lost::These);
                authenticators::withdraw(id, what, &self.factors.passkeys, now, rng, &mut log, db).await?;
                let link = enrolment::issue(id, enrolment::LIFETIME, now, rng, &mut log, db).await?;
                record::happened(by, &log, now, db).await?;
                let address = format!("{}/enrol/{}", self.config.issuer, link.expose());
                return Ok(Some(Handed::EnrolUrl(address.into())));
            }
            Amendment::SourceMetadata { id, .. } => self.approve_metadata(id, db).await?,
            // Whoever comes later by that name finds nothing of before.
            Amendment::SourceRemove { id } => saml_metadata::remove(id, db).await?,
            Amendment::SourceRelease { id, seal } => source_syncs::release(id, seal, db).await?,
            _ => {}
        }
        Ok(None)
    }

    /// Gives an application a new secret; the one before is good for nothing from then on.
    async fn renew_secret(&self, id: &str, db: &mut AnyConnection) -> Result<Handed, Problem> {
        let (secret, hash) = new_secret(&mut self.rng());
        clients::set_secret(id, Some(hash), db).await?;
        Ok(Handed::ClientSecret(secret))
    }

    /// What counts of a provider's metadata, and what would if the change that waits were approved.
    pub(crate) async fn metadata_that_waits(
        &self,
        id: &SourceId,
        db: &mut AnyConnection,
    ) -> Result<Option<(ProviderFacts, ProviderFacts)>, Problem> {
        let source = self.upstream.source(id);
        let Some((source, agreed)) =
            source.and_then(|source| Some((source.clone(), Agreement::of(&source)?)))
        else {
            return Ok(None);
        };
        let entity_id = source.saml().map(|saml| saml.entity_id.as_str());
        let row = saml_metadata::of(&agreed, db).await?;
        Ok(row.and_then(|row| {
            let (document, _) = row.pending?;
            Some((
                facts::compared(&row.document, entity_id),
                facts::compared(&document, entity_id),
            ))
        }))
    }

    /// What waits counts from now on; nothing else does that came in its place meanwhile.
    async fn approve_metadata(&self, id: &SourceId, db: &mut AnyConnection) -> Result<(), Problem> {
        let agreed = self.upstream.source(id).and_then(|source| Agreement::of(&source));
        let agreed = agreed.ok_or_else(changed)?;
        let row = saml_metadata::of(&agreed, db).await?;
        let (pending, _) = row.and_then(|row| row.pending).ok_or_else(changed)?;
        if saml_metadata::approve(&agreed, &pending, db).await? {
            Ok(())
        } else {
            Err(changed())
        }
    }

    /// What was seen of the name of whoever gets an account when this is approved.
    pub(crate) async fn name_to_approve(
        &self,
        id: &ApprovalId,
    ) -> Result<Option<(PersonId, NameSeen)>, Problem> {
        let held = {
            let mut db = self.database.pool.acquire().await?;
            proposals::load(id, &mut db).await?
        };
        let Some(Amendment::PersonAdmit { id, .. }) = held.map(|held| held.act) else {
            return Ok(None);
        };
        let seen = self.seen_of(id.clone()).await;
        let seen = seen.map_err(|_logged| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "try again"))?;
        Ok(Some((id, seen)))
    }

    /// Does what a source asked for and what was just approved: opens the account, or makes the link. A proposal of
    /// a person waits for her. `name` is what was seen of the new account's name.
    pub(crate) async fn admit(
        &self,
        id: &ApprovalId,
        name: Option<&(PersonId, NameSeen)>,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<(), Problem> {
        if let Some(matched) = matching::take(id, now, &mut *db).await? {
            let by = Actor::Source(matched.link.source.clone());
            record::append(&by, &matched.outcome.events, now, &mut *db).await?;
            let label = matched.link.subject.clone();
            return self
                .link(
                    &matched.person,
                    &matched.link,
                    &label,
                    Made::Approval,
                    &by,
                    now,
                    db,
                )
                .await;
        }
        if let Some((name, seen)) = name
            && !still_free(name, *seen, &mut *db).await?
        {
            return Err(conflict(format!(
                "somebody has the name `{name}` by now, or one that looks like it: reject this"
            )));
        }
        let Some(admitted) = admission::open_account(id, now, &mut *db).await? else {
            return Ok(());
        };
        let Admitted {
            person,
            link,
            said,
            outcome,
        } = admitted;
        let by = Actor::Source(link.source.clone());
        record::append(&by, &outcome.events, now, &mut *db).await?;
        let label = label_there(&said, &link.subject);
        self.link(&person, &link, &label, Made::Creation, &by, now, db)
            .await
    }

    /// Links somebody at a source to a person.
    #[expect(
        clippy::too_many_arguments,
        reason = "whom to whom, why, and the ambient things"
    )]
    async fn link(
        &self,
        person: &PersonId,
        link: &UpstreamLink,
        label: &str,
        made: Made,
        by: &Actor,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<(), Problem> {
        let source = self
            .upstream
            .source(&link.source)
            .ok_or_else(|| conflict(format!("there is no source `{}`", link.source)))?;
        let identity = Identity {
            source: link.source.clone(),
            issuer: link.issuer.clone(),
            subject: link.subject.clone(),
        };
        let rule = source.linking.conflict;
        let mut log = Happened::new();
        let rng = &mut self.rng();
        match link::make(identity, person, label, made, rule, now, rng, &mut log, db).await? {
            Ok(_) => Ok(record::happened(by, &log, now, db).await?),
            Err(refusal) => Err(conflict(refusal.to_string())),
        }
    }
}

/// What was weighed is not what is on file any more.
pub(crate) fn changed() -> Problem {
    conflict("what this starts from has changed since: look at it again")
}

fn conflict(text: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, text)
}

/// The record of an application, as acts carry it.
pub(crate) fn as_terms(record: &ClientRecord) -> Client {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => members.into(),
        // INVARIANT: a record is written as an object.
        _ => Client::from(serde_json::Map::new()),
    }
}

async fn on_file(id: &str, db: &mut AnyConnection) -> Result<Option<Client>, Problem> {
    let client = clients::by_id(id, db).await?;
    Ok(client.map(|client| as_terms(&client.record)))
}

/// The record behind an act, if it is one that could be written so.
pub(crate) fn as_record(client: &Client) -> Result<ClientRecord, Problem> {
    let record = read(client)?;
    // What is weighed is what counts: a part that is not said would have a value nobody looked at.
    if as_terms(&record) != *client {
        return Err(Problem::bad_request(
            "`client` is a record with all of its parts, as it is shown",
        ));
    }
    match record.faults().as_slice() {
        [] => Ok(record),
        faults => Err(Problem::bad_request(faults.join("; "))),
    }
}

fn read(client: &Client) -> Result<ClientRecord, Problem> {
    let text = Value::Object(client.record().clone());
    serde_json::from_value(text).map_err(|fault| Problem::bad_request(format!("`client`: {fault}")))
}

async fn put_client(
    client: &Client,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<ClientRecord, Problem> {
    let record = as_record(client)?;
    if let Some(provider) = &record.saml {
        let known = saml_services::client_of(&provider.entity_id, db).await?;
        if known.as_ref().is_some_and(|known| *known != record.id) {
            return Err(conflict(format!(
                "`{}` is the application `{}` already: remove that one first",
                provider.entity_id,
                known.unwrap_or_default()
            )));
        }
    }
    clients::put(&record, now, db).await?;
    Ok(record)
}
