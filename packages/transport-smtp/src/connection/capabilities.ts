import type SMTPConnection from 'nodemailer/lib/smtp-connection';

/** What an EHLO answer offered, less what the configuration switches off. */
export interface Capabilities {
  readonly smtpUtf8: boolean;
  readonly mechanisms: readonly string[];
  /** The SIZE keyword's value (RFC 1870); absent when the server sets no limit. */
  readonly maxBytes: number | undefined;
}

/** The private parts of nodemailer's connection that hold and use what was negotiated: there is no public way to switch any of it off. */
interface Negotiated {
  _supportedExtensions: string[];
  _supportedAuth: string[];
  _maxAllowedSize: number;
  _sendCommand(line: string, logged?: string): void;
}

export class NegotiatedCapabilities implements Capabilities {
  readonly #negotiated: Negotiated;
  #askForSmtpUtf8 = false;

  constructor(smtp: SMTPConnection) {
    this.#negotiated = smtp as unknown as Negotiated;
    const send = this.#negotiated._sendCommand.bind(smtp);
    this.#negotiated._sendCommand = (line, logged) => send(this.#complete(line), logged);
  }

  get smtpUtf8(): boolean {
    return this.#negotiated._supportedExtensions.includes('SMTPUTF8');
  }

  get mechanisms(): readonly string[] {
    return this.#negotiated._supportedAuth;
  }

  get maxBytes(): number | undefined {
    return this.#negotiated._maxAllowedSize || undefined;
  }

  hide(names: readonly string[]): void {
    if (names.length === 0) return;
    const hidden = new Set(names.map((name) => name.toUpperCase().replace(/^AUTH=/, '')));
    const negotiated = this.#negotiated;
    negotiated._supportedExtensions = negotiated._supportedExtensions.filter((name) => !hidden.has(name));
    negotiated._supportedAuth = negotiated._supportedAuth.filter((name) => !hidden.has(name));
    if (hidden.has('SIZE')) negotiated._maxAllowedSize = 0;
  }

  /** nodemailer asks for it when an address needs it; RFC 6531 §3.4 wants it for headers too. */
  askForSmtpUtf8(wanted: boolean): void {
    this.#askForSmtpUtf8 = wanted && this.smtpUtf8;
  }

  #complete(line: string): string {
    return this.#askForSmtpUtf8 && line.startsWith('MAIL FROM:') && !/ SMTPUTF8\b/.test(line) ? `${line} SMTPUTF8` : line;
  }
}
