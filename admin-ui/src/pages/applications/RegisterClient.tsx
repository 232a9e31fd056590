// SPDX-License-Identifier: Apache-2.0
import { type Sent, send } from '../../api/amend';
import { OFFICES } from '../../api/offices';
import { Reason } from '../../parts/act/Reason';
import { Confirm } from '../../parts/Confirm';
import { readObject } from '../../parts/json';
import { TextArea } from '../../parts/TextArea';
import { useDraft } from '../../parts/useDraft';

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
  const [text, setText] = useDraft('client', BEGINNING);
  const [reason, setReason] = useDraft('client reason', '');
  const propose = async () => {
    const client = readObject(text);
    if (typeof client === 'string') throw new Error(client);
    return send({ act: 'client_put', id: String(client.id ?? ''), client }, reason);
  };
  return (
    <Confirm
      title="Register a client"
      verb="Propose"
      needs={OFFICES.sources}
      act={propose}
      onDone={onDone}
      onCancel={onCancel}
    >
      <p>It waits for a second person. Whoever carries it out then is told its secret, once.</p>
      <TextArea
        label="Record"
        hint="JSON. What may be left out, and what that means, is in the documentation of the OpenID provider."
        rows={14}
        value={text}
        onChange={setText}
      />
      <Reason value={reason} onChange={setReason} />
    </Confirm>
  );
}
