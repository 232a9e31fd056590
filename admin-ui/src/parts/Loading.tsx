// SPDX-License-Identifier: Apache-2.0

/** Said while the first answer is awaited. */
export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="quiet">
      Loading {what}…
    </p>
  );
}
