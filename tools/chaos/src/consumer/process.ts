import process from 'node:process';
import { collect, type CollectSettings } from './collect.ts';

// The consumer, in a process of its own that survives every router.

const stop = new AbortController();
process.on('disconnect', () => stop.abort());
process.once('message', (settings: CollectSettings) => {
  void collect(settings, stop.signal);
});
