// SPDX-License-Identifier: Apache-2.0
// A Chromium that finds cards where it looks for them by itself, in NSS, and that an administrator has told by policy
// which of them to show to the card host.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM, launch } from './browser.mjs';

/** Chromium reads policies from here and from nowhere else. */
const POLICIES = '/etc/chromium';

/** A browser with cards in it. */
export class CardReader {
  #home;
  #policy;

  /** Starts one that holds these cards of an authority, and that shows those issued by `issuer` without asking. */
  static async with(authority, names, issuer) {
    const one = new CardReader();
    one.#home = await mkdtemp(join(tmpdir(), 'countersign-reader-'));
    const store = join(one.#home, '.pki/nssdb');
    await mkdir(store, { recursive: true });
    execFileSync('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
    for (const name of names) {
      const file = authority.packed(name);
      execFileSync('pk12util', ['-i', file, '-d', `sql:${store}`, '-W', '', '-K', ''], { stdio: 'ignore' });
    }
    const filter = { ISSUER: { CN: issuer } };
    const choice = JSON.stringify({ pattern: authority.origin, filter });
    const executablePath = await one.#managed({ AutoSelectCertificateForUrls: [choice] });
    one.browser = await launch({ env: { HOME: one.#home }, executablePath });
    return one;
  }

  /** Stops it and removes what it held. */
  async close() {
    await this.browser?.close();
    if (this.#policy) await rm(this.#policy, { force: true });
    await rm(this.#home, { recursive: true, force: true });
  }

  /** Puts a policy where Chromium looks: root in the system's folder, anybody else in one that only this Chromium sees. */
  async #managed(policy) {
    const text = JSON.stringify(policy);
    if (process.getuid() === 0) {
      const folder = join(POLICIES, 'policies/managed');
      await mkdir(folder, { recursive: true });
      this.#policy = join(folder, `countersign-test-${process.pid}.json`);
      await writeFile(this.#policy, text);
      return CHROMIUM;
    }
    const folder = join(this.#home, 'chromium/policies/managed');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'test.json'), text);
    const script = join(this.#home, 'chromium.sh');
    const inside = `mount --bind "${this.#home}/chromium" ${POLICIES} && exec ${CHROMIUM} "$@"`;
    await writeFile(script, `#!/bin/sh\nexec unshare --map-root-user --mount sh -c '${inside}' sh --no-sandbox "$@"\n`);
    await chmod(script, 0o755);
    return script;
  }
}
