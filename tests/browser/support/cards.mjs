// SPDX-License-Identifier: Apache-2.0
// Cards of a test authority, made with OpenSSL, and the configuration of a house that accepts them.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './countersign.mjs';

const PIV = '2.16.840.1.101.3.2.1.3.13';
const CONFIGURATION = `
[ca]
default_ca=authority
[authority]
database=./index.txt
serial=./serial
crlnumber=./crlnumber
new_certs_dir=.
default_md=sha256
default_crl_days=30
unique_subject=no
policy=names
[names]
commonName=supplied
[req]
distinguished_name=dn
[dn]
[root]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[host]
subjectAltName=IP:127.0.0.1
[card]
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
certificatePolicies=${PIV}
subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:bob@agency.example
[mail]
keyUsage=critical,digitalSignature
extendedKeyUsage=emailProtection
`;

/** An authority with a folder of its own, and a card host that accepts what it issues. */
export class Authority {
  #folder;

  static async open() {
    const one = new Authority();
    one.#folder = await mkdtemp(join(tmpdir(), 'countersign-cards-'));
    await writeFile(join(one.#folder, 'ca.cnf'), CONFIGURATION);
    await writeFile(join(one.#folder, 'index.txt'), '');
    await writeFile(join(one.#folder, 'serial'), '10\n');
    await writeFile(join(one.#folder, 'crlnumber'), '10\n');
    one.#selfSigned('ca', '/CN=Agency CA', 'root');
    one.#selfSigned('other', '/CN=Other CA', 'root');
    one.#selfSigned('host', '/CN=card host', 'host');
    one.publish();
    one.port = await freePort();
    one.origin = `https://127.0.0.1:${one.port}`;
    return one;
  }

  /** What the house has to know. */
  get environment() {
    const anchor = `{ name = "agency", certificate = "${this.#file('ca.pem')}", mapping = "issuer_serial", policies = { "${PIV}" = 3 } }`;
    return {
      COUNTERSIGN_CARDS__URL: this.origin,
      COUNTERSIGN_CARDS__ADDRESS: `127.0.0.1:${this.port}`,
      COUNTERSIGN_CARDS__TLS_CERTIFICATE: this.#file('host.pem'),
      COUNTERSIGN_CARDS__TLS_KEY: this.#file('host.key'),
      COUNTERSIGN_CARDS__CRL_FOLDER: this.#folder,
      COUNTERSIGN_CARDS__CRL_RELOAD_SECONDS: '1',
      COUNTERSIGN_CARDS__ANCHORS: `[${anchor}]`,
    };
  }

  /** Issues a card; answers what a browser context needs to hold it. */
  issue(name, { kind = 'card', by = 'ca', from = '20250101000000Z', until = '20450101000000Z' } = {}) {
    const [request, key, certificate] = ['csr', 'key', 'pem'].map((end) => this.#file(`${name}.${end}`));
    this.#openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', request, '-subj', `/CN=${name}`, '-config', 'ca.cnf');
    this.#openssl('ca', '-config', 'ca.cnf', '-batch', '-notext', '-in', request, '-out', certificate, '-cert', `${by}.pem`, '-keyfile', `${by}.key`, '-extensions', kind, '-startdate', from, '-enddate', until);
    return {
      hosts: [this.origin],
      ignoreHTTPSErrors: true,
      clientCertificates: [{ origin: this.origin, certPath: certificate, keyPath: key }],
    };
  }

  /** A card that was issued, with its key, as a PKCS #12 file without a password. */
  packed(name) {
    this.#openssl('pkcs12', '-export', '-in', `${name}.pem`, '-inkey', `${name}.key`, '-out', `${name}.p12`, '-name', name, '-passout', 'pass:');
    return this.#file(`${name}.p12`);
  }

  /** Cancels a card, and publishes that. */
  revoke(name) {
    this.#openssl('ca', '-config', 'ca.cnf', '-revoke', `${name}.pem`, '-cert', 'ca.pem', '-keyfile', 'ca.key');
    this.publish();
  }

  /** Publishes a new list. */
  publish() {
    this.#openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'list.new', '-cert', 'ca.pem', '-keyfile', 'ca.key');
    execFileSync('mv', ['list.new', 'list.crl'], { cwd: this.#folder });
  }

  async close() {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #selfSigned(name, subject, extensions) {
    this.#openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', subject, '-days', '3650', '-config', 'ca.cnf', '-extensions', extensions);
  }

  #file(name) {
    return join(this.#folder, name);
  }

  #openssl(...args) {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
