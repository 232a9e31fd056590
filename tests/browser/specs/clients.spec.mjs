// SPDX-License-Identifier: Apache-2.0
// Clients of the OpenID provider that others wrote: each signs a real account in, in a real browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../support/browser.mjs';
import { apache, idpyoidc, openidClient } from '../support/clients.mjs';
import { Countersign } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { enrol, signInWithPasskey } from '../support/people.mjs';

let browser;
let countersign;
let context;
let page;
const peers = [];

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  context = await browser.newContext({ baseURL: countersign.info.base_url });
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.erin.enrol_url);
  await context.clearCookies();
});

after(async () => {
  await browser?.close();
  for (const peer of peers) await peer.stop();
  await countersign?.stop();
});

async function kept(starting) {
  const peer = await starting;
  peers.push(peer);
  return peer;
}

test('openid-client pushes, signs in, refreshes, introspects, revokes and signs out', async () => {
  const peer = await kept(openidClient(countersign));
  await page.goto(peer.address);
  await signInWithPasskey(page);
  await page.getByText('signed in').waitFor();
  const { claims, userinfo, active, activeAfter, logout } = peer.learned;
  assert.equal(userinfo.preferred_username, 'erin');
  assert.equal(claims.acr, 'phr');
  assert.deepEqual([active, activeAfter], [true, false]);
  await page.goto(logout);
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/bye?state=x');
  await page.goto('/account');
  assert.equal(new URL(page.url()).pathname, '/signin');
});

test('idpyoidc proves itself with a signature, signs in and refreshes', async () => {
  const peer = await kept(idpyoidc(countersign));
  const arrived = page.goto(peer.address).then(() => signInWithPasskey(page));
  await arrived.catch((error) => assert.fail(`${error}\n${peer.log()}`));
  const learned = JSON.parse(await page.locator('pre').textContent());
  assert.equal(learned.preferred_username, 'erin', `${JSON.stringify(learned)}\n${peer.log()}`);
  assert.equal(learned.acr, 'phr');
  assert.equal(learned.refreshed, true);
});

test('mod_auth_openidc lets erin in silently, refreshes, and lets her out by back-channel logout', async () => {
  const peer = await kept(apache(countersign));
  const log = () => readFile(join(peer.folder, 'error.log'), 'utf8').catch(() => '');
  // The session of the client before is reused: no page is shown.
  await page.goto(peer.address);
  assert.equal(await page.locator('body').textContent(), 'the secret page', await log());
  // Each visit a second later refreshes the access token: the chain goes on.
  for (let visit = 0; visit < 3; visit += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await page.goto(peer.address);
    assert.equal(await page.locator('body').textContent(), 'the secret page', await log());
  }
  const account = await context.newPage();
  await account.goto('/account/apps');
  await account.getByText('Apache').waitFor();
  await account.goto('/account/signout');
  await account.getByRole('button', { name: 'Sign out' }).click();
  await account.getByRole('heading', { name: 'You’re signed out' }).or(account.getByText("You're signed out")).first().waitFor();
  // Its answer to the message is no success where access needs a claim, so the message comes again after a second:
  // that also undoes a visit at the same moment, which would write the dropped session back.
  const end = Date.now() + 5_000;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.goto(peer.address);
    if (new URL(page.url()).pathname === '/signin') break;
    assert.ok(Date.now() < end, `still inside five seconds later\n${await log()}`);
  }
});
