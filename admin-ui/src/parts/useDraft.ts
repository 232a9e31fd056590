// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useState } from 'react';
import { drafts } from '../api/drafts';

/**
 * State that is there again when the person comes back from signing in anew. `name` is one of the page's own; it
 * is forgotten when its form closes.
 */
export function useDraft<T>(name: string, beginning: T | (() => T)): [T, (value: T) => void] {
  const [key] = useState(() => `${window.location.pathname} ${name}`);
  const [value, setValue] = useState<T>(() => {
    const typed = drafts.take(key) as T | undefined;
    if (typed !== undefined) return typed;
    return beginning instanceof Function ? beginning() : beginning;
  });
  useEffect(() => {
    if (value !== undefined) drafts.put(key, value);
    else drafts.forget(key);
  }, [key, value]);
  useEffect(() => () => drafts.forget(key), [key]);
  return [value, useCallback((next: T) => setValue(next), [])];
}
