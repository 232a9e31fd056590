// SPDX-License-Identifier: Apache-2.0
import { type UseQueryOptions, useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import field from '../../parts/Field.module.css';
import styles from './Picker.module.css';

export interface Found {
  id: string;
  name?: string | null | undefined;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Asks the server for those whose name or id contains the text. */
  // biome-ignore lint/suspicious/noExplicitAny: the pickers differ in what their queries return
  lookup: (q: string) => UseQueryOptions<any, Error, any, any>;
  found: (data: unknown) => Found[];
  error?: string | undefined;
}

/** A field that searches on the server while one types, and takes any id. */
export function Picker({ label, value, onChange, lookup, found, error }: Props) {
  const [typed, setTyped] = useState(value);
  const answer = useQuery(lookup(typed.trim()));
  const items = answer.data ? found(answer.data) : [];
  const type = (text: string) => {
    setTyped(text);
    onChange(text);
  };
  return (
    <ComboBox
      className={field.field ?? ''}
      inputValue={value}
      onInputChange={type}
      items={items}
      allowsCustomValue
      allowsEmptyCollection
      menuTrigger="focus"
      isInvalid={error !== undefined}
      defaultFilter={() => true}
    >
      <Label className={field.label ?? ''}>{label}</Label>
      <div className={styles.box}>
        <Input className={field.control ?? ''} autoComplete="off" />
        <Button className={styles.open ?? ''}>
          <ChevronDown size={16} aria-hidden="true" />
        </Button>
      </div>
      <FieldError className={styles.error ?? ''}>{error}</FieldError>
      <Popover className={styles.popover ?? ''}>
        <ListBox
          className={styles.list ?? ''}
          renderEmptyState={() => (
            <div className={styles.none}>{answer.isPending ? 'Looking…' : 'None found'}</div>
          )}
        >
          {(item: Found) => (
            <ListBoxItem id={item.id} textValue={item.id} className={styles.item ?? ''}>
              {item.name ? (
                <>
                  {item.name} <span className={styles.id}>{item.id}</span>
                </>
              ) : (
                item.id
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
