// SPDX-License-Identifier: Apache-2.0
import { TextArea } from '../TextArea';

interface Props {
  value: string;
  onChange: (text: string) => void;
}

/** Why an act is to be. */
export function Reason({ value, onChange }: Props) {
  return (
    <TextArea
      label="Reason"
      hint="Shown to the second person, and put on record."
      rows={2}
      value={value}
      onChange={onChange}
    />
  );
}
