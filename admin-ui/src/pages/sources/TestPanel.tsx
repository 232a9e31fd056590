// SPDX-License-Identifier: Apache-2.0
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { OFFICES } from '../../api/offices';
import { testSource } from '../../api/sources';
import { Button } from '../../parts/Button';
import { CheckLines } from '../../parts/CheckLines';
import { Failure } from '../../parts/Failure';
import { Panel } from '../../parts/Page';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';
import type { Protocol } from './record';
import styles from './TestPanel.module.css';

/** Looks at the way to a source and at one of its people, step by step. Nothing is changed. */
export function TestPanel({ id, protocol }: { id: string; protocol: Protocol | undefined }) {
  const [person, setPerson] = useState('');
  const [response, setResponse] = useState('');
  const test = useMutation({
    mutationFn: () =>
      testSource(id, {
        ...(person.trim() === '' ? {} : { person: person.trim() }),
        ...(response.trim() === '' ? {} : { response }),
      }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate();
  };
  return (
    <Panel title="Test it with a real person">
      <form className={styles.form} onSubmit={submit}>
        {protocol === 'saml' ? (
          <TextArea
            label="A response of hers"
            hint="SAMLResponse as her browser posted it (its developer tools show it), or the XML. Nobody is signed in by it, and it is not kept. Without one only the way there is looked at."
            rows={4}
            value={response}
            onChange={setResponse}
          />
        ) : (
          <TextBox
            label="Her name there"
            hint="As she signs in with it at the source. Without one only the way there is looked at."
            value={person}
            onChange={setPerson}
          />
        )}
        <span>
          <Button type="submit" tone="primary" isDisabled={test.isPending}>
            {test.isPending ? 'Looking…' : 'Test'}
          </Button>
        </span>
      </form>
      {test.error && <Failure error={test.error} needs={OFFICES.trySources} />}
      <div role="status">
        {test.data && <CheckLines label="What the test found" lines={test.data.lines} />}
      </div>
    </Panel>
  );
}
