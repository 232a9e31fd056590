// SPDX-License-Identifier: Apache-2.0
// Tells the next application, and goes on without it if it has not answered in ten seconds; without script the
// buttons do.
document.querySelector("form[data-submit]")?.submit();
setTimeout(() => document.querySelector("form[data-go-on]")?.submit(), 10_000);
