/** Where `onAck: move` puts what is done: nobody else moves anything there. */
export const DONE_FOLDER = 'archive';
/** Where users put what they take away. */
export const AWAY_FOLDER = 'junkemail';
