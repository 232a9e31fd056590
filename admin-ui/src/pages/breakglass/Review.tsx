// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { reviewBreakGlass } from '../../api/breakGlass';
import type { BreakGlass, Me } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { TextArea } from '../../parts/TextArea';

interface Props {
  item: BreakGlass;
  me: Me;
  onDone: (what: string) => void;
}

/** Says what was found when somebody looked at it. */
export function Review({ item, me, onDone }: Props) {
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState('');
  if (item.requester === me.id) return <span className="quiet">your own: another officer reviews it</span>;
  return (
    <>
      <Button
        onPress={() => setOpen(true)}
        aria-label={`Review what ${item.requester} did in ${item.channel}`}
      >
        Review
      </Button>
      {open && (
        <Confirm
          title={`Close the review of ${item.requester} in ${item.channel}?`}
          verb="Close the review"
          needs={OFFICES.people}
          act={() => reviewBreakGlass(item.id, found)}
          onDone={() => {
            setOpen(false);
            onDone('The review is closed.');
          }}
          onCancel={() => setOpen(false)}
        >
          <p>Reason given at the time: {item.reason}</p>
          <TextArea label="What you found" hint="Put on record." value={found} onChange={setFound} />
        </Confirm>
      )}
    </>
  );
}
