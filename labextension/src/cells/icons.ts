import { LabIcon } from '@jupyterlab/ui-components';

const svg = (...paths: string[]) =>
  '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">' +
  paths.map(path => `<path class="jp-icon3" fill="#616161" d="${path}"/>`).join('') +
  '</svg>';

/** Two speech bubbles, with an arrow from one to the other. */
export const translateIcon = new LabIcon({
  name: 'slm-magic:translate',
  svgstr: svg(
    'M3 3h10a1 1 0 0 1 1 1v4h-2V5H4v7h2v2H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z',
    'M10 10h11a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zm1 2v7h9v-7z',
    'M13 14.5h3v-1.8l3 2.8-3 2.8v-1.8h-3z'
  )
});

/** Many lines that become few. */
export const summarizeIcon = new LabIcon({
  name: 'slm-magic:summarize',
  svgstr: svg('M3 4h18v2H3zM3 8h18v2H3z', 'M11 11.5h2v3h2.5L12 18l-3.5-3.5H11z', 'M6 19h12v2H6z')
});

/** A line of text of which a part is blacked out. */
export const redactIcon = new LabIcon({
  name: 'slm-magic:redact',
  svgstr: svg('M3 5h18v2H3z', 'M3 17h11v2H3z', 'M3 9.5h12v5H3z', 'M17 11h4v2h-4z')
});
