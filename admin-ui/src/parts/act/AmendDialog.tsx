// SPDX-License-Identifier: Apache-2.0
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { type Act, type Sent, send, weigh } from '../../api/amend';
import { Button } from '../Button';
import styles from '../Confirm.module.css';
import { Failure } from '../Failure';
import { Loading } from '../Loading';
import { useDraft } from '../useDraft';
import { Weighed } from './Weighed';

interface Props {
  title: string;
  /** The fields, when something has to be filled in first. */
  children?: ReactNode;
  /** The act as it is filled in, or what is missing in a sentence. */
  act: Act | string;
  needs: readonly string[];
  onDone: (sent: Sent) => void;
  onCancel: () => void;
}

/**
 * Does an act in two steps: what is to be, then what that changes and how many people it takes. Only then it
 * is sent. A stray click outside does not close it.
 */
export function AmendDialog({ title, children, act, needs, onDone, onCancel }: Props) {
  const [reason, setReason] = useDraft(`reason ${title}`, '');
  const [missing, setMissing] = useState<string>();
  const weighing = useMutation({ mutationFn: weigh });
  const sending = useMutation({ mutationFn: (what: Act) => send(what, reason), onSuccess: onDone });
  const asked = useRef(false);
  const next = () => {
    setMissing(typeof act === 'string' ? act : undefined);
    if (typeof act !== 'string') weighing.mutate(act);
  };
  const { mutate } = weighing;
  useEffect(() => {
    // Nothing to fill in: it is weighed at once, and once.
    if (children || typeof act === 'string' || asked.current) return;
    asked.current = true;
    mutate(act);
  }, [children, act, mutate]);
  const back = () => {
    weighing.reset();
    sending.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const weighed = weighing.data;
    if (!weighed) return next();
    if (weighed.people === 2 && reason.trim() === '') {
      return setMissing('Say why: a second person decides by it.');
    }
    if (typeof act !== 'string') sending.mutate(act);
  };
  const { data: weighed, isPending } = weighing;
  const asks = !weighed && children !== undefined;
  const none = weighed?.changes.length === 0;
  return (
    <ModalOverlay
      isOpen
      isDismissable={false}
      className={styles.overlay ?? ''}
      onOpenChange={(open) => !open && !sending.isPending && onCancel()}
    >
      <Modal className={`${styles.modal} ${styles.wide}`}>
        <Dialog className={styles.dialog ?? ''}>
          <Heading slot="title" className={styles.title ?? ''}>
            {title}
          </Heading>
          <form className={styles.form} onSubmit={submit} noValidate>
            {asks && <div className={styles.fields}>{children}</div>}
            {!asks && isPending && <Loading what="what this changes" />}
            {weighed && <Weighed weighed={weighed} reason={reason} onReason={setReason} />}
            {missing && (
              <p role="alert" className={styles.missing}>
                {missing}
              </p>
            )}
            {weighing.error && <Failure error={weighing.error} needs={needs} />}
            {sending.error && <Failure error={sending.error} needs={needs} />}
            <div className={styles.actions}>
              <Button onPress={onCancel} isDisabled={sending.isPending}>
                Cancel
              </Button>
              {weighed && children && (
                <Button onPress={back} isDisabled={sending.isPending}>
                  Back
                </Button>
              )}
              {asks && (
                <Button type="submit" tone="primary" isDisabled={isPending}>
                  {isPending ? 'Looking…' : 'Next'}
                </Button>
              )}
              {weighed && !none && (
                <Button type="submit" tone="primary" isDisabled={sending.isPending}>
                  {sending.isPending ? 'Working…' : weighed.people === 1 ? 'Do it now' : 'Propose'}
                </Button>
              )}
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
