// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { signInAddress, strongerThan } from '../api/client';
import { drafts } from '../api/drafts';
import { inWords, Problem, rolesInWords } from '../api/problem';
import { me } from '../api/queries';
import { advice } from './advice';
import { Button } from './Button';
import styles from './Failure.module.css';

/** A sign-in that is asked for because another was too old is newer than this. */
const FRESH_SECONDS = 300;

interface Props {
  error: unknown;
  /** Which roles open this, for when the server does not say. */
  needs?: readonly string[];
  retry?: () => void;
  /** How fresh a sign-in this asks for, in seconds. */
  maxAge?: number | undefined;
}

/** What happened and what to do, in the place of what could not be shown or done. */
export function Failure({ error, needs, retry, maxAge }: Props) {
  if (error instanceof Problem && (error.status === 403 || error.stepUpUrl !== undefined))
    return <Refusal problem={error} needs={needs ?? []} maxAge={maxAge} />;
  const title = error instanceof Problem ? error.title : 'This could not be done';
  const detail = inWords(error);
  const next = error instanceof Problem ? advice(error) : undefined;
  return (
    <div role="alert" className={styles.failure}>
      <CircleAlert size={20} aria-hidden="true" className={styles.icon} />
      <div className={styles.words}>
        <h2>{title}</h2>
        {detail !== title && detail !== `${title}.` && <p>{detail}</p>}
        {next && <p>{next}</p>}
        {retry && <Button onPress={retry}>Try again</Button>}
      </div>
    </div>
  );
}

interface RefusalProps {
  problem: Problem;
  needs: readonly string[];
  maxAge: number | undefined;
}

function Refusal({ problem, needs, maxAge }: RefusalProps) {
  const own = useQuery({ ...me, enabled: false });
  const lacksOffice = problem.reason === undefined || problem.reason === 'ROLE_REQUIRED';
  const offices = problem.requiredRoles.length > 0 ? problem.requiredRoles : needs;
  const roles = lacksOffice ? rolesInWords(offices) : '';
  const stepUp = problem.reason === 'AAL_STEP_UP' || problem.stepUpUrl !== undefined;
  const next = advice(problem);
  return (
    <div role="alert" className={styles.failure}>
      <CircleAlert size={20} aria-hidden="true" className={styles.icon} />
      <div className={styles.words}>
        <h2>{stepUp ? 'Confirm it’s you' : 'You may not see or do this'}</h2>
        <p>{inWords(problem)}</p>
        {next && <p>{next}</p>}
        {!stepUp && roles !== '' && <p>It needs the role {roles}.</p>}
        {!stepUp && own.data && (
          <p>
            You are signed in as {own.data.display_name ?? own.data.id}
            {own.data.roles.length > 0 ? ` (${rolesInWords(own.data.roles)})` : ''}.
          </p>
        )}
        {stepUp && (
          <p>
            <a href={stepUpAddress(problem, own.data?.session?.aal, maxAge)} onClick={() => drafts.keep()}>
              {maxAge === undefined ? 'Sign in with a stronger method' : 'Sign in again'}
            </a>
          </p>
        )}
        {problem.decisionId && (
          <p className="quiet">
            Reference <span className="mono">{problem.decisionId}</span>
          </p>
        )}
      </div>
    </div>
  );
}

function stepUpAddress(problem: Problem, aal: number | undefined, maxAge: number | undefined): string {
  if (problem.stepUpUrl !== undefined) {
    // Back to this page, so that nothing has to be found again.
    const address = new URL(problem.stepUpUrl, window.location.origin);
    address.searchParams.set('then', window.location.pathname + window.location.search);
    return address.pathname + address.search;
  }
  // Where freshness is asked for, the same method may do.
  const acr = maxAge === undefined ? strongerThan(aal ?? 1) : undefined;
  return signInAddress(window.location, acr, maxAge ?? FRESH_SECONDS);
}
