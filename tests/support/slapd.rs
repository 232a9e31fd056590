// SPDX-License-Identifier: Apache-2.0
//! OpenLDAP's server, started on free loopback ports with a configuration, a database and a
//! certificate of its own, and stopped when the test is over.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use countersign_directory::ldap::Rules;
use countersign_directory::ldap::settings::{Flavour, Groups, Server, Settings};
use countersign_directory::ldap::subject::SubjectKind;

use crate::authority::Authority;
use crate::programs::{answers, fed, free_port, missing, ran};

const PROGRAM: &str = "/usr/sbin/slapd";
const LOADER: &str = "/usr/sbin/slapadd";
/// Below this is everything.
pub const SUFFIX: &str = "dc=agency,dc=example";
/// As whom the tests read.
pub const READER: &str = "cn=reader,dc=agency,dc=example";
/// Its password.
pub const READER_PASSWORD: &str = "reads all and changes nothing";
const ADMIN: &str = "cn=admin,dc=agency,dc=example";
const ADMIN_PASSWORD: &str = "changes all";

/// Two branches and the account that reads them.
const TREE: &str = "dn: dc=agency,dc=example\nobjectClass: domain\ndc: agency\n
dn: cn=reader,dc=agency,dc=example\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: reader
userPassword: reads all and changes nothing\n
dn: ou=people,dc=agency,dc=example\nobjectClass: organizationalUnit\nou: people\n
dn: ou=groups,dc=agency,dc=example\nobjectClass: organizationalUnit\nou: groups\n\n";

/// A running server.
pub struct Slapd {
    folder: tempfile::TempDir,
    /// Its port that begins in the open.
    pub port: u16,
    /// Its port of TLS.
    pub tls_port: u16,
    /// The authority of its certificate, PEM.
    pub authority: String,
}

impl Slapd {
    /// Whether its programs are on this machine (Debian: `slapd`, `ldap-utils`).
    pub fn can_run() -> bool {
        Path::new(PROGRAM).exists() && Path::new(LOADER).exists()
    }

    /// Starts one that holds `ldif` below the two branches.
    pub fn start(ldif: &str) -> Self {
        let authority = Authority::new("Agency Root");
        let certificate = authority.certify("localhost", 2040);
        Self::start_with(ldif, &authority.pem, certificate)
    }

