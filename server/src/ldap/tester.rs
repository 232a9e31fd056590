// SPDX-License-Identifier: Apache-2.0
//! The steps of a directory in the test of a source, from where TLS leaves off: let in, people found, one
//! of them looked up with her groups. No password of a person is tried.

use countersign_directory::PersonId;
use countersign_directory::ldap::account::{self, Standing};
use countersign_directory::ldap::bind::Refusal;
use countersign_directory::ldap::entry::Raw;
use countersign_directory::ldap::groups::Group;
use countersign_directory::source::Source;
use countersign_directory::store::source_entries;

use super::connection::{Connection, LdapFault};
use super::desk::Desk;
use super::group_tree;
use super::sign_in::reader;
use crate::app::House;
use crate::asking::check::Line;
use crate::sources::test::Probed;

/// Looks at what lies behind TLS.
pub async fn look(house: &House, source: &Source, person: Option<&str>) -> Probed {
    let mut probed = Probed::default();
    let desk = match house.directory(source) {
        Ok(desk) => desk,
        Err(fault) => {
            probed.lines.push(Line::fail(
                "settings",
                fault.to_string(),
                "correct that part of the record",
            ));
            return probed;
        }
    };
    let mut lent = match desk.borrow_to_look().await {
        Ok(lent) => lent,
        Err(fault) => {
            probed.lines.push(not_let_in(&fault));
            return probed;
        }
    };
    let whom = desk.settings().bind_dn.as_deref().unwrap_or("nobody");
    probed.lines.push(Line::ok("bind", format!("let in as `{whom}`")));
    let looked = match person {
        None => anybody(&desk, &mut lent.connection)
            .await
            .map(|line| probed.lines.push(line)),
        Some(name) => somebody(house, source, &desk, &mut lent.connection, name, &mut probed).await,
    };
    if let Err(fault) = looked {
        probed.lines.push(Line::fail(
            "search",
            fault.to_string(),
            "see that `base` is there and may be read",
        ));
    }
    lent.give_back();
    probed
}

/// Why we are not let in, and who can mend that.
fn not_let_in(fault: &LdapFault) -> Line {
    let LdapFault::Bind { server, dn, refusal } = fault else {
        let mend = "the lines above say whether it is the way there; else the directory's own log does";
        return Line::fail("bind", fault.to_string(), mend);
    };
    let mend = match refusal {
        Refusal::Wrong => {
            "correct `bind_dn` or its password in the record; until then it is tried every 5 minutes and no more \
             often, lest the account be locked"
        }
        Refusal::Locked => "have the account unlocked in the directory, then see who else uses its password",
        Refusal::PasswordExpired | Refusal::MustChangePassword => {
            "have its password changed in the directory, and put the new one into the record"
        }
        Refusal::AccountExpired | Refusal::Disabled => "have the account opened in the directory",
        Refusal::NotHere | Refusal::NotNow => "have the account allowed from this machine, and at any hour",
    };
    Line::fail(
        "bind",
        format!("`{server}` does not let us in as `{dn}`: {refusal}"),
        mend,
    )
}

/// Whether there are people at all, and whether they have lasting names.
async fn anybody(desk: &Desk, connection: &mut Connection) -> Result<Line, LdapFault> {
    let settings = desk.settings();
    let some = connection.people(settings, settings.people.as_str(), 5).await?;
    let mend = "see that `base` and `filter` find people, and that the account may read them";
    let Some(first) = some.first() else {
        return Ok(Line::fail(
            "search",
            format!("nobody below `{}`", settings.base),
            mend,
        ));
    };
    Ok(match reader(settings).read(first, &[]) {
        Ok(_) => Line::ok("search", "people are found, and each has a lasting name"),
        Err(bad) => Line::fail(
            "search",
            format!("`{}`: {bad}", first.dn),
            "see that the account may read it",
        ),
    })
}

async fn somebody(
    house: &House,
    source: &Source,
    desk: &Desk,
    connection: &mut Connection,
    name: &str,
    probed: &mut Probed,
) -> Result<(), LdapFault> {
    let settings = desk.settings();
    let Some(login) = &settings.login else {
        let mend = "name the attributes of which one is what she types: `login`";
        probed.lines.push(Line::warn(
            "search",
            "nobody is looked up by a name: `login` is empty",
            mend,
        ));
        return Ok(());
    };
    let filter = login
        .with_name(name)
        .map_err(|cause| LdapFault::Settings(cause.to_string()))?;
    let found = connection.people(settings, filter.as_str(), 2).await?;
    let [raw] = found.as_slice() else {
        let (what, mend) = if found.is_empty() {
            (
                "nobody has this name",
                "see `base`, `filter` and `login`, and how she writes her name",
            )
        } else {
            (
                "several have this name: none of them can sign in by it",
                "take an attribute off `login` in which names repeat",
            )
        };
        probed.lines.push(Line::fail("search", what, mend));
        return Ok(());
    };
    probed.lines.push(Line::ok("search", format!("`{}`", raw.dn)));
    probed.lines.push(standing(raw, house));
    let groups = match group_tree::of_person(raw, settings, connection).await? {
        Ok(groups) => groups,
        Err(bad) => {
            probed.lines.push(Line::fail(
                "groups",
                bad.to_string(),
                "correct `groups`, or the groups themselves",
            ));
            return Ok(());
        }
    };
    if settings.groups.is_some() {
        let names: Vec<&str> = groups.iter().map(Group::shown).take(20).collect();
        probed.lines.push(if names.is_empty() {
            Line::warn(
                "groups",
                "none",
                "see `groups.base`, `groups.filter` and `groups.member`, if she is in some",
            )
        } else {
            Line::ok("groups", format!("{}: {}", groups.len(), names.join(", ")))
        });
    }
    match reader(settings).read(raw, &groups) {
        Ok(entry) => {
            for dropped in &entry.dropped {
                probed.lines.push(Line::warn(
                    "entry",
                    dropped.to_string(),
                    "it is left out; correct it in the directory",
                ));
            }
            probed.person = known(house, source, &entry.subject).await;
            probed.attributes = Some(entry.attributes);
        }
        Err(bad) => probed.lines.push(Line::fail(
            "entry",
            bad.to_string(),
            "correct the entry, or the rights of the account",
        )),
    }
    Ok(())
}

fn standing(raw: &Raw, house: &House) -> Line {
    match account::standing(raw, house.now()) {
        Standing::Active {
            must_change_password: true,
            ..
        } => Line::warn(
            "account",
            "good, but its password must be changed before anybody signs in with it",
            "have her change it in the directory",
        ),
        Standing::Active {
            until: Some(until), ..
        } => Line::ok("account", format!("good until {until}")),
        Standing::Active { .. } => Line::ok("account", "good"),
        Standing::Closed(why) => Line::warn(
            "account",
            why.to_string(),
            "open it in the directory, if that is wrong",
        ),
    }
}

/// Who she is here, where she was brought in.
async fn known(house: &House, source: &Source, subject: &str) -> Option<PersonId> {
    let mut db = house.database.pool.acquire().await.ok()?;
    let known = source_entries::among(&source.id, &[subject], &mut db)
        .await
        .ok()?;
    known.into_values().next().map(|applied| applied.person)
}
