// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

/** Waits for something to become true, for so many seconds at most. */
export async function eventually(seconds, holds) {
  const end = Date.now() + seconds * 1_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
