// SPDX-License-Identifier: Apache-2.0
// Sources of people and applications in the console: hugo, a sysadmin, proposes and carries out, judy, a security officer,
// is the second person.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { agreed, dialogOf, opened } from '../support/console.mjs';
import { Countersign } from '../support/countersign.mjs';
import { arrive } from '../support/people.mjs';

let browser;
let countersign;
let hugo;
let judy;
let provider;

const SERVICE = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://wiki.example/metadata">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://wiki.example/acs" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>`;

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  hugo = await arrive(browser, countersign, 'hugo');
  judy = await arrive(browser, countersign, 'judy');
  // Its own identity provider serves as somebody's.
  const address = `${countersign.info.issuer}/saml/metadata`;
  provider = { entity_id: address, metadata: { document: await (await fetch(address)).text() } };
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
});

test('a source is added by two people, and its page says how it stands', async () => {
  const { page, context, clean } = await hugo.again();
  await opened(page, '/admin/sources', 'Sources of people');
  await page.getByText('There is no source yet.').waitFor();
  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('The id has small letters').waitFor();
  await dialog.getByLabel('Id').fill('mod');
  await dialog.getByLabel('Record').fill('{');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('This is not JSON').waitFor();
  const record = {
    name: 'Ministry of Defence',
    protocol: { saml: provider },
    trust: { identity: true, attributes: true },
    linking: { create: 'yes', kind: 'government' },
    mapping: { rules: [{ to: 'display_name', mode: 'require', value: { from: 'cn' } }] },
  };
  await dialog.getByLabel('Record').fill(JSON.stringify(record));
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByLabel('Reason').fill('agreed with the ministry');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await agreed(page, 'Put source mod on file', hugo, judy);
  await opened(page, '/admin/sources', 'Sources of people');
  await page.getByRole('link', { name: 'Ministry of Defence' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ministry of Defence' }).waitFor();
  await page.getByText('trusted for identity, attributes').waitFor();
  await page.getByText('rules[0]').waitFor();
  await page.getByText('Nobody here is linked to anybody there.').waitFor();
  await page.getByText(`${countersign.info.issuer}/saml/sources/mod/metadata`).first().waitFor();
  clean();
  await context.close();
});

test('it is tested from its page, and its mapping tried', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/sources/mod', 'Ministry of Defence');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const found = page.getByRole('list', { name: 'What the test found' });
  await found.getByText('by HTTP-Redirect to').waitFor();
  await found.getByText('SHA-256').first().waitFor();
  await page.getByLabel('A response of hers').fill('no response');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await found.getByText('it is not base64').waitFor();
  await page.getByLabel('Sample record').fill('{"cn": "Ann Ash"}');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText('She would get in, without clearance.').waitFor();
  await page.getByLabel('Sample record').fill('{"sn": "Ash"}');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText(/Nothing comes of it: rules\[0\]/).waitFor();
  // What is for a sysadmin is not offered to her.
  assert.equal(await page.getByRole('button', { name: 'Disable' }).count(), 0);
  clean();
  await context.close();
});

test('it is disabled by one person and enabled by two', async () => {
  const { page, context, clean } = await hugo.again();
  await opened(page, '/admin/sources/mod', 'Ministry of Defence');
  const dialog = dialogOf(page);
  await page.getByRole('button', { name: 'Disable' }).click();
  await dialog.getByText('One person is enough').waitFor();
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText(/is disabled: nobody signs in by it/).waitFor();
  await page.getByRole('button', { name: 'Enable' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByLabel('Reason').fill('mended');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await agreed(page, 'Enable source mod', hugo, judy);
  clean();
  await context.close();
});

test('a service provider is registered by two people, narrowed by one, and taken away', async () => {
  const { page, context, clean } = await hugo.again();
  await opened(page, '/admin/applications', 'Applications');
  await page.getByRole('button', { name: 'Register a service provider' }).click();
  const asking = page.getByRole('alertdialog');
  await asking.getByLabel('Its metadata').fill('<nothing/>');
  await asking.getByRole('button', { name: 'Propose' }).click();
  await asking.getByText(/EntityDescriptor/).waitFor();
  await asking.getByLabel('Its metadata').fill(SERVICE);
  await asking.getByLabel('Name').fill('The wiki');
  await asking.getByLabel('Reason').fill('for the staff');
  await asking.getByRole('button', { name: 'Propose' }).click();
  await agreed(page, 'Register application wiki.example', hugo, judy);
  await opened(page, '/admin/applications', 'Applications');
  await page.getByText('it is never told that a session is over').first().waitFor();
  await page.getByRole('link', { name: 'The wiki' }).click();
  await page.getByText('https://wiki.example/acs').waitFor();
  const dialog = dialogOf(page);
  for (const [level, said] of [
    ['aal2', 'One person is enough'],
    ['aal1', /It takes a second person/],
  ]) {
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const record = JSON.parse(await dialog.getByLabel('Record').inputValue());
    await dialog.getByLabel('Record').fill(JSON.stringify({ ...record, level }));
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByText(said).waitFor();
    if (level === 'aal2') await dialog.getByRole('button', { name: 'Do it now' }).click();
    else await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('aal2', { exact: true }).waitFor();
  }
  clean();
  await context.close();
});

test('a client of OpenID Connect is registered by two people, and one is told its secret once', async () => {
  const { page, context, clean } = await hugo.again();
  await opened(page, '/admin/applications', 'Applications');
  await page.getByRole('button', { name: 'Register a client' }).click();
  const asking = page.getByRole('alertdialog');
  await asking.getByLabel('Record').fill('{"id": "board", "name": "Notice board", "grants": ["authorization_code"]}');
  await asking.getByLabel('Reason').fill('for the staff');
  await asking.getByRole('button', { name: 'Propose' }).click();
  await asking.getByText(/`redirect_uris` is empty/).waitFor();
  const record = {
    id: 'board',
    name: 'Notice board',
    redirect_uris: ['https://board.example/cb'],
    grants: ['authorization_code', 'client_credentials'],
  };
  await asking.getByLabel('Record').fill(JSON.stringify(record));
  await asking.getByRole('button', { name: 'Propose' }).click();
  await agreed(page, 'Register application board', hugo, judy);
  const first = await secretOn(page);
  await opened(page, '/admin/applications/board', 'Notice board');
  await page.getByRole('button', { name: 'New secret' }).click();
  await dialogOf(page).getByText(/It takes a second person/).waitFor();
  await dialogOf(page).getByLabel('Reason').fill('somebody saw it');
  await dialogOf(page).getByRole('button', { name: 'Propose' }).click();
  await agreed(page, 'Give application board a new secret', hugo, judy);
  const second = await secretOn(page);
  const { issuer } = countersign.info;
  const asked = async (secret) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'board', client_secret: secret });
    return (await fetch(`${issuer}/oauth2/token`, { method: 'POST', body })).status;
  };
  assert.deepEqual([await asked(first), await asked(second)], [401, 200]);
  clean();
  await context.close();
});

