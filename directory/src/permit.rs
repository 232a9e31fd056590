// SPDX-License-Identifier: Apache-2.0
//! The proof that an act was allowed, carried as a parameter by every operation that changes or
//! grants. A function that takes a [`Permit`] cannot be called by forgetting to ask.

use crate::{PersonId, ServerId, SourceId};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A program that is no chat server, by the name of its client.
    Client(String),
    /// Somebody who has not signed in, e.g. who tries to.
    Nobody,
    /// Somebody with access to the machine: the command line.
    Operator,
    /// A signed-in person.
    Person(PersonId),
    /// A connected server, within its scope.
    Server(ServerId),
    /// A source of people, within its cap.
    Source(SourceId),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Nobody => f.write_str("nobody"),
            Self::Operator => f.write_str("operator"),
            Self::Person(id) => write!(f, "user:{id}"),
            Self::Server(id) => write!(f, "server:{id}"),
            Self::Source(id) => write!(f, "source:{id}"),
        }
    }
}

/// One allowed act: who, what, on what. It fits no other act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    by: Actor,
    action: String,
    resource: String,
    approved_by: Option<PersonId>,
}

/// The permit in hand is for something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the permit does not cover `{action}` on `{resource}`")]
pub struct PermitError {
    action: String,
    resource: String,
}

impl Permit {
    /// What a person was allowed. Only authz calls this, with a decision in hand; `approved_by` is
    /// the second person whose stored approval counted.
    pub fn granted(
        person: PersonId,
        action: impl Into<String>,
        resource: impl Into<String>,
        approved_by: Option<PersonId>,
    ) -> Self {
        Self {
            by: Actor::Person(person),
            action: action.into(),
            resource: resource.into(),
            approved_by,
        }
    }

    /// Everything that the command line may do: whoever can write the store's files needs no
    /// decision, and the record says that it was the operator.
    pub fn operator() -> Self {
        Self {
            by: Actor::Operator,
            action: String::new(),
            resource: String::new(),
            approved_by: None,
        }
    }

    /// What an authenticated connected server may do within its own record's scope, which each
    /// operation checks.
    pub fn server(server: ServerId) -> Self {
        Self {
            by: Actor::Server(server),
            action: String::new(),
            resource: String::new(),
            approved_by: None,
        }
    }

    /// What a source may do within its cap, which [`crate::source::apply`] checks; it covers no other act.
    /// `approved_by` is who approved that somebody new is let in, where the source needs that.
    pub fn source(source: SourceId, approved_by: Option<PersonId>) -> Self {
        Self {
            by: Actor::Source(source),
            action: String::new(),
            resource: String::new(),
            approved_by,
        }
    }

    /// Who acts.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// The second person, where one was asked.
    pub fn approved_by(&self) -> Option<&PersonId> {
        self.approved_by.as_ref()
    }

    /// Fails unless a person was allowed exactly this, or it is the operator who acts.
    pub fn covers(&self, action: &str, resource: &str) -> Result<(), PermitError> {
        let covered = match &self.by {
            Actor::Operator => true,
            Actor::Person(_) => self.action == action && self.resource == resource,
            Actor::Client(_) | Actor::Nobody | Actor::Server(_) | Actor::Source(_) => false,
        };
        if covered {
            Ok(())
        } else {
            Err(PermitError {
                action: action.to_owned(),
                resource: resource.to_owned(),
            })
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "these tests are about what was minted")]
mod tests {
    use super::*;

    #[test]
    fn a_permit_fits_no_other_act() {
        let permit = Permit::granted("judy".parse().unwrap(), "user.revoke", "bob", None);
        assert!(permit.covers("user.revoke", "bob").is_ok());
        assert!(permit.covers("user.revoke", "alice").is_err());
        assert!(permit.covers("person.manage", "bob").is_err());
        assert!(Permit::operator().covers("user.revoke", "alice").is_ok());
        assert!(
            Permit::server("demo".parse().unwrap())
                .covers("user.revoke", "bob")
                .is_err()
        );
        let source = Permit::source("mod".parse().unwrap(), None);
        assert!(source.covers("user.revoke", "bob").is_err());
        assert_eq!(source.by().to_string(), "source:mod");
    }
}
