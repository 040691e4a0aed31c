// npm run api: writes the API report of core. With --check it only compares.
import { coreApiReport } from './core-api.ts';
import { keepGenerated } from './generated-file.ts';

keepGenerated(coreApiReport(), process.argv.includes('--check'));
