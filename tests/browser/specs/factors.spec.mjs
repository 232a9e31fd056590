// SPDX-License-Identifier: Apache-2.0
// What people see of their ways to sign in: passkeys that are offered, pulled out or too weak, and
// recovery codes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, launch } from '../support/browser.mjs';
import { Countersign } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, enrol } from '../support/people.mjs';
import { codeOf } from '../support/totp.mjs';

let browser;
let countersign;

before(async () => {
  browser = await launch();
  countersign = await Countersign.start();
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
});

test('a passkey is offered in the name field and signs in without a button', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.judy.enrol_url);
  await context.clearCookies();
  await page.goto('/signin?then=/account');
  await page.waitForURL(/\/account$/);
  await page.getByRole('heading', { level: 2, name: 'Ways to sign in' }).waitFor();
  clean();
  await context.close();
});

test('a passkey that is pulled out leaves the other ways open', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  const passkey = await withPasskey(page, { touched: false });
  await passkey.setTouched(true);
  await enrol(page, countersign.info.people.kara.enrol_url);
  await context.clearCookies();
  await passkey.setTouched(false);
  // The browser ends the ceremony when its time is up; ten seconds are the least that it takes.
  await page.route('**/signin/challenge', async (route) => {
    const answer = await route.fetch();
    const challenge = await answer.json();
    challenge.options.timeout = 10_000;
    await route.fulfill({ response: answer, json: challenge });
  });
  await page.goto('/signin');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('Follow the steps that your browser shows').waitFor();
  await passkey.remove();
  await page.getByText(/No passkey was used. Try again, or use another way/).waitFor({ timeout: 90_000 });
  assert.ok(await page.getByRole('button', { name: 'Continue' }).isEnabled());
  assert.ok(await page.getByRole('button', { name: 'Sign in with a passkey' }).isEnabled());
  clean();
  await context.close();
});

test('an unattested passkey is refused where AAL3 is required, and the page says which would do', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.olga.enrol_url);
  await context.clearCookies();
  await page.goto('/signin?then=/account&acr_values=phrh');
  // The offer in the name field may answer before the button does.
  await page
    .getByRole('button', { name: 'Sign in with a passkey' })
    .click()
    .catch(() => {});
  await page.getByText(/Your passkey works, but not for this: it didn.t prove which make it is/).waitFor();
  await page.getByText(/needs a smartcard, or an attested security key/).waitFor();
  await page.goto('/account');
  assert.match(page.url(), /\/signin/, 'she is not signed in');
  clean();
  await context.close();
});

test('a passkey is renamed on the account page', async () => {
  const { page, context, clean } = await arrive(browser, countersign, 'hugo');
  await page.goto('/account');
  await page.getByText('Rename', { exact: true }).click();
  await page.getByLabel('New name').fill('On my keyring');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The passkey has another name.').waitFor();
  await page.getByText('On my keyring', { exact: true }).first().waitFor();
  clean();
  await context.close();
});

test('recovery codes are shown once, downloaded, and one of them leads to a new way to sign in', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  await page.goto(`${countersign.info.people.erin.enrol_url}/password`);
  const key = await page.locator('.key').textContent();
  await page.getByLabel('New password').fill('four quiet grey herons');
  await page.getByLabel(/^Security code/).fill(codeOf(key));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Password and authenticator app' }).waitFor({ state: 'detached' });
  const toCode = async () => {
    await page.goto('/signin');
    await page.getByLabel('Username').fill('erin');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Password').fill('four quiet grey herons');
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  await toCode();
  await page.getByLabel('Security code').fill(codeOf(key, 1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/account$/);
  await page.getByRole('button', { name: 'Make recovery codes' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your recovery codes' }).waitFor();
  await fits(page);
  const codes = await page.locator('#codes code').allTextContents();
  assert.equal(codes.length, 10);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const download = await downloading;
  assert.equal(await readFile(await download.path(), 'utf8'), `${codes.join('\n')}\n`);
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.match(page.url(), /\/account\/recovery$/, 'not before she says that they are stored');
  await page.getByLabel('I have stored these').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('10 of 10 left').waitFor();

  await context.clearCookies();
  await toCode();
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill('0000-0000');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText(/That recovery code isn.t right/).waitFor();
  await page.getByLabel('Recovery code').fill(codes[3].toLowerCase());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: 'Set up how you sign in' }).waitFor();
  clean();
  await context.close();
});

test('the pages of recovery are accessible', async () => {
  const { context } = await guarded(browser, countersign.info.base_url, { bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${countersign.info.people.bob.enrol_url}/password`);
  const key = await page.locator('.key').textContent();
  await page.getByLabel('New password').fill('four quiet grey herons');
  await page.getByLabel(/^Security code/).fill(codeOf(key));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Password and authenticator app' }).waitFor({ state: 'detached' });
  await page.goto('/signin');
  await page.getByLabel('Username').fill('bob');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Password').fill('four quiet grey herons');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await page.getByRole('heading', { level: 1, name: 'Use a recovery code' }).waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'Use a security code instead' }).click();
  await page.getByLabel('Security code').fill(codeOf(key, 1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/account$/);
  await page.getByRole('button', { name: 'Make recovery codes' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your recovery codes' }).waitFor();
  await accessible(page);
  await context.close();
});
