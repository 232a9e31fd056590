// SPDX-License-Identifier: Apache-2.0
// The pages on which people enrol and sign in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { Countersign } from '../support/countersign.mjs';
import { withPasskey } from '../support/passkey.mjs';
import { arrive, enrol, signInWithPasskey } from '../support/people.mjs';
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

/** Pages that anybody may meet, faults included. */
function pages() {
  const { people, base_url } = countersign.info;
  const authorize = new URL('/oauth2/authorize', base_url);
  authorize.search = new URLSearchParams({ client_id: 'nobody-knows-it', response_type: 'code' }).toString();
  const enrolment = people.carol.enrol_url;
  return [
    '/signin',
    enrolment,
    `${enrolment}/password`,
    '/enrol/not-a-link',
    authorize.href,
    '/no-such-page',
  ];
}

for (const look of LOOKS) {
  const name = `${look.colorScheme}, ${look.width} px`;

  test(`the sign-in pages obey their content security policy and fit: ${name}`, async () => {
    const { context, clean } = await guarded(browser, countersign.info.base_url, { look });
    const page = await context.newPage();
    for (const address of pages()) {
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await fits(page);
    }
    clean();
    await context.close();
  });

  test(`the sign-in pages are accessible: ${name}`, async () => {
    const { context } = await guarded(browser, countersign.info.base_url, { look, bypassCSP: true });
    const page = await context.newPage();
    for (const address of pages()) {
      await page.goto(address);
      await accessible(page);
    }
    await context.close();
  });
}

test('the account pages obey their policy, fit and are accessible in every look', async () => {
  const bob = await arrive(browser, countersign, 'bob');
  for (const look of LOOKS) {
    for (const bypassCSP of [false, true]) {
      const { page, context, clean } = await bob.again({ look, bypassCSP });
      for (const name of ['', '/access', '/activity', '/apps', '/signout']) {
        const address = `/account${name}`;
        await page.goto(address);
        assert.equal(new URL(page.url()).pathname, address);
        await fits(page);
        if (bypassCSP) await accessible(page);
      }
      clean();
      await context.close();
    }
  }
  bob.clean();
  await bob.context.close();
});

test('a password and a security code are set up and used without any script', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${countersign.info.people.erin.enrol_url}/password`);
  const key = await page.locator('.key').textContent();
  await page.getByLabel('New password').fill('four quiet grey herons');
  await page.getByLabel(/^Security code/).fill(codeOf(key));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Password and authenticator app' }).waitFor({ state: 'detached' });
  await context.clearCookies();
  await page.goto('/signin');
  await page.getByLabel('Username').fill('erin');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Password').fill('four quiet grey herons');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Security code').fill('000000');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText(/That code isn.t right/).waitFor();
  await page.getByLabel('Security code').fill(codeOf(key, 1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/account$/);
  clean();
  await context.close();
});

test('a passkey is enrolled with an enrolment link and signs in', async () => {
  const judy = await arrive(browser, countersign, 'judy');
  assert.equal((await judy.passkey.credentials()).length, 1);
  await judy.context.clearCookies();
  await judy.page.goto('/signin?then=/admin/people');
  await signInWithPasskey(judy.page);
  await judy.page.waitForURL(/\/admin\/people$/);
  await judy.page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  judy.clean();
  await judy.context.close();
});

test('who presses the button while her passkey has already answered is signed in once', async () => {
  const alice = await arrive(browser, countersign, 'alice');
  const { page } = alice;
  await alice.context.clearCookies();
  let challenges = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/signin/challenge')) challenges += 1;
  });
  let answered;
  const answer = new Promise((resolve) => {
    answered = resolve;
  });
  let letGo;
  const held = new Promise((resolve) => {
    letGo = resolve;
  });
  let posted = 0;
  await page.route('**/signin/passkey', async (route) => {
    posted += 1;
    answered();
    await held;
    await route.continue();
  });
  // The offer in the name field is taken at once; its answer is under way, and held there.
  await page.goto('/signin?then=/account');
  await answer;
  const pressed = page.getByRole('button', { name: 'Sign in with a passkey' }).click({ noWaitAfter: true });
  await Promise.race([pressed, new Promise((resolve) => setTimeout(resolve, 500))]);
  letGo();
  await page.waitForURL(/\/account$/);
  await pressed.catch(() => {});
  assert.deepEqual({ challenges, posted }, { challenges: 1, posted: 1 });
  alice.clean();
  await alice.context.close();
});

test('an enrolment link works once', async () => {
  const kara = await arrive(browser, countersign, 'kara');
  await kara.context.clearCookies();
  await kara.page.goto(countersign.info.people.kara.enrol_url);
  await kara.page
    .getByText(/used|expired|no longer|not valid/i)
    .first()
    .waitFor();
  assert.equal(await kara.page.getByRole('button', { name: /passkey/i }).count(), 0);
  await kara.context.close();
});

test('without user verification no passkey signs in, and the page says what to do', async () => {
  const { context, clean } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  const passkey = await withPasskey(page);
  await enrol(page, countersign.info.people.olga.enrol_url);
  await context.clearCookies();
  await passkey.setVerified(false);
  await page.goto('/signin');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText(/No passkey was used/).waitFor();
  await page.getByText(/Try again, or use another way/).waitFor();
  await passkey.setVerified(true);
  await page.goto('/signin');
  await signInWithPasskey(page);
  clean();
  await context.close();
});

test('after sign-in one returns only to this site', async () => {
  const { context } = await guarded(browser, countersign.info.base_url);
  const page = await context.newPage();
  await withPasskey(page);
  await enrol(page, countersign.info.people.noah.enrol_url);
  await context.clearCookies();
  await page.goto('/signin?then=https://elsewhere.example/');
  await signInWithPasskey(page).catch(() => {});
  assert.equal(new URL(page.url()).origin, countersign.info.base_url);
  await context.close();
});

test('without script the sign-in page still takes a name', async () => {
  const { context } = await guarded(browser, countersign.info.base_url, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/signin');
  assert.ok(await page.getByRole('textbox').first().isVisible());
  assert.ok(
    await page
      .getByRole('button', { name: /continue|sign in/i })
      .first()
      .isVisible(),
  );
  await context.close();
});
