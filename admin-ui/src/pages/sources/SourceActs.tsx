// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import type { Source } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { readObject } from '../../parts/json';
import { TextArea } from '../../parts/TextArea';
import { useDraft } from '../../parts/useDraft';
import { idOf, nameOf, stateOf } from './record';

interface Props {
  source: Source;
  onDone: (sent: Sent, done: string) => void;
}

/** What can be done about a source. What widens waits for a second person. */
export function SourceActs({ source, onDone }: Props) {
  const [asking, setAsking] = useDraft<'change' | 'disable' | 'enable' | 'remove' | undefined>(
    'act',
    undefined,
  );
  const id = idOf(source);
  const name = nameOf(source);
  const stop = () => setAsking(undefined);
  const done = (what: string) => (sent: Sent) => {
    stop();
    onDone(sent, what);
  };
  const ours = source.kept_by === 'administrators';
  return (
    <>
      {ours && !source.withheld && <Button onPress={() => setAsking('change')}>Change</Button>}
      {stateOf(source) === 'active' ? (
        <Button tone="danger" onPress={() => setAsking('disable')}>
          Disable
        </Button>
      ) : (
        <Button onPress={() => setAsking('enable')}>Enable</Button>
      )}
      {ours && (
        <Button tone="danger" onPress={() => setAsking('remove')}>
          Take away
        </Button>
      )}
      {asking === 'change' && <Change source={source} onDone={done(`${name} is changed.`)} onCancel={stop} />}
      {asking === 'enable' && (
        <AmendDialog
          title={`Enable ${name}?`}
          act={{ act: 'source_enable', id }}
          needs={OFFICES.sources}
          onDone={done(`${name} counts again.`)}
          onCancel={stop}
        />
      )}
      {asking === 'disable' && (
        <AmendDialog
          title={`Disable ${name}?`}
          act={{ act: 'source_disable', id }}
          needs={OFFICES.sources}
          onDone={done(`${name} is disabled: nobody signs in by it, and nothing is taken from it.`)}
          onCancel={stop}
        />
      )}
      {asking === 'remove' && (
        <AmendDialog
          title={`Take ${name} away, for good?`}
          act={{ act: 'source_remove', id }}
          needs={OFFICES.sources}
          onDone={done(`${name} is gone. What it gave stays until it runs out.`)}
          onCancel={stop}
        />
      )}
    </>
  );
}

interface ChangeProps {
  source: Source;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

function Change({ source, onDone, onCancel }: ChangeProps) {
  const { id, ...record } = source.source;
  const [text, setText] = useDraft('change', () => JSON.stringify(record, null, 2));
  const act = (): Act | string => {
    const changed = readObject(text);
    if (typeof changed === 'string') return changed;
    return { act: 'source_put', id: String(id), source: { ...changed, id } };
  };
  return (
    <AmendDialog
      title={`Change ${nameOf(source)}`}
      act={act()}
      needs={OFFICES.sources}
      onDone={onDone}
      onCancel={onCancel}
    >
      <TextArea
        label="Record"
        hint="JSON. What stands in the place of a secret keeps it; a text in its place is a new one."
        rows={20}
        value={text}
        onChange={setText}
      />
    </AmendDialog>
  );
}
