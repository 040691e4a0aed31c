/** Keeps the values of secrets and references out of texts that somebody else wrote, such as a plugin's schema. */
export interface Redactor {
  hide(value: string, shownAs: string): void;
  redact(text: string): string;
}

/** Below this, replacing would garble ordinary words, and whoever has the text has the secret as good as guessed. */
const SHORTEST = 4;

export function createRedactor(): Redactor {
  const hidden = new Map<string, string>();
  return {
    hide(value, shownAs) {
      if (value.length >= SHORTEST) hidden.set(value, shownAs);
    },
    redact(text) {
      const longestFirst = [...hidden].sort(([a], [b]) => b.length - a.length);
      return longestFirst.reduce((result, [value, shownAs]) => result.replaceAll(value, () => shownAs), text);
    },
  };
}
