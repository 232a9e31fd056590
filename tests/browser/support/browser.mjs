// SPDX-License-Identifier: Apache-2.0
// A real Chromium whose pages report everything that a strict page must never do.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** The browser under test. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The looks in which every page is walked. */
export const LOOKS = [
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 320 },
];

/** Starts Chromium, with more of an environment. As root it has no sandbox of its own. */
export function launch({ env = {}, executablePath = CHROMIUM } = {}) {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args, headless: true, env: { ...process.env, ...env } });
}

/** A browser context with gates: what its pages did wrong is kept, and `clean()` fails on it. */
export async function guarded(browser, baseUrl, { look = LOOKS[0], hosts = [], ...options } = {}) {
  const context = await browser.newContext({
    baseURL: baseUrl,
    colorScheme: look.colorScheme,
    viewport: { width: look.width, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const allowed = new Set([baseUrl, ...hosts].map((address) => new URL(address).origin));
  const faults = [];
  await context.exposeBinding('reportViolation', (_source, violation) => {
    faults.push(`policy violation: ${violation}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(
        `${event.effectiveDirective} blocked ${event.blockedURI || 'inline'} on ${document.location.pathname} (${event.sample})`,
      );
    });
  });
  context.on('request', (request) => {
    const origin = new URL(request.url()).origin;
    if (!allowed.has(origin)) faults.push(`request off this origin: ${request.url()}`);
  });
  context.on('weberror', (error) => faults.push(`script error: ${error.error().message}`));
  const clean = () => assert.deepEqual(faults, []);
  return { context, clean };
}

/** Fails when the page is wider than its window. */
export async function fits(page) {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(over <= 0, `${page.url()} is ${over} px wider than its window`);
}
