// SPDX-License-Identifier: Apache-2.0
import { csrf } from './acts';
import type { Sent } from './amend';
import { answered, client } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];

/** Registers a service provider by its metadata, or takes newer metadata of one. */
export async function registerService(body: Schemas['Registration'], reason: string): Promise<Sent> {
  const header = await csrf();
  const query = reason === '' ? {} : { reason };
  const answer = await answered<Schemas['Applied'] | Schemas['Waiting']>(
    client.POST('/api/v1/saml/services', { params: { header, query }, body }),
  );
  return 'proposal' in answer ? { proposal: answer.proposal } : {};
}
