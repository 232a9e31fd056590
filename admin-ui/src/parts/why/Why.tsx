// SPDX-License-Identifier: Apache-2.0
import type { WhyExplanation } from '../../api/client';
import { Panel } from '../Page';
import { ReasonCode } from '../ReasonCode';
import { Tree } from '../Tree';
import { Clauses } from './Clauses';
import { Steps } from './Steps';
import styles from './Why.module.css';

/** Why, step by step: what would change it, whose clearance was read how, which conditions held, what was known. */
export function Why({ why }: { why: WhyExplanation }) {
  return (
    <>
      {why.guards.length > 0 && (
        <Panel title="What would change it">
          {why.fault && <p>It could not be looked up: {why.fault}.</p>}
          <ul className={styles.list}>
            {why.guards.map((guard) => (
              <li key={guard.code}>
                <ReasonCode code={guard.code} number={guard.number} />
                <ul className={styles.changes}>
                  {guard.changes.map((change) => (
                    <li key={change}>{change}</li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {why.person.reason && (
        <Panel title="What the person may be told">
          <p>
            <span className="mono">{why.person.reason}</span> {why.person.text}
          </p>
          {why.person.changes.length > 0 && (
            <ul className={styles.changes}>
              {why.person.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          )}
        </Panel>
      )}
      {why.clearances.map((held) => (
        <Panel key={held.role} title={`Effective clearance of ${held.person} for ${held.label}`}>
          <Steps held={held} />
        </Panel>
      ))}
      {why.policies.map((policy) => (
        <Panel key={policy.id} title={`Policy ${policy.id}`}>
          <p className="quiet">
            {policy.effect} {policy.reason ?? ''} · {policy.file}:{policy.line}
          </p>
          <Clauses clauses={policy.clauses} name={`Conditions of ${policy.id}`} />
        </Panel>
      ))}
      <Panel title="What was known, and where from">
        <dl className={styles.known}>
          {why.inputs.map((input) => (
            <div key={input.name}>
              <dt>
                {input.name} <span className="quiet">from {input.from}</span>
              </dt>
              <dd>
                <Tree value={input.value} name={input.name} />
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
    </>
  );
}
