// SPDX-License-Identifier: Apache-2.0
// A device's key in a real browser: put on file, proven at the next sign-in, lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from '../support/axe.mjs';
import { fits, launch } from '../support/browser.mjs';
import { Countersign } from '../support/countersign.mjs';
import { arrive, signInWithPasskey } from '../support/people.mjs';

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

/** Signs in anew in a browser that keeps its key. */
async function signInAgain(context, page) {
  await context.clearCookies();
  await page.goto('/signin?then=/account/devices');
  if (new URL(page.url()).pathname.startsWith('/signin')) await signInWithPasskey(page);
  await page.waitForURL('**/account/devices');
}

test('a browser is put on file, is known at the next sign-in, and is out once it is lost', async () => {
  const { context, page, clean } = await arrive(browser, countersign, 'bob');
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByText('Nothing is known of the device of this sign-in.').waitFor();
  await accessible(page);
  await fits(page);
  await page.getByLabel('Name of this device').fill('The grey laptop');
  await page.getByRole('button', { name: 'Use this device' }).click();
  await page.getByText(/This browser is on file as key-[0-9a-f]{32}/).waitFor();

  // Neither key nor signature is anywhere that a script could read the key from.
  const kept = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('countersign-device', 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('keys').objectStore('keys').get('this');
          reading.onsuccess = async () => {
            const { privateKey } = reading.result;
            const exported = await crypto.subtle.exportKey('pkcs8', privateKey).catch((error) => error.name);
            resolve({ extractable: privateKey.extractable, exported });
          };
        };
      }),
  );
  assert.deepEqual(kept, { extractable: false, exported: 'InvalidAccessError' });

  await signInAgain(context, page);
  await page.getByText(/This sign-in is on the device key-/).waitFor();
  await page.getByText('The grey laptop (this one)').waitFor();
  await page.getByText('not accredited, not managed').waitFor();
  await accessible(page);
  await fits(page);

  // Lost, this very session ends, and the key opens nothing more.
  await page.getByRole('button', { name: 'It is lost: The grey laptop' }).click();
  // The passkey is offered on the page that she is led to, and taken at once.
  await page.getByText(/Lost. It cannot be used until two people take it up again/).waitFor();
  await page.getByText('Nothing is known of the device of this sign-in.').waitFor();
  clean();
  await context.close();
});
