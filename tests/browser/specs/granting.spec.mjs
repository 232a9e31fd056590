// SPDX-License-Identifier: Apache-2.0
// Granting and revoking in the console: judy and kara are security officers and second persons to each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { call, dialogOf, opened } from '../support/console.mjs';
import { Countersign } from '../support/countersign.mjs';
import { arrive } from '../support/people.mjs';

let browser;
let countersign;
let judy;
let kara;

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  judy = await arrive(browser, countersign, 'judy');
  kara = await arrive(browser, countersign, 'kara');
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
});

/** Proposes a clearance by the API; the proposal's id. */
async function proposed(page, person, { level = 'NS', compartments = [], reason = 'posting' } = {}) {
  const path = `/api/v1/people/${person}/clearances?reason=${encodeURIComponent(reason)}`;
  const clearance = {
    kind: 'personnel',
    scheme: 'NATO',
    level,
    compartments,
    valid_from: '2026-01-01T00:00:00Z',
    valid_until: '2031-12-31T23:59:59Z',
  };
  const { status, body } = await call(page, 'POST', path, clearance);
  assert.equal(status, 202, JSON.stringify(body));
  return body.proposal;
}

test('a clearance is proposed by one, approved by another, carried out by the first', async () => {
  const one = await judy.again();
  await opened(one.page, '/admin/people/noah', 'noah');
  await one.page.getByRole('button', { name: 'Give a clearance' }).click();
  const dialog = dialogOf(one.page);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('Choose a scheme and a level.').waitFor();
  await dialog.getByLabel('Scheme').selectOption('NATO');
  await dialog.getByLabel('Level').selectOption('NS');
  await dialog.getByLabel('Good until').fill('2031-12-31');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByText('may let somebody do more').waitFor();
  await dialog.getByText('NATO SECRET').waitFor();
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await dialog.getByText(/Say why/).waitFor();
  await dialog.getByLabel('Reason').fill('posting to the staff');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await one.page.getByText(/Nothing has changed yet/).waitFor();
  await one.page.getByText('No clearance is on record.').waitFor();
  await one.page.getByRole('link', { name: 'see the proposal' }).click();
  await one.page.getByRole('heading', { level: 1, name: 'Give noah a clearance' }).waitFor();
  await one.page.getByText('You proposed it, so another security officer must approve it.').waitFor();
  assert.equal(await one.page.getByRole('button', { name: 'Approve' }).count(), 0);
  const address = new URL(one.page.url()).pathname;

  const two = await kara.again();
  await opened(two.page, '/admin/people', 'People');
  const menu = two.page.getByRole('navigation', { name: 'Console' });
  await menu.getByRole('link', { name: /Proposals.*1 waiting for you/ }).click();
  await two.page.getByRole('heading', { level: 1, name: 'Proposals' }).waitFor();
  await two.page.getByRole('link', { name: 'Give noah a clearance' }).click();
  await two.page.getByText('posting to the staff').waitFor();
  await two.page.getByText('NATO SECRET').waitFor();
  await two.page.getByText('may let somebody do more').waitFor();
  await two.page.getByRole('button', { name: 'Approve' }).click();
  await two.page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
  await two.page.getByText('You approved it. Whoever proposed it can carry it out now.').waitFor();
  await two.page.getByText('It is for judy to carry out.').waitFor();
  await menu.getByText('waiting for you').waitFor({ state: 'detached' });

  await opened(one.page, address, 'Give noah a clearance');
  await one.page.getByRole('button', { name: 'Carry out' }).click();
  await one.page.getByRole('alertdialog').getByRole('button', { name: 'Carry out' }).click();
  await one.page.getByText(/Approved by kara.*carried out by judy/).waitFor();
  assert.equal(await one.page.getByRole('button', { name: 'Carry out' }).count(), 0);
  await opened(one.page, '/admin/people/noah', 'noah');
  await one.page.getByText('NATO SECRET').waitFor();
  one.clean();
  two.clean();
  await one.context.close();
  await two.context.close();
});

