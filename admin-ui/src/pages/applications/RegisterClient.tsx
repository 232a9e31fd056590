// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import type { Sent } from '../../api/amend';
import { registerClient } from '../../api/applications';
import { OFFICES } from '../../api/offices';
import { Confirm } from '../../parts/Confirm';
import { readObject } from '../../parts/json';
import { TextArea } from '../../parts/TextArea';

const BEGINNING = JSON.stringify(
  {
    id: '',
    name: '',
    redirect_uris: ['https://'],
    backchannel_logout_uri: null,
    grants: ['authorization_code', 'refresh_token'],
    level: 'aal2',
  },
  null,
  2,
);

interface Props {
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** A client of OpenID Connect by its record. */
export function RegisterClient({ onDone, onCancel }: Props) {
  const [text, setText] = useState(BEGINNING);
  const [reason, setReason] = useState('');
  const send = async () => {
    const record = readObject(text);
    if (typeof record === 'string') throw new Error(record);
    return registerClient(record, reason);
  };
  return (
    <Confirm
      title="Register a client"
      verb="Propose"
      needs={OFFICES.sources}
      act={send}
      onDone={onDone}
      onCancel={onCancel}
    >
      <p>It waits for a second person. Whoever carries it out then is told its secret, once.</p>
      <TextArea
        label="Record"
        hint="JSON. What is left out is as careful as can be."
        rows={14}
        value={text}
        onChange={setText}
      />
      <TextArea
        label="Reason"
        hint="Shown to the second person, and put on record."
        rows={2}
        value={reason}
        onChange={setReason}
      />
    </Confirm>
  );
}
