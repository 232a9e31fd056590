// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import type { Application } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { isService } from '../../api/service';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { readObject } from '../../parts/json';
import { TextArea } from '../../parts/TextArea';
import { useDraft } from '../../parts/useDraft';
import { Register } from './Register';
import { hasSecret, idOf, nameOf } from './record';

interface Props {
  application: Application;
  onDone: (sent: Sent, done: string) => void;
}

/** What can be done about an application. What may widen waits for a second person. */
export function ApplicationActs({ application, onDone }: Props) {
  const [asking, setAsking] = useDraft<'change' | 'metadata' | 'remove' | 'secret' | undefined>(
    'act',
    undefined,
  );
  const id = idOf(application);
  const name = nameOf(application);
  const stop = () => setAsking(undefined);
  const done = (what: string) => (sent: Sent) => {
    stop();
    onDone(sent, what);
  };
  return (
    <>
      {!application.withheld && (
        <>
          {isService(application.client) && (
            <Button onPress={() => setAsking('metadata')}>Newer metadata</Button>
          )}
          <Button onPress={() => setAsking('change')}>Change</Button>
          {hasSecret(application) && <Button onPress={() => setAsking('secret')}>New secret</Button>}
        </>
      )}
      <Button tone="danger" onPress={() => setAsking('remove')}>
        Take away
      </Button>
      {asking === 'metadata' && (
        <Register of={{ id, name }} onDone={done('The newer metadata counts.')} onCancel={stop} />
      )}
      {asking === 'change' && (
        <Change application={application} onDone={done(`${name} is changed.`)} onCancel={stop} />
      )}
      {asking === 'secret' && (
        <AmendDialog
          title={`Give ${name} a new secret?`}
          act={{ act: 'client_secret', id, was: application.client }}
          needs={OFFICES.sources}
          onDone={done(`${name} has a new secret.`)}
          onCancel={stop}
        />
      )}
      {asking === 'remove' && (
        <AmendDialog
          title={`Take ${name} away?`}
          act={{ act: 'client_remove', id, was: application.client }}
          needs={OFFICES.sources}
          onDone={done(`${name} is gone: nobody signs in there by this house any more.`)}
          onCancel={stop}
        />
      )}
    </>
  );
}

interface ChangeProps {
  application: Application;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

function Change({ application, onDone, onCancel }: ChangeProps) {
  const was = application.client;
  const [text, setText] = useDraft('change', () => JSON.stringify(was, null, 2));
  const act = (): Act | string => {
    const client = readObject(text);
    return typeof client === 'string' ? client : { act: 'client_put', id: idOf(application), was, client };
  };
  return (
    <AmendDialog
      title={`Change ${nameOf(application)}`}
      act={act()}
      needs={OFFICES.sources}
      onDone={onDone}
      onCancel={onCancel}
    >
      <TextArea
        label="Record"
        hint={
          isService(was)
            ? 'JSON, with all of its parts. What its metadata says is easier changed by newer metadata.'
            : 'JSON, with all of its parts.'
        }
        rows={20}
        value={text}
        onChange={setText}
      />
    </AmendDialog>
  );
}
