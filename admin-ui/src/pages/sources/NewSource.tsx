// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { readObject } from '../../parts/json';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

const BEGINNING = JSON.stringify(
  {
    name: 'Ministry of …',
    protocol: {
      saml: {
        entity_id: '',
        metadata: {
          fetched: { url: '', certificate: '' },
        },
      },
    },
    trust: { identity: true },
  },
  null,
  2,
);

interface Props {
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** A record that is new: written as the documentation writes it. */
export function NewSource({ onDone, onCancel }: Props) {
  const [id, setId] = useDraft('new id', '');
  const [text, setText] = useDraft('new record', BEGINNING);
  const act = (): Act | string => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) return 'The id has small letters, digits and hyphens.';
    const source = readObject(text);
    return typeof source === 'string' ? source : { act: 'source_put', id, source: { ...source, id } };
  };
  return (
    <AmendDialog title="Add a source" act={act()} needs={OFFICES.sources} onDone={onDone} onCancel={onCancel}>
      <TextBox label="Id" hint="It stands in addresses, and stays." value={id} onChange={setId} />
      <TextArea
        label="Record"
        hint="JSON. As shipped, a source is trusted with nothing and may give nothing."
        rows={16}
        value={text}
        onChange={setText}
      />
    </AmendDialog>
  );
}
