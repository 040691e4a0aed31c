import { isMailError, MailError, type MailErrorCode } from '@signalbox/core';

/** The promise; a failure with this code becomes something else. */
export async function whenFailing<T>(promise: Promise<T>, code: MailErrorCode, answer: (error: MailError) => T | Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (isMailError(error) && error.code === code) return answer(error);
    throw error;
  }
}

/** The promise; its failure with this code is told as another. */
export const mistranslate = <T>(promise: Promise<T>, code: MailErrorCode, as: MailErrorCode): Promise<T> =>
  whenFailing(promise, code, (error) => {
    throw new MailError(as, error.message, { cause: error });
  });