/** The secret that a page shows this once. */
async function secretOn(page) {
  const told = page.getByText('Its secret, shown this once');
  await told.waitFor();
  return told.locator('code').innerText();
}

for (const look of LOOKS) {
  test(`the pages of sources and applications obey their policy, fit and are accessible: ${look.colorScheme}, ${look.width} px`, async () => {
    const one = await hugo.again({ look });
    const two = await hugo.again({ look, bypassCSP: true });
    for (const [path, title] of [
      ['/admin/sources', 'Sources of people'],
      ['/admin/sources/mod', 'Ministry of Defence'],
      ['/admin/applications', 'Applications'],
      ['/admin/applications/wiki.example', 'The wiki'],
    ]) {
      await opened(one.page, path, title);
      await fits(one.page);
      await opened(two.page, path, title);
      await accessible(two.page);
    }
    await opened(two.page, '/admin/sources/mod', 'Ministry of Defence');
    await two.page.getByRole('button', { name: 'Test', exact: true }).click();
    await two.page.getByRole('list', { name: 'What the test found' }).waitFor();
    await accessible(two.page);
    await fits(two.page);
    await two.page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialogOf(two.page).waitFor();
    await accessible(two.page);
    await fits(two.page);
    one.clean();
    await one.context.close();
    await two.context.close();
  });
}
