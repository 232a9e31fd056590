// SPDX-License-Identifier: Apache-2.0
import type { Sent } from '../../api/amend';
import type { Channel } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { useDraft } from '../../parts/useDraft';
import { ChangeChannel } from './ChangeChannel';
import { Reclassify } from './Reclassify';

interface Props {
  channel: Channel;
  onDone: (sent: Sent, done: string) => void;
}

/** What can be done about a channel. A label that is above the reader is not hers to change. */
export function ChannelActs({ channel, onDone }: Props) {
  const [doing, setDoing] = useDraft<'change' | 'label' | 'state' | undefined>('act', undefined);
  const name = channel.name ?? channel.id;
  const isOpen = channel.state === 'open';
  const stop = () => setDoing(undefined);
  const done = (what: string) => (sent: Sent) => {
    stop();
    onDone(sent, what);
  };
  return (
    <>
      {channel.label.scheme !== 'withheld' && <Button onPress={() => setDoing('label')}>Reclassify</Button>}
      <Button onPress={() => setDoing('change')}>Change</Button>
      <Button tone={isOpen ? 'danger' : 'plain'} onPress={() => setDoing('state')}>
        {isOpen ? 'Close' : 'Reopen'}
      </Button>
      {doing === 'label' && (
        <Reclassify channel={channel} onDone={done(`${name} has another label.`)} onCancel={stop} />
      )}
      {doing === 'change' && (
        <ChangeChannel channel={channel} onDone={done(`${name} is changed.`)} onCancel={stop} />
      )}
      {doing === 'state' && (
        <AmendDialog
          title={isOpen ? `Close ${name}?` : `Reopen ${name}?`}
          act={{ act: 'channel_patch', id: channel.id, patch: { state: isOpen ? 'closed' : 'open' } }}
          needs={OFFICES.people}
          onDone={done(isOpen ? `${name} is closed: it takes nothing new.` : `${name} is open.`)}
          onCancel={stop}
        />
      )}
    </>
  );
}
