// SPDX-License-Identifier: Apache-2.0
import { askForChannel } from '../../api/breakGlass';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

/** Asks for one channel. Anybody active may; whether there is such a channel is not told. */
export function Ask({ onDone }: { onDone: (what: string) => void }) {
  const [open, setOpen] = useDraft('ask', false);
  const [channel, setChannel] = useDraft('ask channel', '');
  const [minutes, setMinutes] = useDraft('ask minutes', '60');
  const [reason, setReason] = useDraft('ask reason', '');
  const stop = () => {
    setOpen(false);
    setChannel('');
    setReason('');
  };
  return (
    <>
      <Button onPress={() => setOpen(true)}>Ask for a channel</Button>
      {open && (
        <Confirm
          title="Ask for one channel"
          verb="Ask"
          needs={[]}
          act={() => askForChannel(channel.trim(), Number(minutes), reason)}
          onDone={() => {
            stop();
            onDone('Your request waits for a security officer, for one hour.');
          }}
          onCancel={stop}
        >
          <TextBox label="Channel id" value={channel} onChange={setChannel} />
          <TextBox
            label="Minutes"
            type="number"
            hint="1 to 240, from when it is granted."
            value={minutes}
            onChange={setMinutes}
          />
          <TextArea label="Reason" hint="Who answers reads it." value={reason} onChange={setReason} />
        </Confirm>
      )}
    </>
  );
}
