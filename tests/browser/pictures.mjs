// SPDX-License-Identifier: Apache-2.0
// Takes the pictures that the documentation shows, from the real program over the example coalition.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { guarded, launch } from './support/browser.mjs';
import { Countersign } from './support/countersign.mjs';
import { arrive } from './support/people.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const QUESTIONS = [
  ['dave', 'channel.join', 'channel', 'log-nr'],
  ['noah', 'channel.join', 'channel', 'log-nr'],
  ['fred', 'message.read', 'message', 'm-ns'],
  ['alice', 'channel.join', 'channel', 'ops-ns'],
  ['dave', 'message.post', 'channel', 'log-nr'],
  ['noah', 'channel.join', 'channel', 'ops-ns'],
];

await mkdir(FOLDER, { recursive: true });
/** What judy proposes about noah, so that there is a proposal for kara to look at. */
async function proposal(page) {
  return page.evaluate(async () => {
    const { csrf_token } = await (await fetch('/api/v1/me')).json();
    const reason = encodeURIComponent('Posting to the staff from 1 December');
    const answer = await fetch(`/api/v1/people/noah/clearances?reason=${reason}`, {
      method: 'POST',
      headers: { 'X-CSRF-Token': csrf_token, 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'personnel',
        scheme: 'NATO',
        level: 'NS',
        valid_from: '2026-12-01T00:00:00Z',
        valid_until: '2031-11-30T23:59:59Z',
      }),
    });
    return (await answer.json()).proposal;
  });
}

/** Whoever has not signed in. */
const nobody = {
  async again(more) {
    const { context } = await guarded(browser, countersign.info.base_url, more);
    return { context, page: await context.newPage() };
  },
};

const browser = await launch();
const countersign = await Countersign.start();
try {
  const olga = await arrive(browser, countersign, 'olga');
  const judy = await arrive(browser, countersign, 'judy');
  const kara = await arrive(browser, countersign, 'kara');
  await judy.page.goto('/admin/people');
  const proposed = await proposal(judy.page);
  for (const question of QUESTIONS) await countersign.ask(...question);
  const answer = await countersign.ask('noah', 'channel.join', 'channel', 'ops-ns');
  const why = `/admin/decisions/${answer.context.decision_id}`;
  for (const [name, path, colorScheme, who] of [
    ['sign-in', '/signin', 'light', nobody],
    ['sign-in-dark', '/signin', 'dark', nobody],
    ['people', '/admin/people', 'light', olga],
    ['person', '/admin/people/alice', 'light', olga],
    ['channel', '/admin/channels/log-nr', 'light', olga],
    ['decisions', '/admin/decisions', 'dark', olga],
    ['why', why, 'light', olga],
    ['proposal', `/admin/proposals/${proposed}`, 'light', kara],
  ]) {
    const look = { colorScheme, width: 1280 };
    const { context, page } = await who.again({ look });
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Loading').waitFor({ state: 'detached' });
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${FOLDER}${name}.png` });
    await context.close();
  }
} finally {
  await browser.close();
  await countersign.stop();
}
