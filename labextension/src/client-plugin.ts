import type { JupyterFrontEndPlugin, JupyterFrontEnd } from '@jupyterlab/application';
import { Client } from './client';
import { ISlmClient } from './tokens';

/** Provides the connection to the server. */
export const client: JupyterFrontEndPlugin<Client> = {
  id: 'slm-magic:client',
  description: 'Provides models and jobs of the slm-magic server extension.',
  autoStart: true,
  provides: ISlmClient,
  activate: (app: JupyterFrontEnd) => new Client(app.serviceManager.serverSettings)
};
