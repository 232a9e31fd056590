// SPDX-License-Identifier: Apache-2.0
import { csrf } from './acts';
import { answered, client, type Weighing } from './client';
import type { components } from './schema.gen';
import { isService } from './service';

type Schemas = components['schemas'];

/** A label as it is sent. Without an audience it has its scheme's own. */
export interface NewLabel {
  scheme: string;
  level: string;
  compartments?: string[];
  releasable_to?: string[];
  nationals_only?: boolean;
  caveats?: string[];
  not_before?: string;
  originator_controlled_by?: string;
}

/** A clearance as it is given. */
export interface NewClearance {
  scheme: string;
  level: string;
  compartments: string[];
  kind: string;
  state: 'active';
  valid_from: string;
  valid_until: string;
}

/** What people compare of a provider's metadata. */
export interface ProviderFacts {
  keys: string[];
  addresses: string[];
}

type JsonRecord = Record<string, unknown>;

/** What the console does, as proposals show it. */
export type Act =
  | { act: 'clearance_grant'; id: string; clearance: NewClearance }
  | { act: 'clearance_renew'; id: string; clearance: string; valid_until: string }
  | { act: 'clearance_suspend' | 'clearance_resume' | 'clearance_revoke'; id: string; clearance: string }
  | { act: 'person_enable'; id: string }
  | { act: 'person_patch'; id: string; patch: Record<string, unknown> }
  | { act: 'channel_patch'; id: string; patch: Record<string, unknown> }
  | { act: 'channel_reclassify'; id: string; label: NewLabel }
  | { act: 'client_put'; id: string; was?: JsonRecord; client: JsonRecord }
  | { act: 'client_remove' | 'client_secret'; id: string; was: JsonRecord }
  | { act: 'source_enable' | 'source_disable' | 'source_remove'; id: string }
  | { act: 'source_metadata'; id: string; was: ProviderFacts; becomes: ProviderFacts }
  | { act: 'source_put'; id: string; source: JsonRecord }
  | { act: 'source_release'; id: string; seal: string };

/** What became of an act: it holds, or it waits under that name. */
export type Sent = { proposal?: string };

/** Asks what an act would change, and how many people it takes. */
export async function weigh(act: Act): Promise<Weighing> {
  const header = await csrf();
  // A source's record names it itself.
  const { id, ...rest } = act;
  const body = act.act === 'source_put' ? rest : { id, ...rest };
  return answered(client.POST('/api/v1/weigh', { params: { header }, body }));
}

/** Does an act, or proposes it. */
export async function send(act: Act, reason: string): Promise<Sent> {
  const header = await csrf();
  const query = reason === '' ? {} : { reason };
  const params = { header, query, path: { id: act.id } };
  const answer = await answered<Schemas['Applied'] | Schemas['Waiting']>(call(act, params));
  return 'proposal' in answer ? { proposal: answer.proposal } : {};
}

interface Params {
  header: { 'X-CSRF-Token': string };
  query: { reason?: string };
  path: { id: string };
}

function call(act: Act, params: Params) {
  switch (act.act) {
    case 'clearance_grant':
      return client.POST('/api/v1/people/{id}/clearances', { params, body: { ...act.clearance } });
    case 'person_enable':
      return client.POST('/api/v1/people/{id}/enable', { params });
    case 'person_patch':
      return client.PATCH('/api/v1/people/{id}', { params, body: act.patch });
    case 'channel_patch':
      return client.PATCH('/api/v1/channels/{id}', { params, body: act.patch });
    case 'channel_reclassify':
      return client.POST('/api/v1/channels/{id}/reclassify', { params, body: { ...act.label } });
    case 'client_put':
      return act.was && isService(act.was)
        ? client.PUT('/api/v1/saml/services/{id}', { params, body: act.client })
        : client.PUT('/api/v1/clients/{id}', { params, body: act.client });
    case 'client_remove':
      return client.DELETE('/api/v1/clients/{id}', { params });
    case 'client_secret':
      return client.POST('/api/v1/clients/{id}/secret', { params });
    case 'source_enable':
      return client.POST('/api/v1/sources/{id}/enable', { params });
    case 'source_disable':
      return client.POST('/api/v1/sources/{id}/disable', { params });
    case 'source_remove':
      return client.DELETE('/api/v1/sources/{id}', { params });
    case 'source_metadata':
      return client.POST('/api/v1/sources/{id}/metadata/approve', { params });
    case 'source_put':
      return client.PUT('/api/v1/sources/{id}', { params, body: act.source });
    case 'source_release':
      return client.POST('/api/v1/sources/{id}/sync/release', { params, body: { seal: act.seal } });
  }
  const one = { ...params, path: { id: act.id, cid: act.clearance } };
  switch (act.act) {
    case 'clearance_renew': {
      const { valid_until } = act;
      return client.PATCH('/api/v1/people/{id}/clearances/{cid}', { params: one, body: { valid_until } });
    }
    case 'clearance_suspend':
      return client.POST('/api/v1/people/{id}/clearances/{cid}/suspend', { params: one });
    case 'clearance_resume':
      return client.POST('/api/v1/people/{id}/clearances/{cid}/resume', { params: one });
    case 'clearance_revoke':
      return client.POST('/api/v1/people/{id}/clearances/{cid}/revoke', { params: one });
  }
}
