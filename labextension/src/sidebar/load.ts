import type { ITranslator } from '@jupyterlab/translation';
import type { Client } from '../client';
import { DOMAIN } from '../tokens';
import { SidebarModel } from './model';
import { SidebarView } from './panel';
import { Words } from './words';

/** Make the content of the panel; in a module of its own, which is loaded when it is needed. */
export function content(client: Client, translator: ITranslator): SidebarView {
  const words = new Words(translator.load(DOMAIN), translator.languageCode);
  return new SidebarView(new SidebarModel(client), words);
}
