// SPDX-License-Identifier: Apache-2.0
// The broker, end to end: anna is known to her agency's directory and signs in at her ministry's provider. Each is a
// source of its own here; a real Synapse is where she is going. The steps build on each other, in this order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { guarded, launch } from '../support/browser.mjs';
import { addSource, opened } from '../support/console.mjs';
import { Countersign } from '../support/countersign.mjs';
import { eventually } from '../support/eventually.mjs';
import { Metadata } from '../support/fido.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, enrol, signInWithPasskey } from '../support/people.mjs';
import { Slapd, SUFFIX } from '../support/slapd.mjs';
import { Synapse } from '../support/synapse.mjs';

const SECONDS_TO_LOSE_ACCESS = 1;
const SECRET = 'known to both of them';
const ANNA = `uid=anna,ou=people,${SUFFIX}`;
const DIRECTORY = `dn: ${ANNA}
objectClass: inetOrgPerson
uid: anna
cn: Anna Ash
sn: Ash
mail: anna@mod.example
employeeType: NS
`;

let browser;
let countersign;
let directory;
let metadata;
let provider;
let synapse;
let anna;
let annaInChat;

before(async () => {
  browser = await launch();
  metadata = await Metadata.publish(browser);
  countersign = await Countersign.start(metadata.environment);
  await countersign.command('passkey', 'import', metadata.file);
  [synapse, directory, provider] = await Promise.all([
    Synapse.start(countersign),
    Slapd.start(DIRECTORY),
    ministry(countersign.info.issuer),
  ]);
});

after(async () => {
  await browser?.close();
  await synapse?.stop();
  await countersign?.stop();
  await directory?.stop();
  provider?.stop();
  await metadata?.close();
});

