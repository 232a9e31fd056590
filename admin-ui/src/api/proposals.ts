// SPDX-License-Identifier: Apache-2.0
import { csrf } from './acts';
import { answered, client, type Proposal } from './client';

/** Gives the second person's word for exactly what she was shown. */
export async function approve(shown: Proposal) {
  const header = await csrf();
  const params = { header, path: { id: shown.id } };
  const body = { parameters: shown.parameters };
  return answered(client.POST('/api/v1/proposals/{id}/approve', { params, body }));
}

/** Says no to a proposal of somebody else. */
export async function reject(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/proposals/{id}/reject', { params: { header, path: { id } } }));
}

/** Takes one's own proposal back. */
export async function withdraw(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/proposals/{id}/withdraw', { params: { header, path: { id } } }));
}

/** Carries out one's own proposal that another person has approved. */
export async function execute(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/proposals/{id}/execute', { params: { header, path: { id } } }));
}
