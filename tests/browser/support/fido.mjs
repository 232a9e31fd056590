// SPDX-License-Identifier: Apache-2.0
// A FIDO metadata file of our own that lists Chromium's virtual authenticator: its passkeys are attested with it.
import { sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certify } from './certificates.mjs';
import { withPasskey } from './passkey.mjs';

const SIGNER = 'mds.fidoalliance.org';
const MODEL = 'Chromium virtual authenticator';

/** Whoever publishes metadata, in a folder of its own. */
export class Metadata {
  #folder;

  /** Publishes a file that lists the authenticators of `browser`. */
  static async publish(browser) {
    const one = new Metadata();
    one.#folder = await mkdtemp(join(tmpdir(), 'countersign-fido-'));
    one.file = join(one.#folder, 'blob.jwt');
    certify(one.#folder, SIGNER);
    await writeFile(one.file, await one.#signed(await attested(browser)));
    return one;
  }

  /** What the house has to know. */
  get environment() {
    return { COUNTERSIGN_PASSKEYS__METADATA_ROOT: join(this.#folder, 'root.pem') };
  }

  async close() {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #signed({ aaguid, certificate }) {
    const signer = new X509Certificate(await readFile(join(this.#folder, 'leaf.pem')));
    const header = { alg: 'ES256', typ: 'JWT', x5c: [signer.raw.toString('base64')] };
    const entry = {
      aaguid,
      metadataStatement: {
        description: MODEL,
        keyProtection: ['hardware', 'secure_element'],
        attestationRootCertificates: [certificate.toString('base64')],
      },
      statusReports: [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2026-01-01' }],
      timeOfLastStatusChange: '2026-01-01',
    };
    const payload = { legalHeader: 'for tests', no: 1, nextUpdate: '2099-01-01', entries: [entry] };
    const content = [header, payload].map((part) => encoded(JSON.stringify(part))).join('.');
    const key = await readFile(join(this.#folder, 'leaf.key'));
    const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
    return `${content}.${encoded(signature)}`;
  }
}

const encoded = (bytes) => Buffer.from(bytes).toString('base64url');

/**
 * How a virtual authenticator attests: its model, and the certificate of its attestation key. Each attestation
 * carries another certificate of the same name and key, so that each leads to this one.
 */
async function attested(browser) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Attested</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const context = await browser.newContext();
  const page = await context.newPage();
  await withPasskey(page);
  await page.goto(`http://localhost:${server.address().port}/`);
  const { data, object } = await page.evaluate(async () => {
    const publicKey = {
      challenge: new Uint8Array(32),
      rp: { name: 'of no use' },
      user: { id: new Uint8Array(8), name: 'nobody', displayName: 'Nobody' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      attestation: 'direct',
    };
    const { response } = await navigator.credentials.create({ publicKey });
    return {
      data: [...new Uint8Array(response.getAuthenticatorData())],
      object: [...new Uint8Array(response.attestationObject)],
    };
  });
  await context.close();
  server.close();
  // WebAuthn section 6.5.1: the AAGUID follows hash, flags and counter.
  const hex = Buffer.from(data).subarray(37, 53).toString('hex');
  const aaguid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { aaguid, certificate: onlyCertificate(Buffer.from(object)) };
}

/** The only certificate of an attestation object: CBOR `"x5c": [bytes]`, with a length of two bytes. */
function onlyCertificate(object) {
  const at = object.indexOf(Buffer.from([0x63, 0x78, 0x35, 0x63, 0x81, 0x59]));
  if (at < 0) throw new Error('no attestation with one certificate');
  const begin = at + 8;
  return object.subarray(begin, begin + object.readUInt16BE(at + 6));
}
