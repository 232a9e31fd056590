// SPDX-License-Identifier: Apache-2.0

/** "23 Nov 2026, 14:02:11", in the reader's own time zone. */
export function moment(value: string | null | undefined): string {
  const time = parsed(value);
  return time === undefined ? '–' : MOMENT.format(time);
}

/** "23 Nov 2026". */
export function day(value: string | null | undefined): string {
  const time = parsed(value);
  return time === undefined ? '–' : DAY.format(time);
}

/** "just now", "5 min ago", "3 h ago", "2 days ago"; further back the day itself. */
export function ago(value: string | null | undefined, now: Date): string {
  const time = parsed(value);
  if (time === undefined) return 'never';
  const minutes = Math.floor((now.getTime() - time.getTime()) / 60_000);
  if (minutes < 0) return moment(value);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days < 60 ? `${days} days ago` : day(value);
}

/** "2026-11-23", the day in UTC. */
export function isoDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The first second of such a day. */
export function beginningOf(isoDay: string): string {
  return `${isoDay}T00:00:00Z`;
}

/** The last second of such a day. */
export function endOf(isoDay: string): string {
  return `${isoDay}T23:59:59Z`;
}

/** "in 5 min", "in 3 h"; "over" once it is. */
export function left(value: string | null | undefined, now: Date): string {
  const time = parsed(value);
  if (time === undefined) return '–';
  const minutes = Math.ceil((time.getTime() - now.getTime()) / 60_000);
  if (minutes <= 0) return 'over';
  if (minutes < 120) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `in ${hours} h` : `in ${Math.floor(hours / 24)} days`;
}

export type Expiry = 'past' | 'soon' | 'far' | 'future';

/** Whether a validity has not begun, is over, ends within 90 days, or later. */
export function expiry(from: string | null | undefined, until: string | null | undefined, now: Date): Expiry {
  const begins = parsed(from);
  if (begins !== undefined && begins > now) return 'future';
  const ends = parsed(until);
  if (ends === undefined) return 'far';
  const left = ends.getTime() - now.getTime();
  if (left < 0) return 'past';
  return left < 90 * 24 * 3_600_000 ? 'soon' : 'far';
}

function parsed(value: string | null | undefined): Date | undefined {
  if (!value) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const MOMENT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
