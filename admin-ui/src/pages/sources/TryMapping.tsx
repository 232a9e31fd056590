// SPDX-License-Identifier: Apache-2.0
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { MappingOutcome } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { tryMapping } from '../../api/sources';
import { partInWords, valueInWords } from '../../parts/act/words';
import { Button } from '../../parts/Button';
import { Failure } from '../../parts/Failure';
import { readObject } from '../../parts/json';
import { Facts, Panel } from '../../parts/Page';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';
import styles from './TestPanel.module.css';

/** What the mapping makes of a sample, and what the cap lets pass. Nothing is done. */
export function TryMapping({ id }: { id: string }) {
  const [sample, setSample] = useState('{\n  "cn": "Ann Ash",\n  "mail": "ann@mod.example"\n}');
  const [person, setPerson] = useState('');
  const [missing, setMissing] = useState<string>();
  const trying = useMutation({
    mutationFn: (attributes: Record<string, unknown>) =>
      tryMapping(id, attributes, person.trim() || undefined),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const attributes = readObject(sample);
    setMissing(typeof attributes === 'string' ? attributes : undefined);
    if (typeof attributes !== 'string') trying.mutate(attributes);
  };
  return (
    <Panel title="Try its mapping on a sample">
      <form className={styles.form} onSubmit={submit}>
        <TextArea
          label="Sample record"
          hint="JSON: a member for each attribute, with its value or a list of values."
          rows={6}
          value={sample}
          onChange={setSample}
        />
        <TextBox
          label="Somebody on file"
          hint="Of whom it is said. Left empty, somebody new."
          value={person}
          onChange={setPerson}
        />
        {missing && <p role="alert">{missing}</p>}
        <span>
          <Button type="submit" isDisabled={trying.isPending}>
            {trying.isPending ? 'Looking…' : 'Try'}
          </Button>
        </span>
      </form>
      {trying.error && <Failure error={trying.error} needs={OFFICES.trySources} />}
      <div role="status">{trying.data && <Outcome outcome={trying.data} />}</div>
    </Panel>
  );
}

function Outcome({ outcome }: { outcome: MappingOutcome }) {
  const { fault, notes, refused } = outcome;
  const sourced = Object.entries(outcome.sourced ?? {}).filter(([, value]) => value !== null);
  return (
    <>
      {fault && (
        <p role="alert">
          <strong>
            Nothing comes of it: {fault.rule} for {fault.to}, from {fault.from.join(', ')}: {fault.message}
          </strong>
        </p>
      )}
      <Facts
        facts={sourced.map(([part, value]) => [partInWords(part), valueInWords(part, value)] as const)}
      />
      {notes.length > 0 && (
        <ul aria-label="What cannot be read">
          {notes.map((note) => (
            <li key={`${note.rule} ${note.to} ${note.message}`}>
              <span className="mono">{note.rule}</span> for {note.to}: {note.message}
            </li>
          ))}
        </ul>
      )}
      {refused.length > 0 && (
        <ul aria-label="What is not taken">
          {refused.map((one) => (
            <li key={JSON.stringify(one)}>
              {partInWords(String(one.part ?? ''))} “{valueInWords('value', one.value)}” is not taken:{' '}
              {valueInWords('cap', one.cap)}
            </li>
          ))}
        </ul>
      )}
      {!fault && (
        <p>
          {outcome.is_active ? 'She would get in' : 'She would not get in'}
          {outcome.clearances.length > 0
            ? `, with ${outcome.clearances.length} clearances.`
            : ', without clearance.'}
        </p>
      )}
    </>
  );
}
