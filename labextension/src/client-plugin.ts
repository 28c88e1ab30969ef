import type { JupyterFrontEndPlugin, JupyterFrontEnd } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Client } from './client';
import { DOMAIN, ISlmClient } from './tokens';

/** Provides the connection to the server. */
export const client: JupyterFrontEndPlugin<Client> = {
  id: 'slm-magic:client',
  description: 'Provides models and jobs of the slm-magic server extension.',
  autoStart: true,
  provides: ISlmClient,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) =>
    new Client({
      settings: app.serviceManager.serverSettings,
      trans: (translator ?? nullTranslator).load(DOMAIN)
    })
};
