// SPDX-License-Identifier: Apache-2.0
//! Cards: a house that accepts those of one authority behind a real TLS listener, and behind proxies.

use std::net::SocketAddr;
use std::process::Command;

use countersign_server::cards::listener;
use countersign_server::{http, proxies};

use crate::house::{TestHouse, open_house_configured};
use crate::pki::{Authority, CARD_AUTHENTICATION, PIV, TestCard};
use crate::tls_folder::{TlsFolder, bind, run};

/// What proxies of the test prove themselves with.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A house that accepts the cards of one authority.
pub struct CardHouse {
    /// The house.
    pub house: TestHouse,
    /// Whose cards are accepted.
    pub authority: Authority,
    /// The folder of revocation lists, and what curl needs.
    pub folder: TlsFolder,
    /// Where the card host listens.
    pub address: SocketAddr,
    /// Where it listens for proxies.
    pub proxies: SocketAddr,
}

impl CardHouse {
    /// Opens it, with a list on which nobody is. `more` are keys of the anchor.
    pub async fn open(more: toml::Table) -> Self {
        Self::open_with(Authority::new("Agency CA"), toml::Table::new(), more).await
    }

    /// As [`CardHouse::open`], of an authority that is there already, with more keys of `[cards]`.
    pub async fn open_with(authority: Authority, keys_of_cards: toml::Table, more: toml::Table) -> Self {
        let folder = TlsFolder::of(&authority);
        Self::open_in(folder, authority, keys_of_cards, more, toml::Table::new()).await
    }

    /// As [`CardHouse::open_with`], in a folder of the caller's, with more sections of the configuration.
    pub async fn open_in(
        folder: TlsFolder,
        authority: Authority,
        keys_of_cards: toml::Table,
        more: toml::Table,
        mut sections: toml::Table,
    ) -> Self {
        let mut section = toml::toml! {
            name = "agency"
            mapping = "upn"
        };
        section.insert("certificate".into(), folder.named("anchor.pem"));
        let mut policies = toml::Table::new();
        policies.insert(PIV.into(), 3.into());
        policies.insert(CARD_AUTHENTICATION.into(), 3.into());
        section.insert("policies".into(), policies.into());
        section.extend(more);
        let mut cards = toml::toml! {
            url = "https://{random}.card.example"
            address = "127.0.0.1:0"
        };
        cards.insert("tls_certificate".into(), folder.named("host.pem"));
        cards.insert("tls_key".into(), folder.named("host.key"));
        cards.insert("crl_folder".into(), folder.named(""));
        let mut proxy = toml::toml! {
            address = "127.0.0.1:0"
            peers = ["127.0.0.1"]
        };
        proxy.insert("secret".into(), SECRET.into());
        cards.insert("proxy".into(), proxy.into());
        cards.extend(keys_of_cards);
        cards.insert("anchors".into(), toml::Value::Array(vec![section.into()]));
        sections.insert("cards".into(), cards.into());
        let house = open_house_configured(sections).await;
        house.read_lists().await;

        let (listener, address) = bind();
        let app = house.app.clone();
        let (certificate, key) = (folder.file("host.pem"), folder.file("host.key"));
        tokio::spawn(async move { listener::serve(app, listener, &certificate, &key).await.unwrap() });
        let (listener, proxies) = bind();
        let app = house.app.clone();
        tokio::spawn(async move {
            let config = app.config.cards.as_ref().unwrap().proxy.clone().unwrap();
            let router = http::cards::behind_proxy(app.clone());
            proxies::serve(&app, &config, listener, router).await.unwrap();
        });
        Self {
            house,
            authority,
            folder,
            address,
            proxies,
        }
    }

    /// Puts a list into the folder, and has it read.
    pub async fn bring_list(&self, list: &str) {
        self.folder.bring_list(&self.house, list).await;
    }

    /// Presents a card, or none, at a path of the card host by real TLS.
    pub async fn present(&self, path: &str, card: Option<&TestCard>, more: &[&str]) -> String {
        self.folder.present(self.address, path, card, more).await
    }

    /// What a proxy says, by plain HTTP.
    pub async fn say(&self, path: &str, headers: &[&str]) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include"]);
        for header in headers {
            curl.args(["--header", header]);
        }
        run(curl.arg(format!("http://{}{path}", self.proxies))).await
    }
}
