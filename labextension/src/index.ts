import { cells } from './cells';
import { client } from './client-plugin';
import { sidebar } from './sidebar';
import { editor } from './editor';
import { render } from './render';
import { notebooks } from './notebooks';

export * from './client';
export { ISlmClient } from './tokens';

export default [cells, client, editor, notebooks, render, sidebar];
