// SPDX-License-Identifier: Apache-2.0
import type { Act, NewLabel, Sent } from '../../api/amend';
import type { Channel, Label } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { LevelFields } from '../../parts/act/LevelFields';
import { CheckBox } from '../../parts/CheckBox';
import { typedList } from '../../parts/list';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

interface Props {
  channel: Channel;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** Gives a channel another label. */
export function Reclassify({ channel, onDone, onCancel }: Props) {
  const { label } = channel;
  const [reached, setReached] = useDraft('label', {
    scheme: label.scheme,
    level: label.level,
    compartments: (label.compartments ?? []).join(', '),
  });
  const [audience, setAudience] = useDraft('label audience', (label.releasable_to ?? []).join(', '));
  const [nationals, setNationals] = useDraft('label nationals', label.nationals_only ?? false);
  const act: Act | string =
    reached.scheme === '' || reached.level === ''
      ? 'Choose a scheme and a level.'
      : {
          act: 'channel_reclassify',
          id: channel.id,
          label: written(label, reached, typedList(audience), nationals),
        };
  return (
    <AmendDialog
      title={`Another label for ${channel.name ?? channel.id}`}
      act={act}
      needs={OFFICES.people}
      onDone={onDone}
      onCancel={onCancel}
    >
      <LevelFields value={reached} onChange={setReached} />
      <TextBox
        label="Releasable to"
        hint="Nations and communities, separated by commas; empty for the scheme’s own audience."
        value={audience}
        onChange={setAudience}
      />
      <CheckBox checked={nationals} onChange={setNationals}>
        Nationals only: every nationality of a reader must be in the audience
      </CheckBox>
    </AmendDialog>
  );
}

/** What is not asked about here stays as it is. An audience of nobody stays one. */
function written(
  old: Label,
  reached: { scheme: string; level: string; compartments: string },
  audience: string[],
  nationals: boolean,
): NewLabel {
  const { caveats, not_before, originator_controlled_by } = old;
  const label: NewLabel = { scheme: reached.scheme, level: reached.level };
  const compartments = typedList(reached.compartments);
  if (compartments.length > 0) label.compartments = compartments;
  if (audience.length > 0 || old.releasable_to?.length === 0) label.releasable_to = audience;
  if (nationals) label.nationals_only = true;
  if (caveats && caveats.length > 0) label.caveats = caveats;
  if (not_before) label.not_before = not_before;
  if (originator_controlled_by) label.originator_controlled_by = originator_controlled_by;
  return label;
}
