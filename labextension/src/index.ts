import { cells } from './cells';
import { client } from './client-plugin';

export * from './client';
export { ISlmClient } from './tokens';

export default [client, cells];
