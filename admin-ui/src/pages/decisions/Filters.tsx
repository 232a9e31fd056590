// SPDX-License-Identifier: Apache-2.0
import { useCallback } from 'react';
import { GUARDS } from '../../api/guards';
import { Choice } from '../../parts/Choice';
import { SearchBox } from '../../parts/SearchBox';
import { type DecisionSearch, isOutcome } from '../../search';
import styles from './Filters.module.css';

const OUTCOMES = [
  ['', 'Every decision'],
  ['allow', 'Allowed'],
  ['deny', 'Denied'],
  ['step_up', 'Step up'],
] as const;

const REASONS = [
  ['', 'Every reason'],
  ...GUARDS.map((code, index) => [code, `${index + 1} ${code}`] as const),
] as const;

interface Props {
  wanted: DecisionSearch;
  onChange: (changed: DecisionSearch) => void;
}

/** Which decisions to show; kept in the address. */
export function Filters({ wanted, onChange }: Props) {
  const bySubject = useCallback(
    (typed: string) => onChange({ subject: typed.trim() || undefined }),
    [onChange],
  );
  return (
    <search className={styles.filters}>
      <SearchBox label="Person’s id" value={wanted.subject ?? ''} onSearch={bySubject} />
      <Choice
        label="Decision"
        value={wanted.outcome ?? ''}
        options={OUTCOMES}
        onChange={(value) => onChange({ outcome: isOutcome(value) ? value : undefined })}
      />
      <Choice
        label="Reason"
        value={wanted.reason ?? ''}
        options={REASONS}
        onChange={(value) => onChange({ reason: value || undefined })}
      />
    </search>
  );
}
