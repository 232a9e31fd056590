// SPDX-License-Identifier: Apache-2.0
// A real Synapse beside Countersign, and the calls that a chat client makes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './countersign.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Python with Synapse installed. */
export const PYTHON = process.env.COUNTERSIGN_TEST_PYTHON ?? join(ROOT, '.venv/bin/python');
const PEER = join(ROOT, 'tests/peers/synapse.py');

/** A running Synapse. `rooms` are the ids of its prepared rooms, by name. */
export class Synapse {
  #process;
  #folder;
  #secretFile;
  #clientId;
  #countersign;
  #said = [];

  /** Makes one known to a running Countersign, prepares its rooms and starts it. */
  static async start(countersign) {
    const one = new Synapse();
    one.#countersign = countersign;
    one.#folder = await mkdtemp(join(tmpdir(), 'countersign-synapse-'));
    one.port = await freePort();
    one.baseUrl = `http://localhost:${one.port}`;
    one.page = await callbackPage();
    await one.#introduce();
    await one.resume();
    return one;
  }

  async #introduce() {
    const record = join(this.#folder, 'record.json');
    await writeFile(record, JSON.stringify(recordOf(this.baseUrl)));
    const { client_id, client_secret } = JSON.parse(await this.#countersign.command('server', 'add', record));
    this.#clientId = client_id;
    this.#secretFile = join(this.#folder, 'secret');
    await writeFile(this.#secretFile, client_secret, { mode: 0o600 });
  }

  /** Starts it again over the same folder and at the same address. */
  async resume() {
    const args = [PEER, '--dir', join(this.#folder, 'server'), '--port', String(this.port)];
    args.push('--countersign', this.#countersign.info.issuer, '--client-id', this.#clientId);
    args.push('--client-secret-file', this.#secretFile, '--redirect', this.page.address);
    this.#process = spawn(PYTHON, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (text) => this.#said.push(text.toString()));
    const line = once(createInterface({ input: this.#process.stdout }), 'line');
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error(`Synapse ended before it was ready:\n${this.#said.join('')}`);
    });
    const [first] = await Promise.race([line, ended]);
    ended.catch(() => {});
    this.rooms = JSON.parse(first).rooms;
  }

  /** Stops it and keeps its folder. */
  async pause() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
  }

  /** Stops it and removes its folder. */
  async stop() {
    await this.pause();
    await this.page.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Where a browser begins to sign in. */
  get signInAddress() {
    const back = encodeURIComponent(this.page.address);
    return `${this.baseUrl}/_matrix/client/v3/login/sso/redirect/oidc-countersign?redirectUrl=${back}`;
  }

  /** Turns what the browser came back with into a client that is signed in. */
  async client(pageAddress) {
    const token = new URL(pageAddress).searchParams.get('loginToken');
    const { status, body } = await this.#call('POST', '/login', undefined, { type: 'm.login.token', token });
    if (status !== 200) throw new Error(`login: ${status} ${JSON.stringify(body)}`);
    const call = (method, path, json) => this.#call(method, path, body.access_token, json);
    return {
      user: body.user_id,
      whoami: () => call('GET', '/account/whoami'),
      invite: (room, user) => call('POST', `/rooms/${encodeURIComponent(room)}/invite`, { user_id: user }),
      join: (room) => call('POST', `/join/${encodeURIComponent(room)}`, {}),
      post: (room, text) =>
        call('PUT', `/rooms/${encodeURIComponent(room)}/send/m.room.message/${crypto.randomUUID()}`, {
          msgtype: 'm.text',
          body: text,
        }),
    };
  }

  async #call(method, path, token, json) {
    const response = await fetch(`${this.baseUrl}/_matrix/client/v3${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json && { 'content-type': 'application/json' }),
      },
      body: json && JSON.stringify(json),
    });
    return { status: response.status, body: await response.json() };
  }
}

/** What Countersign has on file about it: what it may ask, with clients held to NATO SECRET devices, and as whom. */
function recordOf(address) {
  return {
    server: {
      id: 'synapse',
      kind: 'synapse',
      node: 'nato-pol',
      client_id: 'synapse',
      user_id: { template: '@{id}:localhost' },
      channel_id: 'same',
      scope: { people: 'all', channels: { list: [] } },
      may_assert: ['label', 'quotes', 'target', 'to', 'node'],
      labels_owner: 'server',
      members_owner: 'server',
      clients: { managed: true, accreditation: { scheme: 'NATO', level: 'NS' }, posture: 'vouched' },
    },
    client: {
      id: 'synapse',
      name: 'Synapse',
      redirect_uris: [`${address}/_synapse/client/oidc/callback`],
      backchannel_logout_uri: `${address}/_synapse/client/oidc/backchannel_logout`,
      grants: ['authorization_code', 'client_credentials'],
    },
  };
}

/** A page of the chat client, to which the browser comes back with a login token. */
async function callbackPage() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      '<!doctype html><html lang="en"><title>Chat</title><link rel="icon" href="data:,"><h1>Back in chat</h1>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
