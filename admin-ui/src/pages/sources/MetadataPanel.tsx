// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Metadata } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { sourceMetadata } from '../../api/queries';
import { factsOf } from '../../api/sources';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Facts, Panel } from '../../parts/Page';
import { day, moment } from '../../parts/when';

const WHY: Record<string, string> = {
  key_dropped: 'a key that it had is gone',
  host_changed: 'it sends browsers to another host',
};

interface Props {
  id: string;
  manages: boolean;
  onAmended: (sent: Sent, done: string) => void;
}

/** What counts of a SAML provider's metadata, and a change that waits for two people. */
export function MetadataPanel({ id, manages, onAmended }: Props) {
  const found = useQuery(sourceMetadata(id));
  const [asks, setAsks] = useState(false);
  const { counts, waits } = found.data ?? {};
  return (
    <>
      <Panel title="Its metadata">
        {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
        {found.isPending && <Loading what="its metadata" />}
        {found.data && (
          <>
            {counts ? <Told metadata={counts} /> : <p>None was fetched yet, or none that can be read.</p>}
            <Facts
              facts={[
                [
                  'Fetched',
                  found.data.fetched_at ? moment(found.data.fetched_at) : 'never: it stands in the record',
                ],
                [
                  'Ours, for this provider',
                  <span className="mono" key="ours">
                    {found.data.ours}
                  </span>,
                ],
              ]}
            />
          </>
        )}
      </Panel>
      {found.data && waits && (
        <Panel
          title="A change of it waits"
          aside={manages && counts && <Button onPress={() => setAsks(true)}>Take it</Button>}
        >
          <p>
            It waits because {WHY[found.data.waits_because ?? ''] ?? 'it is more than a new key'}. Nobody
            signs in by this source until two people have taken it. Compare the keys with whoever runs the
            provider, by another way than this one.
          </p>
          <Told metadata={waits} />
        </Panel>
      )}
      {asks && counts && waits && (
        <AmendDialog
          title="Take newer metadata?"
          act={{ act: 'source_metadata', id, was: factsOf(counts), becomes: factsOf(waits) }}
          needs={OFFICES.sources}
          onDone={(sent) => {
            setAsks(false);
            onAmended(sent, 'The newer metadata counts.');
          }}
          onCancel={() => setAsks(false)}
        />
      )}
    </>
  );
}

function Told({ metadata }: { metadata: Metadata }) {
  const addresses = (list: Metadata['sign_on']) =>
    list.map(({ binding, location }) => `${binding}: ${location}`).join(', ') || 'none';
  return (
    <Facts
      facts={[
        ['Good until', metadata.valid_until ? moment(metadata.valid_until) : 'there is newer'],
        ['Sign-in', addresses(metadata.sign_on)],
        ['Logout', addresses(metadata.logout)],
        ...metadata.keys.map(
          (key) =>
            [
              `Key, its certificate good until ${day(key.ends)}`,
              <span className="mono" key={key.sha256}>
                {key.sha256}
              </span>,
            ] as const,
        ),
      ]}
    />
  );
}
