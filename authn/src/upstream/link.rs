// SPDX-License-Identifier: Apache-2.0
//! Whose account somebody at a source opens. A link goes from (source, issuer, subject) to a person and
//! never changes: to move it, it is removed and made anew, and both are on record. It is made by the
//! person after a fresh sign-in, by administrators, by the word of a source that is authoritative for a
//! verified mail domain, or because the account came from that source; never by a name or an address
//! that merely look alike. With a link go the sessions that came by it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::id::PersonId;
use countersign_directory::source::Conflict;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;

use super::Claimed;
use crate::account;
use crate::assurance::Level;
use crate::happened::Happened;
use crate::secret::random_id;
use crate::session::end::{self, Reason};
use crate::session::{Session, SessionId};
use crate::store::{StoreError, accounts, upstream_links, upstream_sessions};

/// The longest issuer or subject.
pub const LONGEST: usize = 1024;
const LONGEST_LABEL: usize = 200;

/// Somebody at a source, by the names that never change.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The source.
    pub source: SourceId,
    /// The issuer as its protocol names it.
    pub issuer: String,
    /// The subject within the issuer.
    pub subject: String,
}

impl Identity {
    /// Whether it can be kept: neither name is empty or too long.
    pub fn fits(&self) -> bool {
        [&self.issuer, &self.subject]
            .iter()
            .all(|name| !name.is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control))
    }
}

impl Claimed {
    /// Who it says is here, by the names that never change.
    pub fn identity(&self) -> Identity {
        Identity {
            source: self.source.clone(),
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
        }
    }
}

/// How a link came about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// Two administrators made it.
    Administrators,
    /// The source asked, and an administrator approved it.
    Approval,
    /// The account came from the source.
    Creation,
    /// The source is authoritative for the domain of her verified address.
    Domain,
    /// She did, signed in at her account's level.
    Herself,
}

impl Made {
    /// The word in the store and the record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrators => "administrators",
            Self::Approval => "approval",
            Self::Creation => "creation",
            Self::Domain => "domain",
            Self::Herself => "herself",
        }
    }

    /// The way of that name.
    pub fn named(word: &str) -> Option<Self> {
        [
            Self::Administrators,
            Self::Approval,
            Self::Creation,
            Self::Domain,
            Self::Herself,
        ]
        .into_iter()
        .find(|made| made.word() == word)
    }
}

/// A link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    /// Its name, for lists and forms.
    pub id: String,
    /// Whose account it opens.
    pub person: PersonId,
    /// Who she is there.
    pub identity: Identity,
    /// What she is called there, for lists. Nothing is decided by it.
    pub label: String,
    /// How it came about.
    pub made: Made,
    /// The level that the latest sign-in reached.
    pub level: Option<Level>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last let her in.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Link {
    fn new(
        identity: Identity,
        person: &PersonId,
        label: &str,
        made: Made,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let label = label.chars().filter(|c| !c.is_control());
        Self {
            id: random_id(rng),
            person: person.clone(),
            label: label.take(LONGEST_LABEL).collect(),
            identity,
            made,
            level: None,
            created_at: now,
            last_used_at: None,
        }
    }

    fn tell(&self, log: &mut Happened) {
        let detail = json!({
            "link": self.id,
            "source": self.identity.source,
            "issuer": self.identity.issuer,
            "subject": self.identity.subject,
            "by": self.made.word(),
        });
        log.event("link.made", self.person.as_str(), detail);
    }
}

/// Why a link was not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LinkRefusal {
    /// That identity opens another account. It stays so.
    #[error("that identity opens another account")]
    Another,
    /// The name or address is taken, and the source's rule is to ask somebody.
    #[error("an account with that name or address is here already")]
    Taken,
    /// The account has a link to this source already.
    #[error("the account is linked to somebody else at this source already")]
    HasOne,
    /// The names are empty or too long.
    #[error("what the source calls her cannot be kept")]
    Unfit,
}

/// The accounts that an issuer's `subjects` open, by subject.
pub async fn holders(
    source: &SourceId,
    issuer: &str,
    subjects: &[&str],
    db: &mut AnyConnection,
) -> Result<BTreeMap<String, PersonId>, StoreError> {
    let links = upstream_links::of_subjects(source, issuer, subjects, db).await?;
    let held = links.into_iter().map(|link| (link.identity.subject, link.person));
    Ok(held.collect())
}

/// The account that an identity opens.
pub async fn holder(identity: &Identity, db: &mut AnyConnection) -> Result<Option<Link>, StoreError> {
    upstream_links::of_identity(identity, db).await
}

