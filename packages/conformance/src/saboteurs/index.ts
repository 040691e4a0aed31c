import { ABORT_SABOTEURS } from './abort.ts';
import { AUTH_SABOTEURS } from './auth.ts';
import { ERROR_SABOTEURS } from './errors.ts';
import { LIFECYCLE_SABOTEURS } from './lifecycle.ts';
import { ATTACHMENT_SABOTEURS } from './message-attachments.ts';
import { BODY_SABOTEURS } from './message-bodies.ts';
import { HEADER_SABOTEURS } from './message-headers.ts';
import { APPEND_SABOTEURS } from './mutate-append.ts';
import { KEYWORD_SABOTEURS } from './mutate-keywords.ts';
import { MOVE_SABOTEURS } from './mutate-move.ts';
import { PLUGIN_SABOTEURS } from './plugin.ts';
import { CHANGES_SABOTEURS } from './receive-changes.ts';
import { CURSOR_SABOTEURS } from './receive-cursors.ts';
import { FETCH_SABOTEURS } from './receive-fetch.ts';
import { FOLDER_SABOTEURS } from './receive-folders.ts';
import { LIST_SABOTEURS } from './receive-list.ts';
import { WATCH_SABOTEURS } from './receive-watch.ts';
import type { Saboteur } from './saboteur.ts';
import { CONTENT_SABOTEURS, ENVELOPE_SABOTEURS } from './send.ts';
import { STAGE_SABOTEURS } from './send-stage.ts';

/** Every saboteur there is: at least one per case. */
export const SABOTEURS: readonly Saboteur[] = [
  ...LIFECYCLE_SABOTEURS,
  ...ABORT_SABOTEURS,
  ...FOLDER_SABOTEURS,
  ...CHANGES_SABOTEURS,
  ...CURSOR_SABOTEURS,
  ...WATCH_SABOTEURS,
  ...LIST_SABOTEURS,
  ...FETCH_SABOTEURS,
  ...HEADER_SABOTEURS,
  ...BODY_SABOTEURS,
  ...ATTACHMENT_SABOTEURS,
  ...KEYWORD_SABOTEURS,
  ...MOVE_SABOTEURS,
  ...APPEND_SABOTEURS,
  ...ENVELOPE_SABOTEURS,
  ...CONTENT_SABOTEURS,
  ...STAGE_SABOTEURS,
  ...AUTH_SABOTEURS,
  ...ERROR_SABOTEURS,
  ...PLUGIN_SABOTEURS,
];

const FOR_SERVERS: ReadonlySet<string> = new Set([
  'takes-arrival-for-order',
  'keeps-positions-in-memory',
  'marks-what-it-reads',
  'drops-repeated-message-ids',
  'invents-message-ids',
  'hides-gone-messages',
  'locates-the-first-only',
  'trims-lines',
  'moves-without-flags',
  'gone-is-as-good-as-deleted',
]);

/** Ten that need nothing but receive, mutate and a full second door: a mail server tells them from its own transport too. */
export const saboteursForServers: readonly Saboteur[] = SABOTEURS.filter(({ id }) => FOR_SERVERS.has(id));
