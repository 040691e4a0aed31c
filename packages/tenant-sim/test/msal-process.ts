import process from 'node:process';
import { type Configuration, ConfidentialClientApplication, InteractionRequiredAuthError, PublicClientApplication, ServerError } from '@azure/msal-node';

// MSAL in a process of its own, as it comes: what it trusts beside the usual authorities, NODE_EXTRA_CA_CERTS says, which
// Node reads once, at its start. The test asks by messages; functions that MSAL calls back are asked for by message too.

export interface Question {
  readonly id: number;
  /** The kind of application, made once for each `name`. */
  readonly app: { readonly name: string; readonly kind: 'confidential' | 'public'; readonly configuration: Configuration; readonly assertion?: string };
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
}

export type Told =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ToldError }
  | { readonly id: number; readonly deviceCode: { readonly userCode: string; readonly verificationUri: string } };

export interface ToldError {
  readonly kind: 'interaction-required' | 'server' | 'other';
  readonly errorCode: string;
  readonly subError: string;
  readonly errorNo: unknown;
  readonly claims: string;
  readonly message: string;
}

type Method = (request: unknown) => Promise<unknown>;

const apps = new Map<string, ConfidentialClientApplication | PublicClientApplication>();
const tell = (told: Told): void => void process.send?.(told);

function appFor({ name, kind, configuration, assertion }: Question['app']): ConfidentialClientApplication | PublicClientApplication {
  const auth = { ...configuration.auth, ...(assertion !== undefined && { clientAssertion: () => Promise.resolve(assertion) }) };
  const app = apps.get(name) ?? (kind === 'public' ? new PublicClientApplication({ ...configuration, auth }) : new ConfidentialClientApplication({ ...configuration, auth }));
  apps.set(name, app);
  return app;
}

async function answer({ id, app: description, method, request }: Question): Promise<void> {
  try {
    const app = appFor(description);
    const account = method === 'acquireTokenSilent' ? (await app.getTokenCache().getAllAccounts())[0] : undefined;
    const call = (app as unknown as Readonly<Record<string, Method>>)[method]!;
    const result = await call.call(app, {
      ...request,
      ...(account && { account }),
      ...(method === 'acquireTokenByDeviceCode' && { deviceCodeCallback: ({ userCode, verificationUri }: { userCode: string; verificationUri: string }) => tell({ id, deviceCode: { userCode, verificationUri } }) }),
    });
    tell({ id, result });
  } catch (error) {
    tell({ id, error: describe(error) });
  }
}

function describe(error: unknown): ToldError {
  const { errorCode, subError, errorNo, claims, message } = error as Partial<InteractionRequiredAuthError>;
  const kind = error instanceof InteractionRequiredAuthError ? 'interaction-required' : error instanceof ServerError ? 'server' : 'other';
  return { kind, errorCode: errorCode ?? '', subError: subError ?? '', errorNo, claims: claims ?? '', message: message ?? '' };
}

process.on('message', (question: Question) => void answer(question));
