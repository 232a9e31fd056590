// SPDX-License-Identifier: Apache-2.0
//! A real SimpleSAMLphp as an identity provider, on a loopback port, with a configuration of its own. It reads
//! our metadata as it is; a browser is played by curl, with its jar of cookies.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Where Debian puts it.
const INSTALLED: &str = "/usr/share/simplesamlphp/www";

/// A running provider. Dropping it ends it.
#[derive(Debug)]
pub struct SimpleSamlPhp {
    process: Child,
    folder: TempDir,
    origin: String,
}

impl SimpleSamlPhp {
    /// Starts one that knows a service provider by this metadata. `more`: lines of PHP for its own metadata.
    pub fn start(service_provider: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let origin = format!("http://127.0.0.1:{port}");
        let place = folder.path().display();
        for name in ["cert", "data", "log", "metadata", "sessions", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let file = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        file("cert/key.pem", include_str!("../saml/key.pem").into());
        file(
            "cert/certificate.pem",
            include_str!("../saml/certificate.pem").into(),
        );
        file("sp.xml", service_provider.into());
        file(
            "config.php",
            format!(
                "<?php $config = [
                    'baseurlpath' => '{origin}/', 'certdir' => '{place}/cert/', 'loggingdir' => '{place}/log/',
                    'datadir' => '{place}/data/', 'tempdir' => '{place}/tmp', 'metadatadir' => '{place}/metadata/',
                    'secretsalt' => 'only-for-tests-and-nothing-else', 'auth.adminpassword' => 'only-for-tests',
                    'technicalcontact_email' => 'root@localhost.example', 'timezone' => 'UTC',
                    'logging.handler' => 'file', 'logging.logfile' => 'log', 'enable.saml20-idp' => true,
                    'store.type' => 'phpsession', 'session.phpsession.savepath' => '{place}/sessions',
                    'session.cookie.secure' => false, 'module.enable' => ['exampleauth' => true],
                    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '{place}/sp.xml']],
                ];"
            ),
        );
        file(
            "authsources.php",
            "<?php $config = ['people' => ['exampleauth:UserPass', 'ann:her-password' => [
                'uid' => ['ann'], 'mail' => ['ann@agency.example'], 'groups' => ['ops', 'north']]]];"
                .into(),
        );
        file(
            "metadata/saml20-idp-hosted.php",
            format!(
                "<?php $metadata['{origin}/idp'] = ['host' => '__DEFAULT__', 'auth' => 'people',
                    'privatekey' => 'key.pem', 'certificate' => 'certificate.pem', 'userid.attribute' => 'uid',
                    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
                    'redirect.sign' => true, 'redirect.validate' => true, 'sign.logout' => true,
                    'validate.authnrequest' => true, 'validate.logout' => true, 'logouttype' => 'traditional',
                    'authproc' => [3 => ['class' => 'saml:PersistentNameID', 'attribute' => 'uid']],
                    {more}
                ];"
            ),
        );
        let process = Command::new("php")
            .args(["-S", &format!("127.0.0.1:{port}"), "-t", INSTALLED])
            .env("SIMPLESAMLPHP_CONFIG_DIR", folder.path())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log/php")).unwrap())
            .spawn()
            .expect("php starts: scripts/setup.sh test installs it");
        let peer = Self {
            process,
            folder,
            origin,
        };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "php does not listen");
            std::thread::yield_now();
        }
        peer
    }

    /// Its entity id.
    pub fn entity_id(&self) -> String {
        format!("{}/idp", self.origin)
    }

    /// Where it is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its metadata, as it publishes it.
    pub fn metadata(&self) -> String {
        self.get(&format!("{}/saml2/idp/metadata.php", self.origin)).1
    }

    /// One request of its browser: where it is sent next, if anywhere, and the page.
    pub fn get(&self, address: &str) -> (Option<String>, String) {
        self.curl(&[address])
    }

    /// Goes where it is sent, as long as that is here. The last: an address elsewhere, or a page.
    pub fn follow(&self, address: &str) -> (Option<String>, String) {
        let mut next = address.to_owned();
        for _ in 0..10 {
            let (sent, page) = self.get(&next);
            match sent {
                Some(sent) if sent.starts_with(&self.origin) => next = sent,
                other => return (other, page),
            }
        }
        panic!("it sends in circles: {next}");
    }

    /// Signs ann in on the page that a request leads to; returns the page that follows.
    pub fn sign_in(&self, request: &str) -> String {
        let (elsewhere, page) = self.follow(request);
        assert!(elsewhere.is_none(), "sent to {elsewhere:?}");
        let state = hidden(&page, "AuthState").unwrap_or_else(|| panic!("no form: {page} {}", self.log()));
        let (sent, page) = self.curl(&[
            &format!("{}/module.php/core/loginuserpass.php", self.origin),
            "--data-urlencode",
            "username=ann",
            "--data-urlencode",
            "password=her-password",
            "--data-urlencode",
            &format!("AuthState={state}"),
        ]);
        match sent {
            Some(sent) => self.follow(&sent).1,
            None => page,
        }
    }

    /// What it wrote down.
    pub fn log(&self) -> String {
        ["log/log", "log/php"]
            .map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }

    fn curl(&self, arguments: &[&str]) -> (Option<String>, String) {
        let jar = self.folder.path().join("jar");
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"])
            .args(["--write-out", "\n%{redirect_url}"])
            .arg("--cookie")
            .arg(&jar)
            .arg("--cookie-jar")
            .arg(&jar)
            .args(arguments)
            .output()
            .expect("curl starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{error} {}", self.log());
        let text = String::from_utf8(output.stdout).unwrap();
        let (page, sent) = text.rsplit_once('\n').unwrap();
        (
            Some(sent.to_owned()).filter(|sent| !sent.is_empty()),
            page.to_owned(),
        )
    }
}

impl Drop for SimpleSamlPhp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The value of a hidden field of a page.
pub fn hidden(page: &str, name: &str) -> Option<String> {
    let tag = page
        .split("<input")
        .find(|tag| tag.contains(&format!("name=\"{name}\"")))?;
    let value = tag.split_once("value=\"")?.1.split_once('"')?.0;
    let mut value = value.to_owned();
    for (from, to) in [
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        value = value.replace(from, to);
    }
    Some(value)
}
