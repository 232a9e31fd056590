// SPDX-License-Identifier: Apache-2.0
// The administrators' console over the example coalition: olga, an auditor, reads; judy, a security officer, acts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { opened } from '../support/console.mjs';
import { Countersign } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, signInWithPasskey } from '../support/people.mjs';

const PAGES = [
  ['/admin/people', 'People'],
  ['/admin/people?q=nobody-is-called-this', 'People'],
  ['/admin/people/alice', 'alice'],
  ['/admin/people/nobody-at-all', 'nobody-at-all'],
  ['/admin/channels', 'Channels'],
  ['/admin/channels/log-nr', 'log-nr'],
  ['/admin/proposals', 'Proposals'],
  ['/admin/break-glass', 'Break-glass'],
  ['/admin/decisions', 'Live decisions'],
  ['/admin/simulator', 'Simulator'],
  ['/admin/nowhere', 'There is no such page'],
];

let browser;
let countersign;
let judy;
let olga;

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  judy = await arrive(browser, countersign, 'judy');
  olga = await arrive(browser, countersign, 'olga');
  await countersign.ask('noah', 'channel.join', 'channel', 'log-nr');
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
});

/** The pages, and the one about a decision that was just taken. */
async function everyPage() {
  const { context } = await countersign.ask('noah', 'channel.join', 'channel', 'ops-ns');
  return [...PAGES, [`/admin/decisions/${context.decision_id}`, /noah.* channel\.join .*channel-1/]];
}

for (const look of LOOKS) {
  const name = `${look.colorScheme}, ${look.width} px`;

  test(`every page obeys its content security policy and fits: ${name}`, async () => {
    const { page, context, clean } = await olga.again({ look });
    for (const [path, title] of await everyPage()) {
      await opened(page, path, title);
      assert.equal(await page.getByRole('region', { name: /^Classification/ }).count(), 2);
      await fits(page);
    }
    clean();
    await context.close();
  });

  test(`every page is accessible: ${name}`, async () => {
    const { page, context } = await olga.again({ look, bypassCSP: true });
    for (const [path, title] of await everyPage()) {
      await opened(page, path, title);
      await accessible(page);
    }
    await context.close();
  });
}

test('the console opens on the people', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/', 'People');
  assert.equal(new URL(page.url()).pathname, '/admin/people');
  await page.getByRole('cell', { name: 'alice' }).first().waitFor();
  clean();
  await context.close();
});

test('people are found by a part of their id', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people', 'People');
  await page.getByRole('searchbox').fill('noa');
  await page.waitForURL(/q=noa/);
  await page.getByRole('row', { name: /alice/ }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /noah/i }).click();
  await page.getByRole('heading', { level: 1, name: /noah/i }).waitFor();
  await page.getByText('No clearance is on record.').waitFor();
  clean();
  await context.close();
});

test('a channel shows its label and who of its members may be there now', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/channels', 'Channels');
  await page.getByRole('link', { name: 'ops-ns', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'ops-ns' }).waitFor();
  await page.getByText('NATO SECRET').first().waitFor();
  const bob = page.getByRole('row', { name: /bob/ });
  await bob.getByText('Allowed').waitFor();
  clean();
  await context.close();
});

test('a refused question appears as it is asked, and its page tells the true reason', async () => {
  const { page, context, clean } = await olga.again();
  await opened(page, '/admin/decisions', 'Live decisions');
  await page.getByText('Live', { exact: true }).waitFor();
  const answer = await countersign.ask('noah', 'channel.join', 'channel', 'ops-ns');
  assert.equal(answer.decision, false);
  const id = answer.context.decision_id;
  const link = page.locator(`a[href$="/decisions/${id}"]`);
  await link.waitFor();
  const row = page.getByRole('row').filter({ has: link });
  await row.getByText('Denied').waitFor();
  await row.getByText('CLEARANCE_LEVEL').waitFor();
  await link.click();
  await page.getByText('the reason', { exact: true }).waitFor();
  await page.getByText('CLEARANCE_LEVEL').first().waitFor();
  assert.match(page.url(), new RegExp(`/admin/decisions/${id}$`));
  await page.reload();
  await page.getByText('the reason', { exact: true }).waitFor();
  clean();
  await context.close();
});

