// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { Clock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { lastAnswer, leaveForSignIn, type Me } from '../api/client';
import { me as own } from '../api/queries';
import { Button } from '../parts/Button';
import styles from './SessionEnd.module.css';
import { standing } from './sessionEnd';

const LOOK_EVERY_MS = 5_000;

/** Warns before the session ends, with the way to go on. What was typed stays. */
export function SessionEnd({ me }: { me: Me }) {
  const cache = useQueryClient();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const stands = standing(me.session, lastAnswer(), now);
  if (stands === 'open') return null;
  // Any call is activity.
  const extend = async () => {
    await cache.refetchQueries({ queryKey: own.queryKey });
    setNow(Date.now());
  };
  return createPortal(
    <div role="alert" className={styles.warning} data-react-aria-top-layer="true">
      <Clock size={16} aria-hidden="true" />
      <span>{WORDS[stands]}</span>
      {stands === 'idle' ? (
        <Button onPress={extend}>Stay signed in</Button>
      ) : (
        <Button onPress={() => leaveForSignIn(stands === 'ending' ? 0 : undefined)}>Sign in again</Button>
      )}
    </div>,
    document.body,
  );
}

const WORDS = {
  idle: 'Your session ends in two minutes. Stay signed in?',
  ending:
    'Your session ends in two minutes, whatever you do. Sign in again to go on; what you typed is kept.',
  over: 'Your session has ended. Sign in again to go on; what you typed is kept.',
} as const;
