// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { inWords, Problem, rolesInWords, Unreachable } from './problem';

describe('Problem', () => {
  it('says the detail as a sentence', () => {
    const problem = new Problem(409, { title: 'Conflict', detail: 'the person was changed by `kara`' });
    expect(inWords(problem)).toBe('The person was changed by `kara`.');
  });

  it('has words of its own when the body is not an object', () => {
    expect(inWords(new Problem(502, '<html>'))).toBe('The server could not do this.');
    expect(inWords(new Problem(404, undefined))).toBe('There is nothing here.');
  });

  it('takes one required role or several', () => {
    expect(new Problem(403, { required_role: 'auditor' }).requiredRoles).toEqual(['auditor']);
    expect(new Problem(403, { required_roles: ['auditor', 7, 'sysadmin'] }).requiredRoles).toEqual([
      'auditor',
      'sysadmin',
    ]);
  });
});

describe('inWords', () => {
  it('never shows a stranger error as it is', () => {
    expect(inWords(new TypeError('x is undefined'))).not.toContain('undefined');
    expect(inWords(new Unreachable())).toContain('did not answer');
  });
});

describe('rolesInWords', () => {
  it('joins with "or"', () => {
    expect(rolesInWords([])).toBe('');
    expect(rolesInWords(['security_officer'])).toBe('security officer');
    expect(rolesInWords(['security_officer', 'auditor', 'sysadmin'])).toBe(
      'security officer, auditor or sysadmin',
    );
  });
});
