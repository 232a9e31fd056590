// SPDX-License-Identifier: Apache-2.0

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'countersign.theme';

/** What was chosen in this browser before. */
export function storedTheme(): Theme {
  try {
    const stored = window.localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

/** Shows a theme, and remembers it in this browser. */
export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    if (theme === 'system') window.localStorage.removeItem(KEY);
    else window.localStorage.setItem(KEY, theme);
  } catch {
    // A browser that stores nothing forgets the choice on the next visit; nothing else is lost.
  }
}

/** Shows a theme. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
