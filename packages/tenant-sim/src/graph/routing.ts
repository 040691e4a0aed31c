import type { TenantUser } from '../directory/user.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { PermissionName } from './access/permissions.ts';
import type { Principal } from './access/principal.ts';
import type { GraphContext } from './graph-context.ts';
import type { Reply } from './http/reply.ts';
import type { GraphRequest } from './http/request.ts';

/** A request for a resource that belongs to no mailbox. */
export interface RootCall {
  /** Carries out another request for the same client: an item of a batch. */
  readonly dispatch: (request: GraphRequest) => Promise<Reply>;
  readonly graph: GraphContext;
  readonly request: GraphRequest;
  readonly principal: Principal;
  /** The variable segments of the path, in order. */
  readonly keys: readonly string[];
}

/** A request within a mailbox, once the one who asks may do it. */
export interface MailboxCall extends RootCall {
  readonly mailbox: Mailbox;
  readonly owner: TenantUser;
}

export interface MailboxRoute {
  readonly scope: 'mailbox';
  readonly permission: PermissionName;
  readonly handle: (call: MailboxCall) => Reply | Promise<Reply>;
}

export interface RootRoute {
  readonly scope: 'root';
  readonly handle: (call: RootCall) => Reply | Promise<Reply>;
}

export type Route = MailboxRoute | RootRoute;

export interface Match {
  readonly route: Route;
  readonly keys: readonly string[];
}

interface Node {
  readonly literals: Map<string, Node>;
  variable?: Node;
  readonly methods: Map<string, Route>;
}

const node = (): Node => ({ literals: new Map(), methods: new Map() });

/** Finds the resource behind a path: names in any case, `{}` for a key. */
export class RouteTable {
  readonly #root = node();

  add(method: string, template: string, route: Route): this {
    let at = this.#root;
    for (const segment of template.split('/').filter((one) => one !== '')) {
      const next: Node = (segment === '{}' ? at.variable : at.literals.get(segment.toLowerCase())) ?? node();
      if (segment === '{}') at.variable = next;
      else at.literals.set(segment.toLowerCase(), next);
      at = next;
    }
    at.methods.set(method, route);
    return this;
  }

  /** The routes of a path by method; a literal name goes before a key. */
  find(segments: readonly string[]): { readonly methods: ReadonlyMap<string, Route>; readonly keys: readonly string[] } | undefined {
    const keys: string[] = [];
    let at = this.#root;
    for (const segment of segments) {
      const literal = at.literals.get(segment) ?? at.literals.get(segment.toLowerCase());
      if (!literal) keys.push(segment);
      const next = literal ?? at.variable;
      if (!next) return undefined;
      at = next;
    }
    return at.methods.size > 0 ? { methods: at.methods, keys } : undefined;
  }
}
