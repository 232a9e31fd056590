// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { askForChannel } from '../../api/breakGlass';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { TextArea } from '../../parts/TextArea';
import { TextBox } from '../../parts/TextBox';

/** Asks for one channel. Anybody active may; whether there is such a channel is not told. */
export function Ask({ onDone }: { onDone: (what: string) => void }) {
  const [open, setOpen] = useState(false);
  const [channel, setChannel] = useState('');
  const [minutes, setMinutes] = useState('60');
  const [reason, setReason] = useState('');
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
            setOpen(false);
            onDone('Your request waits for a security officer, for one hour.');
          }}
          onCancel={() => setOpen(false)}
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
