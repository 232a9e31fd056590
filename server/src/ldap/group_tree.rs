// SPDX-License-Identifier: Apache-2.0
//! The groups of a directory: all of them for a full reading, or those above one person.

use aws_lc_rs::digest;
use countersign_directory::ldap::dn::Dn;
use countersign_directory::ldap::entry::{Bad, Raw};
use countersign_directory::ldap::filter;
use countersign_directory::ldap::groups::{Climb, Graph, Group};
use countersign_directory::ldap::settings::{Groups, Settings};
use ldap3::Scope;

use super::connection::{Connection, LdapFault, Search};

/// Groups whose holders are asked for in one question.
const TOGETHER: usize = 50;
/// The most groups that one such question may find.
const MOST_FOUND: usize = 2_000;

/// The groups of a directory, and a mark that differs when any of them did.
#[derive(Debug, Default)]
pub struct Tree {
    /// Who is in which.
    pub graph: Graph,
    /// Changes with them.
    pub mark: [u8; 32],
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
    let mut cookie = Vec::new();
    loop {
        let page = connection.page(&search, settings.page, cookie).await?;
        for raw in &page.entries {
            sums.push(mark_of(raw, settings));
            if with_members && let Err(bad) = note(raw, groups, settings, &mut tree.graph) {
                return Err(LdapFault::Settings(format!(
                    "the group `{}` cannot be used: {bad}",
                    raw.dn
                )));
            }
        }
        cookie = page.next;
        if cookie.is_empty() {
            break;
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
                    graph.counts(&dn, &name);
                    found.push(dn);
                }
                Err(bad) => return Ok(Err(bad)),
            }
        }
    }
    Ok(Ok(found))
}

fn note(raw: &Raw, groups: &Groups, settings: &Settings, graph: &mut Graph) -> Result<(), Bad> {
    let (dn, name) = named(raw, groups)?;
    graph.counts(&dn, &name);
    match settings.flavour.member_of() {
        Some(attribute) => {
            for holder in raw.names(attribute)? {
                graph.holds(&holder, &dn);
            }
        }
        None => {
            for member in raw.names(&groups.member)? {
                graph.holds(&dn, &member);
            }
        }
    }
    Ok(())
}

fn named(raw: &Raw, groups: &Groups) -> Result<(Dn, String), Bad> {
    let dn: Dn = raw.dn.parse()?;
    if !dn.is_within(&groups.base) {
        return Err(Bad::Outside);
    }
    let name = raw
        .text(&groups.name)
        .ok_or_else(|| Bad::Names(groups.name.clone()))?;
    Ok((dn, name.to_owned()))
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

/// One sum over parts of which each is told from the next.
fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut sum = [0; 32];
    sum.copy_from_slice(context.finish().as_ref());
    sum
}