test('what one person may do is said so, and holds at once', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/hugo', 'hugo');
  await page.getByRole('button', { name: 'Suspend DE GEHEIM' }).click();
  const dialog = dialogOf(page);
  await dialog.getByText('One person is enough: it holds at once.').waitFor();
  assert.equal(await dialog.getByLabel('Reason').count(), 0);
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('The clearance is suspended.').waitFor();
  await page.getByText('Suspended', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume DE GEHEIM' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Revoke DE GEHEIM' }).click();
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('over for good').waitFor();
  clean();
  await context.close();
});

test('an earlier end holds at once, a later one is proposed', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/rita', 'rita');
  const dialog = dialogOf(page);
  for (const [until, said] of [
    ['2029-01-31', /It takes a second person/],
    ['2027-01-31', /One person is enough/],
  ]) {
    await page.getByRole('button', { name: 'New end for DE GEHEIM' }).click();
    await dialog.getByLabel('Good until').fill(until);
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByText(said).waitFor();
    if (until.startsWith('2029')) await dialog.getByRole('button', { name: 'Cancel' }).click();
  }
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('31 Jan 2027').waitFor();
  clean();
  await context.close();
});

test('roles, missions and briefings: less at once, more by two', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/lars', 'lars');
  const dialog = dialogOf(page);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('Nothing is changed yet.').waitFor();
  await dialog.getByLabel('Briefings').fill('NATO');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('Gone: VS').waitFor();
  await dialog.getByText(/One person is enough/).waitFor();
  await dialog.getByRole('button', { name: 'Back' }).click();
  await dialog.getByRole('checkbox', { name: 'owner' }).check();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByText('New: owner').waitFor();
  assert.equal(await dialog.getByText('may let somebody do more').count(), 1);
  await dialog.getByLabel('Reason').fill('runs the watch');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await page.getByRole('link', { name: 'see the proposal' }).click();
  await page.getByRole('heading', { level: 1, name: 'Change lars: roles, briefings' }).waitFor();
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText(/Withdrawn by judy/).waitFor();
  clean();
  await context.close();
});

test('one person puts somebody out, two let her back in', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/zoe', 'zoe');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByRole('alertdialog').getByText(/One person is enough/).waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText(/Disabled: every question/).waitFor();
  await page.getByRole('button', { name: 'Let back in' }).click();
  const dialog = dialogOf(page);
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByText('disabled').waitFor();
  await dialog.getByLabel('Reason').fill('it was a mistake');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await page.getByRole('link', { name: 'see the proposal' }).click();
  await page.getByRole('heading', { level: 1, name: 'Let zoe come back' }).waitFor();
  clean();
  await context.close();
});

test('what changed meanwhile cannot be approved, and says so', async () => {
  const one = await judy.again();
  await one.page.goto('/admin/people');
  const id = await proposed(one.page, 'gwen');
  const two = await kara.again();
  await opened(two.page, `/admin/proposals/${id}`, 'Give gwen a clearance');
  await two.page.getByRole('button', { name: 'Approve' }).click();
  // While she reads, judy changes gwen.
  const { status } = await call(one.page, 'PATCH', '/api/v1/people/gwen', { display_name: 'Gwen G.' });
  assert.equal(status, 200);
  const dialog = two.page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await dialog.getByText(/has changed since: propose it anew/).waitFor();
  await dialog.getByText(/Load it again/).waitFor();
  await two.page.reload();
  await two.page.getByText('Changed since', { exact: true }).waitFor();
  await two.page.getByText(/nobody can approve it/).waitFor();
  assert.equal(await two.page.getByRole('button', { name: 'Approve' }).count(), 0);
  await two.page.getByRole('button', { name: 'Reject' }).click();
  await two.page.getByRole('alertdialog').getByRole('button', { name: 'Reject' }).click();
  await two.page.getByText(/Rejected by kara/).waitFor();
  one.clean();
  two.clean();
  await one.context.close();
  await two.context.close();
});

