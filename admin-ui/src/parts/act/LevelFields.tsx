// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { schemes } from '../../api/queries';
import { Choice } from '../Choice';
import { Failure } from '../Failure';
import { TextBox } from '../TextBox';

export interface Reached {
  scheme: string;
  level: string;
  /** As typed, separated by commas. */
  compartments: string;
}

interface Props {
  value: Reached;
  onChange: (value: Reached) => void;
}

/** A scheme, a level of it, and compartments. */
export function LevelFields({ value, onChange }: Props) {
  const known = useQuery(schemes);
  if (known.error) return <Failure error={known.error} retry={() => known.refetch()} />;
  const all = known.data?.schemes ?? [];
  const levels = all.find((scheme) => scheme.id === value.scheme)?.levels ?? [];
  const none = ['', 'Choose'] as const;
  return (
    <>
      <Choice
        label="Scheme"
        value={value.scheme}
        options={[none, ...all.map(({ id }) => [id, id] as const)]}
        onChange={(scheme) => onChange({ ...value, scheme, level: '' })}
      />
      <Choice
        label="Level"
        value={value.level}
        options={[none, ...levels.map(({ id, marking }) => [id, marking] as const)]}
        onChange={(level) => onChange({ ...value, level })}
      />
      <TextBox
        label="Compartments"
        hint="Separated by commas; empty for none."
        value={value.compartments}
        onChange={(compartments) => onChange({ ...value, compartments })}
      />
    </>
  );
}
