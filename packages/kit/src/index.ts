export { abortable, abortableIterable, anySignal } from './abortable.ts';
export { byteSourceOf, collectBytes, contentOf, contentOfFile } from './content.ts';
export { type CursorBinding, decodeCursor, encodeCursor } from './cursor.ts';
export { createLimiter, type Limiter, type Place } from './limiter.ts';
export { normalizeMessageId, parseMessageIds } from './message-id.ts';
export { type SingleFlight, singleFlight } from './single-flight.ts';
export { systemClock } from './system-clock.ts';
