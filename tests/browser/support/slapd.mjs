// SPDX-License-Identifier: Apache-2.0
// OpenLDAP's server as an agency's directory, on a free loopback port, with an authority of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { certify } from './certificates.mjs';
import { freePort } from './countersign.mjs';

/** Below this is everything. */
export const SUFFIX = 'dc=agency,dc=example';
const ADMIN = `cn=admin,${SUFFIX}`;
const PASSWORD = 'reads and changes all';
const TREE = `dn: ${SUFFIX}
objectClass: domain
dc: agency

dn: ou=people,${SUFFIX}
objectClass: organizationalUnit
ou: people

`;

/** A running directory. */
export class Slapd {
  #folder;
  #port;
  #process;

  /** Starts one that holds `ldif` below `ou=people`. */
  static async start(ldif) {
    const one = new Slapd();
    one.#folder = await mkdtemp(join(tmpdir(), 'countersign-slapd-'));
    one.#port = await freePort();
    certify(one.#folder, 'localhost');
    await mkdir(one.#file('db'));
    await writeFile(one.#file('slapd.conf'), one.#configuration());
    execFileSync('/usr/sbin/slapadd', ['-q', '-f', one.#file('slapd.conf')], { input: TREE + ldif });
    await one.#run();
    return one;
  }

  /** How a source says where it is and as whom it is read. */
  async settings() {
    return {
      urls: [`ldaps://localhost:${this.#port}`],
      authorities: await readFile(this.#file('root.pem'), 'utf8'),
      bind_dn: ADMIN,
      password: PASSWORD,
      base: `ou=people,${SUFFIX}`,
      filter: '(objectClass=inetOrgPerson)',
    };
  }

  /** Takes an entry away. */
  remove(dn) {
    execFileSync('ldapdelete', ['-x', '-D', ADMIN, '-w', PASSWORD, '-H', this.#socket, dn]);
  }

  /** Stops it and removes its folder. */
  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run() {
    const addresses = `ldaps://localhost:${this.#port} ${this.#socket}`;
    const args = ['-f', this.#file('slapd.conf'), '-h', addresses, '-d', '0'];
    this.#process = spawn('/usr/sbin/slapd', args, { stdio: 'ignore' });
    while (!(await listens(this.#port))) {
      if (this.#process.exitCode !== null) throw new Error(`slapd ended with ${this.#process.exitCode}`);
      await rest(50);
    }
  }

  #configuration() {
    return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
pidfile ${this.#file('pid')}
TLSCACertificateFile ${this.#file('root.pem')}
TLSCertificateFile ${this.#file('leaf.pem')}
TLSCertificateKeyFile ${this.#file('leaf.key')}
database mdb
suffix "${SUFFIX}"
rootdn "${ADMIN}"
rootpw "${PASSWORD}"
directory ${this.#file('db')}
envflags nosync
overlay syncprov
syncprov-sessionlog 100
`;
  }

  get #socket() {
    return `ldapi://${encodeURIComponent(this.#file('socket'))}`;
  }

  #file(name) {
    return join(this.#folder, name);
  }
}

async function listens(port) {
  const socket = connect(port, 'localhost');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
