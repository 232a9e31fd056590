// SPDX-License-Identifier: Apache-2.0
// Clients of the OpenID provider that others wrote, each on a free port of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as openid from 'openid-client';
import { freePort } from './countersign.mjs';
import { PYTHON } from './synapse.mjs';

const IDPYOIDC = fileURLToPath(new URL('../../peers/idpyoidc_client.py', import.meta.url));
const READY_WITHIN_MS = 20_000;

/** Registers a client; returns its credentials and the issuer. */
export async function register(countersign, record) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-client-'));
  try {
    const file = join(folder, 'client.json');
    await writeFile(file, JSON.stringify(record));
    const printed = await countersign.command('client', 'put', file);
    // The command knows the folder alone, not the address that the process serves.
    return { ...JSON.parse(printed), issuer: countersign.info.issuer };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Apache with mod_auth_openidc before a folder: who may see it is what the identity says. */
export async function apache(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const { client_id, client_secret, issuer } = await register(countersign, {
    id: 'apache',
    name: 'Apache',
    redirect_uris: [`${address}/secret/redirect`],
    post_logout_redirect_uris: [`${address}/bye.txt`],
    backchannel_logout_uri: `${address}/secret/redirect?logout=backchannel`,
    grants: ['authorization_code', 'refresh_token'],
    require_pushed_authorization_requests: false,
  });
  const folder = await mkdtemp(join(tmpdir(), 'countersign-apache-'));
  // Apache's workers are another user.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'www/secret'), { recursive: true });
  await writeFile(join(folder, 'www/secret/index.txt'), 'the secret page');
  await writeFile(join(folder, 'www/bye.txt'), 'signed out');
  const config = join(folder, 'httpd.conf');
  await writeFile(config, apacheConfig({ port, folder, address, issuer, client_id, client_secret }));
  const args = ['-f', config, '-DFOREGROUND'];
  const one = await started('apache2', args, { probe: `${address}/bye.txt` });
  const stop = one.stop;
  one.stop = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...one, address: `${address}/secret/index.txt`, folder };
}

function apacheConfig({ port, folder, address, issuer, client_id, client_secret }) {
  const modules = '/usr/lib/apache2/modules';
  return `
ServerName localhost
ServerRoot ${folder}
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
DocumentRoot ${folder}/www
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authn_core_module ${modules}/mod_authn_core.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule authz_user_module ${modules}/mod_authz_user.so
LoadModule auth_openidc_module ${modules}/mod_auth_openidc.so
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${client_id}
OIDCClientSecret ${client_secret}
OIDCRedirectURI ${address}/secret/redirect
OIDCCryptoPassphrase a-passphrase-for-tests
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCRefreshAccessTokenBeforeExpiry 290
OIDCUserInfoRefreshInterval 1
OIDCCookieSameSite On
<Location /secret>
  AuthType openid-connect
  Require claim preferred_username:erin
</Location>
`;
}

/** A client on the npm package openid-client: pushed requests, PKCE, refresh, introspection, revocation, logout. */
export async function openidClient(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const { client_id, client_secret, issuer } = await register(countersign, {
    id: 'npm',
    name: 'Npm client',
    redirect_uris: [`${address}/callback`],
    post_logout_redirect_uris: [`${address}/bye`],
    grants: ['authorization_code', 'refresh_token'],
    require_pushed_authorization_requests: true,
    id_token_algorithm: 'ES256',
  });
  const config = await openid.discovery(
    new URL(issuer),
    client_id,
    { client_secret, id_token_signed_response_alg: 'ES256' },
    openid.ClientSecretPost(client_secret),
    { execute: [openid.allowInsecureRequests] },
  );
  const one = { address: `${address}/`, learned: undefined };
  const expected = {};
  const begin = async () => {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    Object.assign(expected, {
      pkceCodeVerifier,
      expectedState: openid.randomState(),
      expectedNonce: openid.randomNonce(),
    });
    return openid.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: `${address}/callback`,
      scope: 'openid profile email',
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expected.expectedState,
      nonce: expected.expectedNonce,
    });
  };
  const finish = async (url) => {
    const tokens = await openid.authorizationCodeGrant(config, url, expected);
    const claims = tokens.claims();
    const userinfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    const seen = await openid.tokenIntrospection(config, next.access_token);
    await openid.tokenRevocation(config, next.refresh_token);
    const after = await openid.tokenIntrospection(config, next.access_token);
    const logout = openid.buildEndSessionUrl(config, {
      id_token_hint: next.id_token,
      post_logout_redirect_uri: `${address}/bye`,
      state: 'x',
    });
    one.learned = { claims, userinfo, active: seen.active, activeAfter: after.active, logout: logout.href };
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url, address);
    const show = (text) => response.end(`<!doctype html><html lang="en"><title>Npm</title><p>${text}`);
    const fail = (error) => show(`failed: ${error.message} ${error.cause ?? ''}`);
    response.setHeader('content-type', 'text/html');
    if (url.pathname === '/') {
      begin().then((to) => response.writeHead(303, { location: to.href }).end(), fail);
    } else if (url.pathname === '/callback') {
      finish(url).then(() => show('signed in'), fail);
    } else show('elsewhere');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  one.stop = () => new Promise((resolve) => server.close(resolve));
  return one;
}

/** A client on the Python package idpyoidc, which signs who it is. */
export async function idpyoidc(countersign) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const args = [IDPYOIDC, '--port', String(port), '--issuer', countersign.info.issuer, '--client-id', 'python'];
  const one = await started(PYTHON, [...args, '--auth', 'private_key_jwt'], { lines: 2 });
  const [{ jwks }] = one.said;
  await register(countersign, {
    id: 'python',
    name: 'Python client',
    redirect_uris: [`${address}/callback`],
    grants: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    assertion_audience: 'token_endpoint',
    jwks,
  });
  return { ...one, address: `${address}/` };
}

/** Starts a program and waits for what it prints, until an address answers, or until a file is there. */
export async function started(program, args, { lines = 0, probe, file }) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = [];
  const said = [];
  child.stderr.on('data', (text) => told.push(text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  let failure;
  child.on('error', (error) => (failure = error));
  const end = Date.now() + READY_WITHIN_MS;
  const isReady = async () =>
    file ? existsSync(file) : probe ? (await fetch(probe).catch(() => undefined))?.ok : said.length >= lines;
  while (!(await isReady())) {
    if (failure || child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${program} did not start: ${failure ?? ''}${told.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { said, stop, log: () => told.join('') };
}
