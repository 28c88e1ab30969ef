import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IProblem } from './types';

/** Where the API is, below the server's base address. */
const PREFIX = 'slm-magic/api/v1';

/** Where the server is, and the language that its silence is told in. */
export interface IServer {
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
}

/** A refusal of the server, or that it cannot be reached. */
export class RequestError extends Error {
  /**
   * @param status - the status of HTTP; 0 where no answer came.
   */
  constructor(
    readonly status: number,
    readonly problem: IProblem
  ) {
    super(problem.message);
    this.name = 'RequestError';
  }
}

export function address(settings: ServerConnection.ISettings, path: string): string {
  return URLExt.join(settings.baseUrl, PREFIX, path);
}

/** Send a request and return the answer as it comes. */
export async function send(
  { settings, trans }: IServer,
  path: string,
  init: RequestInit = {}
): Promise<Response> {
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(address(settings, path), init, settings);
  } catch (error) {
    if (init.signal?.aborted) {
      throw error;
    }
    throw new RequestError(0, {
      message: trans.__('The Jupyter server does not answer.'),
      reason: 'unreachable',
      mends: ''
    });
  }
  if (!response.ok) {
    throw new RequestError(response.status, await problem(response, trans));
  }
  return response;
}

/** Send a request and return what its answer holds. */
export async function ask<T>(
  server: IServer,
  path: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET',
  body?: object
): Promise<T> {
  const response = await send(server, path, {
    method,
    ...(body && { body: JSON.stringify(body) })
  });
  return (await response.json()) as T;
}

async function problem(response: Response, trans: TranslationBundle): Promise<IProblem> {
  try {
    const found = (await response.json()) as Partial<IProblem>;
    if (found.message && found.reason) {
      return { message: found.message, reason: found.reason, mends: found.mends ?? '' };
    }
  } catch {
    // Not ours: a proxy's page, or a server without the extension.
  }
  const missing = response.status === 404;
  return {
    message: missing
      ? trans.__('The server side of slm-magic does not answer.')
      : trans.__('The server answered with status %1.', response.status),
    reason: missing ? 'no_server_extension' : 'unknown',
    mends: missing
      ? trans.__('Run `jupyter server extension enable slm_magic.server` and restart.')
      : ''
  };
}
