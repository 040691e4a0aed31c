import type { BodyFacts, HeaderFacts } from '../../mime/facts.ts';
import type { TenantUser } from '../../directory/user.ts';
import type { Mailbox } from '../../store/mailbox.ts';
import type { Message } from '../../store/message.ts';
import type { MimeText } from '../../store/door-view.ts';
import type { GraphContext } from '../graph-context.ts';

/** How one client sees one mailbox. */
export interface Lens {
  readonly graph: GraphContext;
  readonly mailbox: Mailbox;
  readonly owner: TenantUser;
  readonly immutableIds: boolean;
  readonly bodyType?: 'text' | 'html';
  /** Its permissions keep back bodies, attachments and extended properties. */
  readonly basicsOnly: boolean;
}

/** One message through a lens. What has to be read for it is read when first asked for. */
export class MessageView {
  readonly lens: Lens;
  readonly message: Message;
  #headers: HeaderFacts | undefined;
  #mime: MimeText | undefined;
  #body: BodyFacts | undefined;

  constructor(lens: Lens, message: Message) {
    this.lens = lens;
    this.message = message;
  }

  get id(): string {
    return idOf(this.lens, this.message);
  }

  get headers(): HeaderFacts {
    return (this.#headers ??= this.lens.graph.facts.headers(this.message));
  }

  /** The text as this door makes it, faults included. */
  get mime(): MimeText {
    return (this.#mime ??= this.lens.graph.view.mime(this.lens.mailbox, this.message));
  }

  /** Only after `load`. */
  get body(): BodyFacts {
    if (!this.#body) throw new Error('The body was not loaded.');
    return this.#body;
  }

  async load(): Promise<this> {
    this.#body ??= await this.lens.graph.facts.body(this.message);
    return this;
  }
}

export const idOf = ({ mailbox, immutableIds }: Pick<Lens, 'mailbox' | 'immutableIds'>, message: Message): string => (immutableIds ? mailbox.immutableId(message) : mailbox.ordinaryId(message));
