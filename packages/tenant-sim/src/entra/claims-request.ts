import { z } from 'zod';
import { EntraError } from './error.ts';

/** The part of a `claims` parameter that this tenant acts on (OpenID Connect Core §5.5; FACTS.md A11). */
export interface ClaimsRequest {
  /** The client understands claims challenges: `cp1`. */
  readonly continuousAccess: boolean;
  /** An authentication context or policy is asked for, which only a sign-in with a second factor satisfies. */
  readonly strong: boolean;
  /** As it came, to be repeated in a challenge. */
  readonly text?: string;
}

const wish = z.looseObject({ essential: z.boolean().optional(), value: z.string().optional(), values: z.array(z.string()).optional() }).nullable();
const schema = z.looseObject({ access_token: z.record(z.string(), wish).optional(), id_token: z.record(z.string(), wish).optional() });

export function parseClaims(text: string | undefined): ClaimsRequest {
  if (text === undefined || text === '') return { continuousAccess: false, strong: false };
  const { access_token: wishes = {} } = read(text);
  return {
    continuousAccess: wishes['xms_cc']?.values?.includes('cp1') ?? false,
    strong: ['acrs', 'polids'].some((claim) => wishes[claim]?.essential === true),
    text,
  };
}

function read(text: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw new EntraError(9000410);
    throw error;
  }
}

/** The claims challenge of a policy, merged into what the client asked for by itself. */
export function challengeFor(request: ClaimsRequest, policyId: string): string {
  const asked = request.text === undefined ? {} : read(request.text);
  return JSON.stringify({ ...asked, access_token: { ...asked.access_token, polids: { essential: true, values: [policyId] } } });
}
