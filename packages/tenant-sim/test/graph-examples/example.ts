import { readdirSync, readFileSync } from 'node:fs';

export interface ExampleMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyText?: string;
}

/** A request and an answer of Microsoft's documentation. */
export interface Example {
  readonly id: string;
  readonly kind: string;
  readonly request: ExampleMessage & { readonly method: string; readonly path: string; readonly query: string | null };
  readonly response: (ExampleMessage & { readonly status: number; readonly documentedStatusInProse?: number }) | null;
}

const FOLDER = new URL('../vectors/graph-examples/', import.meta.url);

/** Those of the documentation; composed ones prove nothing. */
export const DOCUMENTED: readonly Example[] = readdirSync(FOLDER)
  .toSorted((a, b) => a.localeCompare(b))
  .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Example)
  .filter(({ kind }) => kind === 'docs');
