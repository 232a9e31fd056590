// SPDX-License-Identifier: Apache-2.0
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import styles from './Button.module.css';

type Tone = 'plain' | 'primary' | 'danger';

/** The one button: plain by default, one primary per page, danger only where something ends. */
export function Button({
  tone = 'plain',
  ...props
}: Omit<ButtonProps, 'className' | 'style'> & { tone?: Tone }) {
  return <AriaButton {...props} className={`${styles.button} ${styles[tone]}`} />;
}
