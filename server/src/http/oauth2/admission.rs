// SPDX-License-Identifier: Apache-2.0
//! Whether a person may be signed in at a client, and how strongly: asked at every authorization, with a page
//! or without, and at every refresh. The least level comes from authz and is handed to authn as a value.

use authn::assurance::Level;
use authn::oidc::client::ClientRecord;
use authn::session::Session;
use countersign_authn as authn;
use countersign_authz::{Facts, signin_requirement};
use countersign_directory::{ConnectedServer, Person, PersonId};

use crate::app::House;
use crate::asking::server_question::device_facts;

/// The least level of this person there: the strictest of what the client's record, her offices, and the
/// highest of what she takes part in at that server ask for.
pub(crate) fn required(house: &House, client: &ClientRecord, session: &Session, person: &Person) -> Level {
    required_of(house, client, &session.person, person)
}

/// The same before there is a session.
pub(crate) fn required_of(house: &House, client: &ClientRecord, id: &PersonId, person: &Person) -> Level {
    let by_office = person
        .roles
        .iter()
        .filter_map(|role| house.config.provider.role_levels.get(role).copied());
    let least = by_office.chain([client.level]).max().unwrap_or(Level::Aal3);
    let Some(server) = &client.server else {
        return least;
    };
    let snapshot = house.snapshot();
    let needed = signin_requirement(&snapshot, house.schemes, id.as_str(), server.as_str());
    least.max(Level::from_aal(needed.aal).unwrap_or(Level::Aal3))
}

/// Why she may not be signed in there, however strongly.
pub(crate) fn refused(
    house: &House,
    client: &ClientRecord,
    session: &Session,
    person: &Person,
) -> Option<&'static str> {
    let admits = client.admits.as_ref();
    if admits.is_some_and(|admits| !admits.person(person)) {
        return Some("this person may not use this application");
    }
    let snapshot = house.snapshot();
    let id = client.server.as_ref()?;
    let Some(server) = snapshot.server(id.as_str()) else {
        return Some("the server of this application is not connected any more");
    };
    if !server.sees_person(&session.person) {
        return Some("this person may not use this application");
    }
    (!may_enter_from(house, server, session))
        .then_some("this device may not be used for what you take part in there")
}

/// Whether the device may be used for the highest of what she takes part in at that server.
fn may_enter_from(house: &House, server: &ConnectedServer, session: &Session) -> bool {
    let snapshot = house.snapshot();
    let person = session.person.as_str();
    let needed = signin_requirement(&snapshot, house.schemes, person, server.id.as_str());
    let now = house.now();
    let facts = Facts {
        device: device_facts(session.place.device.clone().into(), server, now),
        ..Facts::default()
    };
    needed.unmet(&snapshot, house.schemes, &facts, now).is_none()
}
