// SPDX-License-Identifier: Apache-2.0

/** The product's mark: an open ring, answered. */
export function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <path d="M25 9.5A11 11 0 1 0 25 22.5" stroke="currentColor" strokeWidth="3.5" strokeLinecap="round" />
      <path
        d="m12 16 4 4 8.5-8.5"
        stroke="var(--accent)"
        strokeWidth="3.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
