import type { MessageSource } from './source.ts';

/** What a mass of generated mail looks like. */
export interface GeneratedMail {
  /** The same seed gives the same mail. */
  readonly seed: number;
  readonly to: string;
  /** Octets of text per message, about. Default 2,000. */
  readonly bodySize?: number;
}

const NAMES = ['ada', 'ben', 'carol', 'dora', 'emil', 'fritz', 'grete', 'hans'] as const;
const WORDS = 'invoice order delivery question answer contract meeting tomorrow please regards number customer ticket reply attached thanks'.split(' ');

const WORDS_IN_LINE = 10;

/** A message that takes no memory: its text is made anew whenever somebody reads it. */
export class GeneratedSource implements MessageSource {
  readonly #mail: GeneratedMail;
  readonly #index: number;
  readonly #sentAt: number;

  constructor(mail: GeneratedMail, index: number, sentAt: number) {
    this.#mail = mail;
    this.#index = index;
    this.#sentAt = sentAt;
  }

  get size(): number {
    return this.read().byteLength;
  }

  head(): Buffer {
    return Buffer.from(`${this.#headLines(this.#words()).join('\r\n')}\r\n`, 'latin1');
  }

  read(): Buffer {
    const { bodySize = 2_000 } = this.#mail;
    const words = this.#words();
    // Strings that grow, and no lists: of 100,000 messages this is read again and again.
    let text = `${this.#headLines(words).join('\r\n')}\r\n`;
    for (let size = 0; size < bodySize; ) {
      let line = words.word();
      for (let count = 1; count < WORDS_IN_LINE; count += 1) line += ` ${words.word()}`;
      text += `${line}\r\n`;
      size += line.length + 2;
    }
    return Buffer.from(text, 'latin1');
  }

  #words(): Words {
    const random = randomOf(this.#mail.seed * 1_000_003 + this.#index);
    return { random, word: () => WORDS[random() % WORDS.length] ?? '' };
  }

  #headLines({ random, word }: Words): readonly string[] {
    const { seed, to } = this.#mail;
    const from = NAMES[random() % NAMES.length] ?? NAMES[0];
    return [
      `From: "${from.charAt(0).toUpperCase()}${from.slice(1)}" <${from}@example.net>`,
      `To: <${to}>`,
      `Subject: ${word()} ${word()} ${this.#index}`,
      `Date: ${new Date(this.#sentAt).toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <${seed}.${this.#index}@generated.example.net>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=us-ascii',
      '',
    ];
  }
}

interface Words {
  readonly random: () => number;
  readonly word: () => string;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
