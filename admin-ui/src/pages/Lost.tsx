// SPDX-License-Identifier: Apache-2.0
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Page title="There is no such page" lead="The address may be mistyped, or the page has moved.">
      <p>
        <Link to="/people">Go to People</Link>
      </p>
    </Page>
  );
}

/** A page that broke. */
export function Crash({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page could not be shown">
      <Failure error={error} retry={reset} />
    </Page>
  );
}
