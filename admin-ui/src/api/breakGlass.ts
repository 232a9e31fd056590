// SPDX-License-Identifier: Apache-2.0
import { csrf } from './acts';
import { answered, type BreakGlass, client } from './client';

/** Asks for one channel for a while. */
export async function askForChannel(channel: string, minutes: number, reason: string) {
  const header = await csrf();
  const body = { channel, minutes, reason };
  return answered(client.POST('/api/v1/break-glass', { params: { header }, body }));
}

/** Grants what another person asked for. */
export async function grantBreakGlass(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/break-glass/{id}/approve', { params: { header, path: { id } } }));
}

/** Refuses it. */
export async function rejectBreakGlass(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/break-glass/{id}/reject', { params: { header, path: { id } } }));
}

/** Closes the review of what is over. */
export async function reviewBreakGlass(id: string, review: string) {
  const header = await csrf();
  const params = { header, path: { id } };
  return answered(client.POST('/api/v1/break-glass/{id}/review', { params, body: { review } }));
}

/** Nobody has answered it. */
export function needsAnswer(item: BreakGlass): boolean {
  return !item.answer;
}

/** It was granted, and is over. */
export function needsReview(item: BreakGlass, now: Date): boolean {
  return item.ends_at != null && new Date(item.ends_at) < now;
}

/** It was granted, and goes on. */
export function isRunning(item: BreakGlass, now: Date): boolean {
  return item.ends_at != null && new Date(item.ends_at) >= now;
}
