/** How servers call back (webhooks), where the host can be reached from outside. What they say is a hint: nothing depends on its coming. */
export interface Callbacks {
  /**
   * An address of its own, public and with HTTPS, that nobody can guess, until it is disposed of. `answer` gets what is posted there and has to
   * settle within three seconds; when it throws, the caller is told 500.
   */
  open(answer: (call: Callback) => Promise<CallbackAnswer>): Promise<CallbackAddress>;
}

export interface Callback {
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** At most 1 MiB; the host refuses more. */
  readonly body: string;
}

export interface CallbackAnswer {
  readonly status: number;
  /** Sent as `text/plain`. */
  readonly text?: string;
}

export interface CallbackAddress extends AsyncDisposable {
  readonly url: string;
}
