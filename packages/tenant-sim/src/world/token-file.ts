import { rename, writeFile } from 'node:fs/promises';
import type { TenantContext } from '../door.ts';
import type { ResourceName } from '../tokens/resources.ts';

export interface TokenFileOptions {
  readonly file: string;
  /** Whose token it is. */
  readonly user: string;
  /** Client id of the app it is given to; the tenant's first one unless told. */
  readonly app?: string;
  readonly resource?: ResourceName;
}

/** So long before its end a token is replaced. */
const EARLY_MS = 10 * 60_000;

/**
 * Keeps an access token in a file fresh, as a sidecar does. By the tenant's clock: a jump brings a new token too,
 * and so does a reset. Ends with the disposal; the file stays.
 */
export async function keepTokenFile(context: TenantContext, options: TokenFileOptions): Promise<AsyncDisposable> {
  const { clock, log, onReset } = context;
  const ending = new AbortController();
  let expiresAt = await writeToken(context, options);
  const keep = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const news = new AbortController();
      {
        using _moved = clock.onMove(() => news.abort());
        using _reset = onReset(() => news.abort());
        await clock.sleep(Math.max(expiresAt.getTime() - EARLY_MS - clock.now().getTime(), 0), AbortSignal.any([news.signal, ending.signal])).catch(() => {});
      }
      if (ending.signal.aborted) return;
      try {
        expiresAt = await writeToken(context, options);
      } catch (error) {
        log.log('error', 'token-file.failed', { user: options.user, message: error instanceof Error ? error.message : String(error) });
        expiresAt = new Date(clock.now().getTime() + 2 * EARLY_MS);
      }
    }
  };
  const kept = keep();
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await kept;
    },
  };
}

async function writeToken({ directory, tokens }: TenantContext, { file, user, app, resource = 'exchange' }: TokenFileOptions): Promise<Date> {
  const registration = app === undefined ? directory.apps()[0] : directory.app(app);
  const owner = directory.user(user);
  if (!registration || !owner) throw new Error(`There is no ${owner ? `app ${app ?? ''}` : `user ${user}`} to give a token to.`);
  const { token, expiresAt } = await tokens.issue({ app: registration, user: owner, resource });
  // In one step: whoever reads the file finds the old token or the new one, whole.
  await writeFile(`${file}.new`, token, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return expiresAt;
}
