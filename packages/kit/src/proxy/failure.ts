/** A proxy said no. */
export class ProxyFailure extends Error {
  /** It wants to know who asks, or does not believe it. */
  readonly wantsLogin: boolean;

  constructor(message: string, wantsLogin: boolean) {
    super(message);
    this.wantsLogin = wantsLogin;
  }
}
