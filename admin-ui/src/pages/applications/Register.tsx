// SPDX-License-Identifier: Apache-2.0
import type { Sent } from '../../api/amend';
import { registerService } from '../../api/applications';
import { OFFICES } from '../../api/offices';
import { Reason } from '../../parts/act/Reason';
import { Confirm } from '../../parts/Confirm';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

interface Props {
  /** The application that takes newer metadata; absent, it is a new one. */
  of?: { id: string; name: string };
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** A service provider by its metadata, or newer metadata of one. */
export function Register({ of, onDone, onCancel }: Props) {
  const [metadata, setMetadata] = useDraft('service metadata', '');
  const [signedBy, setSignedBy] = useDraft('service signedBy', '');
  const [id, setId] = useDraft('service id', '');
  const [name, setName] = useDraft('service name', '');
  const [server, setServer] = useDraft('service server', '');
  const [reason, setReason] = useDraft('service reason', '');
  const typed = (key: string, text: string) => (text.trim() === '' ? {} : { [key]: text.trim() });
  const send = () =>
    registerService(
      {
        metadata,
        ...typed('signed_by', signedBy),
        ...(of ? { id: of.id } : { ...typed('id', id), ...typed('name', name), ...typed('server', server) }),
      },
      reason,
    );
  return (
    <Confirm
      title={of ? `Newer metadata of ${of.name}` : 'Register a service provider'}
      verb={of ? 'Take it' : 'Propose'}
      needs={OFFICES.sources}
      act={send}
      onDone={onDone}
      onCancel={onCancel}
    >
      <p>
        {of
          ? 'Keys and addresses are replaced; what was decided stays. What only narrows holds at once; anything else waits for a second person.'
          : 'It waits for a second person. It is told of people what its record lists, and nothing of clearances unless it is a connected server.'}
      </p>
      <TextArea
        label="Its metadata"
        hint="XML, as the application gives it."
        rows={8}
        value={metadata}
        onChange={setMetadata}
      />
      <TextArea
        label="Certificate that signs it"
        hint="PEM. With it, only what its key signed is taken."
        rows={2}
        value={signedBy}
        onChange={setSignedBy}
      />
      {!of && (
        <>
          <TextBox label="Id" hint="Left empty, the host of its address." value={id} onChange={setId} />
          <TextBox label="Name" hint="What people read." value={name} onChange={setName} />
          <TextBox
            label="Chat server"
            hint="The connected server that it is, if it is one."
            value={server}
            onChange={setServer}
          />
        </>
      )}
      <Reason value={reason} onChange={setReason} />
    </Confirm>
  );
}
