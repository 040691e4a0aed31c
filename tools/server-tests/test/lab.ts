import { startLab } from '@signalbox/lab';

// The test runner ends its worker by a signal, and a lab goes with its process only when that exits by itself.
process.once('SIGTERM', () => process.exit());

/** One lab for all files of a run. */
export const lab = await startLab();
