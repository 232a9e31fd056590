// SPDX-License-Identifier: Apache-2.0
import type { Source } from '../../api/client';

/** What a protocol is called. */
const PROTOCOLS: Record<string, string> = { ldap: 'LDAP', oidc: 'OpenID Connect', saml: 'SAML' };

export type Protocol = 'ldap' | 'oidc' | 'saml';

export const idOf = (source: Source) => String(source.source.id ?? '');

export const nameOf = (source: Source) => String(source.source.name ?? idOf(source));

export const stateOf = (source: Source) => String(source.source.state ?? 'active');

/** Which protocol a record speaks, and its settings. */
export function spoken(source: Source): [Protocol, Record<string, unknown>] | undefined {
  const protocol = source.source.protocol;
  if (typeof protocol !== 'object' || protocol === null) return undefined;
  const [entry] = Object.entries(protocol as Record<string, Record<string, unknown>>);
  return entry && entry[0] in PROTOCOLS ? [entry[0] as Protocol, entry[1]] : undefined;
}

export function protocolOf(source: Source): string {
  const name = spoken(source)?.[0];
  return name === undefined ? '–' : (PROTOCOLS[name] ?? name);
}

/** A rule of a mapping, as a table shows it. */
export interface Rule {
  index: number;
  to: string;
  mode: string;
  from: string;
  when: string;
}

/** The rules of a record, and from which attributes each takes. */
export function rulesOf(source: Source): Rule[] {
  const mapping = source.source.mapping as { rules?: Record<string, unknown>[] } | undefined;
  return (mapping?.rules ?? []).map((rule, index) => ({
    index,
    to: String(rule.to ?? ''),
    mode: String(rule.mode ?? 'force'),
    from: [...new Set(attributesIn(rule))].join(', ') || 'a constant',
    when: typeof rule.when === 'string' ? rule.when : 'always',
  }));
}

/** The attributes that are named anywhere in a rule. */
function attributesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(attributesIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    if (name === 'from' && typeof value === 'string') return [value];
    if (name === 'of' && Array.isArray(value)) {
      return value.flatMap((one) => (typeof one === 'string' ? [one] : attributesIn(one)));
    }
    return attributesIn(value);
  });
}
