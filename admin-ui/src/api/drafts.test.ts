// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { Drafts, mayBeKept } from './drafts';

function tab() {
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  const opened = (owner: string, now: number) => {
    const drafts = new Drafts(() => shelf);
    drafts.belongTo(owner, now);
    return drafts;
  };
  return { kept, opened };
}

it('what was typed is there when she is back, once, and in no storage meanwhile', () => {
  const { kept, opened } = tab();
  const before = opened('judy', 0);
  before.put('a', 'typed');
  expect(kept.size).toBe(0);
  before.keep(1000);
  expect(kept.size).toBe(1);
  const back = opened('judy', 2000);
  expect(kept.size).toBe(0);
  expect(back.take('a')).toBe('typed');
  back.forget('a');
  expect(back.take('a')).toBeUndefined();
});

it('nobody else finds it, and nobody finds it much later', () => {
  for (const [owner, now] of [
    ['kara', 2000],
    ['judy', 1000 + 15 * 60_000 + 1],
  ] as const) {
    const { kept, opened } = tab();
    const before = opened('judy', 0);
    before.put('a', 'typed');
    before.keep(1000);
    expect(opened(owner, now).take('a')).toBeUndefined();
    expect(kept.size).toBe(0);
  }
});

it('what was sent or signed out of is not kept', () => {
  const { kept, opened } = tab();
  const drafts = opened('judy', 0);
  drafts.put('a', 'typed');
  drafts.forget('a');
  drafts.keep(1);
  expect(kept.size).toBe(0);
  drafts.put('a', 'typed');
  drafts.keep(1);
  drafts.clear();
  expect(kept.size).toBe(0);
});

it('what looks like a secret is not written', () => {
  expect(mayBeKept('{\n  "name": "Chat"\n}')).toBe(true);
  expect(mayBeKept({ level: 'secret' })).toBe(true);
  expect(mayBeKept('{"client_secret": "x"}')).toBe(false);
  expect(mayBeKept('bind_password = x')).toBe(false);
  expect(mayBeKept('-----BEGIN PRIVATE KEY-----')).toBe(false);
});
