// SPDX-License-Identifier: Apache-2.0
import type { Application } from '../../api/client';

export const idOf = (application: Application) => String(application.client.id ?? '');

export const nameOf = (application: Application) => String(application.client.name ?? idOf(application));

/** By what an application sends people here, or asks for itself. */
export function speaks(application: Application): string {
  const { saml, grants } = application.client;
  const asked = Array.isArray(grants) ? grants : [];
  const words = [
    ...(typeof saml === 'object' && saml !== null ? ['SAML'] : []),
    ...(asked.includes('authorization_code') ? ['OpenID Connect'] : []),
    ...(asked.includes('client_credentials') ? ['for itself'] : []),
  ];
  return words.join(', ') || '–';
}

/** Whether it proves itself with a secret, which can be renewed. */
export function hasSecret(application: Application): boolean {
  const { grants, token_endpoint_auth_method: method } = application.client;
  const calls = Array.isArray(grants) && grants.length > 0;
  return calls && (method === undefined || method === null || String(method).startsWith('client_secret_'));
}

const HEARS: Record<Application['hears'], string> = {
  behind_the_scenes: 'from us, whoever ended it',
  by_browser: 'only by the browser of who signs out herself',
  never: 'not at all',
};

export const hearsInWords = (application: Application) => HEARS[application.hears];
