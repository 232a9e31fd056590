// SPDX-License-Identifier: Apache-2.0
//! A second reading of the guards: slow, plain, straight over the JSON of a world file, sharing no
//! code with the engine. Where the two differ, one of them has misread the guards.

use std::collections::BTreeSet;

use serde_json::Value;

/// What the guards say to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) decision: &'static str,
    /// The numbers of all guards that fail, in order.
    pub(super) failing: Vec<u8>,
    pub(super) obligations: BTreeSet<&'static str>,
}

type Names = BTreeSet<String>;
type Read<T> = Result<T, ()>;

const LEVELS: [(&str, &[(&str, i64)]); 7] = [
    ("NATO", &[("NU", 0), ("NR", 1), ("NC", 2), ("NS", 3), ("CTS", 4)]),
    ("EU", &[("R-UE", 1), ("C-UE", 2), ("S-UE", 3), ("TS-UE", 4)]),
    (
        "DE",
        &[
            ("OFFEN", 0),
            ("VS-NfD", 1),
            ("VS-V", 2),
            ("GEHEIM", 3),
            ("STRENG GEHEIM", 4),
        ],
    ),
    ("FR", &[("NP", 0), ("DR", 1), ("SECRET", 3), ("TRES SECRET", 4)]),
    ("UK", &[("OFFICIAL", 0), ("SECRET", 3), ("TOP SECRET", 4)]),
    ("US", &[("U", 0), ("C", 2), ("S", 3), ("TS", 4)]),
    (
        "CH",
        &[("NON", 0), ("INTERN", 1), ("VERTRAULICH", 2), ("GEHEIM", 3)],
    ),
];

const NATO: &str = "ALB BEL BGR CAN HRV CZE DNK EST FIN FRA DEU GRC HUN ISL ITA LVA LTU LUX MNE NLD MKD NOR POL PRT \
                    ROU SVK SVN ESP SWE TUR GBR USA";
const EU: &str = "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN \
                  ESP SWE";
const FVEY: &str = "AUS CAN GBR NZL USA";

#[derive(Debug, Clone)]
struct Label {
    scheme: String,
    rank: i64,
    compartments: Names,
    audience: Option<Names>,
    nationals_only: bool,
    not_before: Option<i64>,
    originator: Option<String>,
}

fn ranks(scheme: &str) -> Read<&'static [(&'static str, i64)]> {
    LEVELS
        .iter()
        .find(|(name, _)| *name == scheme)
        .map(|(_, levels)| *levels)
        .ok_or(())
}

fn rank(scheme: &str, level: &str) -> Read<i64> {
    let plain = |text: &str| text.to_lowercase().replace('è', "e");
    ranks(scheme)?
        .iter()
        .find(|(name, _)| plain(name) == plain(level))
        .map(|(_, rank)| *rank)
        .ok_or(())
}

fn texts(value: &Value) -> Names {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

fn nations(names: &Names) -> Names {
    names
        .iter()
        .flat_map(|name| match name.as_str() {
            "NATO" => NATO.split_whitespace().map(str::to_owned).collect(),
            "EU" => EU.split_whitespace().map(str::to_owned).collect(),
            "FVEY" => FVEY.split_whitespace().map(str::to_owned).collect(),
            other => vec![other.to_owned()],
        })
        .collect()
}

fn moment(value: &Value) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(value.as_str()?)
        .ok()
        .map(|moment| moment.timestamp_millis())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn label(raw: &Value) -> Read<Label> {
    let scheme = raw["scheme"].as_str().ok_or(())?;
    let rank = rank(scheme, raw["level"].as_str().ok_or(())?)?;
    let home = match scheme {
        "NATO" => "NATO",
        "EU" => "EU",
        "DE" => "DEU",
        "FR" => "FRA",
        "UK" => "GBR",
        "US" => "USA",
        _ => "CHE",
    };
    let audience = if raw["releasable_to"].is_array() {
        Some(nations(&texts(&raw["releasable_to"])))
    } else if rank >= 1 {
        Some(nations(&BTreeSet::from([home.to_owned()])))
    } else {
        None
    };
    Ok(Label {
        scheme: scheme.to_owned(),
        rank,
        compartments: texts(&raw["compartments"]),
        audience,
        nationals_only: raw["nationals_only"] == true,
        not_before: moment(&raw["not_before"]),
        originator: raw["originator_controlled_by"].as_str().map(str::to_owned),
    })
}

pub(super) struct Oracle<'a> {
    pub(super) world: &'a Value,
    pub(super) now: i64,
}

