import type { FastifyInstance } from 'fastify';
import type { TenantUser } from '../../directory/user.ts';
import type { TenantContext } from '../../door.ts';
import { type ControlAnswers, userName, userPatch, type UserState } from '../contract.ts';
import { notFound, take } from '../problems.ts';

export function peopleRoutes(app: FastifyInstance, { directory, reset }: TenantContext): void {
  app.get('/users', async (): Promise<ControlAnswers['users']> => ({ users: directory.users().map(stateOf) }));

  app.patch('/users/:user', async (request): Promise<ControlAnswers['user']> => {
    const { user } = take(userName, request.params, { place: 'path' });
    if (!directory.user(user)) throw notFound(`user ${user}`, { place: 'path', field: 'user', remedy: 'GET /users lists who there is.' });
    const patch = take(userPatch, request.body ?? {}, { place: 'body' });
    return stateOf(directory.updateUser(user, Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))));
  });

  app.post('/reset', async (_request, reply) => {
    reset();
    return reply.status(204).send();
  });
}

const stateOf = ({ id, userPrincipalName, displayName, addresses, kind, enabled, licensed, imapEnabled, smtpAuthDisabled }: TenantUser): UserState => ({
  id,
  userPrincipalName,
  displayName,
  addresses,
  kind,
  enabled,
  licensed,
  imapEnabled,
  ...(smtpAuthDisabled !== undefined && { smtpAuthDisabled }),
});
