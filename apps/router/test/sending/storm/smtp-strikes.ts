import type { LineFilter } from './line-proxy.ts';

/** What befalls a mail between client and server. For refusals the recipient is exchanged for one whom the lab's Postfix answers so. */
export type Strike = 'cut-after-data-taken' | 'cut-after-data-not-taken' | 'cut-in-data' | 'throttled' | 'greylisted';

export interface Strikes {
  /** The next mails that come so far meet these, one each. */
  add(strikes: readonly Strike[]): void;
  /** How many have been met. */
  readonly met: number;
  /** For a new connection. */
  filter(this: void, cut: () => void): LineFilter;
}

/** RFC 5321 §4.3.2: what the client has sent, and the server has answered to it. */
type Stage = 'commands' | 'asked-for-data' | 'content' | 'answer-to-be-lost' | 'over';

export function createStrikes(): Strikes {
  const waiting: Strike[] = [];
  let met = 0;
  const meets = (strike: Strike): boolean => {
    const index = waiting.indexOf(strike);
    if (index < 0) return false;
    waiting.splice(index, 1);
    met += 1;
    return true;
  };
  return {
    add: (strikes) => void waiting.push(...strikes),
    get met() {
      return met;
    },
    filter: (cut) => filterOf(meets, cut),
  };
}

function filterOf(meets: (strike: Strike) => boolean, cut: () => void): LineFilter {
  let stage: Stage = 'commands';
  const end = (): undefined => {
    stage = 'over';
    cut();
  };
  const command = (line: string): string => {
    stage = /^DATA$/i.test(line) ? 'asked-for-data' : 'commands';
    if (!/^RCPT TO:/i.test(line)) return line;
    return meets('throttled') ? 'RCPT TO:<throttle@lab.test>' : meets('greylisted') ? 'RCPT TO:<temp@lab.test>' : line;
  };
  const content = (line: string): string | undefined => {
    if (line !== '.') return meets('cut-in-data') ? end() : line;
    if (meets('cut-after-data-not-taken')) return end();
    stage = meets('cut-after-data-taken') ? 'answer-to-be-lost' : 'commands';
    return line;
  };
  return {
    up: (line) => (stage === 'over' ? undefined : stage === 'content' ? content(line) : command(line)),
    down(line) {
      if (stage === 'over') return undefined;
      if (stage === 'answer-to-be-lost') return end(); // the server has it, and nobody hears so
      // What comes before answers the envelope, which is sent in one go with DATA (RFC 2920).
      if (stage === 'asked-for-data' && line.startsWith('354')) stage = 'content';
      return line;
    },
  };
}
