// SPDX-License-Identifier: Apache-2.0
import { reviewBreakGlass } from '../../api/breakGlass';
import type { BreakGlass, Me } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { TextArea } from '../../parts/TextArea';
import { useDraft } from '../../parts/useDraft';

interface Props {
  item: BreakGlass;
  me: Me;
  onDone: (what: string) => void;
}

/** Says what was found when somebody looked at it. */
export function Review({ item, me, onDone }: Props) {
  const [open, setOpen] = useDraft(`review ${item.id}`, false);
  const [found, setFound] = useDraft(`review ${item.id} found`, '');
  if (item.requester === me.id) return <span className="quiet">your own: another officer reviews it</span>;
  const stop = () => {
    setOpen(false);
    setFound('');
  };
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
            stop();
            onDone('The review is closed.');
          }}
          onCancel={stop}
        >
          <p>Reason given at the time: {item.reason}</p>
          <TextArea label="What you found" hint="Put on record." value={found} onChange={setFound} />
        </Confirm>
      )}
    </>
  );
}
