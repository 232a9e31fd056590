// SPDX-License-Identifier: Apache-2.0
import type { Failing, Obligation } from '../api/client';
import { guardNumber } from '../api/guards';
import styles from './Explanation.module.css';
import { Panel } from './Page';
import { ReasonCode } from './ReasonCode';

interface Explained {
  outcome: string;
  reason?: string | null;
  guard?: number | null;
  reason_text?: string | null;
  failing?: Failing[];
  determining?: string[];
  obligations?: Obligation[];
  step_up?: { acr_values: string } | null;
}

/** Why: the reason with its guard, every guard that fails, the policies that decided, and what the caller must do. */
export function Explanation({ decision }: { decision: Explained }) {
  const failing = failingGuards(decision);
  return (
    <div className={styles.columns}>
      <Panel title={decision.outcome === 'allow' ? 'Nothing stands against it' : 'What stands against it'}>
        {decision.outcome === 'allow' ? (
          <p>No guard denies, and a policy permits.</p>
        ) : (
          <ol className={styles.failing}>
            {failing.map((guard, index) => (
              <li key={guard.code} className={index === 0 ? styles.primary : undefined}>
                <ReasonCode code={guard.code} number={guard.number} />
                {index === 0 && <span className={styles.mark}>the reason</span>}
                {guard.text && <p>{guard.text}</p>}
              </li>
            ))}
          </ol>
        )}
        {decision.step_up && (
          <p className={styles.stepUp}>
            A sign-in that reaches <span className="mono">{decision.step_up.acr_values}</span> would allow it.
          </p>
        )}
      </Panel>
      <Panel title="Decided by">
        <Names names={decision.determining ?? []} none="No policy: nothing permits it." />
      </Panel>
      <Panel title="Obligations">
        <Names
          names={(decision.obligations ?? []).map((duty) =>
            duty.mandatory ? `${duty.type} (mandatory)` : duty.type,
          )}
          none="None."
        />
      </Panel>
    </div>
  );
}

/** The guards that fail, in order; from the reason alone when the list was not kept. */
function failingGuards(decision: Explained): readonly Failing[] {
  if (decision.failing && decision.failing.length > 0) return decision.failing;
  if (!decision.reason) return [];
  const number = decision.guard ?? guardNumber(decision.reason) ?? 0;
  return [{ number, code: decision.reason, text: decision.reason_text ?? '' }];
}

function Names({ names, none }: { names: readonly string[]; none: string }) {
  if (names.length === 0) return <p className="quiet">{none}</p>;
  return (
    <ul className={styles.names}>
      {names.map((name) => (
        <li key={name} className="mono">
          {name}
        </li>
      ))}
    </ul>
  );
}
