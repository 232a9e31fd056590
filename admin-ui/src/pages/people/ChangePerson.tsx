// SPDX-License-Identifier: Apache-2.0
import type { Act, Sent } from '../../api/amend';
import type { Person } from '../../api/client';
import { OFFICES, ROLES } from '../../api/offices';
import { rolesInWords } from '../../api/problem';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { CheckBox } from '../../parts/CheckBox';
import fields from '../../parts/Field.module.css';
import { sameWords, typedList } from '../../parts/list';
import { TextBox } from '../../parts/TextBox';
import { useDraft } from '../../parts/useDraft';

const LISTS = [
  ['nationalities', 'Nationalities', 'Three-letter codes, separated by commas.'],
  ['missions', 'Missions', 'Separated by commas; * is every mission.'],
  ['briefings', 'Briefings', 'Separated by commas.'],
] as const;

interface Props {
  person: Person;
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/** Roles, nationalities, missions and briefings of a person. */
export function ChangePerson({ person, onDone, onCancel }: Props) {
  const [roles, setRoles] = useDraft<readonly string[]>('change roles', person.roles);
  const [typed, setTyped] = useDraft<Record<string, string>>('change lists', () =>
    Object.fromEntries(LISTS.map(([list]) => [list, person[list].join(', ')])),
  );
  const toggle = (role: string, held: boolean) =>
    setRoles(held ? [...roles, role] : roles.filter((known) => known !== role));
  const filled = (): Act | string => {
    const patch: Record<string, unknown> = {};
    if (!sameWords(roles, person.roles)) patch.roles = roles;
    for (const [list] of LISTS) {
      const words = typedList(typed[list] ?? '');
      if (!sameWords(words, person[list])) patch[list] = words;
    }
    if (Object.keys(patch).length === 0) return 'Nothing is changed yet.';
    return { act: 'person_patch', id: person.id, patch };
  };
  return (
    <AmendDialog
      title={`Change ${person.display_name ?? person.id}`}
      act={filled()}
      needs={OFFICES.people}
      onDone={onDone}
      onCancel={onCancel}
    >
      <fieldset className={fields.checks}>
        <legend>Roles</legend>
        {ROLES.map((role) => (
          <CheckBox key={role} checked={roles.includes(role)} onChange={(held) => toggle(role, held)}>
            {rolesInWords([role])}
          </CheckBox>
        ))}
      </fieldset>
      {LISTS.map(([list, label, hint]) =>
        person.withheld.includes(list) ? (
          <p key={list} className="quiet">
            {label}: part of this list is above you, so you cannot give it anew. Somebody cleared for all of
            it can.
          </p>
        ) : (
          <TextBox
            key={list}
            label={label}
            hint={hint}
            value={typed[list] ?? ''}
            onChange={(text) => setTyped({ ...typed, [list]: text })}
          />
        ),
      )}
    </AmendDialog>
  );
}
