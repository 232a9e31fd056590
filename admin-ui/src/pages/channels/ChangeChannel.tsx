// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import type { Channel } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { CheckBox } from '../../parts/CheckBox';
import { sameWords, typedList } from '../../parts/list';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

const FLAGS = [
  ['externals_allowed', 'Takes outsiders and guests'],
  ['industry_allowed', 'Takes industry'],
  ['listed', 'Listed: its existence is no secret'],
] as const;

interface Props {
  channel: Channel;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** Whom a channel takes, and its missions. */
export function ChangeChannel({ channel, onDone, onCancel }: Props) {
  const [flags, setFlags] = useDraft<Record<string, boolean>>('change flags', () =>
    Object.fromEntries(FLAGS.map(([flag]) => [flag, channel[flag]])),
  );
  const [missions, setMissions] = useDraft('change missions', channel.missions.join(', '));
  const filled = (): Act | string => {
    const patch: Record<string, unknown> = {};
    for (const [flag] of FLAGS) if (flags[flag] !== channel[flag]) patch[flag] = flags[flag];
    const named = typedList(missions);
    if (!sameWords(named, channel.missions)) patch.missions = named;
    if (Object.keys(patch).length === 0) return 'Nothing is changed yet.';
    return { act: 'channel_patch', id: channel.id, patch };
  };
  return (
    <AmendDialog
      title={`Change ${channel.name ?? channel.id}`}
      act={filled()}
      needs={OFFICES.people}
      onDone={onDone}
      onCancel={onCancel}
    >
      {FLAGS.map(([flag, words]) => (
        <CheckBox
          key={flag}
          checked={flags[flag] ?? false}
          onChange={(yes) => setFlags({ ...flags, [flag]: yes })}
        >
          {words}
        </CheckBox>
      ))}
      {channel.withheld.includes('missions') ? (
        <p className="quiet">
          Missions: part of this list is above you, so you cannot give it anew. Somebody cleared for all of it
          can.
        </p>
      ) : (
        <TextBox
          label="Missions"
          hint="Separated by commas. A reader shares one of them; without any, everybody’s."
          value={missions}
          onChange={setMissions}
        />
      )}
    </AmendDialog>
  );
}