/// What a source's rule makes of one more link: which of the account's links to it have to go.
fn settle(rule: Conflict, made: Made, there: &[&Link]) -> Result<Vec<String>, LinkRefusal> {
    if made == Made::Domain {
        // An address is given to the next who has that name: where somebody there is linked already, nobody but
        // she or an administrator says that the newcomer is the same.
        return match rule {
            Conflict::Ask | Conflict::Fail => Err(LinkRefusal::Taken),
            Conflict::Add | Conflict::Replace | Conflict::Set if there.is_empty() => Ok(Vec::new()),
            Conflict::Add | Conflict::Replace | Conflict::Set => Err(LinkRefusal::HasOne),
        };
    }
    if made == Made::Approval && !there.is_empty() {
        // Nobody was asked whether the two there are one.
        return Err(LinkRefusal::HasOne);
    }
    match rule {
        Conflict::Add => Ok(Vec::new()),
        Conflict::Replace => Ok(there.iter().map(|link| link.id.clone()).collect()),
        Conflict::Ask | Conflict::Fail | Conflict::Set if there.is_empty() => Ok(Vec::new()),
        Conflict::Ask | Conflict::Fail | Conflict::Set => Err(LinkRefusal::HasOne),
    }
}

/// Links an identity to a person. The caller has seen what `made` says.
#[expect(
    clippy::too_many_arguments,
    reason = "whom to whom, why, by which rule, and the ambient things"
)]
pub async fn make(
    identity: Identity,
    person: &PersonId,
    label: &str,
    made: Made,
    rule: Conflict,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Link, LinkRefusal>, StoreError> {
    if !identity.fits() {
        return Ok(Err(LinkRefusal::Unfit));
    }
    if let Some(link) = holder(&identity, db).await? {
        if link.person == *person {
            return Ok(Ok(link));
        }
        let detail =
            json!({ "source": identity.source, "issuer": identity.issuer, "subject": identity.subject });
        log.event("link.of_another", person.as_str(), detail);
        return Ok(Err(LinkRefusal::Another));
    }
    let all = upstream_links::of_person(person, db).await?;
    let there: Vec<&Link> = all
        .iter()
        .filter(|link| link.identity.source == identity.source)
        .collect();
    let gone = match settle(rule, made, &there) {
        Ok(gone) => gone,
        Err(refusal) => return Ok(Err(refusal)),
    };
    accounts::ensure(person, now, rng, db).await?;
    for id in gone {
        remove(&id, person, Removal::Replaced, now, rng, log, db).await?;
    }
    let link = Link::new(identity, person, label, made, now, rng);
    if !upstream_links::add(&link, db).await? {
        return Ok(Err(LinkRefusal::Another));
    }
    link.tell(log);
    Ok(Ok(link))
}

/// Somebody whom a source has just brought in.
#[derive(Clone, Debug)]
pub struct Brought<'a> {
    /// Who she is there. It opens no account yet.
    pub identity: Identity,
    /// Who she is here.
    pub person: &'a PersonId,
    /// What she is called there, for lists.
    pub label: &'a str,
}

/// Links all whom a source has just brought in, in the transaction that did. Those whose names there cannot be
/// kept get no link, and are named.
pub async fn make_for_brought<'a>(
    brought: Vec<Brought<'a>>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<&'a PersonId>, StoreError> {
    let (fit, unfit): (Vec<_>, Vec<_>) = brought.into_iter().partition(|one| one.identity.fits());
    let people: Vec<&PersonId> = fit.iter().map(|one| one.person).collect();
    accounts::ensure_all(&people, now, rng, db).await?;
    let links: Vec<Link> = fit
        .into_iter()
        .map(|one| Link::new(one.identity, one.person, one.label, Made::Creation, now, rng))
        .collect();
    if upstream_links::add_all(&links, db).await? != links.len() as u64 {
        // Whom they open is not to be guessed.
        return Err(StoreError::Row {
            table: "upstream_links",
            column: "subject",
        });
    }
    for link in &links {
        link.tell(log);
    }
    Ok(unfit.into_iter().map(|one| one.person).collect())
}

/// Why a link is taken away.
#[derive(Clone, Copy, Debug)]
pub enum Removal<'a> {
    /// An administrator did it.
    Administrator,
    /// She did, in this session, which stays: she has just proved in it who she is.
    Herself(&'a SessionId),
    /// Another took its place.
    Replaced,
}

impl Removal<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::Administrator => "by an administrator",
            Self::Herself(_) => "by herself",
            Self::Replaced => "replaced",
        }
    }
}

