// SPDX-License-Identifier: Apache-2.0
//! The settings of a source's record, parsed for use. The record is looked through when it is written;
//! what that look left open is decided here, before anything is called.

use crate::source::{self, Source};

use super::settings::{Flavour, Groups, Server, Settings};
use super::subject::SubjectKind;
use super::{Dn, Filter, Rules};

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` of the source cannot be used: {message}")]
pub struct Unusable {
    /// Where in the record.
    pub path: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Settings {
    /// The settings of a source, where it is a directory.
    pub fn of(source: &Source) -> Option<Result<Self, Unusable>> {
        source.ldap().map(|ldap| parsed(source, ldap))
    }
}

fn parsed(source: &Source, ldap: &source::Ldap) -> Result<Settings, Unusable> {
    let groups = ldap.groups.as_ref().map(groups).transpose()?;
    let flavour = match ldap.flavour {
        source::Flavour::ActiveDirectory => Flavour::ActiveDirectory,
        source::Flavour::Ds389 => Flavour::Ds389,
        source::Flavour::OpenLdap => Flavour::OpenLdap,
    };
    let servers = ldap
        .urls
        .iter()
        .map(|url| server(url, ldap.starttls))
        .collect::<Result<_, _>>()?;
    let people: Filter = read("filter", &ldap.filter)?;
    Ok(Settings {
        servers,
        authorities: ldap.authorities.clone(),
        bind_dn: ldap.bind_dn.clone(),
        flavour,
        base: read("base", &ldap.base)?,
        one_level: ldap.scope == source::Scope::One,
        login: login(&people, ldap)?,
        people,
        subject: subject(ldap.id_attribute())?,
        wanted: names(source, ldap, groups.as_ref()),
        groups,
        timeout_seconds: ldap.timeout_seconds,
        connections: ldap.connections,
        page: ldap.sync.as_ref().map_or(500, |sync| sync.page),
        rules: Rules::of(source, ldap).map_err(|cause| Unusable {
            path: "mapping",
            message: cause.to_string(),
        })?,
    })
}

fn groups(groups: &source::Groups) -> Result<Groups, Unusable> {
    Ok(Groups {
        base: read::<Dn>("groups.base", &groups.base)?,
        filter: read("groups.filter", &groups.filter)?,
        name: groups.name.clone(),
        member: groups.member.clone(),
        nested: groups.nested,
        as_attribute: groups.as_attribute.clone(),
    })
}

/// People of whom one of the login attributes is what was typed.
fn login(people: &Filter, ldap: &source::Ldap) -> Result<Option<Filter>, Unusable> {
    if ldap.login.is_empty() {
        return Ok(None);
    }
    let any: Vec<String> = ldap
        .login
        .iter()
        .map(|name| format!("({name}={{name}})"))
        .collect();
    let filter = people
        .and(&format!("(|{})", any.concat()))
        .map_err(|cause| Unusable {
            path: "login",
            message: cause.to_string(),
        })?;
    Ok(Some(filter))
}

/// What the mapping reads and what is asked for besides, but for the groups, which are made up here.
fn names(source: &Source, ldap: &source::Ldap, groups: Option<&Groups>) -> Vec<String> {
    let mut names = source.mapping.names();
    names.extend(ldap.attributes.iter().map(String::as_str));
    names.extend(ldap.login.iter().map(String::as_str));
    if let Some(groups) = groups {
        names.remove(groups.as_attribute.as_str());
        names.remove(groups.as_dn_attribute().as_str());
    }
    names.into_iter().map(str::to_owned).collect()
}

fn subject(name: &str) -> Result<SubjectKind, Unusable> {
    [
        SubjectKind::EntryUuid,
        SubjectKind::ObjectGuid,
        SubjectKind::NsUniqueId,
    ]
    .into_iter()
    .find(|kind| kind.attribute().eq_ignore_ascii_case(name))
    .ok_or_else(|| Unusable {
        path: "id",
        message: format!(
            "`{name}` may change or be given to another: `entryUUID`, `objectGUID` or `nsUniqueId`"
        ),
    })
}

fn server(url: &str, starttls: bool) -> Result<Server, Unusable> {
    let bad = || Unusable {
        path: "urls",
        message: format!("`{url}` is no address such as `ldaps://ldap.example`"),
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
    let usual = match (scheme, starttls) {
        ("ldaps", false) => 636,
        ("ldap", true) => 389,
        _ => {
            return Err(Unusable {
                path: "urls",
                message: "a directory is spoken to by TLS only".to_owned(),
            });
        }
    };
    let rest = rest.trim_end_matches('/');
    // `[::1]:636`
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        },
    };
    let port = port.map_or(Ok(usual), |port| port.parse().map_err(|_| bad()))?;
    if host.is_empty() || host.contains(['/', '@', '?']) {
        return Err(bad());
    }
    Ok(Server {
        host: host.to_owned(),
        port,
        starttls,
    })
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(path: &'static str, text: &str) -> Result<T, Unusable> {
    text.parse().map_err(|cause: T::Err| Unusable {
        path,
        message: cause.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(change: impl FnOnce(&mut serde_json::Value)) -> Source {
        let mut ldap = json!({
            "urls": ["ldaps://one.example", "ldaps://[::1]:1636/"],
            "authorities": "pem",
            "base": "ou=people,dc=x",
            "login": ["uid", "mail"],
            "groups": {"base": "ou=groups,dc=x"}
        });
        change(&mut ldap);
        serde_json::from_value(json!({
            "id": "agency", "name": "Agency", "protocol": {"ldap": ldap},
            "mapping": {"rules": [{"to": "missions", "value": {"from": "groups"}},
                {"to": "email", "value": {"from": "mail"}}]}
        }))
        .unwrap()
    }

    fn of(change: impl FnOnce(&mut serde_json::Value)) -> Result<Settings, Unusable> {
        Settings::of(&source(change)).unwrap()
    }

    #[test]
    fn a_record_becomes_settings() {
        let settings = of(|_| {}).unwrap();
        assert_eq!(settings.servers[0].to_string(), "one.example:636");
        assert_eq!(settings.servers[1].to_string(), "::1:1636");
        assert_eq!(settings.wanted, ["mail", "uid"]);
        let login = settings.login.unwrap().with_name("a*").unwrap();
        assert_eq!(
            login.as_str(),
            "(&(objectClass=person)(|(mail=a\\2a)(uid=a\\2a)))"
        );
    }

    #[test]
    fn what_the_record_leaves_open_is_decided_before_a_call() {
        for (member, value, path) in [
            ("urls", json!(["ldap://one.example"]), "urls"),
            ("base", json!("people"), "base"),
            ("filter", json!("(uid=a"), "filter"),
            ("id", json!("uid"), "id"),
            ("login", json!(["a)(b"]), "login"),
        ] {
            let fault = of(|ldap| ldap[member] = value).unwrap_err();
            assert_eq!(fault.path, path);
        }
    }
}
