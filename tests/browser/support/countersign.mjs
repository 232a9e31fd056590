// SPDX-License-Identifier: Apache-2.0
// Starts the real binary with the example coalition in a folder of its own, and stops it again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The program under test. */
export const BINARY =
  process.env.COUNTERSIGN_BIN ?? fileURLToPath(new URL('../../../target/debug/countersign', import.meta.url));
const STARTS_WITHIN_MS = 60_000;

/** A running Countersign. `info` is the first line that it printed. */
export class Countersign {
  #process;
  #folder;
  #said = [];

  /** Starts one with a folder of its own, and more of an environment. */
  static async start(more = {}) {
    const one = new Countersign();
    one.#folder = await mkdtemp(join(tmpdir(), 'countersign-browser-'));
    one.dataDir = join(one.#folder, 'data');
    one.port = await freePort();
    one.environment = { ...process.env, ...(await database()), ...more };
    await one.resume();
    return one;
  }

  /** Starts it again over the same folder and at the same address. */
  async resume() {
    const args = ['demo', '--json', '--port', String(this.port), '--data-dir', this.dataDir];
    this.#process = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'], env: this.environment });
    this.#process.stderr.on('data', (text) => this.#said.push(text.toString()));
    const failed = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`countersign ended with ${code} before it was ready:\n${this.#said.join('')}`);
    });
    const failure = once(this.#process, 'error').then(([error]) => {
      throw new Error(`cannot start ${BINARY}: ${error.message}`);
    });
    const ready = this.#ready();
    this.info = await within(STARTS_WITHIN_MS, Promise.race([ready, failed, failure]), () =>
      this.#said.join(''),
    );
    failed.catch(() => {});
    failure.catch(() => {});
  }

  async #ready() {
    const lines = createInterface({ input: this.#process.stdout });
    const [line] = await once(lines, 'line');
    const info = JSON.parse(line);
    for (;;) {
      try {
        if ((await fetch(`${info.base_url}/readyz`)).ok) return info;
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops it and keeps its folder. */
  async pause() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await once(this.#process, 'exit');
    clearTimeout(timer);
  }

  /** Stops it and removes its folder. */
  async stop() {
    await this.pause();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs one of its commands on the same store; what it printed. */
  async command(...args) {
    const all = [...args, '--data-dir', this.dataDir];
    const { stdout } = await promisify(execFile)(BINARY, all, { env: this.environment });
    return stdout;
  }

  /** What it wrote to its log. */
  get log() {
    return this.#said.join('');
  }

  /** An access token of the printed connected server. */
  async token() {
    const { client_id, client_secret, token_url } = this.info.server;
    const response = await fetch(token_url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`)}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`);
    return (await response.json()).access_token;
  }

  /** Asks a question as the printed connected server does. */
  async ask(subject, action, type, id, context = {}) {
    const response = await fetch(`${this.info.base_url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        subject: { type: 'user', id: subject },
        action: { name: action },
        resource: { type, id },
        context,
      }),
    });
    if (!response.ok) throw new Error(`evaluation: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** A loopback port that nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Where it keeps its facts: a file of its own, or a new database on the server that the caller names. */
async function database() {
  const server = process.env.COUNTERSIGN_TEST_DATABASE;
  if (!server) return {};
  const name = `browser_${process.pid}_${Date.now()}`;
  await promisify(execFile)('psql', [server, '-qc', `CREATE DATABASE ${name}`]);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { COUNTERSIGN_DATABASE__URL: url.href };
}

async function within(ms, promise, told) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready within ${ms} ms:\n${told()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
