import type { TokenStoreCase } from './case.ts';
import { KEEPING_CASES } from './cases-keeping.ts';
import { UPDATING_CASES } from './cases-updating.ts';
import { WAITING_CASES } from './cases-waiting.ts';

/** What a host's token store has to do for the providers that rely on it. */
export const TOKEN_STORE_CASES: readonly TokenStoreCase[] = [...KEEPING_CASES, ...UPDATING_CASES, ...WAITING_CASES];
