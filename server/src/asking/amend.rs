// SPDX-License-Identifier: Apache-2.0
//! An administrator amends the directory. What only narrows is done at once; what may widen is asked
//! about, filed, and waits for a second person.

use authn::session::Session;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_authz::{Context, Reason, Reference};
use countersign_directory::amend::Amendment;
use countersign_directory::operation::amend::{AmendFault, Weighed, apply, weigh};
use countersign_directory::operation::proposal::{self, ProposalError};
use countersign_directory::store::proposals::{self, Proposal};
use countersign_directory::{ApprovalId, ApprovalState, Entity, Permit, PersonId};
use http::StatusCode;

use crate::app::House;
use crate::asking::act::refused_for;
use crate::asking::elsewhere::{Handed, changed};
use crate::http::problem::Problem;
use crate::record;

/// What became of an act.
#[derive(Debug)]
pub enum Amended {
    /// It is done.
    Done,
    /// It waits for a second person, under this name.
    Waits(ApprovalId),
}

impl House {
    /// Does what `session` asks for, or files it for a second person.
    pub async fn amend(&self, session: &Session, act: &Amendment, reason: &str) -> Result<Amended, Problem> {
        let now = self.now();
        let (weighed, permit) = self.weighed(session, act, now).await?;
        match permit {
            Some(permit) if weighed.widens.is_empty() => {
                let mut transaction = self.database.begin_write().await?;
                let outcome = apply(act, &permit, now, &mut transaction).await?;
                // Nothing is handed out here: what would be widens, and waits for a second person.
                self.carry_out_elsewhere(act, permit.by(), now, &mut transaction)
                    .await?;
                record::append(permit.by(), &outcome.events, now, &mut transaction).await?;
                self.commit(transaction).await?;
                Ok(Amended::Done)
            }
            _ => self.propose(session, act, reason, now).await.map(Amended::Waits),
        }
    }

    /// What would become of an act of `session`, and whether one person is enough. Nothing is done.
    pub async fn would_amend(&self, session: &Session, act: &Amendment) -> Result<(Weighed, bool), Problem> {
        let (weighed, permit) = self.weighed(session, act, self.now()).await?;
        let alone = permit.is_some() && weighed.widens.is_empty();
        if !alone && act.is_about(&session.person) {
            return Err(ProposalError::Own.into());
        }
        Ok((weighed, alone))
    }

    /// Weighs an act and asks about it; without a permit, a second person is all that is missing.
    async fn weighed(
        &self,
        session: &Session,
        act: &Amendment,
        now: DateTime<Utc>,
    ) -> Result<(Weighed, Option<Permit>), Problem> {
        let weighed = {
            let mut db = self.database.pool.acquire().await?;
            weigh(act, now, &mut db).await
        };
        match weighed {
            Ok(weighed) => {
                let permit = self.may(session, act, &weighed, None).await?;
                let mut db = self.database.pool.acquire().await?;
                if !self.stands(act, &mut db).await? {
                    return Err(changed());
                }
                Ok((weighed, permit))
            }
            Err(fault) => {
                // Whose office it is not learns nothing about what there is.
                let (action, kind, id) = at_the_door(act);
                self.act(session, action, kind, id).await?;
                Err(fault.into())
            }
        }
    }

    /// Carries out what a second person has approved, and hands out what came of it.
    pub async fn carry_out(&self, session: &Session, id: &ApprovalId) -> Result<Option<Handed>, Problem> {
        let now = self.now();
        let (proposal, weighed) = {
            let mut db = self.database.pool.acquire().await?;
            let proposal = proposals::load(id, &mut db).await?;
            let proposal = proposal.ok_or_else(|| ProposalError::Unknown(id.clone()))?;
            proposal::proposed_by(&proposal, &session.person)?;
            let weighed = weigh(&proposal.act, now, &mut db).await?;
            (proposal, weighed)
        };
        if let Amendment::ChannelFederate { .. } = proposal.act {
            let whose = "the chat server carries this out: it asks `channel.federate` with this id in `context.approval`";
            return Err(Problem::new(StatusCode::CONFLICT, whose));
        }
        if let Amendment::DirectoryImport { .. } = proposal.act {
            let how = format!(
                "the file is needed: send it to `POST /api/v1/imports/{id}`, or `countersign directory import FILE \
                 --approved-by {id}`"
            );
            return Err(Problem::new(StatusCode::CONFLICT, how));
        }
        let approver = approver(&proposal)?;
        if weighed.parameters != proposal.approval.parameters {
            return Err(ProposalError::Changed.into());
        }
        let permit = self.may(session, &proposal.act, &weighed, Some(approver)).await?;
        let permit = permit.ok_or_else(Problem::second_person_missing)?;
        let mut transaction = self.database.begin_write().await?;
        let outcome = proposal::execute(id, &session.person, &permit, now, &mut transaction).await?;
        record::append(permit.by(), &outcome.events, now, &mut transaction).await?;
        let handed = self
            .carry_out_elsewhere(&proposal.act, permit.by(), now, &mut transaction)
            .await?;
        self.commit(transaction).await?;
        Ok(handed)
    }

