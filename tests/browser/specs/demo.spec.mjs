// SPDX-License-Identifier: Apache-2.0
// `make demo` as a person meets it: the driver, what it prints, its chat page, and a second start.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { BINARY } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { enrol, signInWithPasskey } from '../support/people.mjs';
import { PYTHON } from '../support/synapse.mjs';

const DRIVER = fileURLToPath(new URL('../../../demo/run.py', import.meta.url));

let browser;
let folder;
let demo;

before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  demo = await start();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the driver over the test's folder; `facts` is what it printed. */
async function start() {
  const ports = ['--port', '0', '--synapse-port', '0', '--page-port', '0'];
  const driver = spawn(PYTHON, [DRIVER, BINARY, '--data-dir', folder, '--json', ...ports], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  driver.stderr.on('data', (text) => said.push(text.toString()));
  const ended = once(driver, 'exit').then(([code]) => {
    throw new Error(`the demo ended with ${code}:\n${said.join('')}`);
  });
  const line = once(createInterface({ input: driver.stdout }), 'line');
  const [first] = await Promise.race([line, ended]);
  ended.catch(() => {});
  const stop = async () => {
    if (driver.exitCode !== null) return driver.exitCode;
    driver.kill('SIGINT');
    const [code] = await once(driver, 'exit');
    return code;
  };
  return { facts: JSON.parse(first), stop };
}

/** A page on which somebody has enrolled and come into chat. */
async function inChat(name, options = {}) {
  const { facts } = demo;
  const hosts = [facts.chat_url, facts.synapse_url];
  const { context, clean } = await guarded(browser, facts.base_url, { hosts, ...options });
  const page = await context.newPage();
  await withPasskey(page);
  await enrol(page, facts.people[name].enrol_url);
  await context.clearCookies();
  await page.goto(facts.chat_url);
  await page.getByRole('button', { name: 'Sign in with Countersign' }).click();
  await signInWithPasskey(page);
  await page.getByRole('heading', { name: 'Rooms' }).waitFor();
  return { context, page, clean };
}

async function joinById(page, room) {
  await page.getByLabel('Join a room by its id or address').fill(room);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
}

test('dave joins the listed room and posts', async () => {
  const { context, page, clean } = await inChat('dave');
  await page.getByRole('button', { name: 'log-nr' }).click();
  await page.getByText('NATO NR REL TO NATO, CHE').waitFor();
  await page.getByLabel('Message').fill('Fuel arrives at six.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Fuel arrives at six.').waitFor();
  clean();
  await context.close();
});

test('noah reads why he is refused, and nothing of what is hidden', async () => {
  const { context, page, clean } = await inChat('noah', { look: LOOKS[2] });
  await page.getByRole('button', { name: 'log-nr' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('BRIEFING_MISSING').waitFor();
  assert.match(await alert.innerText(), /briefing is needed/i);
  await fits(page);
  await joinById(page, demo.facts.rooms['ops-ns']);
  await alert.getByText('NOT_AVAILABLE').waitFor();
  assert.doesNotMatch(await alert.innerText(), /briefing|clear|secret/i);
  clean();
  await context.close();
});

test('alice is shown where to sign in more strongly', async () => {
  const { context, page, clean } = await inChat('alice');
  await joinById(page, demo.facts.rooms['ops-ns']);
  const link = page.getByRole('link', { name: 'Sign in more strongly' });
  assert.equal(new URL(await link.getAttribute('href')).origin, new URL(demo.facts.issuer).origin);
  clean();
  await context.close();
});

test('the chat page can be used by everybody', async () => {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(demo.facts.chat_url);
  await page.getByRole('button', { name: 'Sign in with Countersign' }).waitFor();
  await accessible(page);
  await context.close();
});

test('a second start finds its state', async () => {
  const before = demo.facts;
  assert.equal(await demo.stop(), 0);
  demo = await start();
  assert.deepEqual(demo.facts.rooms, before.rooms);
  assert.equal(demo.facts.chat_url, before.chat_url);
  assert.equal(demo.facts.issuer, before.issuer);
});
