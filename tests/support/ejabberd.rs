// SPDX-License-Identifier: Apache-2.0
//! ejabberd, started on a free loopback port with a configuration and a database of its own, and ended
//! with the test; and a client of it, as far as signing in.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::programs::{answers, free_port, missing};

/// The domain that it serves.
pub const DOMAIN: &str = "localhost";

/// A running server.
#[derive(Debug)]
pub struct Ejabberd {
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Ejabberd {
    /// Starts one that signs people in as `settings` say, YAML of `ejabberd.yml`.
    pub fn start(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let port = free_port();
        let config = format!(
            "hosts: [\"{DOMAIN}\"]\nlisten:\n  - port: {port}\n    ip: \"127.0.0.1\"\n    module: ejabberd_c2s\n\
             modules: {{}}\n{settings}"
        );
        fs::write(at("ejabberd.yml"), config).unwrap();
        fs::create_dir(at("database")).unwrap();
        // Without its own launcher, which changes to a user of the machine. Not distributed: nothing else listens.
        let mut command = Command::new("erl");
        command
            .args(["-noinput", "-mnesia", "dir"])
            .arg(format!("{:?}", at("database").display().to_string()))
            .args(["-pa", &code(), "-s", "ejabberd"])
            .env("HOME", folder.path())
            .env("EJABBERD_CONFIG_PATH", at("ejabberd.yml"))
            .env("EJABBERD_LOG_PATH", at("ejabberd.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(fs::File::create(at("errors")).unwrap()));
        let process = command.spawn().unwrap_or_else(|fault| missing(&command, &fault));
        answers(("127.0.0.1", port), Duration::from_mins(1));
        Self {
            folder,
            port,
            process,
        }
    }

    /// Whether it lets `user` in with `password` (SASL PLAIN, RFC 6120, section 6).
    pub fn lets_in(&self, user: &str, password: &str) -> bool {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let open = format!(
            "<?xml version='1.0'?><stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>"
        );
        stream.write_all(open.as_bytes()).unwrap();
        let offered = self.until(&mut stream, &["</stream:features>"]);
        assert!(offered.contains("<mechanism>PLAIN</mechanism>"), "{offered}");
        let secret = STANDARD.encode(format!("\0{user}\0{password}"));
        let auth =
            format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
        stream.write_all(auth.as_bytes()).unwrap();
        let answer = self.until(&mut stream, &["<success", "</failure>"]);
        let denied = answer.contains("<not-authorized/>");
        assert!(answer.contains("<success") != denied, "{answer}");
        !denied
    }

    /// What it says, up to one of these words.
    fn until(&self, stream: &mut TcpStream, words: &[&str]) -> String {
        let mut said = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&said).into_owned();
            if words.iter().any(|word| text.contains(word)) {
                return text;
            }
            match stream.read(&mut piece) {
                Ok(length) if length > 0 => said.extend(&piece[..length]),
                ended => panic!("{ended:?} after `{text}`: {}", self.errors()),
            }
        }
    }

    /// What it, and the programs that it started, complained of.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors")).unwrap()
    }
}

impl Drop for Ejabberd {
    fn drop(&mut self) {
        // It may have ended by itself. What it started ends with its pipes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where its compiled code is.
fn code() -> String {
    let libraries = fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut found = libraries
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("ejabberd-"))
        .map(|entry| entry.path().join("ebin"));
    let code = found
        .next()
        .expect("ejabberd is missing: scripts/setup.sh test installs it");
    code.display().to_string()
}
