export { notebooks } from './plugin';
