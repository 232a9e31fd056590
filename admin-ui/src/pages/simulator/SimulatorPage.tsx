// SPDX-License-Identifier: Apache-2.0
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { explain } from '../../api/acts';
import { OFFICES } from '../../api/offices';
import { DecisionChip } from '../../parts/DecisionChip';
import { Explanation } from '../../parts/Explanation';
import { Failure } from '../../parts/Failure';
import { Page, Panel } from '../../parts/Page';
import { RawJson } from '../../parts/RawJson';
import { Tree } from '../../parts/Tree';
import { Why } from '../../parts/why/Why';
import { Question } from './Question';
import { type Form, formFrom, missing, questionOf } from './question';
import styles from './SimulatorPage.module.css';

const route = getRouteApi('/simulator');

/** Asks what would be decided. Nobody acts on the answer, and nothing in the world changes. */
export function SimulatorPage() {
  const navigate = route.useNavigate();
  const [form, setForm] = useState<Form>(formFrom(route.useSearch()));
  const [strict, setStrict] = useState(false);
  const run = useMutation({ mutationFn: explain });
  const ask = () => {
    setStrict(true);
    if (Object.keys(missing(form)).length > 0) return;
    const { subject, action, type, id } = form;
    navigate({ search: { subject, action, type, id }, replace: true });
    run.mutate(questionOf(form));
  };
  return (
    <Page
      title="Simulator"
      lead="What would be decided now, by the same engine and over the same world. Nobody acts on it."
    >
      <div className={styles.columns}>
        <Panel>
          <Question
            form={form}
            onChange={(changed) => setForm((before) => ({ ...before, ...changed }))}
            onAsk={ask}
            asking={run.isPending}
            strict={strict}
          />
        </Panel>
        <div className={styles.answer} aria-busy={run.isPending}>
          {run.error && <Failure error={run.error} needs={OFFICES.simulate} />}
          {!run.data && !run.error && (
            <p className={styles.none}>
              Fill in the question and run it. Every guard that would fail is listed here.
            </p>
          )}
          {run.data && !run.error && (
            <>
              <Panel>
                <p className={styles.verdict} role="status">
                  <DecisionChip outcome={run.data.outcome} large />
                  {run.variables && (
                    <span>
                      {run.variables.subject} <span className="mono">{run.variables.action}</span>{' '}
                      {run.variables.resource.id}
                    </span>
                  )}
                </p>
              </Panel>
              <Explanation decision={run.data} />
              <Why why={run.data.explanation} />
              <Panel title="Inputs">
                <Tree value={run.data.inputs} name="inputs" />
              </Panel>
            </>
          )}
        </div>
      </div>
      {run.data && !run.error && <RawJson value={run.data} />}
    </Page>
  );
}