    /// As [`Slapd::start`], with a certificate of the caller's.
    pub fn start_with(ldif: &str, authority: &str, (certificate, key): (String, String)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("db")).unwrap();
        fs::write(at("ca.pem"), authority).unwrap();
        fs::write(at("cert.pem"), certificate).unwrap();
        fs::write(at("key.pem"), key).unwrap();
        fs::write(at("slapd.conf"), configuration(folder.path())).unwrap();
        let mut this = Self {
            folder,
            port: 0,
            tls_port: 0,
            authority: authority.to_owned(),
        };
        this.load(&format!("{TREE}{ldif}"));
        (this.port, this.tls_port) = (free_port(), free_port());
        this.run();
        this
    }

    /// Puts entries into the database of a server that does not run.
    pub fn load(&self, ldif: &str) {
        let file = self.at("more.ldif");
        fs::write(&file, ldif).unwrap();
        let mut command = Command::new(LOADER);
        ran(command.args(["-q", "-f", &self.at("slapd.conf"), "-l", &file]));
    }

    /// Starts it, again on the same ports. It goes to the background once it answers.
    pub fn run(&self) {
        let socket = self.at("socket").replace('/', "%2f");
        let addresses = format!(
            "ldap://127.0.0.1:{} ldaps://127.0.0.1:{} ldapi://{socket}",
            self.port, self.tls_port
        );
        let mut command = Command::new(PROGRAM);
        command.args(["-f", &self.at("slapd.conf"), "-h", &addresses, "-s", "0"]);
        // It keeps what it is given: nobody would see the end of its output.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap_or_else(|fault| missing(&command, &fault));
        assert!(status.success(), "slapd does not start");
        // It goes to the background a moment before it listens.
        for port in [self.port, self.tls_port] {
            answers(("127.0.0.1", port), Duration::from_secs(20));
        }
    }

    /// Stops it.
    pub fn stop(&self) {
        let Ok(id) = fs::read_to_string(self.at("pid")) else {
            return;
        };
        let _ = Command::new("kill").args(["-9", id.trim()]).status();
        let gone = Path::new("/proc").join(id.trim());
        while gone.exists() && !is_zombie(&gone) {
            std::thread::yield_now();
        }
        let _ = fs::remove_file(self.at("pid"));
    }

    /// Changes entries, as LDIF says.
    pub fn change(&self, ldif: &str) {
        let socket = self.at("socket").replace('/', "%2f");
        let mut command = Command::new("ldapmodify");
        command.args(["-x", "-D", ADMIN, "-w", ADMIN_PASSWORD]);
        fed(command.args(["-H", &format!("ldapi://{socket}")]), ldif);
    }

    /// How it is spoken to by TLS from the first byte.
    pub fn settings(&self) -> Settings {
        settings(&self.authority, vec![tls(self.tls_port)])
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A server on this machine that speaks TLS from the first byte.
pub fn tls(port: u16) -> Server {
    Server {
        host: "localhost".into(),
        port,
        starttls: false,
    }
}

/// A server on this machine that begins in the open.
pub fn starttls(port: u16) -> Server {
    Server {
        starttls: true,
        ..tls(port)
    }
}

/// The settings of the tests: people by `uid` or `mail`, nested groups.
pub fn settings(authority: &str, servers: Vec<Server>) -> Settings {
    Settings {
        servers,
        authorities: authority.to_owned(),
        bind_dn: Some(READER.into()),
        flavour: Flavour::OpenLdap,
        base: format!("ou=people,{SUFFIX}").parse().unwrap(),
        one_level: false,
        people: "(objectClass=inetOrgPerson)".parse().unwrap(),
        login: Some(
            "(&(objectClass=inetOrgPerson)(|(uid={name})(mail={name})))"
                .parse()
                .unwrap(),
        ),
        subject: SubjectKind::EntryUuid,
        wanted: ["uid", "cn", "mail", "employeeType"].map(str::to_owned).to_vec(),
        groups: Some(Groups {
            base: format!("ou=groups,{SUFFIX}").parse().unwrap(),
            filter: "(objectClass=groupOfNames)".parse().unwrap(),
            name: "cn".into(),
            member: "member".into(),
            nested: true,
            as_attribute: "groups".into(),
        }),
        timeout_seconds: 5,
        connections: 4,
        page: 100,
        rules: Rules::default(),
    }
}

/// A person as LDIF.
pub fn person(uid: &str, more: &str) -> String {
    format!(
        "dn: uid={uid},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\n\
         mail: {uid}@agency.example\nuserPassword: password of {uid}\n{more}\n"
    )
}

/// A group as LDIF; members are `uid=…` or `cn=…`.
pub fn group(name: &str, members: &[&str]) -> String {
    let mut text = format!("dn: cn={name},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}\n");
    for member in members {
        let branch = if member.starts_with("uid=") {
            "people"
        } else {
            "groups"
        };
        text.push_str(&format!("member: {member},ou={branch},{SUFFIX}\n"));
    }
    text.push('\n');
    text
}

fn is_zombie(process: &Path) -> bool {
    let state = fs::read_to_string(process.join("stat")).unwrap_or_default();
    state.rsplit(") ").next().is_none_or(|rest| rest.starts_with('Z'))
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload memberof
pidfile {folder}/pid
argsfile {folder}/args
sizelimit size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 2147483648
suffix \"{SUFFIX}\"
rootdn \"{ADMIN}\"
rootpw \"{ADMIN_PASSWORD}\"
directory {folder}/db
envflags nosync
index objectClass,uid,mail,entryUUID,entryCSN,member eq
overlay memberof
overlay syncprov
syncprov-sessionlog 1000
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"{READER}\" read by anonymous auth by * none
"
    )
}
