// SPDX-License-Identifier: Apache-2.0

/**
 * What was typed and not sent. It is in memory, and in this tab's storage only while the person is away to sign in:
 * written as she leaves, taken out as she is back. Nothing that looks like a secret is written.
 */

const KEY = 'countersign-drafts';
/** A sign-in takes no longer than this; what is older was left behind. */
const KEPT_MS = 15 * 60_000;

interface Kept {
  owner: string;
  at: number;
  values: Record<string, unknown>;
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Drafts {
  private owner: string | undefined;
  private back: Kept | undefined;
  private readonly values = new Map<string, unknown>();

  constructor(private readonly shelf: () => Shelf | undefined) {}

  /** Says whose they are. What somebody else left is thrown away. */
  belongTo(owner: string, now = Date.now()): void {
    if (this.owner === owner) return;
    this.owner = owner;
    this.values.clear();
    const back = read(this.shelf());
    this.shelf()?.removeItem(KEY);
    const isHers = back?.owner === owner && now - back.at <= KEPT_MS && now >= back.at;
    this.back = isHers ? back : undefined;
  }

  /** What was typed before she left, if it was. */
  take(name: string): unknown {
    return this.back?.values[name];
  }

  put(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  /** It was sent, or given up. */
  forget(name: string): void {
    this.values.delete(name);
    if (this.back) delete this.back.values[name];
  }

  /** She leaves to sign in. */
  keep(now = Date.now()): void {
    const kept = [...this.values].filter(([, value]) => mayBeKept(value));
    if (this.owner === undefined || kept.length === 0) return;
    const text = JSON.stringify({ owner: this.owner, at: now, values: Object.fromEntries(kept) });
    this.shelf()?.setItem(KEY, text);
  }

  /** She signs out. */
  clear(): void {
    this.values.clear();
    this.back = undefined;
    this.shelf()?.removeItem(KEY);
  }
}

/** A record that is written out may hold a secret that somebody pasted into it. */
export function mayBeKept(value: unknown): boolean {
  const text = JSON.stringify(value) ?? '';
  return !/secret\\*"\s*:|password|PRIVATE KEY/i.test(text);
}

function read(shelf: Shelf | undefined): Kept | undefined {
  try {
    const kept = JSON.parse(shelf?.getItem(KEY) ?? 'null');
    const isKept =
      typeof kept?.owner === 'string' && typeof kept.at === 'number' && typeof kept.values === 'object';
    return isKept ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Where storage is turned off, what was typed is lost, as it would be without this. */
function tabStorage(): Shelf | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

export const drafts = new Drafts(tabStorage);
