/** What can be made to go wrong on a local SMTP server. */
export interface SmtpFaults {
  /** Cuts every open connection without a word. */
  dropConnections(): void;
  /** Answers nothing, greetings included, until disposed of; what came meanwhile is answered then. */
  hang(): Disposable;
  /** Takes the next content, then cuts the connection instead of answering. */
  loseNextAnswer(): void;
  /** Cuts the connection once this many octets of the next content have come, and keeps nothing of it. */
  cutNextContentAfter(octets: number): void;
  /** Answers a step with this reply instead of taking it: `refuse('sender', '432 4.3.2 Concurrent connections limit exceeded.')`. */
  refuse(step: SmtpStep, reply: string, only?: (argument: string) => boolean): Disposable;
}

/** Where a submission can be refused; the argument is the user, the address, or nothing. */
export type SmtpStep = 'connection' | 'login' | 'sender' | 'recipient' | 'content';

export interface InstalledSmtpFaults extends SmtpFaults {
  /** Resolves when the step may be taken, rejects with the reply that was asked for. */
  pass(step: SmtpStep, argument?: string): Promise<void>;
  takeContentFault(): ContentFault | undefined;
}

export type ContentFault = { readonly kind: 'lose-answer' } | { readonly kind: 'cut'; readonly after: number };

export function createSmtpFaults(dropConnections: () => void): InstalledSmtpFaults {
  const refusals = new Set<{ readonly step: SmtpStep; readonly reply: string; readonly only: (argument: string) => boolean }>();
  let gate = Promise.resolve();
  let contentFault: ContentFault | undefined;
  return {
    dropConnections,
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return { [Symbol.dispose]: resolve };
    },
    loseNextAnswer() {
      contentFault = { kind: 'lose-answer' };
    },
    cutNextContentAfter(octets) {
      contentFault = { kind: 'cut', after: octets };
    },
    refuse(step, reply, only = () => true) {
      const refusal = { step, reply, only };
      refusals.add(refusal);
      return { [Symbol.dispose]: () => void refusals.delete(refusal) };
    },
    async pass(step, argument = '') {
      await gate;
      const refusal = [...refusals].find((candidate) => candidate.step === step && candidate.only(argument));
      if (refusal) throw replyError(refusal.reply);
    },
    takeContentFault() {
      const taken = contentFault;
      contentFault = undefined;
      return taken;
    },
  };
}

/** smtp-server answers with an error's `responseCode` and message. */
export function replyError(reply: string): Error {
  const [, code, text] = /^(\d{3}) (.*)$/s.exec(reply) ?? [];
  if (code === undefined) throw new TypeError(`"${reply}" is no SMTP reply.`);
  return Object.assign(new Error(text), { responseCode: Number(code) });
}
