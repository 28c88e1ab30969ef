import { cells } from './cells';
import { client } from './client-plugin';
import { sidebar } from './sidebar';
import { render } from './render';

export * from './client';
export { ISlmClient } from './tokens';

export default [cells, client, render, sidebar];
