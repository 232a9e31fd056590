// SPDX-License-Identifier: Apache-2.0
//! Where the product stands: what only whoever runs it can say.

use url::Url;

/// What stands for the product's address until it is told.
const EXAMPLE: &str = "https://chat.example.org";

/// One installation of a product.
#[derive(Debug)]
pub struct Installation {
    site: Option<String>,
    redirect: Option<String>,
}

/// A text that is no address of a product.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no address of a product: write https (or http on a loopback address) and no quotes, e.g. {EXAMPLE}"
)]
pub struct NotAnAddress(String);

impl Installation {
    /// The one whose address is `site`, where people come back to `redirect`.
    pub fn at(site: Option<&str>, redirect: Option<&str>) -> Result<Self, NotAnAddress> {
        Ok(Self {
            site: site
                .map(|site| address(site).map(|site| site.trim_end_matches('/').to_owned()))
                .transpose()?,
            redirect: redirect.map(address).transpose()?,
        })
    }

    /// Its address.
    pub(super) fn site(&self) -> &str {
        self.site.as_deref().unwrap_or(EXAMPLE)
    }

    /// Where people come back to, when that was said.
    pub(super) fn redirect(&self) -> Option<&str> {
        self.redirect.as_deref()
    }

    /// What has to be said of an address that stands for another one.
    pub(super) fn stand_in(&self) -> Option<String> {
        self.site
            .is_none()
            .then(|| format!("{EXAMPLE} stands for the product's own address: name that with --site"))
    }
}

/// The address as given. It ends up in files and commands of many kinds, so nothing in it may end a text there.
fn address(given: &str) -> Result<String, NotAnAddress> {
    let fault = || NotAnAddress(given.to_owned());
    let url = Url::parse(given).map_err(|_no_address| fault())?;
    let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_plain = given.chars().all(|c| {
        c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '\\' | '`' | '$' | '<' | '>' | '{' | '}' | '#')
    });
    if is_safe && is_plain && url.username().is_empty() && url.password().is_none() {
        Ok(given.to_owned())
    } else {
        Err(fault())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_end_a_text_is_refused() {
        for good in [
            "https://chat.example",
            "http://localhost:8008/",
            "https://chat.example/a?b=c&d",
        ] {
            assert!(Installation::at(Some(good), Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "chat.example",
            "http://chat.example",
            "https://chat.example/\"x",
            "https://chat.example/'; rm -r /",
            "https://chat.example/\n",
            "https://chat.example/$(x)",
            "https://me@chat.example",
            "https://chat.example/#x",
            "javascript:alert(1)",
            "",
        ] {
            assert!(Installation::at(Some(bad), None).is_err(), "{bad}");
            assert!(Installation::at(None, Some(bad)).is_err(), "{bad}");
        }
    }
}