    /// The permit; none when a second person is all that is missing.
    async fn may(
        &self,
        session: &Session,
        act: &Amendment,
        weighed: &Weighed,
        approver: Option<&PersonId>,
    ) -> Result<Option<Permit>, Problem> {
        let (action, kind) = act.asks(!weighed.widens.is_empty());
        let id = if kind == "console" {
            "people"
        } else {
            act.thing().1
        };
        let context = Context {
            label: label(act, weighed),
            node: node(act),
            approver: approver.map(ToString::to_string),
            ..Context::default()
        };
        self.permit(session, action, Reference::new(kind, id), context)
            .await
    }

    /// The permit for an administrative act; none when a second person is all that is missing.
    pub(super) async fn permit(
        &self,
        session: &Session,
        action: &str,
        resource: Reference,
        context: Context,
    ) -> Result<Option<Permit>, Problem> {
        let answered = self.ask_act(session, action, resource, context).await;
        match answered.decision.permit() {
            Some(permit) => Ok(Some(permit)),
            None if answered.decision.failing == [Reason::DualControl] => Ok(None),
            None => {
                // A second person would not help: what else is missing is what she has to hear.
                let mut others = answered.decision.failing.iter();
                let other = others.find(|reason| **reason != Reason::DualControl);
                Err(refused_for(
                    &answered,
                    action,
                    other.copied(),
                    &self.config.issuer,
                ))
            }
        }
    }

    async fn propose(
        &self,
        session: &Session,
        act: &Amendment,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<ApprovalId, Problem> {
        let mut transaction = self.database.begin_write().await?;
        let rng = &mut self.rng();
        let (id, outcome) = proposal::file(act, &session.person, reason, now, rng, &mut transaction).await?;
        let actor = countersign_directory::Actor::Person(session.person.clone());
        record::append(&actor, &outcome.events, now, &mut transaction).await?;
        self.commit(transaction).await?;
        Ok(id)
    }
}

/// Whose office it is when the thing itself cannot be asked about.
fn at_the_door(act: &Amendment) -> (&'static str, &'static str, &str) {
    match act.asks(false) {
        ("server.manage", kind) => ("server.manage", kind, act.thing().1),
        _ => ("person.manage", "console", "people"),
    }
}

/// The label that a question about a channel is about: the new one, or the one it keeps.
fn label(act: &Amendment, weighed: &Weighed) -> Option<serde_json::Value> {
    let label = match (act, &weighed.old) {
        (Amendment::ChannelReclassify { label, .. }, _) => label,
        (Amendment::ChannelPatch { .. }, Some(Entity::Channel(channel))) => &channel.label,
        _ => return None,
    };
    serde_json::to_value(label).ok()
}

/// The node that a question about federation is about.
fn node(act: &Amendment) -> Option<String> {
    match act {
        Amendment::ChannelFederate { node, .. } => Some(node.to_string()),
        _ => None,
    }
}

/// Who has approved a proposal that is still open.
pub(super) fn approver(proposal: &Proposal) -> Result<&PersonId, ProposalError> {
    match &proposal.approval.state {
        ApprovalState::Approved { approver, .. } if proposal.ended.is_none() => Ok(approver),
        ApprovalState::Requested if proposal.ended.is_none() => {
            Err(AmendFault::ApprovalMissing(Vec::from(["it"])).into())
        }
        _ => Err(ProposalError::Ended),
    }
}