struct Item {
    channel: Value,
    own: Option<Label>,
    label: Label,
}

impl Oracle<'_> {
    fn find(&self, map: &str, id: &str) -> Read<&Value> {
        self.world[map].get(id).ok_or(())
    }

    fn item(&self, named: &Value) -> Read<Item> {
        let map = match text(named, "type") {
            "message" => "messages",
            "file" => "files",
            _ => return Err(()),
        };
        let known = self.world[map].get(text(named, "id"));
        let place = known.map_or_else(|| text(named, "channel"), |item| text(item, "channel"));
        let channel = self.find("channels", place)?.clone();
        let of_channel = label(&channel["label"])?;
        let own = known.and_then(|item| item.get("label")).map(label).transpose()?;
        let used = if channel["label_mode"] == "fixed" {
            None
        } else {
            own.clone()
        };
        Ok(Item {
            channel: with_id(channel, place),
            own,
            label: used.unwrap_or(of_channel),
        })
    }

    fn agreements(&self, from: &str, to: &str, what: &str) -> Vec<&Value> {
        self.world["agreements"]
            .as_object()
            .into_iter()
            .flat_map(|agreements| agreements.values())
            .filter(|a| text(a, "from") == from && text(a, "to") == to)
            .filter(|a| {
                moment(&a["valid_from"]) <= Some(self.now) && Some(self.now) <= moment(&a["valid_until"])
            })
            .filter(|a| {
                a["covers"]
                    .as_array()
                    .map_or(what == "clearances", |c| c.iter().any(|c| c == what))
            })
            .collect()
    }

    /// Some(true): within. Some(false): not. None: no agreement covers labels.
    fn within(&self, a: &Label, b: &Label) -> Option<bool> {
        let fits = |rank: i64| {
            b.rank >= rank
                && a.compartments.is_subset(&b.compartments)
                && match (&a.audience, &b.audience) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(a), Some(b)) => b.is_subset(a),
                }
                && (!a.nationals_only || b.nationals_only)
                && a.not_before.is_none_or(|moment| moment <= self.now)
        };
        if a.scheme == b.scheme {
            return Some(fits(a.rank));
        }
        let agreements = self.agreements(&a.scheme, &b.scheme, "labels");
        if agreements.is_empty() {
            return None;
        }
        Some(agreements.iter().any(|agreement| {
            let up = ranks(&b.scheme)
                .unwrap()
                .iter()
                .map(|(_, rank)| *rank)
                .filter(|rank| *rank >= a.rank)
                .min();
            a.compartments.is_subset(&texts(&agreement["carries"])) && up.is_some_and(fits)
        }))
    }

    /// Guards 21 to 29, asked of one person.
    fn cleared(&self, person: &Value, label: &Label, place: &str, emergency: bool) -> Read<Vec<u8>> {
        let mut failing = Vec::new();
        let (mut holds, mut reachable) = (false, false);
        let (mut active, mut suspended, mut lapsed) = (false, false, false);
        let mut compartments = Names::new();
        for c in person["clearances"].as_array().into_iter().flatten() {
            let (from, until) = (
                moment(&c["valid_from"]).ok_or(())?,
                moment(&c["valid_until"]).ok_or(())?,
            );
            let kind = text(c, "kind");
            let skipped = c["state"] == "revoked"
                || (kind == "attested" && c["attestation"] == "rejected")
                || (kind == "emergency"
                    && (!emergency || text(c, "channel") != place || until - from > 4 * 3600 * 1000));
            if skipped {
                continue;
            }
            holds = true;
            let own = rank(text(c, "scheme"), text(c, "level"))?;
            let mut readings = Vec::new();
            if text(c, "scheme") == label.scheme {
                readings.push((own, texts(&c["compartments"])));
            } else if kind != "emergency" {
                for agreement in self.agreements(text(c, "scheme"), &label.scheme, "clearances") {
                    let down = ranks(&label.scheme)?
                        .iter()
                        .map(|(_, rank)| *rank)
                        .filter(|rank| *rank <= own)
                        .max();
                    let carried = &texts(&c["compartments"]) & &texts(&agreement["carries"]);
                    readings.extend(down.map(|down| (down, carried)));
                }
            }
            for (reading, carried) in readings {
                reachable = true;
                if reading < label.rank {
                    continue;
                }
                if c["state"] == "suspended" {
                    suspended = true;
                } else if from <= self.now && self.now <= until {
                    active = true;
                    compartments.extend(carried);
                } else {
                    lapsed = true;
                }
            }
        }
        if label.rank >= 2 && !active {
            failing.push(match (suspended, lapsed, holds && !reachable) {
                (true, _, _) => 21,
                (_, true, _) => 22,
                (_, _, true) => 23,
                _ => 24,
            });
        }
        let held = texts(&person["nationalities"]);
        let briefings = texts(&person["briefings"]);
        if label.rank == 1 {
            let briefed = match label.scheme.as_str() {
                "NATO" => briefings.contains("NATO") || (held.contains("DEU") && briefings.contains("VS")),
                "DE" => briefings.contains("VS"),
                "FR" => briefings.contains("DR"),
                other => briefings.contains(other),
            };
            if !briefed {
                failing.push(25);
            }
        }
        let personal = |tag: &&String| !(label.scheme == "UK" && *tag == "SENSITIVE");
        if !label
            .compartments
            .iter()
            .filter(personal)
            .all(|tag| compartments.contains(tag))
        {
            failing.push(26);
        }
        if label.nationals_only {
            if held.is_empty()
                || label
                    .audience
                    .as_ref()
                    .is_some_and(|audience| !held.is_subset(audience))
            {
                failing.push(27);
            }
        } else if label
            .audience
            .as_ref()
            .is_some_and(|audience| held.is_disjoint(audience))
        {
            failing.push(28);
        }
        if label.not_before.is_some_and(|moment| self.now < moment) {
            failing.push(29);
        }
        Ok(failing)
    }

    fn sponsored(&self, person: &Value) -> bool {
        self.find("users", text(person, "sponsor"))
            .is_ok_and(|sponsor| sponsor["status"] == "active")
    }

    /// Guard 31 for a poster or reader.
    fn needs_to_know(
        &self,
        id: &str,
        person: &Value,
        channel: &Value,
        stake: &Label,
        joins: bool,
    ) -> Read<bool> {
        let (roles, missions) = (texts(&person["roles"]), texts(&person["missions"]));
        let archiving = person["kind"] == "service" && roles.contains("archiver");
        let wanted = texts(&channel["missions"]);
        let sensitive = |label: &Label| label.scheme == "UK" && label.compartments.contains("SENSITIVE");
        let listed =
            channel["recipients"].is_array() || sensitive(&label(&channel["label"])?) || sensitive(stake);
        Ok(
            (wanted.is_empty() || !wanted.is_disjoint(&missions) || (archiving && missions.contains("*")))
                && (!listed || texts(&channel["recipients"]).contains(id))
                && (joins || archiving || texts(&channel["members"]).contains(id))
                && (!roles.contains("guest")
                    || (self.sponsored(person) && channel["externals_allowed"] == true)),
        )
    }

    /// Guard 32.
    fn members_fail(&self, channel: &Value, item: &Label) -> Read<bool> {
        let of_channel = label(&channel["label"])?;
        let item = if channel["label_mode"] == "fixed" {
            &of_channel
        } else {
            item
        };
        let mut fail = false;
        for id in texts(&channel["members"]) {
            let person = self.find("users", &id)?;
            if person["status"] != "active" {
                continue;
            }
            let industry =
                person["kind"] == "industry" && of_channel.rank >= 1 && channel["industry_allowed"] != true;
            fail |= !self.cleared(person, item, text(channel, "id"), true)?.is_empty()
                || industry
                || !self.needs_to_know(&id, person, channel, item, false)?;
        }
        Ok(fail)
    }

    pub(super) fn judge(&self, question: &Value, facts: &Value) -> Verdict {
        match self.evaluate(question, facts) {
            Err(()) => Verdict {
                decision: "deny",
                failing: vec![1],
                obligations: BTreeSet::new(),
            },
            Ok((mut failing, mut obligations)) => {
                failing.sort_unstable();
                failing.dedup();
                let decision = match failing.as_slice() {
                    [] => "allow",
                    [38] => "step_up",
                    _ => "deny",
                };
                if decision != "allow" {
                    obligations.clear();
                }
                Verdict {
                    decision,
                    failing,
                    obligations,
                }
            }
        }
    }

    #[expect(clippy::cognitive_complexity, reason = "one table, read from top to bottom")]
    fn evaluate(&self, question: &Value, facts: &Value) -> Read<(Vec<u8>, BTreeSet<&'static str>)> {
        let context = &question["context"];
        let action = text(question, "action");
        let likeness = match action {
            "message.edit" | "message.react" => "message.post",
            "archive.read" => "message.read",
            "call.record" => "call.join",
            "channel.set_label" => "channel.reclassify",
            other => other,
        };
        let subject_id = text(question, "subject");
        let subject = self.find("users", subject_id)?;
        let resource = &question["resource"];
        let sent = context.get("label").map(label).transpose()?;
        let to = context.get("to").map(|to| {
            self.find("channels", text(to, "id"))
                .map(|c| with_id(c.clone(), text(to, "id")))
        });
        let to = to.transpose()?;
        let mut target = context
            .get("target")
            .map(|t| self.find("users", text(t, "id")))
            .transpose()?;
        let node = context["node"]
            .as_str()
            .map(|id| self.find("nodes", id))
            .transpose()?;
        let quotes: Vec<Item> = match context.get("quotes") {
            Some(quotes) => quotes
                .as_array()
                .ok_or(())?
                .iter()
                .map(|item| self.item(item))
                .collect::<Read<_>>()?,
            None => Vec::new(),
        };
        let administrative = matches!(
            action,
            "clearance.grant"
                | "clearance.import"
                | "user.revoke"
                | "policy.publish"
                | "break_glass.approve"
                | "audit.read"
                | "console.read"
                | "session.end"
                | "person.manage"
                | "server.manage"
                | "decision.simulate"
        );
        let content = matches!(
            likeness,
            "channel.discover"
                | "channel.join"
                | "channel.leave"
                | "channel.invite"
                | "channel.add_guest"
                | "channel.remove_member"
                | "channel.create"
                | "channel.reclassify"
                | "channel.federate"
                | "channel.archive"
                | "message.read"
                | "message.post"
                | "message.forward"
                | "file.upload"
                | "file.download"
                | "call.join"
                | "user.direct_message"
        );
        if !administrative && !content && action != "break_glass.request" {
            return Err(());
        }

        // The resource, its channel and item.
        let kind = text(resource, "type");
        let id = text(resource, "id");
        let mut item = None;
        let mut channel = None;
        match kind {
            "channel" if likeness == "channel.create" => {
                let mut made = self.world["channels"]
                    .get(id)
                    .cloned()
                    .unwrap_or_else(|| serde_json::json!({}));
                made["label"] = context.get("label").ok_or(())?.clone();
                channel = Some(with_id(made, id));
            }
            "channel" => channel = Some(with_id(self.find("channels", id)?.clone(), id)),
            "message" | "file" => {
                let found = self.item(resource)?;
                channel = Some(found.channel.clone());
                item = Some(found);
            }
            "user" => drop(self.find("users", id)?),
            "policy" | "import" | "audit_log" => {}
            _ => return Err(()),
        }
        match likeness {
            "message.read" | "message.forward" | "file.download" if item.is_none() => return Err(()),
            "message.post" | "file.upload" if channel.is_none() => return Err(()),
            "user.direct_message" if kind != "user" => return Err(()),
            name if name.starts_with("channel.") || name.starts_with("call.") => {
                if kind != "channel" {
                    return Err(());
                }
            }
            _ => {}
        }
        if likeness == "user.direct_message" && target.is_none() {
            target = Some(self.find("users", id)?);
        }
        match likeness {
            "channel.invite" | "channel.add_guest" if target.is_none() => return Err(()),
            "message.forward" if to.is_none() => return Err(()),
            "channel.federate" | "call.join" if node.is_none() => return Err(()),
            "channel.reclassify" if sent.is_none() => return Err(()),
            _ => {}
        }
        let node_rank = |node: &Value| {
            rank(
                text(&node["accreditation"], "scheme"),
                text(&node["accreditation"], "level"),
            )
        };
        let of_channel = channel
            .as_ref()
            .map(|channel| label(&channel["label"]))
            .transpose()?;
        let fixed = channel
            .as_ref()
            .is_some_and(|channel| channel["label_mode"] == "fixed");
        let unmarked = Label {
            scheme: "NATO".into(),
            rank: 0,
            compartments: Names::new(),
            audience: None,
            nationals_only: false,
            not_before: None,
            originator: None,
        };
        let stake: Option<Label> = match likeness {
            _ if administrative => None,
            "message.read" | "message.forward" | "file.download" => {
                item.as_ref().map(|item| item.label.clone())
            }
            "message.post" | "file.upload" if !fixed => sent.clone().or(of_channel.clone()),
            "user.direct_message" => Some(sent.clone().unwrap_or(unmarked)),
            _ => Some(of_channel.clone().unwrap_or(unmarked)),
        };
        let stake_rank = stake.as_ref().map_or(0, |stake| stake.rank);
        let channel_rank = of_channel.as_ref().map_or(0, |label| label.rank);
        let post = likeness == "message.post";
        let upload = likeness == "file.upload";
        let flag =
            |place: &Option<Value>, name: &str| place.as_ref().is_some_and(|place| place[name] == true);
        let roles = texts(&subject["roles"]);
        let is = |role: &str| roles.contains(role);
        let mut failing: Vec<u8> = Vec::new();
        let mut deny = |number: u8, when: bool| {
            if when {
                failing.push(number);
            }
        };

        // 2 to 5.
        deny(
            2,
            facts["audit"] == "unavailable" && (stake_rank >= 1 || administrative),
        );
        deny(3, subject["status"] != "active");
        let inviting = matches!(likeness, "channel.invite" | "channel.add_guest");
        if let Some(target) = target.filter(|_| inviting || likeness == "user.direct_message") {
            deny(3, target["status"] != "active");
        }
        let session = facts.get("session").filter(|session| session.is_object());
        let minutes = |name: &str| session.map_or(0.0, |session| session[name].as_f64().unwrap_or_default());
        let aal = session.map_or(0, |session| session["aal"].as_i64().unwrap_or_default());
        if let Some(session) = session {
            deny(4, session["revoked"] == true);
            let most = match aal {
                3.. => 12.0 * 60.0,
                2 => 24.0 * 60.0,
                _ => 30.0 * 24.0 * 60.0,
            };
            deny(
                5,
                minutes("auth_age_minutes") > most || minutes("idle_minutes") > 60.0,
            );
        }
        if action == "break_glass.request" {
            return Ok((failing, BTreeSet::new()));
        }
        if action == "channel.leave" {
            let member = channel
                .as_ref()
                .is_some_and(|channel| texts(&channel["members"]).contains(subject_id));
            if failing.is_empty() && !member {
                failing.push(31);
            }
            return Ok((failing, BTreeSet::new()));
        }

        // 6 to 9.
        deny(6, content && is("sysadmin"));
        let reads = matches!(
            likeness,
            "channel.discover" | "channel.join" | "message.read" | "file.download"
        );
        deny(6, content && is("archiver") && !reads);
        let owner = match &channel {
            Some(channel) if channel["owners"].is_array() => texts(&channel["owners"]).contains(subject_id),
            _ => is("owner"),
        };
        let office = inviting
            || matches!(
                likeness,
                "channel.federate" | "channel.reclassify" | "channel.remove_member" | "channel.archive"
            );
        deny(7, office && !owner && !is("security_officer"));
        deny(7, action == "call.record" && !owner);
        deny(
            7,
            match action {
                "audit.read" => !is("auditor"),
                "console.read" => !is("security_officer") && !is("sysadmin") && !is("auditor"),
                "decision.simulate" => !is("security_officer") && !is("auditor"),
                "server.manage" => !is("sysadmin"),
                _ => administrative && !is("security_officer"),
            },
        );
        let approver = context["approver"].as_str();
        deny(8, approver == Some(subject_id));
        let target_id = text(&context["target"], "id");
        deny(
            8,
            action == "clearance.grant" && ((kind == "user" && id == subject_id) || target_id == subject_id),
        );
        let requester = context["requester"]
            .as_str()
            .unwrap_or(if kind == "user" { id } else { "" });
        deny(8, action == "break_glass.approve" && requester == subject_id);
        let counts = approver.is_some_and(|approver| {
            approver != subject_id
                && self.find("users", approver).is_ok_and(|person| {
                    person["status"] == "active" && texts(&person["roles"]).contains("security_officer")
                })
        });
        let lowers = match (&of_channel, &sent) {
            (Some(old), Some(new)) => old.scheme != new.scheme || self.within(old, new) != Some(true),
            _ => false,
        };
        let two = (likeness == "channel.federate" && channel_rank >= 2)
            || (likeness == "channel.reclassify" && lowers)
            || matches!(action, "clearance.grant" | "clearance.import" | "policy.publish");
        deny(9, two && !counts);

        // 10 to 16.
        let closed = channel
            .as_ref()
            .is_some_and(|channel| channel["state"] == "closed");
        deny(
            10,
            closed && (post || upload || inviting || likeness == "channel.join"),
        );
        deny(
            10,
            to.as_ref()
                .is_some_and(|to| likeness == "message.forward" && to["state"] == "closed"),
        );
        let externals = flag(&channel, "externals_allowed");
        let is_guest = |person: &Value| texts(&person["roles"]).contains("guest");
        if let Some(target) = target.filter(|_| inviting) {
            let adds = likeness == "channel.add_guest";
            deny(
                11,
                !externals && (adds || target["kind"] == "outsider" || is_guest(target)),
            );
            let as_guest = adds || is_guest(target);
            deny(14, as_guest && !self.sponsored(target));
            let rejected = target["clearances"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|c| c["attestation"] == "rejected");
            deny(15, as_guest && rejected);
        }
        deny(
            11,
            likeness == "channel.join" && !externals && subject["kind"] == "outsider",
        );
        if let Some(node) = node {
            if likeness == "channel.federate" {
                deny(12, node["agreement"] != true);
                deny(13, node_rank(node)? < channel_rank);
            }
            deny(36, likeness == "call.join" && node_rank(node)? < channel_rank);
        }
        let barred = inviting
            || upload
            || action == "call.record"
            || matches!(
                likeness,
                "message.forward" | "channel.create" | "user.direct_message"
            );
        deny(16, barred && is("guest"));

        // 17 to 20, and the second half of 23.
        if let (true, Some(ours), Some(sent)) = (post || upload, &of_channel, &sent) {
            let atomal = sent.scheme == "NATO" && sent.rank < 2 && sent.compartments.contains("ATOMAL");
            let sensitive = sent.scheme == "UK" && sent.rank > 0 && sent.compartments.contains("SENSITIVE");
            deny(17, sent.scheme != ours.scheme || atomal || sensitive);
            deny(
                18,
                sent.rank > ours.rank || !sent.compartments.is_subset(&ours.compartments),
            );
        }
        let agency = subject["agency"].as_str();
        let moved: Vec<&Item> = match likeness {
            "message.forward" => item.iter().collect(),
            _ if post || upload => quotes.iter().collect(),
            _ => Vec::new(),
        };
        let destination = if likeness == "message.forward" {
            to.as_ref()
        } else {
            channel.as_ref()
        };
        for item in moved {
            let destination = label(&destination.ok_or(())?["label"])?;
            match self.within(&item.label, &destination) {
                None => deny(23, true),
                Some(within) => deny(19, !within && !upload),
            }
            let originator = item.own.as_ref().and_then(|own| own.originator.as_deref());
            deny(20, originator.is_some() && originator != agency);
        }

        // 21 to 31.
        let place = channel.as_ref().map_or("", |channel| text(channel, "id"));
        let emergency = matches!(
            likeness,
            "channel.discover" | "channel.join" | "message.read" | "message.post"
        );
        let wanted = match likeness {
            "channel.discover" if flag(&channel, "listed") => None,
            "channel.discover" | "channel.join" | "channel.create" | "message.post" | "file.upload"
            | "call.join" => of_channel.clone(),
            "message.read" | "message.forward" | "file.download" | "user.direct_message" => stake.clone(),
            _ => None,
        };
        let mut reviewed = false;
        if let Some(wanted) = &wanted {
            for number in self.cleared(subject, wanted, place, emergency)? {
                deny(number, true);
            }
            reviewed = self
                .cleared(subject, wanted, place, false)?
                .iter()
                .any(|number| *number <= 26);
        }
        if let Some(target) = target {
            let wanted = if inviting {
                of_channel.clone()
            } else {
                stake.clone()
            };
            if inviting || likeness == "user.direct_message" {
                for number in self.cleared(target, &wanted.ok_or(())?, place, false)? {
                    deny(number, true);
                }
            }
            if let Some(channel) = channel.as_ref().filter(|_| inviting) {
                deny(
                    30,
                    target["kind"] == "industry" && channel_rank >= 1 && channel["industry_allowed"] != true,
                );
                let (held, wanted) = (texts(&target["missions"]), texts(&channel["missions"]));
                let archiving = target["kind"] == "service" && texts(&target["roles"]).contains("archiver");
                let every = archiving && held.contains("*");
                deny(31, !wanted.is_empty() && wanted.is_disjoint(&held) && !every);
            }
        }
        if let (true, Some(node), Some(ours)) = (likeness == "channel.federate", node, &of_channel) {
            let held = texts(&node["accreditation"]["compartments"]);
            let personal = |tag: &&String| !(ours.scheme == "UK" && *tag == "SENSITIVE");
            deny(
                26,
                !ours
                    .compartments
                    .iter()
                    .filter(personal)
                    .all(|tag| held.contains(tag)),
            );
            deny(27, ours.nationals_only);
            let theirs = nations(&texts(&node["communities"]));
            let apart = ours
                .audience
                .as_ref()
                .is_some_and(|audience| audience.is_disjoint(&theirs));
            deny(28, !ours.nationals_only && apart);
        }
        let in_channel = content && channel.is_some();
        let industry_taken = flag(&channel, "industry_allowed");
        deny(
            30,
            in_channel && subject["kind"] == "industry" && channel_rank >= 1 && !industry_taken,
        );
        let knows = matches!(
            likeness,
            "channel.join"
                | "message.read"
                | "message.post"
                | "message.forward"
                | "file.upload"
                | "file.download"
                | "call.join"
        );
        if let (true, Some(channel), Some(stake)) = (knows, &channel, &stake) {
            deny(
                31,
                !self.needs_to_know(subject_id, subject, channel, stake, likeness == "channel.join")?,
            );
            if let Some(to) = to.as_ref().filter(|_| likeness == "message.forward") {
                deny(31, !self.needs_to_know(subject_id, subject, to, stake, false)?);
                deny(32, self.members_fail(to, stake)?);
            }
            if post || upload {
                deny(32, self.members_fail(channel, stake)?);
            }
        }

        // 33 to 38.
        let device = facts["device"]
            .as_str()
            .and_then(|id| self.world["devices"].get(id));
        let managed = device.is_some_and(|device| device["managed"] == true);
        let accreditation = device
            .map(|device| &device["accreditation"])
            .filter(|held| held.is_object());
        let device_rank =
            accreditation.map_or(Ok(0), |held| rank(text(held, "scheme"), text(held, "level")))?;
        if content && !matches!(likeness, "channel.federate" | "channel.discover") {
            deny(33, device_rank < stake_rank);
            let reported = device.and_then(|device| moment(&device["posture_reported_at"]));
            let fresh = reported.is_some_and(|at| at <= self.now && self.now - at <= 7 * 24 * 3600 * 1000);
            deny(34, stake_rank >= 1 && !fresh);
            let location = facts["location"].as_str().unwrap_or("nowhere");
            deny(
                35,
                stake_rank >= 2 && texts(&self.world["settings"]["blocked_locations"]).contains(location),
            );
        }
        deny(33, administrative && !managed);
        deny(37, likeness == "file.download" && (is("guest") || !managed));
        let needed = match stake_rank {
            0 => 1,
            1 => 2,
            _ => 3,
        };
        deny(38, content && subject["kind"] != "service" && aal < needed);
        deny(38, administrative && aal < 3);
        deny(
            38,
            action == "break_glass.approve" && (session.is_none() || minutes("auth_age_minutes") > 5.0),
        );

        let mut obligations = BTreeSet::new();
        let marked = stake_rank >= 1;
        if marked
            && matches!(
                likeness,
                "channel.join" | "message.read" | "file.download" | "call.join"
            )
        {
            obligations.insert("display_marking");
        }
        if marked && likeness == "file.download" {
            obligations.extend(["watermark", "log_disclosure"]);
        }
        if post || upload {
            obligations.insert("retain");
            if marked {
                obligations.insert("bind_label");
            }
        }
        if reviewed && matches!(likeness, "channel.join" | "message.read" | "message.post") {
            obligations.insert("breakglass_review");
        }
        match action {
            "audit.read" => drop(obligations.insert("log_access")),
            "break_glass.approve" => drop(obligations.insert("breakglass_review")),
            "user.revoke" => obligations.extend(["push_revocation", "close_sessions", "evict_channels"]),
            _ if likeness == "channel.reclassify" && !lowers => {
                drop(obligations.insert("reevaluate_members"))
            }
            _ => {}
        }
        Ok((failing, obligations))
    }
}

fn with_id(mut channel: Value, id: &str) -> Value {
    channel["id"] = id.into();
    channel
}
