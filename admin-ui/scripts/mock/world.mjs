// SPDX-License-Identifier: Apache-2.0
// A small made-up coalition for looking at the console without a server.
const label = (scheme, level, more = {}) => ({ scheme, level, ...more });
const years = (from, until) => ({ valid_from: `${from}-01-01T00:00:00Z`, valid_until: `${until}T23:59:59Z` });
const clearance = (scheme, level, until, more = {}) => ({
  scheme,
  level,
  kind: 'personnel',
  state: 'active',
  source: 'world file',
  ...years(2022, until),
  ...more,
});

const person = (id, kind, agency, nationality, roles, clearances = [], more = {}) => ({
  id,
  kind,
  status: 'active',
  agency,
  roles,
  nationalities: [nationality],
  missions: ['BALTIC'],
  briefings: ['NATO'],
  clearances,
  last_sign_in: null,
  ...more,
});

export const PEOPLE = [
  person('alice', 'government', 'BMVg', 'DEU', ['member'], [clearance('DE', 'GEHEIM', '2028-06-30')], {
    display_name: 'Alice Albrecht',
    last_sign_in: '2026-11-23T08:14:00Z',
  }),
  person('bob', 'military', 'DGA', 'FRA', ['member'], [clearance('FR', 'SECRET', '2026-12-31')]),
  person(
    'carol',
    'military',
    'UKMOD',
    'GBR',
    ['owner'],
    [clearance('UK', 'TOP SECRET', '2028-06-30', { compartments: ['ATOMAL'] })],
  ),
  person('dave', 'industry', 'ACME', 'DEU', ['member'], [], { last_sign_in: '2026-11-22T16:40:00Z' }),
  person(
    'fred',
    'government',
    'BMVg',
    'DEU',
    ['member'],
    [clearance('DE', 'GEHEIM', '2028-06-30', { state: 'suspended' })],
  ),
  person(
    'judy',
    'government',
    'BMVg',
    'DEU',
    ['security_officer'],
    [clearance('DE', 'GEHEIM', '2025-06-30')],
  ),
  person('kara', 'government', 'BMVg', 'DEU', ['security_officer']),
  person('noah', 'government', 'Stadt', 'DEU', ['member'], [], { missions: [], briefings: [] }),
  person('olga', 'government', 'BRH', 'DEU', ['auditor']),
  person('rita', 'government', 'BMVg', 'DEU', ['member'], [], { status: 'disabled' }),
  ...Array.from({ length: 60 }, (_, index) =>
    person(`x${String(index).padStart(3, '0')}`, 'military', 'DGA', 'FRA', ['member']),
  ),
];

const channel = (id, of, members, more = {}) => ({
  id,
  name: id,
  server: 'demo',
  label: of,
  state: 'open',
  label_mode: 'portion',
  listed: false,
  externals_allowed: false,
  industry_allowed: false,
  missions: ['BALTIC'],
  recipients: null,
  owners: null,
  members,
  ...more,
});

export const CHANNELS = [
  channel('town', label('NATO', 'NU'), ['alice', 'noah'], { listed: true, missions: [] }),
  channel('log-nr', label('NATO', 'NR', { releasable_to: ['NATO', 'CHE'] }), ['alice', 'bob', 'dave'], {
    listed: true,
    industry_allowed: true,
  }),
  channel('ops-ns', label('NATO', 'NS'), ['alice', 'bob', 'carol', 'fred']),
  channel('nuc-cts', label('NATO', 'CTS', { compartments: ['ATOMAL'] }), ['carol'], { label_mode: 'fixed' }),
  channel(
    'uk-os',
    label('UK', 'OFFICIAL', { compartments: ['SENSITIVE'], caveats: ['RECIPIENTS ONLY'] }),
    ['carol'],
    {
      recipients: ['carol'],
    },
  ),
  channel('closed', label('NATO', 'NS'), ['alice'], { state: 'closed' }),
];

const levels = (...of) => of.map(([id, rank, marking, bg, fg]) => ({ id, rank, marking, bg, fg }));

