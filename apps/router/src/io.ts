/** Everything the command touches of its process, so that tests can run it inside their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Shows a page to the person, in the browser of the system. Absent where nobody looks. */
  readonly openUrl?: (url: string) => Promise<void>;
  /** Aborts when the person has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
}

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
