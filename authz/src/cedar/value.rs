// SPDX-License-Identifier: Apache-2.0
//! The facts as values, borrowed from the world: what compiled conditions read, and what Cedar's own
//! values are made of. One description serves both.

use std::borrow::Cow;
use std::collections::BTreeSet;

use cedar_policy::RestrictedExpression;
use chrono::{DateTime, Utc};

use super::request::Unbuildable;

macro_rules! fields {
    ($($name:ident $text:literal,)+) => {
        /// An attribute of `policies/schema.cedarschema`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($name,)+ }

        impl Field {
            /// Its name in the schema.
            pub(super) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The attribute of that name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

fields! {
    Aal "aal",
    About "about",
    Active "active",
    Administration "administration",
    Agency "agency",
    Agreement "agreement",
    AnyNationality "any_nationality",
    Approver "approver",
    Asked "asked",
    Audience "audience",
    BlockedLocations "blocked_locations",
    Briefing "briefing",
    Briefings "briefings",
    BriefingsAccepted "briefings_accepted",
    ByClearance "by_clearance",
    ByRecipients "by_recipients",
    Channel "channel",
    ClosedList "closed_list",
    Compartments "compartments",
    ContractUntil "contract_until",
    Covers "covers",
    DenyUnrecorded "deny_unrecorded",
    Device "device",
    Drift "drift",
    EmergencyMembership "emergency_membership",
    ExternalsAllowed "externals_allowed",
    Foreign "foreign",
    From "from",
    Here "here",
    Holds "holds",
    Id "id",
    IdleFor "idle_for",
    IndustryAllowed "industry_allowed",
    IndustryContract "industry_contract",
    Kind "kind",
    Label "label",
    Lapsed "lapsed",
    Lasts "lasts",
    Listed "listed",
    Location "location",
    Managed "managed",
    ManagedDevice "managed_device",
    Member "member",
    MembersNotCleared "members_not_cleared",
    Missions "missions",
    Moved "moved",
    NamesOwners "names_owners",
    NationalsOnly "nationals_only",
    Nationalities "nationalities",
    Nations "nations",
    NewLabel "new_label",
    Node "node",
    NotBefore "not_before",
    Now "now",
    Open "open",
    Originators "originators",
    OwnBriefingOnly "own_briefing_only",
    Owner "owner",
    OwnerAcceptsUpward "owner_accepts_upward",
    Place "place",
    Rank "rank",
    Reachable "reachable",
    Recipient "recipient",
    RecordAvailable "record_available",
    Rejected "rejected",
    ReportedAgo "reported_ago",
    Requester "requester",
    Revoked "revoked",
    Roles "roles",
    Rules "rules",
    SameSchemeDevices "same_scheme_devices",
    Scheme "scheme",
    Sent "sent",
    SentFaults "sent_faults",
    Server "server",
    Session "session",
    SignedInFor "signed_in_for",
    Sponsored "sponsored",
    Stake "stake",
    Standing "standing",
    State "state",
    Suspended "suspended",
    Target "target",
    TargetAsked "target_asked",
    There "there",
    To "to",
    Used "used",
    ValidFrom "valid_from",
    ValidUntil "valid_until",
}

impl Field {
    /// Whether its number grows by one with each millisecond that passes.
    pub(super) fn is_clock(self) -> bool {
        matches!(
            self,
            Self::IdleFor | Self::Now | Self::ReportedAgo | Self::SignedInFor
        )
    }
}

/// A fact.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Bool(bool),
    Long(i64),
    Record(Record<'a>),
    Text(&'a str),
    Texts(Texts<'a>),
}

/// A set of texts.
#[derive(Debug, Clone)]
pub(super) enum Texts<'a> {
    /// In no order, perhaps with repeats.
    Few(Vec<Cow<'a, str>>),
    /// As the label holds them.
    Sorted(&'a BTreeSet<String>),
}

/// Facts by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Record<'a>(Vec<(Field, Value<'a>)>);

impl<'a> Record<'a> {
    pub(super) fn put(&mut self, field: Field, value: Value<'a>) -> &mut Self {
        self.0.push((field, value));
        self
    }

    pub(super) fn record(&mut self, field: Field, value: Record<'a>) -> &mut Self {
        self.put(field, Value::Record(value))
    }

    /// Left out when there is none.
    pub(super) fn record_if(&mut self, field: Field, value: Option<Record<'a>>) -> &mut Self {
        if let Some(value) = value {
            self.record(field, value);
        }
        self
    }

    pub(super) fn bool(&mut self, field: Field, value: bool) -> &mut Self {
        self.put(field, Value::Bool(value))
    }

    pub(super) fn long(&mut self, field: Field, value: impl Into<i64>) -> &mut Self {
        self.put(field, Value::Long(value.into()))
    }

    pub(super) fn moment(&mut self, field: Field, value: DateTime<Utc>) -> &mut Self {
        self.long(field, value.timestamp_millis())
    }

    pub(super) fn moment_if(&mut self, field: Field, value: Option<DateTime<Utc>>) -> &mut Self {
        if let Some(value) = value {
            self.moment(field, value);
        }
        self
    }

    pub(super) fn text(&mut self, field: Field, value: &'a str) -> &mut Self {
        self.put(field, Value::Text(value))
    }

    pub(super) fn text_if(&mut self, field: Field, value: Option<&'a str>) -> &mut Self {
        if let Some(value) = value {
            self.text(field, value);
        }
        self
    }

    pub(super) fn texts(&mut self, field: Field, values: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let values = values.into_iter().map(Cow::Borrowed).collect();
        self.put(field, Value::Texts(Texts::Few(values)))
    }

    pub(super) fn owned(&mut self, field: Field, values: impl IntoIterator<Item = String>) -> &mut Self {
        let values = values.into_iter().map(Cow::Owned).collect();
        self.put(field, Value::Texts(Texts::Few(values)))
    }

    pub(super) fn sorted(&mut self, field: Field, values: &'a BTreeSet<String>) -> &mut Self {
        self.put(field, Value::Texts(Texts::Sorted(values)))
    }

    /// A fact, if it is there.
    pub(super) fn find(&self, field: Field) -> Option<&Value<'a>> {
        self.0
            .iter()
            .find_map(|(held, value)| (*held == field).then_some(value))
    }

    /// As Cedar takes them.
    pub(super) fn to_cedar(&self) -> Result<Vec<(String, RestrictedExpression)>, Unbuildable> {
        let named = |(field, value): &(Field, Value<'a>)| Ok((field.as_str().to_owned(), value.to_cedar()?));
        self.0.iter().map(named).collect()
    }
}

impl Value<'_> {
    fn to_cedar(&self) -> Result<RestrictedExpression, Unbuildable> {
        Ok(match self {
            Self::Bool(value) => RestrictedExpression::new_bool(*value),
            Self::Long(value) => RestrictedExpression::new_long(*value),
            Self::Record(record) => {
                RestrictedExpression::new_record(record.to_cedar()?).map_err(|_| Unbuildable)?
            }
            Self::Text(text) => RestrictedExpression::new_string((*text).to_owned()),
            Self::Texts(texts) => RestrictedExpression::new_set(
                texts
                    .iter()
                    .map(|text| RestrictedExpression::new_string(text.to_owned())),
            ),
        })
    }
}

impl Texts<'_> {
    pub(super) fn iter(&self) -> TextsIter<'_> {
        match self {
            Self::Few(texts) => TextsIter::Few(texts.iter()),
            Self::Sorted(texts) => TextsIter::Sorted(texts.iter()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Few(texts) => texts.is_empty(),
            Self::Sorted(texts) => texts.is_empty(),
        }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        match self {
            Self::Few(texts) => texts.iter().any(|held| held == text),
            Self::Sorted(texts) => texts.contains(text),
        }
    }
}

/// The texts of a set, one by one.
pub(super) enum TextsIter<'t> {
    Few(std::slice::Iter<'t, Cow<'t, str>>),
    Sorted(std::collections::btree_set::Iter<'t, String>),
}

impl<'t> Iterator for TextsIter<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        match self {
            Self::Few(texts) => texts.next().map(AsRef::as_ref),
            Self::Sorted(texts) => texts.next().map(String::as_str),
        }
    }
}
