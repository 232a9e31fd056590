// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { answered, client, type Outcome } from './client';
import { Problem } from './problem';

export const PAGE_SIZE = 50;

/** Only an unreachable or failing server is asked again; a refusal stays a refusal. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

export const me = queryOptions({
  queryKey: ['me'],
  queryFn: () => answered(client.GET('/api/v1/me')),
  staleTime: 60_000,
});

export const schemes = queryOptions({
  queryKey: ['schemes'],
  queryFn: () => answered(client.GET('/api/v1/schemes')),
  staleTime: Number.POSITIVE_INFINITY,
});

export interface ListSearch {
  q?: string | undefined;
  cursor?: string | undefined;
}

export const people = ({ q, cursor }: ListSearch, limit = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['people', q ?? '', cursor ?? '', limit],
    queryFn: () => answered(client.GET('/api/v1/people', { params: { query: { q, cursor, limit } } })),
    placeholderData: keepPreviousData,
  });

export const person = (id: string) =>
  queryOptions({
    queryKey: ['person', id],
    queryFn: () => answered(client.GET('/api/v1/people/{id}', { params: { path: { id } } })),
  });

export const authenticators = (id: string) =>
  queryOptions({
    queryKey: ['person', id, 'authenticators'],
    queryFn: () => answered(client.GET('/api/v1/people/{id}/authenticators', { params: { path: { id } } })),
  });

export const channels = ({ q, cursor }: ListSearch, limit = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['channels', q ?? '', cursor ?? '', limit],
    queryFn: () => answered(client.GET('/api/v1/channels', { params: { query: { q, cursor, limit } } })),
    placeholderData: keepPreviousData,
  });

export const channel = (id: string) =>
  queryOptions({
    queryKey: ['channel', id],
    queryFn: () => answered(client.GET('/api/v1/channels/{id}', { params: { path: { id } } })),
  });

export const devices = ({ q, cursor }: ListSearch, limit = PAGE_SIZE) =>
  queryOptions({
    queryKey: ['devices', q ?? '', cursor ?? '', limit],
    queryFn: () => answered(client.GET('/api/v1/devices', { params: { query: { q, cursor, limit } } })),
    placeholderData: keepPreviousData,
  });

export const revocationLists = queryOptions({
  queryKey: ['revocation-lists'],
  queryFn: () => answered(client.GET('/api/v1/revocation-lists')),
});

export const sources = queryOptions({
  queryKey: ['sources'],
  queryFn: () => answered(client.GET('/api/v1/sources')),
});

export const source = (id: string) =>
  queryOptions({
    queryKey: ['source', id],
    queryFn: () => answered(client.GET('/api/v1/sources/{id}', { params: { path: { id } } })),
  });

export const sourceMetadata = (id: string) =>
  queryOptions({
    queryKey: ['source', id, 'metadata'],
    queryFn: () => answered(client.GET('/api/v1/sources/{id}/metadata', { params: { path: { id } } })),
  });

export const sourceLinks = (id: string, cursor?: string) =>
  queryOptions({
    queryKey: ['source', id, 'links', cursor ?? ''],
    queryFn: () =>
      answered(client.GET('/api/v1/sources/{id}/links', { params: { path: { id }, query: { cursor } } })),
    placeholderData: keepPreviousData,
  });

/** How a synchronisation stands; while somebody waits for one, it is asked again and again. */
export const sourceSync = (id: string, waits: boolean) =>
  queryOptions({
    queryKey: ['source', id, 'sync'],
    queryFn: () => answered(client.GET('/api/v1/sources/{id}/sync', { params: { path: { id } } })),
    refetchInterval: waits ? 1_000 : false,
  });

export const applications = queryOptions({
  queryKey: ['applications'],
  queryFn: () => answered(client.GET('/api/v1/clients')),
});

export const proposals = queryOptions({
  queryKey: ['proposals'],
  queryFn: () => answered(client.GET('/api/v1/proposals')),
});

export const proposal = (id: string) =>
  queryOptions({
    queryKey: ['proposal', id],
    queryFn: () => answered(client.GET('/api/v1/proposals/{id}', { params: { path: { id } } })),
    // Whoever decides about it decides about what it is now.
    staleTime: 0,
  });

export const breakGlass = queryOptions({
  queryKey: ['break-glass'],
  queryFn: () => answered(client.GET('/api/v1/break-glass')),
});

export interface DecisionSearch {
  subject?: string | undefined;
  reason?: string | undefined;
  outcome?: Outcome | undefined;
  cursor?: string | undefined;
}

export const decisions = ({ subject, reason, outcome, cursor }: DecisionSearch) =>
  queryOptions({
    queryKey: ['decisions', subject ?? '', reason ?? '', outcome ?? '', cursor ?? ''],
    queryFn: () =>
      answered(
        client.GET('/api/v1/decisions', {
          params: { query: { subject, reason, outcome, cursor, limit: PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const decision = (id: string) =>
  queryOptions({
    queryKey: ['decision', id],
    queryFn: () => answered(client.GET('/api/v1/decisions/{id}', { params: { path: { id } } })),
  });
