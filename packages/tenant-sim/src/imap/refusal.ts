/** A command is not carried out; the answer is what the client gets behind its tag: `NO …` or `BAD …`. */
export class ImapRefusal extends Error {
  override readonly name = 'ImapRefusal';
  readonly answer: string;

  constructor(answer: string) {
    super(answer);
    this.answer = answer;
  }
}
