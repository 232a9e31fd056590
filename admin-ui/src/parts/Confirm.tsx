// SPDX-License-Identifier: Apache-2.0
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './Button';
import styles from './Confirm.module.css';
import { Failure } from './Failure';

interface Props<Done> {
  title: string;
  /** What will happen, before it happens. */
  children: ReactNode;
  verb: string;
  danger?: boolean;
  /** Which offices may do this. */
  needs: readonly string[];
  /** How fresh a sign-in it asks for, in seconds. */
  maxAge?: number;
  act: () => Promise<Done>;
  onDone: (done: Done) => void;
  onCancel: () => void;
}

/** Asks before an act. A stray click outside does not close it, and a refusal is shown inside it. */
export function Confirm<Done>({
  title,
  children,
  verb,
  danger,
  needs,
  maxAge,
  act,
  onDone,
  onCancel,
}: Props<Done>) {
  const run = useMutation({ mutationFn: act, onSuccess: onDone });
  return (
    <ModalOverlay
      isOpen
      isDismissable={false}
      className={styles.overlay ?? ''}
      onOpenChange={(open) => !open && !run.isPending && onCancel()}
    >
      <Modal className={styles.modal ?? ''}>
        <Dialog role="alertdialog" className={styles.dialog ?? ''}>
          <Heading slot="title" className={styles.title ?? ''}>
            {title}
          </Heading>
          <div className={styles.body}>{children}</div>
          {run.error && <Failure error={run.error} needs={needs} maxAge={maxAge} />}
          <div className={styles.actions}>
            <Button onPress={onCancel} isDisabled={run.isPending}>
              Cancel
            </Button>
            <Button
              tone={danger ? 'danger' : 'primary'}
              onPress={() => run.mutate()}
              isDisabled={run.isPending}
            >
              {run.isPending ? 'Working…' : verb}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
