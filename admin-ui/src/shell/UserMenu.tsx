// SPDX-License-Identifier: Apache-2.0
import { CircleUser, LogOut } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { Me } from '../api/client';
import { drafts } from '../api/drafts';
import { rolesInWords } from '../api/problem';
import { Button as OwnButton } from '../parts/Button';
import { Choice } from '../parts/Choice';
import { moment } from '../parts/when';
import { chooseTheme, storedTheme, type Theme } from './theme';
import styles from './UserMenu.module.css';

const THEMES = [
  ['system', 'As the device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

/** Who is signed in, until when, how it looks, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const form = useRef<HTMLFormElement>(null);
  const name = me.display_name ?? me.id;
  const choose = (value: string) => {
    const chosen = value === 'light' || value === 'dark' ? value : 'system';
    chooseTheme(chosen);
    setTheme(chosen);
  };
  const signOut = () => {
    drafts.clear();
    form.current?.submit();
  };
  return (
    <>
      <DialogTrigger>
        <Button className={styles.opener ?? ''} aria-label={`Signed in as ${name}`}>
          <CircleUser size={20} aria-hidden="true" />
          <span>{name}</span>
        </Button>
        <Popover placement="bottom end" className={styles.popover ?? ''}>
          <Dialog aria-label="You" className={styles.dialog ?? ''}>
            <div>
              <strong>{name}</strong>
              <div className="quiet">{rolesInWords(me.roles)}</div>
            </div>
            {me.session && (
              <p className={styles.session}>
                Signed in {moment(me.session.auth_time)}, assurance level {me.session.aal}.
                {me.session.ends_at && (
                  <> You’ll be signed out at {moment(me.session.ends_at)} at the latest.</>
                )}
              </p>
            )}
            <Choice label="Appearance" value={theme} options={THEMES} onChange={choose} />
            <a href="/account">Your account</a>
            <OwnButton onPress={signOut}>
              <LogOut size={16} aria-hidden="true" />
              Sign out
            </OwnButton>
          </Dialog>
        </Popover>
      </DialogTrigger>
      <form ref={form} method="post" action="/account/signout" hidden>
        <input type="hidden" name="csrf" value={me.csrf_token} />
      </form>
    </>
  );
}
