// SPDX-License-Identifier: Apache-2.0
import { answered, client, type SimulateRequest } from './client';
import { me, queryClient } from './queries';

/** Ends every session of a person. */
export async function endSessions(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/people/{id}/sessions/end', { params: { path: { id }, header } }));
}

/** Ends one session. */
export async function endSession(id: string) {
  const header = await csrf();
  return answered(client.DELETE('/api/v1/sessions/{id}', { params: { path: { id }, header } }));
}

/** Withdraws an authenticator of a person: every session of hers ends. */
export async function withdrawAuthenticator(id: string, authenticator: string) {
  const header = await csrf();
  return answered(
    client.DELETE('/api/v1/people/{id}/authenticators/{authenticator}', {
      params: { path: { id, authenticator }, header },
    }),
  );
}

/** Says that a device is lost: every session on it ends. */
export async function loseDevice(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/devices/{id}/lost', { params: { path: { id }, header } }));
}

/** Disables a person: sessions and tokens end, every chat server hears of it. */
export async function revokePerson(id: string) {
  const header = await csrf();
  return answered(client.POST('/api/v1/people/{id}/revoke', { params: { path: { id }, header } }));
}

/** Asks a question that nobody acts on. */
export async function explain(body: SimulateRequest) {
  const header = await csrf();
  return answered(client.POST('/api/v1/explain', { params: { header }, body }));
}

export async function csrf() {
  const { csrf_token } = await queryClient.ensureQueryData(me);
  return { 'X-CSRF-Token': csrf_token };
}
