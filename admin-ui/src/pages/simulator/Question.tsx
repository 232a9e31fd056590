// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { channels, people, schemes } from '../../api/queries';
import { Button } from '../../parts/Button';
import { Choice } from '../../parts/Choice';
import { TextBox } from '../../parts/TextBox';
import { type Found, Picker } from './Picker';
import { ACTIONS, type Form, missing, RESOURCE_TYPES } from './question';
import styles from './SimulatorPage.module.css';

interface Props {
  form: Form;
  onChange: (changed: Partial<Form>) => void;
  onAsk: () => void;
  asking: boolean;
  /** Whether what is missing is shown: not before the first try. */
  strict: boolean;
}

/** Who wants to do what, where, and under which circumstances. */
export function Question({ form, onChange, onAsk, asking, strict }: Props) {
  const known = useQuery(schemes).data?.schemes ?? [];
  const levels = known.find((scheme) => scheme.id === form.scheme)?.levels ?? [];
  const faults = strict ? missing(form) : {};
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <fieldset className={styles.group}>
        <legend>Question</legend>
        <Picker
          label="Who"
          value={form.subject}
          onChange={(subject) => onChange({ subject })}
          lookup={(q) => people({ q: q || undefined }, 20) as never}
          found={(data) =>
            (data as { items: { id: string; display_name?: string | null }[] }).items.map(named)
          }
          error={faults.subject}
        />
        <Choice
          label="Action"
          value={form.action}
          options={pairs(ACTIONS, form.action)}
          onChange={(action) => onChange({ action })}
        />
        <Choice
          label="On a"
          value={form.type}
          options={pairs(RESOURCE_TYPES, form.type)}
          onChange={(type) => onChange({ type })}
        />
        <Picker
          key={form.type}
          label="Which one"
          value={form.id}
          onChange={(id) => onChange({ id })}
          lookup={(q) => (form.type === 'user' ? people : channels)({ q: q || undefined }, 20) as never}
          found={(data) =>
            form.type === 'channel' || form.type === 'user'
              ? (data as { items: { id: string; name?: string | null }[] }).items.map(({ id, name }) => ({
                  id,
                  name: name === id ? undefined : name,
                }))
              : []
          }
          error={faults.id}
        />
        {(form.type === 'message' || form.type === 'file') && (
          <TextBox
            label="In channel"
            value={form.channel}
            hint="Judges an item that is not registered"
            onChange={(channel) => onChange({ channel })}
          />
        )}
        {NEEDS_TARGET.includes(form.action) && (
          <TextBox label="Whom" value={form.target} onChange={(target) => onChange({ target })} />
        )}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>Circumstances</legend>
        <Choice
          label="Label sent with it: scheme"
          value={form.scheme}
          options={[['', 'None'], ...known.map(({ id }) => [id, id] as const)]}
          onChange={(scheme) => onChange({ scheme, level: '' })}
        />
        {form.scheme !== '' && (
          <div>
            <Choice
              label="Level"
              value={form.level}
              options={[['', 'Choose…'], ...levels.map(({ id, marking }) => [id, marking] as const)]}
              onChange={(level) => onChange({ level })}
            />
            {faults.level && <p className={styles.fault}>{faults.level}</p>}
          </div>
        )}
        <Choice
          label="Signed in with"
          value={form.aal}
          options={STRENGTHS}
          onChange={(aal) => onChange({ aal })}
        />
        <TextBox
          label="Device"
          value={form.device}
          hint="As registered; empty is an unknown device"
          onChange={(device) => onChange({ device })}
        />
        <TextBox
          label="Location"
          value={form.location}
          hint="Country code, or empty"
          onChange={(location) => onChange({ location })}
        />
      </fieldset>
      <div>
        <Button type="submit" tone="primary" isDisabled={asking}>
          {asking ? 'Asking…' : 'Run'}
        </Button>
      </div>
    </form>
  );
}

const NEEDS_TARGET = ['channel.invite', 'channel.add_guest', 'user.direct_message', 'clearance.grant'];

const STRENGTHS = [
  ['3', 'AAL 3: hardware-bound key or smartcard'],
  ['2', 'AAL 2: passkey, or password and code'],
  ['1', 'AAL 1: one factor'],
  ['0', 'Nothing: no session'],
] as const;

/** The known values, and the chosen one should it be none of them. */
function pairs(known: readonly string[], chosen: string): (readonly [string, string])[] {
  const all = known.includes(chosen) ? known : [chosen, ...known];
  return all.map((value) => [value, value] as const);
}

function named(found: { id: string; display_name?: string | null }): Found {
  return { id: found.id, name: found.display_name };
}
