// SPDX-License-Identifier: Apache-2.0
// Service providers of the SAML identity provider that others wrote: each signs a real account in, in a real browser,
// reads an encrypted assertion, and takes part in single logout.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../support/browser.mjs';
import { Countersign } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, enrol, signInWithPasskey } from '../support/people.mjs';
import { mellon, pysaml2, shibboleth } from '../support/service_providers.mjs';

let browser;
let countersign;
let context;
let page;
const peers = {};

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  context = await browser.newContext({ baseURL: countersign.info.base_url });
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.erin.enrol_url);
  await context.clearCookies();
  peers.pysaml2 = await pysaml2(countersign);
  peers.mellon = await mellon(countersign);
  peers.shibboleth = await shibboleth(countersign);
});

after(async () => {
  await browser?.close();
  for (const peer of Object.values(peers)) await peer.stop();
  await countersign?.stop();
});

const body = () => page.locator('body').textContent();
/** Where a visit ends, without what the page there does: its passkey would sign in by itself. */
const leadsTo = async (address) => new URL((await context.request.get(address)).url()).pathname;
const learned = async (peer) => {
  const shown = page.locator('pre');
  await shown.waitFor().catch(async () => assert.fail(await logs(peer)));
  return JSON.parse(await shown.textContent());
};
const logs = async (peer) => {
  const files = ['error.log', 'shib.log'].map((name) => readFile(join(peer.folder, name), 'utf8').catch(() => ''));
  return `${page.url()}\n${await body()}\n${peer.log()}\n${(await Promise.all(files)).join('\n')}`;
};

test('pysaml2 reads an encrypted, signed assertion that fits the schema', async () => {
  const peer = peers.pysaml2;
  await page.goto(peer.address);
  await signInWithPasskey(page);
  const { attributes, context, encrypted, relay_state } = await learned(peer);
  assert.deepEqual(attributes.uid, ['erin'], await logs(peer));
  assert.equal(encrypted, true);
  assert.equal(context, 'phr');
  assert.equal(relay_state, 'kept');
  assert.equal(peer.record.saml.requests_signed, true);
});

test('mod_auth_mellon lets erin in silently', async () => {
  const peer = peers.mellon;
  await page.goto(peer.address);
  await page.waitForURL(peer.address).catch(async () => assert.fail(await logs(peer)));
  assert.equal(await body(), 'the secret page', await logs(peer));
  assert.ok(peer.record.saml.encryption.length > 0);
});

test('the Shibboleth service provider lets erin in silently', async () => {
  const peer = peers.shibboleth;
  await page.goto(peer.address);
  await page.waitForURL(peer.address).catch(async () => assert.fail(await logs(peer)));
  assert.equal(await body(), 'the secret page', await logs(peer));
});

test('signing out at one of them signs out at all, and leads back', async () => {
  const { mellon: asking, shibboleth: told } = peers;
  await page.goto(asking.logout);
  await page.waitForURL('**/bye.txt').catch(async () => assert.fail(`${await logs(asking)}\n${await logs(told)}`));
  for (const peer of [asking, told]) assert.equal(await leadsTo(peer.address), '/signin', await logs(peer));
});

test('signing out at the Shibboleth service provider ends it here and at pysaml2', async () => {
  const { shibboleth: asking, pysaml2: other } = peers;
  await page.goto(asking.address);
  await signInWithPasskey(page);
  await page.waitForURL(asking.address);
  await page.goto(other.address);
  await learned(other);
  await page.goto(asking.logout);
  await page.waitForURL('**/bye.txt').catch(async () => assert.fail(`${await logs(asking)}\n${await logs(other)}`));
  assert.equal(await leadsTo('/account'), '/signin');
  assert.equal(await leadsTo(other.address), '/signin');
});

test('a session that an administrator ends is over at the Shibboleth service provider, too, and pysaml2 is named', async () => {
  const { shibboleth: called, pysaml2: other } = peers;
  await page.goto(called.address);
  await signInWithPasskey(page);
  await page.waitForURL(called.address);
  await page.goto(other.address);
  await learned(other);
  const judy = await arrive(browser, countersign, 'judy');
  const ended = await judy.page.evaluate(async () => {
    const { csrf_token } = await (await fetch('/api/v1/me')).json();
    const headers = { 'X-CSRF-Token': csrf_token };
    return (await fetch('/api/v1/people/erin/sessions/end', { method: 'POST', headers })).json();
  });
  assert.deepEqual(ended.not_reached.map(({ client }) => client), ['pysaml2'], JSON.stringify(ended));
  await judy.context.close();
  const deadline = Date.now() + 20_000;
  while ((await leadsTo(called.address)) !== '/signin') {
    assert.ok(Date.now() < deadline, `${await logs(called)}\n${countersign.log}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

test('signing out here goes round, and pysaml2 is told', async () => {
  const peer = peers.pysaml2;
  await page.goto(peer.address);
  await signInWithPasskey(page);
  await learned(peer);
  await page.goto('/account/signout');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('Your session is over here and in the applications').waitFor().catch(async () => {
    assert.fail(await logs(peer));
  });
  assert.equal(await leadsTo(peer.address), '/signin');
});
