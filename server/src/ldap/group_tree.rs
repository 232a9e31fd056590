// SPDX-License-Identifier: Apache-2.0
//! The groups of a directory: all of them for a full reading, or those above one person.

use countersign_directory::ldap::dn::Dn;
use countersign_directory::ldap::entry::{Bad, Raw};
use countersign_directory::ldap::filter;
use countersign_directory::ldap::groups::{Climb, Graph, Group};
use countersign_directory::ldap::settings::{Groups, Settings};
use countersign_directory::ldap::sum;
use countersign_directory::ldap::sync::BadEntry;
use ldap3::Scope;

use super::connection::{Connection, LdapFault, Search};
use super::paging::Pages;

/// Groups whose holders are asked for in one question.
const TOGETHER: usize = 50;
/// The most groups that one such question may find.
const MOST_FOUND: usize = 2_000;
/// The most memory that who is in which group may take.
const MOST_HELD: usize = 1024 * 1024 * 1024;

/// The groups of a directory, and a mark that differs when any of them did.
#[derive(Debug, Default)]
pub struct Tree {
    /// Who is in which.
    pub graph: Graph,
    /// Changes with them.
    pub mark: [u8; 32],
    /// Groups of which something could not be used, and what.
    pub bad: Vec<BadEntry>,
}

/// All groups with their members. `with_members` false: only the mark is made.
pub async fn all(
    settings: &Settings,
    with_members: bool,
    connection: &mut Connection,
) -> Result<Tree, LdapFault> {
    let Some(groups) = &settings.groups else {
        return Ok(Tree::default());
    };
    let mut attributes = vec![groups.name.as_str(), settings.subject.attribute()];
    attributes.extend(settings.flavour.marks());
    if with_members {
        attributes.push(settings.flavour.member_of().unwrap_or(&groups.member));
    }
    let search = Search {
        base: groups.base.as_str(),
        scope: Scope::Subtree,
        filter: groups.filter.as_str(),
        attributes: &attributes,
    };
    let mut tree = Tree::default();
    let mut sums = Vec::new();
    let mut held = 0_usize;
    let mut pages = Pages::of(search, settings.page);
    while let Some(page) = pages.next(connection).await? {
        for raw in &page {
            sums.push(mark_of(raw, settings));
            if with_members {
                held = held.saturating_add(raw.cost());
                note(raw, groups, settings, &mut tree);
            }
        }
        if held > MOST_HELD {
            return Err(connection.too_large(MOST_HELD));
        }
    }
    sums.sort_unstable();
    tree.mark = sum(sums.iter().map(<[u8; 32]>::as_slice));
    Ok(tree)
}

/// The groups of one entry, with those above where they count. `graph` is that of [`all`].
pub fn of_entry(raw: &Raw, settings: &Settings, graph: &Graph) -> Result<Vec<Group>, Bad> {
    let Some(groups) = &settings.groups else {
        return Ok(Vec::new());
    };
    let direct = match settings.flavour.member_of() {
        Some(attribute) => raw.names(attribute)?,
        None => graph.direct(&raw.dn.parse()?).to_vec(),
    };
    let direct = graph.counting(&direct);
    let all = if groups.nested {
        graph.above(&direct)?
    } else {
        sorted(direct)
    };
    Ok(graph.named(&all))
}

/// The groups of one person, asked for level by level.
pub async fn of_person(
    raw: &Raw,
    settings: &Settings,
    connection: &mut Connection,
) -> Result<Result<Vec<Group>, Bad>, LdapFault> {
    let Some(groups) = &settings.groups else {
        return Ok(Ok(Vec::new()));
    };
    let dn: Dn = match raw.dn.parse() {
        Ok(dn) => dn,
        Err(bad) => return Ok(Err(bad.into())),
    };
    let mut graph = Graph::default();
    let direct = match holders(&[dn], groups, &mut graph, connection).await? {
        Ok(direct) => direct,
        Err(bad) => return Ok(Err(bad)),
    };
    if !groups.nested {
        return Ok(Ok(graph.named(&sorted(direct))));
    }
    let mut climb = Climb::from(direct.as_slice());
    while let Some(level) = climb.next_level() {
        match holders(&level, groups, &mut graph, connection).await? {
            Ok(found) => climb.found(&found),
            Err(bad) => return Ok(Err(bad)),
        }
    }
    Ok(climb.finish().map(|all| graph.named(&all)))
}

/// The groups that hold one of these.
async fn holders(
    members: &[Dn],
    groups: &Groups,
    graph: &mut Graph,
    connection: &mut Connection,
) -> Result<Result<Vec<Dn>, Bad>, LdapFault> {
    let attributes = [groups.name.as_str()];
    let mut found = Vec::new();
    for some in members.chunks(TOGETHER) {
        let any: Vec<String> = some
            .iter()
            .map(|member| format!("({}={})", groups.member, filter::escape(member.as_str())))
            .collect();
        let filter = format!("(&{}(|{}))", groups.filter.as_str(), any.concat());
        let search = Search {
            base: groups.base.as_str(),
            scope: Scope::Subtree,
            filter: &filter,
            attributes: &attributes,
        };
        let entries = connection.few(&search, MOST_FOUND).await?;
        if entries.len() >= MOST_FOUND {
            return Ok(Err(Bad::Groups));
        }
        for raw in entries {
            match named(&raw, groups) {
                Ok((dn, name)) => {
                    graph.counts(&dn, name);
                    found.push(dn);
                }
                // As in a full reading, which reports it.
                Err(bad) => tracing::warn!(group = raw.dn, error = %bad, "a group is left out"),
            }
        }
    }
    Ok(Ok(found))
}

