import type { Case } from '../case.ts';
import { ABORT_CASES } from './abort.ts';
import { AUTH_CASES } from './auth.ts';
import { ERROR_CASES } from './errors.ts';
import { LIFECYCLE_CASES } from './lifecycle.ts';
import { ATTACHMENT_CASES } from './message-attachments.ts';
import { BODY_CASES } from './message-bodies.ts';
import { HEADER_CASES } from './message-headers.ts';
import { APPEND_CASES } from './mutate-append.ts';
import { KEYWORD_CASES } from './mutate-keywords.ts';
import { MOVE_CASES } from './mutate-move.ts';
import { PLUGIN_CASES } from './plugin.ts';
import { CHANGES_CASES } from './receive-changes.ts';
import { CURSOR_CASES } from './receive-cursors.ts';
import { FETCH_CASES } from './receive-fetch.ts';
import { FOLDER_CASES } from './receive-folders.ts';
import { LIST_CASES } from './receive-list.ts';
import { WATCH_CASES } from './receive-watch.ts';
import { CONTENT_CASES } from './send-content.ts';
import { ENVELOPE_CASES } from './send-envelope.ts';
import { STAGE_CASES } from './send-stage.ts';

/** Every case there is, in the order they are told. */
export const CASES: readonly Case[] = [
  ...LIFECYCLE_CASES,
  ...ABORT_CASES,
  ...FOLDER_CASES,
  ...CHANGES_CASES,
  ...CURSOR_CASES,
  ...WATCH_CASES,
  ...LIST_CASES,
  ...FETCH_CASES,
  ...HEADER_CASES,
  ...BODY_CASES,
  ...ATTACHMENT_CASES,
  ...KEYWORD_CASES,
  ...MOVE_CASES,
  ...APPEND_CASES,
  ...ENVELOPE_CASES,
  ...CONTENT_CASES,
  ...STAGE_CASES,
  ...AUTH_CASES,
  ...ERROR_CASES,
  ...PLUGIN_CASES,
];
