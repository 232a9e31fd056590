// SPDX-License-Identifier: Apache-2.0
// The main job, end to end: people sign in to a real Synapse through Countersign, and it asks who may come in.
// The steps build on each other, in this order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { guarded, launch } from '../support/browser.mjs';
import { Countersign } from '../support/countersign.mjs';
import { eventually } from '../support/eventually.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, enrol, signInWithPasskey } from '../support/people.mjs';
import { Synapse } from '../support/synapse.mjs';

const SECONDS_TO_LOSE_ACCESS = 1;

let browser;
let countersign;
let synapse;
const clients = {};

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  synapse = await Synapse.start(countersign);
});

after(async () => {
  await browser?.close();
  await synapse?.stop();
  await countersign?.stop();
});

/** Enrols a passkey, starts at Synapse, signs in with it at Countersign and comes back to chat: the page, and who is there. */
async function broughtToSynapse(name) {
  const hosts = [synapse.baseUrl, synapse.page.address];
  const { context, clean } = await guarded(browser, countersign.info.base_url, { hosts });
  const page = await context.newPage();
  const passkey = await withPasskey(page);
  await enrol(page, countersign.info.people[name].enrol_url);
  assert.equal((await passkey.credentials()).length, 1);
  await context.clearCookies();
  await page.goto(synapse.signInAddress);
  assert.equal(new URL(page.url()).origin, new URL(countersign.info.issuer).origin);
  await signInWithPasskey(page);
  await page.waitForURL(`${synapse.page.address}**`);
  return { context, page, clean, client: await synapse.client(page.url()) };
}

async function signedInToSynapse(name) {
  const { context, clean, client } = await broughtToSynapse(name);
  clean();
  await context.close();
  return client;
}

test('dave enrols a passkey and signs in to Synapse through Countersign', async () => {
  clients.dave = await signedInToSynapse('dave');
  assert.equal(clients.dave.user, '@dave:localhost');
});

test('dave joins log-nr and posts', async () => {
  const joined = await clients.dave.join(synapse.rooms['log-nr']);
  assert.equal(joined.status, 200, JSON.stringify(joined.body));
  const posted = await clients.dave.post(synapse.rooms['log-nr'], 'Fuel arrives at six.');
  assert.equal(posted.status, 200, JSON.stringify(posted.body));
});

test('noah is refused in log-nr and reads why', async () => {
  clients.noah = await signedInToSynapse('noah');
  const { status, body } = await clients.noah.join(synapse.rooms['log-nr']);
  assert.equal(status, 403, JSON.stringify(body));
  assert.equal(body.errcode, 'M_FORBIDDEN');
  assert.equal(body['countersign.reason'], 'BRIEFING_MISSING');
  assert.match(body.error, /briefing/i);
  assert.ok(body['countersign.decision_id']);
  clients.refusal = body['countersign.decision_id'];
});

test('of ops-ns noah learns only that it is not available', async () => {
  const { status, body } = await clients.noah.join(synapse.rooms['ops-ns']);
  assert.equal(status, 404, JSON.stringify(body));
  assert.equal(body.errcode, 'M_NOT_FOUND');
  assert.equal(body['countersign.reason'], 'NOT_AVAILABLE');
  assert.equal(body['countersign.step_up_url'], undefined);
  assert.doesNotMatch(body.error, /clear|secret|level|NATO/i);
  clients.hidden = body['countersign.decision_id'];
});

test('alice, who signed in at level 2, is told to step up for ops-ns', async () => {
  clients.alice = await signedInToSynapse('alice');
  const { status, body } = await clients.alice.join(synapse.rooms['ops-ns']);
  assert.equal(status, 403, JSON.stringify(body));
  assert.equal(body['countersign.reason'], 'AAL_STEP_UP');
  const stepUp = new URL(body['countersign.step_up_url']);
  assert.equal(stepUp.origin, new URL(countersign.info.issuer).origin);
});

test('the console shows both refusals with their true reasons', async () => {
  const olga = await arrive(browser, countersign, 'olga');
  for (const [id, reason] of [
    [clients.refusal, 'BRIEFING_MISSING'],
    [clients.hidden, 'CLEARANCE_LEVEL'],
  ]) {
    await olga.page.goto('/admin/decisions?subject=noah');
    await olga.page.locator(`a[href$="/decisions/${id}"]`).click();
    await olga.page.getByText('the reason', { exact: true }).waitFor();
    await olga.page.getByText(reason).first().waitFor();
  }
  olga.clean();
  await olga.context.close();
});

test('while Countersign is stopped, joins are refused', async () => {
  await countersign.pause();
  const { status, body } = await clients.alice.join(synapse.rooms['log-nr']);
  assert.ok(status >= 400, JSON.stringify(body));
  await countersign.resume();
  await eventually(10, async () => (await clients.alice.join(synapse.rooms['log-nr'])).status === 200);
});

test('a person revoked in the console loses Synapse within a second', async () => {
  assert.equal((await clients.dave.whoami()).status, 200);
  const judy = await arrive(browser, countersign, 'judy');
  await judy.page.goto('/admin/people/dave');
  await judy.page.getByRole('button', { name: 'Revoke' }).click();
  await judy.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await judy.page.getByText(/Disabled: every question/).waitFor();
  await eventually(SECONDS_TO_LOSE_ACCESS, async () => (await clients.dave.whoami()).status >= 400);
  assert.equal((await clients.alice.whoami()).status, 200);
  judy.clean();
  await judy.context.close();
});

test('who signs out everywhere loses Synapse within a second', async () => {
  const { context, page, clean, client } = await broughtToSynapse('mia');
  // Synapse belongs to that sign-in; this one is another.
  await context.clearCookies();
  await page.goto('/signin?then=/account');
  await signInWithPasskey(page);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await eventually(SECONDS_TO_LOSE_ACCESS, async () => (await client.whoami()).status >= 400);
  await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
  clean();
  await context.close();
});

test('dave, who was revoked, stays out across a restart of Synapse while Countersign is stopped', async () => {
  await countersign.pause();
  await synapse.pause();
  await synapse.resume();
  assert.ok((await clients.dave.whoami()).status >= 400);
  assert.ok((await clients.dave.post(synapse.rooms['log-nr'], 'Still here?')).status >= 400);
  assert.equal((await clients.alice.whoami()).status, 200);
});
