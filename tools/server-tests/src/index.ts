export { worldsOf } from './worlds/index.ts';
