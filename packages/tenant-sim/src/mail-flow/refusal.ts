/** Why mail is not taken for sending; each door says it in its own words (FACTS.md C4, C6, E13). */
export type SubmissionRefusalReason = 'send-as-denied' | 'too-large' | 'too-many-recipients' | 'recipient-quota' | 'no-recipients';

export class SubmissionRefusal extends Error {
  readonly reason: SubmissionRefusalReason;

  constructor(reason: SubmissionRefusalReason, message: string) {
    super(message);
    this.name = 'SubmissionRefusal';
    this.reason = reason;
  }
}
