// SPDX-License-Identifier: Apache-2.0
import { csrf } from './acts';
import type { ProviderFacts } from './amend';
import { answered, client, type Metadata } from './client';

/** Looks at everything that a source needs; nothing is changed. */
export async function testSource(id: string, of: { person?: string; response?: string }) {
  const header = await csrf();
  return answered(client.POST('/api/v1/sources/{id}/test', { params: { header, path: { id } }, body: of }));
}

/** What a sample becomes; nothing is done. */
export async function tryMapping(id: string, attributes: Record<string, unknown>, person?: string) {
  const header = await csrf();
  const body = { attributes, ...(person === undefined ? {} : { person }) };
  return answered(
    client.POST('/api/v1/sources/{id}/mapping/try', { params: { header, path: { id } }, body }),
  );
}

/** Asks for a pass over a directory. */
export async function askForSync(id: string, mode: 'full' | 'incremental', dry_run: boolean) {
  const header = await csrf();
  return answered(
    client.POST('/api/v1/sources/{id}/sync', { params: { header, path: { id } }, body: { mode, dry_run } }),
  );
}

/** What a second person compares of metadata, as the server writes it. */
export function factsOf({ keys, sign_on, logout }: Metadata): ProviderFacts {
  const unique = (list: string[]) => [...new Set(list)].sort();
  return {
    keys: unique(keys.map((key) => key.sha256)),
    addresses: unique([...sign_on, ...logout].map((address) => address.location)),
  };
}
