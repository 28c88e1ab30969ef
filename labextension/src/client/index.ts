export { Client } from './client';
export { JobCancelled, type IRunOptions, type Jobs } from './jobs';
export { RequestError } from './request';
export * from './types';
