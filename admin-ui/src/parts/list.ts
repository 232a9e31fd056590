// SPDX-License-Identifier: Apache-2.0

/** The words of a list that was typed, separated by commas or lines, each once. */
export function typedList(text: string): string[] {
  const words = text.split(/[,\n]/).map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}

/** Whether two lists hold the same words. */
export function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word) => other.includes(word));
}