/// Notes a group. One that cannot be used is left out: nobody has anything by it. A value that names no member is
/// left out alone: nobody is met under it. Either way it is told, and the other groups count.
fn note(raw: &Raw, groups: &Groups, settings: &Settings, tree: &mut Tree) {
    let mut told = |reason: String| {
        tracing::warn!(
            group = raw.dn,
            reason,
            "a group of a directory cannot be used as it is"
        );
        tree.bad.push(BadEntry {
            dn: raw.dn.clone(),
            reason,
        });
    };
    let (members_of, is_upwards) = match settings.flavour.member_of() {
        Some(attribute) => (attribute, true),
        None => (groups.member.as_str(), false),
    };
    let read = named(raw, groups).and_then(|named| Ok((named, raw.names_among(members_of)?)));
    let ((dn, name), (others, unreadable)) = match read {
        Ok(read) => read,
        Err(bad) => return told(format!("the group is left out: {bad}")),
    };
    if name.is_none() {
        let attribute = &groups.name;
        told(format!(
            "the group has no readable `{attribute}`: rules see its distinguished name alone"
        ));
    }
    if unreadable > 0 {
        told(format!(
            "values of `{members_of}` that are no distinguished names, and name nobody: {unreadable}"
        ));
    }
    tree.graph.counts(&dn, name);
    for other in &others {
        if is_upwards {
            tree.graph.holds(other, &dn);
        } else {
            tree.graph.holds(&dn, other);
        }
    }
}

/// What a group is called, for good and by people.
fn named<'a>(raw: &'a Raw, groups: &Groups) -> Result<(Dn, Option<&'a str>), Bad> {
    let dn: Dn = raw.dn.parse()?;
    if !dn.is_within(&groups.base) {
        return Err(Bad::Outside);
    }
    Ok((dn, raw.text(&groups.name)))
}

fn sorted(mut groups: Vec<Dn>) -> Vec<Dn> {
    groups.sort_by_cached_key(Dn::key);
    groups.dedup();
    groups
}

fn mark_of(raw: &Raw, settings: &Settings) -> [u8; 32] {
    let marks = settings
        .flavour
        .marks()
        .iter()
        .flat_map(|mark| raw.values(mark).unwrap_or_default());
    let parts = marks.map(Vec::as_slice).chain([raw.dn.as_bytes()]);
    sum(parts)
}

#[cfg(test)]
mod tests {
    use countersign_directory::source::Source;
    use serde_json::json;

    use super::*;

    fn settings(flavour: &str) -> Settings {
        let source: Source = serde_json::from_value(json!({
            "id": "agency", "name": "Agency", "protocol": {"ldap": {"urls": ["ldaps://one.example"],
                "authorities": "pem", "base": "ou=people,dc=x", "flavour": flavour,
                "groups": {"base": "ou=groups,dc=x"}}},
        }))
        .unwrap();
        Settings::of(&source).unwrap().unwrap()
    }

    fn raw(dn: &str, attributes: &[(&str, &[&str])]) -> Raw {
        let owned = |(name, values): &(&str, &[&str])| {
            let values = values.iter().map(|value| value.as_bytes().to_vec()).collect();
            ((*name).to_owned(), values)
        };
        Raw {
            dn: dn.to_owned(),
            attributes: attributes.iter().map(owned).collect(),
        }
    }

    fn noted(settings: &Settings, raws: &[Raw]) -> Tree {
        let mut tree = Tree::default();
        let groups = settings.groups.as_ref().unwrap();
        for raw in raws {
            note(raw, groups, settings, &mut tree);
        }
        tree
    }

    fn of(who: &str, settings: &Settings, tree: &Tree) -> Vec<String> {
        let groups = of_entry(&raw(who, &[]), settings, &tree.graph).unwrap();
        groups.iter().map(|group| group.shown().to_owned()).collect()
    }

    #[test]
    fn a_value_that_names_nobody_leaves_the_group_as_it_is_and_is_told() {
        let settings = settings("openldap");
        let members = ["uid=anna,ou=people,dc=x", "anna", "uid=,=x"];
        let staff = raw(
            "cn=staff,ou=groups,dc=x",
            &[("cn", &["staff"]), ("member", &members)],
        );
        let tree = noted(&settings, &[staff]);
        assert_eq!(of("uid=anna,ou=people,dc=x", &settings, &tree), ["staff"]);
        assert_eq!(tree.bad.len(), 1);
        assert_eq!(
            tree.bad[0].reason,
            "values of `member` that are no distinguished names, and name nobody: 2"
        );
    }

    #[test]
    fn a_group_that_cannot_be_used_is_left_out_and_the_others_count() {
        let settings = settings("openldap");
        let anna: &[&str] = &["uid=anna,ou=people,dc=x"];
        let tree = noted(
            &settings,
            &[
                raw("no name", &[("cn", &["a"]), ("member", anna)]),
                raw("cn=elsewhere,dc=x", &[("cn", &["elsewhere"]), ("member", anna)]),
                raw(
                    "cn=part,ou=groups,dc=x",
                    &[("cn", &["part"]), ("member;range=0-1", anna)],
                ),
                raw("cn=good,ou=groups,dc=x", &[("cn", &["good"]), ("member", anna)]),
            ],
        );
        assert_eq!(of(anna[0], &settings, &tree), ["good"]);
        assert_eq!(tree.bad.len(), 3);
        assert!(
            tree.bad
                .iter()
                .all(|bad| bad.reason.starts_with("the group is left out: "))
        );
    }
}
