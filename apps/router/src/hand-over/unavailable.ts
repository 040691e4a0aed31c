/** Nothing can be taken now, whichever delivery it is: a full disk, a program that does not start. It counts against no delivery. */
export class ConsumerUnavailable extends Error {
  override readonly name = 'ConsumerUnavailable';
}

export const isUnavailable = (error: unknown): error is ConsumerUnavailable => error instanceof ConsumerUnavailable;
