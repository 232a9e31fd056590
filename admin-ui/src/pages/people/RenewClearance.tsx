// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import type { Clearance } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';
import { day, endOf } from '../../parts/when';

interface Props {
  id: string;
  clearance: Clearance;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** Gives a clearance another end. */
export function RenewClearance({ id, clearance, onDone, onCancel }: Props) {
  const [until, setUntil] = useDraft(`clearance ${clearance.id} until`, '');
  const act: Act | string =
    until === ''
      ? 'Say until when it is good.'
      : { act: 'clearance_renew', id, clearance: clearance.id, valid_until: endOf(until) };
  return (
    <AmendDialog
      title={`Another end for ${clearance.scheme} ${clearance.level}`}
      act={act}
      needs={OFFICES.people}
      onDone={onDone}
      onCancel={onCancel}
    >
      <TextBox
        label="Good until"
        type="date"
        hint={`Now until ${day(clearance.valid_until)}. To the end of that day, UTC.`}
        value={until}
        onChange={setUntil}
      />
    </AmendDialog>
  );
}
