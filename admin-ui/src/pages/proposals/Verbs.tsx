// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import type { Me, Proposal } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { approve, execute, reject, withdraw } from '../../api/proposals';
import { partOf } from '../../api/standing';
import { isOfSource } from '../../parts/act/words';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { useDraft } from '../../parts/useDraft';

interface Props {
  proposal: Proposal;
  me: Me;
  onDone: (what: ReactNode) => void;
}

type Verb = 'approve' | 'reject' | 'withdraw' | 'execute';

/** What the reader can do about a proposal. What cannot be approved has no such button. */
export function Verbs({ proposal, me, onDone }: Props) {
  const [asking, setAsking] = useDraft<Verb | undefined>('verb', undefined);
  const part = partOf(proposal, me);
  const { outdated, withheld } = proposal;
  const verbs: Verb[] = [];
  if (part === 'answer' && !withheld && !outdated) verbs.push('approve');
  if (part === 'answer') verbs.push('reject');
  if (part === 'carry out' && !outdated) verbs.push('execute');
  if (part === 'wait' || part === 'carry out') verbs.push('withdraw');
  const asked = asking && (asking === 'approve' && isOfSource(proposal.act) ? ADMIT : WORDS[asking]);
  return (
    <>
      {verbs.map((verb) => (
        <Button key={verb} tone={WORDS[verb].tone} onPress={() => setAsking(verb)}>
          {WORDS[verb].verb}
        </Button>
      ))}
      {asking && asked && (
        <Confirm
          title={asked.title}
          verb={asked.verb}
          danger={asked.tone === 'danger'}
          needs={OFFICES.people}
          act={() => carriedOut(asking, proposal)}
          onDone={(handed) => {
            setAsking(undefined);
            onDone(
              <>
                {asked.done} <Once handed={handed} />
              </>,
            );
          }}
          onCancel={() => setAsking(undefined)}
        >
          <p>{asking === 'reject' && isOfSource(proposal.act) ? TURNED_AWAY : asked.text}</p>
        </Confirm>
      )}
    </>
  );
}

/** What an act may hand out. */
interface Handed {
  enrol_url?: string | null;
  client_secret?: string | null;
}

/** What is told this once, to be handed over. */
function Once({ handed }: { handed: Handed }) {
  const [what, text] = handed.client_secret
    ? ['Its secret', handed.client_secret]
    : ['The one-time address', handed.enrol_url];
  if (!text) return null;
  return (
    <>
      {what}, shown this once: <code className="mono">{text}</code>
    </>
  );
}

const TURNED_AWAY =
  'It ends for good: this source does not ask again for the same person. To let them in later, create the account and link it by hand.';

const ADMIT = {
  verb: 'Approve',
  tone: 'primary',
  title: 'Open exactly this account?',
  text: 'You are the second person. The account is opened at once, and whoever signed in at the source can sign in here from then on.',
  done: 'You approved it. The account is open.',
} as const;

async function carriedOut(verb: Verb, proposal: Proposal): Promise<Handed> {
  switch (verb) {
    case 'execute':
      return execute(proposal.id);
    case 'approve':
      await approve(proposal);
      return {};
    case 'reject':
      await reject(proposal.id);
      return {};
    case 'withdraw':
      await withdraw(proposal.id);
      return {};
  }
}

const WORDS = {
  approve: {
    verb: 'Approve',
    tone: 'primary',
    title: 'Approve exactly this?',
    text: 'You are the second person. Whoever proposed it can then carry it out, once, until it runs out.',
    done: 'You approved it. Whoever proposed it can carry it out now.',
  },
  reject: {
    verb: 'Reject',
    tone: 'danger',
    title: 'Reject this proposal?',
    text: 'It ends for good. To go on, it has to be proposed anew.',
    done: 'You rejected it. Nothing was changed.',
  },
  withdraw: {
    verb: 'Withdraw',
    tone: 'plain',
    title: 'Take your proposal back?',
    text: 'It ends for good. To go on, it has to be proposed anew.',
    done: 'You took it back. Nothing was changed.',
  },
  execute: {
    verb: 'Carry out',
    tone: 'primary',
    title: 'Carry it out?',
    text: 'It holds at once, exactly as it is shown here, and cannot be carried out twice.',
    done: 'It is carried out and holds now.',
  },
} as const;
