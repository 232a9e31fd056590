// SPDX-License-Identifier: Apache-2.0
//! Administrative acts: each route of the console is one act of the guards, decided by Cedar like
//! everything else, and refused in words.

use authn::session::Session;
use countersign_authn as authn;
use countersign_authz::{Context, DeviceFacts, Facts, Question, Reason, Reference};
use countersign_directory::Permit;
use http::StatusCode;

use crate::app::House;
use crate::asking::{Answered, session_facts};
use crate::http::access::answer::step_up;
use crate::http::problem::Problem;
use crate::record::decision::Asker;

impl House {
    /// Asks whether the signed-in person may do `action` to `kind`/`id` now. The permit is the proof
    /// that the directory's operations take.
    pub async fn act(
        &self,
        session: &Session,
        action: &str,
        kind: &str,
        id: &str,
    ) -> Result<Permit, Problem> {
        let answered = self
            .ask_act(session, action, Reference::new(kind, id), Context::default())
            .await;
        answered
            .decision
            .permit()
            .ok_or_else(|| refused(&answered, action, &self.config.issuer))
    }

    /// Whether she may take something away at once that is out of hand: whoever may end the sessions of `person`,
    /// and whoever looks after the installation and so after `thing`.
    pub(crate) async fn may_take_away(
        &self,
        session: &Session,
        person: &str,
        thing: &str,
    ) -> Result<(), Problem> {
        let Err(as_officer) = self.act(session, "session.end", "user", person).await else {
            return Ok(());
        };
        // A stronger sign-in is all that she lacks: that is what she has to hear.
        if as_officer.status == StatusCode::UNAUTHORIZED.as_u16() {
            return Err(as_officer);
        }
        let as_administrator = self.act(session, "server.manage", "server", thing).await;
        as_administrator.map(|_| ()).map_err(|mut refused| {
            refused.required_roles = vec!["security_officer".to_owned(), "sysadmin".to_owned()];
            refused
        })
    }

    /// The decision behind [`House::act`], with what the question brings along.
    pub(crate) async fn ask_act(
        &self,
        session: &Session,
        action: &str,
        resource: Reference,
        context: Context,
    ) -> Answered {
        let known = self.board.facts_of(&session.id, self.now());
        let device = session.place.device.clone();
        let facts = Facts {
            session: known.as_ref().map(session_facts),
            device: device.map_or(DeviceFacts::Unknown, DeviceFacts::Registered),
            ..Facts::default()
        };
        let question = Question {
            subject: session.person.to_string(),
            action: action.to_owned(),
            resource,
            context,
        };
        let asker = Asker {
            session: Some(session.id.to_string()),
            hears_all: true,
            ..Asker::default()
        };
        self.decide(&self.snapshot(), &question, facts, asker).await
    }
}

/// The refusal in words.
pub(crate) fn refused(answered: &Answered, action: &str, issuer: &str) -> Problem {
    refused_for(answered, action, answered.decision.reason, issuer)
}

/// The refusal in the words of one of the reasons for it. Where assurance is all that is missing, it says what
/// would do (RFC 9470).
pub(crate) fn refused_for(
    answered: &Answered,
    action: &str,
    reason: Option<Reason>,
    issuer: &str,
) -> Problem {
    let mut problem = Problem::forbidden(
        reason.map_or("NOT_AVAILABLE", Reason::code),
        reason.map_or("This is not available.", Reason::user_text),
    );
    problem.decision_id = Some(answered.id.clone());
    if let Some(needed) = answered.decision.step_up {
        problem.status = StatusCode::UNAUTHORIZED.as_u16();
        "Unauthorized".clone_into(&mut problem.title);
        let mut step_up = step_up(needed, issuer);
        // The page says for what.
        step_up.url.push_str("&act=");
        step_up.url.push_str(action);
        problem.step_up = Some(step_up);
    }
    problem.required_roles = required_roles(action);
    problem
}

/// Who may do it, for the page that says so. The rule itself is a guardrail; see guard 7.
fn required_roles(action: &str) -> Vec<String> {
    let roles: &[&str] = match action {
        "audit.read" => &["auditor"],
        "console.read" => &["security_officer", "sysadmin", "auditor"],
        "decision.simulate" => &["security_officer", "auditor"],
        "server.manage" => &["sysadmin"],
        "source.try" => &["security_officer", "sysadmin"],
        _ => &["security_officer"],
    };
    roles.iter().map(|role| (*role).to_owned()).collect()
}
