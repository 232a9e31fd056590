// SPDX-License-Identifier: Apache-2.0
import type { Label } from '../../api/client';
import { LabelBadge } from '../LabelBadge';
import { day, moment } from '../when';
import styles from './Changes.module.css';
import { valueInWords } from './words';

/** What a part is, in words: a label as its marking, a clearance as what it reaches and until when. */
export function Value({ part, value }: { part: string; value: unknown }) {
  if (part === 'clearance' && isClearance(value)) return <ClearanceWords held={value} />;
  if (isLabel(value)) return <LabelBadge label={value} />;
  if (typeof value === 'string' && /^valid_|_at$|^not_before$/.test(part)) return <>{moment(value)}</>;
  return <>{valueInWords(part, value)}</>;
}

type Held = Label & {
  kind: string;
  state: string;
  valid_from: string;
  valid_until: string;
  channel?: string;
  attestation?: string;
};

function ClearanceWords({ held }: { held: Held }) {
  const { scheme, level, compartments } = held;
  const kind = held.attestation ? `${held.kind}, attestation ${held.attestation}` : held.kind;
  return (
    <span className={styles.clearance}>
      <LabelBadge label={{ scheme, level, compartments: compartments ?? [] }} />
      <span>
        {held.state}, {kind}
        {held.channel && <>, only in {held.channel}</>}
      </span>
      <span>
        {day(held.valid_from)} to {day(held.valid_until)}
      </span>
    </span>
  );
}

function isLabel(value: unknown): value is Label {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'level' in value;
}

function isClearance(value: unknown): value is Held {
  return isLabel(value) && 'valid_until' in value && 'state' in value && 'kind' in value;
}