/// Takes a link of hers away on her own word, unless it is her last way to sign in. `false`: it stays.
pub async fn remove_own(
    id: &str,
    session: &Session,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let person = &session.person;
    let others = upstream_links::of_person(person, db)
        .await?
        .into_iter()
        .filter(|link| link.id != id)
        .count();
    if others == 0 && !account::ways(person, db).await?.is_any() {
        return Ok(false);
    }
    remove(id, person, Removal::Herself(&session.id), now, rng, log, db).await
}

/// Takes a link away, and ends the sessions that came by it. `false`: there is none.
pub async fn remove(
    id: &str,
    person: &PersonId,
    why: Removal<'_>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let Some(Link { identity, .. }) = upstream_links::remove(id, person, db).await? else {
        return Ok(false);
    };
    let subject = Some(identity.subject.as_str());
    let came =
        upstream_sessions::that_came_from(&identity.source, &identity.issuer, subject, None, db).await?;
    let mut over = 0_usize;
    for session in came {
        let stays = matches!(why, Removal::Herself(own) if *own == session);
        if !stays && end::end(&session, Reason::Unlinked, now, rng, log, db).await? {
            over += 1;
        }
    }
    let detail = json!({ "link": id, "source": identity.source, "reason": why.word(), "sessions": over });
    log.event("link.removed", person.as_str(), detail);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    fn link() -> Link {
        Link {
            id: "one".into(),
            person: "anna".parse().unwrap(),
            identity: Identity {
                source: "mod".parse().unwrap(),
                issuer: "https://id.mod.example".into(),
                subject: "s-1".into(),
            },
            label: "Anna".into(),
            made: Made::Herself,
            level: None,
            created_at: noon(),
            last_used_at: None,
        }
    }

    #[test]
    fn the_rule_for_a_second_link_is_the_sources() {
        let one = link();
        for made in [Made::Administrators, Made::Creation, Made::Herself] {
            assert_eq!(settle(Conflict::Add, made, &[&one]), Ok(Vec::new()));
            assert_eq!(
                settle(Conflict::Replace, made, &[&one]),
                Ok(vec!["one".to_owned()])
            );
            assert_eq!(settle(Conflict::Set, made, &[&one]), Err(LinkRefusal::HasOne));
            assert_eq!(settle(Conflict::Set, made, &[]), Ok(Vec::new()));
            for rule in [Conflict::Ask, Conflict::Fail] {
                assert_eq!(settle(rule, made, &[&one]), Err(LinkRefusal::HasOne));
                assert_eq!(settle(rule, made, &[]), Ok(Vec::new()));
            }
        }
    }

    /// Whoever approves that somebody is this person says nothing about another who is linked there already.
    #[test]
    fn an_approval_links_beside_nobody() {
        let one = link();
        let rules = [
            Conflict::Add,
            Conflict::Ask,
            Conflict::Fail,
            Conflict::Replace,
            Conflict::Set,
        ];
        for rule in rules {
            assert_eq!(settle(rule, Made::Approval, &[&one]), Err(LinkRefusal::HasOne));
            assert_eq!(settle(rule, Made::Approval, &[]), Ok(Vec::new()));
        }
        assert_eq!(settle(Conflict::Ask, Made::Domain, &[]), Err(LinkRefusal::Taken));
    }

    /// An address that was given to somebody else there takes no account over, whatever the rule.
    #[test]
    fn an_address_alone_comes_neither_beside_nor_in_the_place_of_somebody_linked() {
        let one = link();
        for rule in [Conflict::Add, Conflict::Replace, Conflict::Set] {
            assert_eq!(settle(rule, Made::Domain, &[&one]), Err(LinkRefusal::HasOne));
            assert_eq!(settle(rule, Made::Domain, &[]), Ok(Vec::new()));
        }
        assert!(settle(Conflict::Fail, Made::Domain, &[&one]).is_err());
    }

    /// O6: where nobody has said otherwise, a source's word on an address links nothing.
    #[test]
    fn o6_a_taken_address_links_nothing_as_shipped() {
        assert_eq!(
            settle(Conflict::default(), Made::Domain, &[]),
            Err(LinkRefusal::Taken)
        );
        assert_eq!(settle(Conflict::default(), Made::Herself, &[]), Ok(Vec::new()));
    }

    #[test]
    fn a_subject_that_cannot_be_kept_is_none() {
        for subject in [String::new(), "a\u{0}b".to_owned(), "x".repeat(LONGEST + 1)] {
            let identity = Identity {
                subject,
                ..link().identity
            };
            assert!(!identity.fits());
        }
    }
}
