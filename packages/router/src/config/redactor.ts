/** Keeps the values of secrets and references out of texts that somebody else wrote, such as a plugin's schema. */
export interface Redactor {
  hide(value: string, shownAs: string): void;
  redact(text: string): string;
  /** What is kept out, and what stands in its place. */
  hidden(): ReadonlyMap<string, string>;
}

/** Below this, replacing would garble ordinary words, and whoever has the text has the secret as good as guessed. */
const SHORTEST = 4;

/** `others`: what is kept out beside its own, of whatever redactor. */
export function createRedactor(others: readonly Pick<Redactor, 'hidden'>[] = []): Redactor {
  const hidden = new Map<string, string>(others.flatMap((other) => [...other.hidden()]));
  return {
    hidden: () => hidden,
    hide(value, shownAs) {
      if (value.length >= SHORTEST) hidden.set(value, shownAs);
    },
    redact(text) {
      const longestFirst = [...hidden].sort(([a], [b]) => b.length - a.length);
      return longestFirst.reduce((result, [value, shownAs]) => result.replaceAll(value, () => shownAs), text);
    },
  };
}
