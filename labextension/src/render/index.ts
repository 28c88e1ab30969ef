import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { localeOf } from '../common/languages';
import { DOMAIN } from '../tokens';
import { MIME_TYPE } from './data';
import { ResultRenderer } from './widget';

/** Before HTML, which is 50: the same result, for front ends without this extension. */
const RANK = 40;

/** Shows the results of `%%slm`. */
export const render: JupyterFrontEndPlugin<void> = {
  id: 'slm-magic:render',
  description: 'Shows results of slm-magic beside their source, with what looks wrong marked.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    _: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const { languageCode } = translator ?? nullTranslator;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const locale = localeOf(languageCode);
    rendermime.addFactory(
      {
        // Text is only ever set as text, so that notebooks of others may be shown.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: () => new ResultRenderer({ rendermime, trans, locale })
      },
      RANK
    );
  }
};
