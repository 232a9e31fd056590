// SPDX-License-Identifier: Apache-2.0
//! Samba as a domain controller of Active Directory, provisioned into a folder of its own and bound to a
//! loopback address of its own: its LDAP ports are fixed, and below 1024.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use countersign_directory::ldap::Rules;
use countersign_directory::ldap::settings::{Flavour, Groups, Server, Settings};
use countersign_directory::ldap::subject::SubjectKind;

use crate::authority::Authority;
use crate::programs::{answers, fed, ran};

/// The administrator's password.
pub const ADMIN_PASSWORD: &str = "Passw0rd-of-the-admin";
/// Below this is everything.
pub const SUFFIX: &str = "DC=ad,DC=agency,DC=example";
const ADDRESS: &str = "127.77.0.1";

/// A running domain controller.
pub struct Samba {
    child: Child,
    folder: tempfile::TempDir,
    authority: String,
}

impl Samba {
    /// Whether this machine lets us listen where a domain controller does.
    pub fn can_run() -> bool {
        TcpListener::bind((ADDRESS, 389)).is_ok()
    }

    /// Provisions and starts one. Takes about fifteen seconds.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let mut command = Command::new("samba-tool");
        command
            .args([
                "domain",
                "provision",
                "--realm=AD.AGENCY.EXAMPLE",
                "--domain=AGENCY",
                "--server-role=dc",
            ])
            .args([
                "--dns-backend=NONE",
                "--host-name=dc1",
                "--host-ip=127.0.0.1",
                "--use-rfc2307",
            ])
            .arg(format!("--targetdir={path}/ad"))
            .arg(format!("--adminpass={ADMIN_PASSWORD}"))
            .arg("--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb")
            .arg(format!("--option=xattr_tdb:file={path}/xattr.tdb"));
        ran(&mut command);
        let authority = Authority::new("Domain Root");
        let (certificate, key) = authority.certify(ADDRESS, 2040);
        for (name, text) in [
            ("ca.pem", &authority.pem),
            ("cert.pem", &certificate),
            ("key.pem", &key),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::create_dir(folder.path().join("run")).unwrap();
        let child = Command::new("samba")
            .args(["-i", "-s", &format!("{path}/ad/etc/smb.conf"), "--debug-stdout", "-d", "0"])
            .arg("--option=server services=ldap")
            .arg(format!("--option=interfaces={ADDRESS}/8"))
            .arg("--option=bind interfaces only=yes")
            .arg(format!("--option=pid directory={path}/run"))
            .arg(format!("--option=lock directory={path}/run"))
            .arg(format!("--option=ncalrpc dir={path}/run/ncalrpc"))
            .arg(format!("--option=tls cafile={path}/ca.pem"))
            .arg(format!("--option=tls certfile={path}/cert.pem"))
            .arg(format!("--option=tls keyfile={path}/key.pem"))
            // It ends when its input does: nothing is left behind if a test dies.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("samba runs: scripts/setup.sh test installs it");
        let this = Self {
            child,
            folder,
            authority: authority.pem,
        };
        // It says nothing when it is ready; it answers.
        answers((ADDRESS, 636), Duration::from_secs(60));
        this
    }

    /// Changes entries of the database, as LDIF says.
    pub fn change(&self, ldif: &str) {
        let database = self.folder.path().join("ad/private/sam.ldb");
        let mut command = Command::new("ldbmodify");
        fed(command.args(["-H", &database.display().to_string()]), ldif);
    }

    /// A command of `samba-tool` on the database.
    pub fn tool(&self, arguments: &[&str]) {
        let path = self.folder.path().display().to_string();
        let mut command = Command::new("samba-tool");
        command
            .args(arguments)
            .arg(format!("-H{path}/ad/private/sam.ldb"))
            .arg(format!("--configfile={path}/ad/etc/smb.conf"));
        ran(&mut command);
    }

    /// How it is spoken to: people by `sAMAccountName` or principal name, nested groups.
    pub fn settings(&self) -> Settings {
        let users: &str = "CN=Users,DC=ad,DC=agency,DC=example";
        Settings {
            servers: vec![Server {
                host: ADDRESS.into(),
                port: 636,
                starttls: false,
            }],
            authorities: self.authority.clone(),
            bind_dn: Some("AGENCY\\Administrator".into()),
            flavour: Flavour::ActiveDirectory,
            base: users.parse().unwrap(),
            one_level: false,
            people: "(&(objectCategory=person)(objectClass=user)(employeeType=*))"
                .parse()
                .unwrap(),
            login: Some(
                "(&(objectClass=user)(employeeType=*)(|(sAMAccountName={name})(userPrincipalName={name})))"
                    .parse()
                    .unwrap(),
            ),
            subject: SubjectKind::ObjectGuid,
            wanted: ["sAMAccountName", "userPrincipalName", "employeeType"]
                .map(str::to_owned)
                .to_vec(),
            groups: Some(Groups {
                base: users.parse().unwrap(),
                filter: "(&(objectClass=group)(cn=ns-*))".parse().unwrap(),
                name: "cn".into(),
                member: "member".into(),
                nested: true,
                as_attribute: "groups".into(),
            }),
            timeout_seconds: 10,
            connections: 2,
            page: 50,
            rules: Rules::default(),
        }
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        // The main process ends its own helpers when asked to.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
