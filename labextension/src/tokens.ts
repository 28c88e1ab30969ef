import { Token } from '@lumino/coreutils';
import type { Client } from './client';

/** The server side of slm-magic, for this extension's plugins and those of others. */
export const ISlmClient = new Token<Client>(
  'slm-magic:ISlmClient',
  'Models and jobs of the slm-magic server extension.'
);

/** The domain of the catalogue of translations. */
export const DOMAIN = 'slm_magic';