export const SCHEMES = [
  {
    id: 'NATO',
    version: '1',
    levels: levels(
      ['NU', 0, 'NATO UNCLASSIFIED', '#3d7a3d', '#ffffff'],
      ['NR', 1, 'NATO RESTRICTED', '#2458a8', '#ffffff'],
      ['NC', 2, 'NATO CONFIDENTIAL', '#1b3f8b', '#ffffff'],
      ['NS', 3, 'NATO SECRET', '#c8102e', '#ffffff'],
      ['CTS', 4, 'COSMIC TOP SECRET', '#ff8c00', '#000000'],
    ),
  },
  { id: 'DE', version: '1', levels: levels(['GEHEIM', 3, 'GEHEIM', '#c8102e', '#ffffff']) },
  { id: 'FR', version: '1', levels: levels(['SECRET', 3, 'SECRET', '#c8102e', '#ffffff']) },
  {
    id: 'UK',
    version: '1',
    levels: levels(
      ['OFFICIAL', 0, 'UK OFFICIAL', '#3d7a3d', '#ffffff'],
      ['TOP SECRET', 4, 'UK TOP SECRET', '#ff8c00', '#000000'],
    ),
  },
];

const QUESTIONS = [
  ['dave', 'channel.join', 'log-nr', 'allow'],
  [
    'noah',
    'channel.join',
    'ops-ns',
    'deny',
    [
      [24, 'CLEARANCE_LEVEL'],
      [31, 'NEED_TO_KNOW'],
      [33, 'DEVICE_CAP'],
    ],
  ],
  [
    'noah',
    'channel.join',
    'log-nr',
    'deny',
    [
      [25, 'BRIEFING_MISSING'],
      [31, 'NEED_TO_KNOW'],
    ],
  ],
  ['alice', 'channel.join', 'ops-ns', 'step_up', [[38, 'AAL_STEP_UP']]],
  ['fred', 'message.post', 'ops-ns', 'deny', [[21, 'CLEARANCE_SUSPENDED']]],
  ['alice', 'message.post', 'log-nr', 'allow'],
];

export const TEXTS = {
  CLEARANCE_LEVEL: 'No active clearance reaches the level of this channel.',
  NEED_TO_KNOW: 'The channel has missions that this person does not share.',
  DEVICE_CAP: 'The device is accredited below what is asked for.',
  BRIEFING_MISSING: 'The briefing for this scheme is not on record.',
  AAL_STEP_UP: 'This needs a stronger sign-in.',
  CLEARANCE_SUSPENDED: 'A clearance that would reach is suspended.',
};

/** The decision that the mock makes about one of its questions. */
export function decisionAbout(index, at) {
  const [subject, action, on, outcome, guards = []] = QUESTIONS[index % QUESTIONS.length];
  const failing = guards.map(([number, code]) => ({ number, code, text: TEXTS[code] ?? '' }));
  return {
    id: `D${(index * 7919 + 100_003).toString(36).toUpperCase()}K3`,
    at,
    subject,
    action,
    resource: { type: 'channel', id: on },
    outcome,
    reason: failing[0]?.code ?? null,
    guard: failing[0]?.number ?? null,
    reason_text: failing[0]?.text ?? null,
    server: 'demo',
    failing,
    disclosed: on === 'log-nr',
    obligations: outcome === 'allow' ? [{ id: 'o1', type: 'display_marking', mandatory: false }] : [],
    determining:
      outcome === 'allow'
        ? ['default.content']
        : failing.map(({ code }) => `guardrail.${code.toLowerCase()}`),
    step_up: outcome === 'step_up' ? { acr_values: ['urn:countersign:aal:3'] } : null,
    expires_at: new Date(Date.parse(at) + 60_000).toISOString(),
    revision: 'r-112',
    policy_revision: 'p-1',
    inputs: {
      subject: { id: subject, kind: 'government', communities: ['DEU', 'EU', 'NATO'], clearances: [] },
      resource: { id: on, label: { scheme: 'NATO', level: 'NS' }, missions: ['BALTIC'], recipients: null },
      session: { aal: 2, auth_time: at },
      device: { id: 'smk', managed: true, rank: 1 },
      now: at,
    },
  };
}
