// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { LevelFields } from '../../parts/act/LevelFields';
import { Choice } from '../../parts/Choice';
import { typedList } from '../../parts/list';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';
import { beginningOf, endOf, isoDay } from '../../parts/when';

const KINDS = [
  ['personnel', 'of her own'],
  ['service', 'of a service'],
] as const;

interface Props {
  id: string;
  name: string;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** Gives a person a clearance. */
export function GrantClearance({ id, name, onDone, onCancel }: Props) {
  const [reached, setReached] = useDraft('grant', { scheme: '', level: '', compartments: '' });
  const [kind, setKind] = useDraft('grant kind', 'personnel');
  const [from, setFrom] = useDraft('grant from', isoDay(new Date()));
  const [until, setUntil] = useDraft('grant until', '');
  const filled = (): Act | string => {
    if (reached.scheme === '' || reached.level === '') return 'Choose a scheme and a level.';
    if (from === '' || until === '') return 'Say from when and until when it is good.';
    if (until < from) return 'It would end before it begins.';
    const clearance = {
      scheme: reached.scheme,
      level: reached.level,
      compartments: typedList(reached.compartments),
      kind,
      state: 'active' as const,
      valid_from: beginningOf(from),
      valid_until: endOf(until),
    };
    return { act: 'clearance_grant', id, clearance };
  };
  return (
    <AmendDialog
      title={`Give ${name} a clearance`}
      act={filled()}
      needs={OFFICES.people}
      onDone={onDone}
      onCancel={onCancel}
    >
      <LevelFields value={reached} onChange={setReached} />
      <Choice label="Kind" value={kind} options={KINDS} onChange={setKind} />
      <TextBox label="Good from" type="date" value={from} onChange={setFrom} />
      <TextBox
        label="Good until"
        type="date"
        hint="To the end of that day, UTC."
        value={until}
        onChange={setUntil}
      />
    </AmendDialog>
  );
}
