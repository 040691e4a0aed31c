import { type CredentialRequest, type CredentialSource, isMailError, type MailError } from '@signalbox/core';

/** What a transport asked its credentials for, and what it got. */
export interface Recording {
  /** Of the first request that named any; absent where none did. */
  readonly scopes?: readonly string[];
  /** Somebody asked. */
  readonly asked: boolean;
  /** At least one credential was handed out. */
  readonly issued: boolean;
  /** The server handed one back. */
  readonly rejected: boolean;
  /** The last refusal of the provider itself. */
  readonly refusal?: MailError;
}

export interface Recorder extends CredentialSource {
  recording(): Recording;
}

/** Stands between a transport and its credentials: only so is it known whose failure one is, and which scopes the transport needs. */
export function recordCredentials(source: CredentialSource): Recorder {
  let recording: Recording = { asked: false, issued: false, rejected: false };
  const note = (patch: Partial<Recording>): void => void (recording = { ...recording, ...patch });
  return {
    recording: () => recording,
    async getCredential(request: CredentialRequest) {
      const { scopes = [], rejected } = request;
      note({ asked: true, rejected: recording.rejected || rejected !== undefined, ...(scopes.length > 0 && !recording.scopes && { scopes }) });
      try {
        const credential = await source.getCredential(request);
        note({ issued: true });
        return credential;
      } catch (error) {
        if (isMailError(error)) note({ refusal: error });
        throw error;
      }
    },
  };
}
