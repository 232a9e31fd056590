// SPDX-License-Identifier: Apache-2.0
// Serves the built console with the policy of the real server, over a made-up world. For looking and for tests of looks only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHANNELS, decisionAbout, PEOPLE, SCHEMES, TEXTS } from './world.mjs';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const BANNER = { text: 'NATO SECRET', bg: '#c8102e', fg: '#ffffff' };
const NOTICE =
  'Demonstration: administration needs AAL 2 on any device here. A real deployment asks for AAL 3.';

const now = () => new Date().toISOString();
const decisions = Array.from({ length: 130 }, (_, index) =>
  decisionAbout(index, new Date(Date.now() - (130 - index) * 47_000).toISOString()),
);
const sessions = new Map([
  ['alice', [session('s1', 2), session('s2', 3)]],
  ['dave', [session('s3', 2)]],
]);
const listeners = new Set();

function session(id, aal) {
  return {
    id,
    aal,
    acr: `urn:countersign:aal:${aal}`,
    amr: ['hwk', 'user'],
    auth_time: now(),
    last_activity: now(),
    clients: ['demo'],
    device: 'ns',
  };
}

/** Starts the mock and answers with its address. */
export function start(port = 0) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname.startsWith('/api/v1/')) return api(request, response, url);
    if (url.pathname.startsWith('/admin')) return page(response, url);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>Sign in</title><p>${url.pathname}`);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () =>
      resolve({ server, address: `http://127.0.0.1:${server.address().port}` }),
    );
  });
}

function page(response, url) {
  const file = normalize(join(dist, url.pathname.slice('/admin'.length)));
  const type = TYPES[extname(file)];
  if (type && file.startsWith(dist) && existsSync(file)) {
    response.writeHead(200, { 'content-type': type });
    return response.end(readFileSync(file));
  }
  const nonce = randomBytes(16).toString('base64url');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'`,
  });
  return response.end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__CSP_NONCE__', nonce));
}

async function api(request, response, url) {
  const path = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
  const json = (status, body) => {
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'content-type': type });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const problem = (status, detail, more = {}) => json(status, { status, title: 'Error', detail, ...more });
  if (request.method !== 'GET' && request.headers['x-csrf-token'] !== 'mock')
    return problem(403, 'the token is missing');
  switch (`${request.method} ${path[0]}${path[2] ? `/${path.slice(2).join('/')}` : ''}`) {
    case 'GET me':
      return json(200, {
        id: 'judy',
        roles: ['security_officer'],
        csrf_token: 'mock',
        banner: BANNER,
        notice: NOTICE,
        session: {
          id: 's9',
          aal: 2,
          auth_time: now(),
          ends_at: new Date(Date.now() + 86_400_000).toISOString(),
          idle_seconds: 3600,
        },
      });
    case 'GET schemes':
      return json(200, { schemes: SCHEMES });
    case 'GET people':
      if (path[1]) {
        const found = PEOPLE.find(({ id }) => id === path[1]);
        if (!found) return problem(404, 'there is nothing here that you may see');
        const memberships = CHANNELS.filter(({ members }) => members.includes(found.id)).map(
          membershipOf(found),
        );
        return json(200, { ...found, sessions: sessions.get(found.id) ?? [], memberships });
      }
      return json(200, paged(PEOPLE, url));
    case 'POST people/sessions/end':
      sessions.delete(path[1]);
      return json(200, { sessions_ended: 2 });
    case 'POST people/revoke':
      return problem(403, 'security officers revoke people', {
        reason: 'ROLE_REQUIRED',
        required_roles: ['security_officer'],
      });
    case 'DELETE sessions':
      for (const [id, open] of sessions)
        sessions.set(
          id,
          open.filter((one) => one.id !== path[1]),
        );
      return json(204);
    case 'GET channels':
      if (path[1]) {
        const found = CHANNELS.find(({ id }) => id === path[1]);
        if (!found) return problem(404, 'there is nothing here that you may see');
        return json(200, { ...found, members: found.members.map(memberOf(found)) });
      }
      return json(
        200,
        paged(
          CHANNELS.map(({ members, ...it }) => ({ ...it, member_count: members.length })),
          url,
        ),
      );
    case 'GET decisions':
      if (path[1] === 'stream') return stream(response);
      if (path[1]) {
        const found = decisions.find(({ id }) => id === path[1]);
        return found ? json(200, found) : problem(404, 'there is nothing here that you may see');
      }
      return json(200, paged([...decisions].reverse().filter(wanted(url)), url));
    case 'POST simulate':
      return json(200, simulated(JSON.parse(await bodyOf(request))));
    default:
      return problem(404, 'no such route');
  }
}

const membershipOf = (person) => (channel) => ({
  channel: channel.id,
  name: channel.name,
  label: channel.label,
  member_allowed: person.id !== 'fred',
  reason: person.id === 'fred' ? 'CLEARANCE_SUSPENDED' : null,
});

const memberOf = () => (id) => ({
  id,
  member_allowed: id !== 'fred',
  reason: id === 'fred' ? 'CLEARANCE_SUSPENDED' : null,
  reason_text: id === 'fred' ? TEXTS.CLEARANCE_SUSPENDED : null,
});

const wanted = (url) => (decision) =>
  ['subject', 'reason', 'outcome'].every((name) => {
    const asked = url.searchParams.get(name);
    return !asked || decision[name] === asked;
  });

function paged(all, url) {
  const q = url.searchParams.get('q')?.toLowerCase() ?? '';
  const fitting = all.filter(({ id, display_name }) =>
    `${id} ${display_name ?? ''}`.toLowerCase().includes(q),
  );
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? 50);
  const next = from + limit < fitting.length ? String(from + limit) : null;
  return { items: fitting.slice(from, from + limit), next_cursor: next };
}

function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}

function simulated(question) {
  const index = question.subject === 'alice' ? 5 : 1;
  return { ...decisionAbout(index, now()), subject: question.subject };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

setInterval(() => {
  const decision = decisionAbout(decisions.length, now());
  decisions.push(decision);
  for (const listener of listeners)
    listener.write(`event: decision\nid: ${decisions.length}\ndata: ${JSON.stringify(decision)}\n\n`);
}, 4_000).unref();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await start(Number(process.env.PORT ?? 4180));
  console.log(`${address}/admin/`);
}
