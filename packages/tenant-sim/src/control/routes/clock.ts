import type { FastifyInstance } from 'fastify';
import type { TenantClock } from '../../clock.ts';
import type { TenantContext } from '../../door.ts';
import { clockOrder, clockQuery, type ClockState } from '../contract.ts';
import { take } from '../problems.ts';

/** How long a request waits for the clock to move; below the 30 s after which many a client gives up. */
const PATIENCE_MS = 25_000;

export function clockRoutes(app: FastifyInstance, { clock }: TenantContext): void {
  app.get('/clock', async (request, reply): Promise<ClockState> => {
    const { after } = take(clockQuery, request.query, { place: 'query' });
    // Of the answer, not of the socket: that stays for the next request, and would keep a listener for each.
    if (after !== undefined) await moved(clock, after, (end) => reply.raw.once('close', end));
    return stateOf(clock);
  });

  app.post('/clock', async (request): Promise<ClockState> => {
    const { jumpMs, set } = take(clockOrder, request.body ?? {}, { place: 'body' });
    if (jumpMs !== undefined) clock.jump(jumpMs);
    if (set !== undefined) clock.set(new Date(set));
    return stateOf(clock);
  });
}

const stateOf = (clock: TenantClock): ClockState => ({ now: clock.now().toISOString(), offsetMs: clock.offset, moves: clock.moves });

/** Resolves once the clock has moved more often than that, the client has gone, or it has taken too long. */
async function moved(clock: TenantClock, after: number, onGone: (end: () => void) => unknown): Promise<void> {
  if (clock.moves > after) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = clock.onMove(resolve);
  const timer = setTimeout(resolve, PATIENCE_MS); // by the machine's time: the tenant's may stand still for years
  onGone(resolve);
  await promise;
  clearTimeout(timer);
}
