// SPDX-License-Identifier: Apache-2.0
import { Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { SearchField } from 'react-aria-components/SearchField';
import styles from './SearchBox.module.css';

const PAUSE_MS = 250;

/** A search field that reports once typing pauses. */
export function SearchBox({
  label,
  value,
  onSearch,
}: {
  label: string;
  value: string;
  onSearch: (q: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onSearch(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <SearchField className={styles.field ?? ''} value={typed} onChange={setTyped} onSubmit={onSearch}>
      <Label className={styles.label ?? ''}>{label}</Label>
      <div className={styles.box}>
        <Search size={16} aria-hidden="true" className={styles.icon} />
        <Input className={styles.input ?? ''} />
        {typed !== '' && (
          <Button className={styles.clear ?? ''} aria-label="Clear">
            <X size={16} aria-hidden="true" />
          </Button>
        )}
      </div>
    </SearchField>
  );
}
