// SPDX-License-Identifier: Apache-2.0
import type { Source } from '../../api/client';
import { valueInWords } from '../../parts/act/words';
import { leaves } from '../../parts/json';
import { Facts, Panel } from '../../parts/Page';
import { spoken } from './record';

const GROUPS = [
  ['trust', 'Trusted with'],
  ['cap', 'May give, at most'],
  ['linking', 'New people, and people who are there already'],
  ['offer', 'Offered at sign-in'],
] as const;

/** The record, part by part. */
export function Settings({ source }: { source: Source }) {
  const settings = spoken(source)?.[1] ?? {};
  return (
    <>
      <Panel title="How it is spoken to">
        <Facts facts={told(settings)} />
      </Panel>
      {GROUPS.map(([part, title]) => (
        <Panel title={title} key={part}>
          <Told record={source.source[part]} />
        </Panel>
      ))}
      {source.withheld && (
        <p className="quiet">
          Part of this is above you and is shown by a made-up name: you cannot change it.
        </p>
      )}
    </>
  );
}

function Told({ record }: { record: unknown }) {
  const facts = told(record);
  return facts.length === 0 ? <p className="quiet">Nothing.</p> : <Facts facts={facts} />;
}

function told(record: unknown): [string, string][] {
  if (typeof record !== 'object' || record === null) return [];
  return leaves(record).map(([name, value]) => [name, valueInWords(name, value)]);
}
