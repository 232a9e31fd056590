// SPDX-License-Identifier: Apache-2.0

const KINDS: Record<string, string> = {
  card: 'smartcard',
  link: 'sign-in at',
  passkey: 'passkey',
  password: 'password',
  recovery_codes: 'recovery codes',
  totp: 'security code',
};

/** An authenticator by its kind and what people call it. */
export function inWords(kind: string, name?: string | null): string {
  const known = KINDS[kind] ?? kind;
  return name ? `${known} ${name}` : known;
}
