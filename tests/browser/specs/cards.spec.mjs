// SPDX-License-Identifier: Apache-2.0
// Smartcards in a real browser: from the sign-in page to the account, and to the page for each trouble.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, guarded, LOOKS, launch } from '../support/browser.mjs';
import { CardReader } from '../support/card_reader.mjs';
import { Authority } from '../support/cards.mjs';
import { Countersign } from '../support/countersign.mjs';
import { arrive } from '../support/people.mjs';

let browser;
let authority;
let countersign;

before(async () => {
  browser = await launch();
  authority = await Authority.open();
  countersign = await Countersign.start(authority.environment);
});

after(async () => {
  await browser?.close();
  await countersign?.stop();
  await authority?.close();
});

/** Presents what the context holds, from the sign-in page on. */
async function present(page) {
  await page.goto('/signin?then=/account');
  await page.getByRole('link', { name: 'Use a smartcard' }).click();
  await page.getByText('Choose the one issued by Agency CA').waitFor();
  await page.getByRole('link', { name: 'Start' }).click();
}

/** Links a card to somebody who has signed in with a passkey. */
async function link(person, card) {
  const { context, page, clean } = await arrive(browser, countersign, person, card);
  await page.getByRole('link', { name: 'Add a smartcard' }).click();
  await page.getByRole('link', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Link this card' }).click();
  await page.getByText('The card was linked.').waitFor();
  clean();
  await context.close();
}

test('a card is linked once and then reaches the account, until it is cancelled', async () => {
  const card = authority.issue('bob');
  await link('bob', card);

  const { context, clean } = await guarded(browser, countersign.info.base_url, card);
  const page = await context.newPage();
  await present(page);
  await page.waitForURL('**/account');
  await page.getByText('smartcard or attested security key').first().waitFor();
  clean();
  await context.close();

  authority.revoke('bob');
  const again = await guarded(browser, countersign.info.base_url, card);
  const later = await again.context.newPage();
  const deadline = Date.now() + 20_000;
  for (;;) {
    await present(later);
    await later.waitForURL(/account$|card\/done/);
    const words = await later.getByRole('heading', { level: 1 }).innerText();
    if (words === 'This card has been cancelled') break;
    assert.ok(Date.now() < deadline, words);
    await again.context.clearCookies();
  }
  again.clean();
  await again.context.close();
});

test('Chromium itself finds the card and shows the one that its policy says', async () => {
  const card = authority.issue('dave');
  await link('dave', card);
  authority.issue('dave-elsewhere', { by: 'other' });
  const reader = await CardReader.with(authority, ['dave', 'dave-elsewhere'], 'Agency CA');
  try {
    const held = { hosts: [authority.origin], ignoreHTTPSErrors: true };
    const { context, clean } = await guarded(reader.browser, countersign.info.base_url, held);
    const page = await context.newPage();
    await present(page);
    await page.waitForURL('**/account');
    await page.getByText(/^dave · smartcard or attested security key ·/).waitFor();
    clean();
    await context.close();
  } finally {
    await reader.close();
  }
});

test('missing, wrong, expired, foreign and unknown cards reach pages that say what to do', async () => {
  const none = { hosts: [authority.origin], ignoreHTTPSErrors: true };
  for (const [held, words] of [
    [none, /We didn't get a certificate from your browser/],
    [authority.issue('mail', { kind: 'mail' }), /You chose mail\. Choose the one issued by Agency CA/],
    [authority.issue('old', { from: '20200101000000Z', until: '20210101000000Z' }), /expired on 1 Jan 2021/],
    [authority.issue('foreign', { by: 'other' }), /doesn't accept cards issued by Other CA/],
    [authority.issue('nobody'), /isn't linked to an account here/],
  ]) {
    const { context, clean } = await guarded(browser, countersign.info.base_url, held);
    const page = await context.newPage();
    await present(page);
    await page.getByText(words).waitFor();
    await page.getByRole('link', { name: 'Try again' }).waitFor();
    clean();
    await context.close();
  }
});

test('the pages of cards fit and are accessible in every look', async () => {
  for (const look of LOOKS) {
    const held = { hosts: [authority.origin], ignoreHTTPSErrors: true, look, bypassCSP: true };
    const { context } = await guarded(browser, countersign.info.base_url, held);
    const page = await context.newPage();
    await page.goto('/signin');
    await page.getByRole('link', { name: 'Use a smartcard' }).click();
    await accessible(page);
    await fits(page);
    await page.getByRole('link', { name: 'Start' }).click();
    await page.getByRole('heading', { name: 'No card was presented' }).waitFor();
    await accessible(page);
    await fits(page);
    await context.close();
  }
});
