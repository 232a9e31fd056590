// SPDX-License-Identifier: Apache-2.0
//! Somebody's browser at Keycloak: it keeps cookies, follows where it is sent, and fills in what it is asked.

use std::collections::BTreeMap;

use super::realm::{PASSWORD, code};
use crate::simplesamlphp::hidden;

/// Where it led.
#[derive(Debug)]
pub enum Led {
    /// To another site's address.
    Away(String),
    /// To another site, with a message: its field, its content and the state beside it.
    Form {
        /// Where it is posted.
        action: String,
        /// `SAMLRequest` or `SAMLResponse`.
        field: &'static str,
        /// The message.
        message: String,
        /// `RelayState`.
        state: Option<String>,
    },
    /// To a page that waits for her.
    Page(String),
}

/// A browser that has been nowhere else.
#[derive(Debug)]
pub struct Visitor {
    client: reqwest::Client,
    cookies: BTreeMap<String, String>,
    at: Option<url::Url>,
    /// What it was asked for so far.
    pub asked: Vec<&'static str>,
}

impl Default for Visitor {
    fn default() -> Self {
        let redirect = reqwest::redirect::Policy::none();
        let _another_test_may_have_installed_it =
            rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(redirect)
                .build()
                .unwrap(),
            cookies: BTreeMap::new(),
            at: None,
            asked: Vec::new(),
        }
    }
}

impl Visitor {
    /// Goes there, and types what the pages on the way ask of `person`.
    pub async fn sign_in(&mut self, address: &str, person: &str) -> Led {
        let mut led = self.go(address).await;
        for _ in 0..3 {
            let Led::Page(page) = &led else { return led };
            let action = action(page);
            let code = code();
            // One page may ask for her name alone: who steps up is known there.
            let fields = if page.contains("name=\"password\"") {
                self.asked.push("password");
                vec![("username", person), ("password", PASSWORD)]
            } else if page.contains("name=\"otp\"") {
                self.asked.push("code");
                vec![("otp", code.as_str())]
            } else {
                return led;
            };
            led = self.submit(&action, &fields).await;
            // What was wrong is said on the same page: typing it again does not mend it.
            if matches!(&led, Led::Page(page) if page.contains("kc-feedback-text") || page.contains("input-error"))
            {
                return led;
            }
        }
        led
    }

    /// Signs out on the page that Keycloak has for it, and says yes there.
    pub async fn sign_out(&mut self, issuer: &str) -> Led {
        let led = self.go(&format!("{issuer}/protocol/openid-connect/logout")).await;
        let Led::Page(page) = led else {
            panic!("it does not ask: {led:?}")
        };
        let session = hidden(&page, "session_code").unwrap_or_else(|| panic!("no question: {page}"));
        let fields = [("session_code", session.as_str()), ("confirmLogout", "Logout")];
        self.submit(&action(&page), &fields).await
    }

    /// Follows an address as long as that stays here.
    pub async fn go(&mut self, address: &str) -> Led {
        self.follow(address.parse().unwrap(), None).await
    }

    /// Sends a form of the page where it is.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Led {
        let address = match &self.at {
            Some(at) => at.join(action).unwrap(),
            None => action.parse().unwrap(),
        };
        self.follow(address, Some(fields)).await
    }

    /// What it sends to say who it is.
    pub fn cookie(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    async fn follow(&mut self, mut address: url::Url, mut fields: Option<&[(&str, &str)]>) -> Led {
        let here = address.origin();
        for _ in 0..12 {
            let request = match fields.take() {
                Some(fields) => self.client.post(address.clone()).form(fields),
                None => self.client.get(address.clone()),
            };
            let answer = request.header("cookie", self.cookie()).send().await.unwrap();
            self.keep(answer.headers());
            self.at = Some(address.clone());
            let Some(next) = answer.headers().get("location") else {
                return read(answer.text().await.unwrap());
            };
            let next = address.join(next.to_str().unwrap()).unwrap();
            if next.origin() != here {
                return Led::Away(next.into());
            }
            address = next;
        }
        panic!("it leads nowhere: {address}");
    }

    fn keep(&mut self, headers: &http::HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A page that posts itself elsewhere, or one that waits.
fn read(page: String) -> Led {
    for field in ["SAMLRequest", "SAMLResponse"] {
        if let Some(message) = hidden(&page, field) {
            return Led::Form {
                action: action(&page),
                field,
                message,
                state: hidden(&page, "RelayState"),
            };
        }
    }
    Led::Page(page)
}

/// Where the form of a page goes.
pub fn action(page: &str) -> String {
    let rest = page
        .split_once("<form")
        .unwrap_or_else(|| panic!("no form: {page}"))
        .1;
    let action = rest.split_once("action=\"").unwrap().1.split_once('"').unwrap().0;
    action.replace("&amp;", "&")
}
