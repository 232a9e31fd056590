// SPDX-License-Identifier: Apache-2.0
// Sessions in the console: what was typed survives a stronger or newer sign-in, and nobody is signed out unwarned.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, launch } from '../support/browser.mjs';
import { dialogOf, opened } from '../support/console.mjs';
import { Countersign } from '../support/countersign.mjs';
import { arrive, signInWithPasskey } from '../support/people.mjs';

let browser;
let countersign;
let judy;

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
  judy = await arrive(browser, countersign, 'judy');
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
});

/** The next weighing is answered as one that asks for a newer sign-in. */
async function asksForMoreOnce(page) {
  const url = `${countersign.info.base_url}/signin?acr_values=phr&max_age=0&act=clearance.grant`;
  const refusal = {
    status: 401,
    contentType: 'application/problem+json',
    headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="phr", max_age=0' },
    body: JSON.stringify({ status: 401, title: 'Unauthorized', reason: 'AAL_STEP_UP', detail: 'Sign in again.', step_up: { url } }),
  };
  await page.route('**/api/v1/weigh', (route) => route.fulfill(refusal), { times: 1 });
}

async function typeClearance(page) {
  await opened(page, '/admin/people/noah', 'noah');
  await page.getByRole('button', { name: 'Give a clearance' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Scheme').selectOption('NATO');
  await dialog.getByLabel('Level').selectOption('NS');
  await dialog.getByLabel('Good until').fill('2031-12-31');
  await asksForMoreOnce(page);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByRole('link', { name: 'Sign in with a stronger method' }).click();
  await page.getByRole('heading', { level: 1, name: "Confirm that it's you" }).waitFor();
  return dialog;
}

async function isAsTyped(page, dialog) {
  await page.waitForURL('**/admin/people/noah');
  await dialog.getByLabel('Good until').waitFor();
  // What there is to choose from comes a moment later.
  await dialog.locator('option[value="NS"]').waitFor({ state: 'attached' });
  assert.equal(await dialog.getByLabel('Scheme').inputValue(), 'NATO');
  assert.equal(await dialog.getByLabel('Level').inputValue(), 'NS');
  assert.equal(await dialog.getByLabel('Good until').inputValue(), '2031-12-31');
  const kept = await page.evaluate(() => sessionStorage.getItem('countersign-drafts'));
  assert.equal(kept, null, 'it is kept no longer than needed');
}

test('what was typed is there again after a step-up, and after giving it up', async () => {
  const { page, passkey, clean } = judy;
  // An authenticator that answers at once takes the page's offer before there is anything to look at.
  await passkey.setTouched(false);
  const dialog = await typeClearance(page);
  await page.getByText('Changing a clearance asks you to confirm').waitFor();
  assert.equal(await page.getByLabel('Username').count(), 0);
  assert.equal(await page.getByRole('button', { name: /Use your password/ }).count(), 0, 'she has none');
  await fits(page);
  await passkey.setTouched(true);
  await signInWithPasskey(page);
  await isAsTyped(page, dialog);
  await passkey.setTouched(false);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByText(/It takes a second person/).waitFor();
  await dialog.getByLabel('Reason').fill('posting');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'noah' }).waitFor();
  assert.equal(await dialog.count(), 0, 'what was sent is not offered again');

  const again = await typeClearance(page);
  await page.getByRole('link', { name: 'Cancel' }).click();
  await isAsTyped(page, again);
  await again.getByRole('button', { name: 'Cancel' }).click();
  clean();
});

test('the console warns before a session ends and goes on at a press', async () => {
  const { page, context, clean } = await judy.again();
  await page.clock.install();
  await opened(page, '/admin/people/noah', 'noah');
  await page.getByRole('button', { name: 'Give a clearance' }).click();
  await dialogOf(page).getByLabel('Good until').fill('2031-12-31');
  const warning = page.getByRole('alert').filter({ hasText: 'Your session ends in two minutes' });
  await page.clock.fastForward('57:30');
  assert.equal(await warning.count(), 0);
  await page.clock.fastForward('01:00');
  await warning.waitFor();
  await fits(page);
  await warning.getByRole('button', { name: 'Stay signed in' }).click();
  await warning.waitFor({ state: 'detached' });
  assert.equal(await dialogOf(page).getByLabel('Good until').inputValue(), '2031-12-31');
  await page.clock.fastForward('01:01:00');
  await page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
  clean();
  await context.close();
});

test('the step-up page is accessible', async () => {
  const { page, context } = await judy.again({ bypassCSP: true });
  await page.goto('/signin?then=/admin/&max_age=0');
  await page.getByRole('heading', { level: 1, name: "Confirm that it's you" }).waitFor();
  await accessible(page);
  await context.close();
});
