// SPDX-License-Identifier: Apache-2.0

/** An object that somebody typed as JSON, or what is wrong with it, in a sentence. */
export function readObject(text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    return `This is not JSON: ${fault instanceof Error ? fault.message : 'it cannot be read'}.`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'Begin with { and end with }: names and their values.';
  }
  return value as Record<string, unknown>;
}

/** The leaves of a record with the way to each: `cap.levels.NATO`. Long texts are cut. */
export function leaves(record: unknown, at = ''): [name: string, value: unknown][] {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return [[at, short(record)]];
  const members = Object.entries(record);
  // What stands in the place of a secret is told as such.
  if (members.length === 1 && members[0]?.[0] === 'set') return [[at, 'set']];
  return members.flatMap(([name, value]) => leaves(value, at === '' ? name : `${at}.${name}`));
}

function short(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= 160) return value;
  return `${value.slice(0, 60)}… (${value.length} characters)`;
}
