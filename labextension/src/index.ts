import { cells } from './cells';
import { client } from './client-plugin';
import { sidebar } from './sidebar';

export * from './client';
export { ISlmClient } from './tokens';

export default [cells, client, sidebar];
