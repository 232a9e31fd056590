// SPDX-License-Identifier: Apache-2.0
// What people do on the sign-in pages, as they would: by the words on the buttons.
import { guarded } from './browser.mjs';
import { withPasskey } from './passkey.mjs';

/** Opens an enrolment link and makes a passkey. The page needs an authenticator. */
export async function enrol(page, address) {
  await page.goto(address);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page
    .getByRole('heading', { level: 1, name: 'Set up how you sign in' })
    .waitFor({ state: 'detached' });
}

/**
 * Signs in with the passkey of the page's authenticator, from wherever the sign-in page is shown. An
 * authenticator that answers at once may already have been taken by the offer in the name field.
 */
export async function signInWithPasskey(page) {
  const arrived = page.waitForURL((url) => !url.pathname.startsWith('/signin'));
  const button = page.getByRole('button', { name: 'Sign in with a passkey' });
  await Promise.race([arrived, button.click().catch(() => {})]);
  await arrived;
}

/**
 * A person who has enrolled a passkey and is signed in: her name, her context, her page and her authenticator;
 * `again` opens a context of its own in which she is signed in as well.
 */
export async function arrive(browser, countersign, name, options = {}) {
  const { context, clean } = await guarded(browser, countersign.info.base_url, options);
  const page = await context.newPage();
  const passkey = await withPasskey(page);
  await enrol(page, countersign.info.people[name].enrol_url);
  await page.goto('/signin?then=/account');
  if (new URL(page.url()).pathname.startsWith('/signin')) await signInWithPasskey(page);
  // As she is signed in by then: a step-up gives her session a new name.
  const again = async (more = {}) => {
    const storageState = await context.storageState();
    const other = await guarded(browser, countersign.info.base_url, { storageState, ...more });
    return { ...other, page: await other.context.newPage() };
  };
  return { name, context, page, passkey, clean, again };
}