test('what is above the second person is left out, and she cannot approve it', async () => {
  const one = await judy.again();
  await one.page.goto('/admin/people');
  const reason = 'for the ATOMAL watch';
  const id = await proposed(one.page, 'tim', { level: 'CTS', compartments: ['ATOMAL'], reason });
  const two = await kara.again();
  await opened(two.page, `/admin/proposals/${id}`, 'Give tim a clearance');
  await two.page.getByText('Part of this is above you and is left out').waitFor();
  await two.page.getByText(/What you cannot see you cannot approve/).waitFor();
  assert.equal(await two.page.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.doesNotMatch(await two.page.locator('main').innerText(), /CTS|COSMIC|ATOMAL/);
  two.clean();
  await one.context.close();
  await two.context.close();
});

test('nobody gives to herself', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/people/judy', 'judy');
  await page.getByRole('button', { name: 'New end for DE GEHEIM' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Good until').fill('2035-01-31');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('You cannot approve your own request.').waitFor();
  await dialog.getByText('Ask another security officer.').waitFor();
  clean();
  await context.close();
});

test('whose office it is not is told which one it takes', async () => {
  const olga = await arrive(browser, countersign, 'olga');
  await opened(olga.page, '/admin/people/dave', 'dave');
  await olga.page.getByRole('button', { name: 'Give a clearance' }).click();
  const dialog = dialogOf(olga.page);
  await dialog.getByLabel('Scheme').selectOption('NATO');
  await dialog.getByLabel('Level').selectOption('NR');
  await dialog.getByLabel('Good until').fill('2031-12-31');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText('It needs the role security officer.').waitFor();
  olga.clean();
  await olga.context.close();
});

test('a channel’s audience is narrowed and it is closed by one, widened and reopened by two', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/channels/town', 'town');
  const dialog = dialogOf(page);
  await page.getByRole('button', { name: 'Reclassify' }).click();
  await dialog.getByLabel('Releasable to').fill('DEU, FRA');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/One person is enough/).waitFor();
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('town has another label.').waitFor();
  await page.getByText('NATO UNCLASSIFIED // REL TO DEU, FRA').first().waitFor();
  await page.getByRole('button', { name: 'Reclassify' }).click();
  await dialog.getByLabel('Releasable to').fill('');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByText('may let somebody do more').waitFor();
  await dialog.getByLabel('Reason').fill('nothing in it is restricted');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await page.getByRole('link', { name: 'see the proposal' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('town is closed: it takes nothing new.').waitFor();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  clean();
  await context.close();
});

test('whom a channel takes: fewer at once, more by two', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/channels/town', 'town');
  const dialog = dialogOf(page);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByRole('checkbox', { name: /outsiders/ }).uncheck();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByRole('button', { name: 'Do it now' }).click();
  await page.getByText('town is changed.').waitFor();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByRole('checkbox', { name: /outsiders/ }).check();
  await dialog.getByRole('checkbox', { name: /industry/ }).check();
  await dialog.getByLabel('Missions').fill('BALTIC');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  assert.equal(await dialog.getByText('may let somebody do more').count(), 2);
  clean();
  await context.close();
});

test('a channel above rank 0 is changed from an approved device, and the dialog says so', async () => {
  const { page, context, clean } = await judy.again();
  await opened(page, '/admin/channels/log-nr', 'log-nr');
  await page.getByRole('button', { name: 'Close' }).click();
  const dialog = dialogOf(page);
  await dialog.getByText('Use a device that is approved for this.').waitFor();
  assert.equal(await dialog.getByRole('button', { name: 'Do it now' }).count(), 0);
  clean();
  await context.close();
});

test('break-glass is asked for by one, granted by another, and runs', async () => {
  const one = await judy.again();
  await opened(one.page, '/admin/break-glass', 'Break-glass');
  await one.page.getByRole('button', { name: 'Ask for a channel' }).click();
  const asking = one.page.getByRole('alertdialog');
  await asking.getByLabel('Channel id').fill('mixed');
  await asking.getByLabel('Minutes').fill('45');
  await asking.getByLabel('Reason').fill('casualty');
  await asking.getByRole('button', { name: 'Ask' }).click();
  await one.page.getByText(/Your request waits/).waitFor();
  await one.page.getByText('your own: another officer answers it').waitFor();
  const two = await kara.again();
  await opened(two.page, '/admin/break-glass', 'Break-glass');
  await two.page.getByRole('button', { name: 'Grant mixed to judy' }).click();
  const granting = two.page.getByRole('alertdialog');
  await granting.getByText('For 45 minutes from now').waitFor();
  await granting.getByText(/You signed in/).waitFor();
  await granting.getByRole('button', { name: 'Grant' }).click();
  await two.page.getByText('judy may enter mixed for 45 minutes.').waitFor();
  const running = two.page.getByRole('table', { name: 'Running' });
  await running.getByText(/in 4\d min/).waitFor();
  await running.getByText('kara').waitFor();
  one.clean();
  two.clean();
  await one.context.close();
  await two.context.close();
});

test('an officer whose sign-in is older is told to sign in again before she grants', async () => {
  const { page, context, clean } = await kara.again();
  const earlier = new Date(Date.now() - 20 * 60_000).toISOString();
  await page.route('**/api/v1/me', async (route) => {
    const answer = await route.fetch();
    const me = await answer.json();
    me.session.auth_time = earlier;
    await route.fulfill({ response: answer, json: me });
  });
  const one = await judy.again();
  await one.page.goto('/admin/people');
  const body = { channel: 'ops-ns', minutes: 30, reason: 'casualty' };
  assert.equal((await call(one.page, 'POST', '/api/v1/break-glass', body)).status, 202);
  await opened(page, '/admin/break-glass', 'Break-glass');
  await page.getByRole('button', { name: 'Grant ops-ns to judy' }).click();
  const link = page.getByRole('alertdialog').getByRole('link', { name: 'sign in again' });
  assert.match(await link.getAttribute('href'), /^\/signin\?then=%2Fadmin%2Fbreak-glass&max_age=300$/);
  clean();
  await one.context.close();
  await context.close();
});

for (const look of LOOKS) {
  const name = `${look.colorScheme}, ${look.width} px`;

  test(`the pages of granting obey their policy, fit and are accessible: ${name}`, async () => {
    const one = await judy.again({ look });
    await one.page.goto('/admin/people');
    const reason = `posting ${name}`;
    const id = await proposed(one.page, 'quin', { level: name.includes('320') ? 'NC' : 'NR', reason }).catch(
      () => proposed(one.page, 'paul', { level: 'NR', compartments: [`X${look.width}`], reason }),
    );
    const second = await kara.again({ look, bypassCSP: true });
    for (const [path, title] of [
      ['/admin/proposals', 'Proposals'],
      [`/admin/proposals/${id}`, /^Give /],
      ['/admin/break-glass', 'Break-glass'],
    ]) {
      await opened(one.page, path, title);
      await fits(one.page);
      await opened(second.page, path, title);
      await accessible(second.page);
    }
    await opened(second.page, '/admin/people/alice', 'alice');
    await second.page.getByRole('button', { name: 'Change', exact: true }).click();
    await accessible(second.page);
    await dialogOf(second.page).getByRole('checkbox', { name: 'auditor' }).check();
    await dialogOf(second.page).getByRole('button', { name: 'Next' }).click();
    await dialogOf(second.page).getByText(/It takes a second person/).waitFor();
    await fits(second.page);
    await accessible(second.page);
    one.clean();
    await one.context.close();
    await second.context.close();
  });
}

test('the keyboard alone approves a proposal', async () => {
  const one = await judy.again();
  await one.page.goto('/admin/people');
  const id = await proposed(one.page, 'dave', { level: 'NR' });
  const two = await kara.again();
  await opened(two.page, `/admin/proposals/${id}`, 'Give dave a clearance');
  const approve = two.page.getByRole('button', { name: 'Approve' });
  await approve.waitFor();
  const focused = () => two.page.evaluate(() => document.activeElement.textContent);
  for (let step = 0; (await focused()) !== 'Approve'; step += 1) {
    assert.ok(step < 30, 'the button is out of the keyboard’s reach');
    await two.page.keyboard.press('Tab');
  }
  await two.page.keyboard.press('Enter');
  await two.page.getByRole('alertdialog').waitFor();
  await two.page.waitForFunction(() => document.querySelector('[role=alertdialog]').contains(document.activeElement));
  while ((await focused()) !== 'Approve') await two.page.keyboard.press('Tab');
  await two.page.keyboard.press('Enter');
  await two.page.getByText('It is for judy to carry out.').waitFor();
  two.clean();
  await one.context.close();
  await two.context.close();
});
