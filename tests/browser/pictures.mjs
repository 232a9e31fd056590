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
const browser = await launch();
const countersign = await Countersign.start();
try {
  const olga = await arrive(browser, countersign, 'olga');
  for (const question of QUESTIONS) await countersign.ask(...question);
  const answer = await countersign.ask('noah', 'channel.join', 'channel', 'ops-ns');
  const why = `/admin/decisions/${answer.context.decision_id}`;
  for (const [name, path, colorScheme, storageState] of [
    ['sign-in', '/signin', 'light', undefined],
    ['sign-in-dark', '/signin', 'dark', undefined],
    ['people', '/admin/people', 'light', olga.cookies],
    ['person', '/admin/people/alice', 'light', olga.cookies],
    ['channel', '/admin/channels/log-nr', 'light', olga.cookies],
    ['decisions', '/admin/decisions', 'dark', olga.cookies],
    ['why', why, 'light', olga.cookies],
  ]) {
    const look = { colorScheme, width: 1280 };
    const { context } = await guarded(browser, countersign.info.base_url, { look, storageState });
    const page = await context.newPage();
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