test('a paused list keeps still and catches up', async () => {
  const { page, context, clean } = await olga.again();
  await opened(page, '/admin/decisions', 'Live decisions');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  const { context: told } = await countersign.ask('noah', 'channel.join', 'channel', 'log-nr');
  await page.getByRole('button', { name: /Resume, \d+ new/ }).waitFor();
  const link = page.locator(`a[href$="/decisions/${told.decision_id}"]`);
  assert.equal(await link.count(), 0);
  await page.getByRole('button', { name: /Resume/ }).click();
  await link.waitFor();
  clean();
  await context.close();
});

test('decisions are filtered by person, decision and reason, and the address keeps it', async () => {
  await countersign.ask('noah', 'channel.join', 'channel', 'log-nr');
  await countersign.ask('dave', 'channel.join', 'channel', 'ops-ns');
  const { page, context, clean } = await olga.again();
  await opened(page, '/admin/decisions?subject=noah', 'Live decisions');
  await page.getByRole('row', { name: /noah/ }).first().waitFor();
  assert.equal(await page.getByRole('row', { name: /dave/ }).count(), 0);
  await page.getByRole('combobox', { name: 'Decision' }).selectOption('allow');
  await page.waitForURL(/outcome=allow/);
  await page.getByText('No decision fits these filters yet.').waitFor();
  clean();
  await context.close();
});

/** Types into a field that looks up what is typed, and takes what it finds once the list has settled. */
async function picked(page, field, id) {
  await page.getByRole('combobox', { name: field }).fill(id);
  await page.waitForFunction((wanted) => {
    const options = [...document.querySelectorAll('[role=option]')];
    return options.length > 0 && options.every((option) => option.textContent.includes(wanted));
  }, id);
  await page.getByRole('option', { name: new RegExp(id) }).click();
}

test('the simulator lists every guard that would fail', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/simulator', 'Simulator');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Say who asks').waitFor();
  await picked(page, 'Who', 'noah');
  await picked(page, 'Which one', 'ops-ns');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('the reason', { exact: true }).waitFor();
  for (const code of ['CLEARANCE_LEVEL', 'NEED_TO_KNOW', 'DEVICE_CAP']) {
    await page.getByRole('listitem').filter({ hasText: code }).first().waitFor();
  }
  clean();
  await context.close();
});

test('the simulator says when a stronger sign-in is all that is missing', async () => {
  const { page, context, clean } = await olga.again();
  await opened(
    page,
    '/admin/simulator?subject=alice&action=channel.join&type=channel&id=ops-ns',
    'Simulator',
  );
  await page.getByLabel('Signed in with').selectOption('2');
  await page.getByLabel('Device').fill('ns');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Step up', { exact: true }).waitFor();
  await page.getByText('AAL_STEP_UP').first().waitFor();
  clean();
  await context.close();
});

test('ending somebody’s sessions is asked first and takes effect', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/alice', 'alice');
  await page.getByRole('button', { name: 'End sessions' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText(/signed out here and at every chat server/).waitFor();
  await page.mouse.click(5, 400);
  assert.equal(await dialog.count(), 1);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'End sessions' }).click();
  await dialog.getByRole('button', { name: 'End sessions' }).click();
  await page.getByText('Nobody is signed in as this person.').waitFor();
  clean();
  await context.close();
});

test('a revoked person is denied from the next question on', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/bob', 'bob');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText(/Disabled: every question/).waitFor();
  const answer = await countersign.ask('bob', 'channel.join', 'channel', 'log-nr');
  assert.equal(answer.context.reason, 'ACCOUNT_INACTIVE');
  clean();
  await context.close();
});

