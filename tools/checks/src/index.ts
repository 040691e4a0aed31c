export { makeApiReport } from './api-report.ts';
