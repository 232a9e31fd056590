// SPDX-License-Identifier: Apache-2.0
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './Button';
import { Panel } from './Page';
import styles from './RawJson.module.css';

/** The answer as the server gave it, and a button that copies exactly what is on screen. */
export function RawJson({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('The browser does not allow copying here; select the text instead');
    }
  };
  return (
    <Panel
      title="Raw JSON"
      aside={
        <span className={styles.aside}>
          <span role="status">{said}</span>
          <Button onPress={copy}>
            <Copy size={16} aria-hidden="true" />
            Copy
          </Button>
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre className={styles.raw} tabIndex={0}>
        {text}
      </pre>
    </Panel>
  );
}
