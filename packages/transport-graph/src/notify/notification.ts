/** What a change notification means for whoever watches the folder (FACTS.md E14). */
export type News =
  | 'look'
  /** The service has ended the subscription. */
  | 'removed'
  /** It will end it unless it is told again who we are. */
  | 'reauthorize';

/** Of what was posted, what bears our own secret. Anything else is somebody else's. */
export function newsIn(body: string, clientState: string): readonly News[] {
  const values = member(parse(body), 'value');
  if (!Array.isArray(values)) return [];
  return values.filter((value) => member(value, 'clientState') === clientState).map((value) => meaningOf(member(value, 'lifecycleEvent')));
}

function meaningOf(lifecycleEvent: unknown): News {
  if (lifecycleEvent === 'subscriptionRemoved') return 'removed';
  if (lifecycleEvent === 'reauthorizationRequired') return 'reauthorize';
  return 'look'; // `missed`, or a change: which does not matter, the delta tells
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const member = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined);
