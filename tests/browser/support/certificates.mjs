// SPDX-License-Identifier: Apache-2.0
// An authority and what it certifies, made with OpenSSL: for whatever is not about certificates itself.
import { execFileSync } from 'node:child_process';

/** Makes `root.pem`, and beside it `leaf.pem` with `leaf.key`, good for a DNS name, in a folder. */
export function certify(folder, name) {
  const openssl = (...args) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  openssl('req', '-x509', ...made, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Root');
  openssl(
    ...['req', '-x509', ...made, '-keyout', 'leaf.key', '-out', 'leaf.pem', '-subj', '/CN=leaf'],
    ...['-CA', 'root.pem', '-CAkey', 'root.key', '-addext', `subjectAltName=DNS:${name}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
  );
}
