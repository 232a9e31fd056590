// SPDX-License-Identifier: Apache-2.0

/** Whether the record of an application is that of a service provider of SAML. */
export const isService = (record: Record<string, unknown>) =>
  typeof record.saml === 'object' && record.saml !== null;
