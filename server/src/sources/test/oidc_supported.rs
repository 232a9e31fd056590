// SPDX-License-Identifier: Apache-2.0
//! What an OpenID provider says that it supports (OpenID Connect Discovery 1.0, section 3), held against what
//! the record asks of it. What it leaves out has a meaning there, too.

use countersign_directory::source::{ClientAuthentication, Level, Oidc, Source};
use serde_json::{Map, Value};

use crate::asking::check::Line;

/// A line for each kind of value.
pub(super) fn look(source: &Source, oidc: &Oidc, says: &Map<String, Value>) -> Vec<Line> {
    let mut lines = vec![
        answers(says),
        algorithms(oidc, says),
        scopes(oidc, says),
        authentication(oidc, says),
    ];
    lines.extend(assurance(source, says));
    lines
}

/// The words of a list; `None`: it does not say.
fn list<'a>(says: &'a Map<String, Value>, name: &str) -> Option<Vec<&'a str>> {
    let words = says.get(name)?.as_array()?;
    Some(words.iter().filter_map(Value::as_str).collect())
}

fn joined<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().take(20).collect();
    words.join("`, `")
}

/// How it sends people back: with a code, in the address.
fn answers(says: &Map<String, Value>) -> Line {
    let lacks = |name: &str, wanted: &str| list(says, name).is_some_and(|words| !words.contains(&wanted));
    if lacks("response_types_supported", "code") {
        return Line::fail(
            "answers",
            "it does not say that it answers with a code (`response_types_supported`)",
            "have whoever runs it turn the authorization code flow on: we speak no other",
        );
    }
    if lacks("response_modes_supported", "query") {
        return Line::fail(
            "answers",
            "it does not say that it answers in the address (`response_modes_supported` lacks `query`)",
            "have whoever runs it allow `query`: we ask for no other mode",
        );
    }
    Line::ok("answers", "with a code, in the address")
}

/// By what it signs ID tokens. It has to say so; RS256 is always among them.
fn algorithms(oidc: &Oidc, says: &Map<String, Value>) -> Line {
    let signs = list(says, "id_token_signing_alg_values_supported").unwrap_or_else(|| vec!["RS256"]);
    let taken: Vec<&str> = signs
        .iter()
        .copied()
        .filter(|word| oidc.algorithms.contains(*word))
        .collect();
    if taken.is_empty() {
        return Line::fail(
            "algorithms",
            format!(
                "it signs ID tokens by `{}`, of which none is taken",
                joined(signs)
            ),
            "add one of them to `algorithms`, if it is a signature by a public key, or have it sign otherwise",
        );
    }
    Line::ok(
        "algorithms",
        format!("ID tokens signed by `{}` are taken", joined(taken)),
    )
}

fn scopes(oidc: &Oidc, says: &Map<String, Value>) -> Line {
    let asked = || oidc.scopes.iter().map(String::as_str);
    let Some(known) = list(says, "scopes_supported") else {
        return Line::ok(
            "scopes",
            format!("`{}`; it does not say which it knows", joined(asked())),
        );
    };
    let strange: Vec<&str> = asked().filter(|scope| !known.contains(scope)).collect();
    if strange.is_empty() {
        return Line::ok("scopes", format!("it knows `{}`", joined(asked())));
    }
    Line::warn(
        "scopes",
        format!("it does not say that it knows `{}`", joined(strange)),
        format!(
            "it says: `{}`. A scope that is not known gives no attributes, or the request is refused",
            joined(known)
        ),
    )
}

/// How a client proves who it is; where nothing is said, by a secret in the header.
fn authentication(oidc: &Oidc, says: &Map<String, Value>) -> Line {
    let ours = match oidc.authentication {
        ClientAuthentication::ClientSecretBasic => "client_secret_basic",
        ClientAuthentication::ClientSecretPost => "client_secret_post",
        ClientAuthentication::None => "none",
        ClientAuthentication::PrivateKeyJwt => "private_key_jwt",
    };
    let taken =
        list(says, "token_endpoint_auth_methods_supported").unwrap_or_else(|| vec!["client_secret_basic"]);
    if taken.contains(&ours) {
        return Line::ok("authentication", format!("`{ours}`, which it takes"));
    }
    Line::warn(
        "authentication",
        format!("it does not say that it takes `{ours}`"),
        format!(
            "it says: `{}`; the line `client` tells whether it matters",
            joined(taken)
        ),
    )
}

/// Whether the words that we ask for two factors by are among its own. None where its word on that counts for
/// nothing.
fn assurance(source: &Source, says: &Map<String, Value>) -> Option<Line> {
    let assurance = source.trust.assurance.as_ref()?;
    let asked: Vec<&str> = assurance.words_for(Level::Aal2).collect();
    if asked.is_empty() {
        return Some(Line::warn(
            "assurance",
            "the table `trust.assurance.contexts` has no word for two factors: it is never asked for them",
            "two people put its words into the table; it may name them in `acr_values_supported`",
        ));
    }
    let Some(known) = list(says, "acr_values_supported") else {
        return Some(Line::ok(
            "assurance",
            format!(
                "for two factors it is asked for `{}`; it does not say which it knows",
                joined(asked)
            ),
        ));
    };
    let strange: Vec<&str> = asked
        .iter()
        .copied()
        .filter(|word| !known.contains(word))
        .collect();
    Some(if strange.is_empty() {
        let asked = joined(asked);
        Line::ok(
            "assurance",
            format!("for two factors it is asked for `{asked}`, which it knows"),
        )
    } else {
        Line::warn(
            "assurance",
            format!("it does not say that it knows `{}`", joined(strange)),
            format!(
                "it says: `{}`. Two people correct `trust.assurance.contexts`, or it is asked for nothing that it does",
                joined(known)
            ),
        )
    })
}