test('the dialogs and the menu are accessible', async () => {
  const { page, context } = await judy.again({ bypassCSP: true });
  await opened(page, '/admin/people/carol', 'carol');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByRole('alertdialog').waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('dialog').waitFor();
  await accessible(page);
  await context.close();
});

test('the keyboard reaches the page, the navigation and the menu', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people', 'People');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the page');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Where the focus was before; until it is back, the next key goes nowhere.
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label')?.startsWith('Signed in as'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
  await page.waitForFunction(() => document.activeElement.textContent === 'Channels');
  clean();
  await context.close();
});

test('a theme that was chosen stays', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people', 'People');
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByLabel('Appearance').selectOption('dark');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await ground(), 'rgb(15, 21, 28)');
  await opened(page, '/admin/channels', 'Channels');
  assert.equal(await ground(), 'rgb(15, 21, 28)');
  clean();
  await context.close();
});

test('without a session the console leads to the sign-in page and back', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  const passkey = await withPasskey(page);
  for (const credential of await judy.passkey.credentials()) await passkey.add(credential);
  await page.goto('/admin/channels?q=ops');
  await page.waitForURL(/\/signin\?/);
  await signInWithPasskey(page);
  await page.waitForURL(/\/admin\/channels\?q=ops$/);
  await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
  clean();
  await context.close();
});

test('a security officer is told that decisions are for auditors', async () => {
  const { page, context, clean } = await judy.again();
  await page.goto('/admin/decisions');
  await page.getByText('It needs the role auditor.').waitFor();
  clean();
  await context.close();
});

test('somebody without an office is told which one it takes', async () => {
  const dave = await arrive(browser, countersign, 'dave');
  await dave.page.goto('/admin/people');
  await dave.page.getByText('You may not see or do this').waitFor();
  await dave.page.getByText(/needs the role .*security officer/).waitFor();
  dave.clean();
  await dave.context.close();
});

test('signing out ends the console’s session', async () => {
  const kara = await arrive(browser, countersign, 'kara');
  await opened(kara.page, '/admin/people', 'People');
  await kara.page.getByRole('button', { name: /Signed in as/ }).click();
  await kara.page.getByRole('button', { name: 'Sign out' }).click();
  await kara.page.waitForURL((url) => !url.pathname.startsWith('/admin'));
  await kara.page.goto('/admin/people');
  await kara.page.waitForURL(/\/signin/);
  kara.clean();
  await kara.context.close();
});

test('of a CTS decision an auditor cleared for NR reads why, and no word above NR', async () => {
  const { context: told } = await countersign.ask('carol', 'channel.join', 'channel', 'nuc-cts');
  const { page, context, clean } = await olga.again();
  await opened(page, `/admin/decisions/${told.decision_id}`, /carol.* channel\.join .*channel-1/);
  await page.getByRole('heading', { name: 'What would change it' }).waitFor();
  await page.getByRole('heading', { name: /^Effective clearance of carol for label-/ }).waitFor();
  for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
  const text = await page.locator('main').innerText();
  const above = ['CTS', 'COSMIC', 'ATOMAL', 'NUC', 'nuc', 'SECRET', 'NS', 'NC', 'GEHEIM'];
  const said = new Set(text.split(/[^\p{L}\p{N}]+/u));
  assert.deepEqual(
    above.filter((word) => said.has(word)),
    [],
  );
  await accessible(page);
  clean();
  await context.close();
});

test('the simulator shows step by step why, to somebody who dominates it', async () => {
  const { page, context, clean } = await judy.again();
  await page.goto('/admin/simulator?subject=alice&action=channel.join&type=channel&id=ops-ns');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('a device accredited for NATO NS or above').first().waitFor();
  await page.getByText('DE-NATO').first().waitFor();
  await page.getByRole('list', { name: 'Conditions of device-cap' }).waitFor();
  clean();
  await context.close();
});
