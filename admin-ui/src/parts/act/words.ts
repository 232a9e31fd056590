// SPDX-License-Identifier: Apache-2.0
import { rolesInWords } from '../../api/problem';

/** An act as the API shows it. */
export type ShownAct = { readonly [member: string]: unknown };

/** What an act does, to what, in a line. */
export function actInWords(act: ShownAct): string {
  const id = String(act.id ?? '');
  switch (act.act) {
    case 'clearance_grant':
      return `Give ${id} a clearance`;
    case 'clearance_renew':
      return `Give a clearance of ${id} another end`;
    case 'clearance_resume':
      return `Let a suspended clearance of ${id} count again`;
    case 'clearance_revoke':
      return `Revoke a clearance of ${id}`;
    case 'clearance_suspend':
      return `Suspend a clearance of ${id}`;
    case 'person_admit':
      return `Open an account for ${id}, who came from ${broughtBy(act)}`;
    case 'person_create':
      return `Take in ${id}, somebody new`;
    case 'person_enable':
      return `Let ${id} come back`;
    case 'person_patch':
      return `Change ${id}: ${partsIn(act.patch)}`;
    case 'channel_patch':
      return `Change channel ${id}: ${partsIn(act.patch)}`;
    case 'channel_federate':
      return `Share channel ${id} with node ${String(act.node ?? '')}`;
    case 'channel_reclassify':
      return `Give channel ${id} another label`;
    case 'agency_put':
      return `Put agency ${id} on file`;
    case 'mission_put':
      return `Put mission ${id} on file`;
    case 'device_put':
      return `Change what device ${id} is trusted with`;
    case 'node_put':
      return `Change what node ${id} is trusted with`;
    case 'agreement_put':
      return `Put agreement ${id} on file`;
    case 'agreement_end':
      return `End agreement ${id}`;
    case 'settings_put':
      return 'Change the settings';
    case 'client_put':
      return act.was === undefined ? `Register application ${id}` : `Change application ${id}`;
    case 'client_remove':
      return `Take away application ${id}`;
    case 'client_secret':
      return `Give application ${id} a new secret`;
    case 'source_put':
      return `Put source ${sourceOf(act)} on file`;
    case 'source_enable':
      return `Enable source ${id}`;
    case 'source_disable':
      return `Disable source ${id}`;
    case 'source_remove':
      return `Take away source ${id}`;
    case 'source_metadata':
      return `Take newer metadata of source ${id}`;
    case 'source_release':
      return `Let those go whom source ${id} names no more`;
    default:
      return `${plain(String(act.act ?? 'an act'))} ${id}`.trim();
  }
}

type Place = '/people/$id' | '/channels/$id' | '/sources/$id' | '/applications/$id';

/** Where the thing that an act is about has a page here. */
export function pageOf(act: ShownAct): Place | undefined {
  const name = String(act.act ?? '');
  if (name === 'client_put' && act.was === undefined) return undefined;
  if (name.startsWith('client_')) return '/applications/$id';
  if (name.startsWith('source_') && name !== 'source_put') return '/sources/$id';
  if (name === 'person_create' || name === 'person_admit') return undefined;
  if (/^(person|clearance)_/.test(name)) return '/people/$id';
  return name.startsWith('channel_') ? '/channels/$id' : undefined;
}

/** Whom a source wants to bring in is hers by its approval alone: nobody carries it out. */
export function isOfSource(act: ShownAct): boolean {
  return act.act === 'person_admit';
}

/** From where she came. */
function broughtBy(act: ShownAct): string {
  const link = act.link;
  const named = typeof link === 'object' && link !== null && 'source' in link;
  return named ? String(link.source) : 'a source';
}

const PARTS: Record<string, string> = {
  externals_allowed: 'Outsiders and guests',
  industry_allowed: 'Industry',
  label_drift: 'Label drift',
  listed: 'Existence',
  status: 'Account',
  state: 'State',
  display_name: 'Name',
  email: 'E-mail',
  recipients: 'Named readers',
  'saml.consumers': 'Where assertions go',
  'saml.encryption': 'Keys to encrypt to',
  'saml.idp_initiated': 'Sent there unasked',
  'saml.logout': 'Where logout goes',
  'saml.signing': 'Keys that sign',
  'saml.valid_until': 'Metadata good until',
  valid_from: 'Good from',
  valid_until: 'Good until',
};

/** "label_mode" -> "Label mode". */
export function partInWords(part: string): string {
  return PARTS[part] ?? plain(part);
}

const YES: Record<string, readonly [yes: string, no: string]> = {
  externals_allowed: ['allowed', 'not allowed'],
  industry_allowed: ['allowed', 'not allowed'],
  listed: ['listed: no secret', 'not listed'],
  label_drift: ['posting is stopped', 'posting goes on'],
};

/** A value in words; `undefined` is what is not there. */
export function valueInWords(part: string, value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'boolean') {
    const [yes, no] = YES[part] ?? ['yes', 'no'];
    return value ? yes : no;
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map((item) => valueInWords(part, item)).join(', ');
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).map(
      ([name, held]) => `${plain(name).toLowerCase()} ${valueInWords(name, held)}`,
    );
    return members.join(', ') || 'none';
  }
  const text = String(value);
  return part === 'roles' ? rolesInWords([text]) : text;
}

/** What two lists do not share. */
export function listDifference(was: unknown, becomes: unknown) {
  const old = asList(was);
  const now = asList(becomes);
  return {
    kept: now.filter((item) => old.includes(item)),
    added: now.filter((item) => !old.includes(item)),
    gone: old.filter((item) => !now.includes(item)),
  };
}

function sourceOf(act: ShownAct): string {
  const record = act.source;
  return typeof record === 'object' && record !== null && 'id' in record ? String(record.id) : '';
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function partsIn(patch: unknown): string {
  const names = typeof patch === 'object' && patch !== null ? Object.keys(patch) : [];
  return names.map((name) => partInWords(name).toLowerCase()).join(', ') || 'nothing';
}

function plain(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
