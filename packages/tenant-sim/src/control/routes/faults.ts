import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TenantContext } from '../../door.ts';
import { FAULT_NAMES, type FaultName, FAULTS } from '../../faults/catalogue.ts';
import type { FaultState } from '../../faults/registry.ts';
import { type ControlAnswers, type FaultDescription, faultFilter, faultId, faultOrder } from '../contract.ts';
import { notFound, take } from '../problems.ts';

export function faultRoutes(app: FastifyInstance, { faults }: TenantContext): void {
  const stateOf = (id: number): FaultState => {
    const state = faults.list().find((fault) => fault.id === id);
    if (!state) throw notFound(`fault ${id}`, { place: 'path', field: 'id', remedy: 'GET /faults lists those there are.' });
    return state;
  };

  app.get('/faults', async (): Promise<ControlAnswers['faults']> => ({ faults: faults.list() }));

  app.get('/faults/catalogue', async (): Promise<{ readonly faults: readonly FaultDescription[] }> => ({
    faults: FAULT_NAMES.map((name) => ({ name, options: z.toJSONSchema(FAULTS[name], { io: 'input' }) })),
  }));

  app.post('/faults', async (request, reply): Promise<ControlAnswers['fault']> => {
    const { name, options, times } = take(faultOrder, request.body ?? {}, { place: 'body' });
    const checked = take<z.ZodType>(FAULTS[name], options, { place: 'body', under: 'options' });
    const { id } = faults.set<FaultName>(name, checked as never, times === undefined ? {} : { times });
    reply.status(201);
    return stateOf(id);
  });

  app.delete('/faults', async (request): Promise<ControlAnswers['faults']> => {
    faults.clear(take(faultFilter, request.query, { place: 'query' }).name);
    return { faults: faults.list() };
  });

  app.get('/faults/:id', async (request): Promise<ControlAnswers['fault']> => stateOf(take(faultId, request.params, { place: 'path' }).id));

  app.delete('/faults/:id', async (request): Promise<ControlAnswers['fault']> => {
    const { id } = stateOf(take(faultId, request.params, { place: 'path' }).id);
    faults.clear(id);
    return stateOf(id);
  });
}