/** node-oidc-provider as the ministry's. */
async function ministry(issuer) {
  const source = `${issuer}/oidc/sources/mod`;
  const args = ['provider.mjs', SECRET, `${source}/callback`, `${source}/backchannel-logout`];
  const process = spawn('node', args, {
    cwd: fileURLToPath(new URL('../../peers/node', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: process.stdout }), 'line');
  return { issuer: JSON.parse(line).issuer, stop: () => process.kill() };
}

/** People of the directory, with what it takes to read NATO SECRET of one mission. */
function directorySource(settings) {
  return {
    name: 'Agency directory',
    protocol: { ldap: { ...settings, sync: { changes: 'protocol' } } },
    trust: { attributes: true, domains: ['mod.example'] },
    linking: { create: 'yes', kind: 'government' },
    mapping: {
      rules: [
        { to: 'username', mode: 'require', value: { from: 'uid' } },
        { to: 'display_name', value: { from: 'cn' } },
        { to: 'email', value: { from: 'mail' } },
        { to: 'agency', value: { constant: 'BMVg' } },
        { to: 'nationalities', value: { constant: 'DEU' } },
        { to: 'roles', value: { constant: 'member' } },
        { to: 'missions', value: { constant: 'BALTIC' } },
        { to: 'briefings', value: { constant: 'NATO' } },
        {
          to: 'clearances',
          clearance: {
            scheme: { constant: 'NATO' },
            level: { from: 'employeeType' },
            valid_until: { constant: '2030-01-01T00:00:00Z', date: 'rfc3339' },
          },
        },
      ],
    },
    cap: {
      agencies: ['BMVg'],
      levels: { NATO: 'NS' },
      nationalities: ['DEU'],
      missions: ['BALTIC'],
      briefings: ['NATO'],
      roles: ['member'],
      clearance_days: 30,
    },
  };
}

/** Who signs in there is whoever has that address here, as strongly as it says. */
function ministrySource(issuer) {
  return {
    name: 'Ministry of Defence',
    protocol: { oidc: { issuer, client_id: 'countersign', secret: SECRET, userinfo: true } },
    offer: { button: true },
    trust: {
      identity: true,
      domains: ['mod.example'],
      assurance: { highest: 'aal2', floor: 'aal1', contexts: { gold: 'aal2' } },
    },
    linking: { create: 'no', conflict: 'add' },
    mapping: {
      rules: [
        { to: 'email', value: { from: 'email' } },
        { to: 'email_verified', value: { from: 'email_verified' } },
      ],
    },
  };
}

test('two administrators put the directory and the provider on file, and the directory brings anna in', async () => {
  const hugo = await arrive(browser, countersign, 'hugo');
  const judy = await arrive(browser, countersign, 'judy');
  await addSource(hugo, judy, 'agency', directorySource(await directory.settings()));
  await addSource(hugo, judy, 'mod', ministrySource(provider.issuer));
  // The house may have synchronised by itself before it is asked to.
  await countersign.command('source', 'sync', 'agency');
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/anna', 'anna');
  await page.getByText('anna@mod.example').first().waitFor();
  clean();
  await context.close();
});

test('anna signs in at the ministry with two factors, and arrives in Synapse at that strength', async () => {
  const hosts = [synapse.baseUrl, synapse.page.address, provider.issuer];
  anna = await guarded(browser, countersign.info.base_url, { hosts });
  anna.page = await anna.context.newPage();
  await anna.page.goto(synapse.signInAddress);
  await anna.page.getByRole('link', { name: 'Sign in with Ministry of Defence' }).click();
  await anna.page.getByLabel('Name').fill('anna');
  await anna.page.getByLabel('Code').fill('123456');
  await anna.page.getByRole('button', { name: 'Sign in' }).click();
  await anna.page.waitForURL(`${synapse.page.address}**`);
  annaInChat = await synapse.client(anna.page.url());
  assert.equal(annaInChat.user, '@anna:localhost');
  const joined = await annaInChat.join(synapse.rooms['log-nr']);
  assert.equal(joined.status, 200, JSON.stringify(joined.body));
  await anna.page.goto('/account');
  await anna.page.getByText(/^anna · two factors ·/).waitFor();
});

test('carol, who signed in with an attested passkey, invites her into ops-ns', async () => {
  const hosts = [synapse.baseUrl, synapse.page.address];
  const { context, clean } = await guarded(browser, countersign.info.base_url, { hosts });
  const page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.carol.enrol_url);
  await context.clearCookies();
  await page.goto(synapse.signInAddress);
  await signInWithPasskey(page);
  await page.waitForURL(`${synapse.page.address}**`);
  const carol = await synapse.client(page.url());
  const invited = await carol.invite(synapse.rooms['ops-ns'], '@anna:localhost');
  assert.equal(invited.status, 200, JSON.stringify(invited.body));
  clean();
  await context.close();
});

test('what the directory says clears her for ops-ns, and a step up with her own passkey lets her in', async () => {
  const refused = await annaInChat.join(synapse.rooms['ops-ns']);
  assert.equal(refused.status, 403, JSON.stringify(refused.body));
  assert.equal(refused.body['countersign.reason'], 'AAL_STEP_UP');

  const [link] = (await countersign.command('person', 'enrol', 'anna')).match(/https?:\S+/);
  await withPasskey(anna.page);
  // The command knows the folder alone, not the address that the process serves.
  await enrol(anna.page, new URL(link).pathname);
  await anna.page.goto(refused.body['countersign.step_up_url']);
  await signInWithPasskey(anna.page);
  await anna.page.goto('/account');
  await anna.page.getByText(/^anna · smartcard or attested security key ·/).waitFor();

  const joined = await annaInChat.join(synapse.rooms['ops-ns']);
  assert.equal(joined.status, 200, JSON.stringify(joined.body));
  const posted = await annaInChat.post(synapse.rooms['ops-ns'], 'In position.');
  assert.equal(posted.status, 200, JSON.stringify(posted.body));
});

test('removed in the directory, she is out after the next synchronisation', async () => {
  directory.remove(ANNA);
  assert.equal((await annaInChat.whoami()).status, 200);
  await countersign.command('source', 'sync', 'agency');
  await eventually(SECONDS_TO_LOSE_ACCESS, async () => (await annaInChat.whoami()).status >= 400);
  await anna.page.goto('/account');
  assert.match(anna.page.url(), /\/signin/);
  anna.clean();
  await anna.context.close();
});
