// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { Scheme } from '../api/client';
import { marking } from './label';

const NATO: Scheme = {
  id: 'NATO',
  levels: [{ id: 'NR', rank: 1, marking: 'NATO RESTRICTED', short: 'NR', bg: '#00457c', fg: '#ffffff' }],
};

it('a label is shown with its scheme’s words and colours', () => {
  expect(marking({ scheme: 'NATO', level: 'NR', releasable_to: ['NATO', 'CHE'] }, [NATO])).toEqual({
    text: 'NATO RESTRICTED // REL TO NATO, CHE',
    background: '#00457c',
    foreground: '#ffffff',
    rank: 1,
  });
});

it('an empty audience is nobody, an absent one is not mentioned', () => {
  expect(marking({ scheme: 'NATO', level: 'NR', releasable_to: [] }, [NATO]).text).toContain('REL TO NOBODY');
  expect(marking({ scheme: 'NATO', level: 'NR' }, [NATO]).text).toBe('NATO RESTRICTED');
});

it('an unknown level keeps its ids and gets no colour', () => {
  const unknown = marking({ scheme: 'MARS', level: 'RED', compartments: ['DUST'], nationals_only: true }, [
    NATO,
  ]);
  expect(unknown.text).toBe('MARS RED // DUST // NATIONALS ONLY');
  expect(unknown.background).toBeUndefined();
});
