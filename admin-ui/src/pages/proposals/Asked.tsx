// SPDX-License-Identifier: Apache-2.0
import { Value } from '../../parts/act/Value';
import { partInWords, type ShownAct } from '../../parts/act/words';
import { Facts } from '../../parts/Page';

/** What was asked for, where what it started from is not shown: it is past, or nothing here changes by it. */
export function Asked({ act, past }: { act: ShownAct; past: boolean }) {
  const facts = Object.entries(act)
    .filter(([name]) => name !== 'act' && name !== 'id')
    .flatMap(([name, value]): [string, unknown][] =>
      name === 'patch' && typeof value === 'object' && value !== null
        ? Object.entries(value)
        : [[name, value]],
    )
    // A clearance by its number alone says nothing to anybody.
    .filter(([name, value]) => !(name === 'clearance' && typeof value === 'string'))
    .map(([name, value]) => [partInWords(name), <Value key={name} part={name} value={value} />] as const);
  return (
    <>
      {facts.length > 0 && <Facts facts={facts} />}
      <p className="quiet">
        {past ? 'What it started from is on the record.' : 'Nothing that is on file here changes by it.'}
      </p>
    </>
  );
}
