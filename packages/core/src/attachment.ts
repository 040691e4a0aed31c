export interface Attachment {
  /** Names the attachment within its message. Opaque. */
  readonly id: string;
  /** `link` has no bytes of its own: fetching it throws `capability.unsupported`. */
  readonly kind: 'file' | 'message' | 'link';
  /** Decoded (RFC 2231, RFC 2047). Absent when the message names none. */
  readonly filename?: string;
  /** Lower case `type/subtype` (RFC 2045 §5.1). */
  readonly mediaType: string;
  /** Octets after decoding; absent when only the encoded size is known. */
  readonly size?: number;
  /** Shown within the text (RFC 2183 §2.1) rather than beside it. */
  readonly inline: boolean;
  /** Content-ID without its angle brackets. */
  readonly contentId?: string;
}
